"""The contract of every channel. The acknowledge rule: acknowledge a message only after Kafka acknowledged it or the spool fsynced it."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from complaints.bus import Record
from complaints.mail import ReplyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A reply as its channel sends it.

    Attributes:
        reply_id: the id of the reply.
        tracking_code: the tracking code in canonical form; empty if the reply is not about a case.
        kind: the reason for the reply.
        address: where to send it, as the channel stored it: `InboundMessage.reply_to`, and the citizen's identity as `sender`.
        text: the text, within the channel's length limit.
        private: whether nobody but the citizen may read it, or learn that it exists.
    """

    reply_id: UUID
    tracking_code: str
    kind: ReplyKind
    address: Mapping[str, str]
    text: str
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The messages that an account has read from its upstream since its cursor.

    Attributes:
        records: the messages, for the mailboxes of the citizens (see Intake.record).
        cursor: the position from which the account reads on once the records are committed, as plain JSON.
    """

    records: tuple[Record, ...]
    cursor: Mapping[str, Any]


class Account(Protocol):
    """One bind, bot, page or source at an upstream. The sender calls all methods from its one thread; they return at once.

    Only the process that owns the account's mailbox calls `begin`. It alone binds, polls and sends for the account.

    Attributes:
        name: the key of its mailbox, and `InboundMessage.account` of what it receives; the same in every process and after every restart.
        capacity: the maximum number of texts that wait for the upstream's answer at the same time.
        per_second: the maximum number of texts per second; None if there is no limit.
        polled: whether it reads new messages from its upstream, page by page (see `page`).
    """

    name: str
    capacity: int
    per_second: float | None
    polled: bool

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Connect: from now on this process owns the account.

        Args:
            cursor: the cursor of the last page that was committed; None if there is none.
        """

    def end(self) -> None:
        """Disconnect as the protocol asks: another process may own the account now. Texts on their way may still be answered."""

    def send(self, letter: Letter) -> "Future[str]":
        """Send a text. The future returns the upstream's identifier of the text.

        It fails with UpstreamUnavailable (the text has not left and may be tried again), with Undeliverable (it can never be sent), or with
        OutcomeUnknown (it may have left). It ends within a time that the account limits. The identifier and the text of an error are
        recorded unsealed: neither may contain the citizen's address.
        """

    def page(self) -> Page | None:
        """Return the page that was read since the cursor; None if nothing was read or the account is not polled.

        The same page is returned until `committed` is called.
        """

    def committed(self) -> None:
        """Read on after the page that `page` returned: its records and its cursor are committed."""


class Channel(Protocol):
    """One way in and out. A channel owns its connections and threads, and is made with its Intake. Channels share only types.

    Attributes:
        name: the name of the channel.
    """

    name: str

    @property
    def accounts(self) -> Sequence[Account]:
        """Our accounts on the channel; empty if it sends nothing."""

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set, then disconnect from upstream as its protocol asks, and return.

        May block. Must pass each message to its intake, and acknowledge it to upstream only after the returned future has succeeded. If the
        future fails, must refuse the message or not answer. Must recover from connection faults by itself, with a bound, jitter and a
        metric. Raises only errors that it cannot handle; it is then restarted.
        """
