"""Reads whether a text goes on with what its citizen told before: a correction, how it is now, or only the photo of it. Pure."""

from typing import Final

from conversation.said.phrases import PHRASES
from conversation.said.words import LONGEST_WORDS, SHORT_WORDS, TOLD_WORDS, WORDS, folded
from normalizer import corrections

_OF_A_PLACE: Final = 10
"""The maximum number of words of a text that only says where something is."""


def corrects(text: str) -> bool:
    """Return whether a text may correct what its citizen told before, if it tells no other matter."""
    return corrections.begins(text) or corrections.correction(text) is not None


def only_places(text: str) -> bool:
    """Return whether a few words only say where something is: "di Kelurahan Bugel, Salatiga"."""
    words = " ".join(folded(text))
    return (
        len(words.split()) <= _OF_A_PLACE
        and PHRASES.where.match(words) is not None
        and PHRASES.fault.search(words) is None
    )


def tells_a_fault(text: str) -> bool:
    """Return whether a text says that something is wrong."""
    return PHRASES.fault.search(" ".join(folded(text))) is not None


def denies_a_fault(text: str) -> bool:
    """Return whether a text says that something is not, or no longer, wrong: "tidak banjir lagi"."""
    return PHRASES.no_fault.search(" ".join(folded(text))) is not None


def tells_a_relapse(text: str) -> bool:
    """Return whether a text says that something is wrong again."""
    return PHRASES.relapse.search(" ".join(folded(text))) is not None


def accuses(text: str) -> bool:
    """Return whether a text tells that somebody took or wanted money: "petugasnya minta uang rokok"."""
    words = folded(text)
    return len(words) <= LONGEST_WORDS and PHRASES.accuses.search(" ".join(words)) is not None


def tells_a_state(text: str) -> bool:
    """Return whether a text tells how something is, and does not name the thing."""
    return PHRASES.state.match(" ".join(folded(text))) is not None


def only_tells_a_state(text: str) -> bool:
    """Return whether a text tells how something is and nothing else: "keruh dan bau sekarang", "masih bolong"."""
    return PHRASES.only_state.match(" ".join(folded(text))) is not None


def begins_with_its(text: str) -> bool:
    """Return whether a text begins with a thing of what was told before ("tagihannya tetap datang"), and not with one beside it."""
    words = folded(text)
    return any(word.endswith("nya") and word not in WORDS.no_things for word in words[:2]) and "juga" not in words


def tells_one_beside(text: str) -> bool:
    """Return whether a text tells of another one of the same kind, in another place: "lampu di Jalan Gajahmada juga mati"."""
    return names_place(text) and "juga" in folded(text)


def names_place(text: str) -> bool:
    """Return whether a text names a street, or another place with its name, whether or not anybody knows where it is."""
    return PHRASES.placed.search(" ".join(folded(text))) is not None


def only_shows(text: str) -> bool:
    """Return whether the words beside a photo are none, or say no more than that it is one: "ini fotonya min"."""
    return WORDS.shows.issuperset(folded(text))


def is_very_short(text: str) -> bool:
    """Return whether a text has so few words that it can only be about what was told just before it."""
    return 0 < len(folded(text)) <= SHORT_WORDS


def is_short(text: str) -> bool:
    """Return whether a text has so few words that it may only go on with what was told before."""
    return 0 < len(folded(text)) <= TOLD_WORDS
