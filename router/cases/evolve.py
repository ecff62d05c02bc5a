"""Changes the document of a case by one fact. The document is the fold of its facts."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from complaints.case import FORMAT
from complaints.fact import FactKind
from normalizer.answers import settled_by
from router.cases.plain import Document, time_text
from router.deadlines import Deadlines

REMEMBERED_MS: Final = 90 * 24 * 3_600_000
"""How long the id of a command is remembered, in milliseconds: longer than any channel or officer sends the same one again."""

MOST_REMEMBERED: Final = 500
"""The maximum number of commands whose ids are remembered: about 30 kB."""

_PLACE: Final = ("province", "regency", "district", "village", "text", "pin")
"""The parts of a place that tell something: its regions, and the words or the position by which the citizen named it."""

Changed = tuple[Document, int]
"""A fact, and when its record was appended, in milliseconds since 1970."""


def evolve(case: Document | None, fact: Document, at_ms: int) -> Document:
    """Return the document after a fact; the given document is not changed.

    Args:
        case: the document before; None before the first fact.
        fact: the fact.
        at_ms: the time of the fact in milliseconds since 1970.
    """
    kind = fact["kind"]
    if case is None:
        changed = _opened(fact)
    else:
        changed = dict(case)
        change = _CHANGES.get(kind)
        if change is not None:
            change(changed, fact)
    if "deadlines" in fact:
        changed["deadlines"] = fact["deadlines"]
    changed["version"] = fact["version"]
    changed["changed_at"] = fact["at"]
    cause = fact["caused_by"]
    if cause not in changed["commands"]:
        changed["commands"] = _remembered(changed["commands"], cause, at_ms)
    return changed


def fold(facts: Iterable[Changed], case: Document | None = None) -> Document | None:
    """Return the document after all facts; None if there are none and there was no document before."""
    for fact, at_ms in facts:
        case = evolve(case, fact, at_ms)
    return case


def _opened(fact: Document) -> Document:
    """Return the document of a new case. Its owner follows with the next fact."""
    return {
        "format": FORMAT,
        "version": 0,
        "complaint_id": fact["complaint_id"],
        "tracking_code": fact["tracking_code"],
        "state": "menunggu",
        "complaint": fact["complaint"],
        "owner": None,
        "triage": False,
        "hop": 0,
        "confidence": 0.0,
        "explanation": "",
        "deadlines": [],
        "chain": [],
        "refusals": [],
        "answers": [],
        "questions": 0,
        "rules_version": "",
        "registry_version": "",
        "changed_at": "",
        "commands": {},
    }


def _routed(case: Document, fact: Document) -> None:
    disposition = fact["disposition"]
    moves = disposition["hop"] == len(case["chain"])
    hop = {
        "hop": disposition["hop"],
        "owner": disposition["owner"],
        "triage": disposition["triage"],
        "since": fact["at"],
        "caused_by": fact["caused_by"],
    }
    if moves:
        case["chain"] = [*case["chain"], hop]
    if moves or case["state"] != "ditanggapi":
        case["state"] = "menunggu" if disposition["triage"] else "diproses"
    for name in (
        "owner",
        "triage",
        "hop",
        "confidence",
        "explanation",
        "rules_version",
        "registry_version",
    ):
        case[name] = disposition[name]
    case["deadlines"] = disposition.get("deadlines", case["deadlines"])


def _asked(case: Document, fact: Document) -> None:
    case.pop("question", None)
    case["question"] = {"part": fact["part"], "at": fact["at"]}  # always the last field, as in the model
    case["questions"] = case["questions"] + 1


def latest_answer(asked_at: str) -> str:
    """Return until when a citizen can answer a question so that the completion waits for him (UU 25/2009 Pasal 44 ayat (4))."""
    until = datetime.fromisoformat(asked_at) + timedelta(days=Deadlines.load().statute["citizen"])
    return time_text(int(until.timestamp() * 1000))


def _added(case: Document, fact: Document) -> None:
    complaint = joined(case["complaint"], fact["addition"], fact["reading"])
    question = case.pop("question", None)
    if question:
        case["complete_since"] = min(fact["at"], latest_answer(question["at"]), key=datetime.fromisoformat)
    settled = settled_by(question["part"], fact["addition"]["text"]) if question else ""
    if settled:
        complaint["settled"] = [*complaint.get("settled", ()), settled]
    case["complaint"] = complaint


def _refused(case: Document, fact: Document) -> None:
    hop = next(hop["hop"] for hop in reversed(case["chain"]) if hop["owner"]["id"] == fact["actor"])
    late = fact["actor"] != case["owner"]["id"]
    refusal = {"hop": hop, "agency_id": fact["actor"], "reason": fact["text"], "at": fact["at"], "late": late}
    case["refusals"] = [*case["refusals"], refusal]


def _answered(case: Document, fact: Document) -> None:
    answer = {"agency": case["owner"], "text": fact["text"], "at": fact["at"], "caused_by": fact["caused_by"]}
    case["answers"] = [*case["answers"], answer]
    case["state"] = "ditanggapi"


_CHANGES: Final[dict[str, Callable[[Document, Document], None]]] = {
    FactKind.routed.value: _routed,
    FactKind.asked.value: _asked,
    FactKind.added.value: _added,
    FactKind.refused.value: _refused,
    FactKind.answered.value: _answered,
}


def joined(complaint: Document, addition: Document, reading: Document) -> Document:
    """Return the complaint with an addition: it takes from the reading what it lacks, and keeps what it has.

    A date, a regency or a topic that the complaint already has stays, and oversight is never withdrawn. The class and the missing parts
    come from the reading, except that a file counts as evidence, and a known date is not missing.

    Args:
        complaint: the complaint with the additions so far.
        addition: the added message.
        reading: the channel's reading of the whole.
    """
    attachments = [*complaint.get("attachments", ()), *addition.get("attachments", ())]
    occurred = complaint.get("occurred_on") or reading.get("occurred_on")
    has = {name for name, is_there in (("evidence", attachments), ("date", occurred)) if is_there}
    new: dict[str, Any] = {
        "additions": [*complaint.get("additions", ()), addition],
        "attachments": attachments,
        "oversight": bool(complaint.get("oversight") or reading.get("oversight")),
        "missing": [part for part in reading.get("missing", ()) if part not in has],
    }
    if occurred:
        new["occurred_on"] = occurred
    if topic := complaint.get("topic") or reading.get("topic"):
        new["topic"] = topic
    if "class" in reading:
        new["class"] = reading["class"]
    place, read = complaint.get("place") or {}, reading.get("place") or {}
    if not place.get("regency") and any(read.get(part) for part in _PLACE):
        new["place"] = read
    elif read.get("pin"):
        new["place"] = {**place, "pin": read["pin"]}
    return {**complaint, **new}


def _remembered(commands: dict[str, int], cause: str, at_ms: int) -> dict[str, int]:
    """Return the ids of commands with one more: none older than REMEMBERED_MS, and at most MOST_REMEMBERED."""
    kept = [(id_, seen_ms) for id_, seen_ms in commands.items() if seen_ms > at_ms - REMEMBERED_MS]
    return dict([*kept[-MOST_REMEMBERED + 1 :], (cause, at_ms)])
