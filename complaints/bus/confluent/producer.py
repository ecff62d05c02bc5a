"""The producer of confluent-kafka, for the programs that write many records: router, sink and replay."""

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from complaints.bus import Position, Record
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import mapped
from complaints.errors import BusUnavailable

log = structlog.get_logger()

_PURGED_S: Final = 1.0
"""Seconds to wait for the reports of purged records."""

_POLL_S: Final = 0.2
"""Seconds between two checks of the poller whether it must end, if no answers come."""


class ConfluentProducer:
    """Writes records to Kafka (see Producer): acks=all, with keys hashed by murmur2 as Kafka's Java client does."""

    def __init__(self, brokers: str, *, timeout_s: float = 30.0, is_idempotent: bool = True) -> None:
        """Start the producer. The broker need not be up yet.

        Args:
            brokers: host:port, separated by commas.
            timeout_s: seconds after which an unanswered record's future fails.
            is_idempotent: whether no retry writes a record twice (see profiles.writer).
        """
        self._settings = profiles.writer(brokers, timeout_s=timeout_s, is_idempotent=is_idempotent)
        self._producer = Producer(self._settings)
        self._renewing = threading.Lock()
        self._stop = threading.Event()
        self._poller = threading.Thread(target=self._serve, name="confluent-producer", daemon=True)
        self._poller.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            producer = self._producer
            try:
                producer.poll(_POLL_S)
            except (KafkaException, SystemError) as error:  # the client raises only errors that are fatal for it
                self._renew(producer, error)

    def _renew(self, failed: Producer, error: Exception) -> None:
        """Replace the client after an error from which it does not recover: a log that lost its end does not know its sequence numbers.

        Records that Kafka has not answered fail, as if it were away; their callers write them again with the same ids.
        """
        with self._renewing:
            if self._producer is not failed:
                return
            log.warning("the producer begins anew", error=str(error))
            self._producer = Producer(self._settings)
        failed.purge()
        with suppress(KafkaException, SystemError):
            failed.flush(_PURGED_S)

    def send(self, record: Record) -> "Future[Position]":
        """Enqueue a record and return the future of its position on Kafka (see Producer). Blocks while the local queue is full."""
        answer: Future[Position] = Future()

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                answer.set_result(Position(message.topic() or "", message.partition() or 0, message.offset() or 0))
            else:
                answer.set_exception(mapped(error))

        try:
            self._produce(record, delivered)
        except KafkaException as error:
            answer.set_exception(mapped(error.args[0]))
        return answer

    def write(self, records: Collection[Record], timeout_s: float) -> None:
        """Write records, wait until Kafka has answered for each, and return if it has accepted all of them.

        A future per record costs as much time as the rest of the write. Callers that need one answer for all records save it here.

        Raises:
            BusUnavailable: Kafka did not accept all of them in time.
            ContractViolation: Kafka will never accept one of them.
        """
        answers: list[KafkaError | None] = []  # a list, since callbacks come from two threads and appending is atomic

        def delivered(error: KafkaError | None, _message: Message) -> None:
            answers.append(error)

        try:
            for record in records:
                self._produce(record, delivered)
        except KafkaException as error:
            raise mapped(error.args[0]) from error
        self.flush(timeout_s)
        for refused in filter(None, answers):
            raise mapped(refused)
        if len(answers) < len(records):
            raise BusUnavailable(f"Kafka gave {len(answers)} answers to {len(records)} records")

    def _produce(self, record: Record, delivered: Callable[[KafkaError | None, Message], None]) -> None:
        while True:
            producer = self._producer
            try:
                producer.produce(
                    record.topic, record.value, record.key, on_delivery=delivered, headers=list(record.headers)
                )
            except BufferError:
                if threading.current_thread() is self._poller:  # it must not wait: a future's callback is sending
                    raise KafkaException(KafkaError(KafkaError._QUEUE_FULL)) from None  # noqa: SLF001  # the client's own error
                self._stop.wait(0.01)  # the local queue is full: the poller takes the answers
            except KafkaException as error:
                if not error.args[0].fatal():
                    raise
                self._renew(producer, error)
            else:
                return

    def flush(self, timeout_s: float) -> None:
        """Wait until each record sent so far is acknowledged or has failed (see Producer)."""
        left = self._producer.flush(timeout_s)
        if left:
            raise BusUnavailable(f"Kafka did not accept {left} records within {timeout_s} s")

    def close(self) -> None:
        """Wait at most 5 s for the records that are not acknowledged yet, then stop, whether they are acknowledged or not."""
        self._producer.flush(5.0)
        self._stop.set()
        self._poller.join()
