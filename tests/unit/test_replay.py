"""A replay shows who would move, counts each once, and cannot reach a citizen."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from complaints.bus import Batch, StoredRecord
from complaints.bus.envelope import decode
from complaints.contract import COMPLAINTS, DISPOSITIONS, REPLIES, topics
from complaints.errors import BusUnavailable
from complaints.event import Complaint, Disposition
from ops.replay import MARK, SHADOW_PREFIX, Move, ShadowWriter, Summary, replay
from router.work import asked
from tests.harness.events import DPU, PEMDA, complaint, disposition, poison, stored
from tests.harness.fakes import MemoryProducer, Mode

SHADOW = SHADOW_PREFIX + "test"


class Owners:
    """A ClickHouse that knows who owned what."""

    def __init__(self, *known: Disposition) -> None:
        self._rows = [(event.complaint_id, event.hop, event.owner.id, event.owner.name) for event in known]

    def execute(self, _sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of the complaints that are asked about."""
        return [row for row in self._rows if row[0] in (parameters or {})["ids"]]


def run(*batches: Batch, before: Owners | None = None, bus: MemoryProducer | None = None) -> tuple[Summary, list[Move]]:
    """Replay through a router that gives all to PEMDA."""
    moves: list[Move] = []

    def decide(record: StoredRecord) -> Disposition | None:
        question = asked(record)
        return disposition(question.complaint, PEMDA) if question else None

    writer = ShadowWriter(bus or MemoryProducer(), SHADOW)
    return replay(iter(batches), decide=decide, writer=writer, store=before or Owners(), moved=moves.append), moves


@pytest.mark.parametrize("topic", [*topics(), "", "lapor.shadow", "lapor.shadows.x", "x." + SHADOW])
def test_a_writer_of_any_topic_but_a_shadow_is_refused(topic: str) -> None:
    """Nobody can be told anything by a slip in a name."""
    with pytest.raises(ValueError, match=r"lapor\.shadow\."):
        ShadowWriter(MemoryProducer(), topic)


def test_no_worker_reads_a_shadow() -> None:
    """The prefix is of no declared topic."""
    assert not [name for name in topics() if name.startswith(SHADOW_PREFIX)]


def test_the_replay_cannot_make_a_reply() -> None:
    """The module that words replies is not even loaded by it, whatever it imports."""
    seen = "import sys, ops.replay; print([name for name in sys.modules if name.startswith('router')])"
    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_what_it_writes_goes_to_the_shadow_alone_and_is_marked() -> None:
    """Dispositions under their own ids; not one record elsewhere."""
    bus = MemoryProducer()
    summary, _ = run([stored(complaint(1)), stored(complaint(2), 1)], bus=bus)
    written = bus.stored(SHADOW)
    assert [decode(record, Disposition).complaint_id for record in written] == [complaint(1).id, complaint(2).id]
    assert all(MARK in record.headers for record in written)
    assert [bus.stored(topic) for topic in (DISPOSITIONS, REPLIES)] == [[], []]
    assert (summary.read, summary.written, summary.replies) == (2, 2, 0)


def test_a_move_says_from_whom_to_whom_and_why() -> None:
    """Only where the owner at that hop is another; what was never routed does not move."""
    stays, goes, new = complaint(1), complaint(2), complaint(3)
    before = Owners(disposition(stays, PEMDA), disposition(goes, DPU), disposition(goes, PEMDA, hop=1))
    summary, moves = run([stored(event, at) for at, event in enumerate((stays, goes, new))], before=before)
    why = disposition(goes, PEMDA).explanation
    assert moves == [Move(tracking_code=goes.tracking_code, before=DPU, after=PEMDA, why=why)]
    assert summary.moved == 1


@pytest.mark.parametrize("batches", [2, 1])
def test_a_complaint_that_stands_twice_moves_once(batches: int) -> None:
    """A redelivery, in the same batch or a later one."""
    case = complaint()
    twice: list[Batch] = [[stored(case, 0)], [stored(case, 1)]]
    given: list[Batch] = twice if batches == 2 else [[*twice[0], *twice[1]]]
    summary, moves = run(*given, before=Owners(disposition(case, DPU)))
    assert (summary.read, summary.written, summary.moved, len(moves)) == (2, 2, 1, 1)


def test_poison_is_counted_and_passed_over() -> None:
    """It is a dead letter already."""
    summary, _ = run([poison(COMPLAINTS), stored(complaint(), 1)])
    assert summary.as_json() | {"seconds": 0} == {
        "read": 2,
        "written": 1,
        "moved": 0,
        "unreadable": 1,
        "replies": 0,
        "seconds": 0,
    }


def test_a_bus_that_does_not_take_it_ends_the_replay() -> None:
    """A half-written shadow is not shown as a whole one."""
    with pytest.raises(BusUnavailable):
        run([stored(complaint())], bus=MemoryProducer(Mode.away))


def test_a_thousand_complaints_are_asked_about_in_pieces() -> None:
    """Each of them is found."""
    cases: list[Complaint] = [complaint(number) for number in range(1500)]
    before = Owners(*(disposition(case, DPU) for case in cases))
    summary, _ = run([stored(case, at) for at, case in enumerate(cases)], before=before)
    assert summary.moved == 1500
