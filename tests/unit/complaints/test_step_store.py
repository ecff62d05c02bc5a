"""The local copy of a step's states: each state has at most one timer, whatever was written before, also by a former process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from complaints.bus.step.store import Change, Store, StoredState, Timer

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
