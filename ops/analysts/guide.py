"""The guide for analysts: questions with their queries, caveats, and results on a sample history."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final

import yaml

from ops.analysts.history import History

SAMPLE: Final = History(complaints=3000, days=420, seed=7, until=date(2026, 11, 30))
"""The sample history that the results on the page are from: fourteen months."""

Run = Callable[[str], tuple[list[str], list[tuple[Any, ...]]]]
"""Runs a query and returns the names of its columns and its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of an analyst.

    Attributes:
        ask: the question.
        sql: its query.
        mislead: the caveat: how the result can mislead a reader.
        draw: the columns that the dashboard draws; empty if it does not show the question.
    """

    ask: str
    sql: str
    mislead: str
    draw: tuple[str, ...] = ()

    def on_the_sample(self) -> str:
        """Return the query as if it ran at the end of the sample's last day."""
        return self.sql.replace("today()", f"toDate('{SAMPLE.until}')").replace(
            "now()", f"toDateTime('{SAMPLE.until} 16:59:59', 'UTC')"
        )


def questions() -> dict[str, list[Question]]:
    """Return the questions by the part of the guide."""
    return {part["part"]: [Question(**one) for one in part["questions"]] for part in _document()["parts"]}


def _document() -> Any:
    return yaml.safe_load(files(__package__).joinpath("guide.yaml").read_text("utf-8"))


def page(run: Run) -> str:
    """Return the guide as Markdown, with results from a database that holds the sample."""
    lines = [_document()["head"]]
    number = 0
    for part, asked in questions().items():
        lines.append(f"\n## {part}\n")
        for one in asked:
            number += 1
            lines += [
                f"### {number}. {one.ask}\n",
                "```sql",
                one.sql.strip(),
                "```\n",
                *table(*run(one.on_the_sample())),
            ]
            lines.append(f"\n*{one.mislead.strip()}*\n")
    return "\n".join(lines)


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    if not rows:
        yield "No row."
        return
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join('' if value is None else str(value).replace('|', '/') for value in row)} |"
