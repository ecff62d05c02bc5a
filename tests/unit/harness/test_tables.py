"""The tables of tests/data/tables are all read, and a table fails with all of its wrong rows."""

import re
from typing import Any

import pytest

from tests.harness.tables import TABLES, TESTS, document, each, parts_of


def test_each_wrong_row_is_named_with_what_was_wanted_and_got() -> None:
    """One failure lists them all; a row that raises is a wrong row; the right ones are not listed."""

    @each(("owner", "text"), [("kpk", "suap"), ("polri", "maling"), ("pln", "listrik")])
    def test_owner(owner: str, text: str) -> None:
        found = {"suap": "polri", "maling": "polri"}[text]
        assert owner == found

    with pytest.raises(pytest.fail.Exception, match="2 of 3 rows are wrong") as failure:
        test_owner()
    said = str(failure.value)
    assert "{'owner': 'kpk', 'text': 'suap'}" in said
    assert "KeyError('listrik')" in said
    assert "maling" not in said


def test_a_table_without_rows_is_no_test() -> None:
    """An empty table would pass whatever the program does."""

    @each("text", [])
    def test_nothing(text: str) -> None:
        assert text

    with pytest.raises(AssertionError, match="is empty"):
        test_nothing()


def test_a_row_has_a_value_for_each_column() -> None:
    """`first: second` is a row of two columns."""
    assert parts_of({"kpk": "suap"}, ["owner", "text"]) == {"owner": "kpk", "text": "suap"}
    with pytest.raises(ValueError, match="shorter"):
        parts_of(["kpk"], ["owner", "text"])


def is_read(name: str, table: Any, tests: str) -> bool:
    """Return whether a test file reads a table: as the rows of a test, as one of its stories, or as a value."""
    if name == "FILES" or (isinstance(table, dict) and "lines" in table):
        return "lines_of(__file__" in tests
    if isinstance(table, dict) and "reads" in table:
        return "readings_of(__file__" in tests
    if name == "BEGINS" or (isinstance(table, dict) and "steps" in table):
        return "stories_of(__file__" in tests
    as_rows = re.search(rf"@(?:each_row|row_by_row)\n(?: *@.*\n)* *def {name}\(", tests)
    return bool(as_rows) or f'.yaml")["{name}"]' in tests


def test_each_table_is_read_by_a_test() -> None:
    """A table whose test was renamed or deleted proves nothing."""
    unread = []
    for path in TABLES.rglob("*.yaml"):
        if path.parent.name == "sentences":  # tests/unit/law/test_sentences.py takes all of them
            continue
        folder = next(one for one in (TESTS / "unit" / path.parent.name, TESTS / path.parent.name) if one.is_dir())
        tests = (folder / f"test_{path.stem}.py").read_text("utf-8")
        tables = document(f"tables/{path.relative_to(TABLES)}")
        unread += [f"{path.name}: {name}" for name, table in tables.items() if not is_read(name, table, tests)]
    assert not unread
