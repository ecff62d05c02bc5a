"""The fuse of each partition: holds it after too many of the step's own records in a row became dead letters.

Then the fault is in a schema or in a deployment, and not in the records. The other partitions go on. One record of a held partition is
tried each minute; when it succeeds, the partition goes on. Records that others wrote into the topic do not count: the fault may be theirs.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from complaints.bus import Record, StoredRecord, control
from complaints.bus.control import Hold
from complaints.bus.envelope import OURS, type_in
from complaints.bus.step.held.orders import Orders

log = structlog.get_logger()

TRY_S: Final = 60.0
"""Seconds between two tries of a held partition: 1,440 dead letters a day if all fail."""


@dataclass(slots=True)
class Counted:
    """The effect of a batch of records on the fuses, before it is committed.

    Attributes:
        failures: the failures in a row of each partition.
        held: the partitions that are held from here on; their later records in the batch wait.
        released: the partitions whose hold ends.
    """

    failures: dict[int, int] = field(default_factory=dict)
    held: dict[int, Hold] = field(default_factory=dict)
    released: set[int] = field(default_factory=set)


class Fuses:
    """The fuses of a worker's partitions. They count what is committed, so each record counts once. For the worker's thread."""

    def __init__(
        self,
        step: str,
        limit: int,
        orders: Orders,
        *,
        partitions: int,
        reads: Callable[[StoredRecord], bool] = lambda _: True,
    ) -> None:
        self.partitions = partitions
        self._reads = reads
        self._step, self._limit, self._orders = step, limit, orders
        self._failures: dict[int, int] = {}
        self._try_at: dict[int, float] = {}

    @property
    def held(self) -> dict[int, Hold]:
        """The partitions that are held."""
        return self._orders.held(self._step)

    def forget(self) -> None:
        """Forget all failures: the partitions have changed hands."""
        self._failures.clear()

    def waiting(self) -> set[int]:
        """Return the held partitions of which no record is tried yet."""
        now, held = time.monotonic(), self.held
        for partition in self._try_at.keys() - held.keys():  # somebody has ended the hold
            del self._try_at[partition]
            self._failures.pop(partition, None)
        return {partition for partition in held if now < self._try_at.setdefault(partition, now + TRY_S)}

    def tried(self, records: Sequence[StoredRecord]) -> list[StoredRecord]:
        """Return the records that may be handled: of a held partition none while it waits, then those up to the first of the step's own.

        Records that are left out must be read again, because it is not known whether a commit follows that makes the partition wait. A
        partition that was just given to this worker may bring records before the mailbox knows that it is held.
        """
        held = self.held
        if not held:
            return list(records)
        waiting = self.waiting()
        records = [record for record in records if record.partition not in waiting]
        ours = [record for record in records if type_in(record).startswith(OURS) and self._reads(record)]
        firsts = {record.partition: record.offset for record in reversed(ours)}
        return [
            record
            for record in records
            if record.partition not in held or record.offset <= firsts.get(record.partition, record.offset)
        ]

    def count(self, counted: Counted, record: StoredRecord, error: Exception | None, *, now_ms: int) -> list[Record]:
        """Count a record of a batch, and return the records to write if it makes its partition held, or ends the hold.

        Args:
            counted: the records of the batch before it; is changed.
            record: the record, which was handled or became a dead letter.
            error: why it became a dead letter; None if it did not.
            now_ms: the present time in milliseconds since 1970.
        """
        if error is not None and not type_in(record).startswith(OURS):
            return []
        partition, is_held = record.partition, record.partition in self.held
        failures = 0 if error is None else 1 + counted.failures.get(partition, self._failures.get(partition, 0))
        counted.failures[partition] = failures
        if error is None and is_held:
            counted.released.add(partition)
            return [control.release(self._step, partition)]
        if error is None or is_held or failures < self._limit:
            return []
        why = Hold(
            since_ms=now_ms,
            failures=failures,
            error=type(error).__name__,
            partition=partition,
            offset=record.offset,
        )
        counted.held[partition] = why
        return [control.hold(self._step, why)]

    def committed(self, counted: Counted) -> None:
        """Apply the effect of a committed batch. A held partition of which a record was tried waits again."""
        self._failures |= counted.failures
        for partition, why in counted.held.items():
            self._orders.wrote([control.hold(self._step, why)])
            log.error("partition held", step=self._step, partition=partition, failures=why.failures, error=why.error)
        for partition in counted.released:
            self._orders.wrote([control.release(self._step, partition)])
            log.warning("held partition goes on", step=self._step, partition=partition)
        again = time.monotonic() + TRY_S
        self._try_at |= dict.fromkeys(self.held.keys() & counted.failures.keys(), again)
