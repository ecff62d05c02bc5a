"""The case as a decider: each record has one result, and the document is the fold of the facts."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import orjson
import pytest
from msgspec import structs

from complaints import ids, tracking
from complaints.bus.step.contract import State
from complaints.command import Command, CommandKind, Sender
from complaints.contract import COMPLAINTS
from complaints.errors import ContractViolation
from complaints.event import Complaint
from complaints.fact import FactKind, Result
from complaints.limits import (
    ADDED_BYTES,
    ANSWER_BYTES,
    BY_CODE_BYTES,
    CASE_BYTES,
    MOST_ADDITIONS,
    MOST_BY_CODE,
    REASON_BYTES,
)
from router.cases.document.evolve import MOST_REMEMBERED, REMEMBERED_MS, evolve, fold
from router.cases.roles import Role
from router.cases.step import CaseStep
from router.cases.table import STATES, TABLE
from tests.harness.case_stories import CaseTelling, place_of
from tests.harness.events import complaint
from tests.harness.house import House, added, said, stored
from tests.harness.stories import stories_of
from tests.harness.support import NOON_MS

SEMARANG: dict[str, Any] = {"place": place_of("33.74")}
REFUSE, ANSWER = CommandKind.refuse, CommandKind.answer


test_story = stories_of(__file__, CaseTelling)


@pytest.fixture
def house() -> House:
    """The real rules, and empty mailboxes."""
    return House()


@pytest.fixture
def pothole() -> Complaint:
    """A complaint whose owner is clear."""
    return complaint(text="jalan berlubang di tikungan", title="", **SEMARANG)


def kinds(facts: list[Any]) -> list[FactKind]:
    """Return the kinds of facts."""
    return [fact.kind for fact in facts]


def owner_of(house: House, code: str) -> str:
    """Return the id of a case's owner."""
    return house.case(code).owner.id


@pytest.mark.parametrize(
    ("kind", "text"),
    [(REFUSE, " "), (ANSWER, ""), (REFUSE, "x" * (REASON_BYTES + 1)), (ANSWER, "x" * (ANSWER_BYTES + 1))],
)
def test_a_text_that_is_empty_or_too_long_is_refused(
    house: House, pothole: Complaint, kind: CommandKind, text: str
) -> None:
    """With a sentence, and before a fact is made."""
    house.hear(pothole)
    (told,) = house.hear(said(kind, pothole, "dpu-33.74", text))
    assert told.result is Result.refused


def test_an_addition_beyond_the_number_becomes_a_case_of_its_own(house: House, pothole: Complaint) -> None:
    """It names the first, keeps its place, and is owned."""
    house.hear(pothole)
    for number in range(MOST_ADDITIONS):
        house.hear(added(pothole, f"lagi {number}", number=number))
    one_more = added(pothole, "dan sekarang lampu jalan mati", number=MOST_ADDITIONS)
    (continued,) = house.hear(one_more)
    assert continued.kind is FactKind.continued
    (record,) = house.waiting
    assert record.topic == COMPLAINTS
    facts = house.work(record)
    other = house.case(continued.continued_as or "")
    assert kinds(facts)[:2] == [FactKind.opened, FactKind.routed]
    assert (other.complaint.continues, other.complaint.text) == (pothole.tracking_code, "dan sekarang lampu jalan mati")
    assert other.complaint.id == ids.continuation_id(one_more.id)
    assert other.complaint.place == pothole.place
    assert house.hear(one_more) == []


def by_code(to: Complaint, text: str, number: int) -> Command:
    """Return the command by which somebody adds on the web who only has the code."""
    sender = Sender(channel="web", reporter_ref=to.tracking_code)
    return structs.replace(added(to, text, number=number), sender=sender)


@pytest.mark.parametrize(("text", "most"), [("palsu", MOST_BY_CODE), ("x" * (BY_CODE_BYTES // 3), 2)])
def test_what_others_add_by_the_code_leaves_room_for_the_citizens_own(
    house: House, pothole: Complaint, text: str, most: int
) -> None:
    """What is beyond their share, by number or by size, is refused with a sentence and becomes no case."""
    house.hear(pothole)
    taken = [house.hear(by_code(pothole, text, number))[0] for number in range(most + 3)]
    assert kinds(taken) == [FactKind.added] * most + [FactKind.declined] * 3
    assert (taken[-1].result, "no more room" in (taken[-1].text or "")) == (Result.refused, True)
    assert not house.waiting
    (own, *_) = house.hear(added(pothole, "lubangnya makin besar", number=99))
    assert own.kind is FactKind.added
    marks = [one.by_code for one in house.case(pothole.tracking_code).complaint.additions]
    assert marks == [True] * most + [None]


def test_what_another_channel_adds_to_a_full_case_is_answered_there(house: House, pothole: Complaint) -> None:
    """The address and the channel of a case belong together."""
    house.hear(pothole)
    for number in range(MOST_ADDITIONS):
        house.hear(added(pothole, f"lagi {number}", number=number))
    sender = Sender(channel="web", reporter_ref="w")
    house.hear(structs.replace(added(pothole, "dari web", number=MOST_ADDITIONS), sender=sender))
    house.work(house.waiting[0])
    made = house.case(str((house.waiting[0].key or b"").decode())).complaint
    assert (made.channel, made.reporter_ref) == ("web", "w")
    assert house.replies[-1].channel == "web"


def test_additions_up_to_every_limit_leave_a_case_that_kafka_takes(house: House, pothole: Complaint) -> None:
    """The review's finding 1: 24 additions of 20,000 characters crashed the router for ever."""
    house.hear(pothole)
    results = [house.hear(added(pothole, "\x01" * 20_000, number=number))[0].kind for number in range(24)]
    size = len(house.documents[pothole.tracking_code.encode()])
    assert results.count(FactKind.added) >= 1
    assert results.count(FactKind.continued) >= 1
    assert size <= ADDED_BYTES + 10_000
    for number in range(3):
        house.hear(said(REFUSE, pothole, owner_of(house, pothole.tracking_code), "x" * REASON_BYTES, nonce=str(number)))
    assert owner_of(house, pothole.tracking_code) == "kemenpanrb"
    while (
        house.hear(said(ANSWER, pothole, "kemenpanrb", "a" * ANSWER_BYTES, nonce=str(len(house.facts))))[0].kind
        is FactKind.answered
    ):
        house.hear(said(ANSWER, pothole, "kemenpanrb", str(len(house.facts)), nonce=str(len(house.facts))))
    assert len(house.documents[pothole.tracking_code.encode()]) <= CASE_BYTES
    assert all(len(one.value or b"") < 1_000_000 for one in house.waiting)


def test_a_code_that_is_taken_is_passed_on_under_the_next(house: House, pothole: Complaint) -> None:
    """The holder's case is not touched, however often the other comes; replies show the new code."""
    other = structs.replace(pothole, id=ids.message_id("sms", "another"))
    house.hear(pothole)
    before = dict(house.documents)
    assert house.hear(other) == []
    assert house.documents == before
    (record,) = house.waiting
    code = tracking.next_code(pothole.tracking_code, other.id)
    assert record.key == code.encode()
    house.work(record)
    assert house.case(code).complaint_id == other.id
    assert house.replies[-1].tracking_code == code
    assert tracking.parse(code) == code
    house.hear(other)
    assert house.work(house.waiting[-1]) == []


def test_a_command_to_no_case_is_poison(house: House, pothole: Complaint) -> None:
    """It is kept as a dead letter, which can be sent again when the case is there."""
    with pytest.raises(ContractViolation, match="no case has the code"):
        house.hear(said(REFUSE, pothole, "dpu-33.74"))


def test_a_field_that_this_program_does_not_know_is_dropped(house: House, pothole: Complaint) -> None:
    """A new field of a state raises its format, and a worker that meets a newer format stops."""
    record = stored(pothole)
    body = {**orjson.loads(record.value or b""), "mood": "marah"}
    effect = CaseStep(house.law)(None, replace(record, value=orjson.dumps(body)))
    assert isinstance(effect.state, State)
    assert "mood" not in orjson.loads(effect.state.value)["complaint"]


def test_the_table_is_total() -> None:
    """Every command by every role in every state has facts or a sentence."""
    assert set(TABLE) == set(itertools.product(CommandKind, Role))
    assert all(set(row) == set(STATES) for row in TABLE.values())


def test_ids_are_remembered_so_long_and_so_many(house: House, pothole: Complaint) -> None:
    """90 days, and 500 at most."""
    house.hear(pothole)
    case, fact = house.case(pothole.tracking_code), house.facts[-1]
    for number in range(MOST_REMEMBERED + 20):
        case = evolve(case, structs.replace(fact, caused_by=UUID(int=number)), NOON_MS + number)
    assert len(case.commands) == MOST_REMEMBERED
    assert UUID(int=MOST_REMEMBERED + 19) in case.commands
    late = evolve(case, structs.replace(fact, caused_by=UUID(int=999_999)), NOON_MS + REMEMBERED_MS + 1_000)
    assert list(late.commands) == [UUID(int=999_999)]


def test_the_document_is_the_fold_of_its_facts(house: House, pothole: Complaint) -> None:
    """And each step leaves the document before it as it was."""
    moment = NOON_MS
    for event in (pothole, added(pothole, "lagi", number=1), said(REFUSE, pothole, "dpu-33.74")):
        moment += int(timedelta(minutes=1).total_seconds() * 1000)
        house.hear(event, at_ms=moment)
    folded = fold((fact, int(fact.at.timestamp() * 1000)) for fact in house.facts)
    assert folded == house.case(pothole.tracking_code)
    assert msgspec.json.encode(folded) == house.documents[pothole.tracking_code.encode()]


@pytest.mark.parametrize("code", ["\x00position", "A", "../../../..", "ABCDEFGHJKM", "abcdefghjkm"])
def test_a_code_that_is_none_of_ours_opens_no_case(house: House, pothole: Complaint, code: str) -> None:
    """One of them was the key of the step's own bookkeeping, and no worker could restore its states any more."""
    with pytest.raises(ContractViolation, match="tracking code"):
        house.hear(structs.replace(pothole, tracking_code=code))
