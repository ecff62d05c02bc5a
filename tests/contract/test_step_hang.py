"""A step whose function hangs on one record, under the real supervisor and on the real broker."""

import threading
import time
from uuid import uuid4

import pytest

from complaints.bus.step.attempts import DEATHS
from complaints.runtime.telemetry import Heartbeat
from lapor.local.supervisor import Service, Supervisor
from tests.harness.step import ROOT, Ground, ground, read_committed

__all__ = ["ground"]

HELD_UP_S = 6.0
"""How long the keys of other partitions may wait for one hang: three seconds of silence, the kill, and a start."""


@pytest.mark.long
def test_a_record_on_which_the_function_hangs_is_a_dead_letter_after_three_kills(ground: Ground) -> None:
    """Its worker is killed after three seconds without a heartbeat. Other partitions get on between the kills."""
    ground.feed(40)
    supervisor = Supervisor(ground.folder, changed=lambda _: None)
    service = Service(
        name="w0",
        command=ground.command(0, ground.folder / "w0"),
        environment={"PYTHONPATH": str(ROOT)},
        beats=("w0",),
        stale_s=Heartbeat.STEP_STALE_AFTER_S,
    )
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.25):
            ground.write([(f"k{at}", {"id": uuid4().hex}) for at in range(20)])

    feeder = threading.Thread(target=trickle)
    try:
        began = time.monotonic()
        supervisor.start(service)
        ground.settle()
        start_s = time.monotonic() - began  # on a busy machine it takes long
        feeder.start()
        ground.write([("k1", {"id": "stuck", "do": "hang"})])
        seen, last, gaps = len(list(read_committed(ground.brokers, f"{ground.name}.out"))), time.monotonic(), [0.0]
        while not ground.dead():
            assert service.restarts <= DEATHS
            now = len(list(read_committed(ground.brokers, f"{ground.name}.out")))
            if now > seen:
                gaps.append(time.monotonic() - last)
                seen, last = now, time.monotonic()
            time.sleep(0.1)
        stop.set()
        feeder.join()
        ground.settle()
    finally:
        stop.set()
        supervisor.stop()
    ground.check()
    (letter,) = ground.dead()
    assert (letter["id"], letter["attempts"]) == ("stuck", DEATHS + 1)
    assert service.restarts == DEATHS
    assert max(gaps) < max(HELD_UP_S, Heartbeat.STEP_STALE_AFTER_S + start_s), gaps
