"""The status of a case for the citizen, the part that he is asked for, and the merging of what several events say about one case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from complaints.event import Complaint, MissingPart, Refusal, Reply

CaseState = Literal["menunggu", "diproses", "ditanggapi", "selesai"]
"""The states of a case: waiting at a triage desk, being handled by its owner, answered, closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """The status of a case. Anyone who has the tracking code may see it; nothing in it says who the citizen is.

    Attributes:
        complaint_id: the id of the complaint.
        tracking_code: the tracking code in its canonical form: 11 characters without spaces.
        channel: the name of the channel that the complaint came through.
        received_at: when the channel received the complaint.
        state: the present state.
        owner: the name of the agency that owns the case.
        since: the time of the complaint, refusal or addition that led to the latest disposition, which names this owner.
        due: the last day on which the owner may complete the case, or None if the law sets none.
        answer: the latest text of an answer or of a closing, masked; empty if there is none yet, and always if the report is secret.
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
    """Looks up the status of a case by its tracking code."""

    def status(self, code: str) -> CaseStatus | None:
        """Return the status of the case with the tracking code `code`, or None if there is no such case or it has no owner yet.

        Thread-safe; may block for seconds.

        Raises:
            TrackingCodeError: `code` cannot be one of our tracking codes.
            UnavailableError: the status cannot be looked up now.
        """


def open_question(complaint: Complaint) -> MissingPart | None:
    """Return the missing part that the citizen should be asked for, or None if there is no such part.

    Only the subject and the place are asked for. If both are missing, the subject comes first: the place is of no use without it.
    """
    return next((part for part in ("subject", "place") if part in complaint.missing), None)


class Standing(NamedTuple):
    """The complaint and the refusals of a case, as far as one event knows them.

    Attributes:
        complaint: the complaint with the additions that the event knows of.
        refusals: the refusals that the event knows of, oldest first.
    """

    complaint: Complaint
    refusals: tuple[Refusal, ...] = ()


def together(newer: Standing, older: Standing) -> Standing:
    """Return the joint knowledge of two events of one case: all additions and all refusals that at least one of them knows of.

    An event does not know of another that was made at the same time, such as a refusal of an addition. So neither event alone is enough.
    The result has the complaint with more additions (of `newer`, if both have equally many), completed by the other's additions and their
    files. Additions are in the order of their time, refusals in the order of their hops.
    """
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
    """Return the later of two replies about one case, with the joint knowledge of both (see `together`).

    `reply` is the later one only if its hop is greater than that of `known`. If `reply` adds nothing, the result is equal to `known`. Both
    replies must carry the complaint.
    """
    assert reply.complaint is not None
    assert known.complaint is not None
    told, before = Standing(reply.complaint, reply.refusals), Standing(known.complaint, known.refusals)
    later = reply if reply.hop > known.hop else known
    standing = together(told, before) if later is reply else together(before, told)
    return later.model_copy(update={"complaint": standing.complaint, "refusals": standing.refusals})
