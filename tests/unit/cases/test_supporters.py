"""What a supporter says, hears and takes along, in the words of citizens, with the real law."""

import pytest

from complaints.command import CommandKind
from complaints.fact import FactKind
from tests.harness.street import DESK, LIGHTS, WATCHDOG, Street

A, B = "628111", "628222"


@pytest.fixture
def street() -> Street:
    """The main case of A, and B as its supporter."""
    made = Street(A, B)
    assert made.case(B).main == made.code(A)
    return made


@pytest.mark.parametrize("words", ["petugasnya minta uang 50 ribu", "pungli pak, minta 100 ribu ke warga"])
def test_an_accusation_takes_a_supporter_off_its_main_case_and_the_accused_never_reads_it(
    street: Street, words: str
) -> None:
    """It goes to who looks into the government, as in a case by itself; the main case does not hear it."""
    sent = street.says(B, words)
    case = street.case(B)
    assert (case.main, case.owner.id, street.case(A).owner.id) == (None, WATCHDOG, LIGHTS)
    assert "Inspektorat" in sent[-1]
    assert not street.case(A).supporters
    assert not street.facts(A, FactKind.seconded)
    assert not street.facts(A, FactKind.routed)[1:]


@pytest.mark.parametrize(
    "words", ["semalam adik saya jatuh di situ, patah tangan", "tadi malam ada yang meninggal ditabrak di situ"]
)
def test_who_tells_of_a_person_who_was_hurt_or_died_is_no_supporter_from_then_on(street: Street, words: str) -> None:
    """No answer about a lamp answers it."""
    street.says(B, words)
    assert street.case(B).main is None
    assert street.case(B).state == "diteruskan"
    assert not street.facts(A, FactKind.seconded)


def test_what_a_supporter_adds_of_the_same_matter_stays_with_the_main_case(street: Street) -> None:
    """Whoever fears an accident stays one, too."""
    for words in ("tiangnya juga miring pak", "takut ada yang jatuh"):
        street.says(B, words)
    assert street.case(B).main == street.code(A)
    assert [fact.text for fact in street.facts(A, FactKind.seconded)] == [
        "tiangnya juga miring pak",
        "takut ada yang jatuh",
    ]


def test_a_supporter_who_corrects_his_place_is_handled_there(street: Street) -> None:
    """The regency that he names owns his case."""
    sent = street.says(B, "ralat: bukan di Kota Semarang tapi Kabupaten Semarang")
    case = street.case(B)
    assert case.main is None
    assert case.owner.id.endswith("-33.22")
    assert "Kabupaten Semarang" in sent[-1]
    assert not street.facts(A, FactKind.seconded)


def test_the_desk_that_merged_reports_takes_them_apart_though_one_is_of_abuse() -> None:
    """The refusal names the desk."""
    street = Street(A)
    street.town.say("petugas minta pungli 50 ribu di Jalan Pemuda Kota Semarang", sender=B)
    complaint = street.town.complaints[1]
    street.add(B, complaint)
    street.act(CommandKind.merge, B, WATCHDOG, other=street.code(A))
    assert street.case(B).main == street.code(A)
    (declined,) = street.act(CommandKind.unmerge, B, "dishub-33.74")
    assert "Pemerintah Kota Semarang (pemda-33.74)" in (declined.text or "")
    street.act(CommandKind.unmerge, B, DESK)
    assert street.case(B).main is None


def test_a_supporter_that_a_desk_classifies_as_abuse_is_handled_by_itself(street: Street) -> None:
    """As if its citizen had said so."""
    facts = street.act(CommandKind.reclassify, B, DESK, oversight=True)
    assert [fact.kind for fact in facts if fact.tracking_code == street.code(B)] == [
        FactKind.reclassified,
        FactKind.unmerged,
    ]
    assert not street.case(A).supporters
