"""The handling of one record of a citizen's mailbox: his state, the records to write and the texts to tell."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.command import CITIZEN, Command, CommandKind, Sender
from complaints.mail import Reply, ReplyKind
from complaints.message import InboundMessage
from conversation.citizen import Citizen
from conversation.records import SOURCE, moment_of


@dataclass(slots=True, kw_only=True)
class Turn:
    """One record of the mailbox that is being handled.

    Attributes:
        citizen: the key of the mailbox.
        state: of the citizen; is changed.
        at_ms: when Kafka appended the record, in milliseconds since 1970.
        outputs: the records to write.
        replies: what the citizen is told.
    """

    citizen: str
    state: Citizen
    at_ms: int
    outputs: list[Record] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """The time of the record."""
        return moment_of(self.at_ms)

    def command(self, message: InboundMessage, id_: UUID, code: str, kind: CommandKind, **fields: Any) -> None:
        """Write the citizen's command to a case."""
        command = Command(
            id=id_,
            tracking_code=code,
            kind=kind,
            actor=CITIZEN,
            received_at=message.received_at,
            sender=Sender(channel=message.channel, reporter_ref=self.citizen, proven=message.proven or None),
            **fields,
        )
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
