"""The clocks of a case, as examples worked by hand from the calendar of 2026 and 2027 (SKB 1497/2025: holidays and joint leave)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from complaints.case import Answer, Case, Hop, Question
from complaints.event import AgencyRef, ComplaintClass, Place, Region
from router.cases.document.waits import latest_answer
from router.deadlines import Deadlines, later, working_day
from tests.harness.events import complaint
from tests.harness.facts import case as document_of
from tests.harness.tables import each_row, row_by_row

DEADLINES = Deadlines.load()


def at(day: int, month: int = 11) -> datetime:
    """Return 9 o'clock in Jakarta on a day of 2026."""
    return datetime(2026, month, day, 2, tzinfo=UTC)


RECEIVED = at(3)


def hop(owner: str, since: datetime, *, triage: bool = False) -> Hop:
    """Return a link of the chain of owners."""
    return Hop(hop=0, owner=AgencyRef(id=owner, name=owner), triage=triage, since=since, caused_by=UUID(int=1))


def case(**changes: Any) -> Case:
    """Return a case that was received on Tuesday, 3 November 2026, and forwarded at once."""
    of = complaint(**{"received_at": RECEIVED} | changes.pop("complaint", {}))
    return document_of(of, **{"chain": (hop("dpu-33.74", of.received_at),)} | changes)


def due(of: Case) -> dict[str, str]:
    """Return the last day of each duty."""
    return {one.duty: one.due.isoformat() for one in DEADLINES.of(of)}


def test_each_duty_counts_from_its_own_event() -> None:
    """Forwarded on the fifth, answered on the tenth: LAPOR!'s steps are serial (D11), and nothing closes before an answer (D12)."""
    desk, owner = hop("pemda-33.74", RECEIVED, triage=True), hop("dpu-33.74", at(5))
    waiting = due(case(chain=(desk,), state="received"))
    assert waiting == {
        "forward": "2026-11-06",
        "complete": "2026-11-23",
        "statute_completeness": "2026-11-17",
        "statute_decision": "2027-01-02",
    }
    forwarded = due(case(chain=(desk, owner)))
    assert forwarded == waiting | {"first_follow_up": "2026-11-12"}
    answer = Answer(agency=owner.owner, text="x", at=at(10), caused_by=UUID(int=2))
    answered = due(case(chain=(desk, owner), answers=(answer,), state="answered"))
    assert answered == forwarded | {"close": "2026-11-24"}


def test_another_owner_restarts_no_clock() -> None:
    """The first forwarding counts, and the receipt, whoever has the case later."""
    first, later_owner = case(), hop("dishub-33.74", at(20))
    assert due(case(chain=(*first.chain, later_owner), owner=later_owner.owner)) == due(first)


def test_a_wait_for_the_citizen_stops_the_completion() -> None:
    """While the question is open, the days count from the end of the 30 days that UU 25/2009 Pasal 44 gives him; then from his answer."""
    open_question = due(case(question=Question(part="place", at=at(4)), waits_since=at(4)))
    assert open_question["complete"] == working_day(date(2026, 12, 4), 14).isoformat() == "2026-12-28"
    answered = due(case(complete_since=at(9), declared_since=at(9)))
    assert answered["complete"] == "2026-11-27"
    assert answered["statute_decision"] == "2027-01-08"
    assert open_question["forward"] == answered["forward"] == "2026-11-06"


def test_a_late_answer_opens_no_deadline_that_was_over() -> None:
    """Who answers after 60 days does not move the completion: it began after the 30 that the statute gives him."""
    assert latest_answer(at(4)) == at(4, month=12)


def test_the_ceilings_of_the_statute_are_calendar_days() -> None:
    """60 working days are 86 calendar days: the statute's 60 end earlier and stay beside them (D13)."""
    found = {one.duty: one for one in DEADLINES.of(case(complaint={"oversight": True}))}
    assert found["complete"].due > found["statute_decision"].due == date(2027, 1, 2)
    assert found["statute_decision"].counted == "calendar"
    assert found["statute_decision"].source == "UU 25/2009 Pasal 50 ayat (1)"
    assert found["statute_completeness"].source == "UU 25/2009 Pasal 44 ayat (3)"
    assert found["complete"].source == "PermenPANRB 5/2025"


@each_row
def test_the_completion_as_a_person_counts_it(received_at: str, kind: str, oversight: bool, complete: str) -> None:
    """14 working days for a complaint and an aspiration, 5 for a question, 60 for abuse of office."""
    received, class_ = datetime.fromisoformat(received_at), ComplaintClass(kind)
    found = due(case(complaint={"received_at": received, "complaint_class": class_, "oversight": oversight}))
    assert found["complete"] == complete


@row_by_row
def test_a_day_begins_where_it_happened(province: str | None, forward: str) -> None:
    """23.30 in Semarang on Tuesday is Wednesday in Makassar and Jayapura."""
    place = Place(province=Region(code=province, name="") if province else None)
    late = {"received_at": datetime(2026, 11, 3, 16, 30, tzinfo=UTC), "place": place}
    assert due(case(complaint=late))["forward"] == forward


def test_a_case_keeps_the_regulation_of_its_receipt() -> None:
    """Received in April 2025, it stays under PermenPANRB 62/2018 (D4)."""
    old = case(complaint={"received_at": datetime(2025, 4, 30, 2, tzinfo=UTC)})
    assert {one.source for one in DEADLINES.of(old) if one.counted == "working"} == {"PermenPANRB 62/2018"}


def test_the_calendars_end_is_no_error() -> None:
    """A slip in a year must not stop a case."""
    assert later(date.max, 60) == date.max
    assert due(case(complaint={"received_at": datetime(9999, 12, 31, 2, tzinfo=UTC)}))["complete"] == "9999-12-31"
