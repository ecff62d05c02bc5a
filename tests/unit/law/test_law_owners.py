"""Whom a text must reach by the law: matters of each tier, told in plain words, at the wrong door, and of accused officials."""

import re

import pytest

from complaints.event import ComplaintClass
from router.facts import Facts
from tests.harness.decided import ROUTER, decided, with_reading
from tests.harness.stories import stories_of
from tests.harness.tables import each_row, row_by_row
from tests.harness.there import there


@each_row
def test_a_rule_of_law_decides_the_owner(rule: str, text: str, owner: str) -> None:
    """Each row is a rule with a sentence that it decides."""
    assert decided(text).owner.id == owner, rule


@each_row
def test_one_word_moves_owner_and_sentence(text: str, local: str, province: str, national: str) -> None:
    """In thirty sentences on roads, lamps and terminals only the word for the tier differs."""
    for tier, owner, named in (
        ("kabupaten", local, "Kabupaten Kendal"),
        ("provinsi", province, "Jawa Tengah"),
        ("nasional", national, ""),
    ):
        decision = decided(text.format(tier=tier))
        assert decision.owner.id == owner, tier
        assert named in decision.explanation
        reason = decision.explanation.partition(", karena ")[2].lower()
        assert reason, decision.explanation
        others = {"kabupaten": "kabupaten", "provinsi": "provinsi", "nasional": "nasional|pusat"}
        others.pop(tier)
        assert not re.search("|".join(others.values()), reason), decision.explanation


@each_row
def test_extortion_is_found_without_its_word(text: str) -> None:
    """UU 20/2001 Pasal 12 e: whoever asks for money for his office is reported to the inspectorate."""
    assert decided(text).owner.id.startswith("inspektorat-33")


@each_row
def test_a_tier_that_nothing_decides_is_not_sure(text: str) -> None:
    """The probability is at most that of `undecided`, and an agency of another tier is among the alternatives."""
    decision = decided(text)
    assert decision.confidence <= ROUTER.rules.undecided
    assert any(
        one.agency.region is None or len(one.agency.region or "") != len(decision.owner.region or "")
        for one in decision.ranked[1:4]
    )


@each_row
def test_an_agency_has_the_name_that_its_law_gives(code: str, name: str) -> None:
    """UU 21/2001, UU 11/2006, the privileges of Yogyakarta, and bodies that became others."""
    assert there(ROUTER.registry.get(code)).name.startswith(name)


@pytest.mark.parametrize("office", ["Kantor Distrik", "Kantor Kecamatan"])
def test_the_office_of_a_district_of_papua_is_found(office: str) -> None:
    """A district is "distrik" there, and "kecamatan" for many (UU 21/2001 Pasal 1 k)."""
    assert decided(f"Pelayanan {office} Sentani Timur Kabupaten Jayapura lambat").owner.id.startswith("kec-91.03.")


@row_by_row
def test_the_owner_of_a_hospital_is_asked_for_and_the_answer_moves_the_case(answer: str, owner: str) -> None:
    """UU 23/2014 Lampiran B: a hospital of a regency may be the regency's, the province's or the ministry's."""
    text = "Rumah sakit di Kabupaten Kendal antre pasien rawat inap sampai malam"
    decision = decided(text)
    assert decision.asks == "hospital_owner"
    assert decision.confidence <= ROUTER.rules.undecided
    reading = ROUTER.reader.read(text)
    reading.groups = {**reading.groups, answer: []}
    settled = ROUTER.decide(Facts(reading))
    assert settled.asks is None
    assert settled.owner.id == owner


@pytest.mark.parametrize("text", ["Jembatan desa ambruk di Kabupaten Kudus", "PBB di Kabupaten Kudus salah hitung"])
def test_a_provinces_own_channel_takes_nothing_from_a_regency(text: str) -> None:
    """A backup row of a rule is no shared responsibility."""
    reading = ROUTER.reader.read(text, region="33")
    owner = ROUTER.decide(Facts(reading, home="33")).owner
    assert there(owner.region).startswith("33.19")


test_story = stories_of(__file__)


def test_workers_who_are_not_insured_are_the_inspection_of_the_province() -> None:
    """Beside BPJS (UU 24/2011 Pasal 11) the province's inspection comes before the regency (UU 23/2014 Lampiran G)."""
    text = "Pabrik garmen di Boyolali gak daftarin buruh kontrak ke BPJS ketenagakerjaan, kalau sakit potong gaji"
    ranked = [one.agency.id for one in ROUTER.decide(Facts(ROUTER.reader.read(text))).ranked]
    assert ranked.index("disnaker-33") < ranked.index("disnaker-33.09")


def test_the_ombudsman_is_the_other_door_of_an_unanswered_report() -> None:
    """He is an alternative if the body was told; neighbours and unknown apps are no body."""
    told = "Sampah di pasar Boja Kabupaten Kendal menumpuk, sudah lapor ke dinas tidak ditanggapi"
    decision = ROUTER.decide(Facts(ROUTER.reader.read(told)))
    assert "ombudsman" in [one.agency.id for one in decision.ranked[:4]]
    told = "Atap SD di Kabupaten Jember bocor, sudah lapor pak RT tidak ditanggapi"
    decision = ROUTER.decide(Facts(ROUTER.reader.read(told)))
    assert "ombudsman" not in [one.agency.id for one in decision.ranked[:4]]


@each_row
def test_each_overseer_has_its_own_law(law: str, text: str) -> None:
    """UU 23/2014 Pasal 216 is about inspectorates of regions only."""
    explanation = with_reading(text)[2]
    assert law in explanation
    assert ("Pasal 216" in explanation) == ("Pasal 216" in law)


@each_row
def test_a_question_without_a_question_mark_or_an_opening_verb_is_one(text: str) -> None:
    """It lacks no date and no evidence (PermenPANRB 62/2018: a request for information has five working days)."""
    reading = ROUTER.reader.read(text)
    assert reading.complaint_class == ComplaintClass.information_request
    assert not {"date", "evidence"} & {*reading.missing}


@each_row
def test_a_told_class_is_at_least_as_sure_as_none(told: str, silent: str) -> None:
    """Whoever tells the class of a road or terminal says more."""
    sure, open_ = (ROUTER.decide(Facts(ROUTER.reader.read(text))) for text in (told, silent))
    assert sure.owner.id == open_.owner.id
    assert sure.confidence >= open_.confidence
