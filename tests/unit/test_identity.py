"""Derived ids, pseudonyms and sealed addresses."""

import stat
from pathlib import Path
from uuid import uuid5

import pytest

from complaints import ids
from complaints.crypto import Keyring, load_or_create_secret
from complaints.errors import ConfigurationError, ContractViolation
from router.cases.plain import text_id


def test_the_same_message_has_the_same_id_and_another_channel_another() -> None:
    """A redelivery, a retry or a replay gives the same id."""
    assert ids.complaint_id("sms", "1") == ids.complaint_id("sms", "1")
    assert ids.complaint_id("sms", "1") != ids.complaint_id("web", "1")


def test_ids_are_what_they_were_when_the_first_event_was_written() -> None:
    """The derivation is a contract: were it changed, every stored event would be orphaned."""
    complaint = ids.complaint_id("sms", "1")
    assert str(complaint) == "f4794c2f-dd61-5650-996c-8e18e3b46385"
    assert text_id(str(complaint), "fact/diterima") == "39f4394b-200c-56cb-92ee-06db74bda69c"
    assert text_id(str(complaint), "fact/diterima") == str(uuid5(complaint, "fact/diterima"))


def test_a_sealed_address_opens_for_its_own_complaint_only(keys: Keyring) -> None:
    """Swapping addresses between complaints is noticed, and so is another secret."""
    mine, other = ids.complaint_id("sms", "1"), ids.complaint_id("sms", "2")
    sealed = keys.seal({"sender": "6281234567890"}, mine)
    assert "6281234567890" not in sealed
    assert keys.unseal(sealed, mine) == {"sender": "6281234567890"}
    with pytest.raises(ContractViolation, match="cannot be opened"):
        keys.unseal(sealed, other)
    with pytest.raises(ContractViolation):
        Keyring.from_secret(b"another secret that has 32 bytes").unseal(sealed, mine)
    with pytest.raises(ContractViolation):
        keys.unseal("not base64!", mine)


def test_sealing_twice_gives_the_same_text_so_that_a_redelivery_changes_nothing(keys: Keyring) -> None:
    """The event of a redelivery equals the first one."""
    complaint = ids.complaint_id("sms", "1")
    assert keys.seal({"a": "1", "b": "2"}, complaint) == keys.seal({"b": "2", "a": "1"}, complaint)


def test_a_pseudonym_is_stable_per_channel_and_says_nothing(keys: Keyring) -> None:
    """The same person on another channel is another pseudonym: channels cannot be joined by it."""
    name = keys.pseudonym("sms", "6281234567890")
    assert name == keys.pseudonym("sms", "6281234567890")
    assert name != keys.pseudonym("web", "6281234567890")
    assert "628" not in name or len(name) == 26


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """A second process finds the first one's."""
    path = tmp_path / "deep" / "secret"
    secret = load_or_create_secret(path)
    assert load_or_create_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_that_is_too_short_or_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    """Fail at start, and name the setting."""
    with pytest.raises(ConfigurationError, match="LAPOR_SECRET_FILE"):
        Keyring.from_secret(b"short")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="LAPOR_SECRET_FILE"):
        load_or_create_secret(tmp_path / "file" / "secret")
