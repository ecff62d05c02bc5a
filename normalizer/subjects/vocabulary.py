"""Dictionary of words: the subjects that each word points to, and the phrases and place names that begin with it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

from normalizer.places.context import CUE, SURROUNDINGS
from normalizer.places.names import PlaceNames, PlaceNode
from normalizer.text import fold
from normalizer.things.tree import ThingNode

OPEN: Final = "*"
"""Mark in the word lists for a word whose beginning or end is open."""

_ENDINGS: Final = ("", "nya", "kan", "i", "an", "lah", "kah", "ku")
"""Suffixes that the last word of a phrase can have if its end is open."""

_CLITICS: Final = frozenset(["nya", "nye", "nyo", "ne", "na", "e", "ku", "mu", "ta", "lah", "kah", "in", "mi", "ji"])
"""Endings that people write on a word, in Indonesian and in the languages of the regions ("lampunya", "lampune", "lampuna")."""

_LONGEST_CLITIC: Final = 3
"""Letters of the longest of them."""

_STEM_LETTERS: Final = 4
"""Minimum letters of a word without its ending: shorter ones are too often another word."""

_ENDINGS_OF_REGIONS: Final = {
    "e": (("e", "a"),),
    "o": (("o", "a"),),
    "k": (("uak", "uk"), ("iak", "ik"), ("ik", "it"), ("ek", "at")),
    "h": (("uah", "uh"), ("iah", "ih"), ("eh", "as")),
}
_BEGINNINGS_OF_REGIONS: Final = {
    "b": (("ba", "ber"),),
    "t": (("ta", "ter"),),
    "m": (("ma", "me"),),
    "k": (("ka", "ke"),),
    "p": (("pa", "pe"),),
}
"""Sounds of Malay, Minangkabau, Palembang and Banjar, and those of standard Indonesian: "punye" and "punyo" for "punya", "buruak" for
"buruk", "bajalan" for "berjalan". By the last letter of the ending and the first of the beginning."""

_LONG_WORD: Final = 7
"""Minimum letters of a word that is found by a changed beginning."""

_OF_DATES: Final = "date_"
"""Beginning of the names of word groups whose words are looked up as they are written."""

_NASALS: Final = frozenset("mn")
"""First letters of a spoken verb that lacks the written "me" ("ngurus" for "mengurus")."""

_HEALTH_CARD_DIGITS: Final = 13
_HEALTH_CARD_BEGINS: Final = "000"
_HEALTH_CARD: Final = "nomorkartujkn"
"""The number on a card of the health insurance has 13 digits and begins with three zeros; the word lists have this word for it."""

_REMEMBERED_WORDS: Final = 50_000
"""Maximum number of different words remembered, about 20 MB. People use far fewer; the limit stops a flood of nonsense."""

_REMEMBERED_CHARS: Final = 40
"""Maximum length in characters of a remembered word; longer words are unlikely to occur again."""


class Pair:
    """The second half of a pair of word groups that together point to a target if they occur near each other.

    Attributes:
        other: the second word group; the first one is the key in Lexicon.pairs.
        target: the number of the target (see Lexicon.subjects).
        weight: how strongly the pair points to it.
    """

    __slots__ = ("other", "target", "weight")

    def __init__(self, other: str, target: int, weight: float) -> None:
        self.other = other
        self.target = target
        self.weight = weight


class Meaning:
    """The meaning of a word or phrase; one object per word or phrase.

    Attributes:
        weights: tuples of (target, weight): how strongly it points to each target (see Lexicon.subjects).
        groups: the word groups that it belongs to.
        name: its index among the further names to find (see compile_lexicon), -1 if it is none of them.
        size: the number of its words.
        follow: the next words that make a longer phrase, each with the meaning of that phrase.
        raises: whether one of its word groups can raise another one (see Lexicon.raised).
    """

    __slots__ = ("follow", "groups", "name", "raises", "size", "weights")

    def __init__(
        self,
        weights: tuple[tuple[int, float], ...] = (),
        groups: tuple[str, ...] = (),
        name: int = -1,
        size: int = 1,
        *,
        raises: bool = False,
    ) -> None:
        self.weights = weights
        self.groups = groups
        self.name = name
        self.size = size
        self.follow: dict[str, Meaning] = {}
        self.raises = raises

    def take(self, other: "Meaning") -> None:
        """Add another meaning to this one: its weights, word groups, name and longer phrases. Weights for the same target are summed."""
        weights = dict(self.weights)
        for target, weight in other.weights:
            weights[target] = weights.get(target, 0.0) + weight
        self.weights = tuple(weights.items())
        self.groups = tuple(dict.fromkeys((*self.groups, *other.groups)))
        self.name = max(self.name, other.name)
        self.raises = self.raises or other.raises
        self.follow = self.follow | other.follow


class Word(Meaning):
    """All meanings of one word of a text.

    Attributes:
        tells: whether the word alone has a weight, belongs to a word group or is one of the further names to find.
        begins: the next words with which it forms a phrase, a place name or the name of a public thing.
        place: its meaning as the name of a place; None if it is not one.
        names: the place names that it is or begins; None if there are none.
        is_level: whether it names a level ("desa"), after which everyday words are names too.
        lead: the names of public things that are it or begin with it; None if there are none.
        form: the Indonesian word of the word lists that means the same ("air" for "banyune"); empty if the word is in the lists itself
            or if there is none. It stands for the word inside a phrase.
    """

    __slots__ = ("begins", "form", "is_level", "lead", "names", "place", "tells")

    def __init__(
        self,
        meanings: Sequence[Meaning],
        names: PlaceNode | None,
        lead: ThingNode | None,
        *,
        is_level: bool,
        form: str = "",
    ) -> None:
        """Make the entry of one word of a text from everything that it can mean.

        Args:
            meanings: the meanings of the whole word, and of the entries of the word lists that occur inside it.
            names: the place names that equal the word or have it as their first word; None if there are none.
            lead: the names of public things that begin with it; None if there are none.
            is_level: whether it names a level of regions ("desa").
            form: the Indonesian word that means the same (see the attribute); empty if there is none.
        """
        super().__init__()
        self.form = form
        for meaning in meanings:
            self.take(meaning)
        self.tells = bool(self.weights or self.groups) or self.name >= 0
        self.names = names
        self.place = names.place if names else None
        self.is_level = is_level
        self.lead = lead
        self.begins = frozenset((*self.follow, *(names.follow if names else ()), *(lead.next_words() if lead else ())))


class Vocabulary(dict[str, Word | None]):
    """The words seen so far and their meanings, None for a word without one. An unseen word is analysed when it is looked up."""

    def __init__(
        self,
        meanings: Mapping[str, Meaning],
        places: PlaceNames,
        things: ThingNode,
        regional: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Compile the meanings; no word is analysed yet.

        Args:
            meanings: by folded word or phrase, with the mark OPEN ("*") if the beginning of a word or the end of the last word is open.
            places: the names of places.
            things: the root of the tree of names of public things.
            regional: the Indonesian word that means the same, by the folded word of a regional language.
        """
        super().__init__()
        self._regional = regional
        self._places = places
        self._things = things
        self._phrases = Meaning()
        parts: list[tuple[str, Meaning]] = []
        for written, meaning in meanings.items():
            if OPEN not in written:
                self._add(written, meaning)
            elif " " not in written:
                parts.append((written, meaning))
            else:
                for ending in _ENDINGS:
                    self._add(written.removesuffix(OPEN) + ending, meaning)
        self._parts = tuple(meaning for _, meaning in parts)
        self._automaton = BytesAhoCorasick([delimited(written).encode("ascii") for written, _ in parts])
        self._listed = frozenset(
            word
            for written in meanings
            if " " in written or OPEN not in written
            for word in written.removesuffix(OPEN).split()
        )
        self._stems = self._listed - {
            written
            for written, meaning in meanings.items()
            if any(group.startswith(_OF_DATES) for group in meaning.groups)
        }

    def _add(self, written: str, meaning: Meaning) -> None:
        phrase = self._phrases
        for size, word in enumerate(written.split(), start=1):
            phrase = phrase.follow.setdefault(word, Meaning(size=size))
        phrase.take(meaning)

    def __missing__(self, word: str) -> Word | None:
        """Return all meanings of a word that is not remembered; None if it has none.

        Remember the result for a word of at most 40 characters. If 50,000 words are remembered, forget them all first.
        """
        made = self._made(word)
        if len(word) <= _REMEMBERED_CHARS:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[word] = made
        return made

    def _made(self, word: str) -> Word | None:
        meanings = self._told(word)
        whole = self._phrases.follow.get(word)
        form = "" if whole is not None and whole.follow else self._form_of(word)
        if form and not meanings:
            meanings = self._told(form)
        elif form and (same := self._phrases.follow.get(form)) is not None and same.follow:
            phrases = Meaning()
            phrases.follow = same.follow
            meanings = [phrases, *meanings]
        names = self._places.node(word)
        is_level = bool(SURROUNDINGS.get(word, 0) & CUE)
        lead = self._things.after(word) or (self._things.after(form) if form else None)
        if not (meanings or names or lead or is_level or form):
            return None
        return Word(meanings, names, lead, is_level=is_level, form=form)

    def _told(self, word: str) -> list[Meaning]:
        found = self._automaton.find_matches_as_indexes(b" %b " % word.encode("ascii"), overlapping=True)
        meanings = [self._parts[index] for index in dict.fromkeys(index for index, _, _ in found)]
        whole = self._phrases.follow.get(word)
        if whole:
            meanings.append(whole)
        return meanings

    def _form_of(self, word: str) -> str:
        """Return the word of the lists that means the same: of another language, without an ending, or with the "me" of a verb.

        For a number of the health insurance, it is the word that the lists have for it.
        """
        same = self._regional.get(word)
        if same is not None:
            return same
        if word in self._listed or not word.isalpha():
            return _HEALTH_CARD if _is_health_card(word) else ""
        for size in range(_LONGEST_CLITIC, 0, -1):
            if len(word) >= size + _STEM_LETTERS and word[-size:] in _CLITICS:
                stem = word[:-size]
                same = self._regional.get(stem)
                if same is not None:
                    return same
                if stem in self._stems:
                    return stem
        verb = f"me{word}"
        if word[0] in _NASALS and verb in self._stems:
            return verb
        return self._sounded(word)

    def _sounded(self, word: str) -> str:
        """Return the word of the lists that a regular change of sounds makes of this one; empty if none is listed."""
        for ending, standard in _ENDINGS_OF_REGIONS.get(word[-1], ()):
            if word.endswith(ending):
                made = word.removesuffix(ending) + standard
                if made in self._stems and len(made) >= _STEM_LETTERS:
                    return made
        for beginning, standard in _BEGINNINGS_OF_REGIONS.get(word[0], ()):
            if word.startswith(beginning):
                made = standard + word.removeprefix(beginning)
                if made in self._stems and len(made) >= _LONG_WORD:
                    return made
        return ""


def _is_health_card(word: str) -> bool:
    return len(word) == _HEALTH_CARD_DIGITS and word.startswith(_HEALTH_CARD_BEGINS) and word.isdigit()


def folded(written: object) -> str:
    """Return an entry of a word list, folded, with the mark OPEN ("*") kept at each end that has it."""
    text = str(written)
    return f"{OPEN if text.startswith(OPEN) else ''}{fold(text).decode('ascii')}{OPEN if text.endswith(OPEN) else ''}"


def delimited(written: str) -> str:
    """Return an entry of a word list as it occurs in a text, without its OPEN marks ("*").

    At an end with that mark the word may go on; at each other end there is a space.
    """
    start = "" if written.startswith(OPEN) else " "
    end = "" if written.endswith(OPEN) else " "
    return f"{start}{written.strip(OPEN)}{end}"
