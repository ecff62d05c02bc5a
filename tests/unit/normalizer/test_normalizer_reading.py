"""The normaliser reads place, date, class and subject from Indonesian as people text it, and masks who they are."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from complaints.message import InboundMessage
from normalizer.complaint import Normaliser
from normalizer.masking import mask
from normalizer.places.gazetteer import Gazetteer
from normalizer.reader import Reader
from normalizer.text import BREAK, words_of
from tests.harness.tables import row_by_row
from tests.harness.there import there

RECEIVED = datetime(2026, 11, 24, 3, tzinfo=UTC)


@row_by_row
def test_place_is_read_as_written(normaliser: Normaliser, text: str, province: str | None, regency: str | None) -> None:
    """A level before the name, an abbreviation and a nickname all name a region; no name names none."""
    place = normaliser.reader.read(text).place
    assert (place.province, place.regency) == (province, regency)


@row_by_row
def test_date_is_read_with_its_precision(normaliser: Normaliser, text: str, day: date, precision: str) -> None:
    """Absolute and relative dates count from the day of receipt."""
    occurred = there(normaliser.reader.read(text, received_at=RECEIVED).occurred)
    assert (occurred.day, occurred.precision) == (day, precision)


def test_the_complaint_keeps_the_raw_text_and_hides_the_sender(normaliser: Normaliser) -> None:
    """Raw bytes are kept as they came; the sender stands nowhere in the event."""
    message = InboundMessage(
        channel="sms",
        upstream_id="42",
        received_at=RECEIVED,
        sender="+6281234567890",
        text="Jln rusak bgt di Kota Bandung",
        body=b"Jln rusak bgt di Kota Bandung",
        coding="gsm7",
    )
    complaint = normaliser.normalise(message, id_=UUID(int=42), code="2Q74GVWWCE3", citizen="c")
    assert complaint.raw.body == message.body
    assert complaint.text == message.text
    assert b"6281234567890" not in msgspec.json.encode(complaint)


@row_by_row
def test_personal_data_is_masked_and_offices_are_not(text: str, masked: str) -> None:
    """Of whom and where a text tells: the rules stand over the rows."""
    assert mask(text) == masked


@row_by_row
def test_after_somebodys_kin_no_office_place_or_word_is_a_name(text: str) -> None:
    """What only stands where a name would: the rules stand over the rows."""
    assert mask(text) == text


def test_after_somebodys_kin_no_region_is_a_name() -> None:
    """Provinces, regencies and cities stay, as written and without the word for what they are."""
    kind = re.compile(r"^(?:Provinsi|Kabupaten|Kota)\s+")
    names = [kind.sub("", name.title()) for code, name in Gazetteer.load().names.items() if len(code) <= 5]
    assert [name for name in names if mask(f"orang tua saya {name} sana") != f"orang tua saya {name} sana"] == []


@pytest.mark.parametrize("before", ["Pak Lurah", "tolong Pak Slamet"])
def test_no_place_is_taken_for_a_person_after_an_office_or_a_name(before: str) -> None:
    """Villages have names of persons too ("Budi Mulya"): none of the gazetteer's names is lost."""
    cue = re.compile(r"\b(Pak|Bu|Ibu|Mas|Mbak|Salam|Nama|Slamet)\b")
    names = {place.title() for place in Gazetteer.load().names.values() if not cue.search(place.title())}
    kept = before.replace("Slamet", "[nama]")
    assert [one for one in names if mask(f"{before} {one} banjir") != f"{kept} {one} banjir"] == []


@pytest.mark.parametrize("text", ["", " ", "a  b\t\nc", "é ü — “kutip”", "🙏 jalan", "\x00\x01|", "Jum'at"])
def test_folding_gives_plain_words_part_by_part(text: str) -> None:
    """Any text becomes lower-case ASCII words, and each part ends with a break, so that no phrase is read across."""
    words = words_of("Judul", "", text)
    assert words[:3] == ["judul", BREAK, BREAK]
    assert words[-1] == BREAK
    assert all(word == word.lower().strip() and word.isascii() for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "3 mei tahun 99999999999999999999",
        f"mei tahun {'9' * 5000}",
        f"2024 {'9' * 5000} 3",
        f"{'9' * 5000} hari lalu",
        "3 2 9999999999",
    ],
    ids=["a year of twenty digits", "a year of 5000", "a month of 5000", "days of 5000", "a year of ten"],
)
def test_a_number_that_is_no_date_raises_nothing(text: str) -> None:
    """Python refuses to read thousands of digits and to make dates of more than ten; the report has no date then."""
    reading = Reader.load().read(text, received_at=datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert reading.occurred is None or reading.occurred.day.year <= 2026


@pytest.mark.parametrize("text", ["jalan rusak parah di Kota Semarang sejak kemarin", "halo", "lampu mati 3 mei 2026"])
def test_a_reading_without_its_parts_tells_the_same_otherwise(text: str) -> None:
    """The router has the date and the missing parts from the complaint: to look for them again takes time for nothing."""
    whole, bare = (
        Reader.load().read(text, received_at=datetime(2026, 11, 24, tzinfo=UTC), parts=one) for one in (True, False)
    )
    assert (bare.occurred, bare.missing) == (None, ())
    assert whole.missing
    for name in ("words", "complaint_class", "oversight", "groups", "topic", "received_on", "starts"):
        assert getattr(bare, name) == getattr(whole, name)
    for name in ("codes", "how", "spans"):
        assert getattr(bare.place, name) == getattr(whole.place, name)
    assert [(one.id, one.score) for one in bare.subjects] == [(one.id, one.score) for one in whole.subjects]


def test_a_village_is_found_in_a_name_that_is_listed_with_its_level() -> None:
    """The whole phrase tells the city, and the village in it is found too."""
    place = Reader.load().read("jalan di Kelurahan Sampangan, Kota Semarang rusak").place
    assert place.village == "33.74.09.1004"
