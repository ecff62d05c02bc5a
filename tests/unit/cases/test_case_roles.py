"""Who may do what: a citizen by the code of another channel's case, the offices of roles.yaml, and the forms of the web page."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from channels.web.wishes import (
    ELSEWHERE,
    HIDE,
    IMPOSSIBLE,
    RATE,
    SHOW,
    WISHES,
    WITHDRAW,
    KeyedWording,
    RatingWish,
    Wish,
    Wording,
    act_of,
    is_possible,
    why_not,
)
from complaints.case import CaseStatus
from complaints.command import CITIZEN, CommandKind, Sender, is_act
from complaints.event import Complaint
from complaints.fact import FactKind
from complaints.mail import ReplyKind
from router.cases.roles import Role
from router.cases.table import RULES, STATES, TABLE
from router.offices import roles
from tests.harness.case_stories import CaseTelling
from tests.harness.events import complaint
from tests.harness.house import House, added, said
from tests.harness.list_law import ListLaw
from tests.harness.stories import stories_of
from tests.harness.tables import each
from view.status import status_of

BY_SMS = complaint(1, channel="sms", reporter_ref="0123456789abcdef0123456789abcdef")
BY_WEB = complaint(2, channel="web", reporter_ref=complaint(2).tracking_code)
BY_POST = complaint(3, channel="twitter", reporter_ref="abcdef0123456789abcdef0123456789")


test_story = stories_of(__file__, CaseTelling)


def closed(of: Any) -> House:
    """Return a house with a complaint that is answered and closed."""
    house = House(law=ListLaw())
    house.hear(of)
    owner = house.case(of.tracking_code).owner.id
    house.hear(said(CommandKind.answer, of, owner, "Sudah"))
    return house


def by(kind: CommandKind, of: Any, citizen: str, **fields: Any) -> Any:
    """Return a citizen's command, sent by the web with the code."""
    return said(kind, of, CITIZEN, "", sender=Sender(channel="web", reporter_ref=citizen), **fields)


@pytest.mark.parametrize("by_whom", ["f" * 32, BY_POST.tracking_code])
def test_whoever_only_has_a_code_that_everybody_reads_does_not_hide_its_case(by_whom: str) -> None:
    """From then on its citizen would be told in private, and who takes no messages would lose the answer: he alone hides it."""
    house = closed(BY_POST)
    (fact,) = house.hear(by(CommandKind.hide, BY_POST, by_whom, secret=True))
    assert (fact.kind, "Only the citizen" in (fact.text or "")) == (FactKind.declined, True)
    status = status_of(house.case(BY_POST.tracking_code))
    assert (is_possible(HIDE, status), why_not(HIDE, status), status.secret) == (False, ELSEWHERE, False)
    (fact,) = house.hear(by(CommandKind.hide, BY_POST, BY_POST.reporter_ref, nonce="his", secret=True))
    assert fact.kind is FactKind.hidden


def test_a_command_to_no_case_loses_no_word() -> None:
    """Who names a code that no case has hears so; what he adds is a complaint of his own."""
    house, sender = House(law=ListLaw()), Sender(channel="sms", reporter_ref="f" * 32)
    assert house.hear(by(CommandKind.disagree, BY_SMS, "f" * 32)) == []
    assert (house.replies[-1].kind, house.replies[-1].citizen) == (ReplyKind.status, "f" * 32)
    house.hear(replace(added(BY_SMS, "lubangnya makin besar"), sender=sender))
    (record,) = house.waiting
    made = msgspec.json.decode(record.value or b"", type=Complaint)
    assert (made.text, made.reporter_ref, made.continues) == ("lubangnya makin besar", "f" * 32, None)
    assert [fact.kind for fact in house.deliver()][:2] == [FactKind.opened, FactKind.routed]


def test_the_offices_give_only_commands_that_the_table_allows_them() -> None:
    """roles.yaml and the table say the same; the owner's offices give all that an owner can."""
    sides = {
        "the owner": {Role.owner},
        "the owner's government": {Role.sorter, Role.desk},
        "a triage desk of the place": {Role.sorter, Role.desk},
        "the national administrator": {Role.administrator, Role.desk},
        "the Republic": set[Role](),
    }
    owners: set[CommandKind] = set()
    for role in roles()["roles"]:
        commands = {CommandKind(name) for name in role["what"]}
        assert {kind for kind in commands if not RULES[kind].roles & sides[role["of"]]} == set(), role["id"]
        owners |= commands if role["of"] == "the owner" else set()
    assert owners == {
        kind for kind, rule in RULES.items() if Role.owner in rule.roles and kind is not CommandKind.status
    }


@each("wish", WISHES.values())
@each("state", STATES)
def test_the_page_offers_what_the_table_allows(wish: Wish, state: Any) -> None:
    """In each state, to the citizen and to whoever only has the code."""
    words: Wording = RatingWish(stars=5) if wish is RATE else Wording()
    act = {HIDE: "hide:secret", SHOW: "show:secret"}.get(wish) or act_of(wish, words, state)
    assert is_act(act or "")
    kind = CommandKind((act or "").partition(":")[0])
    for role, by_code in ((Role.citizen, True), (Role.bearer, False)):
        allowed = isinstance(TABLE[kind, role][state], tuple)
        status = status_in(state, by_code=by_code)
        assert is_possible(wish, status) == allowed, role
        if not allowed:
            assert why_not(wish, status) is (ELSEWHERE if role is Role.bearer and wish.personal else IMPOSSIBLE)


def status_in(state: Any, *, by_code: bool) -> CaseStatus:
    """Return the status of a case in a state."""
    case = closed(BY_WEB if by_code else BY_SMS).case((BY_WEB if by_code else BY_SMS).tracking_code)
    hidden = replace(case.complaint, secret=True)
    return status_of(replace(case, state=state, complaint=hidden))


def test_disagreeing_and_hiding_need_no_more_than_the_code() -> None:
    """Which wishes are personal, and have a field for the receipt key."""
    personal = {wish for wish in WISHES.values() if wish.personal}
    assert personal == {RATE, WITHDRAW, SHOW}
    assert personal == {wish for wish in WISHES.values() if issubclass(wish.model, KeyedWording)}
