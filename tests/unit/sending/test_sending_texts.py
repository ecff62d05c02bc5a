"""The states of the senders' topic: what is written can be read again, and each key tells its account."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import astuple, replace

from channels.sending.accounts import Accounts
from channels.sending.loading import load, read_cursor, stored_text
from channels.sending.spec import SenderSpec
from channels.sending.texts import (
    Stage,
    Unreadable,
    account_of,
    cursor_value,
    early_key,
    letter_key,
    new_text,
    read_sent,
    read_text,
    sent_key,
    sent_value,
)
from complaints.bus import StoredRecord
from complaints.bus.envelope import decode
from complaints.bus.step.states.store import Change, Store, StoredState
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError, ContractViolation
from complaints.mail import ReplyKind, Send
from tests.harness.sending_account import FakeAccount

NOW = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def record(keys: Keyring, *, account: str = "sms/a", offset: int = 7) -> tuple[StoredRecord, Send]:
    """Return a record of the mailbox, and what it says."""
    id_ = uuid4()
    send = Send(
        id=id_,
        account=account,
        channel="sms",
        citizen="c1",
        complaint_id=UUID(int=5),
        tracking_code="ABCDEFGHJKM",
        kind=ReplyKind.question,
        month="2026-11",
        sealed=keys.seal_text("Di mana?", {"sender": "+628"}, owner=id_, month="2026-11"),
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        secret=True,
    )
    value = msgspec.json.encode(send)
    return StoredRecord("lapor.sends", 3, offset, account.encode(), value, (), 1_700_000_000_000), send


def test_a_text_is_read_as_it_was_written(keys: Keyring) -> None:
    """In each stage, with its order and its tries."""
    stored, send = record(keys)
    text = new_text(stored, send, keys, now_ms=NOW_MS)
    text.stage, text.tries, text.token, text.until_ms = Stage.intent, 4, "me-1", 99
    again = read_text(text.stored(), keys, partition=3)
    for name in ("partition", "key", "send", "letter", "order", "expires_ms", "due_ms"):
        assert getattr(again, name) == getattr(text, name), name
    assert (again.stage, again.tries, again.token, again.until_ms) == (Stage.intent, 4, "me-1", 99)
    assert again.letter.text == "Di mana?"
    assert again.stored() == text.stored()


@pytest.mark.parametrize("odd", [b"1e999", b"9" * 5_000, b'"\xff"', b"[" * 900 + b"]" * 900])
def test_poison_in_a_field_that_nobody_reads_stays_out_of_the_senders_state(
    keys: Keyring, tmp_path: Path, odd: bytes
) -> None:
    """What one decoder skips another one refuses: the state of whatever was taken can be read, in both ways."""
    stored, _ = record(keys)
    stored = dataclasses.replace(stored, value=(stored.value or b"")[:-1] + b',"zz":' + odd + b"}")
    text = new_text(stored, decode(stored, Send), keys, now_ms=NOW_MS)
    assert read_text(text.stored(), keys, partition=3).letter == text.letter
    store = Store(tmp_path)
    store.apply({3: [Change(text.key, StoredState(1, 0, text.stored()))]}, {})
    assert [found.order for found in load(store, 3).texts] == [stored.offset]
    store.close()


@pytest.mark.parametrize("value", [b"no JSON", b"{}", b"[" * 1_100])
def test_a_state_that_cannot_be_read_refuses_its_partition(keys: Keyring, tmp_path: Path, value: bytes) -> None:
    """The accounts of the others send: the error names the partition, and what to do."""
    store, key = Store(tmp_path), letter_key("sms/a", uuid4())
    store.apply({3: [Change(key, StoredState(1, 0, value))]}, {})
    reads: list[Callable[[], object]] = [
        lambda: load(store, 3),
        lambda: stored_text(store, 3, key, keys),
        lambda: read_sent(value, partition=3),
    ]
    for read in reads:
        with pytest.raises(Unreadable, match="Start the channel in the version that wrote it") as caught:
            read()
        assert caught.value.partition == 3
    store.close()


def test_a_text_that_another_secret_sealed_is_poison_when_it_comes_and_a_wrong_setting_later(keys: Keyring) -> None:
    """It could be opened once: then nothing may be given up."""
    stored, send = record(keys)
    other = Keyring.from_secret(b"another secret of the tests, 32 bytes")
    with pytest.raises(ContractViolation):
        new_text(stored, send, other, now_ms=NOW_MS)
    with pytest.raises(ConfigurationError, match="LAPOR_SECRET_FILE"):
        read_text(new_text(stored, send, keys, now_ms=NOW_MS).stored(), other, partition=3)


def test_a_broker_whose_clock_is_ahead_delays_nothing(keys: Keyring) -> None:
    """A text may leave when it comes."""
    stored, send = record(keys)
    assert new_text(stored, send, keys, now_ms=5).due_ms == 5
    assert new_text(stored, send, keys, now_ms=1 << 50).due_ms == stored.timestamp_ms


def test_what_was_sent_is_read_as_it_was_written(keys: Keyring) -> None:
    """The whole reply, and what was reported of it."""
    stored, send = record(keys)
    about = new_text(stored, send, keys, now_ms=NOW_MS).about
    for one in (about, replace(about, complaint_id=None)):
        found = read_sent(sent_value(one, ("delivered",)), partition=3)
        assert astuple(found) == (*astuple(one), ("delivered",))
        assert read_sent(sent_value(found, ("delivered", "undeliverable")), partition=3).told[-1] == "undeliverable"


def test_a_cursor_is_plain_json_whose_order_does_not_matter() -> None:
    """So that it can be compared."""
    assert cursor_value({"b": 1, "a": [2]}) == cursor_value({"a": [2], "b": 1})
    assert read_cursor(cursor_value({"offset": 7}), partition=3) == {"offset": 7}
    assert read_cursor(None, partition=3) is None


def test_each_key_tells_its_account() -> None:
    """Also of an account whose name begins like another's."""
    id_ = uuid4()
    for account in ("sms/a", "sms/ab", "twitter/@lapor1708", "webhook/dinas-kominfo"):
        for key in (letter_key(account, id_), sent_key(account, "x\1y"), early_key(account, "\3"), account.encode()):
            assert account_of(key) == account.encode()


def test_a_partition_is_loaded_in_the_order_of_the_mailbox(keys: Keyring, tmp_path: Path) -> None:
    """All accounts in it, without what was sent."""
    store, changes, orders = Store(tmp_path), list[Change](), list[int]()
    for offset, account in [(9, "sms/ab"), (4, "sms/a"), (6, "sms/a"), (5, "sms/z")]:
        text = new_text(*record(keys, account=account, offset=offset), keys, now_ms=NOW_MS)
        changes.append(Change(text.key, StoredState(1, 0, text.stored())))
    for account in ("sms/a", "sms/b"):
        changes.append(Change(account.encode(), StoredState(1, 0, cursor_value({"of": account}))))
        changes += [Change(sent_key(account, str(at)), StoredState(1, 5, b"{}")) for at in range(50)]
        changes.append(Change(early_key(account, "1"), StoredState(1, 5, b"early")))
    store.apply({3: changes, 4: [changes[0]]}, {})
    found = load(store, 3)
    orders = [text.order for text in found.texts]
    assert orders == [4, 5, 6, 9]
    assert found.early == {early_key("sms/a", "1"): b"early", early_key("sms/b", "1"): b"early"}
    assert found.cursors == {"sms/a": {"of": "sms/a"}, "sms/b": {"of": "sms/b"}}
    assert load(store, 5).texts == []
    store.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"sms/foreign", b'{"nocursor": 1}'),
        (b"sms/foreign", b"[]"),
        (b"sms/foreign", b'{"cursor": 1e999}'),
        (b"sms/foreign", b'{"cursor": ' + b"[" * 2_000 + b"]" * 2_000 + b"}"),
        (b"sms/\xff\xfe\0abc", b"{}"),
        (b"sms/\xff\xfe\1abc", b"{}"),
        (b"sms/a\0abc", b'{"garbage": 1}'),
    ],
)
def test_a_state_that_nobody_wrote_refuses_its_partition_alone(tmp_path: Path, key: bytes, value: bytes) -> None:
    """Whatever its key and its value are: no other error leaves the reading."""
    store = Store(tmp_path)
    store.apply({3: [Change(key, StoredState(1, 0, value))]}, {})
    with pytest.raises(Unreadable) as refused:
        load(store, 3)
    assert refused.value.partition == 3
    store.close()


@pytest.mark.parametrize("name", ["smsc/a", "sms", "telegram/1", "sms/a\1b"])
def test_an_account_is_named_by_its_channel(name: str) -> None:
    """The keys of states begin so, and no other sender reads them."""
    with pytest.raises(ConfigurationError):
        Accounts("sms", [FakeAccount(name)], partitions=12)


def test_a_sender_owns_the_keys_of_its_channel(keys: Keyring) -> None:
    """And of no other one in the same topic."""
    topics = SenderSpec(channel="sms", keyring=keys).topics
    assert topics.name == "lapor-sender-sms"
    assert topics.owns(b"sms/a")
    assert not topics.owns(b"smsx/a")
    assert not topics.owns(b"telegram/1")
