"""Counts the words of the example sentences, of which short spellings are read (see normalizer.language.spelling)."""

from collections import Counter
from pathlib import Path
from typing import Final

import normalizer
from normalizer.language.examples import KINDS, examples
from normalizer.language.spelling import FREQUENT
from normalizer.text import fold

FILE: Final = Path(normalizer.__file__).with_name("data") / FREQUENT
"""The file of the words."""

_FEWEST: Final = 5
"""The minimum number of sentences with a word."""


def content() -> str:
    """Return the frequent words of the example sentences, each on a line, the most frequent first.

    Raises:
        ValueError: the files of sentences have mistakes.
    """
    sentences = Counter(
        word for kind in KINDS for one in examples(kind) for word in set(fold(one.text).decode("ascii").split())
    )
    words = [word for word, count in sentences.items() if count >= _FEWEST and word.isalpha()]
    return "".join(f"{word}\n" for word in sorted(words, key=lambda word: (-sentences[word], word)))


def is_current() -> bool:
    """Return whether the file has the words of the sentences as they are now."""
    return FILE.read_text(encoding="utf-8") == content()
