"""The findings of a third review of the law: numbers, reasons, districts and rows of docs/law-status.md that said more than was true."""

import re

from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router
from router.rulebook.rules import Rules
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

ROUTER = Router.load()
RULES = Rules.load()


test_story = stories_of(__file__)


def decided(text: str) -> tuple[str, float, str, Reading]:
    """Return the owner of a text, its confidence, the explanation and the reading."""
    facts = Facts(ROUTER.reader.read(text))
    decision = ROUTER.decide(facts)
    return decision.owner.id, decision.confidence, decision.explanation, facts.reading


@each_row
def test_the_number_of_a_card_is_one_weak_reason(text: str, most: float) -> None:
    """Thirteen digits that begin with 000 are the form of a number of the health insurance; alone they make nothing sure."""
    owner, confidence, _, _ = decided(text)
    assert owner == "bpjs-kes"
    assert confidence <= most


@each_row
def test_a_district_s_government_has_its_own_reason(owner: str, reason: str, text: str) -> None:
    """What a regency's government owns is not said to be the head of a district's task."""
    found, _, explanation, _ = decided(text)
    assert found == owner
    assert reason in explanation
    assert owner.startswith("kec-") or "camat" not in explanation.lower().replace("kecamatan", "")


OFFICIALS = {"camat": "kec", "lurah": "kel", "kepala desa": "desa", "bupati": "pemda", "gubernur": "pemda"}
"""The kind of unit that each official heads."""


def test_a_reason_names_no_official_of_another_owner() -> None:
    """One reason for several owners is true of each of them: it names no official who heads another one."""
    wrong = {
        (rule.subject, owner.body, official)
        for rule in Rules.load().subjects.values()
        for owner in rule.owners
        for official, body in OFFICIALS.items()
        if owner.body != body and re.search(rf"\b(?:tugas|tanggung jawab|urusan|wewenang) {official}\b", owner.reason)
    }
    assert not wrong


OF_THE_CENTRE = frozenset(
    (
        "road-damage",
        "drainage",
        "traffic",
        "pollution",
        "agriculture",
        "mining",
        "intercity-bus",
        "river-basin",
        "wildlife",
        "groundwater",
    )
)


def test_no_body_of_the_centre_inherits_the_sentence_for_a_matter_of_the_regions() -> None:
    """Neither the tax on vehicles nor schools are "urusan pemerintah pusat"; matters that the law divides name the part of the centre."""
    for subject, rule in RULES.subjects.items():
        regional = any(owner.level and owner.always for owner in rule.owners)
        for owner in rule.owners:
            if (
                regional
                and not owner.level
                and not owner.needs
                and "{tier}" in owner.reason
                and owner.body in ROUTER.registry.bodies
            ):
                assert subject in OF_THE_CENTRE, (subject, owner.body, owner.reason)
