"""A step on a real broker that meets poison, lost positions, newer formats, a second worker with its ordinal, and a wrong clock."""

import fcntl
import json
import shutil
import time
from typing import Any
from uuid import uuid4

import pytest

from complaints.bus.step import identity
from complaints.bus.step.murmur2 import partition_of
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.accept import install
from complaints.bus.step.states.store import Store
from complaints.errors import ConfigurationError
from tests.harness.step import PARTITIONS, Ground, ground, kill, read_committed
from tests.harness.step_process import spec
from tests.harness.support import allow, wait_until

__all__ = ["ground"]


@pytest.mark.long
def test_a_deleted_state_is_gone_after_a_restore(ground: Ground) -> None:
    """A tombstone deletes it in the copy too."""
    ground.feed(40, keys=4)
    first = ground.work_off()
    ground.write([("k0", {"do": "forget"})])
    wait_until(lambda: "k0" not in ground.states(), what="the tombstone")
    kill(first)
    shutil.rmtree(ground.folder / "w0" / "states")
    ground.fed["k0"].clear()
    before = len(ground.outputs()["k0"])
    ground.write([("k0", {"id": "again"})])
    ground.worker()
    wait_until(lambda: len(ground.outputs()["k0"]) > before, what="the next output")
    assert ground.outputs()["k0"][-1] == ("again", 1)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ({"do": "raise"}, "on purpose"),
        ({"do": "huge", "bytes": 1_000_001}, "1000001 bytes"),  # it is measured before anything is produced
        pytest.param({"do": "huge", "bytes": 200_000}, "Refused", marks=pytest.mark.long),  # it is found by halving
    ],
)
def test_what_cannot_be_handled_or_written_is_a_dead_letter(ground: Ground, command: dict[str, Any], why: str) -> None:
    """Its neighbours in the batch go on. The topic may take less than the program believes."""
    if why == "Refused":
        allow(ground.brokers, f"{ground.name}.out", 5000)
    ground.feed(30)
    ground.write([("k1", {"id": "bad", **command})])
    ground.feed(30)
    ground.prove()
    wait_until(lambda: bool(ground.dead()), what="the dead letter")
    (letter,) = ground.dead()
    assert (letter["id"], letter["attempts"]) == ("bad", 1)
    assert why in letter["why"]


@pytest.mark.long
def test_a_record_that_kills_the_worker_three_times_is_a_dead_letter(ground: Ground) -> None:
    """It is known which record of the batch was in hand, so its neighbours are not blamed."""
    ground.feed(30)
    ground.write([("k1", {"id": "deadly", "do": "die"})])
    ground.feed(30)
    deaths = 0
    while deaths < 10:
        worker = ground.worker()
        wait_until(lambda: worker.poll() is not None or ground.done(), timeout_s=60, what="an end")  # noqa: B023
        if worker.poll() is None:
            break
        deaths += 1
    assert deaths == 3
    ground.settle()
    ground.check()
    (letter,) = ground.dead()
    assert letter["id"] == "deadly"
    assert "KillsTheWorker" in letter["why"]


@pytest.mark.long
def test_offsets_that_the_broker_forgot_are_found_in_the_state_topic(ground: Ground) -> None:
    """Nothing is done twice, with the copy there or wiped."""
    for wiped in (False, True):
        ground.feed(60)
        ground.end()
        ground.forget_offsets()
        if wiped:
            shutil.rmtree(ground.folder / "w0" / "states")
    ground.feed(60)
    ground.prove()


@pytest.mark.long
def test_offsets_that_are_set_back_do_nothing_twice(ground: Ground) -> None:
    """The later of both positions counts."""
    ground.feed(60)
    ground.end()
    ground.empty_group()
    ground.commit_offsets(0)
    ground.feed(20)
    ground.prove()


def test_without_any_position_a_worker_refuses_and_says_how_to_go_on(ground: Ground) -> None:
    """Neither from the first record nor from the last by itself. It ends, because it refuses all of its mailbox."""
    ground.forget_offsets()
    ground.feed(20)
    worker = ground.worker()
    assert worker.wait(60) == 3
    assert f"all partitions of {ground.name} are refused" in ground.log()
    assert f"lapor offsets set {ground.name}" in ground.log()
    assert ground.refused().keys() == set(range(PARTITIONS))
    assert ground.outputs() == {}


@pytest.mark.long
def test_an_older_program_stops_at_a_newer_format(ground: Ground) -> None:
    """From the topic, and from the copy on its disk; the newer one reads the older format."""
    ground.feed(20)
    ground.finish(FORMAT="1")
    new = ground.worker(FORMAT="2")
    ground.feed(20)
    ground.settle()
    new.terminate()
    new.wait(20)
    for place in ("w0", "elsewhere"):
        worker = ground.worker(0, place=place, FORMAT="1")
        ground.write([("k0", {"id": uuid4().hex})])
        assert worker.wait(60) == 3, ground.log(place)
        assert "format 2" in ground.log(place)
    ground.prove(FORMAT="2")


@pytest.mark.long
def test_a_second_worker_with_an_ordinal_stops_and_the_first_goes_on(ground: Ground) -> None:
    """On the same disk at once, on another when the group would have forgotten a dead one."""
    first = ground.worker(0)
    ground.feed(20)
    ground.settle()
    here, elsewhere = ground.worker(0), ground.worker(0, place="elsewhere")
    assert here.wait(30) == 3
    assert elsewhere.wait(60) == 3
    assert "already runs on this machine" in ground.log("w0")
    assert "already runs on" in ground.log("elsewhere")
    ground.feed(20)
    ground.settle()
    ground.check()
    assert first.poll() is None


@pytest.mark.long
def test_a_copy_of_a_folder_does_not_fence_its_twin(ground: Ground) -> None:
    """A cloned volume has the name of the disk that it was copied from: its worker stops, and the first goes on."""
    first = ground.worker(0)
    ground.feed(20)
    ground.settle()
    shutil.copytree(ground.folder / "w0", ground.folder / "clone")
    clone = ground.worker(0, place="clone")
    assert clone.wait(60) == 3
    assert "already runs on" in ground.log("clone")
    ground.feed(20)
    ground.settle()
    ground.check()
    assert first.poll() is None


@pytest.mark.long
def test_a_clone_of_a_volume_does_not_fence_its_twin_and_a_machine_starts_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clone has the same files and the same host name, but another machine runs it; on its own disk a dead worker keeps nobody out."""
    first = ground.worker(0)
    ground.feed(20)
    ground.settle()
    boot = ground.folder / "boot"
    boot.write_text("of another machine")
    monkeypatch.setattr(identity, "BOOT", boot)
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)  # on another machine nobody has the lock
    options = WorkerOptions(brokers=ground.brokers, ordinal=0, folder=ground.folder / "w0")
    with pytest.raises(ConfigurationError, match="already runs on"):
        identity.claim(ground.name, options)
    assert first.poll() is None
    kill(first)
    identity.claim(ground.name, options).lock.close()


@pytest.mark.long
def test_timers_fire_once_each_whatever_the_clock_says(ground: Ground) -> None:
    """A clock an hour ahead fires early and does no harm; a kill in between repeats no effect."""
    due = time.time_ns() // 1_000_000 + 2_000
    ground.write([(f"t{at}", {"id": f"c{at}", "due_ms": due}) for at in range(300)])
    first = ground.work_off()
    wait_until(lambda: ground.said() > 300, what="the first timers")
    kill(first)
    ground.worker(NOW_SHIFT_MS="3600000")
    wait_until(lambda: ground.said() >= 600, what="all timers")
    ground.check()
    fired = [said for ids in ground.outputs().values() for said, _ in ids if said.startswith("due-")]
    assert len(fired) == len(set(fired)) == 300


def test_a_state_topic_that_was_made_anew_is_refused_and_the_copy_is_kept(ground: Ground) -> None:
    """It is the last one of the states; a worker without a copy knows by its committed offsets. An operator may go on without them.

    The first position of an installer, who handles nothing, does not vouch for states.
    """
    ground.feed(20, keys=2)
    ground.finish()
    ground.remake_states()
    install(ground.brokers, spec(ground.name), {(ground.name, at): 0 for at in range(PARTITIONS)})
    for place, said in (
        ("w0", "has states that it does not have, and is kept"),
        ("elsewhere", "has only the position 0"),
    ):
        worker = ground.worker(place=place)
        wait_until(lambda: any(said in one.why for one in ground.refused().values()), timeout_s=60, what=place)  # noqa: B023
        assert all(f"lapor offsets set {ground.name}" in one.why for one in ground.refused().values())
        kill(worker)
        ground.empty_group()
    kept = Store(ground.folder / "w0" / "states")
    assert kept.get(partition_of(b"k0", PARTITIONS), b"k0") is not None
    kept.close()
    ground.accept(0)
    ground.write([("k0", {"id": "fresh"})])
    ground.worker()
    wait_until(lambda: ("fresh", 11) in ground.outputs()["k0"], what="all again, with new states")


def test_the_checker_sees_a_doubled_output(ground: Ground) -> None:
    """A checker that cannot fail proves nothing."""
    ground.feed(5, keys=1)
    ground.prove()
    key, value, _ = next(read_committed(ground.brokers, f"{ground.name}.out"))
    doubled = Ground(ground.brokers, ground.folder, name=f"{ground.name}.out", fed={})
    doubled.write([(key.decode(), {**json.loads(value or b"{}"), "do": ""})])
    with pytest.raises(AssertionError):
        ground.check()
