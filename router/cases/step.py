"""The function of the router's step: the state of a case and a record of its mailbox become the next state, facts and a reply."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import orjson

from complaints import tracking
from complaints.bus import Headers, Record, StoredRecord
from complaints.bus.step.contract import KEEP, Effect, Keep, State
from complaints.command import CLOCK, Command, CommandKind
from complaints.event import Complaint
from complaints.fact import Fact, FactKind
from complaints.ids import timer_id
from complaints.mail import Reply, ReplyKind
from normalizer.complaint import VERSION
from normalizer.parts import title_of
from router.cases import neighbours
from router.cases.clocks import due_ms
from router.cases.decide import continuation_of, decide, is_of_another
from router.cases.document.plain import Document, time_ms, time_text
from router.cases.inbound import Inbound, read
from router.cases.records import written
from router.cases.replies import is_for_nothing, moves, reply_to, status_for
from router.cases.roles import Law, is_reporter
from router.cases.rules.merging import dialogue, reject_for_nobody

STEP: Final = "lapor-router"
"""The name of the step: its consumer group, and the beginning of its workers' transactional ids."""

OFFSET_HEADER: Final = "ce_causeoffset"
"""The header of a fact with the offset of the record that caused it in the mailbox, whose partition has the same number: a replay finds
by it which facts a record led to."""

_ADOPT: Final = CommandKind.adopt
_STATUS: Final = CommandKind.status
_CONTINUED: Final = FactKind.continued.value

Count = Callable[[str], None]
"""Is told what a record led to: a kind of fact, "repeated", "passed on", "asked for the status" or "repelled"."""


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
        if inbound.kind is _STATUS:
            self._count("asked for the status")
            return Effect(outputs=(_told(status_for(inbound, case)),))
        if case is None and inbound.kind is _ADOPT:
            self._count("repelled")
            return Effect(outputs=(_command(reject_for_nobody(inbound), inbound),))
        if case is None and (answer := _for_nobody(inbound)) is not None:
            self._count("repelled")
            return Effect(outputs=(answer,))
        decision = decide(case, inbound, self._law)
        after = decision.case
        if not decision.facts or after is None:
            self._count("repeated")
            return Effect() if state is None or after is None else Effect(_wanting(state, after))
        self._count(decision.facts[0]["kind"])
        return Effect(
            State(decision.written or orjson.dumps(after), due_ms(after, inbound.at_ms)),
            _outputs(case, decision.facts, after, inbound),
        )


def _wanting(state: State, case: Document) -> State | Keep:
    """Return the state with its timer as it must be, which a timer that came too early has not changed."""
    due = due_ms(case, time_ms(case["changed_at"]))
    return KEEP if due == state.due_ms else State(state.value, due)


def timer(key: bytes, due_ms: int) -> Record:
    """Return the record that tells a case that the time has come for something (see complaints.bus.step.contract.MakeTimer)."""
    code, at = key.decode(), time_text(due_ms)
    said = {
        "id": str(timer_id(code, due_ms)),
        "tracking_code": code,
        "kind": CommandKind.due.value,
        "actor": CLOCK,
        "received_at": at,
    }
    return written(Command, code, said, at)


def passed_on(inbound: Inbound) -> Record:
    """Return the record that passes a complaint on, under the next code, because another complaint has its code."""
    code = tracking.next_code(inbound.code, UUID(inbound.id))
    return written(Complaint, code, {**inbound.body, "tracking_code": code}, inbound.at)


def _outputs(
    before: Document | None, facts: tuple[Document, ...], case: Document, inbound: Inbound
) -> tuple[Record, ...]:
    caused: Headers = ((OFFSET_HEADER, str(inbound.offset).encode()),)
    found = [written(Fact, inbound.code, fact, fact["at"], caused) for fact in facts]
    sender = inbound.body.get("sender")
    by_code = sender is not None and not is_reporter(case, sender["reporter_ref"])
    reply = reply_to(facts, case, was_merged=before is not None and before["state"] == "digabung", by_code=by_code)
    has_moved = any(map(moves, facts))
    if reply is not None and inbound.body.get("companion") and reply["kind"] == ReplyKind.completed and not has_moved:
        reply = None
    elif reply is None and is_for_nothing(inbound, facts):
        reply = status_for(inbound, case)
    if reply is not None:
        found.append(_told(reply))
    if by_code and _is_told(inbound) and (reply is None or reply["kind"] != ReplyKind.status):
        found.append(_told(status_for(inbound, case)))
    found += [_command(command, inbound) for command in dialogue(before, inbound, facts, case)]
    if facts[0]["kind"] == _CONTINUED:
        complaint = continuation(case, inbound)
        found.append(written(Complaint, complaint["tracking_code"], complaint, inbound.at))
    found += neighbours.records(before, facts, case, inbound)
    return tuple(found)


def _is_told(inbound: Inbound) -> bool:
    """Return whether somebody else who has the code hears how the case stands, as its citizen does what has changed: not on the web."""
    return not inbound.body.get("companion") and not tracking.names_mailbox(inbound.body["sender"]["reporter_ref"])


def _for_nobody(inbound: Inbound) -> Record | None:
    """Return what a citizen's command by a code that no case has leads to; None if it is none that he sent with a code of another's.

    What he adds is a complaint of its own, so that no word of his is lost; of anything else he hears that there is no such case.
    """
    sender, addition = inbound.body.get("sender"), inbound.body.get("addition")
    if sender is None or tracking.names_mailbox(sender["reporter_ref"]):
        return None
    if addition is None:
        return _told(status_for(inbound, None))
    complaint = continuation({"complaint": {"normaliser_version": VERSION}}, inbound)
    return written(Complaint, complaint["tracking_code"], complaint, inbound.at)


def _command(command: Document, inbound: Inbound) -> Record:
    """Return the record that goes to the mailbox of another case."""
    return written(Command, command["tracking_code"], command, inbound.at)


def _told(reply: Document) -> Record:
    """Return the record that goes to the mailbox of the citizen."""
    return written(Reply, reply["citizen"], reply, reply["created_at"])


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
        "secret": bool(first.get("secret") or inbound.body.get("secret")),
        "missing": reading.get("missing", []),
        "raw": addition["raw"],
        "additions": [],
        "normaliser_version": first["normaliser_version"],
        "continues": case.get("tracking_code"),
    }
    return {name: value for name, value in complaint.items() if value is not None}
