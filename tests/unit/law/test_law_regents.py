"""Regencies named like everyday words, or by their short names; money at a traffic check, children at work, and questions."""

from complaints.event import ComplaintClass
from router.facts import Facts
from router.routing import Router
from tests.harness.tables import each_row

ROUTER = Router.load()


def decided(text: str) -> str:
    """Return the id of the owner of a text."""
    return ROUTER.decide(Facts(ROUTER.reader.read(text))).owner.id


def test_a_province_with_a_village_of_its_name_is_the_province() -> None:
    """The village Banten of Kota Serang counts behind "desa" or "kelurahan" only."""
    place = ROUTER.reader.read("jalan rusak di banten").place
    assert (place.province, place.regency) == ("36", None)
    assert ROUTER.reader.read("banjir di kelurahan banten kecamatan kasemen").place.regency == "36.73"


@each_row
def test_money_at_a_traffic_check_without_a_ticket_is_abuse_of_office(text: str) -> None:
    """UU 22/2009 Pasal 267: a fine is paid to the bank, with a ticket; nobody says that it was the police."""
    reading = ROUTER.reader.read(text)
    assert reading.oversight
    assert decided(text) == "polri"


def test_a_fine_with_its_ticket_is_none() -> None:
    """It is paid as the law says."""
    assert not ROUTER.reader.read("ditilang polisi di kota depok bayar denda 250rb lewat briva").oversight


@each_row
def test_a_question_without_a_question_mark_or_an_opening_verb_is_one(text: str) -> None:
    """It lacks no date and no evidence (PermenPANRB 62/2018: a request for information has five working days)."""
    reading = ROUTER.reader.read(text)
    assert reading.complaint_class == ComplaintClass.information_request
    assert not {"date", "evidence"} & {*reading.missing}
