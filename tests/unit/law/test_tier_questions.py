"""A road in a regency whose class the text does not tell: the regency has it, unsure, and the citizen is asked once."""

import pytest

from complaints.crypto import Keyring
from normalizer.complaint import Normaliser
from normalizer.tiers.answers import is_answer, settled_by
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row, row_by_row
from tests.harness.town import Town

MAIN_ROAD = "Jalan raya di Kabupaten Kendal rusak berat, banyak lubang besar"


@pytest.fixture
def town() -> Town:
    """A town with the packaged law, in which nobody has complained yet."""
    return Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())


def test_a_main_road_is_owned_at_once_and_its_class_is_asked(town: Town) -> None:
    """Nobody waits for the answer: the regency has the case."""
    town.say(MAIN_ROAD)
    case = town.case(town.complaints[0].tracking_code)
    assert (case.owner.id, case.triage) == ("dpu-33.24", False)
    assert case.confidence <= 0.6
    assert case.question is not None
    assert case.question.part == "road_class"
    assert "Jalan nasional, provinsi, kabupaten atau desa?" in town.texts[-1]
    assert "Kabupaten Kendal" in town.texts[-1] or "Kab" in town.texts[-1]


@row_by_row
def test_the_answer_moves_the_case_to_the_tier_that_it_names(town: Town, answer: str, owner: str) -> None:
    """And it is not asked again."""
    town.say(MAIN_ROAD)
    town.say(answer)
    (complaint,) = town.complaints
    case = town.case(complaint.tracking_code)
    assert case.owner.id == owner
    assert case.question is None
    assert case.questions == 1


def test_another_report_is_not_taken_for_the_answer(town: Town) -> None:
    """Short as it is, it tells no class."""
    town.say(MAIN_ROAD)
    town.say("Lampu jalan di Kota Semarang mati")
    assert len(town.complaints) == 2


@each_row
def test_nothing_is_asked_where_the_tier_is_clear(text: str) -> None:
    """In a city, if the class is told, for a road of no weight, and if the report is about abuse of office."""
    router = Router.load()
    reading = router.reader.read(text)
    assert router.decide(Facts(reading)).asks is None


@each_row
def test_what_an_answer_settles(part: str, text: str, group: str) -> None:
    """One tier, in a few words, and only for these questions."""
    assert settled_by(part, text) == group


def test_not_to_know_is_an_answer_too() -> None:
    """It ends the question."""
    assert is_answer("road_class", "gak tau")
    assert not is_answer("road_class", "lampu mati")
