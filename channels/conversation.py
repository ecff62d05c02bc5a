"""Tells a new complaint from the answer to our question and from a question about a case."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid5

import structlog

from channels import status_requests
from channels.correspondence import Correspondence, OpenCase
from complaints import ids, tracking
from complaints.calendar import jakarta_day
from complaints.case import CaseReader, CaseStatus, open_question
from complaints.crypto import Identity
from complaints.errors import CaseError, CaseFull, UnavailableError
from complaints.event import CaseEvent, CaseEventKind, Complaint, Reply, ReplyKind
from complaints.message import InboundMessage
from complaints.wording import text

log = structlog.get_logger()

SHORT_CHARACTERS = 100
"""An answer names a place in fewer; a text that is longer and speaks of something else is another complaint."""

MOST_ADDITIONS = 50
"""Each event carries all additions before it, and each is a hop of the case; nobody completes a report so often."""

EXAMPLE_CODE = "ABCDE FGHJK M"

MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]

Complete = Callable[[Complaint, InboundMessage], Complaint]


class Conversation:
    """What a door says and hears beside new complaints."""

    def __init__(
        self,
        *,
        memory: Correspondence,
        complete: Complete,
        identity: Identity,
        cases: CaseReader,
    ) -> None:
        """Keep the parts.

        Args:
            memory: the door's.
            complete: the normaliser's, which adds a message to a complaint.
            identity: keys for pseudonyms and sealed addresses.
            cases: looks up where a case stands.
        """
        self._memory = memory
        self._complete = complete
        self._identity = identity
        self._cases = cases
        self._one_at_a_time = threading.Lock()  # an addition carries all before it

    def answer(self, message: InboundMessage, request: status_requests.StatusRequest) -> Reply:
        """Return the answer to a citizen who asks where a case stands; may block for seconds."""
        return self._status(message, request.code)

    def addition(self, message: InboundMessage, fresh: Complaint) -> CaseEvent | None:
        """Return the event that a message adds to a case; None where it is a complaint of its own.

        Args:
            message: the citizen's.
            fresh: the complaint that it would be.

        Raises:
            IntakeFull: what was decided cannot be kept.
        """
        with self._one_at_a_time:
            return self._addition(message, fresh)

    def _addition(self, message: InboundMessage, fresh: Complaint) -> CaseEvent | None:
        case = self._meant(message, fresh)
        if case is None:
            return self._memory.addition(message.upstream_id)
        among = {case.complaint.id}
        known = self._memory.addition(message.upstream_id, among=among)
        if _has_grown(message, case.complaint):
            message = replace(message, upstream_id=f"{message.upstream_id}+{message.parts}")
            known = self._memory.addition(message.upstream_id, among=among)
        elif case.complaint.id == fresh.id:  # a redelivery of the complaint itself
            return self._memory.addition(message.upstream_id)
        if known is None and len(case.complaint.additions) >= MOST_ADDITIONS:
            return None
        return known or self._added(case, message)

    def _meant(self, message: InboundMessage, fresh: Complaint) -> OpenCase | None:
        """Return the case that a message belongs to; None where it begins one."""
        if message.thread:
            return self._memory.in_thread(fresh.reporter_ref, message.thread)
        named = status_requests.leading_code(message.text)
        if named is not None:
            case = self._memory.case(named)
            return case if case is not None and case.complaint.reporter_ref == fresh.reporter_ref else None
        case = next((case for case in self._memory.asked(fresh.reporter_ref) if answers(case, fresh)), None)
        if case is not None and "subject" not in fresh.missing and self._memory.knows(fresh.id):
            return None  # a complaint that we have, delivered again while the question of another one is open
        return case

    def to_case(self, code: str, message: InboundMessage) -> CaseEvent:
        """Return the event that adds a message to the case with this code.

        Raises:
            CaseError: this door knows no such case.
            CaseFull: nothing more can be added to it.
            IntakeFull: what was decided cannot be kept.
        """
        with self._one_at_a_time:
            case = self._memory.case(code)
            if case is None:
                raise CaseError(f"this door knows no case {tracking.spaced(code)}")
            known = self._memory.addition(message.upstream_id, among={case.complaint.id})
            if known is None and len(case.complaint.additions) >= MOST_ADDITIONS:
                raise CaseFull(f"the case {tracking.spaced(code)} has {MOST_ADDITIONS} additions and takes no more")
            return known or self._added(case, message)

    def delivered(self, upstream_id: str) -> Reply | None:
        """Return the reply that went out under the channel's identifier; None where none did."""
        found = self._memory.sent_as(upstream_id)
        return None if found is None else found.reply

    def _added(self, case: OpenCase, message: InboundMessage) -> CaseEvent:
        completed = self._complete(case.complaint, message)
        event = CaseEvent(
            id=ids.addition_id(completed.id, message.upstream_id),
            complaint_id=completed.id,
            tracking_code=completed.tracking_code,
            kind=CaseEventKind.enriched,
            at=message.received_at,
            actor="citizen",
            hop=case.hop,
            text=completed.additions[-1].text,
            secret=completed.secret,
            refusals=case.refusals,
            complaint=completed,
        )
        self._memory.add(event, message.upstream_id)
        return event

    def _status(self, message: InboundMessage, code: str | None) -> Reply:
        found, occasion = self._looked_up(code)
        values = {"code": tracking.spaced(code) if code else EXAMPLE_CODE}
        if found is not None:
            values |= {"owner": found.owner, "since": day(found.since), "due": day(found.due) if found.due else "-"}
        minute = f"{message.upstream_id}/{message.received_at:%Y%m%d%H%M}"
        about = found.complaint_id if found else ids.complaint_id(message.channel, minute)
        return Reply(
            # the same question a minute later is asked again, not redelivered: an SMS has no identifier of its own
            id=ids.reply_id(uuid5(about, minute), ReplyKind.status.value),
            complaint_id=about,
            tracking_code=code or "",
            channel=message.channel,
            reply_address=self._identity.seal(message.reply_address, about),
            kind=ReplyKind.status,
            text=text(occasion, message.channel, **values),
            created_at=message.received_at,
        )

    def _looked_up(self, code: str | None) -> tuple[CaseStatus | None, str]:
        if code is None:
            return None, "status_wrong_code"
        try:
            found = self._cases.status(code)
        except UnavailableError as error:
            log.warning("a status cannot be looked up", error=str(error))
            return None, "status_unavailable"
        return found, f"status_{found.state}" if found else "status_unknown"


def _has_grown(message: InboundMessage, kept: Complaint) -> bool:
    """Return whether a message holds more than was kept under its name: posts of a thread that were joined anew, one having come since."""
    said = (kept.raw, *(addition.raw for addition in kept.additions))
    return bool(message.thread) and any(
        raw.upstream_id == message.upstream_id and raw.parts < message.parts for raw in said
    )


def answers(case: OpenCase, fresh: Complaint) -> bool:
    """Return whether a text from the citizen of a case, on a channel without threads, answers our open question.

    Args:
        case: the citizen's.
        fresh: the complaint that the text would be.
    """
    if not case.asked:
        return False
    if open_question(case.complaint) == "subject" or len(fresh.text) <= SHORT_CHARACTERS:
        return True
    return "subject" in fresh.missing or fresh.topic == case.complaint.topic


def day(moment: date) -> str:
    """Return a date as people write it: 3 Nov 2026; a moment's is that of Jakarta, from which the law's deadlines count too."""
    if isinstance(moment, datetime):
        moment = jakarta_day(moment)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
