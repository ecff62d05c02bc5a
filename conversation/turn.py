"""One record of a citizen's mailbox: what it holds, whether its message is the same as an earlier one, and what its handling writes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid5

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode_one_of, encode, type_of
from complaints.calendar import moment_of
from complaints.command import CITIZEN, CitizenHead, OfCitizen, Sender
from complaints.errors import ContractViolation
from complaints.mail import Delivery, Due, Received, Reply, ReplyKind
from complaints.message import InboundMessage
from complaints.tracking import names_mailbox
from conversation.citizen import Citizen
from conversation.records import SOURCE

Event = Received | Reply | Delivery | Due
"""What the mailbox takes."""

_TAKES: Final[dict[bytes, type[Event]]] = {type_of(model): model for model in (Received, Reply, Delivery, Due)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings of the conversation.

    Attributes:
        part_timeout_ms: how long a long message waits for its parts after the last one came, in milliseconds.
        same_words_ms: within so many milliseconds the same words are the same message.
        question_ms: for so many milliseconds a question to the citizen stays open.
        per_hour: the maximum number of texts of one cause that are sent to one citizen within an hour; more wait, but what answers danger
            to life never does.
        useful_for: after this time a text is of no use and is not sent.
    """

    part_timeout_ms: int = 1_800_000
    same_words_ms: int = 86_400_000
    question_ms: int = 259_200_000
    per_hour: int = 12
    useful_for: timedelta = timedelta(hours=72)


@dataclass(slots=True, kw_only=True)
class Turn:
    """One record of the mailbox that is being handled."""

    citizen: str
    """The key of the mailbox."""
    state: Citizen
    at_ms: int
    """When Kafka appended the record, in milliseconds since 1970."""
    outputs: list[Record] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    """What the citizen is told."""

    @property
    def at(self) -> datetime:
        """The time of the record."""
        return moment_of(self.at_ms)

    def head(self, message: InboundMessage, id_: UUID, code: str) -> CitizenHead:
        """Return what the citizen's command to a case has, of whatever kind."""
        sender = Sender(channel=message.channel, reporter_ref=self.citizen, proven=message.proven or None)
        at = message.received_at
        return {"id": id_, "tracking_code": code, "actor": CITIZEN, "received_at": at, "sender": sender}

    def command(self, command: OfCitizen) -> None:
        """Write the citizen's command to a case."""
        self.outputs.append(encode(command, source=SOURCE))

    def say(self, message: InboundMessage, id_: UUID, kind: ReplyKind, said: str, *, secret: bool = False) -> None:
        """Answer a message without asking a case; secret if the answer tells of a report that may be."""
        reply = Reply(
            id=uuid5(id_, ids.reply_name(kind.value)),
            citizen=self.citizen,
            tracking_code="",
            channel=message.channel,
            kind=kind,
            text=said,
            created_at=self.at,
            caused_by=id_,
            secret=secret,
        )
        self.replies.append(reply)


def read(record: StoredRecord) -> Event:
    """Return what a record of the mailbox holds.

    Raises:
        ContractViolation: the record is of a type that no conversation takes, or lacks a field, or a field has a wrong value.
    """
    event = decode_one_of(record, _TAKES, "conversation")
    if (event.key if isinstance(event, Due) else event.citizen).encode() != record.key:
        raise ContractViolation(f"{record.position}: the record's key is not that of its mailbox")
    return event


def words_of_page(state: Citizen, citizen: str, message_id: str) -> str | None:
    """Return the digest of the complaint of a page with this id, which is known as long as its case; None if there is none.

    Its key is never forgotten: what comes under it later with another content is added, and has not been taken for nothing.
    """
    case = state.case_of_complaint(message_id) if names_mailbox(citizen) else None
    return None if case is None else case.words


def words_of(message: InboundMessage) -> str:
    """Return the digest of a message's words; empty if it has files or no words, because those are never the same.

    By the web the client names its sending, so the digest is of all that it says: another content under the same name is not the same.
    """
    if not message.sender:
        return blake2b(message.body + message.act.encode(), digest_size=8).hexdigest()
    if message.attachments or not message.text.strip():
        return ""
    about = "\0".join((message.reply_to.get("from", ""), message.about, message.text))
    return blake2b(about.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
