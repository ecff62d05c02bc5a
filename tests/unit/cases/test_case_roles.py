"""Who may do what: a citizen by the code of another channel's case, the offices of roles.yaml, and the forms of the web page."""

from datetime import date
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
from tests.harness.events import complaint
from tests.harness.house import NOON_MS, House, added, said
from tests.harness.list_law import DESK, ListLaw
from tests.harness.lives.many import DAY_MS
from tests.harness.tables import each
from view.status import status_of

BY_SMS = complaint(1, channel="sms", reporter_ref="0123456789abcdef0123456789abcdef")
BY_WEB = complaint(2, channel="web", reporter_ref=complaint(2).tracking_code)
BY_POST = complaint(3, channel="twitter", reporter_ref="abcdef0123456789abcdef0123456789")
OWN: dict[CommandKind, dict[str, Any]] = {
    CommandKind.withdraw: {},
    CommandKind.show: {"secret": True},
    CommandKind.rate: {"stars": 1},
}


def closed(of: Any) -> House:
    """Return a house with a complaint that is answered and closed."""
    house = House(law=ListLaw())
    house.take(of)
    owner = house.case(of.tracking_code).owner.id
    house.take(said(CommandKind.answer, of, owner, "Sudah"))
    return house


def by(kind: CommandKind, of: Any, citizen: str, **fields: Any) -> Any:
    """Return a citizen's command, sent by the web with the code."""
    return said(kind, of, CITIZEN, "", sender=Sender(channel="web", reporter_ref=citizen), **fields)


@pytest.mark.parametrize("kind", OWN)
def test_whoever_only_has_the_code_of_an_sms_case_does_not_end_show_or_rate_it(kind: CommandKind) -> None:
    """An officer has the code, too: an agency would be rid of a case, or rate itself."""
    house = closed(BY_SMS)
    if kind is CommandKind.rate:
        house.take(said(CommandKind.close, BY_SMS, house.case(BY_SMS.tracking_code).owner.id))
    house.take(by(CommandKind.hide, BY_SMS, BY_SMS.reporter_ref, secret=True))
    before = house.case(BY_SMS.tracking_code).state
    facts = house.take(by(kind, BY_SMS, BY_SMS.tracking_code, **OWN[kind]))
    assert [fact.kind for fact in facts] == [FactKind.declined]
    case = house.case(BY_SMS.tracking_code)
    assert (case.state, case.rating, case.complaint.secret) == (before, None, True)
    assert house.take(by(kind, BY_SMS, BY_SMS.reporter_ref, nonce="his", **OWN[kind]))[0].kind is not FactKind.declined


def test_whoever_has_the_code_hides_a_case() -> None:
    """From a new number, or on the page: to hide too much does the least harm."""
    house = closed(BY_SMS)
    (fact,) = house.take(by(CommandKind.hide, BY_SMS, "f" * 32, secret=True))
    assert fact.kind is FactKind.hidden
    assert house.case(BY_SMS.tracking_code).complaint.secret


@pytest.mark.parametrize("by_whom", ["f" * 32, BY_POST.tracking_code])
def test_whoever_only_has_a_code_that_everybody_reads_does_not_hide_its_case(by_whom: str) -> None:
    """From then on its citizen would be told in private, and who takes no messages would lose the answer: he alone hides it."""
    house = closed(BY_POST)
    (fact,) = house.take(by(CommandKind.hide, BY_POST, by_whom, secret=True))
    assert (fact.kind, "Only the citizen" in (fact.text or "")) == (FactKind.declined, True)
    status = status_of(house.case(BY_POST.tracking_code))
    assert (is_possible(HIDE, status), why_not(HIDE, status), status.secret) == (False, ELSEWHERE, False)
    (fact,) = house.take(by(CommandKind.hide, BY_POST, BY_POST.reporter_ref, nonce="his", secret=True))
    assert fact.kind is FactKind.hidden


def test_a_command_to_no_case_loses_no_word() -> None:
    """Who names a code that no case has hears so; what he adds is a complaint of his own."""
    house, sender = House(law=ListLaw()), Sender(channel="sms", reporter_ref="f" * 32)
    assert house.take(by(CommandKind.disagree, BY_SMS, "f" * 32)) == []
    assert (house.replies[-1].kind, house.replies[-1].citizen) == (ReplyKind.status, "f" * 32)
    house.take(replace(added(BY_SMS, "lubangnya makin besar"), sender=sender))
    (record,) = house.waiting
    made = msgspec.json.decode(record.value, type=Complaint)
    assert (made.text, made.reporter_ref, made.continues) == ("lubangnya makin besar", "f" * 32, None)
    assert [fact.kind for fact in house.deliver()][:2] == [FactKind.opened, FactKind.routed]


def test_with_the_code_anybody_says_that_an_sms_case_is_not_settled() -> None:
    """His family helps him on the page; nothing is lost by it, and he hears of it."""
    house = closed(BY_SMS)
    house.take(by(CommandKind.disagree, BY_SMS, BY_SMS.tracking_code))
    assert house.case(BY_SMS.tracking_code).state == "dibuka kembali"
    assert (house.replies[-1].kind, house.replies[-1].citizen) == (ReplyKind.reopened, BY_SMS.reporter_ref)


def test_whoever_has_the_code_hides_and_only_the_citizen_shows_again() -> None:
    """Hiding protects, so it needs no proof; who sent the report undoes it."""
    house = closed(BY_SMS)
    assert house.take(by(CommandKind.hide, BY_SMS, BY_SMS.tracking_code, secret=True))[0].kind is FactKind.hidden
    assert (
        house.take(by(CommandKind.hide, BY_SMS, BY_SMS.tracking_code, nonce="2", anonymous=True))[0].kind
        is FactKind.hidden
    )
    assert house.take(by(CommandKind.show, BY_SMS, BY_SMS.reporter_ref, secret=True))[0].kind is FactKind.shown
    complaint = house.case(BY_SMS.tracking_code).complaint
    assert (complaint.secret, complaint.anonymous) == (False, True)
    assert "diperlihatkan lagi" in house.replies[-1].text
    assert (
        house.take(by(CommandKind.show, BY_SMS, BY_SMS.reporter_ref, nonce="2", anonymous=True))[0].kind
        is FactKind.shown
    )
    assert not house.case(BY_SMS.tracking_code).complaint.anonymous


@pytest.mark.parametrize("kind", [CommandKind.withdraw])
def test_on_the_web_the_code_is_the_citizen(kind: CommandKind) -> None:
    """The web knows nothing else of him."""
    house = closed(BY_WEB)
    assert house.take(by(kind, BY_WEB, BY_WEB.tracking_code, **OWN[kind]))[0].kind is not FactKind.declined


def test_who_answered_refuses_no_more_even_after_the_citizen_disagreed() -> None:
    """By answering it took the matter for its own."""
    house = closed(BY_SMS)
    owner = house.case(BY_SMS.tracking_code).owner.id
    house.take(by(CommandKind.disagree, BY_SMS, BY_SMS.reporter_ref))
    (fact,) = house.take(said(CommandKind.refuse, BY_SMS, owner))
    assert (fact.kind, "has answered" in (fact.text or "")) == (FactKind.declined, True)


@pytest.mark.parametrize(("until", "kind"), [(date(2027, 11, 4), "ditunda"), (date(2027, 11, 5), "ditolak")])
def test_a_case_is_put_off_by_a_year_at_most(until: date, kind: str) -> None:
    """What waits for next year's budget; 9999 is no day."""
    house = House(law=ListLaw())
    house.take(BY_SMS)
    owner = house.case(BY_SMS.tracking_code).owner.id
    (fact,) = house.take(said(CommandKind.postpone, BY_SMS, owner, until=until))
    assert fact.kind.value == kind


def test_whose_complaint_is_put_aside_hears_so_and_opens_it_again() -> None:
    """A desk can be wrong about spam."""
    house = House(law=ListLaw())
    house.take(BY_SMS)
    house.take(said(CommandKind.archive, BY_SMS, DESK, "spam"))
    assert house.replies[-1].kind is ReplyKind.archived
    assert "BUKA" in house.replies[-1].text
    house.take(by(CommandKind.reopen, BY_SMS, BY_SMS.reporter_ref))
    assert house.case(BY_SMS.tracking_code).state == "dibuka kembali"


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


CLOSED_BY: dict[str, tuple[CommandKind, ...]] = {
    "verified": (CommandKind.verify,),
    "answered and disputed": (CommandKind.answer, CommandKind.reopen),
    "withdrawn and opened again": (CommandKind.withdraw, CommandKind.reopen),
    "put aside and opened again": (CommandKind.archive, CommandKind.reopen),
}
BY_CITIZEN = {CommandKind.reopen, CommandKind.withdraw}


@pytest.mark.parametrize("how", CLOSED_BY)
def test_asking_and_answering_itself_gives_no_days(how: str) -> None:
    """A question that is closed without the citizen's addition moves no clock: nobody gets his 30 days by asking and going on."""
    house = House(law=ListLaw())
    house.take(BY_SMS)
    owner, before = house.case(BY_SMS.tracking_code).owner.id, house.case(BY_SMS.tracking_code).deadlines
    later = NOON_MS + 10 * DAY_MS
    house.take(said(CommandKind.ask, BY_SMS, owner, "Apakah masih"), at_ms=later)
    for number, kind in enumerate(CLOSED_BY[how], 1):
        actor = CITIZEN if kind in BY_CITIZEN else DESK if kind is CommandKind.archive else owner
        facts = house.take(said(kind, BY_SMS, actor, "Sudah"), at_ms=later + number * 15_000)
        assert facts[0].kind is not FactKind.declined, facts[0].text
    case = house.case(BY_SMS.tracking_code)
    after = {one.duty: one.due for one in case.deadlines}
    assert after.items() >= {one.duty: one.due for one in before}.items()
    assert (case.question, case.waits_since, case.paused_s) == (None, None, 0)


def test_who_answers_his_own_question_late_keeps_the_days_of_the_law() -> None:
    """After the citizen's 30 days the report counts as complete, as it is: the clock runs from there, whoever closes the question."""
    house = House(law=ListLaw())
    house.take(BY_SMS)
    owner = house.case(BY_SMS.tracking_code).owner.id
    house.take(said(CommandKind.ask, BY_SMS, owner, "Di sebelah mana"), at_ms=NOON_MS)
    house.take(said(CommandKind.answer, BY_SMS, owner, "Sudah"), at_ms=NOON_MS + 31 * DAY_MS)
    assert house.case(BY_SMS.tracking_code).paused_s == 30 * 86_400


def test_an_answer_does_not_end_with_a_question() -> None:
    """It would stop the clocks, and the citizen's reply would go nowhere."""
    house = House(law=ListLaw())
    house.take(BY_SMS)
    owner = house.case(BY_SMS.tracking_code).owner.id
    (fact,) = house.take(said(CommandKind.answer, BY_SMS, owner, "Di depan rumah nomor berapa?"))
    assert (fact.kind, house.case(BY_SMS.tracking_code).answers) == (FactKind.declined, ())
