"""How much of a batch goes into one transaction, and which states it reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from complaints.bus import Record, StoredRecord
from complaints.bus.step.attempts import Attempts
from complaints.bus.step.batch import Decider
from complaints.bus.step.contract import Effect, State, StepSpec
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.states.store import Change, Store, StoredState
from complaints.errors import ConfigurationError
from tests.harness.fuses import fuses


def fan_out(_: State | None, record: StoredRecord) -> Effect:
    """Write as many records as the value says."""
    output = Record(topic="out", key=b"k", value=b"{}")
    return Effect(outputs=(output,) * int(record.value or b"0"))


@contextmanager
def deciding(folder: Path, *, format_: int = 1) -> Iterator[tuple[Decider, Store]]:
    """Give what applies the function, and its store."""
    spec = StepSpec(
        name="step", mailbox="mailbox", states="states", function=fan_out, dead_letter=lambda *_: (), format=format_
    )
    options = WorkerOptions(brokers="", ordinal=0, folder=folder, outputs=500)
    store, attempts = Store(folder / "states"), Attempts(folder / "in-hand")
    yield Decider(spec, store, options=options, attempts=attempts, fuses=fuses("step")), store
    attempts.close()
    store.close()


def test_a_record_that_leads_to_many_ends_the_transaction(tmp_path: Path) -> None:
    """What is left goes into the next one; one record is handled however much it leads to."""
    counts = (700, 1, 499, 3, 1)
    batch = [StoredRecord("mailbox", 0, offset, b"k", b"%d" % count, (), 0) for offset, count in enumerate(counts)]
    handled = []
    with deciding(tmp_path) as (decider, _):
        while batch:
            pending = decider.decide(batch, dead=None)
            handled.append(len(pending.outputs))
            batch = batch[pending.positions[0] - batch[0].offset :]
    assert handled == [700, 500, 4]


def test_a_state_in_a_format_that_is_no_longer_read_stops_the_worker_with_the_way_out(tmp_path: Path) -> None:
    """No record becomes a dead letter because the installation is old."""
    with deciding(tmp_path, format_=3) as (decider, store):
        store.apply({0: [Change(b"k", StoredState(2, 0, b"{}"))]}, {})
        with pytest.raises(
            ConfigurationError, match="has format 2, which this version no longer reads: run the version"
        ):
            decider.state_of(0, b"k")
