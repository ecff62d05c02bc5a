"""The contracts for the administration of topics and consumer groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from complaints.bus import Offsets
from complaints.contract import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFound:
    """A topic as Kafka has it.

    Attributes:
        partitions: the number of its partitions.
        settings: the value of each setting, with the cluster's defaults.
        leaderless: the partitions without a leader, because no running broker has a copy.
    """

    partitions: int
    settings: Mapping[str, str]
    leaderless: tuple[int, ...] = ()


class TopicAdmin(Protocol):
    """Creates topics and changes their settings. Every method raises BusUnavailable if Kafka does not answer."""

    def found(self, names: Collection[str]) -> Mapping[str, TopicFound]:
        """Return those of the topics that exist."""

    def create(self, topic: Topic, *, settings: Mapping[str, str], replication: int) -> bool:
        """Create a topic, and return whether it was created; False if it exists by now.

        Args:
            topic: its declaration.
            settings: all its settings.
            replication: the number of replicas; -1 for the cluster's default.

        Raises:
            ConfigurationError: Kafka refuses a setting or the number of replicas.
        """

    def set(self, name: str, settings: Mapping[str, str]) -> None:
        """Change some settings of a topic.

        Raises:
            ConfigurationError: Kafka refuses one of them.
        """


class GroupAdmin(Protocol):
    """Reads and sets the progress of consumer groups. Every method raises BusUnavailable if Kafka does not answer."""

    def first_offsets(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset of its first record, or of the next one if it has none."""

    def end_offsets(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset after its last record."""

    def offsets_at(self, topic: str, at_ms: int) -> Offsets:
        """Return, for each partition of a topic, the offset of its first record stamped at or after a time, or its end if none is."""

    def group_offsets(self, group: str) -> Offsets:
        """Return the offsets that a group has committed, only for the partitions that it has committed."""

    def set_group_offsets(self, group: str, offsets: Offsets) -> None:
        """Commit offsets for a group that has no members.

        Raises:
            ConfigurationError: it has members.
        """


class Administration(TopicAdmin, GroupAdmin, Protocol):
    """Both contracts, and the members of groups."""

    def members(self, group: str) -> list[str]:
        """Return the members of a group, each as "client at host". A static member that stopped stays for its session timeout."""
