"""One number that opens very many cases at once: the rest is kept with the latest case, and hears so once."""

import pytest

from complaints.crypto import Keyring
from complaints.limits import MOST_ADDITIONS
from complaints.mail import MessageKind, ReplyKind
from conversation.opening import MOST_OPENED, WITHIN_MS
from conversation.step import Rules
from conversation.telling import TellingRules
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.tables import document
from tests.harness.town import Town

STREETS = [f"Jalan berlubang di Jalan Nomor {number}, Kota Semarang" for number in range(MOST_ADDITIONS + 20)]
MATTERS: list[str] = document("tables/conversation/crowd.yaml")["MATTERS"]


@pytest.fixture(scope="module")
def law() -> Router:
    """The law."""
    return Router.load()


@pytest.fixture
def town(law: Router) -> Town:
    """A town in which nobody has complained yet, and texts do not wait."""
    rules = Rules(telling=TellingRules(per_hour=1000, useful_for=Rules().telling.useful_for))
    return Town(Keyring.from_secret(b"s" * 32), law, Normaliser.load(), rules)


def tell(town: Town, texts: list[str], *, sender: str = "6281234567890") -> list[MessageKind]:
    """Tell each story in a message of its own; return what they became."""
    before = len(town.landed)
    for text in texts:
        town.say(text, sender=sender)
    return [event.kind for event in town.landed[before:]]


def test_the_sixth_case_in_ten_minutes_is_kept_with_the_fifth_and_hears_so_once(town: Town) -> None:
    """Each message as one addition, whole; the case stays with its owner and its citizen hears nothing else."""
    became = tell(town, MATTERS)
    assert became == [MessageKind.complaint] * MOST_OPENED + [MessageKind.addition] * 3
    fifth = town.case(town.complaints[-1].tracking_code)
    assert len(town.complaints) == MOST_OPENED
    assert [(one.text, one.apart) for one in fifth.complaint.additions] == [(text, True) for text in MATTERS[5:]]
    assert (fifth.complaint.topic, fifth.complaint.place.regency) == (
        town.complaints[-1].topic,
        town.complaints[-1].place.regency,
    )
    assert (fifth.hop, fifth.complaint.oversight) == (0, False)
    assert [send.kind for send in town.sends].count(ReplyKind.small_talk) == 1
    assert len(town.sends) == MOST_OPENED + 1


def test_ten_minutes_are_the_time_of_the_records(town: Town) -> None:
    """A millisecond before they are over the sixth waits; then it opens a case."""
    tell(town, MATTERS[:MOST_OPENED])
    town.wait(milliseconds=WITHIN_MS - 1)
    assert tell(town, MATTERS[5:6]) == [MessageKind.addition]
    town.wait(milliseconds=1)
    assert tell(town, MATTERS[6:7]) == [MessageKind.complaint]


def test_five_cases_over_a_longer_time_are_no_crowd(town: Town) -> None:
    """Nor are those of others."""
    for text in MATTERS:
        assert tell(town, [text]) == [MessageKind.complaint]
        town.wait(minutes=2)
    for number, text in enumerate(STREETS[:20]):
        assert tell(town, [text], sender=f"62812000000{number:02d}") == [MessageKind.complaint]


def test_danger_to_life_opens_a_case_whatever_came_before(town: Town) -> None:
    """It waits for nothing."""
    tell(town, MATTERS[:6])
    assert tell(town, ["tolong ada kebakaran sekarang di Pasar Johar Semarang"]) == [MessageKind.complaint]


def test_an_open_question_of_the_case_stays_open(town: Town) -> None:
    """What tells other matters is no answer."""
    tell(town, [*MATTERS[:4], "Pohon besar tumbang menimpa pagar depan rumah saya tadi"])
    code = town.complaints[-1].tracking_code
    assert town.case(code).state == "perlu dilengkapi"
    sent = len(town.sends)
    town.say(
        "Listrik padam tiga hari di Kabupaten Tegal, petugas PLN tidak datang walaupun sudah ditelepon berkali-kali"
    )
    case = town.case(code)
    assert (case.state, case.complaint.additions[-1].apart) == ("perlu dilengkapi", True)
    assert len(town.sends) == sent + 1
    town.say("di Jalan Pemuda Kota Semarang")
    assert town.case(code).state != "perlu dilengkapi"


def test_a_flood_of_hundreds_loses_nothing_and_opens_few(town: Town) -> None:
    """A full case takes no more: the one before it does."""
    became = tell(town, STREETS)
    kept = [one.text for case in town.complaints for one in town.case(case.tracking_code).complaint.additions]
    assert sorted([*(one.text for one in town.complaints), *kept]) == sorted(STREETS)
    assert became.count(MessageKind.complaint) == MOST_OPENED
    assert [send.kind for send in town.sends].count(ReplyKind.small_talk) == 1
    assert len(town.complaints) == MOST_OPENED


def test_what_is_kept_with_a_case_moves_it_nowhere_later(town: Town) -> None:
    """When its citizen adds to it, only what he says of it is read."""
    tell(town, MATTERS[:7])
    code = town.complaints[-1].tracking_code
    owner = town.case(code).owner.id
    town.say(f"{code} mohon segera diperbaiki ya pak, pagarnya rusak")
    case = town.case(code)
    assert (case.owner.id, case.hop, len(case.complaint.additions)) == (owner, 0, 3)


def test_what_is_one_too_many_never_stands_on_a_case_that_has_ended(town: Town) -> None:
    """Nobody would read it there: the latest case that lives takes it; if none lives, the message opens one."""
    tell(town, MATTERS[:5])
    codes = [one.tracking_code for one in town.complaints]
    town.say(f"CABUT {codes[-1]}")
    tell(town, [MATTERS[5]])
    assert [one.text for one in town.case(codes[-2]).complaint.additions] == [MATTERS[5]]
    for code in codes[:-1]:
        town.say(f"CABUT {code}")
    assert tell(town, [MATTERS[6]]) == [MessageKind.complaint]
    assert town.case(codes[-1]).complaint.additions == ()
