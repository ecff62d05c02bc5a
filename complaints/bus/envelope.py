"""Turns events into records and back: CloudEvents 1.0 in binary mode, with attributes in headers and JSON in the value."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, TypeVar, overload

import msgspec

from complaints.bus import Headers, Record, StoredRecord
from complaints.command import Command
from complaints.contract import (
    CASE_EVENTS,
    COMPLAINTS,
    CONVERSATIONS,
    DEAD_LETTERS,
    KINDS,
    MESSAGE_EVENTS,
    MODEL_OF,
    NEIGHBOURS,
    SENDS,
)
from complaints.errors import ContractViolation
from complaints.event import Complaint, DeadLetter, Event
from complaints.fact import AnyFact, Fact
from complaints.mail import Delivery, Due, MessageEvent, Received, Reply, ReplyEvent, Send, SendReport
from complaints.neighbour import Closed, Joined, Left, Opened, Told

_OfCase = Complaint | Command | Fact | DeadLetter
_OfMail = Received | Reply | Send | SendReport | Due | MessageEvent | ReplyEvent | Delivery
AnyEvent = _OfCase | _OfMail | Opened | Closed | Joined | Left | Told
E = TypeVar("E", bound=Event)

_TOPIC_OF: dict[type[Event], str] = {
    **dict.fromkeys((Complaint, Command), COMPLAINTS),
    Fact: CASE_EVENTS,
    DeadLetter: DEAD_LETTERS,
    **dict.fromkeys((Received, Reply, Due), CONVERSATIONS),
    **dict.fromkeys((Send, SendReport), SENDS),
    **dict.fromkeys((MessageEvent, ReplyEvent, Delivery), MESSAGE_EVENTS),
    **dict.fromkeys((Opened, Closed, Joined, Left, Told), NEIGHBOURS),
}
FIXED: Headers = (("content-type", b"application/json"), ("ce_specversion", b"1.0"))
"""The headers that all records have."""


OURS = b"id.go.lapor."
"""The beginning of the header `ce_type` of every event of this program."""


def type_of(model: type[Event]) -> bytes:
    """Return the value of the header `ce_type` of a model's events: its name, and the major version of the contract."""
    return OURS + f"{model.__name__.lower()}.v1".encode()


_TYPE_HEADERS = {model: (*FIXED, ("ce_type", type_of(model))) for model in _TOPIC_OF}


_TIMES: dict[type[Event], str] = dict.fromkeys(_TOPIC_OF, "at") | {
    **dict.fromkeys((Complaint, Command, Received, Opened), "received_at"),
    **dict.fromkeys((Reply, Send), "created_at"),
}
"""The field with the time of a model's events."""

_KEYS: dict[type[Event], str] = dict.fromkeys(_TOPIC_OF, "citizen") | {
    **dict.fromkeys((Complaint, Command, Fact), "tracking_code"),
    **dict.fromkeys((Send, SendReport), "account"),
    **dict.fromkeys((Due, Opened, Closed, Joined, Left, Told), "key"),
    DeadLetter: "source_key",
}
"""The field with the key of a model's events."""

CHANNEL_HEADER = "ce_channel"
"""The header with the channel of a text to send, a CloudEvents extension: a sender skips those of other channels unread."""


def encode(event: AnyEvent, *, source: str, topic: str | None = None, more: Headers = ()) -> Record:
    """Return the event as a record.

    The key is that of the mailbox: the tracking code of the case, the citizen, the account, the regency or the page of supporters; that of
    a dead letter is its `source_key`.
    Fields with their default values are left out of the JSON. The headers are the CloudEvents attributes; a record for an account also has
    its channel in a header.

    Args:
        event: the event to write.
        source: the CloudEvents source, for example "/channels/sms".
        topic: the topic to write to; by default the one that the contract names for the event.
        more: further headers.
    """
    model = MODEL_OF.get(type(event), type(event))
    if isinstance(event, (Send, SendReport)):  # a union would be made for each event
        more = (*more, (CHANNEL_HEADER, event.channel.encode()))
    return enveloped(
        model,
        topic=topic,
        key=getattr(event, _KEYS[model]).encode(),
        value=msgspec.json.encode(event),
        id_=msgspec.to_builtins(event.id),  # what str() makes, in a quarter of the time
        source=source.encode(),
        time=getattr(event, _TIMES[model]).isoformat(),
        more=more,
    )


def enveloped(  # noqa: PLR0913  # CloudEvents has as many attributes
    model: type[Event],
    *,
    key: bytes,
    value: bytes,
    id_: str,
    source: bytes,
    time: str,
    topic: str | None = None,
    more: Headers = (),
) -> Record:
    """Return the record of an event that is JSON already: what `encode` makes of the event itself."""
    headers: Headers = (
        *_TYPE_HEADERS[model],
        ("ce_id", id_.encode()),
        ("ce_source", source),
        ("ce_time", time.encode()),
        ("ce_subject", key),
        *more,
    )
    return Record(topic or _TOPIC_OF[model], key, value, headers)


def type_in(record: StoredRecord) -> bytes:
    """Return the value of a record's header `ce_type` (see type_of); empty if it has none."""
    for name, value in record.headers:
        if name == "ce_type":
            return value
    return b""


@overload
def decode(record: StoredRecord, model: type[Fact]) -> AnyFact: ...
@overload
def decode(record: StoredRecord, model: type[E]) -> E: ...
def decode(record: StoredRecord, model: type[E]) -> E:
    """Return the event that the JSON in a record's value describes. The headers are not read.

    Raises:
        ContractViolation: the record has no value, or its value is not a valid event of the model.
    """
    if record.value is None:
        raise ContractViolation(f"{record.position} has no value")
    try:
        found: E = _decoder(model).decode(record.value)
    except MemoryError:  # this machine's fault, which passes
        raise
    except Exception as error:  # also a RecursionError in an ignored field: it would stop the reader at each start
        why = _QUOTED.sub("", str(error))
        raise ContractViolation(f"{record.position} is not a valid {model.__name__}: {why}") from error
    return found


def decode_one_of(record: StoredRecord, takes: Mapping[bytes, type[E]], taker: str) -> E:
    """Return the event in a record of a mailbox that takes several types.

    Raises:
        ContractViolation: the record is of another type, or not valid (see decode).
    """
    type_ = type_in(record)
    model = takes.get(type_)
    if model is None:
        shown = type_[:60].decode("ascii", "replace")
        raise ContractViolation(f"{record.position} is of the type {shown!r}, which no {taker} takes")
    return decode(record, model)


_QUOTED: Final = re.compile("(?:(?<=Invalid enum value)|(?<=Invalid value)) .*(?= - at )", re.DOTALL)
"""Matches the value that an error about an enumeration quotes: it may be private."""


@cache
def _decoder(model: type[Event]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(KINDS.get(model, model))
