"""The inbound message: one message of one citizen, with the fields that the channel's protocol has. Its text is not interpreted yet."""

from datetime import datetime
from typing import Any, Final, Literal

import orjson
from msgspec import Struct, ValidationError, convert, json, to_builtins

from complaints.errors import ContractViolation
from complaints.event import Attachment
from complaints.values import Source


class Fragment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The place of one part in a long message, and how its bytes are coded. Only the whole can be decoded.

    Attributes:
        reference: the sender's number of the long message; the same number comes again later.
        total: the number of parts; 1 for a whole message.
        sequence: the number of this part, from 1.
        data_coding: the protocol's number of the alphabet.
    """

    reference: int = 0
    total: int = 1
    sequence: int = 1
    data_coding: int = 0


class InboundMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of one citizen as the channel received it, in the same form for all channels.

    Attributes:
        channel: the name of the channel.
        account: our account that received it; empty if the channel has none.
        upstream_id: the channel's own stable identifier of the message, without the sender's identity. Empty if the protocol has none: then
            an id is minted when the message is acknowledged.
        received_at: when the channel received the message, with a time zone.
        sender: the citizen's identity on the channel: a number in E.164 form, an account id. Empty if the channel knows no persons: then
            the mailbox is that of the tracking code, `about` or the complaint's own.
        reply_to: what the channel needs to send a text to the citizen (a number, the id of a post).
        shared: whether many people use the sender's account, such as a call centre's. Then each message stands for itself.
        thread: the channel's own name of the conversation; empty if there is none. A message there continues the sender's earlier ones
        there, unless it is about another matter.
        about: the tracking code of the case that the message belongs to, if the channel knows it (a quoted message, the page of a case).
        act: what the citizen does with that case, other than adding to it, by a form of its page or the app: "disagree", "reopen",
        "withdraw", "rate:4", "hide:anonymous", "show:secret", with `text` as his words. Empty if the message is to be read.
        follows: the `upstream_id` of an earlier message that this one changes or continues.
        small_talk: the sentence with which the channel answers the message, if it is no complaint (a greeting, a command).
        official: whether the sender's account is that of a public body, which is not answered in public.
        proven: whether whoever sent it by the web has the receipt key of the case, and not only its code.
        ignored: why the message is no message to us; empty if it is one.
        fragment: which part of a long message it is; None if `text` is decoded.
        text: the decoded message; empty if it consists of attachments or a position, or is not decoded yet.
        title: the citizen's own title, if the channel asks for one.
        address: the content of the form's field for the place; empty if there is none.
        occurred: the content of the form's field for the date, as the citizen wrote it; empty if there is none.
        addressed_to: the content of the form's field for the agency; empty if there is none.
        tagged: other accounts that were tagged together with ours, without the @.
        keyword_region: the Kemendagri code of the region that an SMS keyword names, or whose government's own channel it came through.
        shared_location: latitude and longitude in degrees, if the citizen shared a position.
        topic: the category that the citizen chose.
        attachments: the files that came with the message.
        anonymous: whether to hide the person from the agency.
        secret: whether to hide the report from the public and from analysts.
        body: the raw bytes as received, without the sender.
        coding: the encoding of the raw bytes.
        recorded_by: the id of the agency whose officer recorded the message on the citizen's behalf; empty if he sent it himself.
        source: how he told it to that officer: "walk-in", "letter" or "call"; empty if he sent it himself.
        parts: the number of messages that this one was joined from.
        partial: whether some parts of a long message never arrived.
    """

    channel: str
    received_at: datetime
    text: str
    body: bytes
    coding: str
    account: str = ""
    upstream_id: str = ""
    sender: str = ""
    reply_to: dict[str, str] = {}
    shared: bool = False
    thread: str = ""
    about: str = ""
    act: str = ""
    follows: str = ""
    small_talk: str = ""
    official: bool = False
    proven: bool = False
    ignored: str = ""
    fragment: Fragment | None = None
    title: str = ""
    address: str = ""
    occurred: str = ""
    addressed_to: str = ""
    tagged: tuple[str, ...] = ()
    keyword_region: str | None = None
    shared_location: tuple[float, float] | None = None
    topic: str = ""
    attachments: tuple[Attachment, ...] = ()
    anonymous: bool = False
    secret: bool = False
    recorded_by: str = ""
    source: Source | Literal[""] = ""
    parts: int = 1
    partial: bool = False


_OUTSIDE: Final = frozenset({"channel", "account", "received_at", "body"})
"""The fields that the record has outside the sealed message, and the raw bytes, which follow its JSON."""

_LENGTH_BYTES: Final = 4


def pack(message: InboundMessage) -> bytes:
    """Return a message as bytes: the length of a JSON object, the object with all fields that are not empty, and the raw bytes."""
    fields = to_builtins(message, builtin_types=(bytes, datetime))
    said = {name: value for name, value in fields.items() if name not in _OUTSIDE}
    try:
        head = json.encode(said)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON from outside may contain
        head = json.encode(_writable(said))
    return len(head).to_bytes(_LENGTH_BYTES) + head + message.body


def head_bytes(packed: bytes) -> int:
    """Return the number of bytes that the fields of a packed message take; the raw bytes follow."""
    return _LENGTH_BYTES + int.from_bytes(packed[:_LENGTH_BYTES])


def unpack(packed: bytes, *, channel: str, account: str, received_at: datetime) -> InboundMessage:
    """Return the message in bytes that `pack` made.

    Raises:
        ContractViolation: the bytes are no packed message.
    """
    end = head_bytes(packed)
    outside = {"channel": channel, "account": account, "received_at": received_at, "body": packed[end:]}
    try:
        said = orjson.loads(packed[_LENGTH_BYTES:end]) | outside
        return convert(said, InboundMessage, builtin_types=(bytes, datetime))
    except (ValueError, TypeError, ValidationError) as error:
        raise ContractViolation(f"no message as a channel packs it: {error!r}") from error


def _writable(value: Any) -> Any:
    """Return plain data in a form that UTF-8 can encode: a lone half of a surrogate pair becomes U+FFFD."""
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case dict():
            return {_writable(name): _writable(one) for name, one in value.items()}
        case list() | tuple():
            return [_writable(one) for one in value]
        case _:
            return value
