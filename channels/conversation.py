"""Tells a new complaint from the answer to our question and from a question about a case."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid5

import structlog

from channels import status_requests
from channels.correspondence import Correspondence
from channels.known_cases import KnownCases, OpenCase
from complaints import ids, tracking
from complaints.calendar import jakarta_day
from complaints.case import CaseReader, CaseStatus
from complaints.command import CITIZEN, Command, CommandKind, Sender
from complaints.crypto import Identity
from complaints.errors import CaseError, UnavailableError
from complaints.event import Complaint, MissingPart, Reply, ReplyKind
from complaints.message import InboundMessage
from complaints.wording import text

if TYPE_CHECKING:
    from normalizer.complaint import Completion

log = structlog.get_logger()

SHORT_CHARACTERS = 100
"""An answer names a place in fewer; a text that is longer and speaks of something else is another complaint."""

EXAMPLE_CODE = "ABCDE FGHJK M"

MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]


class Complete(Protocol):
    """The normaliser's function that reads what a further message adds to a complaint."""

    def __call__(
        self,
        complaint: Complaint | None,
        message: InboundMessage,
        *,
        part: MissingPart | None,
        topic: str | None,
        region: str | None,
    ) -> "Completion":
        """Return what the message adds (see normalizer.complaint.Normaliser.complete)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A message that goes to a case.

    Attributes:
        command: the command that adds it.
        case: the case.
        upstream_id: the channel's identifier of the message.
        completed: the complaint with the message; None if the channel does not know the complaint.
    """

    command: Command
    case: OpenCase
    upstream_id: str
    completed: Complaint | None

    @property
    def complaint_id(self) -> UUID:
        """The id of the complaint that the message is added to."""
        return self.case.complaint_id


class Conversation:
    """The conversation of a channel with its citizens about their cases: additions, questions and replies."""

    def __init__(
        self,
        *,
        memory: Correspondence,
        known: KnownCases,
        complete: Complete,
        identity: Identity,
        cases: CaseReader,
    ) -> None:
        """Keep the parts.

        Args:
            memory: the channel's replies.
            known: the channel's memory of cases.
            complete: the normaliser's function that reads what a further message adds to a complaint.
            identity: makes pseudonyms and sealed addresses.
            cases: looks up the status of a case.
        """
        self._memory = memory
        self._known = known
        self._complete = complete
        self._identity = identity
        self._cases = cases

    def answer(self, message: InboundMessage, request: status_requests.StatusRequest) -> Reply:
        """Return the answer to a citizen who asks for the status of a case; may block for seconds."""
        return self._status(message, request.code)

    def must_look_up(self, message: InboundMessage) -> bool:
        """Return whether `addition` may block for seconds, because the message names a case that this channel has not heard of."""
        named = None if message.thread else status_requests.leading_code(message.text)
        return named is not None and self._known.case(named) is None

    def addition(self, message: InboundMessage, fresh: Complaint) -> Added | None:
        """Return what a message adds to a case, or None if it is a complaint of its own.

        Args:
            message: the citizen's message.
            fresh: the complaint that it would be.
        """
        case = self._meant(message, fresh)
        if case is not None and _has_grown(message, case):
            message = replace(message, upstream_id=f"{message.upstream_id}+{message.parts}")
        elif case is None or case.complaint_id == fresh.id:  # the latter is a redelivery of the complaint itself
            case = self._known.added_to(message.upstream_id)
        return None if case is None else self._added(case, message)

    def _meant(self, message: InboundMessage, fresh: Complaint) -> OpenCase | None:
        """Return the case that a message belongs to, or None if it begins one."""
        if message.thread:
            return self._known.in_thread(fresh.reporter_ref, message.thread)
        named = status_requests.leading_code(message.text)
        if named is not None:
            case = self._known.case(named)
            if case is None:
                return self._looked_up_case(named)
            return case if case.reporter == fresh.reporter_ref else None
        case = next((case for case in self._known.asked(fresh.reporter_ref) if answers(case, fresh)), None)
        if case is not None and "subject" not in fresh.missing and self._known.knows(fresh.id):
            return None  # a complaint that we have, delivered again while the question of another one is open
        return case

    def to_case(self, code: str, message: InboundMessage) -> Added:
        """Return what a message adds to the case with this code; may block for seconds.

        Raises:
            CaseError: there is no such case, or nobody can tell now whether there is one.
        """
        case = self._known.case(code) or self._looked_up_case(code)
        if case is None:
            raise CaseError(f"no case {tracking.spaced(code)} is known")
        return self._added(case, message)

    def _looked_up_case(self, code: str) -> OpenCase | None:
        """Return a case that this channel does not remember: of another channel, or from before the memory was lost."""
        try:
            found = self._cases.status(code)
        except UnavailableError as error:
            log.warning("a case cannot be looked up", error=str(error))
            return None
        return None if found is None else OpenCase(complaint_id=found.complaint_id, code=found.tracking_code)

    def _added(self, case: OpenCase, message: InboundMessage) -> Added:
        found = self._complete(case.complaint, message, part=case.part, topic=case.topic, region=case.region)
        command_id = ids.addition_id(case.complaint_id, message.upstream_id)
        command = Command(
            id=command_id,
            tracking_code=case.code,
            kind=CommandKind.add,
            actor=CITIZEN,
            received_at=message.received_at,
            addition=found.addition,
            reading=found.reading,
            sender=Sender(
                channel=message.channel,
                reporter_ref=self._identity.pseudonym(message.channel, message.sender),
                reply_address=self._identity.seal(message.reply_address, ids.continuation_id(command_id)),
            ),
        )
        return Added(command=command, case=case, upstream_id=message.upstream_id, completed=found.complaint)

    def added(self, added: Added) -> None:
        """Remember that a message goes to its case, so that what comes next is read with it, and a redelivery goes there too."""
        self._known.add(added.upstream_id, added.case, added.completed)

    def acknowledged(self, complaint: Complaint, thread: str) -> None:
        """Remember a complaint that is safe.

        Args:
            complaint: the complaint, as it was written.
            thread: the channel's name of the conversation; empty if there is none.
        """
        self._known.remember(complaint, thread)

    def delivered(self, upstream_id: str) -> Reply | None:
        """Return the reply that was sent under the channel's identifier, or None if none was."""
        found = self._memory.sent_as(upstream_id)
        return None if found is None else found.reply

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


def _has_grown(message: InboundMessage, case: OpenCase) -> bool:
    """Return whether a message holds more than what is known under its name: posts of a thread, joined anew after one more came.

    If the complaint is not known, joined posts count as grown: rather a text twice than a post lost.
    """
    if not message.thread:
        return False
    if case.complaint is None:
        return message.parts > 1
    said = (case.complaint.raw, *(addition.raw for addition in case.complaint.additions))
    return any(raw.upstream_id == message.upstream_id and raw.parts < message.parts for raw in said)


def answers(case: OpenCase, fresh: Complaint) -> bool:
    """Return whether a text from the citizen of a case, on a channel without threads, answers the open question.

    Args:
        case: a case of the citizen.
        fresh: the complaint that the text would be.
    """
    if not case.asked:
        return False
    if case.part == "subject" or len(fresh.text) <= SHORT_CHARACTERS:
        return True
    return "subject" in fresh.missing or fresh.topic == case.topic


def day(moment: date) -> str:
    """Return a date as people write it: 3 Nov 2026; a moment's is that of Jakarta, from which the law's deadlines count too."""
    if isinstance(moment, datetime):
        moment = jakarta_day(moment)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
