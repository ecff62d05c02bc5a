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


WHAT: dict[str, Callable[[Case], bool]] = {
    "the place where one is named": lambda case: case.reading.place.deepest == case.row["p"],
    "no place is invented": lambda case: not case.reading.place.deepest,
    "the date": lambda case: dated(case) == (tuple(case.row["d"]) if "d" in case.row else None),
    "what is missing": lambda case: set(case.reading.missing) == set(case.row["m"]),
    "the owner": lambda case: case.decision.owner.id == case.row["o"],
    "class and oversight": lambda case: (
        (case.reading.complaint_class, case.reading.oversight)
        == (case.row.get("k", "pengaduan"), case.row.get("v", False))
    ),
}
OF: dict[str, Callable[[Case], bool]] = {
    "the place where one is named": lambda case: "p" in case.row,
    "no place is invented": lambda case: "p" not in case.row,
    "the owner": lambda case: "o" in case.row,
}
"""The messages that are asked, if not all: those with a place, without one, and with an undisputed owner."""


@pytest.mark.parametrize("what", WHAT)
def test_at_least_95_of_100_are_right(cases: list[Case], what: str) -> None:
    """Places down to the village where the text supports it, days with their precision, and exactly the labelled parts that are missing."""
    asked = [case for case in cases if what not in OF or OF[what](case)]
    wrong = [case.row["t"] for case in asked if not WHAT[what](case)]
    assert len(wrong) <= 0.05 * len(asked), wrong


def dated(case: Case) -> tuple[object, str] | None:
    """Return the date that was read, in the form of the label."""
    occurred = case.reading.occurred
    return (occurred.day, occurred.precision) if occurred else None


def test_there_are_150(cases: list[Case]) -> None:
    """The file is as large as it says, and every channel's style is in it."""
    assert len(cases) >= 150
    assert {case.row["c"] for case in cases} >= {"sms", "web", "twitter", "telegram"}
