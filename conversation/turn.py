"""The handling of one record of a citizen's mailbox, its settings and its output, and the digests by which repeated messages are found."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import AnyEvent, encode
from complaints.calendar import moment_of
from complaints.command import CITIZEN, CitizenHead, Sender
from complaints.mail import Reply, ReplyKind
from complaints.message import InboundMessage
from conversation.citizen import Citizen
from conversation.records import SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings of the conversation, described in complaints.runtime.settings."""

    part_timeout_ms: int = 1_800_000
    same_words_ms: int = 86_400_000
    question_ms: int = 259_200_000
    per_hour: int = 12
    useful_for: timedelta = timedelta(hours=72)


@dataclass(slots=True, kw_only=True)
class Turn:
    """The handling of one record of the mailbox."""

    citizen: str
    """The key of the mailbox."""
    state: Citizen
    at_ms: int
    """When Kafka appended the record, in milliseconds since 1970."""
    outputs: list[Record] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    """The replies to the citizen."""

    def head(self, message: InboundMessage, id_: UUID, code: str) -> CitizenHead:
        """Return the common fields of a citizen's commands to a case."""
        sender = Sender(channel=message.channel, reporter_ref=self.citizen, proven=message.proven or None)
        at = message.received_at
        return {"id": id_, "tracking_code": code, "actor": CITIZEN, "received_at": at, "sender": sender}

    def write(self, event: AnyEvent) -> None:
        """Write an event: a command of the citizen to a case, his complaint, or what his message became."""
        self.outputs.append(encode(event, source=SOURCE))

    def say(self, message: InboundMessage, id_: UUID, kind: ReplyKind, said: str, *, secret: bool = False) -> None:
        """Answer a message without asking a case; `secret` if the answer tells of a report that may be secret."""
        reply = Reply(
            id=ids.reply_id(id_, kind.value),
            citizen=self.citizen,
            tracking_code="",
            channel=message.channel,
            kind=kind,
            text=said,
            created_at=moment_of(self.at_ms),
            caused_by=id_,
            secret=secret,
        )
        self.replies.append(reply)


def words_of(message: InboundMessage) -> str:
    """Return the digest of a message's words; empty if it has files or no words, so that it never counts as a repetition.

    On the web the client chooses the id, so the digest is of all content: other content with the same id is another message.
    """
    if not message.sender:
        return blake2b(message.body + message.act.encode(), digest_size=8).hexdigest()
    if message.attachments or not message.text.strip():
        return ""
    about = "\0".join((message.reply_to.get("from", ""), message.about, message.text))
    return blake2b(about.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
