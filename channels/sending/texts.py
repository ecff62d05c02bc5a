"""A text on its way, and how it is written: the keys and the values of the senders' state topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import orjson

from channels.base import Letter
from complaints.bus import StoredRecord
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


class Unreadable(ConfigurationError):
    """A text that cannot be opened, though it could when it came.

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


class About(NamedTuple):
    """The reply that a text is, as its deliveries tell it."""

    reply_id: UUID
    account: str
    citizen: str
    complaint_id: UUID | None
    tracking_code: str
    kind: ReplyKind
    secret: bool
    attempt: int


@dataclass(slots=True, eq=False)
class Text:
    """A text to send, and what has happened to it.

    Attributes:
        partition: of the mailbox and of the state topic.
        key: of its state.
        raw: the Send as JSON.
        send: the same.
        letter: what its account sends.
        order: its offset in the mailbox: an account's texts for one citizen leave in this order.
        expires_ms: after this time it is not sent, in milliseconds since 1970.
        due_ms: before this time it is not sent.
        stage: how far it is.
        tries: how often it was tried in vain.
        attempt: the number of the present try that may arrive: 2 if the outcome of the first is unknown.
        token: names the present intent, so that only its own outcome settles it; empty if there is none.
        until_ms: after this time the present intent is not carried out.
        since: how many texts its account had sent when it began to try this one; None if it has not. It is not stored.
    """

    partition: int
    key: bytes
    raw: bytes
    send: Send
    letter: Letter
    order: int
    expires_ms: int
    due_ms: int
    stage: Stage = Stage.waiting
    tries: int = 0
    attempt: int = 1
    token: str = ""
    until_ms: int = 0
    since: int | None = None

    @property
    def fresh(self) -> bool:
        """Whether it waits and was never refused."""
        return self.stage is Stage.waiting and not self.tries and self.attempt == 1

    @property
    def about(self) -> About:
        """The reply that it is."""
        send = self.send
        return About(
            send.id,
            send.account,
            send.citizen,
            send.complaint_id,
            send.tracking_code,
            send.kind,
            send.secret,
            self.attempt,
        )

    def stored(self) -> bytes:
        """Return its state as JSON."""
        return orjson.dumps(
            {
                "stage": self.stage.value,
                "order": self.order,
                "due": self.due_ms,
                "tries": self.tries,
                "attempt": self.attempt,
                "token": self.token,
                "until": self.until_ms,
                "send": orjson.Fragment(self.raw),
            }
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
        raw=record.value or b"",
        send=send,
        letter=_letter(send, keyring),
        order=record.offset,
        expires_ms=_ms(send.expires_at),
        due_ms=min(record.timestamp_ms, now_ms),
    )


def read_text(value: bytes, keyring: Keyring, *, partition: int) -> Text:
    """Return the text whose state was written.

    Raises:
        Unreadable: it cannot be opened, though it could when it came: the secret is another one.
    """
    said = orjson.loads(value)
    raw = orjson.dumps(said["send"])
    send = msgspec.json.decode(raw, type=Send)
    try:
        letter = _letter(send, keyring)
    except ContractViolation as error:
        raise Unreadable(
            f"{error}: LAPOR_SECRET_FILE was another one when the text came. Start the channel with that one", partition
        ) from error
    return Text(
        partition=partition,
        key=letter_key(send.account, send.id),
        raw=raw,
        send=send,
        letter=letter,
        order=said["order"],
        expires_ms=_ms(send.expires_at),
        due_ms=said["due"],
        stage=Stage(said["stage"]),
        tries=said["tries"],
        attempt=said["attempt"],
        token=said["token"],
        until_ms=said["until"],
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


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def sent_value(about: About, told: list[str]) -> bytes:
    """Return the state that says which reply a text was.

    Args:
        about: the reply.
        told: the outcomes that were reported of it.
    """
    return orjson.dumps({**about._asdict(), "told": told})


def read_sent(value: bytes) -> tuple[About, list[str]]:
    """Return the reply that a text was, and the outcomes that were reported of it."""
    said: dict[str, Any] = orjson.loads(value)
    told: list[str] = said.pop("told")
    complaint = said["complaint_id"]
    return (
        About(
            **said
            | {
                "reply_id": UUID(said["reply_id"]),
                "complaint_id": None if complaint is None else UUID(complaint),
                "kind": ReplyKind(said["kind"]),
            }
        ),
        told,
    )


def cursor_value(cursor: Mapping[str, Any]) -> bytes:
    """Return the state of an account."""
    return orjson.dumps({"cursor": cursor}, option=orjson.OPT_SORT_KEYS)


def read_cursor(value: bytes | None) -> Mapping[str, Any] | None:
    """Return the cursor in the state of an account; None if it has none."""
    found: Mapping[str, Any] | None = None if value is None else orjson.loads(value)["cursor"]
    return found
