"""A text to send, and how it is stored: the keys and the values of the senders' state topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
from msgspec import MsgspecError, Struct, json
from msgspec.structs import asdict

from channels.base import Letter
from complaints.bus import StoredRecord
from complaints.contract import ACCOUNTS
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, ContractViolation
from complaints.mail import ReplyKind, Send

LETTER: Final = b"\x00"
"""Separates the account and the reply's id in the key of a text that is not settled."""

SENT: Final = b"\x01"
"""Separates the account and the upstream's id in the key of a sent text, which is kept for the reports about it."""

EARLY: Final = b"\x02"
"""Separates the account and the upstream's id in the key of a report that came before the outcome of its text."""

BEYOND: Final = b"\x03"
"""Sorts after all keys of an account. The name of an account has no character as low as this one."""


S = TypeVar("S")


class Unreadable(ConfigurationError):
    """A state cannot be read, or its text, which could be opened when it came, cannot be opened now.

    Attributes:
        partition: the partition of the state.
    """

    def __init__(self, message: str, partition: int) -> None:
        """Take the sentence that says what to do, and the partition."""
        super().__init__(message)
        self.partition = partition


class Stage(StrEnum):
    """How far a text has come."""

    waiting = "waiting"
    """It waits: no attempt is open."""
    intent = "intent"
    """An attempt is open: the text may have left. The account's future knows, if this process submitted it."""
    gone = "gone"
    """It is settled. This stage is never stored."""


class About(Struct, frozen=True):
    """The reply that a text carries, as far as its deliveries need it."""

    reply_id: UUID
    account: str
    citizen: str
    complaint_id: UUID | None
    tracking_code: str
    kind: ReplyKind
    secret: bool


class Sent(About, frozen=True):
    """The state of a sent text: its reply, and the outcomes that were reported already."""

    told: tuple[str, ...]


class _Stored(Struct, frozen=True):
    """The state of a text that is not settled."""

    stage: Stage
    order: int
    due: int
    tries: int
    token: str
    until: int
    send: Send


@dataclass(slots=True, eq=False)
class Text:
    """A text to send, and what has happened to it.

    Attributes:
        partition: its partition in the mailbox and in the state topic.
        key: the key of its state.
        send: its record in the mailbox.
        letter: the reply that its account sends.
        order: its offset in the mailbox: an account's texts for one citizen leave in this order.
        expires_ms: after this time it is not sent, in milliseconds since 1970.
        due_ms: before this time it is not sent, in milliseconds since 1970.
        stage: how far it has come.
        tries: how often it was tried in vain, not counting failures of its account.
        token: the name of the open attempt, so that only its own outcome settles it; empty if there is none.
        until_ms: when the open attempt expires, in milliseconds since 1970.
        since: how many texts the upstream had taken from the account when this one was first tried; None before. It is not stored.
    """

    partition: int
    key: bytes
    send: Send
    letter: Letter
    order: int
    expires_ms: int
    due_ms: int
    stage: Stage = Stage.waiting
    tries: int = 0
    token: str = ""
    until_ms: int = 0
    since: int | None = None

    @property
    def about(self) -> About:
        """The reply that it carries."""
        return about_of(self.send)

    def stored(self) -> bytes:
        """Return its state as JSON. Unknown fields of its record are left out, so that every written state can be read."""
        return json.encode(
            _Stored(self.stage, self.order, self.due_ms, self.tries, self.token, self.until_ms, self.send)
        )


def about_of(send: Send) -> About:
    """Return the reply that a record of the mailbox carries."""
    return About(
        send.id,
        send.account,
        send.citizen,
        send.complaint_id,
        send.tracking_code,
        send.kind,
        send.secret,
    )


def letter_key(account: str, reply_id: UUID) -> bytes:
    """Return the state key of a text that is not settled."""
    return account.encode() + LETTER + str(reply_id).encode()


def sent_key(account: str, upstream_id: str) -> bytes:
    """Return the state key of a sent text."""
    return account.encode() + SENT + upstream_id.encode()


def early_key(account: str, upstream_id: str) -> bytes:
    """Return the state key of a report that waits for the outcome of its text."""
    return account.encode() + EARLY + upstream_id.encode()


def account_of(key: bytes) -> bytes:
    """Return the account that a key of the state topic belongs to."""
    return next((key[:at] for at, byte in enumerate(key) if byte < BEYOND[0]), key)


def new_text(record: StoredRecord, send: Send, keyring: Keyring, *, now_ms: int) -> Text:
    """Return the text of a new record.

    Args:
        record: the record of the mailbox.
        send: its value.
        keyring: opens the text.
        now_ms: the present time in milliseconds since 1970. The text may leave now, even if the broker's clock is ahead.

    Raises:
        ContractViolation: it cannot be opened.
    """
    return Text(
        partition=record.partition,
        key=letter_key(send.account, send.id),
        send=send,
        letter=_letter(send, keyring),
        order=record.offset,
        expires_ms=milliseconds(send.expires_at),
        due_ms=min(record.timestamp_ms, now_ms),
    )


def read_state(value: bytes, decoder: "json.Decoder[S]", *, partition: int) -> S:
    """Decode a state.

    Raises:
        Unreadable: the decoder cannot read it.
    """
    try:
        return decoder.decode(value)
    except (MsgspecError, RecursionError) as error:
        raise Unreadable(
            f"a state in {ACCOUNTS}/{partition} cannot be read: {error}. Start the channel in the version that wrote it, or write a"
            " record without a value under its key",
            partition,
        ) from error


_STORED: Final = json.Decoder(_Stored)
_SENT: Final = json.Decoder(Sent)


def read_text(value: bytes, keyring: Keyring, *, partition: int) -> Text:
    """Return the text of a stored state.

    Raises:
        Unreadable: the state cannot be read, or the text cannot be opened because the secret is no longer the one that it came with.
    """
    said = read_state(value, _STORED, partition=partition)
    try:
        letter = _letter(said.send, keyring)
    except ContractViolation as error:
        raise Unreadable(
            f"{error}: LAPOR_SECRET_FILE was another one when the text came. Start the channel with that one", partition
        ) from error
    return Text(
        partition=partition,
        key=letter_key(said.send.account, said.send.id),
        send=said.send,
        letter=letter,
        order=said.order,
        expires_ms=milliseconds(said.send.expires_at),
        due_ms=said.due,
        stage=said.stage,
        tries=said.tries,
        token=said.token,
        until_ms=said.until,
    )


def _letter(send: Send, keyring: Keyring) -> Letter:
    text, address = keyring.unseal_text(send.sealed, owner=send.id, month=send.month)
    return Letter(
        reply_id=send.id,
        tracking_code=send.tracking_code,
        kind=send.kind,
        address=address,
        text=text,
        private=send.private,
    )


def milliseconds(moment: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def sent_value(about: About, told: tuple[str, ...] = ()) -> bytes:
    """Return the state of a sent text: its reply, and the outcomes that were reported already."""
    return json.encode({**asdict(about), "told": told})


def read_sent(value: bytes, *, partition: int) -> Sent:
    """Return the sent text of a stored state.

    Raises:
        Unreadable: the state cannot be read.
    """
    return read_state(value, _SENT, partition=partition)


def cursor_value(cursor: Mapping[str, Any]) -> bytes:
    """Return the state of an account: its cursor."""
    return orjson.dumps({"cursor": cursor}, option=orjson.OPT_SORT_KEYS)
