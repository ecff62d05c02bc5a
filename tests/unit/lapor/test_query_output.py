"""How `lapor query` prints rows: for people who look, and for programs that read."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import typer

from lapor.commands.analysts import query
from lapor.commands.tables import format_clause, show_rows
from tests.harness.tables import row_by_row

NAMES = ["owner", "at", "tags", "note"]
ROWS = [("PLN", datetime(2026, 11, 30, tzinfo=UTC), ["a", "b"], None), ("a\tb\\c\nd", None, [], "\\N")]


def printed(
    capsys: pytest.CaptureFixture[str], form: str, names: list[str], rows: Sequence[tuple[object, ...]]
) -> list[str]:
    """Return the lines that are printed."""
    show_rows(names, rows, form)
    return capsys.readouterr().out.splitlines()


def test_finding_10_tab_separated_lines_have_a_header_and_backslash_n_for_null(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As ClickHouse's TSVWithNames and pandas write it. A text that looks like it is escaped, and each row is one line."""
    lines = printed(capsys, "tsv", NAMES, ROWS)
    assert lines == [
        "owner\tat\ttags\tnote",
        '"PLN"'.strip('"') + '\t2026-11-30 00:00:00+00:00\t["a","b"]\t\\N',
        "a\\tb\\\\c\\nd\t\\N\t[]\t\\\\N",
    ]
    assert printed(capsys, "tsv", ["n"], []) == ["n"]
    assert printed(capsys, "tsv", [], []) == []


def test_json_lines_name_each_value(capsys: pytest.CaptureFixture[str]) -> None:
    """A missing value is null."""
    first, _ = (json.loads(line) for line in printed(capsys, "json", NAMES, ROWS))
    assert (first["owner"], first["note"]) == ("PLN", None)


def test_finding_11_a_table_that_is_too_wide_is_printed_row_by_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`SELECT *` has 68 columns: beside each other they would have no width. What fits is a table."""
    monkeypatch.setenv("COLUMNS", "80")
    names = [f"column_{number}" for number in range(68)]
    lines = printed(capsys, "table", names, [tuple(range(68)), (*range(67), "[bold]x[/bold] " * 20)])
    assert lines[:3] == ["row 1", "  column_0   0", "  column_1   1"]
    assert lines[69] == "row 2"
    assert lines[-1] == "  column_67  " + "[bold]x[/bold] " * 20
    narrow = printed(capsys, "table", ["a", "[b]"], [(1, None)])
    assert any("[b]" in line for line in narrow)
    assert any("\\N" in line for line in narrow)
    assert not any(line.startswith("row") for line in narrow)


@row_by_row
def test_a_format_clause_is_refused_and_not_passed_over(sql: str, clause: str) -> None:
    """ClickHouse's protocol ignores it: whoever asked for JSON would get tab-separated lines without a word."""
    assert format_clause(sql) == clause
    if clause:
        with pytest.raises(typer.BadParameter, match=f"{clause} has no effect here: .*--format"):
            query(sql)
