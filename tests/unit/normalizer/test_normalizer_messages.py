"""150 messages of our own, labelled by hand: place, date, what is missing and the owner, as the data file's head explains."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from normalizer.results import Reading
from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import document

RECEIVED = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=7)))


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled message and what was made of it."""

    row: dict[str, Any]
    reading: Reading
    decision: Decision


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """All messages, read and routed."""
    router = Router.load()
    made = []
    for row in document("messages.yaml"):
        reading = router.reader.read(
            row["t"], title=row.get("h", ""), address=row.get("a", ""), region=row.get("r"), received_at=RECEIVED
        )
        facts = Facts(reading)
        made.append(Case(row, reading, router.decide(facts)))
    return made


def share(cases: list[Case], right: Callable[[Case], bool]) -> tuple[float, list[str]]:
    """Return the part of the cases that are right, and the texts of those that are not."""
    wrong = [case.row["t"] for case in cases if not right(case)]
    return 1 - len(wrong) / len(cases), wrong


def dated(case: Case) -> tuple[object, str] | None:
    """Return the date that was read, in the form of the label."""
    occurred = case.reading.occurred
    return (occurred.day, occurred.precision) if occurred else None


def test_there_are_150(cases: list[Case]) -> None:
    """The file is as large as it says, and every channel's style is in it."""
    assert len(cases) >= 150
    assert {case.row["c"] for case in cases} >= {"sms", "web", "twitter", "telegram"}


def test_the_place_is_right_where_one_is_named(cases: list[Case]) -> None:
    """At least 0.95, down to the village where the text supports it."""
    part, wrong = share(
        [case for case in cases if "p" in case.row], lambda case: case.reading.place.deepest == case.row["p"]
    )
    assert part >= 0.95, wrong


def test_no_place_is_invented(cases: list[Case]) -> None:
    """Streets named after cities, everyday words and villages of forty places name none."""
    part, wrong = share([case for case in cases if "p" not in case.row], lambda case: not case.reading.place.deepest)
    assert part >= 0.95, wrong


def test_the_date_is_right(cases: list[Case]) -> None:
    """At least 0.95, absolute and relative, with its precision; future days and dates of birth are none."""
    part, wrong = share(cases, lambda case: dated(case) == (tuple(case.row["d"]) if "d" in case.row else None))
    assert part >= 0.95, wrong


def test_what_is_missing_is_right(cases: list[Case]) -> None:
    """At least 0.95 with exactly the labelled parts."""
    part, wrong = share(cases, lambda case: set(case.reading.missing) == set(case.row["m"]))
    assert part >= 0.95, wrong


def test_the_owner_is_right(cases: list[Case]) -> None:
    """At least 0.95 of those that have an undisputed owner."""
    part, wrong = share(
        [case for case in cases if "o" in case.row], lambda case: case.decision.owner.id == case.row["o"]
    )
    assert part >= 0.95, wrong


def test_class_and_oversight_are_right(cases: list[Case]) -> None:
    """At least 0.95 of both together."""
    part, wrong = share(
        cases,
        lambda case: (
            case.reading.complaint_class == case.row.get("k", "pengaduan")
            and case.reading.oversight == case.row.get("v", False)
        ),
    )
    assert part >= 0.95, wrong
