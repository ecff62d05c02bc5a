"""Knows what each word of a text can mean: what it tells, the phrases and the places' names that it begins."""

from collections.abc import Mapping, Sequence

from ahocorasick_rs import BytesAhoCorasick

from normalizer.places.context import CUE, SURROUNDINGS
from normalizer.places.names import PlaceNames, PlaceNode
from normalizer.text import fold

OPEN = "*"
"""Stands in the word lists where a word's end or beginning is open."""

_ENDINGS = ("", "nya", "kan", "i", "an", "lah", "kah", "ku")
"""The suffixes that the open end of a phrase takes."""

_REMEMBERED_WORDS = 50_000
"""So many different words are remembered, about 20 MB; people use far fewer, and a flood of nonsense must not fill the memory."""

_REMEMBERED_CHARS = 40
"""A longer word is nobody's usual one."""


class Meaning:
    """What a word or phrase tells, one object for each.

    Attributes:
        weights: what it says of each target: (target, weight).
        groups: the word groups that it belongs to.
        name: the number of the name that it is, -1 where it is none.
        size: so many words it has.
        follow: the words with which it goes on to a longer phrase, and what that tells.
    """

    __slots__ = ("follow", "groups", "name", "size", "weights")

    def __init__(
        self,
        weights: tuple[tuple[int, float], ...] = (),
        groups: tuple[str, ...] = (),
        name: int = -1,
        size: int = 1,
    ) -> None:
        self.weights = weights
        self.groups = groups
        self.name = name
        self.size = size
        self.follow: dict[str, Meaning] = {}

    def take(self, other: "Meaning") -> None:
        """Tell what the other one tells too."""
        weights = dict(self.weights)
        for target, weight in other.weights:
            weights[target] = weights.get(target, 0.0) + weight
        self.weights = tuple(weights.items())
        self.groups = tuple(dict.fromkeys((*self.groups, *other.groups)))
        self.name = max(self.name, other.name)
        self.follow = self.follow | other.follow


class Word(Meaning):
    """What a word can mean.

    Attributes:
        tells: whether it tells anything alone.
        begins: the words that make a phrase or a place's name of it.
        place: what it means as the name of a place, None where it is none.
        names: the names of places that it is or begins, None where there are none.
        is_level: the name of a level ("desa"), after which everyday words are names too.
    """

    __slots__ = ("begins", "is_level", "names", "place", "tells")

    def __init__(self, meanings: Sequence[Meaning], names: PlaceNode | None, *, is_level: bool) -> None:
        """Take all that a word can mean.

        Args:
            meanings: of the word and of the parts that stand in it.
            names: the names of places that it is or begins.
            is_level: whether it is the name of a level.
        """
        super().__init__()
        for meaning in meanings:
            self.take(meaning)
        self.tells = bool(self.weights or self.groups) or self.name >= 0
        self.names = names
        self.place = names.place if names else None
        self.is_level = is_level
        self.begins = frozenset((*self.follow, *(names.follow if names else ())))


class Vocabulary(dict[str, Word | None]):
    """Each word that was seen and what it can mean, None for nothing. An unseen word is worked out when it is asked for."""

    def __init__(self, meanings: Mapping[str, Meaning], places: PlaceNames) -> None:
        """Take what there is to know.

        Args:
            meanings: by folded word or phrase, OPEN where the word's beginning or the last word's end is open.
            places: the names of places.
        """
        super().__init__()
        self._places = places
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

    def _add(self, written: str, meaning: Meaning) -> None:
        phrase = self._phrases
        for size, word in enumerate(written.split(), start=1):
            phrase = phrase.follow.setdefault(word, Meaning(size=size))
        phrase.take(meaning)

    def __missing__(self, word: str) -> Word | None:
        """Work out what an unseen word can mean, and remember it."""
        made = self._made(word)
        if len(word) <= _REMEMBERED_CHARS:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[word] = made
        return made

    def _made(self, word: str) -> Word | None:
        found = self._automaton.find_matches_as_indexes(b" %b " % word.encode("ascii"), overlapping=True)
        meanings = [self._parts[index] for index in dict.fromkeys(index for index, _, _ in found)]
        whole = self._phrases.follow.get(word)
        if whole:
            meanings.append(whole)
        names = self._places.node(word)
        is_level = bool(SURROUNDINGS.get(word, 0) & CUE)
        return Word(meanings, names, is_level=is_level) if meanings or names or is_level else None


def folded(written: object) -> str:
    """Return a word list's entry folded, its open ends kept."""
    text = str(written)
    return f"{OPEN if text.startswith(OPEN) else ''}{fold(text).decode('ascii')}{OPEN if text.endswith(OPEN) else ''}"


def delimited(written: str) -> str:
    """Return a word list's entry as it stands in a text, between spaces but for its open ends."""
    start = "" if written.startswith(OPEN) else " "
    end = "" if written.endswith(OPEN) else " "
    return f"{start}{written.strip(OPEN)}{end}"
