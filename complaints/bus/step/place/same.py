"""Whether a step's topics are still those of which a worker's positions speak.

A mailbox that was made anew under a running worker has other records there, and a state topic lacks the states.
"""

import contextlib
import time
from typing import Final

from confluent_kafka.admin import AdminClient

from complaints.bus.step import kafka
from complaints.errors import BusUnavailable, ConfigurationError

SAME_S: Final = 30.0
"""How often it is asked."""


class Same:
    """The topics of a step by their ids. For the worker's thread."""

    def __init__(self, admin: AdminClient, mailbox: str, states: tuple[str, str]) -> None:
        """Know no id of the mailbox yet.

        Args:
            admin: asks the broker.
            mailbox: its name.
            states: the name and the id of the state topic.
        """
        self._admin, self._topic, self._states = admin, mailbox, states
        self._ids, self._look_at = dict[str, str](), 0.0

    def begin(self) -> str:
        """Return the id of the mailbox, which is to stay the same from now on.

        Raises:
            BusUnavailable: Kafka did not answer.
        """
        id_ = kafka.described(self._admin, self._topic)[self._topic].topic_id
        self._ids, self._look_at = dict([self._states, (self._topic, id_)]), time.monotonic() + SAME_S
        return id_

    def look(self) -> None:
        """Ask now and then. While Kafka does not answer, nothing is refused.

        Raises:
            ConfigurationError: a topic was made anew: its first records would be skipped, or its states lost, unsaid.
        """
        if not self._ids or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + SAME_S
        with contextlib.suppress(BusUnavailable):
            for name, found in kafka.described(self._admin, *self._ids).items():
                if found.topic_id != self._ids[name]:
                    raise ConfigurationError(
                        f"{name} was made anew under a running worker: its next start says what to do"
                    )
