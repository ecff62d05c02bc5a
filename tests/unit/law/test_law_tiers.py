"""The tier of government that owns a complaint follows the annex of UU 23/2014 and the laws of the subjects."""

import re

import pytest

from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row, row_by_row

ROUTER = Router.load()


def decided(text: str) -> Decision:
    """Return the decision on a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text)))


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
    agency = ROUTER.registry.get(code)
    assert agency is not None
    assert agency.name.startswith(name)


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
    assert owner.region is not None
    assert owner.region.startswith("33.19")
