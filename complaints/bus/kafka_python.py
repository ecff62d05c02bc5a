"""The administration of topics and consumer groups with kafka-python."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

from kafka import KafkaAdminClient
from kafka import TopicPartition as KafkaTopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec, OffsetTimestamp
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    InvalidConfigurationError,
    InvalidReplicationFactorError,
    KafkaError,
    NoError,
    NotCoordinatorError,
    PolicyViolationError,
    TopicAlreadyExistsError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata

from complaints.bus import Offsets
from complaints.bus.admin import TopicFound
from complaints.contract import Topic
from complaints.errors import BusUnavailable, ConfigurationError

T = TypeVar("T")

COORDINATOR_WITHIN_S: Final = 30.0
"""Seconds for which a broker that has just started may take to load the groups that it coordinates."""

TOLD_WITHIN_S: Final = 30.0
"""Seconds that a broker may take to learn of a change from the controller."""

_AGAIN_S: Final = 0.2

_COORDINATES_SOON: Final = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)
"""The errors of a broker that does not coordinate a group yet."""


class KafkaPythonAdmin:
    """Administers topics and consumer groups (see Administration)."""

    def __init__(self, brokers: str, *, timeout_s: float = 10.0) -> None:
        """Connect to Kafka.

        Raises:
            BusUnavailable: no broker answered.
        """
        try:
            self._client = KafkaAdminClient(
                bootstrap_servers=brokers.split(","),
                request_timeout_ms=int(timeout_s * 1000),
                bootstrap_timeout_ms=int(timeout_s * 1000),
            )
        except KafkaError as error:
            raise BusUnavailable(f"no Kafka at {brokers}: {error}") from error

    def found(self, names: Collection[str]) -> Mapping[str, TopicFound]:
        """Return those of the topics that exist (see TopicAdmin)."""
        with _asking("the topics could not be described"):
            there = sorted(set(names) & set(self._client.list_topics()))
            if not there:
                return {}
            partitions = {one["name"]: one["partitions"] for one in self._client.describe_topics(there)}
            asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in there]
            settings = self._client.describe_configs(asked, config_filter="all").get("topic", {})
        silent = [name for name in there if not settings.get(name)]
        if silent:
            raise BusUnavailable(
                f"Kafka does not tell the settings of {', '.join(silent)}: the user may not describe them"
            )
        return {
            name: TopicFound(
                partitions=len(partitions[name]),
                settings={key: str(one["value"]) for key, one in settings[name].items()},
                leaderless=tuple(one["partition_index"] for one in partitions[name] if one["leader_id"] < 0),
            )
            for name in there
        }

    def create(self, topic: Topic, *, settings: Mapping[str, str], replication: int) -> bool:
        """Create a topic, and return whether it was created (see TopicAdmin)."""
        wanted = {
            "num_partitions": topic.partitions,
            "replication_factor": replication,
            "configs": dict(settings),
        }
        with _asking(f"the topic {topic.name} could not be created"):
            try:
                self._client.create_topics({topic.name: wanted}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                return False  # another process created it first
            except (InvalidConfigurationError, InvalidReplicationFactorError, PolicyViolationError) as error:
                raise ConfigurationError(f"Kafka refuses to create {topic.name} as declared: {error}") from error
        return True

    def set(self, name: str, settings: Mapping[str, str]) -> None:
        """Change some settings of a topic, and wait until Kafka reports them (see TopicAdmin).

        The controller accepts them at once, but a broker may report the old ones until it has learnt of the change from the controller.
        """
        asked = ConfigResource(ConfigResourceType.TOPIC, name, dict(settings))
        with _asking(f"the settings of {name} could not be changed"):
            answer = self._client.alter_configs([asked], raise_on_unknown=False)["topic"][name]
        if answer != "OK":
            raise ConfigurationError(f"Kafka refuses {_listed(settings)} for {name}: {answer}")
        self._told(name, settings)

    def _told(self, name: str, settings: Mapping[str, str]) -> None:
        """Return once Kafka reports the settings of a topic.

        Raises:
            BusUnavailable: it does not within TOLD_WITHIN_S.
        """
        end = time.monotonic() + TOLD_WITHIN_S
        while time.monotonic() < end:
            there = self.found([name]).get(name)
            if there and settings.items() <= there.settings.items():
                return
            time.sleep(_AGAIN_S)
        raise BusUnavailable(f"Kafka took {_listed(settings)} for {name}, but still tells the settings of before")

    def first_offsets(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset of its first record (see GroupAdmin)."""
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def end_offsets(self, topic: str) -> Offsets:
        """Return, for each partition of a topic, the offset after its last record (see GroupAdmin)."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def offsets_at(self, topic: str, at_ms: int) -> Offsets:
        """Return, for each partition of a topic, the offset of its first record at or after a time, or its end (see GroupAdmin)."""
        ends, found = self.end_offsets(topic), self._offsets(topic, OffsetTimestamp(at_ms))
        return {at: offset if offset >= 0 else ends[at] for at, offset in found.items()}

    def _offsets(self, topic: str, which: object) -> Offsets:
        with _asking(f"the offsets of {topic} could not be read"):
            partitions = [entry["partition_index"] for entry in self._client.describe_topics([topic])[0]["partitions"]]
            if not partitions:
                raise BusUnavailable(f"Kafka has no topic {topic}: create it with `lapor topics apply`")
            wanted = {KafkaTopicPartition(topic, partition): which for partition in partitions}
            found = self._client.list_partition_offsets(wanted)
        return {(at.topic, at.partition): answer.offset for at, answer in found.items()}

    def group_offsets(self, group: str) -> Offsets:
        """Return the offsets that a group has committed, only for the partitions that it has committed (see GroupAdmin)."""
        with _asking(f"the progress of {group} could not be read"):
            found = _coordinated(lambda: self._client.list_group_offsets(group))
        return {(at.topic, at.partition): answer.offset for at, answer in found.get(group, {}).items()}

    def set_group_offsets(self, group: str, offsets: Offsets) -> None:
        """Commit offsets for a group that has no members (see GroupAdmin)."""
        marks = {KafkaTopicPartition(*at): OffsetAndMetadata(offset, "", None) for at, offset in offsets.items()}
        with _asking(f"the offsets of {group} could not be set"):
            faults = _coordinated(lambda: self._altered(group, marks))
        if UnknownMemberIdError in faults:
            raise ConfigurationError(f"{group} has members, so its offsets cannot be set: stop its workers first")
        if faults:
            raise BusUnavailable(
                f"the offsets of {group} could not be set: {', '.join(sorted(fault.__name__ for fault in faults))}"
            )

    def _altered(
        self, group: str, marks: Mapping[KafkaTopicPartition, OffsetAndMetadata]
    ) -> frozenset[type[KafkaError]]:
        """Commit offsets, and return the kinds of errors of those that failed."""
        faults = frozenset(self._client.alter_group_offsets(group, marks).values()) - {NoError}
        for fault in faults.intersection(_COORDINATES_SOON):
            raise fault
        return faults

    def members(self, group: str) -> list[str]:
        """Return the members of a group (see Administration)."""
        with _asking(f"the members of {group} could not be listed"):
            found = _coordinated(lambda: self._client.describe_groups([group])).get(group, {})
        return [f"{member['client_id']} at {member['client_host']}" for member in found.get("members", [])]

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._client.close()


def _coordinated(ask: Callable[[], T]) -> T:
    """Return what Kafka answers about a group, once a broker coordinates it.

    Raises:
        KafkaError: none does within COORDINATOR_WITHIN_S, or something else is wrong.
    """
    end = time.monotonic() + COORDINATOR_WITHIN_S
    while True:
        try:
            return ask()
        except _COORDINATES_SOON:
            if time.monotonic() >= end:
                raise
            time.sleep(_AGAIN_S)


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Turn kafka-python's errors into this project's.

    Raises:
        BusUnavailable: Kafka did not answer, or refused.
    """
    try:
        yield
    except KafkaError as error:
        raise BusUnavailable(f"{what}: {error}") from error


def _listed(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.items())
