"""Keeps which partitions of a worker wait for an operator, and why: each waits alone, and is tried again without a new start."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from complaints.errors import ConfigurationError

log = structlog.get_logger()

TRY_S: Final = 60.0
"""Seconds between two tries of a refused partition: what is wrong may also be corrected on Kafka's side."""

MOST_CHARACTERS: Final = 2_000
"""How much of a sentence is kept: a record that is no state may be quoted in it."""


class Refusals:
    """The refused partitions of a worker. For the worker's thread."""

    def __init__(self, step: str) -> None:
        """Begin with none.

        Args:
            step: the step's name.
        """
        self._step = step
        self._try_at: dict[int, float] = {}
        self._told: set[int] = set()
        self.at_work: set[int] = set()
        """The partitions that were refused while they were handled, and of which nothing has been handled since."""
        self.why: dict[int, str] = {}
        """By partition, the sentence that says what to do."""

    @contextmanager
    def of(self, partition: int) -> Iterator[None]:
        """Take an error that only an operator can correct as the partition's alone."""
        try:
            yield
        except ConfigurationError as error:
            self.refuse(partition, error)

    def refuse(self, partition: int, error: ConfigurationError) -> None:
        """Let a partition wait, for an error that only an operator can correct."""
        why = str(error)[:MOST_CHARACTERS]
        self.why[partition], self._try_at[partition] = why, time.monotonic() + TRY_S
        log.error("partition refused", step=self._step, partition=partition, why=why)

    def due(self, told: Collection[int]) -> list[int]:
        """Return the partitions that are to be tried again, which are no longer refused until they are so again.

        Args:
            told: those of which operators know. One that is no longer among them was taken off the list by an operator.
        """
        now = time.monotonic()
        self._told.update(told)
        taken_off = self._told.difference(told)
        found = [partition for partition in self.why if now >= self._try_at[partition] or partition in taken_off]
        for partition in found:
            del self.why[partition]
        self._told -= taken_off
        return found

    def clear(self) -> None:
        """Forget all: the partitions have changed hands."""
        self.why.clear()
        self.at_work.clear()
