"""The one way in, where the contract suite of the doors does not reach."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels import safe as base
from channels.intake import Intake
from channels.safe import Outcome
from complaints.contract import COMPLAINTS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.event import Complaint, DeadLetter
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.support import message, wait_until


@pytest.fixture
def bus() -> MemoryProducer:
    """A Kafka in memory."""
    return MemoryProducer()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty spool; the intake closes it."""
    return Spool(tmp_path / "s.db", max_bytes=1 << 20)


@pytest.fixture
def intake(bus: MemoryProducer, spool: Spool, keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """A door's intake that looks often whether Kafka is back."""
    monkeypatch.setattr(base, "DRAIN_PAUSE_S", 0.05)
    reads = Normaliser.load()
    made = Intake("sms", normalise=lambda m: reads.normalise(m, keys), producer=bus, spool=spool)
    yield made
    made.close()


def test_a_full_disk_stops_the_draining_only_while_it_is_full(
    intake: Intake, bus: MemoryProducer, spool: Spool
) -> None:
    """A drainer that died of it would leave the spool to fill for ever, with a Kafka that is well."""
    bus.mode = Mode.away
    assert intake.accept(message()).result(30).outcome is Outcome.spooled
    spool._database.execute("PRAGMA query_only = 1")
    bus.mode = Mode.up
    wait_until(lambda: len(bus.stored(COMPLAINTS)) >= 2, what="the second try")
    spool._database.execute("PRAGMA query_only = 0")
    wait_until(lambda: intake.waiting == 0, what="an empty spool")
    assert len({record.key for record in bus.stored(COMPLAINTS)}) == 1


def test_half_a_surrogate_pair_does_not_cost_the_complaint(intake: Intake, bus: MemoryProducer) -> None:
    """A post may be cut in the middle of an emoji; no UTF-8 can hold the rest of it."""
    cut = replace(message(body=b"as it came"), text="jalan \ud83d rusak", title="\ud83d", address="x \ud83d")
    assert intake.accept(cut).result(30).outcome is Outcome.published
    (complaint,) = bus.events(COMPLAINTS, Complaint)
    assert (complaint.text, complaint.raw.body) == ("jalan \ufffd rusak", b"as it came")


def test_what_no_json_can_hold_is_a_dead_letter(intake: Intake, bus: MemoryProducer) -> None:
    """The door would die of it each time that it comes again."""
    receipt = intake.accept(replace(message(body=b"as it came"), tagged=("\ud83d",))).result(30)
    assert receipt.outcome is Outcome.dead_lettered
    (letter,) = bus.events(DEAD_LETTERS, DeadLetter)
    assert (letter.payload, letter.error_class) == (b"as it came", "PydanticSerializationError")
