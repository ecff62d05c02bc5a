"""The docstrings of the program are plain English: none has a phrase that readers had to read twice."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

WINGS = sorted(path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
"""The folders of the program; a new one is read too."""

PHRASES = {
    "begins with no noun and no verb": r"\A(?:What|Whether|Who|Whom|Whose|Where|Which|Those|Them|Nor)\b(?! (?:is|are|does|do)\b.*\?)",
    "is none": r"\b(?:where|which|that|it|code) (?:is|are) (?-i:none)\b|\bis none of\b|\bwhere there is none\b",
    "of ours": r"\bof (?:ours|theirs|yours)\b",
    "stands": r"\b(?:stands?|stood)\b(?!-in)(?! (?:for|in|still)\b)",
    "so many": r"(?:\A|[.:;] |\b(?:of|within|than|with|feed|write|after|for) )so (?:many|much)\b(?! that)",
    "is told": r"\b(?:is|are|was|were|be) told\b",
    "nor": r"; nor\b|\bnor (?:is|are|has|have|does|do|may|can)\b",
    "letter": r"(?<!dead )\bletters? (?:to|for) (?:the|a|its|his) citizen|\b(?:sends?|sent|waiting) (?:a |the |each )?letters?\b",
    "turned": r"(?<!`)\bturned\b(?!:)",
    "door": r"(?<!wrong )\bdoors?\b",
    "but for": r"\bbut for\b",
    "piled relatives": r"\bof (?:which|whom)\b[^.;:]*\b(?:that|which|whom)\b[^.;:]*\b(?:of|in|to|by) (?:which|whom)\b|\bthose of them\b",
    "one a": r"\bone (?!is\b)\w+ an? (?:second|minute|hour|day|week|record|citizen|process|partition|topic|file|row)\b",
    "say so": r"\bsays? so\b",
}
"""Regular expressions of phrases, in any case, that docs of the house replace by plain ones."""


def _docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text, in one line, of each string that documents something in a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, " ".join(node.value.value.split())


@functools.cache
def _documented() -> list[tuple[str, str]]:
    """Return each docstring of the program with its file and line."""
    return [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for wing in WINGS
        for path in sorted(wing.rglob("*.py"))
        for line, text in _docstrings(path)
    ]


@pytest.mark.parametrize("name", PHRASES)
def test_no_phrase_needs_a_second_reading(name: str) -> None:
    """The message names the file, the line and the words."""
    phrase = re.compile(PHRASES[name], re.IGNORECASE)
    found = [f"{place} {text[:90]}" for place, text in _documented() if phrase.search(text)]
    assert found == []
