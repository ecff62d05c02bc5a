"""What must hold of a case after each record, whatever was done to it: each function asserts one promise."""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from complaints.case import ENDED, OPEN, Case
from complaints.command import CITIZEN, CLOCK, CommandKind
from complaints.contract import COMPLAINTS
from complaints.fact import FactKind
from router.cases.clocks import due_ms
from router.cases.document.evolve import fold
from router.cases.roles import role_of
from router.cases.table import TABLE, perhaps
from router.deadlines import province_of
from tests.harness.facts import Facts
from tests.harness.house import House, plain
from tests.harness.list_law import ADMINISTRATOR
from tests.harness.lives.many import Handled, Lives
from tests.harness.second_deadlines import differences

GROWING = ("chain", "refusals", "answers", "asked")
"""The lists of a case of which nothing is ever taken away."""

COMPLETE_BY = ("extended_at", "complete_since", "waits_since")
"""What moves the day of completion, beside the class, the province that sets the time zone, and the terms."""


def hold(handled: Handled) -> None:
    """Assert all promises about what a record did to its case."""
    for promise in (
        one_owner,
        nobody_twice,
        nothing_deleted,
        clocks_run_on,
        in_the_table,
        each_message_answered,
        timer_ahead,
    ):
        promise(handled)


def one_owner(handled: Handled) -> None:
    """Exactly one owner, the last of the chain; a supporter names its main case, and nothing else does."""
    case = handled.after
    assert case.owner.id == case.chain[-1].owner.id
    assert [hop.hop for hop in case.chain] == list(range(len(case.chain)))
    assert all(one.owner != other.owner for one, other in pairwise(case.chain))
    assert (case.state == "merged") == (case.main is not None)
    assert (case.state in ENDED) == (case.ended_at is not None)
    assert not (case.supporters and (case.main or case.proposed))


def nobody_twice(handled: Handled) -> None:
    """Whoever refused never gets the case again, and the administrator never refuses."""
    case = handled.after
    owners = [hop.owner.id for hop in case.chain]
    refused = [said.agency_id for said in case.refusals]
    assert len(set(refused)) == len(refused)
    assert ADMINISTRATOR not in refused
    assert case.owner.id not in case.refused_elsewhere
    for refusal in case.refusals:
        assert refusal.agency_id not in owners[refusal.hop + 1 :]


def nothing_deleted(handled: Handled) -> None:
    """Owners, refusals, answers and messages only grow; what is hidden stays so unless its citizen asks; each fact is one version."""
    before, after = handled.before, handled.after
    assert after.version == (before.version if before else 0) + len(handled.facts)
    if before is None:
        return
    for name in GROWING:
        kept: tuple[object, ...] = getattr(before, name)
        assert getattr(after, name)[: len(kept)] == kept
    old, new = before.complaint, after.complaint
    for name in ("additions", "attachments"):
        had: tuple[object, ...] = getattr(old, name)
        assert getattr(new, name)[: len(had)] == had
    for name in ("id", "tracking_code", "text", "received_at", "reporter_ref", "raw"):
        assert getattr(old, name) == getattr(new, name)
    asked = {fact.actor for fact in handled.facts if fact.kind is FactKind.shown}
    assert asked == {CITIZEN} or (new.anonymous >= old.anonymous and new.secret >= old.secret)
    assert after.questions >= before.questions
    assert after.disputes >= before.disputes
    assert before.overdue.items() <= after.overdue.items()
    assert after.terms == before.terms


def clocks_run_on(handled: Handled) -> None:
    """No clock begins anew: a day once set moves only by what the rules name."""
    before, after = handled.before, handled.after
    if before is None or not before.deadlines:
        return
    if province_of(before) != province_of(after):
        return
    was = {one.duty: one for one in before.deadlines}
    now = {one.duty: one for one in after.deadlines}
    assert was.keys() - now.keys() <= {"close"}
    for duty in ("forward", "first_follow_up", "statute_completeness"):
        if duty in was:
            assert (was[duty].begins, was[duty].due) == (now[duty].begins, now[duty].due)
            # a case that ended fulfilled by its closing alone what nobody had done: that is to be done again when it is open again
            assert before.state == "closed" or (was[duty].done or now[duty].done) == now[duty].done
    moved = [name for name in COMPLETE_BY if getattr(before, name) != getattr(after, name)]
    moved += [
        name
        for name in ("complaint_class", "oversight")
        if getattr(before.complaint, name) != getattr(after.complaint, name)
    ]
    if not moved:
        assert was["complete"].due == now["complete"].due
    if was["complete"].begins != now["complete"].begins:
        assert {"complete_since", "waits_since"} & set(moved)
    if before.verified_at and not before.decision_waits_since:
        assert was["statute_decision"].due == now["statute_decision"].due
    assert after.paused_s >= before.paused_s
    assert _level(after) >= _level(before)


def in_the_table(handled: Handled) -> None:
    """One result of each command, as the table says it: its facts in their order, or one that says why nothing changed."""
    said, before, kinds = _said(handled), handled.before, [fact.kind for fact in handled.facts]
    if before is None:
        assert kinds in ([FactKind.opened, FactKind.routed], [FactKind.opened, FactKind.routed, FactKind.asked])
        return
    if "kind" not in said or UUID(said["id"]) in before.commands or said["kind"] == CommandKind.due.value:
        assert said.get("kind") == CommandKind.due.value or not kinds
        return
    assert kinds
    if kinds[0] in {FactKind.declined, FactKind.continued}:
        assert len(kinds) == 1
        return
    kind = CommandKind(said["kind"])
    outcome = TABLE[kind, role_of(before, said["actor"], handled.law, kind)][before.state]
    assert isinstance(outcome, tuple)
    assert kinds == [one for one in outcome if one in kinds], (kinds, outcome)
    if outcome != (FactKind.refused, FactKind.routed) or said["actor"] == before.owner.id:
        assert set(outcome) - set(kinds) <= perhaps(outcome)


def each_message_answered(handled: Handled) -> None:
    """One reply to each new message of a citizen. Without one is only a message that became a case of its own, which replies to it."""
    said, before = _said(handled), handled.before
    assert len(handled.replies) <= 1
    is_new = before is None or UUID(said["id"]) not in before.commands
    if not is_new:
        assert not handled.replies
    elif before is None or "sender" in said:
        continued = [fact for fact in handled.facts if fact.kind is FactKind.continued]
        complaints = [one for one in handled.written if one.topic == COMPLAINTS and b'"raw"' in one.value]
        assert len(handled.replies) + len(continued) == 1
        assert len(complaints) == len(continued)


def timer_ahead(handled: Handled) -> None:
    """A timer leaves nothing that is due: none rings for ever. An ended case waits for nothing."""
    said, due = _said(handled), due_ms(handled.after, 0)
    if said.get("actor") == CLOCK:
        assert due is None or due > handled.record.timestamp_ms or handled.facts
    if handled.after.state in ENDED:
        assert due is None
    if handled.after.state in OPEN:
        assert due is not None or _level(handled.after)


def at_rest(lives: Lives) -> None:
    """Assert what holds of all cases together when no mailbox holds anything."""
    cases, pages = {code.decode(): lives.case(code.decode()) for code in lives.documents}, lives.pages
    for code, case in cases.items():
        assert case.proposed is None, "each proposal was answered"
        supporters = {other for other, one in cases.items() if one.main == code}
        assert set(pages.get(code, ())) == supporters
        if case.state not in ENDED:
            assert case.supporters == len(supporters)
        if main := case.main:
            assert cases[main].state in OPEN | {"answered"}
            assert not cases[main].main
            assert cases[main].owner
            assert _age(cases[main]) < _age(case)


def at_the_end(lives: Lives) -> None:
    """Assert that the documents are the folds of their facts, that no reply came twice, and that the same log gives the same bytes."""
    facts = lives.facts
    facts_of = Counter(fact.id for fact in facts)
    twice = [fact for fact in facts if facts_of[fact.id] > 1]
    assert not twice, twice[:2]
    replies = [reply.id for reply in lives.replies]
    assert len(set(replies)) == len(replies)
    for code in (key.decode() for key in lives.documents):
        case = lives.case(code)
        assert fold((fact, int(fact.at.timestamp() * 1000)) for fact in facts if fact.tracking_code == code) == case
        second_account(code, facts, case)
    again = House()
    for one in lives.handled:
        again.law = one.law
        again.work(one.record)
    assert again.documents == lives.documents
    assert again.dues == lives.dues
    assert again.facts == facts
    assert again.replies == lives.replies


def second_account(code: str, facts: Facts, case: Case) -> None:
    """The deadlines are those of the second implementation. Of a case that was withdrawn none is asked."""
    found = differences(plain(case), (plain(fact) for fact in facts if fact.tracking_code == code))
    assert not found, (code, found)


def _said(handled: Handled) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(handled.record.value or b"")
    return said


def _level(case: Case) -> int:
    return case.escalation.level if case.escalation else 0


def _age(case: Case) -> tuple[datetime, str]:
    return case.complaint.received_at, case.tracking_code
