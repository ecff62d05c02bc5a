"""What stands in a short message: one case for each oddity that operators' links really bring."""

import orjson
import pytest

from channels.sms.coding import coding_of, decode
from channels.sms.deliver import Delivered
from channels.sms.parse import WHOLE_OCTETS, Concat, Segment, joined, segment
from channels.sms.receipts import DeliveryReceipt
from channels.sms.text import text_of
from complaints.errors import MalformedMessage
from complaints.limits import COMPLAINT_BYTES
from normalizer.parts import printable
from tests.harness.sms import packed_septets
from tests.harness.tables import each, each_row, row_by_row


def found(payload: bytes = b"halo", *, esm_class: int = 0, tlvs: dict[int, bytes] | None = None) -> Segment:
    """Return what a message says."""
    fields = Delivered(1, 1, b"6281100000001", 0, 1, b"1708", esm_class, 0, payload, tlvs or {}, torn=False)
    return segment(fields)


@each_row
def test_text_of(name: str, body: bytes, data_coding: int, text: str) -> None:
    """Each coding reads as its standard says; what cannot be read becomes U+FFFD."""
    assert decode(body, data_coding)[0] == text, name


def test_every_data_coding_has_a_reading() -> None:
    """No octet raises."""
    for octet in range(256):
        assert coding_of(octet) in {"gsm7", "ucs2", "latin-1", "8bit"}
        decode(bytes(range(256)), octet)


@each_row
def test_part_of(name: str, payload: bytes, esm_class: int, tlvs: dict[int, bytes], concat: Concat | None) -> None:
    """3GPP TS 23.040 9.2.3.24 and SMPP's SAR parameters say which part a message is."""
    assert found(payload, esm_class=esm_class, tlvs=tlvs).concat == concat, name


@row_by_row
def test_a_header_that_does_not_fit_is_malformed(name: str, payload: bytes) -> None:
    """It is poison, with a reason, and never another exception."""
    with pytest.raises(MalformedMessage):
        found(payload, esm_class=0x40)
    assert name


@row_by_row
def test_a_text_that_stands_in_both_fields_loses_nothing(short: bytes, long: bytes, whole: bytes) -> None:
    """SMPP forbids it, and some SMSCs cut short_message at 254 octets beside a whole message_payload."""
    assert joined(short, long) == whole


def test_the_words_of_a_receipt_without_its_mark_are_no_receipt() -> None:
    """Whoever has a telephone can write them. What they say is read for the links whose SMSC leaves the mark out."""
    words = b"id:7 sub:001 dlvrd:001 submit date:2611240800 done date:2611240801 stat:DELIVRD err:000 text:"
    assert not found(words).receipt
    assert found(words).report == DeliveryReceipt(message_id="7", state="DELIVRD", error="000")
    assert found(b"lampu mati").report is None


@row_by_row
def test_a_message_longer_than_any_telephone_sends_is_malformed(total: int, most: int) -> None:
    """Neither a part nor all parts together have more octets than the longest message there is: so the sizes nest."""
    part = {0x020C: b"\0\x09", 0x020E: bytes([total]), 0x020F: b"\1"}
    assert len(found(tlvs={**part, 0x0424: b"x" * most}, payload=b"").body) == most
    with pytest.raises(MalformedMessage, match=f"has {most + 1} octets of user data; at most {most} are possible"):
        found(tlvs={**part, 0x0424: b"x" * (most + 1)}, payload=b"")


def test_a_receipt_of_any_length_is_a_receipt() -> None:
    """It is no message, so there is nothing to refuse."""
    assert found(b"", esm_class=0x04, tlvs={0x0424: b"id:1 stat:DELIVRD text:" + b"x" * 60_000}).receipt


@each("data_coding", [0, 3, 4, 8])
@each(
    "unit",
    [
        b"\x81\x9d",
        b"\0",
        b"\x1b\x0a",
        b"\x1b\x65",
        b"\x7f",
        b"\xff",
        b'"',
        b"\r\n",
        b"\x10\x13",
        "\u6f22".encode("utf-16-be"),
        b"\0\x1f",
        b"\xd8\x3d",
        "\U0001f64f".encode(),
        "\U0001f64f".encode("utf-16-be"),
        b"\xc2\x85",
        b"\x1b\x1b",
        packed_septets('""""""""'),
    ],
)
def test_the_longest_message_fits_into_a_complaint_whatever_its_octets_are(unit: bytes, data_coding: int) -> None:
    """Its text as JSON leaves a quarter of the complaint to the rest. An eighth of it takes an eighth of the time."""
    octets = WHOLE_OCTETS // 8
    body = (unit * octets)[:octets]
    assert len(orjson.dumps(printable(text_of(body, data_coding)[0]))) < COMPLAINT_BYTES * 3 // 4 // 8


@pytest.mark.parametrize("esm_class", [0x04, 0x08, 0x10, 0x18, 0x20])
def test_a_delivery_receipt_is_no_complaint(esm_class: int) -> None:
    """esm_class tells what no person wrote, with the words of a receipt or the id of a message of ours."""
    assert found(b"id:1 stat:DELIVRD", esm_class=esm_class).receipt
    assert found(b"", esm_class=esm_class, tlvs={0x001E: b"1\0"}).receipt


STORIES = (b"Jalan rusak di Kota Tarakan", b"Pesanan id: 77 status: gagal, uang bansos tidak kembali", b"status: 2")


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("esm_class", [0x04, 0x08, 0x10, 0x18, 0x20])
def test_a_story_marked_as_a_notice_is_a_message(esm_class: int, story: bytes) -> None:
    """It has status 0, so it has an event. Of what is marked as a receipt the link decides."""
    one = found(story, esm_class=esm_class)
    assert (one.receipt, one.report, one.mistaken) == (False, None, esm_class == 0x04)


def test_a_receipt_in_other_words_is_one() -> None:
    """With its fields in another order, with a state that only this SMSC knows, or by parameters alone."""
    for words in (b"stat:DELIVRD id:7", b"id:7 stat:RETRYING", b"message id:7 done status:5"):
        one = found(words, esm_class=0x04)
        assert (one.receipt, one.mistaken) == (True, False)
        assert one.report is not None
    assert found(b"", esm_class=0x04).receipt
    assert found(b"sent", esm_class=0x04, tlvs={0x0427: b"\2"}).receipt


def test_the_text_has_its_region_where_a_keyword_names_it() -> None:
    """The conversation reads the joined parts by this function; the keyword stays in the text."""
    assert text_of(b"TANGKAB lampu mati", 0) == ("TANGKAB lampu mati", "gsm7", "36.03")
    assert text_of("Banjir 😭".encode("utf-16-be"), 8) == ("Banjir 😭", "ucs2", None)
