"""What is read of a message, each thing once: what its citizen wants, how sure that is, and the complaint that it would be."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, NamedTuple
from unicodedata import category
from uuid import UUID

from complaints.event import Complaint
from complaints.message import InboundMessage
from normalizer import corrections
from normalizer.complaint import position_of
from normalizer.coordinates import without_positions
from normalizer.emergency import tells_of_danger
from normalizer.known_words import without_codes
from normalizer.language import commands, cues
from normalizer.language.understanding import Understood, tells_beside, understood
from normalizer.posts import own_words

SHORT: Final = 25
"""Words of a message that only goes on with what was told, or only wants something. A longer one is a story of its own."""

_CHARACTERS: Final = 300
"""Characters of the same: what has none of our letters has no words."""

_PLACE_WORDS: Final = 8
_FRIENDLY: Final = frozenset("🙏👍👌👏😊🙂😀😃😄😁😍❤💪🎉🤝")
"""The signs that say no more than thanks."""

_NUMBER: Final = re.compile(r"\d{5}")
"""The number of a meter, a letter or a telephone."""

_A_PLACE: Final = 0.8
"""How likely it must be that a message says a place, to take no matter from its few words: streets have the names of many."""

_CAPTION: Final = 6
"""Words beside a photo that say no more than that it is one."""

_TELLS: Final = frozenset(("story", "danger", "dispute", "place", "correction"))
_MAY_TELL: Final = frozenset(("story", "danger", "hide", "correction"))
"""The intents of sentences that may tell a matter, however sure another reading is."""

_LIKELY: Final = 0.4
"""The intents of a clause that tells something, and how likely one must be not to be lost."""

_CLEAR: Final = 0.6
"""How likely a clause must dispute an answer beside a rating."""

_SURELY: Final = 0.95
"""How likely a wish must be for a place beside it to be a part of it: "terima kasih Pemkot Semarang"."""

_DENIED: Final = 0.5
"""How likely a dispute is in words that deny something good."""

_ABOUT_US: Final = "Sp4N-Lapor!/"
"""The beginning of the topics about this service: a question about the report itself is read as one."""

ANYTHING: Final = "anything"
"""What every message wants: to be kept."""


class Fresh(NamedTuple):
    """A message, as hidden as it asks to be, and the complaint that it would be."""

    message: InboundMessage
    complaint: Complaint
    was_read: bool


class Heard:
    """A whole message with what is read of it."""

    def __init__(self, message: InboundMessage, id_: UUID, reads: Callable[[InboundMessage, UUID], Fresh]) -> None:
        self.message, self.id, self.said, self._reads = message, id_, own_words(message), reads
        self.is_own = bool(message.sender) and not message.shared
        """Whether it comes from the telephone or account of the citizen alone, so that his words may act on his cases."""

    @cached_property
    def fresh(self) -> Fresh:
        """The complaint that it would be."""
        return self._reads(self.message, self.id)

    @cached_property
    def words(self) -> str:
        """What it says beside tracking codes, whose letters are no words."""
        return without_codes(self.said)

    @cached_property
    def found(self) -> Understood:
        """What its citizen wants by it."""
        is_short = self.length <= SHORT
        return understood(cues.spelt(self.words) if is_short else self.said)

    @cached_property
    def cries(self) -> bool:
        """Whether it tells of danger to life now."""
        return tells_of_danger(self.message.text)

    @cached_property
    def length(self) -> int:
        """The number of its words."""
        return len(cues.folded(self.said))

    @cached_property
    def order(self) -> commands.Order | None:
        """The exact command that it is. A message of which a part is missing is not all that its citizen said."""
        return None if self.message.partial else commands.order(self.said)

    @cached_property
    def rating(self) -> int | None:
        """The number with which it rates; 0 if that is off the scale; None if it rates with none, or a part of it is missing."""
        return None if self.message.partial else commands.rated(self.said)

    @cached_property
    def names_matter(self) -> bool:
        """Whether it tells a matter, and not only one of this service."""
        told = self.fresh.complaint
        is_short = self.length <= _PLACE_WORDS
        is_place = is_short and self.found.shares["place"] >= _A_PLACE and not cues.begins_with_a_fault(self.words)
        if is_place or cues.only_tells_a_state(self.words):
            return False
        is_of_us = (told.topic or "").startswith(_ABOUT_US) and told.place.province is None
        is_office = cues.is_rest(told.topic or "") and self.found.wants("place")
        return "subject" not in told.missing and not is_of_us and not is_office

    @cached_property
    def tells_a_fault(self) -> bool:
        """Whether it reads like a place and begins with a matter: what is wrong with a thing."""
        return self.found.intent == "place" and self.names_matter and cues.begins_with_a_fault(self.words)

    @cached_property
    def is_placed(self) -> bool:
        """Whether it names a place, whether or not anybody knows where that is."""
        return self.fresh.complaint.place.province is not None or cues.names_place(self.said)

    @cached_property
    def is_place(self) -> bool:
        """Whether it says nothing but a place."""
        return corrections.is_only_place(self.said, self.fresh.complaint.place.evidence)

    @cached_property
    def corrects(self) -> bool:
        """Whether it corrects what its citizen told before."""
        if corrections.begins(self.said):
            return True
        return not self.names_matter and corrections.correction(self.said) is not None

    @cached_property
    def shows(self) -> bool:
        """Whether it is no more than a photo, or the position, of what was told before it."""
        has_what = bool(self.message.attachments) or position_of(self.message) is not None
        text = without_positions(self.message.text)
        return has_what and not self.names_matter and len(cues.folded(text)) <= _CAPTION and not tells_beside(text)

    @cached_property
    def says_only(self) -> bool:
        """Whether it tells nothing beside what it wants: no clause, no words in a row, no place, no number; and has no file."""
        if (
            self.length > SHORT
            or len(self.said) > _CHARACTERS
            or self.message.attachments
            or _NUMBER.search(self.words)
        ):
            return False
        if self.found.confidence < _SURELY and self.fresh.complaint.place.province is not None:
            return False
        clauses = self.found.clauses
        beside = len(clauses) > 1 and any(one.intent in _TELLS and one.confidence >= _LIKELY for one in clauses)
        return not beside and not tells_beside(self.words)

    @property
    def only_smiles(self) -> bool:
        """Whether it is no more than signs of a friendly face or hand."""
        signs = [sign for sign in self.said if category(sign)[0] not in "PZMC" and category(sign) != "Sk"]
        return bool(signs) and _FRIENDLY.issuperset(signs)

    @property
    def is_wish(self) -> bool:
        """Whether none of its clauses tells anything."""
        return _TELLS.isdisjoint(one.intent for one in self.found.clauses)

    @property
    def also_disputes(self) -> bool:
        """Whether a clause of it says that the matter is not settled, whatever it says beside."""
        return any(one.intent == "dispute" and one.confidence >= _CLEAR for one in self.found.clauses)

    @cached_property
    def disputing(self) -> str:
        """The clause by which it says what is not settled; all of it if no clause says so."""
        clauses = [one for one in self.found.clauses if one.intent == "dispute"]
        return max(clauses, key=lambda one: one.confidence).text if clauses else self.said

    def sure_of(self, wish: str) -> float:
        """Return how sure it is that the citizen wants something, from 0 to 1: an intent, or what READ names beside."""
        reads = READ.get(wish)
        return self.found.shares.get(wish, 0.0) if reads is None else float(reads(self))

    def most(self, intents: frozenset[str]) -> float:
        """Return how sure it is that the whole, or a clause, has one of some intents."""
        clauses = (one.confidence for one in self.found.clauses if one.intent in intents)
        return max(*(self.found.shares[intent] for intent in intents), *clauses, 0.0)

    def judges(self, *, well: bool) -> float:
        """Return how sure it is that it judges, with no number, and praises or does not."""
        is_meant = self.rating is None and cues.praises(self.said) == well
        return self.found.shares["rating"] * is_meant


READ: Final[Mapping[str, Callable[[Heard], float]]] = {
    ANYTHING: lambda _: True,
    "place": lambda heard: 0.0 if heard.tells_a_fault else heard.found.shares["place"],
    "danger": lambda heard: heard.cries,
    "danger in its matter": lambda heard: heard.cries,
    "only hide": lambda heard: heard.found.shares["hide"] if heard.is_wish else 0.0,
    "thanks": lambda heard: 1.0 if heard.only_smiles else heard.found.shares["thanks"],
    "stars": lambda heard: bool(heard.rating),
    "number": lambda heard: heard.rating is not None,
    "praise": lambda heard: heard.judges(well=True),
    "blame": lambda heard: heard.judges(well=False),
    "settled": lambda heard: 0.0 if cues.denies_good(heard.said) else heard.found.shares["settled"],
    "dispute": lambda heard: max(heard.found.shares["dispute"], _DENIED * cues.denies_good(heard.said)),
    "picture": lambda heard: heard.shows,
    "correction": lambda heard: heard.corrects or heard.found.shares["correction"],
    "no, and more": lambda heard: commands.begins_with(heard.said, "disagree"),
    "threat": lambda heard: cues.threatens(heard.said),
    "accusation": lambda heard: cues.accuses(heard.said),
    "no story": lambda heard: 0.0 if heard.tells_a_fault else 1.0 - heard.most(_MAY_TELL),
}
"""What else is read than the intent of the whole: how sure it is."""
