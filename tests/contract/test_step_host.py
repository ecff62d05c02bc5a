"""A step's worker in the hands of a host: turn by turn, paused, asked for a state, and closed."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from complaints.bus.confluent.profiles import STEP_SESSION_MS
from complaints.bus.control import pause, resume
from complaints.bus.step import metrics
from complaints.bus.step.identity import claim
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.worker import Worker
from complaints.contract import CONTROL, topics
from complaints.errors import ConfigurationError
from tests.harness.step import Ground, ground
from tests.harness.step_process import spec
from tests.harness.support import wait_until

__all__ = ["ground"]


def options_of(ground: Ground, ordinal: int = 0, *, fuse: int = 100) -> WorkerOptions:
    """Return the options of a worker in the test's own process."""
    folder = ground.folder / f"here{ordinal}"
    return WorkerOptions(brokers=ground.brokers, ordinal=ordinal, folder=folder, batch=20, fuse=fuse)


@contextlib.contextmanager
def opened(ground: Ground, *, fuse: int = 100) -> Iterator[Worker]:
    """Yield an open worker, and close it."""
    worker = Worker(spec(ground.name), options_of(ground, fuse=fuse))
    try:
        worker.open()
        yield worker
    finally:
        worker.close()


def turns(worker: Worker, ground: Ground, outputs: int) -> None:
    """Turn until there are so many outputs."""

    def done() -> bool:
        worker.turn()
        worker.propose_timers()
        return sum(map(len, ground.outputs().values())) >= outputs

    wait_until(done, timeout_s=90, what=f"{outputs} outputs")


def test_a_host_turns_a_worker_and_asks_it_for_states(ground: Ground) -> None:
    """A state is the committed one; a key without a state has None."""
    ground.feed(40, keys=10)
    with opened(ground) as worker:
        turns(worker, ground, 40)
        state = worker.state_of(b"k3")
        assert state is not None
        assert b'"n": 4' in state.value
        assert worker.state_of(b"nobody") is None
    ground.check()


def test_a_worker_that_starts_again_waits_for_no_answer_that_is_there(ground: Ground) -> None:
    """It goes on in a second, in one of many tries: other work delays some of them, and an answer that is waited for all."""
    ground.feed(40, keys=10)
    with opened(ground) as worker:
        turns(worker, ground, 40)

    def took_s() -> float:
        ground.feed(10, keys=10)
        began = time.monotonic()
        with opened(ground) as worker:
            turns(worker, ground, sum(map(len, ground.fed.values())))
            return time.monotonic() - began

    assert any(took_s() < 1.4 for _ in range(40))  # 0.9 to 1.2 s on a busy machine; it was 1.7 to 2.9


def test_records_that_lead_to_nothing_are_committed_together_a_little_later(ground: Ground) -> None:
    """Read again, they lead to nothing again; and a transaction for each would hold up those that somebody waits for."""
    ground.feed(4, keys=4)
    with opened(ground) as worker:
        turns(worker, ground, 4)
        for again in range(8):
            key = f"k{again % 4}"
            ground.write([(key, {"id": ground.fed[key][0], "do": "nothing, because it was counted before"})])
            before = time.monotonic()
            while time.monotonic() < before + 0.1:
                worker.turn()
        assert ground.committed() < 12

        def committed() -> bool:
            worker.turn()
            return ground.committed() == 12

        wait_until(committed, what="the offsets behind all records")
    ground.check()


def test_a_worker_measures_itself(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prometheus sees each transaction, and what it was about."""
    monkeypatch.setattr(metrics, "SIZE_EVERY_S", 0.0)
    ground.feed(40, keys=10)
    ground.write([("k1", {"id": "bad", "do": "raise"}), ("t1", {"id": "later", "due_ms": 1})])
    with opened(ground) as worker:
        turns(worker, ground, 42)  # with the timer
        worker.turn()
        worker.propose_timers()

    def figure(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"lapor_{name}", {"step": ground.name, **labels}) or 0.0

    assert figure("step_batch_records_sum") == 43
    for seconds in ("function", "transaction", "input_age"):
        assert figure(f"step_{seconds}_seconds_count") > 0
        assert 0 < figure(f"step_{seconds}_seconds_sum") < 60
    assert figure("step_restore_seconds_count") == 4
    assert figure("step_states") > 0
    assert figure("step_state_bytes") > 0
    assert figure("step_timers") == 0
    assert figure("step_aborted_transactions_total") == 0
    assert REGISTRY.get_sample_value("lapor_dead_letters_total", {"by": ground.name}) == 1


def test_a_paused_worker_keeps_its_partitions_and_handles_nothing(ground: Ground) -> None:
    """It goes on polling, so the group keeps it; `resume` goes on where the last commit was."""
    ground.feed(20)
    with opened(ground) as worker:
        turns(worker, ground, 20)
        ground.tell(pause(ground.name, since_ms=1))
        for _ in range(10):  # the topic is looked at five times a second
            worker.turn()
        ground.feed(20)
        until = time.monotonic() + STEP_SESSION_MS / 1000 + 1
        while time.monotonic() < until:
            worker.turn()
            worker.propose_timers()
        assert sum(map(len, ground.outputs().values())) == 20
        assert worker.state_of(b"k3") is not None
        ground.tell(resume(ground.name))
        turns(worker, ground, 40)
    ground.check()


@pytest.mark.long
def test_a_pause_outlasts_restarts_and_rebalances(ground: Ground) -> None:
    """It stands in the control topic: whoever starts reads it, and what a paused worker gets stays paused."""
    ground.feed(40)
    ground.tell(pause(ground.name, since_ms=1))
    with opened(ground) as worker:
        other = ground.worker(1)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            worker.turn()
        other.kill()
        other.wait(10)
        until = time.monotonic() + STEP_SESSION_MS / 1000 + 5
        while time.monotonic() < until:
            worker.turn()
        assert ground.outputs() == {}
        ground.tell(resume(ground.name))
        turns(worker, ground, 40)
    ground.check()


def test_a_worker_follows_a_control_topic_that_was_made_anew(ground: Ground) -> None:
    """Else `lapor pause` would say that a step is paused that works on. What the former topic said ends with it."""
    ground.feed(40)
    ground.tell(pause(ground.name, since_ms=1))
    with opened(ground) as worker:
        wait_until(lambda: is_paused(worker), what="the pause")
        ground.remake(CONTROL, partitions=1, config=topics()[CONTROL].settings)
        turns(worker, ground, 40)
        ground.tell(pause(ground.name, since_ms=1))
        wait_until(lambda: is_paused(worker), what="the second pause")
        ground.tell(resume(ground.name))
        ground.feed(40)
        turns(worker, ground, 80)
    ground.check()


def is_paused(worker: Worker) -> bool:
    """Turn once, and return whether the worker is paused."""
    worker.turn()
    return worker._parts.mailbox.flow.paused


def test_a_host_that_claims_early_is_the_only_one_with_the_ordinal(ground: Ground) -> None:
    """The claim comes before anything slow, and `close` frees the ordinal."""
    identity = claim(ground.name, options_of(ground))
    with pytest.raises(ConfigurationError, match="already runs on this machine"):
        claim(ground.name, options_of(ground))
    worker = Worker(spec(ground.name), options_of(ground), identity)
    worker.open()
    worker.close()
    worker.close()
    claim(ground.name, options_of(ground)).lock.close()
