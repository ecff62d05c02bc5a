"""Danger to life now is a case of its own and reads 112, code or not, unless the proven citizen tells more of that very matter."""

from typing import Any

import pytest

from complaints import tracking
from complaints.contract import NEIGHBOURS
from complaints.limits import MOST_BY_CODE
from neighbours.step import NeighboursStep
from tests.harness.support import message
from tests.harness.town import Town, town_of

LAMP = "Lampu jalan mati di Jl Adi Sucipto Kota Surakarta depan Hotel Lorin"
FIRE = "tolong rumah kebakaran di Jl Veteran Kota Surakarta, ada anak terjebak di dalam!"
WORSE = "lampu jalan yang mati itu jatuh menimpa orang, korban terjepit, tolong!"
CITIZEN, STRANGER = "6281234567890", "6289999999999"


def heard(town: Town, sender: str = CITIZEN) -> list[str]:
    """Return the texts that somebody was sent."""
    opened = [town.open(send) for send in town.sends]
    return [text for text, address in opened if sender in address.values()]


def fire_owner() -> str:
    """Return the owner of the fire if it is told alone."""
    town = town_of(FIRE)
    return town.case(town.complaints[0].tracking_code).owner.id


def is_its_own(town: Town, said: str = FIRE) -> bool:
    """Return whether what was told last is a case of its own, whose owner is that of a fire, and the lamp's case is as it was."""
    lamp, *others = town.complaints
    cases = [town.case(one.tracking_code) for one in others]
    left = town.case(lamp.tracking_code)
    assert not [one for one in left.complaint.additions if said in one.text]
    assert left.state == "diteruskan"
    return [said in case.complaint.text and case.owner.id == fire_owner() for case in cases] == [True]


WORDS = ("", "STATUS ", "BELUM ", "CABUT ", "RAHASIA ", "BUKA ", "5 ", "STOP ")


@pytest.mark.parametrize("word", WORDS)
def test_danger_told_with_the_code_of_another_is_a_case_of_its_own(word: str) -> None:
    """Whatever word stands before the code: its writer reads 112 at once, and not how the other case stands."""
    town = town_of(LAMP)
    before = heard(town)
    town.say(f"{word}{tracking.spaced(town.complaints[0].tracking_code)} {FIRE}", sender=STRANGER)
    assert is_its_own(town)
    first, *_ = heard(town, STRANGER)
    assert "112" in first
    assert "Perhubungan" not in first
    assert heard(town) == before


def test_who_asked_for_silence_reads_the_number_for_danger_that_he_tells_with_a_code() -> None:
    """The case is his: he asks how it stands."""
    town = town_of(LAMP)
    town.say("STOP", sender=STRANGER)
    town.say(f"{town.complaints[0].tracking_code} {FIRE}", sender=STRANGER)
    assert is_its_own(town)
    assert "112" in heard(town, STRANGER)[-1]
    town.say("STATUS", sender=STRANGER)
    assert tracking.spaced(town.complaints[1].tracking_code) in heard(town, STRANGER)[-1]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("named", [True, False])
def test_other_danger_told_by_the_citizen_of_a_case_is_a_case_of_its_own(word: str, *, named: bool) -> None:
    """With its code and a word before it, or without."""
    town = town_of(LAMP)
    code = f"{tracking.spaced(town.complaints[0].tracking_code)} " if named else ""
    town.say(f"{word}{code}{FIRE}")
    assert is_its_own(town)
    assert "112" in "".join(heard(town)[1:])


@pytest.mark.parametrize("word", WORDS)
def test_danger_of_the_matter_of_a_case_is_added_to_it(word: str) -> None:
    """Its citizen, who is proven, reads 112 in the answer, whatever word stands before the code."""
    town = town_of(LAMP)
    town.say(f"{word}{town.complaints[0].tracking_code} {WORSE}")
    (complaint,) = town.complaints
    assert [one.apart for one in town.case(complaint.tracking_code).complaint.additions] == [None]
    assert "112" in "".join(heard(town)[1:])


def test_danger_below_a_post_is_a_case_of_its_own() -> None:
    """A thread is a conversation: what is in danger there reads 112."""
    town = town_of()
    post: dict[str, Any] = {"channel": "twitter", "account": "twitter/@lapor1708", "sender": "77", "thread": "1"}
    for number, text in enumerate((LAMP, f"BELUM {FIRE}"), 1):
        told = {"post": str(number), "username": "warga", "conversation": "1"}
        town.say(text, **post, upstream_id=str(number), reply_to=told)
    assert is_its_own(town)
    assert "112" in town.texts[-1]


UNPLACED = "tolong pak rumah kebakaran, ada anak kecil terjebak di dalam"


@pytest.mark.parametrize("sender", ["77", "78"])
@pytest.mark.parametrize("said", [FIRE, UNPLACED])
def test_danger_told_under_the_post_of_another_matter_goes_to_who_saves_lives(said: str, sender: str) -> None:
    """The post that it answers is a part of its text: it may give the place, and neither the subject nor a main case."""
    town = town_of()
    town.step_in(NEIGHBOURS, NeighboursStep())
    post: dict[str, Any] = {"channel": "twitter", "account": "twitter/@lapor1708", "thread": "1"}
    texts = (f"@lapor1708 {LAMP}", f"@lapor1708 {said}\n\n[menanggapi @warga] @lapor1708 {LAMP}")
    for number, (text, author) in enumerate(zip(texts, ("77", sender), strict=True), 1):
        told = {"post": str(number), "username": f"warga{author}", "conversation": "1"}
        town.say(text, **post, upstream_id=str(number), reply_to=told, sender=author)
        town.wait(minutes=1)
    assert is_its_own(town, said)
    assert [town.case(one.tracking_code).main for one in town.complaints] == [None, None]
    fire = town.complaints[1]
    assert fire.place.regency == town.complaints[0].place.regency
    assert "place" not in fire.missing


def test_two_reports_of_danger_are_not_merged_by_the_search() -> None:
    """A second family in the same street is no supporter of the first one."""
    town = town_of()
    town.step_in(NEIGHBOURS, NeighboursStep())
    for sender in (CITIZEN, STRANGER):
        town.say(FIRE, sender=sender)
        town.wait(minutes=1)
    assert [town.case(one.tracking_code).main for one in town.complaints] == [None, None]


class TestTheWeb:
    """Nobody is sent anything; the page has the number."""

    @staticmethod
    def said(town: Town, text: str, **changes: Any) -> None:
        """Let somebody send a form, or something to a case."""
        told = {"channel": "web", "sender": "", "upstream_id": "key-1", "received_at": town.now} | changes
        town.take(town.received(message(text, **told)))

    def test_danger_under_the_name_of_an_earlier_form_is_a_case_of_its_own(self) -> None:
        """Back in the browser, and another text: also by the browser that sent the first."""
        town = town_of()
        self.said(town, LAMP, proven=True)
        self.said(town, FIRE, proven=True)
        assert is_its_own(town)

    @pytest.mark.parametrize("proven", [True, False])
    def test_other_danger_on_the_page_of_a_case_is_a_case_of_its_own(self, *, proven: bool) -> None:
        """With the receipt key or without."""
        town = town_of()
        self.said(town, LAMP)
        self.said(town, FIRE, about=town.complaints[0].tracking_code, upstream_id="a", proven=proven)
        assert is_its_own(town)

    def test_danger_told_by_the_code_alone_is_a_case_where_the_other_is(self) -> None:
        """Nobody knows whether it is the citizen: it is not hidden among what others add, and keeps the place."""
        town = town_of()
        self.said(town, LAMP)
        code = town.complaints[0].tracking_code
        self.said(town, WORSE, about=code, upstream_id="a")
        lamp, own = (town.case(one.tracking_code).complaint for one in town.complaints)
        assert not lamp.additions
        assert own.place.regency == lamp.place.regency
        assert own.continues == code

    def test_danger_told_with_the_receipt_key_is_added_to_its_case(self) -> None:
        """He is the proven citizen, and it is that very matter."""
        town = town_of()
        self.said(town, LAMP)
        self.said(town, WORSE, about=town.complaints[0].tracking_code, upstream_id="a", proven=True)
        (complaint,) = town.complaints
        assert [one.text for one in town.case(complaint.tracking_code).complaint.additions] == [WORSE]

    @pytest.mark.parametrize("others", [0, MOST_BY_CODE + 2])
    def test_danger_on_the_page_of_a_case_of_another_channel_is_never_declined(self, others: int) -> None:
        """Also if others have filled their places in it."""
        town = town_of(LAMP)
        code = town.complaints[0].tracking_code
        for number in range(others):
            self.said(town, f"tambahan orang lain {number}", about=code, upstream_id=f"a-{number}")
        self.said(town, FIRE, about=code, upstream_id="b")
        assert is_its_own(town)

    def test_danger_in_the_words_of_a_wish_is_a_case_beside_it(self) -> None:
        """Whoever disputes an answer by the code and cries for help beside it is heard for both."""
        town = town_of()
        self.said(town, LAMP)
        self.said(town, FIRE, about=town.complaints[0].tracking_code, upstream_id="a", act="hide:secret")
        lamp, own = (town.case(one.tracking_code) for one in town.complaints)
        assert (lamp.complaint.secret, own.owner.id) == (True, fire_owner())
        assert FIRE in own.complaint.text
