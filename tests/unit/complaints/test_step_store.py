"""The local copy of a step's states: each state has at most one timer, whatever was written before, also by a former process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from complaints.bus.step.contract import SKEW_MS, TOMBSTONES_MS, is_old
from complaints.bus.step.place.positions import Known, Mark, Position, Progress
from complaints.bus.step.states import store
from complaints.bus.step.states.store import Change, Store, StoredState, Timer
from complaints.errors import UnavailableError

Open = Callable[[], Store]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the store; each time as a new process would."""
    stores: list[Store] = []

    def open_() -> Store:
        if stores:
            stores[-1].close()
        stores.append(Store(tmp_path / "states"))
        return stores[-1]

    yield open_
    stores[-1].close()


def put(store: Store, key: bytes, due_ms: int, *, bulk: bool = False) -> None:
    """Write a state of partition 3."""
    store.apply({3: [Change(key, StoredState(1, due_ms, b"value"))]}, {}, bulk=bulk)


@pytest.mark.parametrize("bulk", [True, False])
def test_a_later_state_replaces_the_timer(opened: Open, *, bulk: bool) -> None:
    """In a restore and in the work after it."""
    store = opened()
    put(store, b"quiet", 0, bulk=bulk)
    assert store.due(3, 10**15, 10) == []
    put(store, b"k", 1000, bulk=bulk)
    put(store, b"k", 2000, bulk=bulk)
    assert store.due(3, 10**15, 10) == [Timer(3, 2000, b"k")]
    put(store, b"k", 0, bulk=bulk)
    assert store.due(3, 10**15, 10) == []


def test_a_timer_of_a_former_process_is_replaced_too(opened: Open) -> None:
    """The store finds out whether its partitions have timers."""
    put(opened(), b"k", 1000)
    store = opened()
    put(store, b"k", 3000)
    assert store.due(3, 10**15, 10) == [Timer(3, 3000, b"k")]
    store.apply({3: [Change(b"k", None)]}, {})
    assert store.due(3, 10**15, 10) == []
    assert store.get(3, b"k") is None


def test_keys_are_read_in_their_order(opened: Open) -> None:
    """Those of one partition, of a prefix, and from a place on; no timers among them."""
    store = opened()
    keys = [b"a", b"a\0", b"a\0x", b"a\1", b"b", b"b\xff", b"c"]
    store.apply({3: [Change(key, StoredState(1, 5, b"value")) for key in reversed(keys)]}, {})
    store.apply({2: [Change(b"a", StoredState(1, 0, b""))], 4: [Change(b"a", StoredState(1, 0, b""))]}, {})
    assert list(store.keys(3)) == keys
    assert list(store.keys(3, b"a\0")) == [b"a\0", b"a\0x"]
    assert next(store.keys(3, after=b"a\2"), None) == b"b"
    assert next(store.keys(3, b"b", after=b"b\0"), None) == b"b\xff"
    assert list(store.keys(3, after=b"d")) == []
    assert list(store.keys(5)) == []


def test_a_wipe_is_whole(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """States, timers and progress of the partition are gone together or all still there, and nothing of another one is gone."""
    store = opened()
    put(store, b"k", 1000)
    at = Progress("topic", 7, 1_000, Known(position=Position(3, "w-0", "mailbox")), Mark(6, 1_000))
    store.apply({4: [Change(b"other", StoredState(1, 5, b"value"))]}, {3: at, 4: at})
    assert store.progress(3) == at

    def full(*_: object) -> None:
        raise UnavailableError("the disk is full")

    with monkeypatch.context() as of_disk:
        of_disk.setattr(store, "_write", full)
        with pytest.raises(UnavailableError):
            store.wipe(3)
    assert store.get(3, b"k") is not None
    assert (store.due(3, 10**15, 10), store.progress(3)) == ([Timer(3, 1000, b"k")], at)
    store.wipe(3)
    store = opened()
    assert (store.get(3, b"k"), store.due(3, 10**15, 10), store.progress(3)) == (None, [], None)
    assert store.progress(4) == at
    assert store.get(4, b"other") is not None


def test_a_full_disk_is_said_in_words(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """RocksDB says only at the first write why it fails; and a store that failed closes without hiding the reason."""
    made = opened()
    whole: Any = made._db  # closed below, as what fails cannot be
    monkeypatch.setattr(store, "disk_usage", lambda _: SimpleNamespace(free=3 << 20))

    def full(*_: object) -> None:
        raise OSError("Writer has previous error")

    monkeypatch.setattr(made, "_db", SimpleNamespace(write=full, flush=full, close=full))
    writes: list[Callable[[], None]] = [lambda: made.apply({}, {}), made.flush, lambda: made.wipe(3)]
    for write in writes:
        with pytest.raises(UnavailableError, match="its disk is full, with 3 MB free"):
            write()
    made.close()
    whole.close()


def test_progress_that_an_older_program_wrote_is_none(opened: Open) -> None:
    """The copy is then made anew."""
    assert opened().progress(3) is None
    assert Progress.read(b'{"topic_id": "t", "offset": 1, "at_ms": 2, "position": 3, "writer": "w"}') is None


@pytest.mark.parametrize(
    ("at_ms", "old"),
    [(0, False), (TOMBSTONES_MS, False), (TOMBSTONES_MS + 1, True), (-SKEW_MS, False), (-SKEW_MS - 1, True)],
)
def test_a_copy_of_the_future_is_as_old_as_one_of_the_day_before_yesterday(at_ms: int, *, old: bool) -> None:
    """A clock that was set back would otherwise trust it for ever."""
    assert is_old(10**12 - at_ms, 10**12) is old
