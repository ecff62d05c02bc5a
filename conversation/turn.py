"""The handling of one record of a citizen's mailbox: his state, the records to write and the texts to tell."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid5

from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.command import CITIZEN, Command, CommandKind, Sender
from complaints.mail import ReplyKind
from complaints.message import InboundMessage
from conversation.citizen import Document
from conversation.records import time_text

SOURCE: Final = "/conversation"


@dataclass(slots=True, kw_only=True)
class Turn:
    """One record of the mailbox that is being handled.

    Attributes:
        citizen: the key of the mailbox.
        state: of the citizen; is changed.
        at_ms: when Kafka appended the record, in milliseconds since 1970.
        outputs: the records to write.
        replies: what the conversation itself tells the citizen (see complaints.mail.Reply).
    """

    citizen: str
    state: Document
    at_ms: int
    outputs: list[Record] = field(default_factory=list)
    replies: list[Document] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The time of the record as text."""
        return time_text(self.at_ms)

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
        self.replies.append(
            {
                "id": str(uuid5(id_, ids.reply_name(kind.value))),
                "citizen": self.citizen,
                "tracking_code": "",
                "channel": message.channel,
                "kind": kind.value,
                "text": said,
                "created_at": self.at,
                "caused_by": str(id_),
            }
            | ({"secret": True} if secret else {})
        )
