"""What the citizen reads on the page of a case follows from its facts, as a reply by any other channel does."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from channels.web.told import story
from complaints.event import Pin, Place, Region
from complaints.fact import FactKind
from complaints.message import InboundMessage
from tests.harness.mailboxes import Kept
from tests.harness.web_cases import DPU, EXPLANATION, Facts, case_of, disposition

NOON = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
CODE = "2Q74GVWWCE3"
PLACE = "Di kabupaten/kota dan jalan mana kejadiannya?"


def sent(*, secret: bool = False) -> Kept:
    """Return a complaint by the web."""
    body = InboundMessage(channel="web", received_at=NOON, text="Jalan rusak", body=b"{}", coding="j", secret=secret)
    return Kept(id=UUID(int=7), mailbox=CODE, message=body)


def told(*kinds: FactKind | tuple[FactKind, dict[str, Any]], secret: bool = False) -> str:
    """Return what is read about the facts that one record caused; empty if it is nothing."""
    complaint = sent(secret=secret)
    _, *more = story(case_of(complaint), Facts(complaint).after(uuid4(), *kinds).made).told
    return " ".join(one.text for one in more)


MOVED = (FactKind.routed, {"disposition": disposition("Dinas Sosial", 1)})
ASKED = (FactKind.asked, {"part": "place"})
ANSWERED = (FactKind.answered, {"text": "Sudah\n ditambal. Hubungi 081234567890."})


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ((FactKind.refused, MOVED), "kini ditangani Dinas Sosial"),
        ((FactKind.refused,), ""),
        ((FactKind.added,), f"sudah dilengkapi dan kini ditangani {DPU.name}"),
        ((FactKind.added, MOVED), "sudah dilengkapi dan kini ditangani Dinas Sosial"),
        ((FactKind.added, MOVED, ASKED), PLACE),
        ((ANSWERED,), f"dijawab {DPU.name}: Sudah ditambal. Hubungi [telepon]."),
        ((MOVED,), ""),
        (((FactKind.continued, {"continued_as": CODE}),), ""),
        (((FactKind.declined, {"text": "Sudah ditutup."}),), ""),
    ],
    ids=[
        "moved",
        "late refusal",
        "added",
        "added and moved",
        "asked again",
        "answered",
        "routed",
        "continued",
        "declined",
    ],
)
def test_the_first_fact_of_a_record_says_what_is_read(
    kinds: tuple[FactKind | tuple[FactKind, dict[str, Any]], ...], words: str
) -> None:
    """With the owner after the record; a question instead if the record led to one; answers are masked."""
    found = told(*kinds)
    assert words in found
    assert bool(words) == bool(found)


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
    case = case.model_copy(update={"complaint": case.complaint.model_copy(update={"place": place})})
    question = story(case, ()).question
    assert ("(1) Kabupaten Kendal atau (2) Kota Semarang" in question) is not secret
    assert (PLACE in question) is secret


def test_an_open_question_is_not_among_what_happened() -> None:
    """Only its last time: that it was asked before stays."""
    complaint = sent()
    facts = Facts(complaint).after(uuid4(), FactKind.added, ASKED).after(uuid4(), FactKind.added, ASKED)
    found = story(case_of(complaint, "diterima", asks="place"), facts.made)
    assert PLACE in found.question
    assert [PLACE in one.text for one in found.told] == [False, True]
    assert not story(case_of(complaint), facts.made).question


def test_the_time_is_that_of_the_record() -> None:
    """Oldest first."""
    complaint = sent()
    found = story(case_of(complaint), Facts(complaint).after(uuid4(), FactKind.added).made)
    assert [one.at for one in found.told] == [NOON, NOON.replace(minute=1)]
