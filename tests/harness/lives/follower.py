"""Follows the topics of router and neighbours: the documents as they are now, and whether everything in the mailboxes was handled."""

import json
from collections import defaultdict
from typing import Final

from confluent_kafka import Message

from tests.harness.cases.log import reader

STEPS: Final = {
    "lapor.cases": ("lapor-router", "lapor.complaints"),
    "lapor.neighbourhoods": ("lapor-neighbours", "lapor.neighbours"),
}
"""By the topic of its states, the name of a step and its mailbox."""

QUIET_S: Final = 0.2
"""How long nothing may come until the follower has seen everything."""


class Follower:
    """Reads on where it was at the last look.

    Attributes:
        documents: by tracking code, the case.
        due_ms: by tracking code, when its timer is to ring, in milliseconds since 1970.
    """

    def __init__(self, brokers: str, *states: str) -> None:
        """Begin with the first record of each topic.

        Args:
            brokers: of Kafka.
            states: the topics of the states of the steps that run; all if none is named.
        """
        self._steps = {name: STEPS[name] for name in states or STEPS}
        self.documents: dict[str, bytes] = {}
        self.due_ms: dict[str, int] = {}
        self._last: dict[tuple[str, int], int] = defaultdict(lambda: -1)
        self._positions: dict[tuple[str, int], int] = defaultdict(int)
        self._fed = 0
        self._consumer = reader(brokers, *self._steps, *(mailbox for _, mailbox in self._steps.values()))

    def look(self) -> int:
        """Read what has come, and return how many records that were."""
        found = [one for one in self._consumer.consume(5000, timeout=QUIET_S) if one.error() is None]
        for message in found:
            self._take(message)
        return len(found)

    def __str__(self) -> str:
        ends = {at: last for at, last in self._last.items() if last >= 0}
        timers = sorted(self.due_ms.values())[:3]
        return (
            f"{len(self.documents)} cases; positions {dict(self._positions)}, last records {ends}, next timers {timers}"
        )

    def is_settled(self, now_ms: int, *, fed: int) -> bool:
        """Return whether the steps have handled all records, and no timer waits.

        Args:
            now_ms: the router's clock, in milliseconds since 1970.
            fed: how many records a test has written to the mailboxes.
        """
        while self.look() or self.look():
            pass
        behind = [
            (mailbox, number)
            for step, mailbox in self._steps.values()
            for (topic, number), last in self._last.items()
            if topic == mailbox and self._positions[step, number] <= last
        ]
        return self._fed >= fed and not behind and not any(due <= now_ms for due in self.due_ms.values())

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close()

    def _take(self, message: Message) -> None:
        topic, partition, key = message.topic() or "", message.partition() or 0, message.key() or b""
        if topic not in self._steps:
            self._last[topic, partition] = message.offset() or 0
            self._fed += dict(message.headers() or ()).get("ce_source") == b"/tests"
            return
        step, mailbox = self._steps[topic]
        if key.startswith(b"\0"):
            if step.encode() in key:
                self._positions[step, partition] = json.loads(message.value() or b"{}")["offset"]
        elif mailbox == "lapor.complaints":
            code, headers = key.decode(), dict(message.headers() or ())
            self.documents[code] = message.value() or b""
            if due := headers.get("due"):
                self.due_ms[code] = int(due)
            else:
                self.due_ms.pop(code, None)
