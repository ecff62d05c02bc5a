"""What the control topic says to one step: whether it is paused, and which partitions of its mailbox are held or refused."""

import time
from collections.abc import Iterable
from typing import Final

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus import Record
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import ANSWER_S, END, extent, is_record, stored
from complaints.bus.control import Control, Hold, Refusal
from complaints.contract import CONTROL
from complaints.errors import BusUnavailable

LOOK_S: Final = 0.2
"""Seconds between two looks at the topic."""

MOST: Final = 1_000


class Orders:
    """Follows the control topic. For the worker's thread."""

    def __init__(self, brokers: str, step: str) -> None:
        """Connect lazily.

        Args:
            brokers: host:port, separated by commas.
            step: the step's name.
        """
        self._step, self._consumer, self._control = step, Consumer(profiles.tail(brokers)), Control()
        self._look_at = 0.0

    @property
    def partitions(self) -> int | None:
        """With how many partitions all mailboxes and states were made; None if it is not on record."""
        return self._control.partitions

    @property
    def paused(self) -> bool:
        """Whether the step is paused."""
        return self._step in self._control.paused

    def held(self, step: str) -> dict[int, Hold]:
        """Return the partitions of a step that are held."""
        return {partition: why for (name, partition), why in self._control.held.items() if name == step}

    def refused(self, step: str) -> dict[int, Refusal]:
        """Return the partitions of a step of which it is known that they wait for an operator."""
        return {partition: why for (name, partition), why in self._control.refused.items() if name == step}

    def wrote(self, records: Iterable[Record]) -> None:
        """Take at once what this worker has written itself."""
        self._control.take(records)

    def begin(self) -> None:
        """Read the topic from its first record to its end.

        Raises:
            BusUnavailable: Kafka did not answer, or has no such topic.
        """
        first, _ = extent(self._consumer, CONTROL, 0)
        self._consumer.assign([ConfluentPartition(CONTROL, 0, first)])
        until = time.monotonic() + ANSWER_S
        while not self._read(LOOK_S):
            if time.monotonic() > until:
                raise BusUnavailable(f"{CONTROL} could not be read within {ANSWER_S:.0f} s")

    def look(self) -> None:
        """Take what has come, if the last look was a moment ago.

        Raises:
            BusUnavailable: Kafka answered with an error that does not pass by itself.
        """
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._read(0)

    def _read(self, wait_s: float) -> bool:
        """Take what has come, and return whether the end of the topic was reached."""
        first = self._consumer.poll(wait_s)
        messages = [] if first is None else [first, *self._consumer.consume(MOST, timeout=0)]
        self._control.take(stored(message) for message in messages if is_record(message))
        return any((error := message.error()) is not None and error.code() == END for message in messages)

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._consumer.close()
