"""Makes the sheet of a case, which `lapor case show --json` prints. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import to_builtins

from complaints.case import Case
from complaints.event import Addition
from complaints.fact import Added, AnyFact, Fact, Routed
from normalizer.zones import local_day
from ops.casework.chain import Link, chain
from ops.casework.heard import heard
from router.deadlines import Deadlines, light
from router.offices import roles

Sheet = dict[str, Any]
"""The sheet of a case as plain data."""

BY_CODE: Final = "by the code alone"
"""The mark of an addition that anybody with the code may have sent."""

_LEFT_OUT: Final = frozenset(
    ("id", "complaint_id", "tracking_code", "secret", "complaint", "disposition", "addition", "reading", "terms")
)
"""The fields of a fact that are elsewhere on the sheet, or are too long for it."""


def sheet(case: Case, facts: Sequence[AnyFact], now: datetime) -> Sheet:
    """Return all that an officer sees of a case. Days are local days at the place of the case.

    Args:
        case: the case.
        facts: its facts, oldest first; those that are newer than the case are left out.
        now: the present time.
    """
    facts = [fact for fact in facts if fact.version <= case.version]
    complaint = case.complaint
    found: Sheet = {
        "code": case.tracking_code,
        "state": case.state,
        "class": complaint.complaint_class.value,
        "oversight": complaint.oversight,
        "owner": {"id": case.owner.id, "name": case.owner.name},
        "triage": case.triage,
        "channel": complaint.channel,
        "province": province(case),
        "title": complaint.title,
        "text": "\n".join((complaint.text, *map(added, complaint.additions))),
        "chain": [_link(one) for one in chain(case, facts, now)],
        "deadlines": deadlines(case, now),
        "clock": {"started_at": complaint.received_at.isoformat(), "paused_s": paused_s(case, now)},
        "events": [_event(fact) for fact in facts],
        "replies": [
            {"at": one.at.isoformat(), "kind": one.kind.value, "text": one.text, "caused_by": str(one.caused_by)}
            for one in heard(facts)
        ],
        "supporters": case.supporters,
        "version": case.version,
    }
    return found | _more(case)


def deadlines(case: Case, now: datetime) -> Sheet:
    """Return the deadlines of a case by duty, each with its colour: hijau, kuning or merah; or done.

    Of a withdrawn case, only the duties that were fulfilled before are returned, since nothing is due any more.
    """
    today = local_day(now, province(case))
    return {
        one.duty: {
            "due": one.due.isoformat(),
            "from": one.begins.isoformat(),
            "days": one.days,
            "counted": one.counted,
            "source": one.source,
            "state": light(one, today),
            **({"done": one.done.isoformat()} if one.done else {}),
        }
        for one in case.deadlines
        if one.done or case.state != "withdrawn"
    }


def province(case: Case) -> str | None:
    """Return the code of the province where a case happened; None if it is not known."""
    found = case.complaint.place.province
    return None if found is None else found.code


def paused_s(case: Case, now: datetime) -> int:
    """Return how many seconds the completion has waited for the citizen, including the present wait."""
    if case.waits_since is None:
        return case.paused_s
    until = min(now, case.waits_since + timedelta(days=Deadlines.load().statute["citizen"]))
    return case.paused_s + max(0, int((until - case.waits_since).total_seconds()))


def added(addition: Addition) -> str:
    """Return the words of an addition, with a mark before them if the sender has proved no more than that he has the code."""
    return f"({BY_CODE}) {addition.text}" if addition.by_code else addition.text


def _link(one: Link) -> Sheet:
    return {
        "hop": one.hop,
        "agency_id": one.owner.id,
        "name": one.owner.name,
        "triage": one.triage,
        "why": one.why,
        "decided_at": one.decided_at.isoformat(),
        "ended_by": one.ended_by,
        "held_for": one.held_s,
    }


def _event(fact: Fact) -> Sheet:
    found = {name: value for name, value in to_builtins(fact).items() if name not in _LEFT_OUT and name != "deadlines"}
    if isinstance(fact, Routed):
        found["owner"] = fact.disposition.owner.id
    if isinstance(fact, Added):
        found["text"] = fact.addition.text
        if fact.addition.by_code:
            found["by_code"] = True
    return found


def _more(case: Case) -> Sheet:
    """Return the fields that are on the sheet only if they apply."""
    said = to_builtins(case)
    names = ("question", "postponed", "rating", "main", "proposed", "beside", "extended_at", "ended_at", "ended_by")
    found: Sheet = {name: said[name] for name in names if said.get(name)}
    for name in ("overdue", "incomplete", "deemed", "disputes"):
        if value := said.get(name):
            found[name] = value
    if case.escalation is not None:
        found["escalation"] = {**said["escalation"], "title": title_of_level(case.escalation.level)}
    for name in ("anonymous", "secret", "recorded_by", "source"):
        if value := getattr(case.complaint, name):
            found[name] = value
    return found


def title_of_level(level: int) -> str:
    """Return the title of the role that has the case on its list at a level of the ladder, from 1 on."""
    titles = {role["id"]: str(role["title"]) for role in roles()["roles"]}
    return titles[roles()["ladder"][level - 1]]
