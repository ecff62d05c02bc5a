"""Sends planned records to the mailboxes from four producers at once, each with retries, as far as a test has released them."""

import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, Producer

from complaints.bus import Record

PRODUCERS = 4
AHEAD = 12
"""How many records one producer may be ahead of the slowest one: so the plan's order holds roughly, as in life."""

NUDGES = 250
"""Which part of the records that are left is released at once while a process that is to die has none."""

IN_FLIGHT = 100
"""How many records of one producer may wait for Kafka."""


class Feed:
    """Sends records. A producer that does not hear from Kafka sends again, so some records arrive twice or out of order."""

    def __init__(self, brokers: str, records: Sequence[Record], seed: int) -> None:
        """Deal the records to the producers; nothing is sent yet."""
        dice = random.Random(seed)
        self._brokers, self._total, self._released = brokers, len(records), 0
        self._shares: list[list[tuple[int, Record]]] = [[] for _ in range(PRODUCERS)]
        for number, record in enumerate(records):
            dice.choice(self._shares).append((number, record))
        self._at = [0] * PRODUCERS
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged = 0
        """How many records Kafka has acknowledged."""
        self._threads = [threading.Thread(target=self._send, args=(who,), daemon=True) for who in range(PRODUCERS)]
        for thread in self._threads:
            thread.start()

    def release(self, done: float) -> None:
        """Let records be sent as the kills go on; half of them are kept for the nudges: a slow machine must never run out of them."""
        with self._lock:
            self._released = max(self._released, round(done / 2 * self._total))

    def nudge(self) -> None:
        """Let the producers send some more records."""
        with self._lock:
            self._released = min(self._total, self._released + (self._total - self._released) // NUDGES + 1)

    @property
    def share(self) -> float:
        """The share of all records that Kafka has acknowledged."""
        return self.acknowledged / self._total

    def __str__(self) -> str:
        return f"of {self._total} records {self._released} were released and {self.acknowledged} acknowledged"

    def finish(self, timeout_s: float) -> None:
        """Send all that is left, and wait until Kafka has acknowledged everything."""
        with self._lock:
            self._released = self._total
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        assert self.acknowledged == self._total, f"Kafka took {self.acknowledged} of {self._total} records"

    def close(self) -> None:
        """Send nothing more."""
        self._stop.set()

    def _send(self, who: int) -> None:
        producer = Producer(
            {
                "bootstrap.servers": self._brokers,
                "partitioner": "murmur2_random",
                "acks": "all",
                "enable.idempotence": False,
                "message.timeout.ms": 15_000,
                "reconnect.backoff.max.ms": 500,
                "linger.ms": 2,
                "log_level": 0,  # a broker that is away is no news here
            }
        )
        waiting, again = deque(self._shares[who]), deque[tuple[int, Record]]()

        def produce(number: int, record: Record) -> None:
            def heard(error: KafkaError | None, _: Any) -> None:
                if error is not None:
                    again.append((number, record))
                    return
                with self._lock:
                    self.acknowledged += 1

            producer.produce(record.topic, record.value, record.key, headers=list(record.headers), on_delivery=heard)

        while (waiting or again or len(producer)) and not self._stop.is_set():
            self._at[who] = waiting[0][0] if waiting else self._total
            if again:
                produce(*again.popleft())
            elif waiting and self._may(waiting[0][0]) and len(producer) < IN_FLIGHT:
                produce(*waiting.popleft())
                producer.poll(0)
            else:
                producer.poll(0.005)

    def _may(self, number: int) -> bool:
        return number < self._released and number <= min(self._at) + AHEAD
