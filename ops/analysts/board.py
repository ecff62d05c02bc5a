"""The dashboard's figures: the questions of the guide that it shows, their plots, and the part of the cases that they cover. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from ops.analysts.guide import Question, questions
from ops.casework.recorded import CHANNEL as RECORDED

PERIODS: Final = {"all": 0, "90": 90, "365": 365}
"""The periods that can be chosen, in days; 0 for all."""

CHANNELS: Final = ("sms", "web", "telegram", "twitter", "webhook", RECORDED)

_OF_CASES: Final = ("complaints", "dispositions", "case_events", "messages", "replies", "deliveries")
"""The views whose rows belong to cases."""

_ROW_PX: Final = 22
_HEIGHT_PX: Final = 180
_OVER_TIME: Final = frozenset({"week", "month"})
_MARGIN: Final = 1 / 8
"""The part of a plot's width that is left free beside its labels: a browser's letters may be wider than those by which it was laid out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of the cases that the figures cover; empty values do not restrict it.

    Attributes:
        province: Kemendagri's code of the province.
        channel: one of CHANNELS.
        period: one of PERIODS.
    """

    province: str = ""
    channel: str = ""
    period: str = "all"

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Part":
        """Return the part that the parameters of an address name; invalid values are ignored."""
        province, channel, period = (asked.get(name, "") for name in ("province", "channel", "period"))
        return cls(
            province=province if province.isdecimal() and len(province) == 2 else "",  # noqa: PLR2004  # digits of a province
            channel=channel if channel in CHANNELS else "",
            period=period if period in PERIODS else "all",
        )

    def address(self) -> str:
        """Return the parameters of an address that name this part."""
        return f"province={self.province}&channel={self.channel}&period={self.period}"

    def query(self, question: Question, today: date) -> str:
        """Return a question's query, restricted to this part: its views have only the rows of the part."""
        holds = ["1"]
        if self.province:
            holds.append(f"province_code = '{self.province}'")
        if self.channel:
            holds.append(f"channel = '{self.channel}'")
        if days := PERIODS[self.period]:
            holds.append(f"received_day > '{today - timedelta(days=days)}'")
        if len(holds) == 1:
            return question.sql
        return about(question, " AND ".join(holds))


def about(question: Question, chosen: str) -> str:
    """Return a question's query whose views have only the rows of cases that fulfil a condition."""
    cases = f"cases AS (SELECT * FROM lapor.cases WHERE {chosen})"  # noqa: S608  # conditions of ours, each value of which was checked
    rest = (
        f"{view} AS (SELECT * FROM lapor.{view} WHERE complaint_id IN (SELECT complaint_id FROM cases))"  # noqa: S608
        for view in _OF_CASES
    )
    return f"WITH {', '.join((cases, *rest))} {question.sql}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the dashboard.

    Attributes:
        name: its name in addresses.
        question: the question of the guide that it answers.
        values: the columns that are drawn, over the first other column.
    """

    name: str
    question: Question
    values: tuple[str, ...]

    def plot(self, names: Sequence[str], rows: Sequence[Sequence[Any]], width_px: int) -> dict[str, Any]:
        """Return the figure as a Vega-Lite specification."""
        over = next(name for name in names if name not in self.values)
        told = [dict(zip(names, row, strict=True)) for row in rows]
        data = [
            {"over": str(row[over]), "of": name, "value": _number(row[name])} for row in told for name in self.values
        ]
        in_time = over in _OVER_TIME
        along: dict[str, Any] = {
            "field": "over",
            "type": "ordinal",
            "title": None,
            "sort": "ascending" if in_time else None,
        }
        along["axis"] = {"labelLimit": width_px // 3}
        amount = {"field": "value", "type": "quantitative", "title": None, "axis": {"tickCount": width_px // 100}}
        color = {"field": "of", "type": "nominal", "title": None, "legend": {"orient": "bottom", "columns": 3}}
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "width": width_px,
            "height": _HEIGHT_PX if in_time else {"step": _ROW_PX},
            "autosize": {"type": "fit-x", "contains": "padding"},
            "padding": {"left": 5 if in_time else width_px * _MARGIN, "right": 15, "top": 5, "bottom": 5},
            "background": "white",
            "data": {"values": data},
            "mark": {"type": "bar"},
            "encoding": {"x": along if in_time else amount, "y": amount if in_time else along}
            | ({"color": color} if self.values[1:] else {}),
        }


def figures() -> list[Figure]:
    """Return the figures, in the order of the guide."""
    asked = [one for part in questions().values() for one in part if one.draw]
    return [Figure(name=str(number), question=one, values=tuple(one.draw)) for number, one in enumerate(asked, 1)]


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)
