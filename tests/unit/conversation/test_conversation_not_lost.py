"""What must not be lost or moved although it is short: thanks that say more, another matter with a word of correction, a bare place."""

from uuid import UUID, uuid4

import pytest

from complaints import tracking
from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import CommandKind
from complaints.crypto import Keyring
from complaints.mail import MessageKind
from conversation.heard import Fresh, Heard
from conversation.own import hidden
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import said
from tests.harness.stories import stories_of
from tests.harness.support import message
from tests.harness.tables import each_row, row_by_row
from tests.harness.town import Town, town_of

LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"


test_story = stories_of(__file__)


@pytest.fixture
def town() -> Town:
    """A town in which somebody has reported a lamp."""
    made = Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())
    made.say(LAMP)
    return made


def first(town: Town) -> Case:
    """Return the case of the lamp."""
    return town.case(town.complaints[0].tracking_code)


def answer(town: Town) -> None:
    """Let the owner answer it."""
    done = said(CommandKind.answer, town.complaints[0], first(town).owner.id, "Lampu sudah kami ganti.")
    town.take(encode(done, source="/tests"))


@row_by_row
def test_thanks_that_say_more_are_kept(town: Town, text: str) -> None:
    """Politeness comes first; what follows is a complaint, an addition, a dispute or a wish."""
    answer(town)
    town.say(text)
    kept = [one.text for one in first(town).complaint.additions] + [one.text for one in town.complaints[1:]]
    assert text in kept or first(town).state == "dibuka kembali" or first(town).complaint.anonymous
    assert town.landed[-1].kind is not MessageKind.thanks


@pytest.mark.parametrize("answered", [False, True])
@row_by_row
def test_another_matter_with_a_word_of_correction_is_a_complaint(town: Town, text: str, *, answered: bool) -> None:
    """It moves nobody's lamp, and opens none again."""
    if answered:
        answer(town)
    before = first(town).owner
    town.say(text)
    assert [one.text for one in town.complaints[1:]] == [text]
    assert (first(town).owner, first(town).state == "dibuka kembali") == (before, False)


@row_by_row
def test_a_correction_moves_the_case_it_names(town: Town, text: str) -> None:
    """With its code, with the account that X writes before an answer, or alone."""
    town.say(text.replace("CODE", town.complaints[0].tracking_code))
    assert (len(town.complaints), first(town).owner.id[-5:]) == (1, "33.73")


def test_a_code_without_a_digit_is_no_word() -> None:
    """One code in 62 has none."""
    town = town_of()
    id_ = next(one for one in iter(uuid4, None) if town.keys.tracking_code(one).isalpha())
    town.say(LAMP, id_=id_)
    town.say(f"{town.complaints[0].tracking_code} bukan Kota Semarang pak, Kota Salatiga")
    assert (len(town.complaints), first(town).owner.id[-5:]) == (1, "33.73")


@pytest.mark.parametrize("place", ["di Kelurahan Bugel, Salatiga", "Kota Salatiga", "di Jalan Merdeka Salatiga"])
def test_a_bare_place_goes_on_with_a_case_that_has_none(place: str) -> None:
    """Also where the owner is a national body, which asks for none."""
    town = Town(Keyring.from_secret(b"s" * 32), Router.load(), Normaliser.load())
    town.say("listrik padam dari semalam")
    town.say(place)
    assert [[one.text for one in told.additions] for told in (first(town).complaint,)] == [[place]]
    assert (len(town.complaints), first(town).complaint.place.regency is not None) == (1, True)


@each_row
def test_each_wish_to_be_hidden_is_seen(wish: str) -> None:
    """One for each way in which it is said."""
    assert hidden(message(f"Camat minta uang pungli. {wish}")).anonymous


@each_row
def test_what_only_speaks_of_names_hides_nobody(text: str) -> None:
    """A complaint about names, numbers and secrets is told as it is."""
    assert not hidden(message(text)).anonymous


@row_by_row
def test_a_question_of_the_same_field_is_no_part_of_what_was_told(town: Town, text: str) -> None:
    """It begins with no thing of the complaint before it, though a word ends like one."""
    town.say("puskesmas di Kec. Tamalanrea Makassar tutup jam 10 padahal jadwalnya sampai jam 2")
    town.say(text)
    assert [one.text for one in town.complaints[2:]] == [text]


@row_by_row
def test_a_place_with_any_word_beside_it_is_a_complaint_of_its_own(town: Town, text: str) -> None:
    """Also just after another one."""
    town.say(text)
    assert [one.text for one in town.complaints[1:]] == [text]


@pytest.mark.parametrize(
    "text", ["Pohon tumbang Jl Sultan Agung", "Pasien ditolak RSUD", "Jalan rusak Jl Mejabung Kota Tegal"]
)
@pytest.mark.parametrize("first", ["Guru SMPN 3 Kota Tegal minta uang", "Lampu jalan mati di Jl Ahmad Yani Kota Tegal"])
def test_another_story_that_ends_with_a_place_is_a_case_of_its_own(first: str, text: str) -> None:
    """It reads like a place, and begins with what is wrong: it answers no question, and nobody who has the first case reads it."""
    town = town_of(first, seconds=1)
    town.say(text)
    assert [one.text for one in town.complaints] == [first, text]


@pytest.mark.parametrize(
    "text", ["kemarin", "tanggal 3 November di SMPN 3", "di dekat pohon tumbang", "Jl Sultan Agung"]
)
def test_what_answers_a_question_answers_it_still(text: str) -> None:
    """A day, and a place that says no more than where."""
    town = town_of("Guru SMPN 3 Kota Tegal minta uang", seconds=1)
    town.say(text)
    assert len(town.complaints) == 1


@pytest.mark.parametrize(
    "words", ["ralat {}: Kota Salatiga", "{} jangan sebut nama saya", "{} di Jalan Merdeka Salatiga"]
)
def test_a_code_is_read_as_no_words(words: str) -> None:
    """Whichever letters it has, and however it is grouped: they show no subject, no fault and no clause."""
    reads = Normaliser.load()

    def found(text: str) -> tuple[object, ...]:
        said = message(text)
        fresh = Fresh(said, reads.normalise(said, id_=UUID(int=1), code="", citizen=""), True)
        heard = Heard(said, UUID(int=1), lambda _, __: fresh)
        return fresh.complaint.topic, heard.names_matter, heard.says_only, heard.tells_a_fault, heard.found.intent

    alone = found(words.format("").strip())
    for number in range(100):
        code = tracking.code_for(UUID(int=number), key=b"k" * 16)
        assert found(words.format(code)) == found(words.format(tracking.spaced(code))) == alone, code
