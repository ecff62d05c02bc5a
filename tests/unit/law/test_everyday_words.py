"""A short everyday word, how people address someone or an abbreviation of speech, says nothing of the matter and moves no owner."""

import pytest

from ops.quality.labelled import read_rows
from router.facts import Facts
from router.routing import Router
from tests.unit.law.test_law_cases import DATA

ROUTER = Router.load()

WORDS = tuple(dict.fromkeys((DATA / "everyday_words.txt").read_text(encoding="utf-8").split()))
"""How people address someone, particles of the regions' languages, and words that messages shorten."""

HANGING = (
    "Akar pohon angsana",
    "Dari Detusoko turun",
    "Rumah konsul negara",
    "sinetron jam 7",
    "Telepon SAPA 129",
    "batu, jawa timur",
    "Talumelito tabakar",
)
"""Beginnings of cases whose owner hangs on a single weak word, or on the region whose speech the text has: any further word decides."""

CASES = tuple(
    row["text"]
    for path in sorted(DATA.glob("law_cases*.jsonl"))
    if path.stem != "law_cases_closed"
    for row in read_rows(path)
    if row.get("text") and not row["text"].startswith(HANGING)
)


def owner(text: str) -> str:
    """Return the id of the owner of a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


def moved(cases: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return each word with each case whose owner is another one with the word behind it."""
    texts = [(text.rstrip(". "), owner(text)) for text in cases]
    return [(word, text) for word in WORDS for text, own in texts if owner(f"{text}. tolong {word}") != own]


@pytest.mark.parametrize("word", WORDS)
def test_an_everyday_word_alone_points_to_no_subject(word: str) -> None:
    """It needs a second word ("MAN 1", "dana PKM", "KTT OKI")."""
    assert not [subject for subject in ROUTER.reader.read(f"tolong {word}").subjects if subject.score > 0]


def test_no_everyday_word_behind_a_case_of_the_law_moves_its_owner() -> None:
    """Each twelfth case, with each of the words."""
    assert moved(CASES[::12]) == []


@pytest.mark.long
def test_no_everyday_word_moves_the_owner_of_any_case() -> None:
    """All cases."""
    assert moved(CASES) == []


MEANT = (
    ("disdik-35", "min kalo spmb sma jalur prestasi di jawa timur nilai rapor yg dipake semester brp aja?"),
    ("disdik-33", "smk n 1 klaten spp larang ra nduwe duit"),
    ("disdik-53", "SMAN 1 Ende minta uang komite, tolong man"),
    ("disdik-33.20", "SD di jalan RA Kartini Jepara atapnya roboh"),
    ("disdik-94.07", "sekolah di intan jaya ditutup gara gara opm"),
    ("kemenag", "MAN 1 di kota kediri narik uang gedung 5jt tiap siswa"),
    ("kemenag", "RA Al Hikmah di Kabupaten Demak minta uang buku"),
    ("kemenag", "anak saya di MIN 2 Kudus, sekolahnya bocor"),
    ("dpu-16.02", "jalan di OKI kecamatan Tulung Selapan rusak parah"),
    ("kemenlu", "Indonesia harus bersuara di KTT OKI soal Palestina"),
    ("dinkes-73.08", "dokter PKM Ulaweng Bone tidak pernah ada"),
    ("ditjen-belmawa", "dana PKM mahasiswa belum cair"),
    ("damkar-35.78", "PMK Surabaya lambat datang, rumah habis terbakar"),
    ("distan-33.09", "sapi kena PMK di Kabupaten Boyolali"),
    ("pdam-19.06", "kite susah aer ledeng mati 2 minggu di manggar belitung timur"),
    ("rsud-ulin", "kai ulun handak berobat di rsud ulin antri seharian"),
    ("kai", "petugas KAI kasar di stasiun tugu"),
    ("dishub-32.76", "tdi pagi jalan di kota depok macet lampu merah mati"),
    ("dpu-33.74", "bong cina di kota semarang longsor ke jalan"),
    ("disdag-33.74", "stan pasar johar semarang bocor"),
    ("dpu-36.02", "truk tambang 2 jt lewat jalan desa di kab lebak rusak parah"),
    ("djp", "spt tahunan saya ditolak"),
    ("dpu-33.10", "spt yg kemarin, jalan kabupaten di klaten rusak lagi"),
)


@pytest.mark.parametrize(("agency", "text"), MEANT, ids=[text for _, text in MEANT])
def test_a_short_word_means_the_matter_only_beside_a_second_word(agency: str, text: str) -> None:
    """Alone it is how people speak, or another thing of the place."""
    assert owner(text) == agency
