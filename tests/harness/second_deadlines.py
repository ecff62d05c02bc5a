"""The time limits of a complaint a second time, written from docs/deadlines.md alone: it shares no code with the product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import holidays

CITIZEN_DAYS = 30
CLASS_DAYS = {"pengaduan": 14, "berkadar": 60, "permintaan_informasi": 5, "aspirasi": 14}
WITA = {"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"}
WIT = {"81", "82", "91", "92", "93", "94", "95", "96"}


@cache
def is_off(day: date) -> bool:
    """Return whether nobody works on a day."""
    return day.weekday() > 4 or day in holidays.country_holidays(
        "ID", years=day.year, categories=("public", "government")
    )


@cache
def working(day: date, number: int) -> date:
    """Return the day that is a number of working days later."""
    while number:
        day += timedelta(days=1)
        number -= not is_off(day)
    return day


@dataclass
class Story:
    """What happened to a complaint, as far as its limits are concerned.

    Attributes:
        region: the code of the place; its first two digits set the time zone. It may become known later.
        kind: the class.
        more: by class, how many days the case has to be completed, if they are not those of the regulation.
    """

    region: str
    kind: str
    more: Mapping[str, int] = field(default_factory=lambda: CLASS_DAYS)
    received: datetime | None = None
    at_desk: bool = True
    firsts: dict[str, datetime] = field(default_factory=dict)
    asked: dict[str, datetime] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)
    last_answer: datetime | None = None
    closed: datetime | None = None
    extended: bool = False
    regency: str = ""

    def day(self, moment: datetime) -> date:
        """Return the day of a moment at the place."""
        hours = 9 if self.region[:2] in WIT else 8 if self.region[:2] in WITA else 7
        return (moment + timedelta(hours=hours) - (moment.utcoffset() or timedelta())).date()

    def takes_place(self, said: Mapping[str, Any]) -> None:
        """Take the place that is told: a known one stays, unless another regency corrects it."""
        told = ((said.get("place") or {}).get("regency") or {}).get("code", "")
        if told and self.regency and told != self.regency and said.get("corrects"):
            self.region, self.regency = _province(said), told
        self.region, self.regency = self.region or _province(said), self.regency or told

    def happens(self, what: str, at: datetime) -> None:  # noqa: C901, PLR0912  # one case for each kind of event
        """Take the next event."""
        match what:
            case "received":
                self.received = at
            case "triage" | "forwarded":
                self.at_desk = what == "triage"
                if not self.at_desk:
                    self._first("forwarded", at)
            case "accepted":
                self._checked(at)
                self._first("declared", at)
            case "asked":
                self._ask(at)
                self._checked(at)
            case "asked by the service":  # no owner has done anything
                self._ask(at)
                self._first("checked", at)
            case "added":
                for limit in [*self.asked]:
                    question = self.asked.pop(limit)
                    last = self.day(question) + timedelta(days=CITIZEN_DAYS)
                    self.begun[limit] = at if self.day(at) <= last else question + timedelta(days=CITIZEN_DAYS)
            case "answered":
                self.last_answer = at
                self._first("answered", at)
                self._first("declared", at)
                self._first("checked", at)
                if "forwarded" in self.firsts:
                    self._first("followed up", at)
            case "disagreed":
                self.last_answer = self.closed = None
            case "extended":
                self.extended = self.extended or (not self.last_answer and self.day(at) <= self.due_complete())
            case "closed":
                self.closed = at

    def nothing_was_missing(self, at: datetime) -> None:
        """Nobody waits any more: a question that the citizen could still answer has moved nothing; one whose days are over has."""
        self._ended(at)
        self.asked.clear()

    def _ended(self, at: datetime) -> None:
        """The questions that the citizen can no longer answer have moved their limits."""
        for limit, question in [*self.asked.items()]:
            over = question + timedelta(days=CITIZEN_DAYS)
            if self.day(at) > self.day(over):
                self.begun[limit] = over
                del self.asked[limit]

    def _first(self, name: str, at: datetime) -> None:
        self.firsts.setdefault(name, at)

    def _checked(self, at: datetime) -> None:
        self._first("checked", at)
        if not self.at_desk:
            self._first("followed up", at)

    def _ask(self, at: datetime) -> None:
        """A question moves the completion if it is in time, before any answer, the ceiling only before the report is declared complete.

        In time is what comes no later than the limit that it moves.
        """
        if "answered" in self.firsts or self.day(at) > self.due_complete():
            return
        self._ended(at)
        self.asked["complete"] = at
        if "declared" not in self.firsts and self.day(at) <= self.due_decision():
            self.asked["decision"] = at

    def begins(self, limit: str) -> date:
        """Return the day from which the completion or the decision counts."""
        assert self.received is not None
        if limit in self.asked:
            return self.day(self.asked[limit]) + timedelta(days=CITIZEN_DAYS)
        return self.day(self.begun.get(limit, self.received))

    def due_complete(self) -> date:
        """Return the last day of the completion."""
        days = self.more[self.kind]
        return working(self.begins("complete"), days + (-(-days // 2) if self.extended else 0))

    def due_decision(self) -> date:
        """Return the last day of the ceiling of the decision."""
        return self.begins("decision") + timedelta(days=60)

    def limits(self) -> dict[str, tuple[str, bool]]:
        """Return the due day of each limit that has begun, and whether it is fulfilled."""
        assert self.received is not None
        received, firsts = self.day(self.received), self.firsts
        answered, closed = self.last_answer is not None, self.closed is not None
        found = {
            "forward": (working(received, 3), "forwarded" in firsts or "answered" in firsts),
            "complete": (self.due_complete(), answered),
            "statute_completeness": (received + timedelta(days=14), "checked" in firsts),
            "statute_decision": (self.due_decision(), answered),
        }
        if "forwarded" in firsts:
            found["follow_up"] = (working(self.day(firsts["forwarded"]), 5), "followed up" in firsts)
        if self.last_answer is not None:
            found["close"] = (working(self.day(self.last_answer), 10), False)
        return {name: (due.isoformat(), done or closed) for name, (due, done) in found.items()}


EVENTS = {
    "accepted": "accepted",
    "verified": "accepted",
    "asked": "asked",
    "added": "added",
    "answered": "answered",
    "reopened": "disagreed",
    "extended": "extended",
    "closed": "closed",
}
"""The events of a story by the kinds of the facts of a case."""


CLOSE_A_QUESTION = {"verified", "unheard", "answered", "closed", "withdrawn", "archived", "merged"}
"""The kinds of the facts that close a question without an addition of the citizen."""


def of_facts(facts: Iterable[Mapping[str, Any]]) -> Story:  # noqa: C901, PLR0912  # one case for each kind of fact
    """Return the story that the facts of a case tell."""
    story, reclassified, oversight, kind, answered, known = Story("", ""), False, False, "pengaduan", False, False
    heard: datetime | None = None
    for fact in facts:
        at, what = datetime.fromisoformat(fact["at"]), fact["kind"]
        said = fact.get("complaint") or fact.get("reading") or fact
        if what == "added" and fact["addition"].get("apart"):  # it changes nothing
            continue
        if what == "opened":
            story.more = fact["terms"]["complete"]
            story.happens("received", datetime.fromisoformat(said["received_at"]))
        if what in {"opened", "added"}:
            story.takes_place(said)
            stays = what == "added" and kind == "pengaduan" and known  # a question makes no request of a complaint
            kind = kind if reclassified or stays else said.get("class", kind)
            known = known or bool(said.get("topic"))
            oversight = oversight if reclassified else bool(oversight or said.get("oversight"))
        if what == "reclassified":
            reclassified, kind = True, said.get("class", kind)
            oversight = bool(said.get("oversight", oversight))
        story.kind = "berkadar" if oversight else kind
        if what == "echoed" and fact["event"] == "answered":
            heard = at
        if what in {"unmerged", "reopened"} and fact.get("event") == "answered":
            assert heard is not None
            story.happens("answered", heard)  # the answer of the main case, when the supporter heard it
            answered = True
        if what == "routed":
            if answered and "previous_owner" in fact["disposition"] and "handling" not in fact:
                story.happens("disagreed", at)  # it moved to another owner: the answer stands no more
                answered = False
            story.happens("triage" if fact["disposition"]["triage"] else "forwarded", at)
        elif what == "echoed" and fact["event"] == "closed":
            story.happens("closed", at)
        elif what == "asked" and fact.get("part"):
            story.happens("asked by the service", at)
        elif what in EVENTS:
            if what == "accepted" and story.at_desk:
                story.happens("forwarded", at)  # the desk takes the case itself, as its owner
            story.happens(EVENTS[what], at)
            answered = what == "answered" or (answered and what != "reopened")
        if what in CLOSE_A_QUESTION:
            story.nothing_was_missing(at)
    return story


NAMES = {"first_follow_up": "follow_up"}
"""The names of duties that docs/deadlines.md calls otherwise."""


def differences(case: Mapping[str, Any], facts: Iterable[Mapping[str, Any]]) -> str:
    """Return what the deadlines of a document are and what they should be by its facts; empty if they agree.

    Of a case that was withdrawn nothing is asked any more.
    """
    if case["state"] == "withdrawn":
        return ""
    found = {NAMES.get(one["duty"], one["duty"]): (one["due"], "done" in one) for one in case["deadlines"]}
    right = of_facts(facts).limits()
    return "" if found == right else f"{found}, right is {right}"


def _province(said: Mapping[str, Any]) -> str:
    code: str = ((said.get("place") or {}).get("province") or {}).get("code", "")
    return code
