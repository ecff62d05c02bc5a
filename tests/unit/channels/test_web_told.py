"""What the citizen reads on the page of a case follows from its facts, as a reply by any other channel does."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from channels.web.told import moment, story
from complaints.event import Addition, Pin, Place, Raw, Region
from complaints.fact import FactKind
from complaints.message import InboundMessage
from tests.harness.events import DPU
from tests.harness.mailboxes import Kept
from tests.harness.tables import each
from tests.harness.web_cases import EXPLANATION, Facts, case_of, disposition

NOON = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
CODE = "2Q74GVWWCE3"
PLACE = "Di kabupaten/kota dan jalan mana kejadiannya?"


def sent(*, secret: bool = False, text: str = "Jalan rusak") -> Kept:
    """Return a complaint by the web."""
    body = InboundMessage(channel="web", received_at=NOON, text=text, body=b"{}", coding="j", secret=secret)
    return Kept(id=UUID(int=7), mailbox=CODE, message=body)


def told(*kinds: FactKind | tuple[FactKind, dict[str, Any]], secret: bool = False) -> str:
    """Return what is read about the facts that one record caused; empty if it is nothing."""
    complaint = sent(secret=secret)
    _, *more = story(case_of(complaint), Facts(complaint).after(uuid4(), *kinds).made).told
    return " ".join(one.text for one in more)


MOVED = (FactKind.routed, {"disposition": disposition("Dinas Sosial", 1)})
ASKED = (FactKind.asked, {"part": "place"})
ANSWERED = (FactKind.answered, {"text": "Sudah\n ditambal. Hubungi 081234567890."})


@each(
    ("kinds", "words"),
    [
        ((FactKind.refused, MOVED), "kini ditangani Dinas Sosial"),
        ((FactKind.refused,), ""),
        ((FactKind.added,), f"sudah kami tambahkan dan kami teruskan ke {DPU.name}"),
        ((FactKind.added, MOVED), "sudah dilengkapi dan kini ditangani Dinas Sosial"),
        ((FactKind.added, MOVED, ASKED), PLACE),
        ((ANSWERED,), f"dijawab {DPU.name}: Sudah ditambal. Hubungi [telepon]."),
        ((FactKind.rerouted, MOVED), "kini ditangani Dinas Sosial"),
        (((FactKind.continued, {"continued_as": CODE}),), ""),
        (((FactKind.declined, {"text": "Sudah ditutup."}),), ""),
    ],
)
def test_the_first_fact_of_a_record_says_what_is_read(
    kinds: tuple[FactKind | tuple[FactKind, dict[str, Any]], ...], words: str
) -> None:
    """With the owner after the record; a question instead if the record led to one; answers are masked."""
    found = told(*kinds)
    assert words in found
    assert bool(words) == bool(found)


def test_the_page_of_a_report_of_danger_has_the_number_for_emergencies() -> None:
    """As the receipt of the other channels has it."""
    danger = sent(text="tolong ada kebakaran di Jalan Pemuda, api membesar")
    first, *_ = story(case_of(danger), Facts(danger).made).told
    assert first.text.endswith("112.")
    first, *_ = story(case_of(sent()), Facts(sent()).made).told
    assert "112" not in first.text
    assert "112" not in story(case_of(danger, secret=True), Facts(danger).made).told[0].text


def test_the_page_has_the_number_for_emergencies_as_the_replies_have_it() -> None:
    """Behind a question for what is missing, which stays one question, and behind an addition that tells of danger."""
    danger = sent(text="tolong ada kebakaran, api membesar")
    asked = story(case_of(danger, asks="place"), Facts(danger).after(danger.id, ASKED).made)
    assert PLACE in asked.question
    assert asked.question.endswith("112.")
    assert not any(PLACE in one.text for one in asked.told)


def test_the_page_thanks_nobody_for_what_came_by_the_code_alone() -> None:
    """Ten strangers' messages are not its citizen's: the page says how they came."""
    strange = Addition(
        text="masih mati", received_at=NOON, raw=Raw(body=b"", coding="j", upstream_id="1"), by_code=True
    )
    assert "Terima kasih" in told((FactKind.added, {"addition": replace(strange, by_code=None)}))
    words = told((FactKind.added, {"addition": strange}))
    assert "oleh seseorang yang memegang kodenya" in words
    assert "Terima kasih" not in words


def test_a_secret_report_has_no_content() -> None:
    """Its answer is only that there is one, and why the owner has it is not said."""
    assert "ditambal" not in told(ANSWERED, secret=True)
    assert f"sudah dijawab {DPU.name}" in told(ANSWERED, secret=True)
    assert story(case_of(sent(secret=True)), ()).explanation == ""
    assert story(case_of(sent()), ()).explanation == EXPLANATION


@pytest.mark.parametrize("secret", [False, True])
def test_a_pin_near_a_border_is_asked_about_with_its_regencies(*, secret: bool) -> None:
    """But whoever has the code of a secret report does not learn where it is."""
    regencies = (Region(code="33.24", name="Kabupaten Kendal"), Region(code="33.74", name="Kota Semarang"))
    case = case_of(sent(secret=secret), asks="place")
    place = Place(pin=Pin(latitude=-6.97, longitude=110.29, regencies=regencies))
    case = replace(case, complaint=replace(case.complaint, place=place))
    question = story(case, ()).question
    assert ("(1) Kabupaten Kendal atau (2) Kota Semarang" in question) is not secret
    assert (PLACE in question) is secret


def test_an_open_question_is_not_among_what_happened() -> None:
    """Only its last time: that it was asked before stays."""
    complaint = sent()
    facts = Facts(complaint).after(uuid4(), FactKind.added, ASKED).after(uuid4(), FactKind.added, ASKED)
    found = story(case_of(complaint, "received", asks="place"), facts.made)
    assert PLACE in found.question
    assert [PLACE in one.text for one in found.told] == [False, True]
    assert not story(case_of(complaint), facts.made).question


def test_the_time_is_that_of_the_record() -> None:
    """Oldest first."""
    complaint = sent()
    found = story(case_of(complaint), Facts(complaint).after(uuid4(), FactKind.added).made)
    assert [one.at for one in found.told] == [NOON, NOON.replace(minute=1)]


def test_an_hour_is_that_of_the_place_with_its_zone() -> None:
    """Of a secret report that of Jakarta: the zone would say where it is."""
    assert (moment(NOON), moment(NOON.replace(hour=23), "91")) == ("3 Nov 2026 12.00 WIB", "4 Nov 2026 08.00 WIT")
    for secret in (False, True):
        case = case_of(sent(secret=secret))
        place = Place(province=Region(code="51", name="Bali"))
        case = replace(case, complaint=replace(case.complaint, place=place))
        assert story(case, ()).province == (None if secret else "51")


def test_an_addition_completes_a_report_only_if_it_moves_it() -> None:
    """One that nobody asked for neither completes the report nor changes who handles it; one that moves the case says so."""
    assert "dilengkapi" not in told(FactKind.added)
    assert "sudah dilengkapi dan kini ditangani" in told(FactKind.added, MOVED)
