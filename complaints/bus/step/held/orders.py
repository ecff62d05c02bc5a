"""The orders of the control topic to a step: whether it is paused, and which partitions of its mailbox are held or refused."""

import time
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Record
from complaints.bus.confluent import ConfluentScanner, profiles
from complaints.bus.confluent.client import extent, is_record, stored
from complaints.bus.control import Control, Hold, Refusal
from complaints.contract import CONTROL

LOOK_S: Final = 0.2
"""Seconds between two looks at the topic."""

MOST: Final = 1_000


class Orders:
    """Follows the control topic. For the worker's thread."""

    def __init__(self, brokers: str, step: str) -> None:
        """Connect lazily."""
        self._brokers, self._step = brokers, step
        self._consumer, self._control = Consumer(profiles.tail(brokers)), Control()
        self._look_at = 0.0

    @property
    def partitions(self) -> int | None:
        """The number of partitions with which all mailboxes and states were made; None if it is not on record."""
        return self._control.partitions

    @property
    def paused(self) -> bool:
        """Whether the step is paused."""
        return self._step in self._control.paused

    def held(self, step: str) -> dict[int, Hold]:
        """Return the partitions of a step that are held."""
        return {partition: why for (name, partition), why in self._control.held.items() if name == step}

    def refused(self, step: str) -> dict[int, Refusal]:
        """Return the partitions of a step that the topic marks as refused."""
        return {partition: why for (name, partition), why in self._control.refused.items() if name == step}

    def wrote(self, records: Iterable[Record]) -> None:
        """Apply at once the records that this worker has written itself."""
        self._control.take(records)

    def begin(self) -> None:
        """Read the topic from its first record to its end, and follow it from there.

        Raises:
            BusUnavailable: Kafka did not answer, or has no such topic.
        """
        _, end = extent(self._consumer, CONTROL, 0)
        # at the end of a topic Kafka answers a tail only after half a second
        with closing(ConfluentScanner(self._brokers)) as scanner:
            for batch in scanner.scan(CONTROL):
                self._control.take(batch)
        self._consumer.assign([ConfluentPartition(CONTROL, 0, end)])

    def look(self) -> None:
        """Apply the records that have come, unless the last look was less than LOOK_S ago.

        Raises:
            BusUnavailable: Kafka answered with an error that does not pass on its own.
        """
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._control.take(map(stored, filter(is_record, self._consumer.consume(MOST, timeout=0))))

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._consumer.close()
