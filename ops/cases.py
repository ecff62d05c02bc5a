"""One case as people ask about it: its chain of owners, why, and an agency's "not ours"."""

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
    """What is asked of ClickHouse."""

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of the chain: who owned the case from this hop on, and where the disposition stands."""

    hop: int
    owner: AgencyRef
    position: Position


@dataclass(frozen=True, slots=True)
class Case:
    """A case and where its events stand on Kafka.

    Attributes:
        complaint_id: the complaint's.
        tracking_code: canonical.
        complaint: where its event stands.
        chain: its dispositions by hop; at least one.
        turns: where its refusals and additions stand, oldest first; each carries what was known of the case when it was said.
    """

    complaint_id: UUID
    tracking_code: str
    complaint: Position
    chain: tuple[Hop, ...]
    turns: tuple[Position, ...]

    @property
    def owner(self) -> AgencyRef:
        """Who owns it now."""
        return self.chain[-1].owner


_COMPLAINT = "SELECT complaint_id, kafka_partition, kafka_offset FROM complaints WHERE tracking_code = %(code)s"
_CHAIN = "SELECT hop, owner_id, owner, kafka_partition, kafka_offset FROM dispositions WHERE complaint_id = %(id)s ORDER BY hop"
_TURN = (
    "SELECT kafka_partition, kafka_offset FROM case_events WHERE complaint_id = %(id)s AND kind IN (%(refused)s, %(enriched)s)"
    " ORDER BY hop, kafka_offset"
)


def find(store: Answers, code: str) -> Case:
    """Return the case with this tracking code.

    Raises:
        TrackingCodeError: the code cannot be one of ours.
        CaseError: no complaint has it, or none that has an owner yet.
        StoreUnavailable: ClickHouse does not answer.
    """
    canonical = tracking.parse(code)
    found = store.execute(_COMPLAINT, {"code": canonical})
    if not found:
        raise CaseError(
            f"no complaint has the code {tracking.spaced(canonical)}; a new one needs some seconds to get here"
        )
    complaint_id, partition, offset = found[0]
    chain = [
        Hop(hop, AgencyRef(id=owner_id, name=owner), Position(DISPOSITIONS, at, where))
        for hop, owner_id, owner, at, where in store.execute(_CHAIN, {"id": complaint_id})
    ]
    if not chain:
        raise CaseError(
            f"the complaint {tracking.spaced(canonical)} is not routed yet; is the router up? see `lapor doctor`"
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
    """Return the case's dispositions with all their evidence, which only Kafka has.

    Raises:
        BusUnavailable: Kafka does not answer.
    """
    records = (scanner.read(hop.position) for hop in case.chain)
    return [decode(record, Disposition) for record in records if record is not None]


def refuse(case: Case, agency_id: str, reason: str, *, scanner: Scanner, now: datetime) -> CaseEvent | None:
    """Return the event by which an agency says "not ours"; None where it has already said so.

    Args:
        case: as it stands.
        agency_id: who refuses.
        reason: in its words.
        scanner: reads the complaint, which the event carries.
        now: when.

    Raises:
        CaseError: the case is not with this agency, or its complaint or its former refusals are gone from Kafka or not yet known.
        BusUnavailable: Kafka does not answer.
    """
    complaint, former = _as_it_stands(case, scanner)
    hop = case.chain[-1].hop
    owns = (
        agency_id == case.owner.id
    )  # perhaps again: an addition that crossed its refusal may have brought the case back
    if any(said.agency_id == agency_id and (said.hop == hop or not owns) for said in former):
        return None
    if not owns:
        raise CaseError(f"the case is with {case.owner.name} ({case.owner.id}): only it can refuse")
    said = Refusal(hop=hop, agency_id=agency_id, reason=reason, at=now)
    return _said_of(case, CaseEventKind.not_ours, reason, complaint=complaint, refusals=(*former, said), now=now)


def answer(case: Case, agency_id: str, text: str, *, scanner: Scanner, now: datetime) -> CaseEvent:
    """Return the event by which the owner answers the citizen; the same answer again is the same event.

    Args:
        case: as it stands.
        agency_id: who answers.
        text: what the citizen will read.
        scanner: reads the complaint, which the event carries.
        now: when.

    Raises:
        CaseError: the case is not with this agency, or its complaint is gone from Kafka or not yet known.
        BusUnavailable: Kafka does not answer.
    """
    if agency_id != case.owner.id:
        raise CaseError(f"the case is with {case.owner.name} ({case.owner.id}): only it can answer")
    complaint, former = _as_it_stands(case, scanner)
    return _said_of(case, CaseEventKind.answered, text, complaint=complaint, refusals=former, now=now)


def _said_of(  # noqa: PLR0913  # an event has so many parts
    case: Case,
    kind: CaseEventKind,
    text: str,
    *,
    complaint: Complaint,
    refusals: tuple[Refusal, ...],
    now: datetime,
) -> CaseEvent:
    hop, actor = case.chain[-1].hop, case.owner.id
    # a body may answer twice, and refuses once
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
    """Return the complaint with all additions, and all refusals so far, whatever of them crossed."""
    records = [(at, scanner.read(at)) for at in case.turns or (case.complaint,)]
    standing: Standing | None = None
    for at, record in records:
        if record is None:  # without the refusals the case could go back to a body that has refused it
            raise CaseError(f"what the case stands on is no longer at {at}: Kafka's retention is too short")
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
