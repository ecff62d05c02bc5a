"""The deadlines of a case are those of 130 examples that were worked out from the law before there was any code (docs/deadlines.md)."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from complaints.command import CITIZEN, Command, CommandKind
from complaints.event import AgencyRef, Complaint, Disposition, Place, Region
from complaints.fact import FactKind
from complaints.values import ComplaintClass
from normalizer.zones import local_day
from router.deadlines import light
from router.routing import Router
from tests.harness.events import complaint
from tests.harness.house import House, added, said
from tests.harness.tables import each

EXAMPLES = [json.loads(line) for line in Path("tests/data/deadlines.jsonl").read_text("utf-8").splitlines()]
NAMES = {"first_follow_up": "follow_up"}
AT_ONCE = timedelta(minutes=5)
DESK = Router.load().administrator_id
BY_OWNER = {
    "accepted": CommandKind.accept,
    "asked": CommandKind.ask,
    "answered": CommandKind.answer,
    "extended": CommandKind.extend,
    "postponed": CommandKind.postpone,
    "closed": CommandKind.close,
    "refused": CommandKind.refuse,
}


class StoryLaw:
    """The real rules, but the owners of a story, one after another."""

    def __init__(self, story: Sequence[dict[str, Any]]) -> None:
        self._real = Router.load()
        self._owners = [step["what"] for step in story if step["what"] in {"triage", "forwarded"}]
        if not is_at_once(story):
            self._owners.insert(0, "triage")
        self._number, self._refused = 0, 0

    def route(self, complaint: Complaint, refused_by: Sequence[str] = (), *more: Any) -> Disposition:
        """Return the owner: after a refusal the next one, a desk, or an agency that has not had the case."""
        found = self._real.route(complaint, refused_by, *more)
        if len(refused_by) > self._refused:
            self._number, self._refused = self._number + 1, len(refused_by)
        is_desk = self._owners[self._number] == "triage"
        owner = DESK if is_desk else f"body-{self._number}"
        return replace(found, asks=None, owner=AgencyRef(id=owner, name=owner), triage=is_desk)

    def given(self, complaint: Complaint, agency_id: str, by: str, beside: Sequence[str] = ()) -> Disposition:
        """Return the disposition by which the desk forwards."""
        assert (agency_id, by, list(beside)) == ("pln", DESK, [])
        self._number += 1
        return self.route(complaint, ["x"] * self._refused)

    def __getattr__(self, name: str) -> Any:
        """Return what the real rules have."""
        return getattr(self._real, name)


def is_at_once(story: Sequence[dict[str, Any]]) -> bool:
    """Return whether somebody owns the case as soon as it is received."""
    first, second = (datetime.fromisoformat(step["at"]) for step in [*story, *story][:2])
    return len(story) > 1 and story[1]["what"] in {"triage", "forwarded"} and second - first <= AT_ONCE


def milliseconds(moment: str) -> int:
    """Return a moment in milliseconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def of_story(example: dict[str, Any]) -> Complaint:
    """Return the complaint of an example."""
    code, kind = example["region"], example["class"]
    fields: dict[str, Any] = {"complaint_class": ComplaintClass("pengaduan" if kind == "berkadar" else kind)}
    return complaint(
        text="lampu jalan padam",
        title="",
        received_at=datetime.fromisoformat(example["story"][0]["at"]),
        place=Place(province=Region(code=code[:2], name="P"), regency=Region(code=code, name="R")),
        oversight=kind == "berkadar",
        **fields,
    )


def told(house: House, example: dict[str, Any]) -> Complaint:
    """Let a case live an example's story, its timers among them, and return its complaint."""
    story, of = example["story"], of_story(example)
    for number, step in enumerate(story):
        at_ms, what = milliseconds(step["at"]), step["what"]
        if number:
            house.ring_out(of.tracking_code, until_ms=at_ms - 1)
        event = _event(house, of, story, number)
        if event is not None:
            facts = house.hear(event, at_ms=at_ms)
            # too late, or again
            useless = what in {"extended", "asked", "closed"} and facts[0].kind is FactKind.declined
            assert useless or facts[0].kind is not FactKind.declined, (what, facts[0].text)
    return of


def _event(  # noqa: PLR0911  # one return per kind of step
    house: House, of: Complaint, story: Sequence[dict[str, Any]], number: int
) -> Complaint | Command | None:
    step, before = story[number], story[number - 1]["what"]
    what = step["what"]
    nonce, at = str(number), datetime.fromisoformat(step["at"])
    if what == "received":
        return of
    if what in {"triage", "forwarded"}:
        if before == "refused" or (before == "received" and what == "triage") or (number == 1 and is_at_once(story)):
            return None  # the rules have just said so
        assert what == "forwarded"
        return said(CommandKind.reroute, of, DESK, "ke sana", nonce=nonce, to="pln")
    if what == "added":
        return added(of, "di depan pasar", number=number, at=at, complaint_class=of.complaint_class)
    if what == "disagreed":
        return said(CommandKind.disagree, of, CITIZEN, "belum pak", nonce=nonce, received_at=at)
    if what == "reclassified":
        berkadar = step["class"] == "berkadar"
        kind = None if berkadar else ComplaintClass(step["class"])
        about = {"complaint_class": kind, "oversight": berkadar}
        return said(CommandKind.reclassify, of, DESK, "", nonce=nonce, **about)
    owner = house.case(of.tracking_code).owner.id
    more = {"until": date(2027, 6, 1)} if what == "postponed" else {}
    return said(BY_OWNER[what], of, owner, f"kata {number}", nonce=nonce, **more)


@each("example", EXAMPLES)
def test_the_deadlines_are_those_that_were_worked_out(example: dict[str, Any]) -> None:
    """Each due day and its colour, as an officer sees them at the time of the example."""
    house = House(law=StoryLaw(example["story"]))
    of = told(house, example)
    case = house.case(of.tracking_code)
    today = local_day(datetime.fromisoformat(example["now"]), example["region"])
    found = {
        NAMES.get(one.duty, one.duty): {
            "due": one.due.isoformat(),
            "state": light(one, today),
        }
        for one in case.deadlines
    }
    assert found == example["expect"], example["why"]
