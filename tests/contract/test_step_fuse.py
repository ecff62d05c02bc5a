"""The fuse of a partition on a real broker: what it counts, what it holds, and how the hold ends."""

from typing import Any

import pytest

from complaints.bus import StoredRecord
from complaints.bus.control import Control, Hold, hold, release
from complaints.bus.step.held import fuses
from complaints.bus.step.held.fuses import Fuses
from complaints.bus.step.held.orders import Orders
from complaints.bus.step.murmur2 import partition_of
from tests.harness.step import PARTITIONS, Ground, ground, kill, turn_for, turn_until
from tests.harness.step_process import COMMAND
from tests.harness.support import allow, wait_until

__all__ = ["ground"]

LIMIT = 5
BAD, GOOD = "k0", "k1"
"""Two keys; the partition of the first is the one that is held."""

PARTITION = partition_of(BAD.encode(), PARTITIONS)


def bad(ground: Ground, number: int, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return commands that fail, all for one key."""
    return [(BAD, {"id": f"bad-{ground.name}-{at}", "do": "raise", **more}) for at in range(number)]


def held(ground: Ground) -> dict[tuple[str, int], int]:
    """Return the failures of each partition of this step that is held, as the control topic says."""
    control = Control().take(ground.control())
    return {at: why.failures for at, why in control.held.items() if at[0] == ground.name}


def test_foreign_records_are_dead_letters_and_never_hold_a_partition(ground: Ground) -> None:
    """What others write into our topics says nothing about our schemas."""
    ground.write(bad(ground, 60, foreign=True))
    ground.feed(40)
    ground.prove(FUSE=str(LIMIT))
    assert len(ground.dead()) == 60
    assert held(ground) == {}


def test_failures_in_a_row_hold_their_partition_alone_and_each_is_a_dead_letter_once(ground: Ground) -> None:
    """What is pending is committed, the other partitions go on, and the hold outlasts a restart."""
    ground.write(bad(ground, 30))
    ground.write([(BAD, {"id": "behind"})])
    others = [f"k{at}" for at in range(20) if partition_of(b"k%d" % at, PARTITIONS) != PARTITION]
    ground.write([(key, {"id": f"{key}-1"}) for key in others])

    def others_done() -> bool:
        return set(ground.outputs()) == set(others)

    first = ground.worker(FUSE=str(LIMIT))
    wait_until(others_done, timeout_s=60, what="the other partitions")
    wait_until(lambda: len(ground.dead()) == LIMIT, what="the dead letters")
    assert held(ground) == {(ground.name, PARTITION): LIMIT}
    kill(first)
    ground.write([(key, {"id": f"{key}-2"}) for key in others])
    ground.worker(FUSE=str(LIMIT))
    wait_until(lambda: all(len(said) == 2 for said in ground.outputs().values()), timeout_s=60, what="the others again")
    assert [letter["id"] for letter in ground.dead()] == [f"bad-{ground.name}-{at}" for at in range(LIMIT)]
    assert BAD not in ground.outputs()


def test_a_held_partition_tries_a_record_now_and_then_and_goes_on_when_one_succeeds(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try that fails is a dead letter; behind the success everything is handled."""
    monkeypatch.setattr(fuses, "TRY_S", 0.4)
    ground.write(bad(ground, LIMIT + 2))
    ground.write([(BAD, {"id": f"good-{at}"}) for at in range(20)])
    with ground.opened(fuse=LIMIT) as worker:
        turn_until(worker, lambda: bool(held(ground)), what="a hold")
        assert len(ground.dead()) == LIMIT
        ground.turn(worker)
        wait_until(lambda: not held(ground), what="the end of the hold")
    ground.check()
    assert len(ground.dead()) == LIMIT + 2


def test_an_operator_ends_a_hold(ground: Ground) -> None:
    """The row of failures begins anew."""
    ground.write(bad(ground, LIMIT + 2))
    ground.write([(BAD, {"id": "good"})])
    with ground.opened(fuse=LIMIT) as worker:
        turn_until(worker, lambda: bool(held(ground)), what="a hold")
        turn_for(worker, 1.0)
        assert not ground.done()
        ground.tell(release(ground.name, PARTITION))
        ground.turn(worker)
        assert held(ground) == {}
    ground.check()
    assert len(ground.dead()) == LIMIT + 2


def test_a_batch_that_is_halved_counts_each_dead_letter_once(ground: Ground) -> None:
    """A transaction that is tried again counts nothing a second time."""
    assert ground.options().fuse > LIMIT
    ground.write(
        [command for one in bad(ground, LIMIT - 1) for command in (one, (GOOD, {"id": one[1]["id"] + "-good"}))]
    )
    ground.write([(BAD, {"id": "huge", "do": "huge", "bytes": 1_000_001})])
    ground.write([(BAD, {"id": "good"})])
    ground.prove(FUSE=str(LIMIT + 1))
    assert len(ground.dead()) == LIMIT
    assert held(ground) == {}


def test_a_hold_in_one_part_of_a_batch_holds_the_other_parts_too(ground: Ground) -> None:
    """A refused record parts the batch: what is behind the hold would be handled, and what the hold left out be lost."""
    allow(ground.brokers, f"{ground.name}.out", 5000)
    ground.write([(BAD, {"id": "huge", "do": "huge", "bytes": 20_000}), *bad(ground, LIMIT - 1)])
    ground.write([(BAD, {"id": f"behind-{at}"}) for at in range(20)])
    ground.worker(FUSE=str(LIMIT - 1), BATCH="50")
    wait_until(lambda: bool(held(ground)), timeout_s=60, what="the hold")
    ground.tell(release(ground.name, PARTITION))
    ground.settle()
    ground.check()
    assert len(ground.dead()) == LIMIT


def test_a_worker_that_is_given_a_held_partition_tries_nothing_at_once(ground: Ground) -> None:
    """Or a worker that starts again and again would empty the partition into the dead letters."""
    orders = Orders(ground.brokers, ground.name)
    guarded = Fuses(ground.name, LIMIT, orders, partitions=PARTITIONS)
    why = Hold(since_ms=1, failures=LIMIT, error="ValueError", partition=PARTITION, offset=4)
    orders.wrote([hold(ground.name, why)])
    headers = (("ce_type", COMMAND),)
    records = [StoredRecord(ground.name, at, 5, b"k", b"{}", headers, 0) for at in range(PARTITIONS)]
    assert [record.partition for record in guarded.tried(records)] == [
        at for at in range(PARTITIONS) if at != PARTITION
    ]
    orders.close()
