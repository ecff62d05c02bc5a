"""The normaliser reads place, date, class and subject from Indonesian as people text it, and masks who they are."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from complaints.message import InboundMessage
from normalizer.complaint import Normaliser
from normalizer.masking import mask
from normalizer.places.gazetteer import Gazetteer
from normalizer.reader import Reader
from normalizer.text import BREAK, words_of

RECEIVED = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    """The packaged tables, compiled once."""
    return Normaliser.load()


@pytest.mark.parametrize(
    ("text", "province", "regency"),
    [
        ("Jalan berlubang di Kota Semarang", "33", "33.74"),
        ("jalan rusak kab. Kendal", "33", "33.24"),
        ("Jalan rusak di KABUPATEN SEMARANG", "33", "33.22"),
        ("lampu mati di jaksel", "31", "31.74"),
        ("banjir di DKI", "31", None),
        ("#LaporHendi jalan rusak", "33", "33.74"),
        ("tolong jalan di jatim rusak", "35", None),
        ("paspor saya belum jadi", None, None),
    ],
)
def test_place_is_read_as_written(normaliser: Normaliser, text: str, province: str | None, regency: str | None) -> None:
    """A level before the name, an abbreviation and a nickname all name a region; no name names none."""
    place = normaliser.read(text).place
    assert (place.province, place.regency) == (province, regency)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("kejadian tgl 3/4/2026", date(2026, 4, 3), "day"),
        ("sejak 17 agustus 2025", date(2025, 8, 17), "day"),
        ("kejadian kemarin", date(2026, 11, 23), "day"),
        ("sejak desember 2024 belum diperbaiki", date(2024, 12, 1), "month"),
    ],
)
def test_date_is_read_with_its_precision(normaliser: Normaliser, text: str, day: date, precision: str) -> None:
    """Absolute and relative dates count from the day of receipt."""
    occurred = normaliser.read(text, received_at=RECEIVED).occurred
    assert occurred is not None
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
    assert "6281234567890" not in complaint.model_dump_json()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Nama saya Budi Santoso, HP 081234567890", "Nama saya [nama], HP [telepon]"),
        ("NIK 3374010101900001", "NIK [nik]"),
        ("kirim ke a.b@contoh.co.id", "kirim ke [email]"),
        ("motor H 1234 AB", "motor [plat]"),
        ("DIATAS RP 18RB/TBNG", "DIATAS RP 18RB/TBNG"),
        ("di RT 10 RW 3 dan UU 25 Tahun 2009", "di RT 10 RW 3 dan UU 25 Tahun 2009"),
        ("a.n. Siti Aminah", "a.n. [nama]"),
        ("Bapak Walikota Semarang", "Bapak Walikota Semarang"),
        ("Laporan saya 2Q74G VWWCE 3 belum dijawab", "Laporan saya [kode] belum dijawab"),
        ("Laporan 2Q74G.VWWCE.3, belum dijawab", "Laporan [kode], belum dijawab"),
        ("kode 2q7 4gv wwc e3 belum", "kode [kode] belum"),
        ("lampu masih mati", "lampu masih mati"),
        ("sudah saya titip ke Pak Budi di loket", "sudah saya titip ke Pak [nama] di loket"),
        ("kata bu Sri, besok", "kata bu [nama], besok"),
        ("tolong pak Jalan Majapahit rusak", "tolong pak Jalan Majapahit rusak"),
        ("makasih pak Lurah", "makasih pak Lurah"),
        ("PAK TOLONG JALAN RUSAK", "PAK TOLONG JALAN RUSAK"),
        ("kartu BPJS 0001234567890", "kartu BPJS [nomor]"),
        ("halo @budi_x", "halo [akun]"),
        ("rumah di -6.99324, 110.42031", "rumah di -6.99, 110.42"),
        ("https://maps.google.com/?q=-6.99324%2C110.42031", "https://maps.google.com/?q=-6.99%2C110.42"),
        ("harganya 5.000, 100.000", "harganya 5.000, 100.000"),
        ("nama sy Siti Aminah", "nama sy [nama]"),
        ("nm saya Joko", "nm saya [nama]"),
        ("perkenalkan saya Joko Susilo", "perkenalkan saya [nama]"),
        ("saya Ahmad Fauzi warga Tegal", "saya [nama] warga Tegal"),
        ("saya Mahasiswa dari Kota Tegal", "saya Mahasiswa dari Kota Tegal"),
        ("nama ibu saya Sri Wahyuni", "nama ibu saya [nama]"),
        ("kata Bu Lurah Ratna Dewi", "kata Bu Lurah [nama]"),
        ("Pak RT 03 Joko marah", "Pak RT 03 [nama] marah"),
        ("Pak Slamet Riyadi yang jaga", "Pak [nama] yang jaga"),
        ("di Jl Slamet Riyadi", "di Jl Slamet Riyadi"),
        ("di Jl. Pak Slamet Riyadi", "di Jl. Pak Slamet Riyadi"),
        ("nama saya siti aminah", "nama saya [nama]"),
        ("nama saya budi lampu mati", "nama saya [nama] lampu mati"),
        ("kenapa nama saya tidak terdaftar", "kenapa nama saya tidak terdaftar"),
        ("a.n. Siti Aminah KTP belum jadi", "a.n. [nama] KTP belum jadi"),
        ("balik nama STNK dipersulit", "balik nama STNK dipersulit"),
        ("NIK 33 74 0101 0190 0001", "NIK [nik]"),
        ("no rek 1234 5678 90", "no rek [nomor]"),
        ("rek BRI 1234-01-567890-53-1", "rek BRI [nomor]"),
        ("rekening listrik dipotong Rp 1.500.000 per bulan", "rekening listrik dipotong Rp 1.500.000 per bulan"),
        ("wa O812 3456 7890", "wa [telepon]"),
        ("siti at gmail.com", "[email]"),
        ("telepon (024) 841 2345 atau (024) 8412345", "telepon [telepon] atau [telepon]"),
        ("(0274) 512-345 dan (021)5551234", "[telepon] dan [telepon]"),
        ("(2020) 120 orang, (021) 500", "(2020) 120 orang, (021) 500"),
    ],
)
def test_personal_data_is_masked_and_offices_are_not(text: str, masked: str) -> None:
    """Analysts see the story, not the person; an office is no person."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("anak saya Rafi dicubit gurunya", "anak saya [nama] dicubit gurunya"),
        ("suami saya Budi Santoso PNS Dishub", "suami saya [nama] PNS Dishub"),
        (
            "korbannya Rina umur 12 tahun, pelaku pamannya Joko",
            "korbannya [nama] umur 12 tahun, pelaku pamannya [nama]",
        ),
        ("keponakan saya Putri Ayu dipukul ayah tirinya", "keponakan saya [nama] dipukul ayah tirinya"),
        ("Ibu saya Sumiyati pasien kamar 3", "Ibu saya [nama] pasien kamar 3"),
        ("ayah tirinya Karjo mengamuk", "ayah tirinya [nama] mengamuk"),
        ("anak saya (Rafi) dan istri saya, Aminah", "anak saya ([nama]) dan istri saya, [nama]"),
        ("paman Joko mabuk", "paman [nama] mabuk"),
        ("anak saya Rafi. Tolong", "anak saya [nama]. Tolong"),
    ],
)
def test_a_name_after_somebodys_kin_is_masked(text: str, masked: str) -> None:
    """Who is hurt, and by whom, is often told so."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "orang tua saya Bogor",
        "suami saya PNS Dishub Kota Semarang",
        "tetangga saya Pertamina",
        "anak saya Yang kelas 3",
        "ibu saya Janda",
        "Anak Saya Sekolah Di SD Negeri",
        "adiknya Sekolah Di SD Negeri",
        "pelakunya Oknum Polisi",
        "teman saya Pak Lurah",
        "anak saya Diperkosa",
        "korban Banjir Kudus",
        "suami saya Satpam di mal",
        "saudara saya Kepala Desa",
        "di Rumah Sakit Ibu dan Anak Siti Fatimah",
        "di Jl Nenek Aisyah",
    ],
)
def test_after_somebodys_kin_no_office_place_or_word_is_a_name(text: str) -> None:
    """A capital letter alone makes no name."""
    assert mask(text) == text


def test_after_somebodys_kin_no_region_is_a_name() -> None:
    """Provinces, regencies and cities stay, as written and without the word for what they are."""
    kind = re.compile(r"^(?:Provinsi|Kabupaten|Kota)\s+")
    names = [kind.sub("", name.title()) for code, name in Gazetteer.load().names.items() if len(code) <= 5]
    assert [name for name in names if mask(f"orang tua saya {name} sana") != f"orang tua saya {name} sana"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Nama saya jangan disebut",
        "Nama saya Jangan disebut",
        "NAMA SAYA JANGAN DISEBUT",
        "nama saya tidak mau disebut",
        "nama saya jgn disebut",
        "Nama saya mohon dirahasiakan",
        "nama saya tolong disamarkan",
        "nama saya ingin dirahasiakan",
        "nama saya minta disamarkan",
        "nama saya dirahasiakan",
        "nama pelapor jangan disebut",
        "nama saya: jangan ditulis",
        "nama saya disebut petugas di depan umum",
        "Nama saya Tolong Dirahasiakan",
        "Nama saya Tolong Jaga",
        "Nama Saya Minta Tolong Dirahasiakan",
        "nama saya jangan disebut, Kota Semarang jalan rusak",
        "nama saya jangan disebut, Jalan Pemuda",
        "nama saya jangan disebut. Jalan rusak",
    ],
)
def test_a_wish_about_a_name_is_no_name(text: str) -> None:
    """It was shown as "Nama saya [nama] disebut": the opposite."""
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("nama saya Budi Santoso, jangan disebut", "nama saya [nama], jangan disebut"),
        ("Nama saya Budi JANGAN DISEBUT", "Nama saya [nama] JANGAN DISEBUT"),
        ("nama saya budi jangan disebut", "nama saya [nama] jangan disebut"),
        ("Nama saya Yohanes Mau", "Nama saya [nama]"),
        ("nama saya dika pratama", "nama saya [nama]"),
        ("nama saya Minta Ito Ginting", "nama saya [nama]"),
        ("nama saya Tolong Sembiring, lampu mati", "nama saya [nama], lampu mati"),
        ("nama saya Cukup Wibowo", "nama saya [nama]"),
        ("nama saya jangan disebut, Siti Aminah", "nama saya jangan disebut, [nama]"),
        ("nama saya jangan disebut (Siti Aminah)", "nama saya jangan disebut ([nama])"),
        ("Nama saya Mohon Dirahasiakan, Yohana Tanjung", "Nama saya Mohon Dirahasiakan, [nama]"),
        (
            "nama saya tolong dirahasiakan ya, Budi Santoso. Jalan rusak",
            "nama saya tolong dirahasiakan ya, [nama]. Jalan rusak",
        ),
    ],
)
def test_a_name_before_a_wish_is_masked_and_the_wish_stays(text: str, masked: str) -> None:
    """Some of these words are also last names."""
    assert mask(text) == masked


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
