"""A replay decides each record in the state that its case had, lists what would be different, and cannot reach a citizen."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from complaints.bus import Batch, Record, StoredRecord
from complaints.bus.step.contract import State
from complaints.command import Command, CommandKind
from complaints.contract import CASE_EVENTS
from complaints.event import AgencyRef, Complaint, Disposition, Place, Region
from ops.replay import Move, Summary, replay
from router.cases.step import CaseStep
from router.routing import Router
from tests.harness.events import complaint, poison
from tests.harness.house import added, said, stored
from tests.harness.there import there

PLACE: dict[str, Any] = {
    "place": Place(province=Region(code="33", name="Jawa Tengah"), regency=Region(code="33.74", name="Kota Semarang"))
}
LAW = Router.load()


class Panrb:
    """Rules by which everything is the ministry's."""

    administrator_id = LAW.administrator_id

    def route(self, complaint: Complaint, *refusals: Any) -> Disposition:
        """Return the disposition of the real rules with the ministry as the owner."""
        return structs.replace(LAW.route(complaint, *refusals), owner=AgencyRef(id="kemenpupr", name="Kementerian PU"))

    def __getattr__(self, name: str) -> Any:
        """Return what the real rules have."""
        return getattr(LAW, name)


class Renamed(Panrb):
    """Rules under which the public works have another name."""

    def route(self, complaint: Complaint, *refusals: Any) -> Disposition:
        """Return the disposition of the real rules with another name of the owner."""
        said = LAW.route(complaint, *refusals)
        return structs.replace(said, owner=structs.replace(said.owner, name=f"{said.owner.name} Baru"))


class Log:
    """A partition of the mailbox and of the facts, as a step wrote them."""

    def __init__(self, *events: Complaint | Command) -> None:
        self.mailbox = [stored(event, offset=7 * number, at_ms=number) for number, event in enumerate(events)]
        self.facts: list[StoredRecord] = []
        states: dict[bytes, bytes] = {}
        for record in self.mailbox:
            key = record.key or b""
            effect = CaseStep(LAW)(State(states[key]) if key in states else None, record)
            if isinstance(effect.state, State):
                states[key] = effect.state.value
            self.facts += [self.stored(one) for one in effect.outputs if one.topic == CASE_EVENTS]

    def stored(self, record: Record) -> StoredRecord:
        """Return a written fact as Kafka gives it; a transaction's markers leave gaps between offsets."""
        return StoredRecord(record.topic, 0, len(self.facts) * 3, record.key, record.value, record.headers, 0)

    def replay(self, law: Any = LAW, *, since: int = 0, known: int | None = None) -> tuple[Summary, list[Move]]:
        """Replay, from a record on, with the facts that were written so far."""
        moves: list[Move] = []
        return replay(batches(self.mailbox[since:]), batches(self.facts[:known]), law, moves.append), moves


def batches(records: list[StoredRecord]) -> Iterator[Batch]:
    """Return records two at a time, as a scanner gives them."""
    yield from (records[at : at + 2] for at in range(0, len(records), 2))


@pytest.fixture
def log() -> Log:
    """Two cases with additions, refusals and an answer, and some of it twice."""
    one, two = (
        complaint(1, text="jalan berlubang", title="", **PLACE),
        complaint(2, text="halo", title="", missing=("subject",)),
    )
    events: list[Complaint | Command] = [
        one,
        two,
        said(CommandKind.refuse, one, "dpu-33.74"),
        added(two, "paspor saya belum terbit", topic="Imigrasi"),
        one,
        said(CommandKind.refuse, one, "dpu-33.74", nonce="again"),
        said(CommandKind.answer, two, "ditjen-imigrasi", "Sudah."),
        added(two, "paspor saya belum terbit", topic="Imigrasi"),
    ]
    return Log(*events)


def test_the_same_rules_move_nobody(log: Log) -> None:
    """From the beginning or from anywhere."""
    for since in range(len(log.mailbox)):
        summary, moves = log.replay(since=since)
        assert (summary.moved, moves, summary.unreadable) == (0, [], 0)
        assert summary.read == len(log.mailbox) - since


def test_other_rules_show_who_would_move_and_why(log: Log) -> None:
    """One line for each decision that would be another one."""
    summary, moves = log.replay(Panrb())
    before = [(move.before.id if move.before else "", move.after.id if move.after else "") for move in moves]
    assert summary.moved == len(moves)
    assert ("dpu-33.74", "kemenpupr") in before
    assert all(move.why for move in moves)


def test_another_name_of_the_same_owner_is_no_move(log: Log) -> None:
    """A government renames its units; nobody gets another case by that."""
    summary, moves = log.replay(Renamed())
    assert (summary.moved, moves) == (0, [])


def test_a_record_is_decided_in_the_state_that_its_case_had_then(log: Log) -> None:
    """A refusal is replayed with the refusals before it, and not with those after it."""
    _, moves = log.replay(Panrb(), since=2)
    assert moves[0].tracking_code == complaint(1).tracking_code
    assert there(moves[0].before).id != "dpu-33.74"


def test_what_is_not_decided_yet_is_not_counted(log: Log) -> None:
    """The router may be behind while a replay reads."""
    summary, _ = log.replay(known=2)
    assert summary.read < len(log.mailbox)
    assert summary.moved == 0


def test_poison_is_counted_and_passed_over(log: Log) -> None:
    """As the step passes it over."""
    log.mailbox.append(replace(poison("lapor.complaints"), offset=1_000))
    summary, _ = log.replay()
    assert summary.unreadable == 1


def test_a_replay_has_no_way_to_write(log: Log) -> None:
    """Nothing that writes to Kafka or to citizens is loaded with it, and it is given nothing that could."""
    seen = "import sys, ops.replay; print([name for name in sys.modules if name.split('.')[0] in ('kafka', 'confluent_kafka', 'channels')])"
    found = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert log.replay()[0].as_json().keys() == {"read", "moved", "unreadable", "deleted", "replies", "seconds"}
