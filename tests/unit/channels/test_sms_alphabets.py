"""The alphabets of SMSCs that do otherwise than the standard, and the fields by which a machine's message is known."""

import pytest

from channels.sms.coding import Alphabet, as_written, decode, is_indication
from channels.sms.deliver import Delivered
from channels.sms.links import read_links
from channels.sms.parse import UDHI, segment
from channels.sms.segments import compose, is_person
from complaints.errors import ConfigurationError
from tests.harness.sms import packed_septets
from tests.harness.tables import each

CITIZEN = {"sender": "6281234567890", "from": "1708"}


def text_of(body: bytes, data_coding: int, *, header: int = 0, alphabet: Alphabet = "gsm7") -> str:
    """Return the text of a message."""
    return decode(*as_written(body, data_coding, header=header, alphabet=alphabet))[0]


def delivered(
    payload: bytes = b"halo", *, data_coding: int = 0, protocol_id: int = 0, service_type: bytes = b"", **more: int
) -> Delivered:
    """Return a message with fields that only a machine sets."""
    esm_class, tlvs = more.get("esm_class", 0), {more["tag"]: b"\x0b\x84"} if "tag" in more else {}
    found = Delivered(1, 1, b"6281100000001", 0, 1, b"1708", esm_class, data_coding, payload, tlvs, torn=False)
    return found._replace(protocol_id=protocol_id, service_type=service_type)


@pytest.mark.parametrize(("header", "fill"), [(6, 1), (7, 0), (12, 2), (3, 4)])
def test_packed_gsm7_behind_a_header_is_read(header: int, fill: int) -> None:
    """The septets begin at the next boundary of one behind a header of any length."""
    said = "Lampu jalan mati sudah tiga bulan di Pasar Kliwon"
    assert text_of(packed_septets(said, fill=fill), 0, header=header) == said


def test_text_behind_a_header_that_is_not_packed_stays() -> None:
    """Also with letters that are no ASCII."""
    assert text_of(b"jalan rusak di depan pasar", 0, header=6) == "jalan rusak di depan pasar"
    assert text_of("café rusak".encode(), 0, header=6) == "café rusak"
    assert text_of(b"caf\xe9 rusak", 0, header=6) == "café rusak"


def test_a_link_whose_septets_are_packed_reads_its_shortest_part() -> None:
    """Nothing in three octets shows that they are packed: the setting of the link does."""
    assert text_of(packed_septets("ok"), 0, alphabet="packed") == "ok"
    assert text_of(packed_septets("ya!", fill=1), 0, header=6, alphabet="packed") == "ya!"


def test_the_default_alphabet_of_a_latin1_smsc_is_latin1_both_ways() -> None:
    """Its underscore, at and dollar are other letters in GSM-7."""
    assert text_of(b"budi_s@mail.id $5", 0, alphabet="latin1") == "budi_s@mail.id $5"
    assert text_of("halo".encode("utf-16-be"), 8, alphabet="latin1") == "halo"
    (one,) = compose("surel: lapor_a@x.id [1]", address=CITIZEN, reference=1, alphabet="latin1")
    assert (one.data_coding, one.octets) == (0, b"surel: lapor_a@x.id [1]")
    parts = compose("jalan_rusak@ " * 20, address=CITIZEN, reference=1, alphabet="latin1")
    assert b"".join(part.octets[6:] for part in parts) == b"jalan_rusak@ " * 20
    assert [part.octets[:3] for part in parts] == [b"\x05\x00\x03"] * 2


@pytest.mark.parametrize("data_coding", [9, 10, 11])
def test_data_coding_9_is_ucs2(data_coding: int) -> None:
    """By the groups of 3GPP TS 23.038; plain letters under it are read as they are."""
    assert text_of("Jalan é rusak".encode("utf-16-be"), data_coding) == "Jalan é rusak"
    assert text_of(b"jalan rusak", data_coding) == "jalan rusak"


@each(
    "found",
    [
        delivered(bytes([6, 5, 4, 11, 132, 35, 240]) + b"\x01\x06", data_coding=4, esm_class=UDHI),
        delivered(bytes([4, 4, 2, 1, 2]) + b"halo", esm_class=UDHI),
        delivered(bytes([4, 1, 2, 0, 1]) + b"pesan suara", esm_class=UDHI),
        delivered(data_coding=0xC8),
        delivered(data_coding=0xD1),
        delivered(data_coding=0xE0),
        delivered(protocol_id=0x40),
        delivered(protocol_id=0x5F),
        delivered(service_type=b"WAP"),
        delivered(service_type=b"VMN"),
        delivered(tag=0x020B),
    ],
)
def test_a_message_of_an_application_is_known_by_its_fields(found: Delivered) -> None:
    """Whatever its words are."""
    assert segment(found).machine


@pytest.mark.parametrize(
    "found",
    [
        delivered(),
        delivered(data_coding=8),
        delivered(service_type=b"CMT"),
        delivered(protocol_id=0x41),
        delivered(tag=0x020A),
        delivered(bytes([6, 5, 4, 0, 0, 0, 0]) + b"jalan rusak", esm_class=UDHI),
    ],
)
def test_a_persons_message_is_none_of_a_machine(found: Delivered) -> None:
    """A replaced message, any service of people, a port that it came from and the port that is nobody's are a person's."""
    assert not segment(found).machine


def test_who_has_no_number_is_no_person() -> None:
    """A name, a short code, and our own number."""
    assert is_person(CITIZEN)
    assert not is_person({"sender": "TELKOMSEL", "from": "1708", "ton": "5"})
    assert not is_person({"sender": "3636", "from": "1708"})
    assert not is_person({"sender": "6281234567890", "from": "081234567890"})


def test_only_groups_of_waiting_messages_are_indications() -> None:
    """Message class and UCS-2 are not."""
    assert [octet >> 4 for octet in range(0, 256, 16) if is_indication(octet)] == [0xC, 0xD, 0xE]


def test_the_alphabet_is_a_setting_of_a_link() -> None:
    """One that there is not is named at the start."""
    plain, other = read_links("smpp://a:b@h,smpp://c:d@h?alphabet=latin1")
    assert (plain.alphabet, other.alphabet) == ("gsm7", "latin1")
    with pytest.raises(ConfigurationError, match="alphabet='ebcdic'"):
        read_links("smpp://a:geheim@h?alphabet=ebcdic")
