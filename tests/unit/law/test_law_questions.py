"""What a lawyer's review found on questions: a rule is asked of who sets it, and nobody is asked for a place that does not matter."""

import pytest

from router.decision import Decision
from router.facts import Facts
from router.owners import lacks_place
from router.routing import Router
from tests.harness.stories import stories_of
from tests.harness.tables import each_row

ROUTER = Router.load()


test_story = stories_of(__file__)


def decided(text: str) -> tuple[Decision, Facts]:
    """Return the decision on a text with its facts."""
    facts = Facts(ROUTER.reader.read(text))
    return ROUTER.decide(facts), facts


@each_row
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
