"""A case as the citizen may see it, whoever asks on whatever channel."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from complaints.event import Complaint, MissingPart

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
