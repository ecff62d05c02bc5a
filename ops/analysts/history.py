"""Writes an invented history into ClickHouse for learning: the rows that the sink would have written, for any number of cases.

Or it only plans one there, for whoever makes records of it (see ops.analysts.lives).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from string import Template
from typing import Any, Final

from complaints.calendar import WIB
from sinks.clickhouse.tables import schema

MOST_AT_ONCE: Final = 200_000
"""The maximum number of cases per round: more would need more memory than an engine on one machine has."""

_PLAN: Final = "history_plan.sql"
_ROWS: Final = "history.sql"
_STATEMENT: Final = re.compile(r";\s*(?:\n|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The parameters of an invented history.

    Attributes:
        complaints: the number of cases.
        days: the number of days over which they came.
        seed: the seed; the same seed gives the same cases.
        until: the last day.
        now: the present time, if it comes before the end of the last day.
    """

    complaints: int
    days: int
    seed: int
    until: date
    now: datetime | None = None

    @property
    def end(self) -> datetime:
        """The time after which nothing has happened: the last second of the last day in Jakarta, or now."""
        last = datetime.combine(self.until + timedelta(days=1), time(), UTC) - WIB - timedelta(seconds=1)
        return min(last, self.now or last)

    def rounds(self, *parts: str) -> Iterator[tuple[int, list[str]]]:
        """Yield, for each round, the number of cases that it makes, and its statements, which these files have; by default, all."""
        text = "".join(files(__package__).joinpath(part).read_text("utf-8") for part in parts or (_PLAN, _ROWS))
        code = Template("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--")))
        for first in range(0, self.complaints, MOST_AT_ONCE):
            last = min(first + MOST_AT_ONCE, self.complaints) - 1
            filled = code.substitute(
                first=first,
                last=last,
                seed=self.seed,
                days=self.days,
                until=self.until.isoformat(),
                now=f"{self.end:%Y-%m-%d %H:%M:%S}",
                population=2 * self.complaints,
            )
            yield last - first + 1, [one.strip() for one in _STATEMENT.split(filled) if one.strip()]


def planned(
    history: History, execute: Callable[[str], list[tuple[Any, ...]]], plans: str
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield, for each round, the rows of a query for plans, and leave nothing in ClickHouse.

    Args:
        history: the history.
        execute: runs a statement and returns its rows.
        plans: the query; it reads history_step and history_case.
    """
    try:
        for _, statements in history.rounds(_PLAN):
            for statement in statements:
                execute(statement)
            yield execute(plans)
    finally:
        for table in ("history_step", "history_case"):
            execute(f"DROP TABLE IF EXISTS {table}")


def write(history: History, execute: Callable[[str], object], done: Callable[[int], object] = lambda _: None) -> None:
    """Write a history. `done` is called after each round with the number of cases so far. Rounds leave large parts, so they are merged."""
    written = 0
    for cases, statements in history.rounds():
        for statement in statements:
            execute(statement)
        written += cases
        done(written)
    if history.complaints > MOST_AT_ONCE:
        for table in schema().views.values():
            execute(f"OPTIMIZE TABLE {table} FINAL")
