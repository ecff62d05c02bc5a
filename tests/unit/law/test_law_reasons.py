"""What the law says for a decision: its reasons, its questions, and how many cases written from the law get their owner."""

import re
from pathlib import Path
from typing import Any

import pytest

from ops.quality.evaluate import evaluate
from ops.quality.labelled import labelled, read_rows
from router.decision import Decision
from router.facts import Facts
from router.owners import lacks_place
from router.routing import Router
from router.rulebook.rules import Rules
from tests.harness.decided import ROUTER, with_reading
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

RULES = Rules.load()


test_story = stories_of(__file__)


@each_row
def test_the_number_of_a_card_is_one_weak_reason(text: str, most: float) -> None:
    """Thirteen digits that begin with 000 are the form of a number of the health insurance; alone they make nothing sure."""
    owner, confidence, _, _ = with_reading(text)
    assert owner == "bpjs-kes"
    assert confidence <= most


@each_row
def test_a_district_s_government_has_its_own_reason(owner: str, reason: str, text: str) -> None:
    """What a regency's government owns is not said to be the head of a district's task."""
    found, _, explanation, _ = with_reading(text)
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


def with_facts(text: str) -> tuple[Decision, Facts]:
    """Return the decision on a text with its facts."""
    facts = Facts(ROUTER.reader.read(text))
    return ROUTER.decide(facts), facts


@each_row
def test_a_question_for_a_rule_goes_to_who_sets_it(owner: str, text: str) -> None:
    """A question for a rule tells no place: it is not asked for one, and accuses nobody."""
    decision, facts = with_facts(text)
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
    assert "place" in with_facts(text)[1].reading.missing


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


DATA = Path(__file__).parents[2] / "data"


@each_row
def test_cases_of_the_law_get_their_owner(
    name: str, cases: int, right: float, province: float, sure_wrong: float
) -> None:
    """Also those of a province, and a wrong answer is seldom sure."""
    rows: list[dict[str, Any]] = read_rows(DATA / f"{name}.jsonl")
    assert len(rows) == cases
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"]["share"] >= right
    assert figures["right_province"]["share"] >= province
    assert figures["sure_wrong"]["share"] <= sure_wrong
