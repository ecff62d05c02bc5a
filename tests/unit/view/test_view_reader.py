"""The view's loop: where it reads on, and what it does when Kafka or the disk fails."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest

from complaints.bus import Offsets, Record, StoredRecord
from complaints.bus.step.contract import TOMBSTONES_MS
from complaints.bus.tail import Extent, Marks, Slice, Span
from complaints.contract import CASE_EVENTS, CASES
from complaints.errors import BusUnavailable, UnavailableError
from tests.harness.cases.made import Story, stored
from tests.harness.numbers import number
from tests.harness.support import wait_until
from view import reader as view_reader
from view.freshness import Freshness
from view.news import News
from view.reader import Reader
from view.store import Store

HOUR_S = 3600.0


@dataclass
class MemoryTail:
    """A Tail over topics of one partition in memory (see Tail)."""

    topics: dict[str, list[StoredRecord]] = field(default_factory=lambda: {CASES: [], CASE_EVENTS: []})
    ids: dict[str, str] = field(default_factory=lambda: {CASES: "c1", CASE_EVENTS: "f1"})
    away: bool = False
    starts: list[Offsets] = field(default_factory=list)
    next: dict[str, int] = field(default_factory=dict)
    times: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, *records: Record) -> None:
        """Append records."""
        for record in records:
            log = self.topics[record.topic]
            log.append(replace(stored(record, len(log)), timestamp_ms=next(self.times)))

    def remake(self, topic: str) -> None:
        """Delete a topic and make it anew."""
        self.topics[topic], self.ids[topic] = [], self.ids[topic] + "'"

    def extents(self) -> Mapping[str, Extent]:
        """Return the ends of both logs."""
        if self.away:
            raise BusUnavailable("the broker in memory is away")
        return {name: Extent(self.ids[name], {0: Span(0, len(log))}) for name, log in self.topics.items()}

    def regrown(self, marks: Marks) -> list[tuple[str, int]]:
        """Return the topics with another record at a mark."""
        return [at for at, last in marks.items() if self.topics[at[0]][last.offset].timestamp_ms != last.at_ms]

    def start(self, positions: Offsets) -> None:
        """Note the positions."""
        self.starts.append(positions)
        self.next = {topic: offset for (topic, _), offset in positions.items()}

    def poll(self, *, max_records: int, timeout_s: float) -> Slice:
        """Return what comes next, one record of each topic at a time, so that there are many batches."""
        found = (
            []
            if self.away
            else [log[self.next[name]] for name, log in self.topics.items() if self.next[name] < len(log)]
        )
        if not found:
            time.sleep(min(timeout_s, 0.005))
        for record in found[:max_records]:
            self.next[record.topic] = record.offset + 1
        return Slice(found, {(record.topic, 0): record.offset + 1 for record in found}, frozenset())

    def close(self) -> None:
        """Nothing is open."""


class House:
    """A reader in a thread, with a store on disk, a clock that a test sets, and a fake Kafka."""

    def __init__(self, folder: Path) -> None:
        """Prepare it."""
        self.tail, self.freshness, self.store = MemoryTail(), Freshness(), Store(folder / "cases.db")
        self.now, self.beats = 1_000_000.0, 0
        self.failed: list[BaseException] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def _beat(self) -> None:
        self.beats += 1

    def start(self) -> None:
        """Start to read."""
        reader = Reader(
            self.tail, self.store, number=number, freshness=self.freshness, news=News(), now=lambda: self.now
        )
        self._stop.clear()

        def run() -> None:
            try:
                reader.run(self._stop, self._beat)
            except UnavailableError as error:
                self.failed.append(error)

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def stop(self) -> None:
        """Stop it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
            assert not self._thread.is_alive()

    def has(self, *stories: Story) -> bool:
        """Return whether the store has these cases with all their facts."""
        return all(len(self.store.facts(story.code) or []) == len(story.facts) for story in stories)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A reader that is not started, and whose pauses are short."""
    monkeypatch.setattr(view_reader, "PAUSE_S", 0.01)
    monkeypatch.setattr(view_reader, "LOOK_S", 0.02)
    monkeypatch.setattr(view_reader, "POLL_S", 0.01)
    monkeypatch.setattr(view_reader, "KEEP_UP_S", 0.02)
    made = House(tmp_path)
    yield made
    made.stop()
    made.store.close()


STORIES = [Story(number) for number in range(20)]


def filled(house: House) -> None:
    """Let the view read some cases."""
    house.tail.write(*(record for story in STORIES for record in story.records()))
    house.start()
    wait_until(lambda: house.has(*STORIES) and house.freshness.ready, what="all cases")


def test_it_reads_on_where_it_stopped(house: House) -> None:
    """And from the first record if it has no copy."""
    filled(house)
    house.stop()
    house.start()
    wait_until(lambda: len(house.tail.starts) == 2, what="the second start")
    assert house.tail.starts == [
        {(CASES, 0): 0, (CASE_EVENTS, 0): 0},
        {(CASES, 0): len(STORIES), (CASE_EVENTS, 0): 2 * len(STORIES)},
    ]


@pytest.mark.parametrize("running", [True, False])
def test_a_copy_of_another_topic_is_made_anew_and_the_other_one_stays(
    house: House, monkeypatch: pytest.MonkeyPatch, *, running: bool
) -> None:
    """What the former topic had is gone, though the new one is longer, and nothing but its id tells that it is another one."""
    filled(house)
    if not running:
        house.stop()
    house.tail.remake(CASES)
    monkeypatch.setattr(house.tail, "regrown", lambda _: [])
    house.tail.write(STORIES[3].document(), *(Story(number).document() for number in range(200, 230)))
    if not running:
        house.start()
    wait_until(lambda: house.store.case(STORIES[0].code) is None and house.has(STORIES[3]), what="the new topic")
    assert house.tail.starts[-1] == {(CASES, 0): 0, (CASE_EVENTS, 0): 2 * len(STORIES)}
    wait_until(lambda: house.freshness.ready, what="the end of the new topic")


def test_a_copy_that_is_ahead_of_its_topic_is_made_anew(house: House) -> None:
    """The broker lost what it had not written to its disk."""
    filled(house)
    house.stop()
    del house.tail.topics[CASES][5:]
    house.start()
    wait_until(lambda: house.store.case(STORIES[10].code) is None and house.has(*STORIES[:5]), what="the shorter topic")


def test_a_copy_of_a_topic_that_lost_its_end_and_grew_again_is_made_anew(house: House) -> None:
    """It would lack what is in the place of what was lost, and have what is gone."""
    filled(house)
    house.stop()
    del house.tail.topics[CASES][5:]
    later = [Story(number) for number in range(100, 120)]
    house.tail.write(*(record for story in later for record in story.records()))
    house.start()
    wait_until(
        lambda: house.store.case(STORIES[10].code) is None and house.has(*STORIES[:5], *later), what="the other end"
    )


def test_a_copy_that_is_older_than_the_tombstones_is_made_anew(house: House) -> None:
    """It may have cases that were deleted since. While it is kept up to date, it does not get old."""
    filled(house)
    house.now += TOMBSTONES_MS / 1000 - HOUR_S
    before = house.beats
    wait_until(lambda: house.beats > before + 20, what="a later note")
    house.stop()
    house.now += TOMBSTONES_MS / 1000 - HOUR_S
    house.start()
    wait_until(lambda: len(house.tail.starts) == 2, what="the second start")
    assert house.tail.starts[-1][CASES, 0] == len(STORIES)
    house.stop()
    house.now += TOMBSTONES_MS / 1000 + HOUR_S
    house.start()
    wait_until(lambda: len(house.tail.starts) == 3 and house.has(*STORIES), what="all cases again")
    assert house.tail.starts[-1] == {(CASES, 0): 0, (CASE_EVENTS, 0): 0}


def test_a_copy_that_did_not_see_kafka_for_as_long_is_made_anew_too(house: House) -> None:
    """Though the view ran all the time; and its age does not grow younger while Kafka is away."""
    filled(house)
    house.tail.away = True
    time.sleep(0.1)
    house.now += TOMBSTONES_MS / 1000 + HOUR_S
    time.sleep(0.1)
    house.tail.away = False
    wait_until(lambda: len(house.tail.starts) == 2 and house.has(*STORIES), what="all cases again")
    assert house.tail.starts[-1] == {(CASES, 0): 0, (CASE_EVENTS, 0): 0}


def test_while_kafka_is_away_the_loop_turns_and_the_delay_grows(house: House) -> None:
    """What was read stays; what comes later is read when it is back."""
    filled(house)
    wait_until(lambda: house.freshness.behind_ms(int(house.now * 1000)) == 0, what="no delay")
    house.tail.away = True
    house.now += 60
    before = house.beats
    wait_until(lambda: house.beats > before + 5, what="heartbeats")
    assert (house.freshness.behind_ms(int(house.now * 1000)) or 0) >= 60_000
    assert house.has(*STORIES)
    later = Story(100)
    house.tail.write(*later.records())
    house.tail.away = False
    wait_until(lambda: house.has(later), what="the later case")
    wait_until(lambda: house.freshness.behind_ms(int(house.now * 1000)) == 0, what="no delay")
    assert len(house.tail.starts) == 1


def test_a_view_that_starts_without_kafka_waits_and_is_not_ready(house: House) -> None:
    """Its loop turns meanwhile, so that nobody kills it."""
    house.tail.away = True
    house.start()
    wait_until(lambda: house.beats > 5, what="heartbeats")
    assert not house.freshness.ready
    house.tail.away = False
    wait_until(lambda: house.freshness.ready, what="a ready view")


def test_a_batch_that_the_disk_does_not_take_is_read_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk loses nothing, and ends nothing."""
    apply, faults = house.store.apply, iter([True] * 3)

    def failing(*arguments: object) -> None:
        if house.has(STORIES[7]) and next(faults, False):
            raise UnavailableError("the disk is full")
        apply(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(house.store, "apply", failing)
    filled(house)
    assert len(house.tail.starts) == 4
    assert not house.failed


def test_a_copy_that_is_found_broken_ends_the_view(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The next start makes another one."""

    def broken(*_: object) -> None:
        (tmp_path / "cases.broken").touch()
        raise UnavailableError("malformed")

    monkeypatch.setattr(house.store, "apply", broken)
    house.tail.write(*STORIES[0].records())
    house.start()
    wait_until(lambda: bool(house.failed), what="the end of the view")
