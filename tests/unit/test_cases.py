"""One case: found by its code, refused once by its owner, and with all former refusals in the event."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from complaints import tracking
from complaints.bus import Position, Scanner, StoredRecord
from complaints.contract import CASE_EVENTS, COMPLAINTS, DISPOSITIONS
from complaints.errors import CaseError, TrackingCodeError
from complaints.event import AgencyRef, CaseEvent, CaseEventKind
from ops import cases
from ops.cases import Case, Hop
from router.routing import Router
from tests.harness.events import (
    DPU,
    PEMDA,
    MemoryScanner,
    code_of,
    complaint,
    completed,
    disposition,
    enrichment,
    refusal,
    stored,
)
from tests.harness.support import NOON

CASE = complaint()
OTHER = AgencyRef(id="pemda-33", name="Pemerintah Provinsi Jawa Tengah")


class Tables:
    """A ClickHouse that holds one case: where its events stand."""

    def __init__(self, *, chain: tuple[AgencyRef, ...] = (DPU,), refusals: int = 0, known: bool = True) -> None:
        self._chain, self._refusals, self._known = chain, refusals, known

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Answer the three questions of `find`."""
        asked = parameters or {}
        if "FROM complaints" in sql:
            return [(CASE.id, 0, 10)] if self._known and asked["code"] == CASE.tracking_code else []
        assert asked["id"] == CASE.id
        if "FROM dispositions" in sql:
            return [(hop, owner.id, owner.name, 0, 20 + hop) for hop, owner in enumerate(self._chain)]
        return [(0, 30 + turn) for turn in range(1, self._refusals + 1)]


def find(*chain: AgencyRef, refusals: int = 0) -> Case:
    """Return the case as it stands after these owners."""
    return cases.find(Tables(chain=chain, refusals=refusals), CASE.tracking_code)


def refuse(case: Case, agency: AgencyRef, *on_kafka: StoredRecord) -> CaseEvent | None:
    """Let an agency refuse."""
    scanner: Scanner = MemoryScanner(*on_kafka)  # type: ignore[assignment]  # only `read` is asked of it
    return cases.refuse(case, agency.id, "bukan wewenang", scanner=scanner, now=NOON + timedelta(days=1))


@pytest.mark.parametrize("write", [str, str.lower, tracking.spaced, lambda code: f" #{tracking.spaced(code)} "])
def test_a_case_is_found_however_its_code_is_written(write: Any) -> None:
    """With its chain of owners and where each event stands."""
    case = cases.find(Tables(chain=(DPU, PEMDA), refusals=1), write(CASE.tracking_code))
    assert (case.complaint_id, case.tracking_code, case.owner) == (CASE.id, CASE.tracking_code, PEMDA)
    assert case.complaint == Position(COMPLAINTS, 0, 10)
    assert case.chain[0] == Hop(0, DPU, Position(DISPOSITIONS, 0, 20))
    assert case.turns == (Position(CASE_EVENTS, 0, 31),)


def test_a_code_that_is_none_is_told_from_one_that_nobody_has() -> None:
    """The one is a slip, the other may still be on its way."""
    with pytest.raises(TrackingCodeError):
        cases.find(Tables(), "ABC")
    with pytest.raises(CaseError, match="needs some seconds"):
        cases.find(Tables(), code_of(complaint(8).id))


def test_a_case_without_an_owner_points_at_the_router() -> None:
    """The complaint is there, its disposition is not."""
    with pytest.raises(CaseError, match="not routed yet"):
        cases.find(Tables(chain=()), CASE.tracking_code)


def test_the_first_refusal_carries_the_complaint_and_itself() -> None:
    """The router that reads it needs nothing else."""
    event = refuse(find(DPU), DPU, stored(CASE, 10))
    assert event is not None
    assert (event.hop, event.actor, event.text, event.complaint) == (0, DPU.id, "bukan wewenang", CASE)
    assert [(said.hop, said.agency_id) for said in event.refusals] == [(0, DPU.id)]
    assert event.current_owner == DPU


def test_the_second_refusal_carries_the_first() -> None:
    """With the time at which it was said."""
    former = stored(refusal(CASE, DPU), 31)
    event = refuse(find(DPU, PEMDA, refusals=1), PEMDA, stored(CASE, 10), former)
    assert event is not None
    assert [(said.hop, said.agency_id) for said in event.refusals] == [(0, DPU.id), (1, PEMDA.id)]
    assert event.refusals[0].at == NOON


def test_saying_it_twice_changes_nothing() -> None:
    """Also before the router has answered the first one."""
    former = stored(refusal(CASE, DPU), 31)
    for chain in ((DPU,), (DPU, PEMDA)):
        assert refuse(find(*chain, refusals=1), DPU, stored(CASE, 10), former) is None


def test_only_the_owner_can_refuse() -> None:
    """The error says whose it is."""
    with pytest.raises(CaseError, match=DPU.id):
        refuse(find(DPU), OTHER, stored(CASE, 10))


def test_the_same_refusal_has_the_same_id() -> None:
    """Two officers pressing the button at once make one event."""
    one, two = (refuse(find(DPU), DPU, stored(CASE, 10)) for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.id == two.id == refusal(CASE, DPU).id


def test_a_secret_case_has_secret_events() -> None:
    """The reason must reach no analyst."""
    event = refuse(find(DPU), DPU, stored(CASE.model_copy(update={"secret": True}), 10))
    assert event is not None
    assert event.secret


def test_a_complaint_that_is_gone_from_kafka_says_so() -> None:
    """With the reason."""
    with pytest.raises(CaseError, match="retention"):
        refuse(find(DPU), DPU)


def test_former_refusals_that_are_gone_stop_a_new_one() -> None:
    """Without them the case could go back to a body that has refused it."""
    with pytest.raises(CaseError, match=r"no longer.*retention"):
        refuse(find(DPU, PEMDA, refusals=1), PEMDA, stored(CASE, 10))


def test_a_refusal_and_an_addition_that_crossed_are_both_carried_from_then_on() -> None:
    """The last disposition may know only one of them: the body that got it back refuses again, and neither is lost."""
    case = completed(CASE)
    on_kafka = (stored(refusal(CASE, DPU), 31), stored(enrichment(case), 32))
    event = refuse(find(DPU, DPU, refusals=2), DPU, *on_kafka)
    assert event is not None
    assert event.complaint == case
    assert [(said.hop, said.agency_id) for said in event.refusals] == [(0, DPU.id), (1, DPU.id)]
    moved = Router.load().route(event.complaint, event.refusals)
    assert moved.hop == event.hop + 1
    assert moved.owner.id != DPU.id
    assert refuse(find(DPU, DPU, refusals=3), DPU, *on_kafka, stored(event, 33)) is None


def test_a_refusal_after_an_addition_carries_the_completed_complaint() -> None:
    """What the citizen added must not be lost at the next hop."""
    case = completed(CASE)
    event = refuse(find(DPU, DPU, refusals=1), DPU, stored(enrichment(case), 31))
    assert event is not None
    assert event.complaint == case
    assert event.hop == 1


def test_only_the_owner_answers_and_the_answer_carries_what_the_reply_needs() -> None:
    """The same answer again is the same event, another answer another."""
    scanner: Scanner = MemoryScanner(stored(CASE, 10))  # type: ignore[assignment]  # only `read` is asked of it
    one, again, two = (
        cases.answer(find(DPU), DPU.id, text, scanner=scanner, now=NOON) for text in ("Sudah", "Sudah", "Selesai")
    )
    assert one.id == again.id != two.id
    assert (one.complaint, one.current_owner, one.text, one.kind) == (CASE, DPU, "Sudah", CaseEventKind.answered)
    with pytest.raises(CaseError, match="only it can answer"):
        cases.answer(find(DPU), PEMDA.id, "Sudah", scanner=scanner, now=NOON)


def test_the_chain_is_read_from_kafka_with_its_evidence() -> None:
    """What is gone by now is passed over."""
    case = find(DPU, PEMDA)
    hop = disposition(CASE, PEMDA, hop=1)
    assert cases.dispositions(case, MemoryScanner(stored(hop, 21))) == [hop]  # type: ignore[arg-type]  # only `read`


def test_a_refusal_waits_for_the_former_ones_to_be_known() -> None:
    """The sink may be ahead with dispositions: an event without the first refusal would send the case back to who said it."""
    with pytest.raises(CaseError, match="some seconds"):
        refuse(find(DPU, PEMDA), PEMDA, stored(CASE, 10))
    two = find(DPU, PEMDA, OTHER, refusals=1)
    with pytest.raises(CaseError, match="some seconds"):
        refuse(two, OTHER, stored(CASE, 10), stored(refusal(CASE, DPU), 31))
