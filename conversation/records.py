"""Makes the records that the conversation writes of replies."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

import orjson
from msgspec import ValidationError, convert

from complaints import ids
from complaints.bus import Record
from complaints.bus.envelope import AnyEvent, encode
from complaints.command import CONVERSATION, Command, CommandKind
from complaints.errors import ContractViolation
from complaints.event import DeadLetter
from complaints.mail import Delivery, DeliveryOutcome, Due, Received, ReplyEvent, ReplyKind, Send
from complaints.tracking import names_mailbox

Document = dict[str, Any]

SOURCE = "/conversation"

FAULT = "a fault of ours, see the dead letters"
"""Why a citizen does not hear a reply that became a dead letter."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(milliseconds: int) -> datetime:
    """Return a moment in UTC, from its milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


@lru_cache(maxsize=1024)
def time_text(milliseconds: int) -> str:
    """Return a moment, in milliseconds since 1970, as the records have it: ISO 8601 in UTC."""
    return moment_of(milliseconds).isoformat().replace("+00:00", "Z")


def reply_event(reply: Document, *, account: str, at: str) -> Record:
    """Return the record that says that a citizen is told something.

    Args:
        reply: see complaints.mail.Reply.
        account: the account that sends it; empty if it stands on the page of the case.
        at: the time of the record that caused it.
    """
    said = {"id": reply["id"], "citizen": reply["citizen"], "channel": reply["channel"]}
    said |= {"account": account, "kind": reply["kind"]} | _about(reply)
    said |= {"created_at": reply["created_at"], "at": at, "secret": reply.get("secret", False)}
    return _record(ReplyEvent, said)


def undeliverable(reply: Document, reason: str, *, at: str) -> Record:
    """Return the record that says that a reply will never arrive.

    Args:
        reply: see complaints.mail.Reply.
        reason: why.
        at: the time of the record that caused it.
    """
    outcome = DeliveryOutcome.undeliverable.value
    said = {"id": str(ids.delivery_id(whole_id(reply["id"]), outcome)), "reply_id": reply["id"]}
    said |= {"citizen": reply["citizen"]} | _about(reply) | {"channel": reply["channel"], "account": ""}
    said |= {"kind": reply["kind"], "outcome": outcome, "upstream_id": "", "reason": reason, "at": at}
    return _record(Delivery, said | {"secret": reply.get("secret", False)})


def unsent(reply: Document, reason: str, *, at: str) -> tuple[Record, ...]:
    """Return the records of a reply that no account sends: on the web it stands on the page of the case, elsewhere it will never arrive.

    Args:
        reply: see complaints.mail.Reply.
        reason: why no account sends it.
        at: the time of the record that caused it.
    """
    told = reply_event(reply, account="", at=at)
    return (told,) if names_mailbox(reply["citizen"]) else (told, undeliverable(reply, reason, at=at))


def question_unheard(reply_id: UUID, code: str, reason: str, *, at: str) -> Record:
    """Return the command by which a case learns that its citizen does not hear its question.

    Args:
        reply_id: of the question.
        code: the tracking code of the case.
        reason: why he does not hear it.
        at: the time of the record that caused it.
    """
    kind = CommandKind.unheard.value
    said = {"id": str(uuid5(reply_id, kind)), "tracking_code": code, "kind": kind}
    said |= {"actor": CONVERSATION, "received_at": at, "text": reason}
    return _record(Command, said)


def unheard(reply: Document, letter: Record, *, at: str) -> tuple[Record, ...]:
    """Return the records of a reply that a fault of ours keeps from the citizen: its dead letter without the text, and what became of it.

    If it is a question, its case learns that.

    Args:
        reply: see complaints.mail.Reply.
        letter: the dead letter of its record.
        at: the time of the record.
    """
    said: Document = orjson.loads(letter.value)
    without = {name: value for name, value in reply.items() if name != "text"}
    said["payload"] = b64encode(orjson.dumps(without)).decode()
    kept = Record(topic=letter.topic, key=letter.key, value=orjson.dumps(said), headers=letter.headers)
    is_question = reply["kind"] == ReplyKind.question.value and not names_mailbox(reply["citizen"])
    asked = (question_unheard(whole_id(reply["id"]), reply["tracking_code"], FAULT, at=at),) if is_question else ()
    return kept, *unsent(reply, FAULT, at=at), *asked


def send(reply: Document, *, account: str, month: str, sealed: str, expires_at: str) -> Record:
    """Return the record that asks an account to send a text.

    Args:
        reply: see complaints.mail.Reply.
        account: the account.
        month: the month of the key that sealed the text.
        sealed: the text with its address, encrypted.
        expires_at: when the text is of no use any more.
    """
    said = {"id": reply["id"], "account": account, "channel": reply["channel"], "citizen": reply["citizen"]}
    said |= _about(reply) | {"kind": reply["kind"], "month": month, "sealed": sealed}
    said |= {"created_at": reply["created_at"], "expires_at": expires_at, "secret": reply.get("secret", False)}
    said["private"] = reply.get("private", False) or said["secret"]
    return _record(Send, said)


def due(key: bytes, due_ms: int) -> Record:
    """Return the timer of a citizen's state (see complaints.bus.step.contract.MakeTimer)."""
    name, at = key.decode(), time_text(due_ms)
    said = {"id": str(ids.timer_id(name, due_ms)), "key": name, "at": at}
    return _record(Due, said)


def dead_letter(received: Received, *, at: str) -> Record:
    """Return the dead letter of a message that its channel could not read. The bytes in it stay sealed.

    Args:
        received: the message.
        at: the time of its record.
    """
    name = f"{received.channel}/{received.id}"
    letter = DeadLetter(
        id=ids.dead_letter_id(name),
        channel=received.channel,
        source_key=name,
        reason=received.fault or "",
        error_class=received.error_class or ContractViolation.__name__,
        at=datetime.fromisoformat(at),
        payload=received.sealed.encode(),
        headers={"month": received.month, "sealed": "complaints.crypto.Keyring.unseal"},
    )
    return encode(letter, source=SOURCE)


def _about(reply: Document) -> Document:
    """Return which case a reply is about."""
    complaint = {"complaint_id": reply["complaint_id"]} if reply.get("complaint_id") else {}
    return complaint | {"tracking_code": reply["tracking_code"]}


def _record(model: type[AnyEvent], said: Document) -> Record:
    """Return the record of an event from its fields as plain data.

    Raises:
        ContractViolation: they are not those of the model.
    """
    try:
        return encode(convert(said, model), source=SOURCE)
    except ValidationError as error:
        raise ContractViolation(f"not a valid {model.__name__}: {error}") from error


def whole_id(text: str) -> UUID:
    """Return the id in a record's field.

    Raises:
        ContractViolation: the field holds none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise ContractViolation(f"{text[:60]!r} is no UUID") from error
