"""The one way in, where the contract suite of the channels does not reach."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from channels import safe
from channels.intake import Intake
from channels.safe import Outcome
from complaints.bus.envelope import encode
from complaints.contract import CONVERSATIONS, SENDS
from complaints.crypto import Keyring
from complaints.mail import Received, SendReport
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer, Mode
from tests.harness.mailboxes import kept, received
from tests.harness.support import NOON, message, wait_until


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
    """A channel's intake that looks often whether Kafka is back."""
    monkeypatch.setattr(safe, "DRAIN_PAUSE_S", 0.05)
    made = Intake("sms", keyring=keys, producer=bus, spool=spool)
    yield made
    made.close()


def test_a_full_disk_stops_the_draining_only_while_it_is_full(
    intake: Intake, bus: MemoryProducer, spool: Spool
) -> None:
    """A drainer that died of it would leave the spool to fill for ever, with a Kafka that is well."""
    bus.mode = Mode.away
    assert intake.take(message()).result(30).outcome is Outcome.spooled
    spool._database.execute("PRAGMA query_only = 1")
    bus.mode = Mode.up
    wait_until(lambda: len(bus.stored(CONVERSATIONS)) >= 2, what="the second try")
    spool._database.execute("PRAGMA query_only = 0")
    wait_until(lambda: intake.waiting == 0, what="an empty spool")
    assert len({record.key for record in bus.stored(CONVERSATIONS)}) == 1


def test_half_a_surrogate_pair_does_not_cost_the_message(intake: Intake, bus: MemoryProducer, keys: Keyring) -> None:
    """A post may be cut in the middle of an emoji; no UTF-8 can hold the rest of it."""
    cut = replace(
        message(body=b"as it came"), text="jalan \ud83d rusak", tagged=("\ud83d",), reply_to={"a\ud83d": "\ud83d"}
    )
    assert intake.take(cut).result(30).outcome is Outcome.published
    (found,) = kept(bus, keys)
    assert (found.message.text, found.message.body) == ("jalan \ufffd rusak", b"as it came")


def test_a_message_is_sealed_and_bound_to_its_record(intake: Intake, bus: MemoryProducer, keys: Keyring) -> None:
    """On Kafka stand a pseudonym and an id; the number and the words are for who has the secret."""
    said = message("Jalan rusak", sender="+6281234567890", account="sms/link")
    receipt = intake.take(said).result(30)
    (record,) = bus.stored(CONVERSATIONS)
    assert b"6281234567890" not in (record.value or b"")
    assert b"rusak" not in (record.value or b"")
    (found,) = kept(bus, keys)
    assert (found.id, found.mailbox) == (receipt.message_id, keys.pseudonym("sms", "+6281234567890"))
    assert found.message == said


def test_a_message_without_a_name_gets_its_id_at_the_yes(intake: Intake, bus: MemoryProducer, keys: Keyring) -> None:
    """Each delivery has another; the conversation knows the words."""
    ids = {intake.take(message(upstream_id="")).result(30).message_id for _ in range(3)}
    assert {found.id for found in kept(bus, keys)} == ids
    assert len(ids) == 3


def test_each_message_of_a_shared_account_has_a_mailbox_of_its_own(
    intake: Intake, bus: MemoryProducer, keys: Keyring
) -> None:
    """Two callers of a call centre are two people."""
    for name in ("1", "2", "2"):
        intake.take(message(upstream_id=name, shared=True)).result(30)
    assert len({found.mailbox for found in kept(bus, keys)}) == 2


def test_what_cannot_be_read_is_kept_sealed_and_is_the_same_when_it_comes_again(
    intake: Intake, bus: MemoryProducer, keys: Keyring
) -> None:
    """With the reason in clear."""
    for _ in range(2):
        intake.reject(b"\xff\x00 6281234567890", ValueError("no PDU"), name="link|digest", account="sms/link").result(
            30
        )
    first, second = received(bus)
    assert first.id == second.id
    assert (first.fault, first.error_class, first.account) == ("no PDU", "ValueError", "sms/link")
    assert keys.unseal(first.sealed, owner=first.id, month=first.month) == b"\xff\x00 6281234567890"
    assert b"6281234567890" not in (bus.stored(CONVERSATIONS)[0].value or b"")


def test_a_report_goes_to_the_mailbox_of_its_account(intake: Intake, bus: MemoryProducer) -> None:
    """Whichever process received it."""
    report = SendReport(id=uuid4(), account="sms/a", channel="sms", upstream_id="7", ok=True, at=NOON)
    intake.report(report).result(30)
    assert [record.key for record in bus.stored(SENDS)] == [b"sms/a"]


def test_a_record_is_what_the_model_writes(intake: Intake, bus: MemoryProducer) -> None:
    """It is made without the model, for speed."""
    intake.take(message(account="sms/link")).result(30)
    intake.reject(b"x", ValueError("no PDU"), name="n", account="sms/link").result(30)
    for record in bus.stored(CONVERSATIONS):
        event = msgspec.json.decode(record.value or b"", type=Received)
        again = encode(event, source="/channels/sms")
        assert again.value == record.value
        assert (again.topic, again.key) == (record.topic, record.key)
        assert {name: value for name, value in again.headers if name != "ce_time"} == {
            name: value for name, value in record.headers if name != "ce_time"
        }
