"""Splitting a statement takes time in proportion to its length, whatever it is."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from embedded.clickhouse.session.statements import without_rows
from embedded.clickhouse.tokens import tokens
from tests.harness.tables import row_by_row


def seconds(text: str) -> float:
    """The processor time of this thread for splitting a text: the best of three, without what the garbage of other tests costs."""
    gc.disable()
    took = []
    for _ in range(3):
        started = time.thread_time()
        tokens(text)
        took.append(time.thread_time() - started)
    gc.enable()
    return min(took)


@pytest.mark.parametrize(
    "text",
    [
        lambda size: '"\\"\\"\\"' * (size // 6),
        lambda size: "'\\" * (size // 2),
        lambda size: "'" + "''" * (size // 2),
        lambda size: "`\\x" * (size // 3) + "\\",
        lambda size: "\"`'" * (size // 3),
        lambda size: "'' " * (size // 3) + "'x",
        lambda size: "$".join(map(str, range(size // 7))),
        lambda size: "".join(f"${number}$ " for number in range(size // 9)),
        lambda size: "$a" * (size // 2),
        lambda size: "$" + "a" * size,
        lambda size: ("$" + "a" * 300) * (size // 300),
        lambda size: "/*" * (size // 2),
        lambda size: "-- " * (size // 3),
        lambda size: " " * size,
    ],
    ids=range(14),
)
def test_splitting_takes_time_in_proportion_to_the_length(text: Callable[[int], str]) -> None:
    """Also of what is never closed: of 256 KiB about four times that of a quarter of it (the square would be sixteen)."""
    small, large = seconds(text(1 << 16)), seconds(text(1 << 18))
    assert large < 10 * small + 0.025


@row_by_row
def test_a_statement_is_split_as_the_engine_splits_it(text: str, words: list[str]) -> None:
    """What is never closed goes to the end of the text; a dollar sign inside a name begins no quoted text."""
    assert [token.word for token in tokens(text)] == words


def test_rows_behind_values_may_be_longer_than_a_statement() -> None:
    """They are found within the length that a statement may have, and not looked at."""
    rows = "('\\" * (1 << 20)
    assert without_rows("INSERT INTO t VALUES " + rows) == ("INSERT INTO t VALUES", " " + rows)
