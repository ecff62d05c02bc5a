"""Whatever is damaged in a data file of the law, the check names file and line, and never ends in a traceback or calls the data whole."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from complaints.runtime import packaged
from router.rulebook.check import mistakes
from router.rulebook.schema.files import MODELS
from tests.harness.tables import document, each, row_by_row

TODAY = date(2026, 11, 26)
STATUTES = "router/data/statutes.yaml"


def content(path: str) -> bytes:
    """Return the bytes of a packaged file."""
    return packaged.content(*path.split("/data/"))


def damaged(file: str, right: str, wrong: str) -> tuple[str, int]:
    """Return the text of a damaged file, and the number of the first line that differs."""
    text = content(file).decode()
    is_pattern = right.startswith(("^", "(?s)"))
    spoilt = re.sub(right, wrong, text, count=1, flags=re.MULTILINE) if is_pattern else text.replace(right, wrong, 1)
    assert spoilt != text, "the damage does nothing: its words are no longer in the file"
    lines = zip(text.split("\n"), spoilt.split("\n"), strict=False)
    return spoilt, next(number for number, (before, after) in enumerate(lines, 1) if before != after)


@row_by_row
def test_a_damage_is_named_with_file_and_line(  # noqa: PLR0913 - the columns of the table
    *, file: str, said: str, right: str, wrong: str, named: str, within: int
) -> None:
    """As a senior rules engineer did them: 182 of these 217 ended in a traceback or were called whole."""
    spoilt, line = damaged(file, right, wrong)
    found = mistakes({file: spoilt.encode()}, today=TODAY)
    mine = [one for one in found if said in one.said and one.file == (named or file)]
    assert mine, [str(one) for one in found[:5]]
    if not named:
        assert min(abs(one.line - line) for one in mine) <= within, mine


def test_there_are_enough_damages() -> None:
    """At least a hundred, of every file that people write."""
    damages = document("tables/law/rules_damages.yaml")["test_a_damage_is_named_with_file_and_line"]["rows"]
    assert len(damages) >= 100
    assert len({file for file, *_ in damages}) >= 16


def of_every_file() -> Iterator[tuple[str, str, Callable[[bytes], bytes], int]]:
    """Yield damages that every file can have, with the line that is named."""
    for path in MODELS:
        yield path, "empty", lambda _: b"", 1
        yield path, "byte-order mark", lambda data: b"\xef\xbb\xbf" + data, 1
        yield path, "not UTF-8", lambda data: b"# x\n# caf\xe9\n" + data, 2
        if path.endswith("yaml"):
            yield path, "a list", lambda _: b"- a\n- b\n", 1
            yield path, "a text", lambda _: b"a\n", 1
            yield path, "NUL", lambda data: b"# x\n# \0\n" + data, 2
            yield path, "half of it", lambda data: data[: len(data) // 2] + b"\n  - {[", 0


@each(("path", "name", "spoil", "line"), of_every_file)
def test_no_file_ends_the_check_in_a_traceback(
    path: str, name: str, spoil: Callable[[bytes], bytes], line: int
) -> None:
    """The same damages in each file."""
    found = mistakes({path: spoil(content(path))}, today=TODAY)
    assert {one.file for one in found} == {path}, (name, found[:3])
    assert not line or found[0].line == line, found


def test_every_data_file_has_a_model() -> None:
    """A new file of words or law is checked from its first day on; those with an extension .gz are made by a tool."""
    root = Path(__file__).parents[3]
    there = {
        str(path.relative_to(root))
        for package in ("router", "normalizer")
        for path in (root / package / "data").rglob("*.*")
        if path.suffix not in {".gz", ".md"}
    }
    assert there == set(MODELS)


@pytest.mark.parametrize("until", ["2026-11-27", "2099-12-31"])
def test_a_statute_that_will_end_holds_until_then(until: str) -> None:
    """`until` may lie in the future."""
    text = content(STATUTES).decode()
    spoilt = re.sub(r'^("UU 23/2014": .*)status', rf'\1until: "{until}", status', text, count=1, flags=re.MULTILINE)
    assert mistakes({STATUTES: spoilt.encode()}, today=TODAY) == []
    assert any(
        "holds no more" in one.said for one in mistakes({STATUTES: spoilt.encode()}, today=date.fromisoformat(until))
    )
