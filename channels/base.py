"""The contract of every door, and the ack rule: upstream hears "yes" only after Kafka acked or the spool fsynced."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from complaints.event import ReplyKind

if TYPE_CHECKING:
    from channels.intake import Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A reply as its channel is to send it.

    Attributes:
        reply_id: the reply's; the same letter may come again after a crash.
        tracking_code: canonical; empty where it is about no case.
        kind: why the citizen hears from us.
        address: the sender's address, and what the door put beside it.
        text: in the channel's length.
    """

    reply_id: UUID
    tracking_code: str
    kind: ReplyKind
    address: Mapping[str, str]
    text: str


class Sends(Protocol):
    """A channel's way to a citizen."""

    def send(self, letter: Letter) -> "Future[str]":
        """Send a letter; the future gives the channel's identifier of what was sent. Called from one thread; may block for seconds.

        The future fails with UpstreamUnavailable (it was not sent; it is tried again later) or with Undeliverable (it never can be).
        """


class Channel(Protocol):
    """A door. It owns its connections and threads, and shares nothing with other doors but the Intake's type."""

    name: str

    @property
    def sender(self) -> Sends:
        """How it answers; the courier uses it in a thread of its own while `run` runs."""

    def run(self, intake: "Intake", stop: threading.Event) -> None:
        """Serve until `stop` is set, then let go of upstream in its protocol's own way and return.

        May block. Must pass each message to `intake` and say yes upstream only when the future it gets is done; must say no, or
        nothing, when that future fails. Connection faults are its own to heal, with a bound, jitter and a metric; raises only what it
        cannot answer for, and is then restarted.
        """
