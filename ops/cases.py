"""Finds one case and its chain of owners, and makes the events by which an agency refuses or answers the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from complaints import ids, tracking
from complaints.bus import Position, Scanner, StoredRecord
from complaints.bus.envelope import decode
from complaints.case import Standing, together
from complaints.contract import CASE_EVENTS, COMPLAINTS, DISPOSITIONS
from complaints.errors import CaseError
from complaints.event import AgencyRef, CaseEvent, CaseEventKind, Complaint, Disposition, Refusal


class Answers(Protocol):
    """Runs queries on ClickHouse."""

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows.

        Args:
            sql: the statement, with placeholders of the form %(name)s.
            parameters: the values for the placeholders.

        Raises:
            StoreUnavailable: ClickHouse does not answer.
        """


@dataclass(frozen=True, slots=True)
class Hop:
    """One step in the chain of a case's owners.

    Attributes:
        hop: the number of the hop, from 0.
        owner: the agency that owned the case from this hop on.
        position: the position of the disposition on Kafka.
    """

    hop: int
    owner: AgencyRef
    position: Position


@dataclass(frozen=True, slots=True)
class Case:
    """A case, with the positions of its events on Kafka.

    Attributes:
        complaint_id: the id of the complaint.
        tracking_code: the tracking code in its canonical form.
        complaint: the position of the complaint event.
        chain: the hops of the case in order; at least one.
        turns: the positions of its refusals and additions, oldest first. Each of these events carries the complaint and the refusals that
            were known when it was made.
    """

    complaint_id: UUID
    tracking_code: str
    complaint: Position
    chain: tuple[Hop, ...]
    turns: tuple[Position, ...]

    @property
    def owner(self) -> AgencyRef:
        """The agency that owns the case now: the owner of the last hop."""
        return self.chain[-1].owner


_COMPLAINT = "SELECT complaint_id, kafka_partition, kafka_offset FROM complaints WHERE tracking_code = %(code)s"
_CHAIN = "SELECT hop, owner_id, owner, kafka_partition, kafka_offset FROM dispositions WHERE complaint_id = %(id)s ORDER BY hop"
_TURN = (
    "SELECT kafka_partition, kafka_offset FROM case_events WHERE complaint_id = %(id)s AND kind IN (%(refused)s, %(enriched)s)"
    " ORDER BY hop, kafka_offset"
)


def find(store: Answers, code: str) -> Case:
    """Return the case with this tracking code.

    Args:
        store: ClickHouse.
        code: the tracking code as a person typed it.

    Raises:
        TrackingCodeError: the text cannot be one of our tracking codes.
        CaseError: ClickHouse has no complaint with this code, or the complaint has no owner yet.
        StoreUnavailable: ClickHouse does not answer.
    """
    canonical = tracking.parse(code)
    found = store.execute(_COMPLAINT, {"code": canonical})
    if not found:
        raise CaseError(
            f"no complaint has the code {tracking.spaced(canonical)}; a new complaint needs some seconds to reach ClickHouse"
        )
    complaint_id, partition, offset = found[0]
    chain = [
        Hop(hop, AgencyRef(id=owner_id, name=owner), Position(DISPOSITIONS, at, where))
        for hop, owner_id, owner, at, where in store.execute(_CHAIN, {"id": complaint_id})
    ]
    if not chain:
        raise CaseError(
            f"the complaint {tracking.spaced(canonical)} is not routed yet; `lapor doctor` says whether the router is running"
        )
    kinds = {"refused": CaseEventKind.not_ours.value, "enriched": CaseEventKind.enriched.value}
    turns = store.execute(_TURN, {"id": complaint_id, **kinds})
    return Case(
        complaint_id,
        canonical,
        Position(COMPLAINTS, partition, offset),
        tuple(chain),
        tuple(Position(CASE_EVENTS, *turn) for turn in turns),
    )


def dispositions(case: Case, scanner: Scanner) -> list[Disposition]:
    """Return the dispositions of a case in the order of their hops, read from Kafka: ClickHouse does not have all of their evidence.

    A disposition that Kafka no longer has is left out.

    Raises:
        BusUnavailable: Kafka does not answer.
        ContractViolation: a record is not a valid disposition.
    """
    records = (scanner.read(hop.position) for hop in case.chain)
    return [decode(record, Disposition) for record in records if record is not None]


def refuse(case: Case, agency_id: str, reason: str, *, scanner: Scanner, now: datetime) -> CaseEvent | None:
    """Return the event by which an agency refuses a case ("not ours"), or None if the agency has already refused it.

    The event is not written to Kafka; it carries the complaint with its additions and all refusals, the new one included.

    Args:
        case: the case in its present form (see `find`).
        agency_id: the id of the agency that refuses; it must own the case.
        reason: the reason in the agency's words.
        scanner: reads the complaint and the former refusals from Kafka.
        now: the time of the refusal.

    Raises:
        CaseError: another agency owns the case, or a former event of the case is no longer on Kafka or not yet in ClickHouse.
        BusUnavailable: Kafka does not answer.
        ContractViolation: a former event of the case is not valid.
    """
    complaint, former = _as_it_stands(case, scanner)
    hop = case.chain[-1].hop
    owns = (
        agency_id == case.owner.id
    )  # perhaps once more: an addition made at the same time as its refusal may have brought the case back
    if any(said.agency_id == agency_id and (said.hop == hop or not owns) for said in former):
        return None
    if not owns:
        raise CaseError(f"{case.owner.name} ({case.owner.id}) owns the case: only it can refuse")
    said = Refusal(hop=hop, agency_id=agency_id, reason=reason, at=now)
    return _said_of(case, CaseEventKind.not_ours, reason, complaint=complaint, refusals=(*former, said), now=now)


def answer(case: Case, agency_id: str, text: str, *, scanner: Scanner, now: datetime) -> CaseEvent:
    """Return the event by which the owner answers the citizen. The same text at the same hop gives an event with the same id.

    The event is not written to Kafka; it carries the complaint with its additions, and all refusals.

    Args:
        case: the case in its present form (see `find`).
        agency_id: the id of the agency that answers; it must own the case.
        text: the answer that the citizen will read.
        scanner: reads the complaint and the former refusals from Kafka.
        now: the time of the answer.

    Raises:
        CaseError: another agency owns the case, or a former event of the case is no longer on Kafka or not yet in ClickHouse.
        BusUnavailable: Kafka does not answer.
        ContractViolation: a former event of the case is not valid.
    """
    if agency_id != case.owner.id:
        raise CaseError(f"{case.owner.name} ({case.owner.id}) owns the case: only it can answer")
    complaint, former = _as_it_stands(case, scanner)
    return _said_of(case, CaseEventKind.answered, text, complaint=complaint, refusals=former, now=now)


def _said_of(  # noqa: PLR0913  # each is a field of the event
    case: Case,
    kind: CaseEventKind,
    text: str,
    *,
    complaint: Complaint,
    refusals: tuple[Refusal, ...],
    now: datetime,
) -> CaseEvent:
    hop, actor = case.chain[-1].hop, case.owner.id
    # an agency may answer several times at one hop, but refuse only once
    what = kind.value if kind is CaseEventKind.not_ours else f"{kind.value}/{sha256(text.encode()).hexdigest()}"
    return CaseEvent(
        id=ids.case_event_id(case.complaint_id, what, hop=hop, actor=actor),
        complaint_id=case.complaint_id,
        tracking_code=case.tracking_code,
        kind=kind,
        at=now,
        actor=actor,
        hop=hop,
        text=text,
        secret=complaint.secret,
        refusals=refusals,
        complaint=complaint,
        current_owner=case.owner,
    )


def _as_it_stands(case: Case, scanner: Scanner) -> Standing:
    """Return the complaint with all its additions, and all refusals so far, merged from all refusals and additions of the case.

    Raises:
        CaseError: an event is no longer on Kafka, does not carry the complaint, or is not in ClickHouse yet.
        BusUnavailable: Kafka does not answer.
        ContractViolation: an event is not valid.
    """
    records = [(at, scanner.read(at)) for at in case.turns or (case.complaint,)]
    standing: Standing | None = None
    for at, record in records:
        if record is None:  # without the refusals the case could go back to an agency that has refused it
            raise CaseError(f"the event of the case at {at} is no longer on Kafka: the topic's retention is too short")
        said = _said_by(record, at)
        standing = said if standing is None else together(said, standing)
    assert standing is not None
    complaint, refusals = standing
    if len(refusals) + len(complaint.additions) < case.chain[-1].hop:
        raise CaseError("not all former refusals of the case have reached ClickHouse; try again in some seconds")
    return standing


def _said_by(record: StoredRecord, at: Position) -> Standing:
    if at.topic == COMPLAINTS:
        return Standing(decode(record, Complaint))
    event = decode(record, CaseEvent)
    if event.complaint is None:
        raise CaseError(f"the event at {at} does not carry the complaint")
    return Standing(event.complaint, event.refusals)
