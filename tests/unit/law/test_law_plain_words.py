"""Matters told in plain words: money that officials take, the dead, noisy workshops, ferries and queues; with counter-examples."""

from complaints.event import ComplaintClass
from normalizer.results import Reading
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row

ROUTER = Router.load()


def decided(text: str) -> tuple[str, Reading]:
    """Return the id of the owner of a text, and its reading."""
    facts = Facts(ROUTER.reader.read(text))
    return ROUTER.decide(facts).owner.id, facts.reading


@each_row
def test_money_taken_for_an_errand_at_an_office_is_abuse_of_office(owner: str, text: str) -> None:
    """Also without a title of the one who takes it, in the passive, through a go-between; the overseer of the office gets it."""
    found, reading = decided(text)
    assert reading.oversight
    assert found == owner
    assert reading.complaint_class == ComplaintClass.complaint


def test_money_that_an_officer_asked_for_is_abuse_of_office_without_a_place() -> None:
    """The passive counts as the active does."""
    assert decided("saya diminta uang oleh petugas")[1].oversight
    assert decided("petugas minta uang ke saya")[1].oversight


def test_a_hearse_of_an_urban_village_belongs_to_its_district() -> None:
    """An urban village is part of the district's office."""
    assert decided("mobil jenazah kelurahan Kota Kediri rusak")[0].startswith("kec-35.71")


@each_row
def test_a_noisy_workshop_among_houses_is_a_matter_of_the_city(text: str) -> None:
    """As other noise: its office for the environment, or the one for order."""
    assert decided(text)[0] in {"dlh-12.71", "satpolpp-12.71"}
