"""Keeps which partitions of a worker wait for an operator, and why: each waits alone, and is tried again without a restart."""

import math
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from complaints.errors import ConfigurationError, words

log = structlog.get_logger()

TRY_S: Final = 60.0
"""Seconds between two tries of a refused partition: what is wrong may also be corrected on Kafka's side."""

SURE_S: Final = 15.0
"""Seconds after which a partition that is tried again, and of which there was nothing to handle, is no longer refused."""

MOST_CHARACTERS: Final = 2_000
"""Maximum length of a sentence: it may quote a record that is no state."""


class Refusals:
    """The refused partitions of a worker. For the worker's thread."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._try_at: dict[int, float] = {}
        self._told: set[int] = set()
        self._at_work: dict[int, float] = {}
        self.why: dict[int, str] = {}
        """By partition, the sentence that says what to do."""

    @contextmanager
    def of(self, partition: int) -> Iterator[None]:
        """Refuse this partition alone if the block raises an error that only an operator can correct."""
        try:
            yield
        except ConfigurationError as error:
            self.refuse(partition, error)

    def refuse(self, partition: int, error: ConfigurationError) -> None:
        """Let a partition wait because of an error that only an operator can correct."""
        why = words(error, MOST_CHARACTERS)
        self.why[partition], self._try_at[partition] = why, time.monotonic() + TRY_S
        log.error("partition refused", step=self._step, partition=partition, why=why)

    def at_work(self, partition: int) -> None:
        """Note that a partition was refused while its records were handled: this may happen again as soon as one is."""
        self._at_work[partition] = math.inf

    def handled(self, partitions: Iterable[int]) -> None:
        """Note that records of partitions were handled."""
        for partition in partitions:
            self._at_work.pop(partition, None)

    def is_open(self, partition: int) -> bool:
        """Return whether a partition that is tried again may still be refused."""
        return time.monotonic() < self._at_work.get(partition, 0.0)

    def due(self, told: Collection[int]) -> list[int]:
        """Return the partitions to try again. From now on they do not count as refused, unless they are refused again.

        Args:
            told: the partitions that the control topic marks as refused. One that is no longer among them was released by an operator.
        """
        now = time.monotonic()
        self._told.update(told)
        taken_off = self._told.difference(told)
        found = [partition for partition in self.why if now >= self._try_at[partition] or partition in taken_off]
        for partition in found:
            del self.why[partition]
            if partition in self._at_work:
                self._at_work[partition] = now + SURE_S
        self._told -= taken_off
        return found

    def clear(self) -> None:
        """Forget all: the partitions have changed hands."""
        self.why.clear()
        self._at_work.clear()
