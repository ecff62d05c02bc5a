"""A call of the Kafka client that ignores its timeout ends the process, and no other call does."""

import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from complaints.bus.step import transaction
from complaints.bus.step.place.positions import Position
from complaints.bus.step.transaction import Fenced, Transactions
from complaints.bus.step.watchdog import STATUS, Aside, Watchdog
from complaints.runtime.telemetry import Heartbeat
from tests.harness.step_process import spec
from tests.harness.there import there


def test_a_call_that_does_not_come_back_ends_the_process() -> None:
    """With a status that says so, while the call still hangs."""
    ended: list[int] = []
    hung = threading.Event()

    def end(status: int) -> None:
        ended.append(status)
        hung.set()

    with Watchdog(end).within(0.2, "a call"):
        assert hung.wait(5)
    assert ended == [STATUS]


def fail_slowly(watchdog: Watchdog) -> None:
    """Raise within the time."""
    with watchdog.within(0.3, "a call"):
        time.sleep(0.2)
        raise ValueError("mine")


def test_calls_that_come_back_end_nothing() -> None:
    """However many there are, and whatever they raise."""
    ended: list[int] = []
    watchdog = Watchdog(ended.append)
    for _ in range(5):
        with pytest.raises(ValueError, match="mine"):
            fail_slowly(watchdog)
    time.sleep(0.8)
    assert ended == []


def test_a_loop_that_falls_silent_ends_its_process(tmp_path: Path) -> None:
    """As where a clock was set back under the client; one that is still starting, beats or has ended on purpose ends nothing."""
    ended: list[str] = []
    beats = {name: Heartbeat(tmp_path, name) for name in ("starting", "beating", "done", "silent")}
    for name, beat in beats.items():
        Watchdog(partial(lambda at, _: ended.append(at), name)).follow(name, beat.last, within_s=1.6)
        if name != "starting":
            beat.beat()
    beats["done"].end()
    began = time.monotonic()
    while not ended and time.monotonic() < began + 30:
        beats["beating"].beat()
        time.sleep(0.1)
    assert time.monotonic() - began > 1.6
    assert ended == ["silent"]


def test_a_process_that_stood_still_is_not_ended_when_it_goes_on() -> None:
    """Its loop could beat no more than its watch could look, and beats a moment after it."""
    code = (
        "import time; from complaints.bus.step import watchdog; beat = [1.0]; watchdog.LOOK_S = 0.2\n"
        "watchdog.Watchdog().follow('loop', lambda: beat[0], within_s=2)\n"
        "for _ in range(2): [time.sleep(0.1) for _ in range(10)]; beat[0] += 1; print(flush=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    there(process.stdout).readline()
    time.sleep(0.4)  # the watch has seen this beat
    process.send_signal(signal.SIGSTOP)
    time.sleep(2.5)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    assert process.returncode == 0


class Hanging:
    """A producer and a consumer as librdkafka is after its broker was away (confluentinc/librdkafka#5456)."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def consumer_group_metadata(self) -> object:
        """Return something."""
        return object()

    def send_offsets_to_transaction(self, *_: object) -> None:
        """Ignore the timeout."""
        assert self.released.wait(10)


def test_offsets_that_the_client_never_sends_end_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step's transactions are watched where the client is known to hang."""
    monkeypatch.setattr(transaction, "HUNG_S", 0.2)
    hanging: Any = Hanging()
    ended: list[int] = []

    def end(status: int) -> None:
        ended.append(status)
        hanging.released.set()

    writer = Transactions(hanging, spec("hanging"), id_="hanging-0", beat=lambda: None)
    writer._watchdog = Watchdog(end)
    writer.send_offsets({0: Position(7)}, hanging)
    assert ended == [STATUS]


def test_a_call_aside_returns_and_raises_as_it_would_here() -> None:
    """However many there are; a TimeoutError of its own is its own."""
    aside, seen = Aside(), list[int]()
    for number in range(3):
        aside.call(partial(seen.append, number), within_s=5, beat=lambda: None)
    assert seen == [0, 1, 2]

    def fail(error: Exception) -> None:
        raise error

    for error in (ValueError("mine"), TimeoutError("mine")):
        with pytest.raises(type(error), match="mine"):
            aside.call(partial(fail, error), within_s=5, beat=lambda: None)
    aside.close()


def test_offsets_that_the_client_never_sends_end_only_the_worker_that_shares_its_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It beats meanwhile, and is told to stop."""
    monkeypatch.setattr(transaction, "HUNG_S", 0.6)
    hanging: Any = Hanging()
    beats: list[int] = []
    writer = Transactions(hanging, spec("hanging"), id_="hanging-0", beat=lambda: beats.append(1), aside=Aside())
    with pytest.raises(Fenced, match="does not come back"):
        writer.send_offsets({0: Position(7)}, hanging)
    hanging.released.set()
    assert beats
