"""The sentences from which intents, subjects and sequels are learnt: a folder for each, a file per label, a JSON line per sentence."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from complaints.runtime.packaged import words_in

OF_INTENTS: Final = "intents"
OF_SUBJECTS: Final = "subjects"
OF_SEQUELS: Final = "sequels"
KINDS: Final = (OF_INTENTS, OF_SUBJECTS, OF_SEQUELS)
"""The groups of labels that are learnt, by the names of the folders."""

INTENTS: Final = words_in("normalizer", "intents")
"""The ids of the intents; docs/language.md says what each is."""

MORE, NEW = "more", "new"
"""The labels of sequels: what is written within the hour after a report goes on with it, or begins another one."""

_FIELDS: Final = {
    OF_INTENTS: {"lang", "writer", "text"},
    OF_SUBJECTS: {"writer", "text"},
    OF_SEQUELS: {"lang", "writer", "text"},
}


class Example(NamedTuple):
    """A sentence.

    Attributes:
        label: what its writer wants, what he writes about, or whether he goes on with a report.
        writer: who wrote it.
        text: the sentence.
        lang: its language, or the speech of a region (see docs/language.md); empty if it is not known.
    """

    label: str
    writer: str
    text: str
    lang: str = ""


def folder(kind: str) -> Path:
    """Return the folder of the files."""
    return Path(__file__).with_name(kind)


def labels(kind: str) -> tuple[str, ...]:
    """Return the ids of the intents, or of the subjects that have examples."""
    return INTENTS if kind == OF_INTENTS else tuple(sorted(_files(kind)))


def examples(kind: str) -> list[Example]:
    """Return all sentences.

    Raises:
        ValueError: if a file has mistakes (see mistakes).
    """
    if found := mistakes(kind):
        raise ValueError(found[0])
    return [Example(label=label, **orjson.loads(line)) for label in labels(kind) for line in _lines(kind, label)]


def digest(kind: str) -> str:
    """Return the first sixteen digits of the SHA-256 of all sentences in any order, by which a model records what it was learnt from."""
    lines = sorted(f"{one.label}\t{one.lang}\t{one.writer}\t{one.text}" for one in examples(kind))
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def mistakes(kind: str) -> list[str]:
    """Return the mistakes in the files, each with its file and line: a wrong form, a doubled sentence, an unknown file."""
    found = [f"{name}.jsonl: no intent has this name" for name in _files(kind) if name not in labels(kind)]
    known: dict[str, str] = {}
    for label in labels(kind):
        for number, line in enumerate(_lines(kind, label), start=1):
            place = f"{label}.jsonl:{number}"
            wrong = _mistake(line, place, known, _FIELDS[kind])
            if wrong:
                found.append(f"{place}: {wrong}")
    return found


def _mistake(line: str, place: str, known: dict[str, str], fields: set[str]) -> str:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"no JSON: {error}"
    if (
        not isinstance(said, dict)
        or set(said) != fields
        or not all(isinstance(one, str) and one for one in said.values())
    ):
        return f"a line is an object with {', '.join(sorted(fields))}, none of them empty"
    before = known.setdefault(" ".join(said["text"].lower().split()), place)
    return f"the same sentence stands in {before}" if before != place else ""


def _files(kind: str) -> list[str]:
    return [file.name.removesuffix(".jsonl") for file in folder(kind).iterdir()]


def _lines(kind: str, label: str) -> Iterator[str]:
    file = folder(kind) / f"{label}.jsonl"
    if file.is_file():
        yield from file.read_text(encoding="utf-8").splitlines()
