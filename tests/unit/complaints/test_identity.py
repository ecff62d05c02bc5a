"""Derived ids, pseudonyms, and what is sealed: messages, texts and states."""

import stat
from pathlib import Path
from uuid import uuid5

import pytest

from complaints import ids
from complaints.crypto import Keyring, key_id_of_state, load_or_create_secret, load_secret
from complaints.errors import ConfigurationError, ContractViolation


def test_the_same_message_has_the_same_id_and_another_channel_another() -> None:
    """A redelivery, a retry or a replay gives the same id."""
    assert ids.message_id("sms", "1") == ids.message_id("sms", "1")
    assert ids.message_id("sms", "1") != ids.message_id("web", "1")


def test_ids_are_what_they_were_when_the_first_event_was_written() -> None:
    """The derivation is a contract: were it changed, every stored event would be orphaned."""
    complaint = ids.message_id("sms", "1")
    assert str(complaint) == "f4794c2f-dd61-5650-996c-8e18e3b46385"
    assert ids.derived(complaint, "fact/diterima") == uuid5(complaint, "fact/diterima")
    assert str(ids.derived(complaint, "fact/diterima")) == "39f4394b-200c-56cb-92ee-06db74bda69c"


def test_what_is_sealed_opens_for_its_own_record_and_month_only(keys: Keyring) -> None:
    """Swapping contents between records is noticed, and so is another month, and another secret."""
    mine, other = ids.message_id("sms", "1"), ids.message_id("sms", "2")
    sealed = keys.seal(b"6281234567890: jalan rusak", owner=mine, month="2026-11")
    assert "6281234567890" not in sealed
    assert keys.unseal(sealed, owner=mine, month="2026-11") == b"6281234567890: jalan rusak"
    for owner, month in ((other, "2026-11"), (mine, "2026-12")):
        with pytest.raises(ContractViolation, match="cannot be opened"):
            keys.unseal(sealed, owner=owner, month=month)
    another = Keyring.from_secret(b"another secret that has 32 bytes")
    with pytest.raises(
        ContractViolation, match=f"with the secret {keys.key_id}, and this process has .* {another.key_id}"
    ):
        another.unseal(sealed, owner=mine, month="2026-11")
    with pytest.raises(ContractViolation):
        keys.unseal("not base64!", owner=mine, month="2026-11")


def test_a_text_to_send_is_sealed_with_its_address(keys: Keyring) -> None:
    """Whoever sends it has both, and nobody else."""
    mine = ids.message_id("sms", "1")
    sealed = keys.seal_text("Laporan diterima", {"sender": "6281234567890"}, owner=mine, month="2026-11")
    assert "6281234567890" not in sealed
    assert keys.unseal_text(sealed, owner=mine, month="2026-11") == ("Laporan diterima", {"sender": "6281234567890"})


def test_a_state_opens_for_its_own_key_only(keys: Keyring) -> None:
    """The state of one citizen cannot be put in the place of another's."""
    sealed = keys.seal_state(b"{}", key=b"citizen")
    assert keys.unseal_state(sealed, key=b"citizen") == b"{}"
    with pytest.raises(ContractViolation, match="for another record"):
        keys.unseal_state(sealed, key=b"another")
    with pytest.raises(ContractViolation, match=f"with the secret {keys.key_id}"):
        Keyring.from_secret(b"another secret that has 32 bytes").unseal_state(sealed, key=b"citizen")


def test_a_record_that_nobody_sealed_does_not_speak_of_another_secret(keys: Keyring) -> None:
    """Others can write into the topic of states; the secret is not to blame for that."""
    with pytest.raises(ContractViolation, match="is a record that is no state"):
        keys.unseal_state(b'{"what": "ever"}', key=b"citizen")
    assert key_id_of_state(b'{"what": "ever"}') is None
    assert key_id_of_state(keys.seal_state(b"{}", key=b"citizen")) == keys.key_id


def test_sealing_twice_gives_the_same_text_so_that_a_second_try_changes_nothing(keys: Keyring) -> None:
    """A transaction that is tried again writes the same bytes."""
    mine = ids.message_id("sms", "1")
    assert keys.seal(b"x", owner=mine, month="2026-11") == keys.seal(b"x", owner=mine, month="2026-11")


def test_a_pseudonym_is_stable_per_channel_and_says_nothing(keys: Keyring) -> None:
    """The same person is another pseudonym on another channel, so nobody joins them, and with another secret."""
    name = keys.pseudonym("sms", "6281234567890")
    assert name == keys.pseudonym("sms", "6281234567890")
    assert name != keys.pseudonym("web", "6281234567890")
    assert name != Keyring.from_secret(b"another secret that has 32 bytes").pseudonym("sms", "6281234567890")
    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """A second process finds the first one's."""
    path = tmp_path / "deep" / "secret"
    secret = load_or_create_secret(path)
    assert load_or_create_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_service_makes_no_secret(tmp_path: Path) -> None:
    """On a second machine without the installation's, everything that it acknowledged would be unreadable for the others."""
    with pytest.raises(ConfigurationError, match="copy the installation's secret"):
        load_secret(tmp_path / "secret")
    assert not list(tmp_path.iterdir())
    assert load_or_create_secret(tmp_path / "secret") == load_secret(tmp_path / "secret")


def test_a_secret_that_is_too_short_or_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    """Fail at start, and name the setting."""
    with pytest.raises(ConfigurationError, match="LAPOR_SECRET_FILE"):
        Keyring.from_secret(b"short")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="LAPOR_SECRET_FILE"):
        load_or_create_secret(tmp_path / "file" / "secret")
