"""Follows the topics of a kill test while it runs: what each citizen has been told, and whether anything is still to come."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from tests.harness.cases.log import reader

TOPICS: Final = ("lapor.conversations", "lapor.complaints", "lapor.case-events", "lapor.sends", "lapor.message-events")
LOOK_S: Final = 0.02


class Watch:
    """A reader of committed records in a thread of its own. All methods may be called from any thread."""

    def __init__(self, brokers: str) -> None:
        """Begin at the first records."""
        self.told: dict[str, list[dict[str, Any]]] = defaultdict(list)
        """What each citizen was told, by the key of the mailbox, oldest first."""
        self._open: dict[str, set[str]] = {name: set() for name in _LACKS}
        self._done: dict[str, set[str]] = {name: set() for name in _LACKS}
        self._stop = threading.Event()
        self._consumer = reader(brokers, *TOPICS)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def give_up(self) -> None:
        """Read no more, and let nobody wait."""
        self._stop.set()

    def close(self) -> None:
        """End."""
        self.give_up()
        self._thread.join(10)
        self._consumer.close()

    def wait_told(self, citizen: str, number: int, *, timeout_s: float) -> list[dict[str, Any]]:
        """Wait until a citizen was told so many things, and return them.

        Raises:
            TimeoutError: it did not happen.
        """
        deadline = time.monotonic() + timeout_s
        while len(found := self.told.get(citizen, [])) < number:
            if time.monotonic() > deadline or self._stop.is_set():
                raise TimeoutError(f"{citizen} was told {len(found)} things and not {number} within {timeout_s} s")
            time.sleep(LOOK_S)
        return list(found)

    def lacks(self) -> dict[str, int]:
        """Return of how many things the next one is still to come, by kind; empty if there are none."""
        counts = {name: len(self._open[name] - self._done[name]) for name in _LACKS}
        return {name: number for name, number in counts.items() if number}

    def shown(self, name: str) -> list[str]:
        """Return some ids of what is still to come."""
        return sorted(self._open[name] - self._done[name])[:10]

    def see(self, topic: str, type_: object, value: bytes | None) -> None:
        """Take a record of a mailbox, once or several times.

        Args:
            topic: its topic.
            type_: its header `ce_type`.
            value: its value.
        """
        kind = type_.decode().split(".")[3] if isinstance(type_, bytes) else ""
        if (take := _TAKES.get((topic, kind))) is not None:
            take(self, json.loads(value or b"null"))

    def _read(self) -> None:
        while not self._stop.is_set():
            for message in self._consumer.consume(500, timeout=0.05):
                if message.error() is None:
                    self.see(message.topic() or "", dict(message.headers() or []).get("ce_type"), message.value())

    def _received(self, said: dict[str, Any]) -> None:
        self._open["events of messages"].add(said["id"])

    def _landed(self, said: dict[str, Any]) -> None:
        self._done["events of messages"].add(said["id"])

    def _reply(self, said: dict[str, Any]) -> None:
        self._open["events of replies"].add(said["id"])
        self._done["effects of commands"].add(said["caused_by"])

    def _reply_event(self, said: dict[str, Any]) -> None:
        self._done["events of replies"].add(said["id"])
        self.told[said["citizen"]].append(said)

    def _send(self, said: dict[str, Any]) -> None:
        self._open["outcomes of texts"].add(said["id"])

    def _delivery(self, said: dict[str, Any]) -> None:
        self._done["outcomes of texts"].add(said["reply_id"])

    def _command(self, said: dict[str, Any]) -> None:
        self._open["effects of commands"].add(said["id"])

    def _fact(self, said: dict[str, Any]) -> None:
        self._done["effects of commands"].add(said["caused_by"])


_LACKS: Final = ("events of messages", "events of replies", "outcomes of texts", "effects of commands")
_TAKES: Final[dict[tuple[str, str], Callable[[Watch, dict[str, Any]], None]]] = {
    ("lapor.conversations", "received"): Watch._received,
    ("lapor.conversations", "reply"): Watch._reply,
    ("lapor.message-events", "messageevent"): Watch._landed,
    ("lapor.message-events", "replyevent"): Watch._reply_event,
    ("lapor.message-events", "delivery"): Watch._delivery,
    ("lapor.sends", "send"): Watch._send,
    ("lapor.complaints", "complaint"): Watch._command,
    ("lapor.complaints", "command"): Watch._command,
    ("lapor.case-events", "fact"): Watch._fact,
}
