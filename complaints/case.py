"""A case as the citizen may see it, whoever asks on whatever channel."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from complaints.event import Complaint, MissingPart, Refusal, Reply

CaseState = Literal["menunggu", "diproses", "ditanggapi", "selesai"]
"""Waiting at a desk that sorts it out; with its owner; answered; closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """Where a case stands. Whoever has the code may know it; nothing here says who the citizen is.

    Attributes:
        complaint_id: the complaint's.
        tracking_code: canonical.
        channel: the door that it came through.
        received_at: when.
        state: what is going on.
        owner: the name of the body that has it.
        since: when it got it.
        due: the last day of the present duty, where the law sets one.
        answer: the owner's answer, masked; empty before there is one, and where the report is secret.
        secret: the report is hidden from the public.
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
    """Looks cases up."""

    def status(self, code: str) -> CaseStatus | None:
        """Return where the case with this code stands; None where there is none yet. Thread-safe; may block for seconds.

        Raises:
            TrackingCodeError: the code cannot be one of ours.
            UnavailableError: it cannot be known now.
        """


def open_question(complaint: Complaint) -> MissingPart | None:
    """Return the one part to ask the citizen for: the subject first, since without it the place is of no use."""
    return next((part for part in ("subject", "place") if part in complaint.missing), None)


class Standing(NamedTuple):
    """What one event knows of a case: the complaint with its additions, and the refusals so far, oldest first."""

    complaint: Complaint
    refusals: tuple[Refusal, ...] = ()


def together(newer: Standing, older: Standing) -> Standing:
    """Return what two events know together: an addition and a refusal that crossed know nothing of each other."""
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
    """Return the later of two replies about a case, with what both know of it; `known` itself where the other tells nothing new."""
    assert reply.complaint is not None
    assert known.complaint is not None
    told, before = Standing(reply.complaint, reply.refusals), Standing(known.complaint, known.refusals)
    later = reply if reply.hop > known.hop else known
    standing = together(told, before) if later is reply else together(before, told)
    return later.model_copy(update={"complaint": standing.complaint, "refusals": standing.refusals})
