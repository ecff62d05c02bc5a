"""Timers that were handled and are still due: they are no reason to spin, nor to make dead letters for ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.bus import StoredRecord
from complaints.bus.step import timers as module
from complaints.bus.step.contract import Effect, StepSpec
from complaints.bus.step.states.store import Change, Store, StoredState
from complaints.bus.step.timers import Timers
from conversation import records

KEY = b"k"


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.s = 100.0

    def monotonic(self) -> float:
        """Return the present time in seconds."""
        return self.s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the timers."""
    found = Clock()
    monkeypatch.setattr(module, "time", found)
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in which the state of one key is due."""
    found = Store(tmp_path / "states")
    due(found, 1000)
    yield found
    found.close()


def due(store: Store, due_ms: int, key: bytes = KEY) -> None:
    """Let the state of a key be due."""
    store.apply({0: [Change(key, StoredState(1, due_ms, b"value"))]}, {})


def timers_of(store: Store) -> Timers:
    """Return the timers of a store, by a clock that is ahead."""
    spec = StepSpec(
        name="test",
        mailbox="mailbox",
        states="states",
        function=lambda _state, _record: Effect(),
        dead_letter=lambda _record, _error, _attempt: (),
        format=1,
        timer=records.due,
    )
    return Timers(spec, store, lambda: 10**12)


def proposed(timers: Timers, clock: Clock, *, seconds: float, dead: bool = False) -> int:
    """Return how often timers are proposed and handled in a time, without an effect."""
    until, count = clock.s + seconds, 0
    while clock.s < until:
        clock.s += 0.25
        found = timers.due([0])
        timers.written()
        made = [
            StoredRecord(one.topic, 0, count + number, one.key, one.value, one.headers, 0)
            for number, (one, _) in enumerate(found)
        ]
        timers.handled(made, dead=made if dead else [])
        count += len(found)
    return count


def test_a_timer_that_stays_due_is_proposed_at_growing_pauses(store: Store, clock: Clock) -> None:
    """The worker's clock is ahead of the broker's: the function finds that nothing is due yet."""
    assert proposed(timers_of(store), clock, seconds=60) == 6


def test_a_timer_that_became_a_dead_letter_is_proposed_once(store: Store, clock: Clock) -> None:
    """Its state cannot be opened any more: a second dead letter says nothing new."""
    timers = timers_of(store)
    assert proposed(timers, clock, seconds=3600, dead=True) == 1
    due(store, 2000)
    assert proposed(timers, clock, seconds=60, dead=True) == 1


def test_other_timers_are_not_held_up_by_those(store: Store, clock: Clock) -> None:
    """However many of them there are."""
    for number in range(300):
        due(store, 500, b"%d" % number)
    timers = timers_of(store)
    assert proposed(timers, clock, seconds=3, dead=True) == 301
    due(store, 2000, b"late")
    assert proposed(timers, clock, seconds=0.5) == 1


def test_a_timer_header_that_somebody_else_wrote_means_nothing(store: Store, clock: Clock) -> None:
    """It is no number; the worker goes on."""
    timers = timers_of(store)
    assert proposed(timers, clock, seconds=0.1) == 1
    timers.due([0])
    timers.written()
    foreign = StoredRecord("mailbox", 0, 7, KEY, b"{}", ((module.HEADER, b"abc"),), 0)
    timers.handled([foreign], dead=[])


def test_a_held_partition_holds_up_no_timer_of_another(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is outstanding in it counts no more, and is proposed again when it goes on."""
    monkeypatch.setattr(module, "OUTSTANDING", 1)
    store.apply({1: [Change(b"other", StoredState(1, 1000, b"value"))]}, {})
    timers = timers_of(store)
    assert [partition for _, partition in timers.due({0, 1})] == [0]
    timers.written()
    clock.s += 1
    assert timers.due({0, 1}) == []
    clock.s += 1
    assert [partition for _, partition in timers.due({1})] == [1]
