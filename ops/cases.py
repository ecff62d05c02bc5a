"""One case as people ask about it: its chain of owners, why, and an agency's "not ours"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from complaints import ids, tracking
from complaints.bus import Position, Scanner
from complaints.contract import CASE_EVENTS, COMPLAINTS, DISPOSITIONS
from complaints.envelope import decode
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
        last_refusal: where the newest refusal stands, which carries all former ones; None where nobody refused.
    """

    complaint_id: UUID
    tracking_code: str
    complaint: Position
    chain: tuple[Hop, ...]
    last_refusal: Position | None

    @property
    def owner(self) -> AgencyRef:
        """Who owns it now."""
        return self.chain[-1].owner


_COMPLAINT = "SELECT complaint_id, kafka_partition, kafka_offset FROM complaints WHERE tracking_code = %(code)s"
_CHAIN = "SELECT hop, owner_id, owner, kafka_partition, kafka_offset FROM dispositions WHERE complaint_id = %(id)s ORDER BY hop"
_REFUSAL = (
    "SELECT kafka_partition, kafka_offset FROM case_events WHERE complaint_id = %(id)s AND kind = %(kind)s"
    " ORDER BY hop DESC LIMIT 1"
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
    refusals = store.execute(_REFUSAL, {"id": complaint_id, "kind": CaseEventKind.not_ours.value})
    return Case(
        complaint_id,
        canonical,
        Position(COMPLAINTS, partition, offset),
        tuple(chain),
        Position(CASE_EVENTS, *refusals[0]) if refusals else None,
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
    former = _former_refusals(case, scanner)
    if any(refusal.agency_id == agency_id for refusal in former):
        return None
    if agency_id != case.owner.id:
        raise CaseError(f"the case is with {case.owner.name} ({case.owner.id}): only it can refuse")
    if len(former) < case.chain[-1].hop:  # without one of them the case could go back to the body that said it
        raise CaseError("not all former refusals of the case have reached ClickHouse; try again in some seconds")
    record = scanner.read(case.complaint)
    if record is None:
        raise CaseError(f"the complaint is no longer at {case.complaint}: Kafka's retention is too short")
    complaint = decode(record, Complaint)
    hop = case.chain[-1].hop
    return CaseEvent(
        id=ids.case_event_id(case.complaint_id, CaseEventKind.not_ours.value, hop=hop, actor=agency_id),
        complaint_id=case.complaint_id,
        tracking_code=case.tracking_code,
        kind=CaseEventKind.not_ours,
        at=now,
        actor=agency_id,
        hop=hop,
        text=reason,
        secret=complaint.secret,
        refusals=(*former, Refusal(hop=hop, agency_id=agency_id, reason=reason, at=now)),
        complaint=complaint,
        current_owner=case.owner,
    )


def _former_refusals(case: Case, scanner: Scanner) -> Sequence[Refusal]:
    if case.last_refusal is None:
        return ()
    record = scanner.read(case.last_refusal)
    if record is None:  # without them the case could go back to a body that has refused it
        raise CaseError(f"the last refusal is no longer at {case.last_refusal}: Kafka's retention is too short")
    return decode(record, CaseEvent).refusals
