"""A batch of records in, the records that answer them out: what the routing worker does between poll and commit. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from complaints.bus import Record, StoredRecord
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import decode, encode
from complaints.contract import CASE_EVENTS, COMPLAINTS
from complaints.errors import ContractViolation, PoisonError
from complaints.event import CaseEvent, CaseEventKind, Complaint, Disposition, Refusal
from complaints.runtime.fuse import Fuse
from router.replies import reply_to, reply_with_answer

SOURCE = "/router"


class Decides(Protocol):
    """The pure, total routing function."""

    def route(self, complaint: Complaint, refusals: Sequence[Refusal] = ()) -> Disposition:
        """Return who owns the complaint after these refusals."""


class Question(NamedTuple):
    """What a record asks the router.

    Attributes:
        complaint: as it stands.
        refusals: all so far, oldest first.
        after: what happened; None for the complaint itself.
    """

    complaint: Complaint
    refusals: Sequence[Refusal] = ()
    after: CaseEventKind | None = None


def answers(record: StoredRecord, router: Decides) -> list[Record]:
    """Return what answers one record: a disposition and the reply about it; nothing where the record asks for nothing.

    Raises:
        PoisonError: the record cannot be read.
    """
    match _read(record):
        case Question(complaint, refusals, after):
            disposition = router.route(complaint, refusals)
            reply = reply_to(complaint, disposition, refusals, after=after)
            return [encode(disposition, source=SOURCE), encode(reply, source=SOURCE)]
        case CaseEvent(kind=CaseEventKind.answered, complaint=Complaint()) as event:
            try:
                return [encode(reply_with_answer(event), source=SOURCE)]
            except ContractViolation as error:
                raise ContractViolation(f"{record.position}: {error}") from error
        case _:
            return []


def asked(record: StoredRecord) -> Question | None:
    """Return what a record asks to route; None where it asks for nothing.

    Raises:
        ContractViolation: the record cannot be read.
    """
    found = _read(record)
    return found if isinstance(found, Question) else None


def _read(record: StoredRecord) -> Question | CaseEvent:
    match record.topic:
        case topic if topic == COMPLAINTS:
            return Question(decode(record, Complaint))
        case topic if topic == CASE_EVENTS:
            return _question_in(decode(record, CaseEvent), record)
        case _:
            raise ContractViolation(f"{record.position}: the router does not read {record.topic}")


def _question_in(event: CaseEvent, record: StoredRecord) -> Question | CaseEvent:
    if event.kind not in {CaseEventKind.not_ours, CaseEventKind.enriched}:
        return event
    if event.complaint is None:
        raise ContractViolation(f"{record.position}: {event.kind} must carry the complaint")
    if event.kind is CaseEventKind.not_ours and not event.refusals:
        raise ContractViolation(f"{record.position}: a refusal must carry all refusals so far")
    if event.kind is CaseEventKind.enriched and not event.complaint.additions:
        raise ContractViolation(f"{record.position}: an enrichment must carry what was added")
    return Question(event.complaint, event.refusals, event.kind)


def process(batch: Iterable[StoredRecord], router: Decides, fuse: Fuse, count: Callable[[str], None]) -> list[Record]:
    """Return the answers to a batch. Poison becomes a dead letter and the rest goes on.

    Args:
        batch: in the order of each partition.
        router: decides.
        fuse: counts dead letters over all batches.
        count: is told of each record whether it was "routed", "passed" or "dead_lettered".

    Raises:
        FuseBlown: too many dead letters in a row.
    """
    out: list[Record] = []
    for record in batch:
        try:
            found = answers(record, router)
        except PoisonError as error:
            fuse.count(dead=True)
            count("dead_lettered")
            out.append(encode(of_record(record, error), source=SOURCE))
        else:
            fuse.count(dead=False)
            count("routed" if found else "passed")
            out += found
    return out
