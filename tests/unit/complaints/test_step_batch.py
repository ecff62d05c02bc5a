"""How much of a batch goes into one transaction."""

from pathlib import Path

from complaints.bus import Record, StoredRecord
from complaints.bus.step.attempts import Attempts
from complaints.bus.step.batch import Decider
from complaints.bus.step.contract import Effect, State, StepSpec
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.states.store import Store
from tests.harness.fuses import fuses


def fan_out(_: State | None, record: StoredRecord) -> Effect:
    """Write as many records as the value says."""
    output = Record(topic="out", key=b"k", value=b"{}")
    return Effect(outputs=(output,) * int(record.value or b"0"))


def test_a_record_that_leads_to_many_ends_the_transaction(tmp_path: Path) -> None:
    """What is left goes into the next one; one record is handled however much it leads to."""
    spec = StepSpec(
        name="step", mailbox="mailbox", states="states", function=fan_out, dead_letter=lambda *_: (), format=1
    )
    options = WorkerOptions(brokers="", ordinal=0, folder=tmp_path, outputs=500)
    store, attempts = Store(tmp_path / "states"), Attempts(tmp_path / "in-hand")
    decider = Decider(spec, store, options=options, attempts=attempts, fuses=fuses("step"))
    counts = (700, 1, 499, 3, 1)
    batch = [StoredRecord("mailbox", 0, offset, b"k", b"%d" % count, (), 0) for offset, count in enumerate(counts)]
    handled = []
    while batch:
        pending = decider.decide(batch, dead=None)
        handled.append(len(pending.outputs))
        batch = batch[pending.positions[0] - batch[0].offset :]
    assert handled == [700, 500, 4]
    attempts.close()
    store.close()
