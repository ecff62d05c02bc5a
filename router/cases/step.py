"""The function of the router's step: the state of a case and a record of its mailbox become the next state, facts and a reply."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import orjson

from complaints import tracking
from complaints.bus import Headers, Record, StoredRecord
from complaints.bus.envelope import enveloped
from complaints.bus.step.contract import Effect, State
from complaints.command import CommandKind
from complaints.event import Complaint
from complaints.fact import Fact, FactKind
from complaints.mail import Reply
from complaints.values import Event
from normalizer.parts import title_of
from router.cases.decide import Decision, Law, continuation_of, decide, is_of_another
from router.cases.inbound import Inbound, read
from router.cases.plain import Document
from router.cases.replies import reply_to, status_for

STEP: Final = "lapor-router"
"""The name of the step: its consumer group, and the beginning of its workers' transactional ids."""

SOURCE: Final = b"/router"

OFFSET_HEADER: Final = "ce_causeoffset"
"""The header of a fact with the offset of the record that caused it in the mailbox, whose partition has the same number: a replay finds
by it which facts a record led to."""


Count = Callable[[str], None]
"""Is told what a record led to: a kind of fact, "repeated", "passed on" or "asked for the status"."""


class CaseStep:
    """The function of the router's step (see complaints.bus.step.contract.Function)."""

    def __init__(self, law: Law, count: Count = lambda _: None) -> None:
        """Take the law.

        Args:
            law: decides who owns a complaint.
            count: is told what each record led to.
        """
        self._law, self._count = law, count

    def __call__(self, state: State | None, record: StoredRecord) -> Effect:
        """Return what a record leads to.

        Raises:
            ContractViolation: the record is poison.
        """
        inbound = read(record)
        case: Document | None = None if state is None else orjson.loads(state.value)
        if is_of_another(case, inbound):
            self._count("passed on")
            return Effect(outputs=(passed_on(inbound),))
        if inbound.kind is CommandKind.status:
            self._count("asked for the status")
            return Effect(outputs=(_told(status_for(inbound, case)),))
        decision = decide(case, inbound, self._law)
        if not decision.facts:
            self._count("repeated")
            return Effect()
        self._count(decision.facts[0]["kind"])
        return Effect(State(orjson.dumps(decision.case)), tuple(_outputs(decision, inbound)))


def passed_on(inbound: Inbound) -> Record:
    """Return the record that passes a complaint on, under the next code, because another complaint has its code."""
    code = tracking.next_code(inbound.code, UUID(inbound.id))
    return _record(Complaint, code, {**inbound.body, "tracking_code": code}, inbound.at)


def _outputs(decision: Decision, inbound: Inbound) -> list[Record]:
    facts, case = decision
    assert case is not None
    caused: Headers = ((OFFSET_HEADER, str(inbound.offset).encode()),)
    records = [_record(Fact, inbound.code, fact, fact["at"], caused) for fact in facts]
    if (reply := reply_to(facts, case)) is not None:
        records.append(_told(reply))
    if facts[0]["kind"] == FactKind.continued.value:
        complaint = continuation(case, inbound)
        records.append(_record(Complaint, complaint["tracking_code"], complaint, inbound.at))
    return records


def _told(reply: Document) -> Record:
    """Return the record that goes to the mailbox of the citizen."""
    return _record(Reply, reply["citizen"], reply, reply["created_at"])


def continuation(case: Document, inbound: Inbound) -> Document:
    """Return the complaint that an addition becomes because its case has no room for it. It names the case that it continues.

    What the message does not tell is taken from the case: the place, the topic and the hints.
    """
    first, addition, reading = case["complaint"], inbound.body["addition"], inbound.body["reading"]
    new_id, code = continuation_of(inbound)
    place, text = reading.get("place") or {}, addition["text"]
    sender = inbound.body.get("sender") or first
    complaint = {
        "id": new_id,
        "tracking_code": code,
        "channel": sender["channel"],
        "received_at": addition["received_at"],
        "occurred_on": reading.get("occurred_on"),
        "title": title_of(text),
        "text": text,
        "place": place if place.get("regency") else first.get("place", {}),
        "topic": reading.get("topic") or first.get("topic"),
        "class": reading.get("class", first.get("class")),
        "oversight": bool(reading.get("oversight") or first.get("oversight")),
        "hints": first.get("hints", {}),
        "attachments": addition.get("attachments", []),
        "reporter_ref": sender["reporter_ref"],
        "anonymous": first.get("anonymous", False),
        "secret": first.get("secret", False),
        "missing": reading.get("missing", []),
        "raw": addition["raw"],
        "additions": [],
        "normaliser_version": first["normaliser_version"],
        "continues": case["tracking_code"],
    }
    return {name: value for name, value in complaint.items() if value is not None}


def _record(model: type[Event], key: str, event: Document, time: str, more: Headers = ()) -> Record:
    value, id_ = orjson.dumps(event), event["id"]
    return enveloped(model, key=key.encode(), value=value, id_=id_, source=SOURCE, time=time, more=more)
