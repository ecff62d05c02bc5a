"""What we send by SMS: GSM-7 wherever possible, long texts in parts, and never an answer to a machine."""

from collections.abc import Sequence

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.parse import split_udh
from channels.sms.receipts import DeliveryReceipt, in_disguise
from channels.sms.segments import GSM7, MOST_PARTS, UCS2, Endpoint, compose, gsm7, recipient, split
from complaints.errors import Undeliverable
from tests.harness.tables import each_row, row_by_row

CITIZEN = {"sender": "6281234567890", "from": "1708"}


def together(parts: Sequence[bytes], data_coding: int) -> str:
    """Join as a telephone does."""
    pieces = [split_udh(part)[1] for part in parts] if len(parts) > 1 else parts
    codec = gsm0338.Codec()
    return "".join(
        codec.decode(piece, "strict")[0] if data_coding == GSM7 else piece.decode("utf-16-be") for piece in pieces
    )


@each_row
def test_transliteration(name: str, text: str, sent: str) -> None:
    """A text that GSM-7 can say somehow is sent in it: 160 characters instead of 70."""
    data_coding, parts = split(text, reference=1)
    assert gsm7(text) == sent, name
    assert (data_coding, together(parts, data_coding)) == (GSM7, sent)


@pytest.mark.parametrize("text", ["ꦲꦏ꧀ꦱꦫ", "مرحبا", "北京"])
def test_other_scripts_go_as_ucs2(text: str) -> None:
    """There is no other way to write them."""
    data_coding, parts = split(text, reference=1)
    assert (data_coding, together(parts, data_coding)) == (UCS2, text)


@row_by_row
def test_lengths(name: str, text: str, lengths: list[int]) -> None:
    """3GPP TS 23.040: 140 octets a message, 6 of them the header of a part."""
    assert [len(part) for part in split(text, reference=1)[1]] == lengths, name


@given(st.text(st.sampled_from("ab €{é京😀\n\U00020000"), min_size=1, max_size=600), st.integers(0, 300))
def test_parts_join_to_the_text(text: str, reference: int) -> None:
    """No part is too long, each decodes by itself, and together they are the text, or all of it that fits."""
    data_coding, parts = split(text, reference=reference)
    assert len(parts) <= MOST_PARTS
    assert all(len(part) <= (160 if data_coding == GSM7 else 140) for part in parts)
    joined, plain = together(parts, data_coding), gsm7(text)
    assert joined == plain or (joined.endswith("...") and plain.startswith(joined[:-3]))
    for number, part in enumerate(parts, 1):
        if len(parts) > 1:
            assert split_udh(part)[0] == {0: bytes([reference & 0xFF, len(parts), number])}


def test_a_text_beyond_reason_ends_in_dots() -> None:
    """Ten parts at most."""
    data_coding, parts = split("a" * 5000, reference=1)
    assert together(parts, data_coding) == "a" * 1527 + "..."


@each_row
def test_a_machine_is_never_answered(name: str, address: dict[str, str]) -> None:
    """Two machines would answer each other for ever."""
    with pytest.raises(Undeliverable):
        compose("halo", address=address, reference=1)
    assert name


def test_an_empty_text_is_not_sent() -> None:
    """Operators charge for it, and citizens wonder."""
    with pytest.raises(Undeliverable):
        compose("", address=CITIZEN, reference=1)


@each_row
def test_types_of_number(name: str, address: dict[str, str], endpoint: Endpoint) -> None:
    """The SMSC's own way of writing a number goes before the one that its form has."""
    assert recipient(address) == endpoint, name


def test_the_last_part_asks_for_the_receipt() -> None:
    """One receipt a message: the id of the last part stands for it."""
    parts = compose("a" * 200, address=CITIZEN, reference=258)
    assert [part.registered_delivery for part in parts] == [0, 1]
    assert [part.esm_class for part in parts] == [0x40, 0x40]
    assert {part.source for part in parts} == {Endpoint(address="1708", ton=0, npi=1)}
    assert parts[0].octets[:6] == b"\x05\x00\x03\x02\x02\x01"


def test_what_a_receipt_means() -> None:
    """Only DELIVRD is a yes, and what is under way is no outcome."""
    made = DeliveryReceipt(message_id="1", state="UNDELIV", error="027")
    assert (made.final, made.ok, made.detail) == (True, False, "UNDELIV err:027")
    assert not DeliveryReceipt(message_id="1", state="ENROUTE").final
    assert DeliveryReceipt(message_id="1", state="DELIVRD", error="000").detail == "DELIVRD"


def test_a_citizen_who_writes_about_an_id_is_no_receipt() -> None:
    """Only the exact words of appendix B are taken for a machine's where esm_class does not say so."""
    words = b"id:7 sub:001 dlvrd:001 submit date:2611240800 done date:2611240801 stat:DELIVRD err:000 text:"
    assert in_disguise(words, {}) == DeliveryReceipt(message_id="7", state="DELIVRD", error="000")
    assert in_disguise(words.replace(b"DELIVRD", b"ENROUTE"), {})
    assert not in_disguise(words.replace(b"DELIVRD", b"WHAT"), {})
    assert not in_disguise(b"id:pelanggan 7788 PLN mati sejak pagi, stat: belum ditangani", {})


@row_by_row
def test_a_number_is_written_as_its_smsc_writes_it(sender: str, ton: str, destination: Endpoint) -> None:
    """An identity in place of it has no national form."""
    assert recipient({"sender": sender, "from": "1708", "ton": ton, "npi": "1"}) == destination


@pytest.mark.parametrize("sender", ["+1234567890123456", "62812345678901234567"])
def test_a_number_of_more_than_fifteen_digits_is_no_telephone(sender: str) -> None:
    """E.164 has none, and smpplib would cut it to somebody else's."""
    with pytest.raises(Undeliverable):
        recipient({"sender": sender, "from": "1708"})
