"""The status of a case as a citizen may see it, and the merging of what several events know of one case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from complaints.event import Complaint, MissingPart, Refusal, Reply

CaseState = Literal["menunggu", "diproses", "ditanggapi", "selesai"]
"""The states of a case, in this order: waiting at a triage desk, with its owner, answered, closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """The status of a case. Anyone who has the tracking code may see it; nothing in it says who the citizen is.

    Attributes:
        complaint_id: the id of the complaint.
        tracking_code: the code in its canonical form.
        channel: the channel that the complaint came through.
        received_at: when the channel received the complaint.
        state: the present state.
        owner: the name of the agency that owns the case.
        since: when that agency became the owner.
        due: the last day of the present duty, if the law sets one.
        answer: the owner's answer, masked; empty before the owner has answered, and always empty if the report is secret.
        secret: whether the report is hidden from the public.
    """

    complaint_id: UUID
    tracking_code: str
    channel: str
    received_at: datetime
    state: CaseState
    owner: str
    since: datetime
    due: date | None = None
    answer: str = ""
    secret: bool = False


class CaseReader(Protocol):
    """Looks up the status of cases."""

    def status(self, code: str) -> CaseStatus | None:
        """Return the status of the case with this code, or None if there is no such case yet. Thread-safe; may block for seconds.

        Raises:
            TrackingCodeError: the text cannot be one of our tracking codes.
            UnavailableError: the status cannot be looked up now.
        """


def open_question(complaint: Complaint) -> MissingPart | None:
    """Return the one part to ask the citizen for, or None. The subject comes first, since the place is of no use without it."""
    return next((part for part in ("subject", "place") if part in complaint.missing), None)


class Standing(NamedTuple):
    """The knowledge that one event has of a case: the complaint with its additions, and the refusals so far, oldest first."""

    complaint: Complaint
    refusals: tuple[Refusal, ...] = ()


def together(newer: Standing, older: Standing) -> Standing:
    """Return the joint knowledge of two events: an addition and a refusal made at the same time do not contain each other."""
    longer, shorter = newer.complaint, older.complaint
    if len(shorter.additions) > len(longer.additions):
        longer, shorter = shorter, longer
    known = {addition.raw.upstream_id for addition in longer.additions}
    more = [addition for addition in shorter.additions if addition.raw.upstream_id not in known]
    if more:
        additions = sorted((*longer.additions, *more), key=lambda addition: addition.received_at)
        files = (*longer.attachments, *(file for addition in more for file in addition.attachments))
        longer = longer.model_copy(update={"additions": tuple(additions), "attachments": files})
    refusals = {(said.hop, said.agency_id): said for said in (*older.refusals, *newer.refusals)}
    return Standing(longer, tuple(refusals[key] for key in sorted(refusals)))


def latest(reply: Reply, known: Reply) -> Reply:
    """Return the later of two replies about a case, with the joint knowledge of both.

    `reply` is the later one only if its hop is greater. If it adds nothing, the result is equal to `known`.
    """
    assert reply.complaint is not None
    assert known.complaint is not None
    told, before = Standing(reply.complaint, reply.refusals), Standing(known.complaint, known.refusals)
    later = reply if reply.hop > known.hop else known
    standing = together(told, before) if later is reply else together(before, told)
    return later.model_copy(update={"complaint": standing.complaint, "refusals": standing.refusals})
