"""Checks whether a step's topics are still those of its worker's positions, and which of their partitions have no leader.

A mailbox that was made anew under a running worker has other records at its positions, and a state topic lacks the states. In one that has
grown, clients put records of the same keys into other partitions. A partition without a leader must not be written: a transaction that
includes it cannot end before the leader is back, and blocks the worker's id.
"""

import contextlib
import time
from collections.abc import Collection, Mapping
from typing import Final

from confluent_kafka.admin import AdminClient

from complaints.bus.control import NO_WAY_BACK
from complaints.bus.step import kafka
from complaints.errors import BusUnavailable, ConfigurationError

SAME_S: Final = 30.0
"""Seconds between two checks."""


class Same:
    """The topics of a step by their ids. For the worker's thread."""

    def __init__(self, admin: AdminClient, mailbox: str, states: tuple[str, str], *, partitions: int) -> None:
        self._admin, self._topic, self._states, self._partitions = admin, mailbox, states, partitions
        self._ids, self._look_at = dict[str, str](), 0.0
        self._leaderless = frozenset[int]()

    def begin(self) -> str:
        """Return the id of the mailbox, which must stay the same from now on.

        Raises:
            BusUnavailable: Kafka did not answer.
            ConfigurationError: a topic has grown.
        """
        found = self._described()
        require_partitions(found, self._partitions)
        self._ids = dict([self._states, (self._topic, found[self._topic].topic_id)])
        return self._ids[self._topic]

    def away(self, partitions: Collection[int]) -> frozenset[int]:
        """Return which of some partitions had no leader at the last look. If none has one, Kafka as a whole is away: that passes."""
        away = self._leaderless.intersection(partitions)
        return away if len(away) < len(partitions) else frozenset()

    def why(self, partition: int) -> ConfigurationError:
        """Return why a partition that is away is not handled."""
        return ConfigurationError(
            f"no broker that is there has {self._topic}/{partition} or {self._states[0]}/{partition}: start the brokers that have them."
            " Nothing is lost, and it goes on by itself"
        )

    def look(self, *, now: bool = False) -> None:
        """Check every SAME_S, or at once if `now`. While Kafka does not answer, nothing is refused.

        Raises:
            ConfigurationError: see `require`.
        """
        if self._ids and (now or time.monotonic() >= self._look_at):
            with contextlib.suppress(BusUnavailable):
                self.require()

    def require(self) -> None:
        """Refuse to go on if the topics are other ones.

        Raises:
            BusUnavailable: Kafka did not answer.
            ConfigurationError: a topic was made anew, so its first records would be skipped or its states lost silently, or it has grown.
        """
        found = self._described()
        for name, one in found.items():
            if one.topic_id != self._ids[name]:
                raise ConfigurationError(f"{name} was made anew under a running worker: its next start says what to do")
        require_partitions(found, self._partitions)

    def _described(self) -> dict[str, kafka.Described]:
        self._look_at = time.monotonic() + SAME_S
        found = kafka.described(self._admin, self._topic, self._states[0])
        self._leaderless = frozenset().union(*(one.leaderless for one in found.values()))
        return found


def require_partitions(found: Mapping[str, kafka.Described], recorded: int | None) -> None:
    """Refuse to work if topics have not as many partitions as they were made with: a key would have two places.

    Raises:
        ConfigurationError: the numbers differ.
    """
    wanted = min(one.partitions for one in found.values()) if recorded is None else recorded
    for name, one in found.items():
        if one.partitions != wanted:
            raise ConfigurationError(
                f"{name} has {one.partitions} partitions, and this installation was made with {wanted}: keys are in other partitions than"
                f" before. {NO_WAY_BACK}"
            )
