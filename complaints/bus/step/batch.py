"""Applies the step's function to a batch of records, and collects what its transaction writes. Records that fail become dead letters."""

import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from complaints.bus import Record, StoredRecord
from complaints.bus.step.attempts import Attempts
from complaints.bus.step.contract import RESERVED, Effect, Keep, State, StepSpec, newer_format
from complaints.bus.step.held.fuses import Counted, Fuses
from complaints.bus.step.murmur2 import misplaced
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.states.store import Change, Store, StoredState
from complaints.bus.step.transaction import Work
from complaints.errors import ConfigurationError, ContractViolation
from complaints.limits import RECORD_BYTES

log = structlog.get_logger()

WORK_S: Final = 2.0
"""Seconds that the function may work on one batch. The rest of it goes into the next transaction, so that the results do not wait."""

BEAT_EVERY_S: Final = 0.5
"""Seconds between two heartbeats during the work on a batch."""


@dataclass(slots=True)
class Pending:
    """The results of a batch of records before they are committed.

    Attributes:
        outputs: the records to write, each with its partition or None for the partition of its key.
        states: the new state of each key by partition and key; None deletes it. Later records of the batch see it.
        formers: the due time of the committed state of each key that was looked up, in milliseconds; 0 for none.
        positions: the next offset of the mailbox in each partition.
        dead: the records that become dead letters.
        counted: their effect on the fuses.
    """

    outputs: list[tuple[Record, int | None]] = field(default_factory=list)
    states: dict[tuple[int, bytes], StoredState | None] = field(default_factory=dict)
    formers: dict[tuple[int, bytes], int] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)
    dead: list[StoredRecord] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)

    @property
    def work(self) -> Work:
        """The records that one transaction writes, without the positions."""
        changes: dict[int, list[Change]] = {}
        for at, state in self.states.items():
            changes.setdefault(at[0], []).append(Change(at[1], state, self.formers.get(at)))
        return Work(self.outputs, changes, {})


class Decider:
    """Applies the function of a step to records and the states of their keys."""

    def __init__(
        self, spec: StepSpec, store: Store, *, options: WorkerOptions, attempts: Attempts, fuses: Fuses
    ) -> None:
        self._spec, self._store, self._attempts, self._options = spec, store, attempts, options
        self._fuses = fuses

    def decide(self, records: Sequence[StoredRecord], *, dead: Exception | None) -> Pending:
        """Return the results of the records. Stop early if the work takes too long or writes too much; `positions` says where.

        Args:
            records: of one batch, not empty, those of one partition in their order.
            dead: why the only record becomes a dead letter without being tried; None to try.

        Raises:
            ConfigurationError: a state has a newer format than this program knows, or an older one than it reads.
        """
        pending, now = Pending(), time.monotonic()
        until, beat_at = now + WORK_S, now + BEAT_EVERY_S
        try:
            for record in records:
                now = time.monotonic()
                if record.partition in pending.counted.held:
                    continue
                if pending.positions and (now > until or len(pending.outputs) >= self._options.outputs):
                    break
                if now > beat_at:
                    beat_at = now + BEAT_EVERY_S
                    self._options.heartbeat()
                self._add(
                    pending,
                    record,
                    self._effect(pending, record) if dead is None else self._dead(pending, record, dead),
                )
        finally:  # an error is no death
            self._attempts.end()
        self._options.heartbeat()
        return pending

    def _add(self, pending: Pending, record: StoredRecord, effect: Effect) -> None:
        pending.outputs += [(output, None) for output in effect.outputs]
        if not isinstance(effect.state, Keep):
            pending.states[record.partition, record.key or b""] = self._stored(effect.state)
        pending.positions[record.partition] = record.offset + 1

    def _effect(self, pending: Pending, record: StoredRecord) -> Effect:
        if (wrong := self._wrong(record)) is not None:
            return self._dead(pending, record, wrong)
        self._attempts.begin(record)
        try:
            effect = self._spec.function(self._state(pending, record), record)
            _measure(effect)
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001  # a pure function that raises for a record raises each time: poison
            return self._dead(pending, record, error)
        self._count(pending, record, None)
        return effect

    def _wrong(self, record: StoredRecord) -> ContractViolation | None:
        """Return why a record cannot belong to this mailbox; None if it can."""
        if not record.key:
            return None
        if record.key.startswith(RESERVED):
            return ContractViolation("keys that begin with the byte 0 are the step's own")
        return misplaced(record, self._fuses.partitions)

    def _count(self, pending: Pending, record: StoredRecord, error: Exception | None) -> None:
        written = self._fuses.count(pending.counted, record, error, now_ms=self._options.now_ms())
        pending.outputs += [(one, None) for one in written]

    def _dead(self, pending: Pending, record: StoredRecord, error: Exception) -> Effect:
        log.warning(
            "dead letter",
            step=self._spec.name,
            at=str(record.position),
            error_class=type(error).__name__,
            where=_where(error),
        )
        self._count(pending, record, error)
        pending.dead.append(record)
        attempt = self._attempts.of(record) + 1
        return Effect(outputs=self._spec.dead_letter(record, error, attempt))

    def _state(self, pending: Pending, record: StoredRecord) -> State | None:
        at = (record.partition, record.key or b"")
        if at in pending.states:
            return self._read(pending.states[at])
        held = self._store.get(*at)
        pending.formers[at] = 0 if held is None else held.due_ms
        return self._read(held)

    def state_of(self, partition: int, key: bytes) -> State | None:
        """Return the committed state of a key in a partition, in the present format; None if it has none.

        Raises:
            ConfigurationError: it has a newer format than this program knows, or an older one than it reads.
        """
        return self._read(self._store.get(partition, key))

    def _read(self, held: StoredState | None) -> State | None:
        if held is None:
            return None
        if held.format > self._spec.format:
            raise newer_format(f"the copy of {self._spec.states}", held.format, self._spec.format)
        value = held.value
        for number in range(held.format, self._spec.format):
            if number not in self._spec.upgrades:
                raise ConfigurationError(
                    f"a state of {self._spec.states} has format {number}, which this version no longer reads: run the version"
                    " that wrote it, or make the installation anew"
                )
            value = self._spec.upgrades[number](value)
        return State(value, held.due_ms or None)

    def _stored(self, state: State | None) -> StoredState | None:
        return None if state is None else StoredState(self._spec.format, state.due_ms or 0, state.value)


def _measure(effect: Effect) -> None:
    """Refuse an effect that Kafka would refuse, before any of it is produced.

    Raises:
        ContractViolation: a record or the state is too large.
    """
    for output in effect.outputs:
        if len(output.value) > RECORD_BYTES:
            raise ContractViolation(
                f"a record for {output.topic} has {len(output.value)} bytes, Kafka takes {RECORD_BYTES}"
            )
    if isinstance(effect.state, State) and len(effect.state.value) > RECORD_BYTES:
        raise ContractViolation(f"a state has {len(effect.state.value)} bytes, Kafka takes {RECORD_BYTES}")


def _where(error: Exception) -> str:
    """Return the file and line that raised an error. Its text stays out of logs: it may quote a citizen."""
    raised = traceback.extract_tb(error.__traceback__)
    return f"{raised[-1].filename}:{raised[-1].lineno}" if raised else ""
