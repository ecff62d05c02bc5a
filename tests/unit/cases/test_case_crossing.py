"""What crosses between two cases in two partitions: whatever comes first, the documents end the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import pytest

from complaints.command import CITIZEN, NEIGHBOURS, Command, CommandKind, Sender
from complaints.event import Complaint
from tests.harness.events import complaint
from tests.harness.house import added, said
from tests.harness.list_law import DESK, ListLaw
from tests.harness.lives import rules as life_rules
from tests.harness.lives.many import Lives, box_of
from tests.harness.pipeline import Box
from tests.harness.tables import each, row_by_row

OLDER, LATER = complaint(1), complaint(2)
if OLDER.tracking_code > LATER.tracking_code:  # of two of one moment the smaller code is the older case
    OLDER, LATER = LATER, OLDER

MERGE = said(CommandKind.merge, LATER, DESK, other=OLDER.tracking_code)
REFUSE_LATER, REFUSE_OLDER = (said(CommandKind.refuse, one, "dinas") for one in (LATER, OLDER))
ANSWER_LATER, ANSWER_OLDER = (said(CommandKind.answer, one, "dinas", "sudah") for one in (LATER, OLDER))
ADD_LATER, ADD_OLDER = (added(one, "masih") for one in (LATER, OLDER))
SENDER = Sender(channel="sms", reporter_ref="r")
DISAGREE = said(CommandKind.disagree, LATER, CITIZEN, "belum", sender=SENDER)
ABUSE = added(LATER, "petugasnya minta uang", oversight=True)
ABUSE_OLDER = added(OLDER, "petugasnya minta uang", oversight=True)
UNMERGE = said(CommandKind.unmerge, LATER, DESK, "beda")
WITHDRAW_OLDER, WITHDRAW_LATER = (
    said(CommandKind.withdraw, one, CITIZEN, "batal", sender=SENDER) for one in (OLDER, LATER)
)

Moves = list[Box]
SEND = "send"
"""In the place of a topic: the next command to a case is sent."""


def begun(law: ListLaw) -> Lives:
    """Return the two cases, both with the first body."""
    lives = Lives(law)
    for one in (OLDER, LATER):
        lives.send(one)
        lives.settle()
    return lives


def endings(later: Sequence[Command], older: Sequence[Command], *, at_once: bool) -> Iterator[tuple[Moves, Lives]]:
    """Yield every way in which the mailboxes can be handled: each keeps its order, and what is written is appended behind it.

    Args:
        later: the commands to the later case.
        older: those to the older one.
        at_once: whether the commands are in the mailboxes from the beginning; otherwise each comes at any moment, before or behind
            what the cases say to each other.
    """
    unsent = {LATER.tracking_code: [*later], OLDER.tracking_code: [*older]}
    lives = begun(ListLaw())
    if at_once:
        lives.send(*(command for commands in unsent.values() for command in commands))
        unsent = {}
    waiting, seen = [(Moves(), lives, unsent)], set[bytes]()
    while waiting:
        moves, lives, unsent = waiting.pop()
        mark = orjson.dumps([_mark(lives), [len(commands) for commands in unsent.values()]])
        if mark in seen:  # another order has led here
            continue
        seen.add(mark)
        further = lives.busy + [(SEND, code.encode()) for code, commands in unsent.items() if commands]
        waiting += [([*moves, box], *_moved(box, lives.twin(), unsent)) for box in further]
        if not further:
            yield moves, lives


def _moved(box: Box, lives: Lives, unsent: Mapping[str, list[Command]]) -> tuple[Lives, dict[str, list[Command]]]:
    """Send the next command to a case, or let the next record of a mailbox be handled; return what is so then."""
    topic, key = box
    left = {code: [*commands] for code, commands in unsent.items()}
    if topic == SEND:
        lives.send(left[key.decode()].pop(0))
    else:
        lives.work_on(box)
    return lives, left


def _mark(lives: Lives) -> list[Any]:
    """Return all on which the rest depends."""
    waiting = sorted((one.topic, one.key or b"") for one in lives.waiting)
    values = [[(one.value or b"").decode() for one in lives.waiting if (one.topic, one.key) == box] for box in waiting]
    return [values, sorted(lives.pages.items()), [value.decode() for value in lives.documents.values()]]


def outcome(lives: Lives) -> dict[str, Any]:
    """Return what must be the same: owner, state, main case, supporters, and what the citizen said, of both cases."""
    names = ("state", "owner", "main", "supporters", "proposed", "refusals", "chain", "answers")
    found = {}
    for one in (OLDER, LATER):
        case = orjson.loads(lives.documents[one.tracking_code.encode()])
        kept = {name: case.get(name) for name in names} | {"additions": case["complaint"].get("additions")}
        found[one.tracking_code] = kept | {"supporters": case.get("supporters") or 0}
    return found | {"pages": {code: page for code, page in lives.pages.items() if page}}


@pytest.mark.parametrize(
    ("later", "older"),
    [
        pytest.param([MERGE], [], id="merge alone"),
        pytest.param([MERGE, ADD_LATER], [ADD_OLDER], id="additions"),
        pytest.param([ADD_LATER, MERGE], [REFUSE_OLDER], id="addition, refusal of the main case"),
        pytest.param([REFUSE_LATER, MERGE], [REFUSE_OLDER, ADD_OLDER], id="refusals"),
        pytest.param([MERGE], [WITHDRAW_OLDER], id="the main case is withdrawn"),
        pytest.param([MERGE, WITHDRAW_LATER], [ADD_OLDER], id="the supporter is withdrawn"),
    ],
)
def test_whatever_order_two_partitions_take_the_documents_end_the_same(
    later: Sequence[Command], older: Sequence[Command]
) -> None:
    """Each mailbox has its commands in one order; of all interleavings each ends in the same documents."""
    found = [outcome(lives) for _, lives in endings(later, older, at_once=True)]
    assert found
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(
    "older", [[ANSWER_OLDER], [REFUSE_OLDER, ADD_OLDER], [WITHDRAW_OLDER, ADD_OLDER], [ABUSE_OLDER]]
)
@each("later", [[MERGE, REFUSE_LATER], [MERGE, ANSWER_LATER], [MERGE, UNMERGE], [MERGE, ABUSE]])
def test_in_no_order_is_a_case_lost_between_two(later: Sequence[Command], older: Sequence[Command]) -> None:
    """Refusal, addition, merge, answer and withdrawal cross: nobody waits, and the main case counts who follows it and no one else."""
    for moves, lives in endings(later, older, at_once=False):
        for handled in lives.handled:
            life_rules.hold(handled)
        try:
            life_rules.at_rest(lives)
        except AssertionError as error:
            pytest.fail(f"{moves}: {error}")
        life_rules.at_the_end(lives)


@row_by_row
def test_the_search_merges_no_case_that_tells_of_abuse_or_harm_meanwhile(words: dict[str, Any]) -> None:
    """Whichever of the two tells of abuse, before or after they agree; of harm the supporter alone."""
    proposal = said(CommandKind.merge, LATER, NEIGHBOURS, other=OLDER.tracking_code)
    for of in (LATER, OLDER) if "oversight" in words else (LATER,):
        tells = added(of, **words)
        sides = ([proposal, tells], []) if of is LATER else ([proposal], [tells])
        found = [outcome(lives) for _, lives in endings(*sides, at_once=False)]
        assert found
        assert all(one[LATER.tracking_code]["state"] == "routed" for one in found)
        assert all(one[OLDER.tracking_code]["supporters"] == 0 for one in found)


def test_the_order_within_one_mailbox_decides_and_the_other_mailbox_follows() -> None:
    """An answer before the merge keeps the case by itself; the merge first makes it a supporter: nothing else is possible."""
    for first, wanted in (([ANSWER_LATER, MERGE], "answered"), ([MERGE], "merged")):
        states = {
            outcome(lives)[LATER.tracking_code]["state"] for _, lives in endings(first, [ADD_OLDER], at_once=True)
        }
        assert states == {wanted}


def test_a_case_that_proposes_twice_is_counted_once() -> None:
    """Answered, disputed and proposed again while the first proposal is under way: the second one waits for the first."""
    again = said(CommandKind.merge, LATER, DESK, other=OLDER.tracking_code, nonce="again")
    for _, lives in endings([MERGE, ANSWER_LATER, DISAGREE, again], [], at_once=False):
        life_rules.at_rest(lives)


def test_a_supporter_of_before_leaves_none_that_joined_after() -> None:
    """A main case let its supporters go and has a new one; whoever left the old round is not taken off the new one."""
    third: Complaint = complaint(3, received_at=LATER.received_at.replace(hour=23))
    joins = said(CommandKind.merge, third, DESK, other=OLDER.tracking_code)
    lives = begun(ListLaw())
    for event in (MERGE, third):
        lives.send(event)
    lives.settle()
    lives.send(UNMERGE)
    lives.work_on(box_of(LATER.tracking_code))  # its leave waits behind all that follows
    leave = lives.waiting.pop()
    for event in (WITHDRAW_OLDER, ADD_OLDER, joins):
        lives.send(event)
    lives.settle()
    lives.waiting.append(leave)
    lives.settle()
    assert lives.case(OLDER.tracking_code).supporters == 1
    life_rules.at_rest(lives)


def test_a_proposal_to_a_code_that_no_case_has_comes_back() -> None:
    """It is rejected, so that the case can be merged elsewhere."""
    lives = begun(ListLaw())
    nobody = complaint(0)
    lives.send(said(CommandKind.merge, LATER, DESK, other=nobody.tracking_code))
    lives.work_on(box_of(LATER.tracking_code))
    assert lives.work(lives.waiting.popleft()) == []
    lives.settle()
    assert lives.case(LATER.tracking_code).proposed is None


def test_what_a_person_took_apart_no_search_puts_together() -> None:
    """The case is a candidate again when it is by itself, and is found again; a desk may still merge it."""
    lives = begun(ListLaw())
    for event in (MERGE, UNMERGE):
        lives.send(event)
        lives.settle()
    for who, state in ((NEIGHBOURS, "routed"), (DESK, "merged")):
        lives.send(said(CommandKind.merge, LATER, who, other=OLDER.tracking_code, nonce="again"))
        lives.settle()
        assert lives.case(LATER.tracking_code).state == state
