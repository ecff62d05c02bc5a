"""A step on a real broker, killed, wiped and full: each command has its effect exactly once, in order per key."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from complaints.bus.confluent.profiles import STEP_SESSION_MS
from tests.harness.step import Ground, ground
from tests.harness.support import start_kafka, wait_until

__all__ = ["ground"]


@pytest.mark.parametrize("phase", ["produced", "committed"])
def test_a_kill_before_and_behind_the_commit_repeats_and_loses_nothing(ground: Ground, phase: str) -> None:
    """The worker dies in its third batch; the next process goes on where the last commit was. Kill tests of real steps try all phases."""
    ground.feed(200)
    died = ground.worker(KILL_AT=phase, KILL_TURN="3")
    assert died.wait(60) == -signal.SIGKILL, ground.log()
    ground.prove()


def test_a_wiped_store_is_restored(ground: Ground) -> None:
    """The states come from the topic."""
    ground.feed(100)
    ground.end()
    shutil.rmtree(ground.folder / "w0" / "states")
    ground.feed(100)
    ground.prove()


@pytest.mark.long
def test_a_store_of_yesterday_is_brought_up_to_date(ground: Ground) -> None:
    """A copy of the folder that is older than the topic gives no older versions."""
    ground.feed(60)
    ground.finish()
    shutil.copytree(ground.folder / "w0" / "states", ground.folder / "old")
    ground.feed(60)
    ground.end()
    shutil.rmtree(ground.folder / "w0" / "states")
    shutil.move(ground.folder / "old", ground.folder / "w0" / "states")
    ground.feed(60)
    ground.prove()


@pytest.mark.long
def test_a_full_disk_stops_the_worker_and_loses_nothing(ground: Ground) -> None:
    """What was committed is read from the topic by the next process."""
    full = ground.worker(FILE_BYTES="20000")
    ground.feed(2000, keys=200)
    assert full.wait(60) == 3, ground.log()
    assert f"the states in {ground.folder / 'w0' / 'states'} cannot be written" in ground.log()
    assert "has previous error" not in ground.log()
    ground.prove()


@pytest.mark.long
def test_a_transaction_that_hangs_blocks_readers_for_less_than_six_seconds(ground: Ground) -> None:
    """The broker aborts it after five seconds and sweeps each second."""
    hung = ground.worker(0, KILL_AT="offsets sent", KILL_TURN="1", KILL_BY="SIGSTOP")
    ground.feed(20)
    wait_until(lambda: Path(f"/proc/{hung.pid}/stat").read_text().split(") ")[1][0] == "T", what="the pause")
    began = time.monotonic()
    next_ = ground.worker(1)
    ground.settle()
    assert next_.poll() is None
    assert time.monotonic() - began < 2 * STEP_SESSION_MS / 1000 + 6
    ground.check()


@pytest.mark.long
@pytest.mark.parametrize("away_s", [1.0, 3.0])
def test_workers_that_start_while_the_broker_is_away_wait_for_it(tmp_path: Path, away_s: float) -> None:
    """They ask nothing of a coordinator that cannot answer: librdkafka aborts the process then (confluentinc/librdkafka#4605)."""
    server = start_kafka(tmp_path / "kafka")
    ground = Ground(server.brokers, tmp_path).make()
    try:
        ground.feed(100)
        server.kill()
        workers = [ground.worker(number) for number in range(2)]
        time.sleep(away_s)
        server.start()
        ground.settle()
        assert [worker.poll() for worker in workers] == [None, None]
        ground.check()
    finally:
        ground.close()
        server.stop()
