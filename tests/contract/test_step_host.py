"""A step's worker in the hands of a host: turn by turn, paused, asked for a state, and closed."""

import time

import pytest
from prometheus_client import REGISTRY

from complaints.bus.confluent.profiles import STEP_SESSION_MS
from complaints.bus.control import pause, resume
from complaints.bus.step import metrics
from complaints.bus.step.identity import claim
from complaints.bus.step.worker import Worker
from complaints.contract import CONTROL, topics
from complaints.errors import ConfigurationError
from tests.harness.step import Ground, ground, kill, turn_for, turn_until
from tests.harness.step_process import spec

__all__ = ["ground"]


def test_a_host_turns_a_worker_and_asks_it_for_states(ground: Ground) -> None:
    """A state is the committed one; a key without a state has None."""
    ground.feed(40, keys=10)
    with ground.opened() as worker:
        ground.turn(worker)
        state = worker.state_of(b"k3")
        assert state is not None
        assert b'"n": 4' in state.value
        assert worker.state_of(b"nobody") is None
    ground.check()


def test_a_worker_that_starts_again_waits_for_no_answer_that_is_there(ground: Ground) -> None:
    """It goes on in a second, in one of many tries: other work delays some of them, and an answer that is waited for all."""
    ground.feed(40, keys=10)
    with ground.opened() as worker:
        ground.turn(worker)

    def took_s() -> float:
        ground.feed(10, keys=10)
        began = time.monotonic()
        with ground.opened() as worker:
            ground.turn(worker)
            return time.monotonic() - began

    assert any(took_s() < 1.4 for _ in range(40))  # 0.9 to 1.2 s on a busy machine; it was 1.7 to 2.9


def test_records_that_lead_to_nothing_are_committed_together_a_little_later(ground: Ground) -> None:
    """Read again, they lead to nothing again; and a transaction for each would hold up those that somebody waits for."""
    ground.feed(4, keys=4)
    with ground.opened() as worker:
        ground.turn(worker)
        for again in range(8):
            key = f"k{again % 4}"
            ground.write([(key, {"id": ground.fed[key][0], "do": "nothing, because it was counted before"})])
            turn_for(worker, 0.1)
        assert ground.committed() < 12
        turn_until(worker, lambda: ground.committed() == 12, what="the offsets behind all records", timeout_s=30)
    ground.check()


def test_a_worker_measures_itself(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prometheus sees each transaction, and what it was about."""
    monkeypatch.setattr(metrics, "SIZE_EVERY_S", 0.0)
    ground.feed(40, keys=10)
    ground.write([("k1", {"id": "bad", "do": "raise"}), ("t1", {"id": "later", "due_ms": 1})])
    with ground.opened() as worker:
        turn_until(worker, lambda: ground.said() == 42, what="all, and the timer")
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
    with ground.opened() as worker:
        ground.turn(worker)
        ground.tell(pause(ground.name, since_ms=1))
        turn_until(worker, lambda: is_paused(worker), what="the pause", timeout_s=30)
        ground.feed(20)
        turn_for(worker, STEP_SESSION_MS / 1000 + 1)
        assert ground.said() == 20
        assert worker.state_of(b"k3") is not None
        ground.tell(resume(ground.name))
        ground.turn(worker)
    ground.check()


@pytest.mark.long
def test_a_pause_outlasts_restarts_and_rebalances(ground: Ground) -> None:
    """It stands in the control topic: whoever starts reads it, and what a paused worker gets stays paused."""
    ground.feed(40)
    ground.tell(pause(ground.name, since_ms=1))
    with ground.opened() as worker:
        other = ground.worker(1)
        turn_for(worker, 15)
        kill(other)
        turn_for(worker, STEP_SESSION_MS / 1000 + 5)
        assert ground.outputs() == {}
        ground.tell(resume(ground.name))
        ground.turn(worker)
    ground.check()


def test_a_worker_follows_a_control_topic_that_was_made_anew(ground: Ground) -> None:
    """Else `lapor pause` would say that a step is paused that works on. What the former topic said ends with it."""
    ground.feed(40)
    ground.tell(pause(ground.name, since_ms=1))
    with ground.opened() as worker:
        turn_until(worker, lambda: is_paused(worker), what="the pause", timeout_s=30)
        ground.remake(CONTROL, partitions=1, config=topics()[CONTROL].settings)
        ground.turn(worker)
        ground.tell(pause(ground.name, since_ms=1))
        turn_until(worker, lambda: is_paused(worker), what="the second pause", timeout_s=30)
        ground.tell(resume(ground.name))
        ground.feed(40)
        ground.turn(worker)
    ground.check()


def is_paused(worker: Worker) -> bool:
    """Return whether a worker is paused."""
    return worker._parts.mailbox.flow.paused


def test_a_host_that_claims_early_is_the_only_one_with_the_ordinal(ground: Ground) -> None:
    """The claim comes before anything slow, and `close` frees the ordinal."""
    identity = claim(ground.name, ground.options())
    with pytest.raises(ConfigurationError, match="already runs on this machine"):
        claim(ground.name, ground.options())
    worker = Worker(spec(ground.name), ground.options(), identity)
    worker.open()
    worker.close()
    worker.close()
    claim(ground.name, ground.options()).lock.close()
