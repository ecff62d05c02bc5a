"""The handling of one record of a citizen's mailbox, and the records that it writes: commands, replies, timers and dead letters."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from msgspec import json
from msgspec.structs import replace

from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import AnyEvent, encode
from complaints.calendar import moment_of
from complaints.command import CITIZEN, CONVERSATION, CitizenHead, CommandKind, Sender, Unheard
from complaints.errors import ContractViolation
from complaints.event import DeadLetter
from complaints.mail import Delivery, DeliveryOutcome, Due, Received, Reply, ReplyEvent, ReplyKind
from complaints.message import InboundMessage
from complaints.tracking import names_mailbox
from conversation.citizen import Citizen

SOURCE: Final = "/conversation"


class Reason(StrEnum):
    """Why a citizen does not get a reply, or why a case gets no answer to its question."""

    fault = "a fault of ours, see the dead letters"
    """The reply became a dead letter."""
    no_address = "no address of the citizen is known"
    """His state was lost or deleted. On the web nothing is sent: the reply is on the page of the case."""
    silent = "the citizen has asked for silence"
    """He has asked for it by STOP, and has not caused the reply since."""
    told_today = "the citizen has heard within a day that somebody else adds to the case"
    """A second note within a day is not sent: anybody with the code could send many."""
    too_many = "too many texts wait for the citizen"
    """The text is dropped because too many wait."""
    never_arrived = "the text with the question never arrived"
    """The question did not arrive. The upstream's own reason stays with the delivery."""
    never_known = "neither the question nor its reminder is known to have been sent"
    """No outcome says that the question or the reminder was sent."""


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


def reply_event(reply: Reply, at_ms: int, *, account: str) -> Record:
    """Return the event of a reply, with the account that sends it; the account is empty if the reply is not sent."""
    event = ReplyEvent(
        id=reply.id,
        citizen=reply.citizen,
        channel=reply.channel,
        account=account,
        kind=reply.kind,
        complaint_id=reply.complaint_id,
        tracking_code=reply.tracking_code,
        created_at=reply.created_at,
        at=moment_of(at_ms),
        secret=reply.secret,
    )
    return encode(event, source=SOURCE)


def delivery_event(
    reply: Reply, outcome: DeliveryOutcome, at_ms: int, *, account: str = "", reason: str = ""
) -> Record:
    """Return the event of what became of a reply, with the account that sent it; the account is empty if none did."""
    event = Delivery(
        id=ids.delivery_id(reply.id, outcome.value),
        reply_id=reply.id,
        citizen=reply.citizen,
        complaint_id=reply.complaint_id,
        tracking_code=reply.tracking_code,
        channel=reply.channel,
        account=account,
        kind=reply.kind,
        outcome=outcome,
        reason=reason,
        at=moment_of(at_ms),
        secret=reply.secret,
    )
    return encode(event, source=SOURCE)


def undeliverable(reply: Reply, reason: Reason, at_ms: int, *, asks: Collection[ReplyKind]) -> list[Record]:
    """Return the event that a reply will never arrive and, if it is of a kind that `asks` something, the command that tells its case."""
    gone = [delivery_event(reply, DeliveryOutcome.undeliverable, at_ms, reason=reason)]
    return [*gone, question_unheard(reply.id, reply.tracking_code, reason, at_ms)] if reply.kind in asks else gone


def unsent(reply: Reply, reason: Reason, at_ms: int) -> list[Record]:
    """Return the records of a reply that no account sends: on the web it is on the page of its case, elsewhere it will never arrive."""
    told = reply_event(reply, at_ms, account="")
    is_shown = names_mailbox(reply.citizen)
    return [told] if is_shown else [told, *undeliverable(reply, reason, at_ms, asks={ReplyKind.question})]


def question_unheard(reply_id: UUID, code: str, reason: Reason, at_ms: int) -> Record:
    """Return the command that tells a case that its citizen does not get its question."""
    id_ = uuid5(reply_id, CommandKind.unheard.value)
    command = Unheard(id=id_, tracking_code=code, actor=CONVERSATION, received_at=moment_of(at_ms), text=reason)
    return encode(command, source=SOURCE)


def unheard(reply: Reply, letter: Record, at_ms: int) -> tuple[Record, ...]:
    """Return the records of a reply that failed by our fault: its dead letter without text, its outcome, and `Unheard` for a question."""
    whole = json.decode(letter.value, type=DeadLetter)
    kept = letter._replace(value=json.encode(replace(whole, payload=json.encode(replace(reply, text="")))))
    return kept, *unsent(reply, Reason.fault, at_ms)


def due(key: bytes, due_ms: int) -> Record:
    """Return the timer of a citizen's state (see complaints.bus.step.contract.MakeTimer)."""
    name = key.decode()
    return encode(Due(id=ids.timer_id(name, due_ms), key=name, at=moment_of(due_ms)), source=SOURCE)


def dead_letter(received: Received, at_ms: int) -> Record:
    """Return the dead letter of a message that its channel could not read. Its bytes stay sealed."""
    name = f"{received.channel}/{received.id}"
    letter = DeadLetter(
        id=ids.dead_letter_id(name),
        channel=received.channel,
        source_key=name,
        reason=received.fault or "",
        error_class=received.error_class or ContractViolation.__name__,
        at=moment_of(at_ms),
        payload=received.sealed.encode(),
        headers={"month": received.month, "sealed": "complaints.crypto.Keyring.unseal"},
    )
    return encode(letter, source=SOURCE)
