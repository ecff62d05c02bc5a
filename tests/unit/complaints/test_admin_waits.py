"""The administrator waits for a broker that does not coordinate the groups yet, or has not learnt a change yet."""

from typing import Any

import pytest
from kafka.errors import CoordinatorLoadInProgressError, GroupAuthorizationFailedError, KafkaError, NoError

from complaints.bus import kafka_python as admin
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.errors import BusUnavailable


class Broker:
    """Answers with these errors, one after the other, and then as a broker that coordinates the group."""

    def __init__(self, *errors: type[KafkaError]) -> None:
        self.errors = list(errors)

    def list_group_offsets(self, group: str) -> dict[str, Any]:
        """Return that the group has committed nothing."""
        if self.errors:
            raise self.errors.pop(0)
        return {group: {}}

    def alter_group_offsets(self, _: str, marks: dict[Any, Any]) -> dict[Any, Any]:
        """Return that each offset was taken, or the next error for each."""
        return dict.fromkeys(marks, self.errors.pop(0) if self.errors else NoError)


def asking(broker: object) -> KafkaPythonAdmin:
    """Return an administrator that asks a broker."""
    made = object.__new__(KafkaPythonAdmin)
    made._client = broker  # the real one needs a connection
    return made


def test_the_progress_of_a_group_is_read_once_the_broker_coordinates_it() -> None:
    """It takes a second after a start."""
    broker = Broker(CoordinatorLoadInProgressError, CoordinatorLoadInProgressError)
    assert (asking(broker).group_offsets("lapor-router"), broker.errors) == ({}, [])


def test_offsets_are_set_once_the_broker_coordinates_the_group() -> None:
    """Here each offset has its own answer."""
    broker = Broker(CoordinatorLoadInProgressError)
    asking(broker).set_group_offsets("lapor-router", {("lapor.complaints", 0): 7})
    assert broker.errors == []


def test_a_broker_that_never_coordinates_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is any other answer, at once."""
    monkeypatch.setattr(admin, "COORDINATOR_WITHIN_S", 0.1)
    with pytest.raises(BusUnavailable, match="progress of lapor-router"):
        asking(Broker(*[CoordinatorLoadInProgressError] * 9)).group_offsets("lapor-router")
    refusing = Broker(GroupAuthorizationFailedError, GroupAuthorizationFailedError)
    with pytest.raises(BusUnavailable):
        asking(refusing).group_offsets("lapor-router")
    assert len(refusing.errors) == 1


class Following:
    """A broker that learns a change of the controller's when it has been asked some times more."""

    def __init__(self, late: int) -> None:
        self.late = late

    def alter_configs(self, resources: list[Any], **_: Any) -> dict[str, Any]:
        """Return that the controller took it."""
        return {"topic": {resources[0].name: "OK"}}

    def list_topics(self) -> list[str]:
        """Return the one topic."""
        return ["lapor.control"]

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        """Return its one partition."""
        return [{"name": name, "partitions": [{"partition_index": 0, "leader_id": 1}]} for name in names]

    def describe_configs(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Return what it knows by now."""
        self.late -= 1
        return {"topic": {"lapor.control": {"retention.ms": {"value": "1000" if self.late < 0 else "86400000"}}}}


def test_a_setting_is_changed_once_kafka_tells_it() -> None:
    """So that `topics check` after `topics apply` sees it."""
    broker = Following(late=2)
    asking(broker).set("lapor.control", {"retention.ms": "1000"})
    assert broker.late < 0


def test_a_setting_that_kafka_never_tells_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what was taken."""
    monkeypatch.setattr(admin, "TOLD_WITHIN_S", 0.1)
    with pytest.raises(BusUnavailable, match=r"took retention\.ms=1000 for lapor\.control"):
        asking(Following(late=99)).set("lapor.control", {"retention.ms": "1000"})
