"""A step's mailbox without Kafka: what it asks the client, and an error that ends the client, which no rebalance drops."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError

from complaints.bus.membership import LONGEST_WITHOUT_S, Membership
from complaints.bus.step import kafka, mailbox
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.same import Same
from complaints.errors import BusUnavailable
from tests.harness.step_process import spec


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

    def unassign(self, *_: Any) -> None:
        """Do nothing."""

    pause = assign = unassign


def fenced_mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gather_s: float = 0.0) -> Mailbox:
    """Return a mailbox whose client is fenced."""
    monkeypatch.setattr(mailbox, "Consumer", Client)
    identity: Any = type("Identity", (), {"member": "m-0", "client": "m-0/disk"})
    restorer: Any = SimpleNamespace(busy=False, topic_id="", cancel=lambda *_: None, begin=lambda *_: None)
    client: Any = None
    same = Same(client, "fenced", ("fenced.states", ""), partitions=3)
    run = WorkerOptions(brokers="127.0.0.1:1", ordinal=0, folder=tmp_path, gather_s=gather_s)
    return Mailbox(spec("fenced"), run, identity, restorer=restorer, same=same)


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


def clock_of(member: Membership) -> Callable[[float], None]:
    """Give a member a clock of the test's, and return what moves it on by some seconds."""
    now = [0.0]
    member._now_s = lambda: now[0]

    def pass_time(seconds: float) -> None:
        now[0] += seconds

    return pass_time


def test_a_worker_whose_partitions_were_taken_and_never_given_again_ends(fenced: Mailbox) -> None:
    """After a broker's pause the client may leave the group for good and say nothing: the worker would live, and read nothing for ever."""
    pass_time = clock_of(fenced._membership)
    client: Any = fenced.consumer
    client.left = []
    fenced.poll(10)
    client.loses = False
    pass_time(LONGEST_WITHOUT_S - 1)
    fenced.poll(10)
    pass_time(1)
    with pytest.raises(BusUnavailable, match="has given this member no share for 25 s"):
        fenced.poll(10)


def test_a_worker_whose_share_is_empty_goes_on(fenced: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step with more workers than partitions: the group has said so."""
    monkeypatch.setattr(kafka, "committed", lambda *_, **__: {})
    monkeypatch.setattr(
        kafka, "described", lambda *topics: dict.fromkeys(topics[1:], kafka.Described("id", 3, frozenset()))
    )
    pass_time = clock_of(fenced._membership)
    client: Any = fenced.consumer
    client.left, client.loses = [], False
    fenced.poll(10)
    fenced._on_assign(client, [])
    pass_time(100 * LONGEST_WITHOUT_S)
    assert fenced.poll(10) == []
    fenced._on_revoke(client, [])
    fenced.poll(10)
    pass_time(LONGEST_WITHOUT_S)
    with pytest.raises(BusUnavailable, match="no share"):
        fenced.poll(10)
