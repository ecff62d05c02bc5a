"""Reads a message, each aspect once: what its citizen wants, how sure that is, and the complaint that it would make."""

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
from normalizer.language.understanding import Understood, goes_on, tells_beside, understood
from normalizer.posts import own_words

SHORT: Final = 25
"""Maximum number of words of a message that only continues an earlier one, or only wants something. A longer one is a report."""

_CHARACTERS: Final = 300
"""Maximum number of characters of such a message, because text in another script counts as no words."""

_PLACE_WORDS: Final = 8
_FRIENDLY: Final = frozenset("🙏👍👌👏😊🙂😀😃😄😁😍❤💪🎉🤝")
"""The signs that say no more than thanks."""

_NUMBER: Final = re.compile(r"\d{5}")
"""The number of a meter, a letter or a telephone."""

_A_PLACE: Final = 0.8
"""Minimum probability of a place at which a few words report no matter: streets are named after many things."""

_CAPTION: Final = 6
"""Maximum number of words next to a photo that tell nothing of their own."""

_TELLS: Final = frozenset(("story", "danger", "dispute", "place", "correction"))
_MAY_TELL: Final = frozenset(("story", "danger", "hide", "correction"))
"""The intents that show that a sentence may report a matter, however likely another intent is."""

_LIKELY: Final = 0.4
"""Minimum probability of a clause at which its intent counts, if that is one of _TELLS."""

_CLEAR: Final = 0.6
"""Minimum probability of a clause that disputes the answer next to a rating."""

_TAKES_BACK: Final = 0.9
"""Minimum probability of a clause that takes a report back, next to one that says that the matter is settled."""

_SURELY: Final = 0.95
"""Minimum probability of an intent at which a place next to it is a part of it: "terima kasih Pemkot Semarang"."""

_CRIES: Final = 0.93
"""The probability of danger from which on a message cries for help: what it tells is not over."""

_DENIED: Final = 0.5
"""The probability of a dispute if a text denies something good."""

_ABOUT_US: Final = "Sp4N-Lapor!/"
"""The beginning of the topics about this service. A question about the citizen's own report is read as one of them."""

ANYTHING: Final = "anything"
"""The intent that every message has: to be kept."""


class Fresh(NamedTuple):
    """The complaint that a message would make, the message with the hiding that it asks for, and whether it could be read."""

    message: InboundMessage
    complaint: Complaint
    was_read: bool


class Heard:
    """A whole message, and what is read of it."""

    def __init__(
        self, message: InboundMessage, id_: UUID, reads: Callable[[InboundMessage, UUID], Fresh], *, opens: bool = False
    ) -> None:
        self.message, self.id, self.said, self._reads = message, id_, own_words(message), reads
        self.opens = opens
        """True if the citizen began it with the words that open a case, which are cut off."""
        self.is_own = bool(message.sender) and not message.shared
        """True if it comes from the telephone or account of the citizen alone, so that his words may act on his cases."""

    @cached_property
    def fresh(self) -> Fresh:
        """The complaint that it would make."""
        return self._reads(self.message, self.id)

    @cached_property
    def words(self) -> str:
        """Its text without tracking codes, whose letters are no words."""
        return without_codes(self.said)

    @cached_property
    def found(self) -> Understood:
        """The intents that the language model finds in it."""
        is_short = self.length <= SHORT
        return understood(cues.spelt(self.words) if is_short else self.said)

    @cached_property
    def cries(self) -> bool:
        """True if it reports danger to life now."""
        return tells_of_danger(self.message.text)

    @cached_property
    def length(self) -> int:
        """The number of its words."""
        return len(cues.folded(self.said))

    @cached_property
    def order(self) -> commands.Order | None:
        """The exact command that it is; None if it is no command, or if a part of the message is missing."""
        return None if self.message.partial else commands.order(self.said)

    @cached_property
    def rating(self) -> int | None:
        """The number with which it rates; 0 if that is off the scale; None if there is none, or if a part of the message is missing."""
        return None if self.message.partial else commands.rated(self.words)

    @cached_property
    def names_matter(self) -> bool:
        """True if it reports a matter, other than one about this service without a place."""
        told = self.fresh.complaint
        is_short = self.length <= _PLACE_WORDS
        is_place = is_short and self.found.shares["place"] >= _A_PLACE and not cues.begins_with_a_fault(self.words)
        if is_place or cues.only_tells_a_state(self.words):
            return False
        is_of_us = self.is_of_us and told.place.province is None
        is_office = cues.is_rest(told.topic or "") and self.found.wants("place")
        return "subject" not in told.missing and not is_of_us and not is_office

    @property
    def may_be_past(self) -> bool:
        """True if its danger may be over: it has many words, and they read less than surely like a cry."""
        return self.length > _PLACE_WORDS and self.found.shares["danger"] < _CRIES

    @cached_property
    def goes_on(self) -> float:
        """The probability that it is only more of another report; 0 if it accuses an official or shows a position."""
        told = self.fresh.complaint
        if told.oversight or cues.accuses(self.said) or position_of(self.message) is not None:
            return 0.0
        return goes_on(self.words, is_clear=self.names_matter and bool(told.clear), is_placed=self.is_placed)

    @property
    def is_of_us(self) -> bool:
        """True if its topic is this service."""
        return (self.fresh.complaint.topic or "").startswith(_ABOUT_US)

    @cached_property
    def tells_a_fault(self) -> bool:
        """True if it reads like a place, but begins with what is wrong with a thing."""
        return self.found.intent == "place" and self.names_matter and cues.begins_with_a_fault(self.words)

    @cached_property
    def is_placed(self) -> bool:
        """True if it names a place, even one that nobody can locate."""
        return self.fresh.complaint.place.province is not None or cues.names_place(self.said)

    @cached_property
    def is_place(self) -> bool:
        """True if it is only a place."""
        return corrections.is_only_place(self.said, self.fresh.complaint.place.evidence)

    @cached_property
    def corrects(self) -> bool:
        """True if it corrects what its citizen wrote before."""
        if corrections.begins(self.said):
            return True
        return not self.names_matter and corrections.correction(self.said) is not None

    @cached_property
    def shows(self) -> bool:
        """True if it is only a photo or a position, without a matter of its own."""
        has_what = bool(self.message.attachments) or position_of(self.message) is not None
        text = without_positions(self.message.text)
        return has_what and not self.names_matter and len(cues.folded(text)) <= _CAPTION and not tells_beside(text)

    @cached_property
    def says_only(self) -> bool:
        """True if it is short and says only what it wants: no story in a clause or in words in a row, no place, long number or file."""
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
        """True if it is no more than signs of a friendly face or hand."""
        signs = [sign for sign in self.said if category(sign)[0] not in "PZMC" and category(sign) != "Sk"]
        return bool(signs) and _FRIENDLY.issuperset(signs)

    @property
    def is_wish(self) -> bool:
        """True if none of its clauses tells anything."""
        return _TELLS.isdisjoint(one.intent for one in self.found.clauses)

    @property
    def also_disputes(self) -> bool:
        """True if one of its clauses says that the matter is not settled."""
        return any(one.intent == "dispute" and one.confidence >= _CLEAR for one in self.found.clauses)

    @cached_property
    def disputing(self) -> str:
        """The clause that most likely says that the matter is not settled; the whole text if no clause does."""
        clauses = [one for one in self.found.clauses if one.intent == "dispute"]
        return max(clauses, key=lambda one: one.confidence).text if clauses else self.said

    def sure_of(self, wish: str) -> float:
        """Return the probability, from 0 to 1, that the citizen wants something: an intent, or a key of READ."""
        reads = READ.get(wish)
        return self.found.shares.get(wish, 0.0) if reads is None else float(reads(self))

    @property
    def chatters(self) -> float:
        """The probability that it is for nobody here, an advert or a private message. What clearly has a subject may be a complaint."""
        is_clear = self.names_matter and self.fresh.complaint.clear
        return 0.0 if is_clear else min(1.0, self.found.shares["spam"] + self.found.shares["smalltalk"])

    @property
    def takes_back(self) -> float:
        """The probability that it takes a report back. Beside a clause that does, it may say as his reason that the matter is settled."""
        shares = self.found.shares
        says = self.found.most("withdraw") >= _TAKES_BACK
        return min(1.0, shares["withdraw"] + shares["settled"] * says)

    def judges(self, *, well: bool) -> float:
        """Return the probability that it judges an answer without a number, and praises (`well`) or does not praise."""
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
    "withdraw": lambda heard: heard.takes_back,
    "chatter": lambda heard: heard.chatters,
    "picture": lambda heard: heard.shows,
    "correction": lambda heard: heard.corrects or heard.found.shares["correction"],
    "more": lambda heard: heard.goes_on,
    "new report": lambda heard: heard.opens,
    "no, and more": lambda heard: commands.begins_with(heard.said, "disagree"),
    "threat": lambda heard: cues.threatens(heard.said),
    "accusation": lambda heard: cues.accuses(heard.said),
    "no story": lambda heard: 0.0 if heard.tells_a_fault else 1.0 - heard.found.most(*_MAY_TELL),
}
"""The wants that are not just the intent of the whole text, each with the function that returns its probability."""
