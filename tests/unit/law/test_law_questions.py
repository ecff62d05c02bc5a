"""What a lawyer's review found on questions: a rule is asked of who sets it, and nobody is asked for a place that does not matter."""

import pytest

from router.decision import Decision
from router.facts import Facts
from router.owners import lacks_place
from router.routing import Router

ROUTER = Router.load()


def decided(text: str) -> tuple[Decision, Facts]:
    """Return the decision on a text with its facts."""
    facts = Facts(ROUTER.reader.read(text))
    return ROUTER.decide(facts), facts


GENERAL = (
    ("ditjen-hubdat", "apakah parkir di minimarket wajib bayar?"),
    ("ditjen-keuda", "berapa tarif pajak progresif kendaraan menurut undang undang?"),
    ("ditjen-hubdat", "siapa yang berwenang memberi izin taksi online?"),
    ("kemnaker", "aturan UMK itu ditetapkan siapa, gubernur atau bupati?"),
    ("klh", "berapa denda buang sampah sembarangan menurut undang-undang?"),
    ("kemenkes", "apakah puskesmas boleh menolak pasien tanpa ktp?"),
    ("kemenkes", "apakah rumah sakit boleh menolak pasien gawat darurat menurut aturan?"),
    ("ditjen-keuda", "apakah BPHTB kena untuk tanah warisan?"),
    ("ditjen-keuda", "apakah pelanggan PDAM berhak ganti rugi kalau air mati?"),
    ("ditjen-hubdat", "berapa batas usia kendaraan yang boleh jadi angkutan umum menurut aturan?"),
    ("kemnaker", "bagaimana cara menghitung pesangon menurut PP 35 tahun 2021?"),
    ("kemendagri", "apakah RT boleh memungut iuran wajib?"),
    ("kemendagri", "apakah satpol pp boleh menyita dagangan PKL?"),
    ("kemenpu", "Berapa lama sebenarnya izin PBG harus keluar menurut aturan?"),
    ("kemendagri", "apakah dana desa boleh dipakai buat beli mobil dinas kades?"),
)


@pytest.mark.parametrize(("owner", "text"), GENERAL)
def test_a_question_for_a_rule_goes_to_who_sets_it(owner: str, text: str) -> None:
    """A question for a rule tells no place: it is not asked for one, and accuses nobody."""
    decision, facts = decided(text)
    assert decision.owner.id == owner
    assert not decision.triage
    assert "place" not in facts.reading.missing
    assert not facts.oversight


STORIES = (
    "kades kami beli mobil dinas dari dana desa, apakah boleh?",
    "anak saya di SMP disuruh bayar seragam 500 ribu, apakah boleh sekolah menjual seragam?",
)


@pytest.mark.parametrize("text", STORIES)
def test_a_story_with_a_question_still_needs_its_place(text: str) -> None:
    """Who tells his own story and asks whether that is allowed reports it."""
    assert "place" in decided(text)[1].reading.missing


PROVINCES = (
    ("itjen-kemendagri", "Wakil gubernur Kalteng minta fee proyek jalan"),
    ("inspektorat-36", "Kepala Dinas PU Provinsi Banten minta fee proyek jalan"),
    ("itjen-kemendagri", "Gubernur Bengkulu jual beli jabatan"),
    ("itjen-kemendagri", "Gubernur Bengkulu menjual jabatan kepala sekolah"),
    ("dlh-14", "pabrik kelapa sawit di Kab. Siak limbahnya mencemari sungai sampai Kab. Bengkalis"),
    ("dlh-34", "sampah dari Kota Yogyakarta dibuang ke sungai di Kab. Bantul"),
)


@pytest.mark.parametrize(("owner", "text"), PROVINCES)
def test_a_matter_of_a_province_needs_no_regency(owner: str, text: str) -> None:
    """A governor, an office of a province and what goes over the border of a regency (UU 23/2014 Pasal 13) have their place."""
    decision, facts = decided(text)
    assert decision.owner.id == owner
    assert not decision.triage
    assert "place" not in facts.reading.missing


def test_who_waits_for_a_place_asks_for_it() -> None:
    """A desk that waits for the regency of a national matter with a local owner (a pump's measure) has the place among what is missing."""
    decision, facts = decided("pom bensin di Blitar takarannya kurang")
    assert decision.triage
    assert "belum jelas" in decision.explanation
    assert "place" in facts.reading.missing


def test_each_national_subject_knows_when_a_local_agency_owns_it() -> None:
    """Where the first owner of a national subject is a unit of a place, the word groups of that owner are in its `local_if`."""
    for subject in ROUTER.reader.lexicon.subjects:
        for owner in ROUTER.rules.subjects[subject.id].owners:
            if subject.local or not owner.level or owner.placeless or owner.if_placed or owner.regions:
                continue
            reading = ROUTER.reader.read("")
            reading.groups = {group: [0] for group in owner.needs}
            if lacks_place(ROUTER.rules.subjects[subject.id], Facts(reading), ROUTER.registry):
                assert subject.is_local(reading.groups), (subject.id, owner.needs)
