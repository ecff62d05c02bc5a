"""Recognises a text that reports danger to life now: its writer needs the number for emergencies. Pure."""

import re
from datetime import timedelta
from typing import Final

from complaints.command import CITIZEN
from complaints.event import Complaint
from complaints.fact import Added, Fact, FactKind, said_in
from normalizer.known_words import without_codes
from normalizer.language.understanding import understood
from normalizer.parts import own_words

OCCASION: Final = "emergency"
"""The occasion of the sentence that has the number for emergencies (complaints.wording)."""

_SAYS: Final = frozenset((FactKind.added, FactKind.reopened))
"""The facts, other than the opening of a case, that follow from the citizen's own words."""

_GOES_ON: Final = timedelta(hours=6)
"""How long after a report of danger each further message of its citizen is answered with the number, unless it says that it is over."""

OWN_POST: Final = "kirimannya sendiri"
"""Takes the place of the account if a citizen quotes or answers his own post."""

QUOTED: Final = re.compile(rf"(?:^|\n\s*)\[[a-z]+ (@|{OWN_POST}\]).*", re.DOTALL)
"""The posts of others that channels/twitter/parse.py adds to the text of one that quotes or answers them."""

_COMMAND: Final = re.compile(r"^\W*(?:[A-Z0-9]+\W+)+(?=[a-z])")
"""Words in capitals before text in small letters: a command or a code must not weaken the cry for help after it."""


def ending(first: Fact, complaint: Complaint) -> str:
    """Return the occasion of the sentence that ends the notice about a record's facts, by the first of them; empty without danger."""
    return OCCASION if goes_on(first, complaint) or cries(first, complaint) else ""


def cries(first: Fact, complaint: Complaint) -> bool:
    """Return whether the words that led to a record's facts report danger to life now.

    Args:
        first: the first of the facts: the opening of the case, or what follows from the citizen's words.
        complaint: the complaint, whose title and text count if the record opened the case.
    """
    if first.kind == FactKind.opened:
        return any(map(tells_of_danger, own_words(complaint.title, complaint.text)))
    return first.kind in _SAYS and tells_of_danger(said_in(first))


def goes_on(said: Fact, complaint: Complaint) -> bool:
    """Return whether the citizen's words follow a report of danger within hours: "the fire engine has not come" is about the same danger.

    Words that it is over do not count, and neither do those of somebody else who has the code.
    """
    is_soon = said.kind in _SAYS and said.at - complaint.received_at < _GOES_ON
    is_his = said.actor == CITIZEN and not (isinstance(said, Added) and said.addition.by_code)
    if not (is_soon and is_his) or understood(said_in(said)).intent == "settled":
        return False
    return any(map(tells_of_danger, own_words(complaint.title, complaint.text)))


def tells_of_danger(text: str) -> bool:
    """Return whether a text reports danger to somebody's life now: fire, drowning, a victim without help, violence.

    A text about the past, a fear, training or a benefit does not count, as far as the examples teach it (see normalizer.language).
    """
    told = _COMMAND.sub("", without_codes(text), count=1).strip()
    return "danger" in understood(text).modifiers or (told != text.strip() and "danger" in understood(told).modifiers)


def cry_in(text: str) -> str:
    """Return a post's own words, without the posts that it quotes or answers, if they report danger; any other text as it is."""
    own = QUOTED.sub("", text) if "[" in text else text
    return own if own != text and tells_of_danger(own) else text
