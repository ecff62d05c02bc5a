"""What goes on with what a citizen told before: secrecy, corrections, the same matter, a photo, a rating; and the words of a post on X."""

import pytest

from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import CommandKind
from complaints.crypto import Keyring
from conversation.own import own_words
from normalizer import corrections
from normalizer.complaint import Normaliser
from normalizer.language.commands import rated
from normalizer.language.hiding import asks_to_be_hidden
from router.routing import Router
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.support import message
from tests.harness.tables import each_row
from tests.harness.town import Town

POTHOLE = "Jalan berlubang di Jl Kaligarang Kota Semarang"
test_story = stories_of(__file__)


@pytest.fixture
def town() -> Town:
    """A town in which nobody has complained yet."""
    return Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())


def first(town: Town) -> Case:
    """Return the first case."""
    return town.case(town.complaints[0].tracking_code)


def answer(town: Town) -> None:
    """Let the owner answer the first case."""
    answered = said(CommandKind.answer, town.complaints[0], first(town).owner.id, "Sudah kami tambal")
    town.take(encode(answered, source="/tests"))


@each_row
def test_a_secret_that_is_told_of_hides_nothing(text: str) -> None:
    """It is an ordinary word."""
    assert not asks_to_be_hidden(text)


def post(town: Town, text: str, *, to: str = "") -> str:
    """Post a text that mentions us on X, alone or in a thread. Return the id of the thread."""
    number = str(len(town.landed) + 1)
    town.say(
        f"@lapor1708 {text}",
        channel="twitter",
        account="twitter/@lapor1708",
        sender="77",
        upstream_id=number,
        thread=to or number,
        reply_to={"post": number, "username": "warga", "conversation": to or number},
    )
    return to or number


def test_only_a_post_loses_names(town: Town) -> None:
    """And only at its beginning, but for ours."""
    sms = message("@lapor1708 CABUT")
    assert own_words(sms) == sms.text
    tweet = message("@budi @Lapor1708 jalan @dpu_smg rusak @LAPOR1708", channel="twitter", account="twitter/@lapor1708")
    assert own_words(tweet) == "jalan @dpu_smg rusak"
    assert town.complaints == []


@each_row
def test_what_corrects_is_told_from_what_begins_like_it(text: str, *, is_one: bool) -> None:
    """An idiom corrects nothing."""
    assert (corrections.begins(text) or corrections.correction(text) is not None) == is_one


@pytest.mark.parametrize("text", ["2 lubang di jalan", "dua lampu mati", "12345678901"])
def test_what_counts_things_is_no_rating(text: str) -> None:
    """Nor is the number of a meter."""
    assert rated(text) is None
