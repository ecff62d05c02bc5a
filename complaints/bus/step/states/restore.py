"""Brings the local copy of a step's states up to the end of the state topic, a few partitions at a time and in slices."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import ANSWER_S, END, extent, is_record, patiently, regrown
from complaints.bus.deleted import Gap
from complaints.bus.step.contract import StepTopics, is_old
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.positions import (
    Known,
    Position,
    Progress,
    is_ahead,
    order_for,
)
from complaints.bus.step.states.copying import At, Copy
from complaints.bus.step.states.store import Change, Store
from complaints.bus.tail import Last
from complaints.errors import ConfigurationError
from complaints.runtime.telemetry import STEP_RESTORE_SECONDS

AT_ONCE: Final = 2
"""Partitions that are copied together: with all twelve at once the first is ready as late as the last."""

SLICE: Final = 5_000
"""Records per slice; between two slices the worker sends a heartbeat."""

STUCK_S: Final = 1.0
"""Seconds without progress of a restore after which an open transaction of the former owner is aborted."""


class Restorer:
    """Copies the states of newly assigned partitions. For the worker's thread."""

    def __init__(self, spec: StepTopics, options: WorkerOptions, store: Store, *, topic_id: str) -> None:
        """Connect lazily."""
        self._brokers, now_ms = options.brokers, options.now_ms
        self._spec, self._topic, self._store, self._now_ms = spec, spec.states, store, now_ms
        self._reader = Consumer(profiles.states(self._brokers, committed=True))
        self._ends = Consumer(profiles.states(self._brokers, committed=False))
        self._committed: Mapping[int, Position] = {}
        self._waiting: deque[int] = deque()
        self._active: dict[int, Copy] = {}
        self._first, self._fresh = set[int](), set[int]()
        self._began_at = 0.0
        self._refused: dict[int, Copy] = {}
        self.topic_id = topic_id
        """The id of the state topic."""

    @property
    def busy(self) -> bool:
        """True if a partition still waits for its copy."""
        return bool(self._waiting or self._active)

    def begin(
        self, partitions: Collection[int], committed: Mapping[int, Position], behind: Callable[[int, Position], int]
    ) -> None:
        """Start to copy partitions.

        Args:
            partitions: those that are newly assigned.
            committed: their committed offsets, which have been read before, so that what they cover is in the topic.
            behind: returns the offset of the mailbox after all that was handled, for a partition and a position in it.
        """
        # a client that knows a topic already reads it at once, and otherwise up to a second later
        patiently(self._topic, lambda: self._reader.list_topics(self._topic, timeout=ANSWER_S))
        self._committed, self._behind = committed, behind
        self._first, self._fresh, self._began_at = set(partitions), set(partitions), time.monotonic()
        self._waiting.extend(partition for partition in partitions if partition not in self._active)

    def again(self, partition: int) -> None:
        """Go on with a partition that could not begin, with the records that have come since."""
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

        A partition that cannot begin before an operator decides has the error instead (see _settle).

        Raises:
            BusUnavailable: the broker did not answer.
            NewerFormat: a state has a newer format than this program knows.
            UnavailableError: the copy cannot be written.
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
                self._fresh.discard(copy.partition)
            else:
                if again is None:
                    found[copy.partition] = copy.known
                    self._note(copy.partition)
                else:
                    self._active[copy.partition] = again
        if done:
            self._assign()
        return found

    def _note(self, partition: int) -> None:
        """Note how long the first copy of a partition took. One that is made when it is tried again has no such beginning."""
        if partition in self._fresh:
            self._fresh.discard(partition)
            STEP_RESTORE_SECONDS.labels(self._spec.name).observe(time.monotonic() - self._began_at)

    def stuck(self) -> set[str]:
        """Return the transactional ids whose open transactions may be what a restore waits for.

        A partition that is tried again is left out: such transactions ended long ago, and its former worker may be at work on other ones.
        """
        late, active = time.monotonic() - STUCK_S, [self._active[at] for at in self._first & self._active.keys()]
        waiting = [copy for copy in active if copy.next < copy.end and copy.moved_at < late]
        return {at.writer for copy in waiting if (at := copy.known.position) is not None and at.writer}

    def _opened(self, partition: int) -> Copy:
        """Begin to copy a partition, from where the former copy ends if that is of this topic. The copy of a refused partition goes on.

        Raises:
            BusUnavailable: the broker did not answer.
        """
        first, end = extent(self._ends, self._topic, partition)
        held = self._store.progress(partition)
        fits = held is not None and self._fits(held, partition, first, end)
        former = held.known.position if held is not None and not fits else None
        refused = self._refused.pop(partition, None)
        goes_on = refused is not None and (refused.former is None) == (former is None)
        if refused is not None and goes_on and self._fits(refused.progress(self._now_ms()), partition, first, end):
            refused.end, refused.moved_at = end, time.monotonic()
            return refused
        if former is not None:
            return self._copy(partition, first, end, former=former)
        if held is None or not fits or is_old(held.at_ms, self._now_ms()):  # it may lack deletions
            self._store.wipe(partition)
            held = None
        return self._copy(partition, first, end, held=held)

    def _copy(
        self, partition: int, first: int, end: int, *, held: Progress | None = None, former: Position | None = None
    ) -> Copy:
        start = first if held is None else held.offset
        return Copy(self._spec, self.topic_id, At(partition, start, end), held=held, former=former)

    def _fits(self, held: Progress, partition: int, first: int, end: int) -> bool:
        """Return whether a copy is of this topic, not ahead of it, and without records that the topic has lost."""
        placed = held.topic_id == self.topic_id and first <= held.offset <= end
        last = Last(held.last.offset, held.last.at_ms, held.last.at_ms)
        return placed and not regrown(self._brokers, {(self._topic, partition): last})

    def _settle(self, copy: Copy) -> Copy | None:
        """Return None if a copy is complete. If the topic does not fit the former copy, delete that and return a new one to be made.

        Raises:
            ConfigurationError: a state cannot be read; or the former copy is the only one of some states, and no operator has decided to go
            on without them.
        """
        if copy.bad:
            raise next(iter(copy.bad.values()))
        if copy.former is None:
            return None
        number, known, committed = copy.partition, copy.known, self._committed.get(copy.partition)
        # an installer's position, which has no writer, vouches for no states
        written = known.position if known.position is not None and known.position.writer else None
        if known.accepted is None and (written is None or is_ahead(committed, written)):
            where = self._behind(number, committed or copy.former)
            raise ConfigurationError(
                f"{self._topic}/{number} was made anew, or has lost its end: the copy on this worker's disk has states that it does not"
                f" have, and is kept. Restore Kafka from a copy that has them; or go on without them: say so with"
                f" {order_for(self._spec.name, f'{self._topic}/{number}', where)} or another place, and the copy is deleted"
            )
        held, former = self._store.progress(number), copy.former
        self._store.wipe(number)
        new = self._copy(number, copy.first, copy.end)
        # of topics that an operator had made anew the offsets are others: nothing is lost there that he does not know of
        is_of_these = held is not None and held.topic_id == self.topic_id
        if (
            known.accepted is None
            and written is not None
            and is_of_these
            and former.topic_id in {"", written.topic_id}
            and written.offset < former.offset
        ):
            new.known = Known(lost=Gap(written.offset, former.offset, handled=True))
            self._store.apply({}, {number: new.progress(self._now_ms())})  # kept over restarts until it is reported
        return new

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
                changes.setdefault(copy.partition, []).extend(copy.take(message))
            moved.add(copy.partition)
        for number in moved:
            self._active[number].moved_at = time.monotonic()
        kept = {number for number in moved if self._active[number].former is None}
        if kept:  # no progress is noted after a record that is no state: a new copy must meet it again
            whole = [number for number in kept if not self._active[number].bad]
            progress = {number: self._active[number].progress(self._now_ms()) for number in whole}
            self._store.apply({number: changes.get(number, ()) for number in kept}, progress, bulk=True)

    def close(self) -> None:
        """Close both connections."""
        self._reader.close()
        self._ends.close()
