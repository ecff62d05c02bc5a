"""Writes data/common_words.txt: the everyday Indonesian words in place names, recognised by PySastrawi's root words."""

import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from complaints.runtime.packaged import words_in
from normalizer.places.gazetteer import Gazetteer
from normalizer.text import fold

TARGET = Path(__file__).parent.parent / "data" / "common_words.txt"


_PREFIXES = ("", *words_in("normalizer", "prefixes"))
_SUFFIXES = ("", "an", "kan", "i", "nya")
_SWALLOWED = {"mem": "p", "pem": "p", "men": "t", "pen": "t", "meng": "k", "peng": "k", "meny": "s", "peny": "s"}
"""First letter of a root that each prefix replaces ("pukul" becomes "memukul")."""


def _everyday(word: str, roots: set[str]) -> bool:
    return word in roots or any(root in roots for root in _stems(word) if len(root) > 3)  # noqa: PLR2004 - shorter roots match almost any word


def _stems(word: str) -> Iterator[str]:
    for prefix in (*_PREFIXES, *_SWALLOWED):
        for suffix in _SUFFIXES:
            if word.startswith(prefix) and word.endswith(suffix):
                stem = word[len(prefix) : len(word) - len(suffix)]
                yield stem
                yield _SWALLOWED.get(prefix, "") + stem


def main() -> None:
    """Write to data/common_words.txt the words in names of regions that are root words or derived from one; print how many they are.

    They are in alphabetical order, one per line, so the same dictionary and the same regions always give the same file.
    """
    text = (resources.files("Sastrawi") / "Stemmer" / "data" / "kata-dasar.txt").read_text("utf-8")
    roots = {fold(line).decode("ascii") for line in text.splitlines()}
    used = {word for name in Gazetteer.load().names.values() for word in fold(name).decode("ascii").split()}
    words = sorted(word for word in used if word and _everyday(word, roots))
    TARGET.write_text("\n".join(words) + "\n", "utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(words)} words\n")


if __name__ == "__main__":
    main()
