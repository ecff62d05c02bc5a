"""What must not be lost or moved although it is short: thanks that say more, another matter with a word of correction, a bare place."""

from uuid import UUID, uuid4

import pytest

from complaints import tracking
from conversation.heard import Fresh, Heard
from conversation.passing import hidden
from normalizer.complaint import Normaliser
from tests.harness.stories import stories_of
from tests.harness.support import message
from tests.harness.tables import each_row
from tests.harness.town import town_of

test_story = stories_of(__file__)


def test_a_code_without_a_digit_is_no_word() -> None:
    """One code in 62 has none."""
    town = town_of()
    id_ = next(one for one in iter(uuid4, None) if town.keys.tracking_code(one).isalpha())
    town.say("lampu jalan mati di Jalan Pemuda, Kota Semarang", id_=id_)
    town.say(f"{town.complaints[0].tracking_code} bukan Kota Semarang pak, Kota Salatiga")
    assert (len(town.complaints), town.case(town.complaints[0].tracking_code).owner.id[-5:]) == (1, "33.73")


@each_row
def test_each_wish_to_be_hidden_is_seen(wish: str) -> None:
    """One for each way in which it is said."""
    assert hidden(message(f"Camat minta uang pungli. {wish}")).anonymous


@each_row
def test_what_only_speaks_of_names_hides_nobody(text: str) -> None:
    """A complaint about names, numbers and secrets is told as it is."""
    assert not hidden(message(text)).anonymous


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
