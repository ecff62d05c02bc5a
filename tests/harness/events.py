"""Events that many tests build, and the records that they are on Kafka."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from complaints import ids, tracking
from complaints.bus import StoredRecord
from complaints.bus.envelope import AnyEvent, encode
from complaints.event import Addition, AgencyRef, Complaint, DeadLetter, Raw
from complaints.mail import Delivery, MessageEvent, ReplyEvent
from tests.harness.support import NOON

DPU = AgencyRef(id="dpu-33.74", name="Dinas Pekerjaan Umum Kota Semarang")
PEMDA = AgencyRef(id="pemda-33.74", name="Pemerintah Kota Semarang")


def code_of(complaint_id: UUID) -> str:
    """Return a complaint's code."""
    return tracking.code_for(complaint_id, key=b"sixteen bytes or more")


def complaint(number: int = 7, **changes: Any) -> Complaint:
    """Return a complaint; `number` tells it from others."""
    fields: dict[str, Any] = {
        "id": ids.message_id("sms", str(number)),
        "channel": "sms",
        "received_at": NOON,
        "title": "Jalan berlubang",
        "text": "Jalan di Kota Semarang berlubang",
        "reporter_ref": "r",
        "raw": Raw(body=b"x", coding="gsm7", upstream_id=str(number)),
        "normaliser_version": "t",
    } | changes
    return Complaint(**{"tracking_code": code_of(fields["id"]), **fields})


def completed(of: Complaint, text: str = "di Jalan Pemuda, Kota Semarang", **changes: Any) -> Complaint:
    """Return a complaint with one addition."""
    raw = Raw(body=text.encode(), coding="gsm7", upstream_id=f"{of.raw.upstream_id}+{len(of.additions)}")
    added = Addition(text=text, received_at=NOON, raw=raw)
    return replace(of, **({"additions": (*of.additions, added), "missing": ()} | changes))


def landed(of: Complaint, **changes: Any) -> MessageEvent:
    """Return what became of the message of a complaint."""
    fields: dict[str, Any] = {
        "id": of.id,
        "citizen": of.reporter_ref,
        "channel": of.channel,
        "account": "sms/link",
        "kind": "complaint",
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "received_at": of.received_at,
        "at": NOON,
    }
    return MessageEvent(**(fields | changes))


def told(of: Complaint, **changes: Any) -> ReplyEvent:
    """Return that the citizen of a complaint is told that it was received."""
    fields: dict[str, Any] = {
        "id": ids.reply_id(of.id, "received"),
        "citizen": of.reporter_ref,
        "channel": of.channel,
        "account": "sms/link",
        "kind": "received",
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "created_at": NOON,
        "at": NOON,
    }
    return ReplyEvent(**(fields | changes))


def delivery(of: Complaint, **changes: Any) -> Delivery:
    """Return the record of a reply that was sent."""
    fields: dict[str, Any] = {
        "id": ids.delivery_id(of.id, "sent"),
        "reply_id": of.id,
        "citizen": of.reporter_ref,
        "complaint_id": of.id,
        "tracking_code": of.tracking_code,
        "channel": of.channel,
        "account": "sms/link",
        "kind": "received",
        "outcome": "sent",
        "at": NOON,
    }
    return Delivery(**(fields | changes))


def dead_letter(**changes: Any) -> DeadLetter:
    """Return a dead letter."""
    fields: dict[str, Any] = {
        "id": ids.dead_letter_id("sms/1"),
        "channel": "sms",
        "source_key": "sms/1",
        "reason": "no PDU",
        "error_class": "MalformedMessage",
        "at": NOON,
        "payload": b"\xff",
    }
    return DeadLetter(**(fields | changes))


def stored(event: AnyEvent, offset: int = 0) -> StoredRecord:
    """Return an event as Kafka gives it."""
    record = encode(event, source="/tests")
    return StoredRecord(record.topic, 0, offset, record.key, record.value, record.headers, timestamp_ms=0)


def poison(topic: str, offset: int = 0, value: bytes | None = b"no json") -> StoredRecord:
    """Return a record that nobody can read."""
    return StoredRecord(topic, 0, offset, b"k", value, (), timestamp_ms=0)
