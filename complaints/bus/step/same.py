"""Whether a mailbox is still the topic of which a worker's positions speak. Made anew under a running worker it has other records there."""

import contextlib
import time
from typing import Final

from confluent_kafka.admin import AdminClient

from complaints.bus.step import kafka
from complaints.errors import BusUnavailable, ConfigurationError

SAME_S: Final = 30.0
"""How often it is asked."""


class Same:
    """A mailbox by its id. For the worker's thread."""

    def __init__(self, admin: AdminClient, topic: str) -> None:
        """Know no id yet.

        Args:
            admin: asks the broker.
            topic: the mailbox.
        """
        self._admin, self._topic = admin, topic
        self._id, self._look_at = "", 0.0

    def begin(self) -> str:
        """Return the id of the topic, which is to stay the same from now on.

        Raises:
            BusUnavailable: Kafka did not answer.
        """
        self._id = kafka.described(self._admin, self._topic)[self._topic].topic_id
        self._look_at = time.monotonic() + SAME_S
        return self._id

    def look(self) -> None:
        """Ask now and then. While Kafka does not answer, nothing is refused.

        Raises:
            ConfigurationError: the topic was made anew: its first records would be skipped unsaid.
        """
        if not self._id or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + SAME_S
        with contextlib.suppress(BusUnavailable):
            if kafka.described(self._admin, self._topic)[self._topic].topic_id != self._id:
                raise ConfigurationError(
                    f"{self._topic} was made anew under a running worker: its next start says what to do"
                )
