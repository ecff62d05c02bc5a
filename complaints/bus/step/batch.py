"""Turns a batch of records into what its transaction writes, by the step's function; what cannot be handled becomes a dead letter."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from complaints.bus import MAX_RECORD_BYTES, Record, StoredRecord
from complaints.bus.step.contract import Effect, Keep, State, StepSpec
from complaints.bus.step.restore import newer_format
from complaints.bus.step.store import Change, Store, StoredState
from complaints.bus.step.transaction import Work
from complaints.errors import ConfigurationError, ContractViolation
from complaints.runtime.fuse import Fuse

log = structlog.get_logger()

WORK_S: Final = 2.0
"""How long the function may work on one batch: longer, and the supervisor would take the worker for hung."""


@dataclass(slots=True)
class Pending:
    """What the records of a batch amount to before they are committed.

    Attributes:
        outputs: the records to write, each with its partition or None for the partition of its key.
        states: the new state of each key by partition and key; None deletes it. Later records of the batch see it.
        positions: the next offset of the mailbox in each partition.
    """

    outputs: list[tuple[Record, int | None]] = field(default_factory=list)
    states: dict[tuple[int, bytes], StoredState | None] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)

    @property
    def work(self) -> Work:
        """Everything as one transaction writes it."""
        changes: dict[int, list[Change]] = {}
        for (partition, key), state in self.states.items():
            changes.setdefault(partition, []).append(Change(key, state))
        return Work(self.outputs, changes, self.positions)


class Decider:
    """Applies the function of a step to records and the states of their keys."""

    def __init__(self, spec: StepSpec, store: Store, fuse: Fuse) -> None:
        """Take what decisions need.

        Args:
            spec: the step.
            store: the committed states.
            fuse: stops the worker when too many records become dead letters.
        """
        self._spec, self._store, self._fuse = spec, store, fuse

    def decide(self, records: Sequence[StoredRecord], *, attempt: int, dead: Exception | None) -> Pending:
        """Return what the records amount to. Stop early when the work takes too long; `positions` tells how far it came.

        Args:
            records: of one batch, not empty, those of one partition in their order.
            attempt: how often the records have been tried, with this time.
            dead: why the only record becomes a dead letter without being tried; None to try.

        Raises:
            ConfigurationError: a state has a newer format than this program knows.
            FuseBlown: too many records became dead letters.
        """
        pending, until = Pending(), time.monotonic() + WORK_S
        for record in records:
            if pending.positions and time.monotonic() > until:
                break
            effect = (
                self._effect(pending, record, attempt) if dead is None else self._dead_letter(record, dead, attempt)
            )
            pending.outputs += [(output, None) for output in effect.outputs]
            if not isinstance(effect.state, Keep):
                pending.states[record.partition, record.key or b""] = self._stored(effect.state)
            pending.positions[record.partition] = record.offset + 1
        return pending

    def _effect(self, pending: Pending, record: StoredRecord, attempt: int) -> Effect:
        try:
            effect = self._spec.function(self._state(pending, record), record)
            _measure(effect)
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a pure function trips over, it trips over each time: poison
            return self._dead_letter(record, error, attempt)
        self._fuse.count(dead=False)
        return effect

    def _dead_letter(self, record: StoredRecord, error: Exception, attempt: int) -> Effect:
        log.warning("dead letter", step=self._spec.name, at=str(record.position), error_class=type(error).__name__)
        self._fuse.count(dead=True)
        return Effect(outputs=(self._spec.dead_letter(record, error, attempt),))

    def _state(self, pending: Pending, record: StoredRecord) -> State | None:
        at = (record.partition, record.key or b"")
        held = pending.states[at] if at in pending.states else self._store.get(*at)
        if held is None:
            return None
        if held.format > self._spec.format:
            raise newer_format(f"the copy of {self._spec.states}", held.format, self._spec.format)
        value = held.value
        for number in range(held.format, self._spec.format):
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
        if len(output.value) > MAX_RECORD_BYTES:
            raise ContractViolation(
                f"a record for {output.topic} has {len(output.value)} bytes, Kafka takes {MAX_RECORD_BYTES}"
            )
    if isinstance(effect.state, State) and len(effect.state.value) > MAX_RECORD_BYTES:
        raise ContractViolation(f"a state has {len(effect.state.value)} bytes, Kafka takes {MAX_RECORD_BYTES}")
