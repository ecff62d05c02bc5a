"""A step's mailbox without Kafka: what it asks the client, and an error that ends the client, which no rebalance drops."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError

from complaints.bus.step import mailbox
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.options import WorkerOptions
from complaints.errors import BusUnavailable
from tests.harness.step import spec


class Ended:
    """The one message by which librdkafka says that it has ended itself."""

    def error(self) -> KafkaError:
        """Return the fatal error."""
        return KafkaError(KafkaError._FATAL, "Static consumer fenced by other consumer", fatal=True)


class Client:
    """A consumer that is fenced; before it says so, it may take the partitions away."""

    def __init__(self, _: Any) -> None:
        self.loses, self.left = True, [Ended()]
        self.gathered_s: list[float] = []

    def subscribe(self, _: list[str], *, on_revoke: Callable[..., None], **__: Any) -> None:
        """Keep the callback."""
        self._on_revoke = on_revoke

    def poll(self, _: float) -> Ended | None:
        """Return the message once, and nothing after it."""
        if self.loses:
            self._on_revoke(self, [])
        return self.left.pop() if self.left else None

    def consume(self, _: int, *, timeout: float) -> list[Ended]:
        """Return nothing, and note for how long it was asked to wait."""
        self.gathered_s.append(timeout)
        return []

    def assignment(self) -> list[Any]:
        """Return nothing."""
        return []

    def unassign(self) -> None:
        """Do nothing."""

    def pause(self, _: list[Any]) -> None:
        """Do nothing."""


class Restored:
    """A restorer with nothing to do."""

    busy, topic_id = False, ""

    def cancel(self, _: list[int]) -> None:
        """Do nothing."""


def fenced_mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gather_s: float = 0.0) -> Mailbox:
    """Return a mailbox whose client is fenced."""
    monkeypatch.setattr(mailbox, "Consumer", Client)
    identity: Any = type("Identity", (), {"member": "m-0", "client": "m-0/disk"})
    restorer: Any = Restored()
    run = WorkerOptions(brokers="127.0.0.1:1", ordinal=0, folder=tmp_path, gather_s=gather_s)
    return Mailbox(spec("fenced"), run, identity, restorer=restorer)


@pytest.fixture
def fenced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mailbox:
    """A mailbox whose client is fenced."""
    return fenced_mailbox(monkeypatch, tmp_path)


@pytest.mark.parametrize("loses", [True, False], ids=["in a rebalance", "alone"])
@pytest.mark.parametrize("paused", [True, False], ids=["paused", "working"])
def test_a_client_that_ended_itself_ends_the_worker(fenced: Mailbox, *, loses: bool, paused: bool) -> None:
    """The client says so once: a worker that does not listen would look well, and do nothing for ever."""
    client: Any = fenced.consumer
    client.loses = loses
    if paused:
        fenced.flow.pause(is_paused=True)
    with pytest.raises(BusUnavailable, match="fenced"):
        fenced.poll(10)


@pytest.mark.parametrize("gather_s", [0.0, 0.25])
def test_a_poll_takes_more_records_for_as_long_as_the_step_may_wait(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gather_s: float
) -> None:
    """A step that nobody waits for makes fewer transactions; every other one handles at once what is there."""
    gathers = fenced_mailbox(monkeypatch, tmp_path, gather_s=gather_s)
    client: Any = gathers.consumer
    with pytest.raises(BusUnavailable):
        gathers.poll(10)
    assert client.gathered_s == [gather_s]
