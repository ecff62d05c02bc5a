"""Counts the invented sentences of which the reader finds the subject, those that writers of word lists have read and the others.

python -m benchmarks.routing.subjects [--missed SUBJECT]
"""

import sys
from collections import Counter
from pathlib import Path

import orjson

from router.routing import Router

SENTENCES = Path(__file__).parents[2] / "tests" / "data" / "subject_sentences.jsonl"
"""About thirty sentences for each of a hundred subjects, the body seldom named; a half of each may be read by whoever writes word lists."""


def main() -> None:
    """Print the shares of each half; with --missed, the sentences of the read half of a subject that are read otherwise."""
    missed = sys.argv[2] if sys.argv[1:2] == ["--missed"] else ""
    reader = Router.load().reader
    first, three, all_of = Counter[bool](), Counter[bool](), Counter[bool]()
    for line in SENTENCES.read_bytes().splitlines():
        row = orjson.loads(line)
        subject, was_read = row["subject"], row["read"]
        found = [one.id for one in reader.read(row["text"]).subjects]
        all_of[was_read] += 1
        first[was_read] += found[:1] == [subject]
        three[was_read] += subject in found
        if was_read and subject == missed and found[:1] != [subject]:
            sys.stdout.write(f"{row['text']}  -> {', '.join(found) or 'nothing'}\n")
    for was_read, name in ((True, "read"), (False, "unread")):
        count = all_of[was_read]
        sys.stdout.write(
            f"{name}: the subject is the first of {first[was_read] / count:.3f} of {count} sentences, among the first three of"
            f" {three[was_read] / count:.3f}\n"
        )


if __name__ == "__main__":
    main()
