"""The contract of every channel. The acknowledge rule: acknowledge a message only after Kafka acknowledged it or the spool fsynced it."""

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
    """A reply in the form in which its channel sends it.

    Attributes:
        reply_id: the id of the reply. After a crash, the same reply may come again.
        tracking_code: the tracking code in canonical form; empty if the reply is not about a case.
        kind: the reason for the reply.
        address: the citizen's address, and whatever else the channel stored with it.
        text: the text, within the channel's length limit.
    """

    reply_id: UUID
    tracking_code: str
    kind: ReplyKind
    address: Mapping[str, str]
    text: str


class Sends(Protocol):
    """Sends a channel's replies to citizens."""

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply. The future returns upstream's identifier of the sent message. Called from one thread; may block for seconds.

        The future fails with UpstreamUnavailable (the reply was not sent and is tried again later) or with Undeliverable (it can never
        be sent).
        """


class Channel(Protocol):
    """One way in and out. A channel owns its connections and threads. Channels share only the type Intake."""

    name: str

    @property
    def sender(self) -> Sends:
        """The sender of replies. The courier calls it from a separate thread while `run` runs."""

    def run(self, intake: "Intake", stop: threading.Event) -> None:
        """Serve until `stop` is set, then disconnect from upstream in the way of its protocol and return.

        May block. Must pass each message to `intake`, and acknowledge it to upstream only when the returned future has succeeded. If the
        future fails, must refuse the message or not answer. Must recover from connection faults by itself, with a bound, jitter and a
        metric. Raises only errors that it cannot handle, and is then restarted.
        """
