"""Brings the local copy of a step's states up to the end of the state topic, a few partitions at a time and in slices."""

import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from confluent_kafka import Consumer, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import END, epoch_of, extent, is_record, regrown
from complaints.bus.step.contract import RESERVED, NewerFormat, StepTopics, is_old, newer_format
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.positions import (
    NO_MARK,
    Known,
    Mark,
    Position,
    Progress,
    accepted_key,
    is_ahead,
    order_for,
    position_key,
)
from complaints.bus.step.place.positions import read as read_position
from complaints.bus.step.store import Change, Store, StoredState
from complaints.bus.tail import Last
from complaints.errors import ConfigurationError

AT_ONCE: Final = 2
"""Partitions that are copied together: with all twelve at once the first is ready as late as the last."""

SLICE: Final = 5_000
"""Records per slice; between two slices the worker shows that it lives."""

STUCK_S: Final = 1.0
"""How long a restore may stand still before an open transaction of the former owner is aborted."""


class _Copy:
    """One partition that is being copied."""

    def __init__(self, partition: int, start: int, end: int, held: Progress | None, *, in_doubt: bool = False) -> None:
        self.partition = partition
        self.first = self.next = start
        self.in_doubt = in_doubt
        """Whether only its position is looked for: the former copy does not fit the topic, and may be all that is left of some states."""
        self.end = end
        self.bad: dict[bytes, ConfigurationError] = {}
        """The keys whose last records are no states."""
        self.known = Known() if held is None else held.known
        self.last = NO_MARK if held is None else held.last
        self.moved_at = time.monotonic()


class Restorer:
    """Copies the states of newly assigned partitions. For the worker's thread."""

    def __init__(self, spec: StepTopics, options: WorkerOptions, store: Store, *, topic_id: str) -> None:
        """Connect lazily.

        Args:
            spec: the step, with its state topic, the keys that are its own, and the newest format that this program can read.
            options: the brokers, and the present time.
            store: the local copy.
            topic_id: of the state topic.
        """
        self._brokers, now_ms, self._step = options.brokers, options.now_ms, spec.name
        self._topic, self._store, self._newest, self._now_ms = spec.states, store, spec.format, now_ms
        self._owns, self._position_key, self._accepted_key = spec.owns, position_key(spec.name), accepted_key(spec.name)
        self._reader = Consumer(profiles.states(self._brokers, committed=True))
        self._ends = Consumer(profiles.states(self._brokers, committed=False))
        self._places: Mapping[int, int] = {}
        self._committed: Mapping[int, Position] = {}
        self._waiting: deque[int] = deque()
        self._active: dict[int, _Copy] = {}
        self._first: set[int] = set()
        self._refused: dict[int, _Copy] = {}
        self.topic_id = topic_id
        """The id of the state topic."""

    @property
    def busy(self) -> bool:
        """Whether a partition still waits for its copy."""
        return bool(self._waiting or self._active)

    def begin(self, places: Mapping[int, int], committed: Mapping[int, Position]) -> None:
        """Start to copy partitions.

        Args:
            places: those that are newly assigned, each with the offset that the mailbox has and that is next to the committed one.
            committed: their committed offsets, which have been read before, so that what they cover is in the topic.
        """
        self._places, self._committed = places, committed
        self._first = set(places)
        self._waiting.extend(partition for partition in places if partition not in self._active)

    def again(self, partition: int) -> None:
        """Look again at a partition that could not begin, at what has come since."""
        self._waiting.append(partition)

    def cancel(self, partitions: Iterable[int]) -> None:
        """Stop copying partitions that went to another worker."""
        gone = set(partitions)
        self._waiting = deque(partition for partition in self._waiting if partition not in gone)
        for copies in (self._active, self._refused):
            for number in gone & copies.keys():
                del copies[number]
        self._assign()

    def step(self) -> dict[int, Known | ConfigurationError]:
        """Copy one slice, and return the partitions that are complete, each with what the topic says about its position.

        Of one that cannot begin before an operator decides, return why (see _settle).

        Raises:
            BusUnavailable: the broker did not answer.
            NewerFormat: a state has a newer format than this program knows.
            UnavailableError: the disk did not take the copy.
        """
        started = False
        while self._waiting and len(self._active) < AT_ONCE:
            partition = self._waiting.popleft()
            self._active[partition] = self._opened(partition)
            started = True
        if started:
            self._assign()
        if any(copy.next < copy.end for copy in self._active.values()):
            self._read()
        done = [copy for copy in self._active.values() if copy.next >= copy.end]
        found: dict[int, Known | ConfigurationError] = {}
        if done:
            self._store.flush()
        for copy in done:
            del self._active[copy.partition]
            self._first.discard(copy.partition)
            try:
                again = self._settle(copy)
            except ConfigurationError as error:
                found[copy.partition], self._refused[copy.partition] = error, copy
            else:
                if again is None:
                    found[copy.partition] = copy.known
                else:
                    self._active[copy.partition] = again
        if done:
            self._assign()
        return found

    def stuck(self) -> set[str]:
        """Return the transactional ids whose open transactions may be what a restore waits for.

        When a partition is tried again they have long been ended: whoever had it before may be at work on others.
        """
        late, active = time.monotonic() - STUCK_S, [self._active[at] for at in self._first & self._active.keys()]
        waiting = [copy for copy in active if copy.next < copy.end and copy.moved_at < late]
        return {at.writer for copy in waiting if (at := copy.known.position) is not None and at.writer}

    def _opened(self, partition: int) -> _Copy:
        """Begin to copy a partition, from where the former copy ends if that is one of this topic. One that was refused goes on.

        Raises:
            BusUnavailable: the broker did not answer.
        """
        first, end = extent(self._ends, self._topic, partition)
        held = self._store.progress(partition)
        fits = held is not None and self._fits(held, partition, first, end)
        in_doubt = held is not None and not fits and held.known.position is not None
        refused = self._refused.pop(partition, None)
        goes_on = refused is not None and refused.in_doubt == in_doubt
        if refused is not None and goes_on and self._fits(self._progress(refused), partition, first, end):
            refused.end, refused.moved_at = end, time.monotonic()
            return refused
        if in_doubt:
            return _Copy(partition, first, end, None, in_doubt=True)
        if held is None or not fits or is_old(held.at_ms, self._now_ms()):  # it may lack deletions
            self._store.wipe(partition)
            held = None
        return _Copy(partition, first if held is None else held.offset, end, held)

    def _fits(self, held: Progress, partition: int, first: int, end: int) -> bool:
        """Return whether a copy is one of this topic, and neither ahead of it nor of what it has lost."""
        placed = held.topic_id == self.topic_id and first <= held.offset <= end
        last = Last(held.last.offset, held.last.at_ms, held.last.at_ms)
        return placed and not regrown(self._brokers, {(self._topic, partition): last})

    def _settle(self, copy: _Copy) -> _Copy | None:
        """Return None if a copy is complete. If the topic does not fit the former copy, delete that and return the new one to be made.

        Raises:
            ConfigurationError: a state cannot be read; or the former copy is all that is left of some states, and no operator has said that
                it goes on without them.
        """
        if copy.bad:
            raise next(iter(copy.bad.values()))
        if not copy.in_doubt:
            return None
        number, known, committed = copy.partition, copy.known, self._committed.get(copy.partition)
        where = "latest" if committed is None else self._places[number]
        # an installer's position, which has no writer, vouches for no states
        written = known.position if known.position is not None and known.position.writer else None
        if known.accepted is None and (written is None or is_ahead(committed, written)):
            raise ConfigurationError(
                f"{self._topic}/{number} was made anew, or has lost its end: the copy on this worker's disk has states that it does not"
                f" have, and is kept. Restore Kafka from a copy that has them; or go on without them: say so with"
                f" {order_for(self._step, f'{self._topic}/{number}', where)} or another place, and the copy is deleted"
            )
        self._store.wipe(number)
        return _Copy(number, copy.first, copy.end, None)

    def _assign(self) -> None:
        open_ = [copy for copy in self._active.values() if copy.next < copy.end]
        if open_:
            self._reader.assign([ConfluentPartition(self._topic, copy.partition, copy.next) for copy in open_])
        else:
            self._reader.unassign()

    def _read(self) -> None:
        changes: dict[int, list[Change]] = {}
        moved: set[int] = set()
        first = self._reader.poll(0.2)  # `consume` alone would wait the whole time for the last records
        rest = [] if first is None else [first, *self._reader.consume(SLICE - 1, timeout=0)]
        for message in rest:
            copy = self._active.get(message.partition() or 0)
            if copy is None:
                continue
            error = message.error()
            if error is not None and error.code() == END:
                copy.next = max(copy.next, message.offset() or 0)
            elif is_record(message):
                copy.last = mark_of(message)
                copy.next = copy.last.offset + 1
                self._take(copy, message, changes.setdefault(copy.partition, []))
            moved.add(copy.partition)
        for number in moved:
            self._active[number].moved_at = time.monotonic()
        kept = {number for number in moved if not self._active[number].in_doubt}
        if kept:  # behind a record that is no state nothing is noted: a new copy must meet it again
            progress = {number: self._progress(self._active[number]) for number in kept if not self._active[number].bad}
            self._store.apply({number: changes.get(number, ()) for number in kept}, progress, bulk=True)

    def _take(self, copy: _Copy, message: Message, changes: list[Change]) -> None:
        key, value = message.key() or b"", message.value()
        if key == self._position_key:
            position = read_position(value, self.topic_id)
            copy.known = copy.known if position is None else Known(position=position)
        elif key == self._accepted_key:
            copy.known = replace(copy.known, accepted=read_position(value, self.topic_id) or copy.known.accepted)
        elif not copy.in_doubt and not key.startswith(RESERVED) and self._owns(key):
            # the rest belongs to other steps with this state topic
            copy.bad.pop(key, None)
            try:
                changes.append(Change(key, None if value is None else read_state(message, value, self._newest)))
            except NewerFormat:
                raise
            except ConfigurationError as error:
                copy.bad[key] = error

    def _progress(self, copy: _Copy) -> Progress:
        return Progress(self.topic_id, copy.next, self._now_ms(), copy.known, copy.last)

    def close(self) -> None:
        """Close both connections."""
        self._reader.close()
        self._ends.close()


def mark_of(message: Message) -> Mark:
    """Return the mark of a record."""
    return Mark(message.offset() or 0, message.timestamp()[1], epoch_of(message))


def read_state(message: Message, value: bytes, newest: int) -> StoredState:
    """Return the state in a record of the state topic.

    Raises:
        NewerFormat: its format is newer than this program's.
        ConfigurationError: its headers are not those of a state.
    """
    said = dict(message.headers() or [])
    try:
        number, due_ms = int(said.get("format") or b"1"), int(said.get("due") or b"0")
    except ValueError as error:
        raise ConfigurationError(
            f"the record {message.topic()}/{message.partition()}/{message.offset()} is no state: its headers say the format"
            f" {said.get('format')!r} and the due time {said.get('due')!r}. Nothing of this program writes such a record; find out who"
            " writes to the topic, and write the former state of the key again, or a record without a value to delete it"
        ) from error
    if number > newest:
        raise newer_format(f"{message.topic()}/{message.partition()}", number, newest)
    return StoredState(number, due_ms, value)


def state_headers(state: StoredState) -> list[tuple[str, str | bytes | None]]:
    """Return the headers of a state's record."""
    headers: list[tuple[str, str | bytes | None]] = [("format", str(state.format))]
    return [*headers, ("due", str(state.due_ms))] if state.due_ms else headers
