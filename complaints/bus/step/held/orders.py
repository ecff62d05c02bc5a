"""The orders of the control topic to a step: whether it is paused, and which partitions of its mailbox are held or refused."""

import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any, Final

import structlog
from confluent_kafka import Consumer, TopicCollection
from confluent_kafka import TopicPartition as ConfluentPartition
from confluent_kafka.admin import AdminClient

from complaints.bus import Record
from complaints.bus.confluent import ConfluentScanner, profiles
from complaints.bus.confluent.client import ANSWER_S, extent, is_record, stored
from complaints.bus.control import Control, Hold, Refusal
from complaints.bus.step import kafka
from complaints.contract import CONTROL
from complaints.errors import BusUnavailable

log = structlog.get_logger()

LOOK_S: Final = 0.2
"""Seconds between two looks at the topic."""

SAME_S: Final = 5.0
"""Seconds between two questions whether the topic is still the same one."""

MOST: Final = 1_000


class Orders:
    """Follows the control topic. For the worker's thread."""

    def __init__(self, brokers: str, step: str) -> None:
        """Connect lazily."""
        self._brokers, self._step = brokers, step
        self._consumer, self._control = Consumer(profiles.tail(brokers)), Control()
        self._admin, self._topic_id = AdminClient(profiles.admin(brokers)), ""
        self._look_at = self._ask_at = 0.0
        self._asked: Any = None

    @property
    def partitions(self) -> int | None:
        """The number of partitions with which all mailboxes and states were made; None if it is not on record."""
        return self._control.partitions

    @property
    def paused(self) -> bool:
        """True if the step is paused."""
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
        self._topic_id, control = kafka.described(self._admin, CONTROL)[CONTROL].topic_id, Control()
        _, end = extent(self._consumer, CONTROL, 0)
        # at the end of a topic Kafka answers a tail only after half a second
        with closing(ConfluentScanner(self._brokers)) as scanner:
            for batch in scanner.scan(CONTROL):
                control.take(batch)
        self._consumer.assign([ConfluentPartition(CONTROL, 0, end)])
        self._control = control

    def look(self) -> None:
        """Apply the records that have come, unless the last look was a moment ago. Begin anew if the topic was made anew or lost its end.

        Raises:
            BusUnavailable: Kafka did not answer when it began anew.
        """
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            if self._is_another(now) or not self._takes():
                log.warning("the control topic is read anew: it was made anew, or has lost its end", step=self._step)
                self._consumer.close()  # a client ignores a topic that was made anew (see ConfluentTail)
                self._consumer = Consumer(profiles.tail(self._brokers))
                self.begin()

    def _takes(self) -> bool:
        """Take what has come; return False if its place is not in the topic any more, or the client does not recover."""
        try:
            self._control.take(map(stored, filter(is_record, self._consumer.consume(MOST, timeout=0))))
        except BusUnavailable:
            return False
        return True

    def _is_another(self, now: float) -> bool:
        """Return whether the topic was made anew, by the last answer of Kafka. It is asked now and then, and nothing waits for it."""
        if self._asked is None and now >= self._ask_at:
            self._ask_at = now + SAME_S
            self._asked = self._admin.describe_topics(TopicCollection([CONTROL]), request_timeout=ANSWER_S)[CONTROL]
        if self._asked is None or not self._asked.done():
            return False
        asked, self._asked = self._asked, None
        return asked.exception() is None and str(asked.result().topic_id) != self._topic_id

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._consumer.close()
