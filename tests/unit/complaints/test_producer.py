"""The producer goes on after an error that its client does not get over."""

import threading
from concurrent.futures import Future

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from complaints.bus import Position, Record
from complaints.bus.confluent import producer as module
from complaints.bus.confluent.producer import ConfluentProducer
from complaints.errors import BusUnavailable
from tests.harness.support import free_port, wait_until


class Full(Producer):
    """A client whose local queue is full."""

    def produce(self, *_: object, **__: object) -> None:
        """Take nothing."""
        raise BufferError


class Broken(Producer):
    """A client that a broker has told that its numbers are wrong: from then on it only raises."""

    made: int = 0

    def __init__(self, settings: dict[str, object]) -> None:
        """Break the first one that is made."""
        super().__init__(settings)
        Broken.made += 1
        self.is_broken = Broken.made == 1

    def poll(self, timeout: float = -1) -> int:
        """Raise, or wait for answers."""
        if self.is_broken:
            raise KafkaException(KafkaError(KafkaError._FATAL, "out of order sequence number", True))
        return super().poll(timeout)


def test_a_producer_begins_anew_after_an_error_that_its_client_does_not_get_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its thread lives on, so that what it could not write fails in time, is spooled, and leaves the spool again."""
    monkeypatch.setattr(module, "Producer", Broken)
    producer = ConfluentProducer(f"localhost:{free_port()}", timeout_s=1.0)
    wait_until(lambda: Broken.made == 2, what="the second client")
    answer: Future[Position] = producer.send(Record("topic", b"key", b"value"))
    with pytest.raises(BusUnavailable):
        answer.result(30)
    producer.close()
    assert Broken.made == 2


def test_a_callback_that_sends_never_waits_for_the_thread_that_it_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """That thread alone makes room in a full local queue: what it cannot send fails at once, and is spooled."""
    monkeypatch.setattr(module, "Producer", Full)
    producer = ConfluentProducer(f"localhost:{free_port()}", timeout_s=1.0)
    try:
        monkeypatch.setattr(producer, "_poller", threading.current_thread())
        with pytest.raises(BusUnavailable):
            producer.send(Record("topic", b"key", b"value")).result(30)
    finally:
        monkeypatch.undo()
        producer.close()
