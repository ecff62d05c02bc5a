"""Follows the topics of router and neighbours: the documents as they are now, and whether everything in the mailboxes was handled."""

import json
import math
from collections import defaultdict
from typing import Final

from confluent_kafka import Consumer, IsolationLevel, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # its stubs forget it

from complaints.bus.confluent.client import END, is_record

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
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "follower",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,  # a broker that is away is no news here
            }
        )
        topics = self._consumer.list_topics(timeout=10).topics
        self._read: dict[tuple[str, int], int] = defaultdict(int)
        self._at = [
            TopicPartition(name, number, 0)
            for topic, (_, mailbox) in self._steps.items()
            for name in (topic, mailbox)
            for number in topics[name].partitions
        ]
        self._consumer.assign(self._at)
        self._latest: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        self._admin = AdminClient({"bootstrap.servers": brokers, "reconnect.backoff.max.ms": 500, "log_level": 0})

    def look(self) -> int:
        """Read what has come, and return how many records that were."""
        found = self._consumer.consume(5000, timeout=QUIET_S)
        for message in found:
            at, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
            if is_record(message):
                self._take(message)
                self._read[at] = offset + 1
            elif (error := message.error()) is not None and error.code() == END:  # beyond the marks of transactions
                self._read[at] = offset
        return len(found)

    def __str__(self) -> str:
        ends = {at: last for at, last in self._last.items() if last >= 0}
        timers = sorted(self.due_ms.values())[:3]
        return (
            f"{len(self.documents)} cases; positions {dict(self._positions)}, last records {ends}, next timers {timers}"
        )

    def is_settled(self, now_ms: int) -> bool:
        """Return whether both steps have handled all records, and no timer waits.

        Args:
            now_ms: the router's clock, in milliseconds since 1970.
        """
        ends = self._ends()
        while any(self._read[at] < end for at, end in ends.items()):
            if not self.look():
                return False
        behind = [
            (mailbox, number)
            for step, mailbox in self._steps.values()
            for (topic, number), last in self._last.items()
            if topic == mailbox and self._positions[step, number] <= last
        ]
        return not behind and not any(due <= now_ms for due in self.due_ms.values())

    def _ends(self) -> dict[tuple[str, int], float]:
        """Return the offset after the last committed record of each partition; if the broker is away, it is beyond all."""
        asked = self._admin.list_offsets(
            dict.fromkeys(self._at, self._latest), isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=5
        )
        try:
            return {(at.topic, at.partition): one.result(6).offset for at, one in asked.items()}
        except KafkaException:
            return dict.fromkeys(self._read, math.inf)

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close()

    def _take(self, message: Message) -> None:
        topic, partition, key = message.topic() or "", message.partition() or 0, message.key() or b""
        if topic not in self._steps:
            self._last[topic, partition] = message.offset() or 0
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
