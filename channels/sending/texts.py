"""A text on its way, and how it is written: the keys and the values of the senders' state topic."""

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
"""Between the account and the reply's id: a text that waits or whose outcome is not known."""

SENT: Final = b"\x01"
"""Between the account and the upstream's id: which reply a text was, for the reports about it."""

EARLY: Final = b"\x02"
"""Between the account and the upstream's id: a report that came before the outcome of its text."""

BEYOND: Final = b"\x03"
"""After all keys of an account. The name of an account has no character as low as this one."""


S = TypeVar("S")


class Unreadable(ConfigurationError):
    """A state that cannot be read, or a text that cannot be opened, though it could when it came.

    Attributes:
        partition: of its state.
    """

    def __init__(self, message: str, partition: int) -> None:
        """Take the sentence that says what to do, and the partition."""
        super().__init__(message)
        self.partition = partition


class Stage(StrEnum):
    """How far a text is."""

    waiting = "waiting"
    """Nothing has left that is not settled."""
    intent = "intent"
    """It may have left: only the future of its account knows, or nobody."""
    gone = "gone"
    """It is settled; never written."""


class About(Struct, frozen=True):
    """The reply that a text is, as its deliveries tell it."""

    reply_id: UUID
    account: str
    citizen: str
    complaint_id: UUID | None
    tracking_code: str
    kind: ReplyKind
    secret: bool


class Sent(About, frozen=True):
    """The state of a text that was sent: which reply it was, and the outcomes that were reported of it."""

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
        partition: of the mailbox and of the state topic.
        key: of its state.
        send: the record of the mailbox.
        letter: what its account sends.
        order: its offset in the mailbox: an account's texts for one citizen leave in this order.
        expires_ms: after this time it is not sent, in milliseconds since 1970.
        due_ms: before this time it is not sent.
        stage: how far it is.
        tries: how often it was tried in vain.
        token: names the present intent, so that only its own outcome settles it; empty if there is none.
        until_ms: after this time the present intent is not carried out.
        since: how many texts its account had sent when it began to try this one; None if it has not. It is not stored.
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
    def fresh(self) -> bool:
        """Whether it waits and was never refused."""
        return self.stage is Stage.waiting and not self.tries

    @property
    def about(self) -> About:
        """The reply that it is."""
        return about_of(self.send)

    def stored(self) -> bytes:
        """Return its state as JSON: of its record what was understood, so that whatever is written can be read."""
        return json.encode(
            _Stored(self.stage, self.order, self.due_ms, self.tries, self.token, self.until_ms, self.send)
        )


def about_of(send: Send) -> About:
    """Return the reply that a record of the mailbox is."""
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
    """Return the key of the state of a text."""
    return account.encode() + LETTER + str(reply_id).encode()


def sent_key(account: str, upstream_id: str) -> bytes:
    """Return the key under which the reply of a text that was sent is kept."""
    return account.encode() + SENT + upstream_id.encode()


def early_key(account: str, upstream_id: str) -> bytes:
    """Return the key under which a report waits for the outcome of its text."""
    return account.encode() + EARLY + upstream_id.encode()


def account_of(key: bytes) -> bytes:
    """Return the account that a key of the state topic belongs to."""
    return next((key[:at] for at, byte in enumerate(key) if byte < BEYOND[0]), key)


def new_text(record: StoredRecord, send: Send, keyring: Keyring, *, now_ms: int) -> Text:
    """Return a text that has just come.

    Args:
        record: of the mailbox.
        send: what it says.
        keyring: opens it.
        now_ms: the present time in milliseconds since 1970. It may leave now, though the broker's clock may be ahead.

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
    """Return what a state says.

    Raises:
        Unreadable: it is no such state.
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
    """Return the text whose state was written.

    Raises:
        Unreadable: the state cannot be read, or the text cannot be opened, though it could when it came: the secret is another one.
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
    """Return the state that says which reply a text was."""
    return json.encode({**asdict(about), "told": told})


def read_sent(value: bytes, *, partition: int) -> Sent:
    """Return the reply that a text was, and the outcomes that were reported of it.

    Raises:
        Unreadable: the state cannot be read.
    """
    return read_state(value, _SENT, partition=partition)


def cursor_value(cursor: Mapping[str, Any]) -> bytes:
    """Return the state of an account."""
    return orjson.dumps({"cursor": cursor}, option=orjson.OPT_SORT_KEYS)
