"""The size of the program, its tests and its pages is recorded, and grows only for a reason."""

import re
from pathlib import Path

from benchmarks.size import grown

ROOT = Path(__file__).parents[3]


def test_nothing_grows_by_more_than_a_twentieth_without_a_reason() -> None:
    """Lines, modules, words, and the files that one SMS passes."""
    assert grown() == []


def test_lists_of_words_are_data() -> None:
    """Lines of code that hold nothing but quoted lower-case words: 167 are left, and they may only become fewer."""
    listed = re.compile(r'^\s*[*(]*("[a-z][a-z ]*",? ?)+[),]*$')
    found = [
        line
        for wing in ("normalizer", "router", "neighbours", "conversation")
        for path in (ROOT / wing).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if listed.match(line)
    ]
    assert len(found) <= 167
