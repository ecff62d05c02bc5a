"""The meaning of a word or phrase of the word lists, and of a word of a text."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mypy_extensions import i64

from normalizer.places.names import PlaceName, PlaceNode
from normalizer.things.tree import ThingNode

BITS: Final = 60
"""Number of bits of a filter: a compiled integer of 64 bits holds them without an object."""

_BITS: Final[list[int]] = [1 << bit for bit in range(BITS)]
"""Each bit; mypyc would shift a constant 1 in 32 bits."""

ALL_BITS: Final = (1 << BITS) - 1

NO_TARGET: Final = -1
"""The target of a meaning that points to nothing."""


def bit_of(value: object) -> i64:
    """Return the bit of a number or word in a filter: if a filter lacks the bit, it lacks the value; other values can have the same bit."""
    return _BITS[hash(value) % BITS]


class Subject:
    """A subject that a report can be about.

    Attributes:
        id: its identifier in the word lists and the rules ("road-damage").
        name: its Indonesian name for citizens ("jalan dan jembatan").
        topic: its path in LAPOR!'s category tree, "Main/Sub".
        local: whether a local agency handles it, so that the report must say where it happened.
        local_if: alternatives of word groups with which a local agency handles a subject that is not local otherwise.
        rescues: whether those who handle it come to whoever is in danger to life.
    """

    __slots__ = ("id", "local", "local_if", "name", "rescues", "topic")

    def __init__(  # noqa: PLR0913  # the fields of a subject
        self,
        subject: str,
        name: str,
        topic: str,
        local_if: tuple[tuple[str, ...], ...],
        *,
        local: bool,
        rescues: bool = False,
    ) -> None:
        self.id = subject
        self.name = name
        self.topic = topic
        self.local = local
        self.local_if = local_if
        self.rescues = rescues

    def is_local(self, groups: Mapping[str, Sequence[int]]) -> bool:
        """Return whether a local agency handles it in a text with these word groups."""
        return self.local or any(all(group in groups for group in every) for every in self.local_if)


class Pair(NamedTuple):
    """Two word groups that together point to a target if they occur near each other.

    Attributes:
        first: the first word group.
        second: the second one.
        target: the number of the target (see Lexicon.subjects).
        weight: how strongly the pair points to it.
    """

    first: str
    second: str
    target: int
    weight: float


class Pairs:
    """The pairs of word groups. The number of one that points to a target is its index; the numbers of those that raise a group follow.

    Attributes:
        targets: the target of each pair that points to one.
        weights: its weight.
        raised: by word group, the second group of each pair that raises a third one and of which it is the first, with the third one.
        opened: by word group, the numbers of the pairs of which it is the first.
        closed: by word group, the numbers of the pairs of which it is the second.
    """

    __slots__ = ("closed", "opened", "raised", "targets", "weights")

    def __init__(self, pointing: Sequence[Pair], raised: dict[str, tuple[tuple[str, str], ...]]) -> None:
        self.targets = [pair.target for pair in pointing]
        self.weights = [pair.weight for pair in pointing]
        self.raised = raised
        self.opened: dict[str, list[int]] = {}
        self.closed: dict[str, list[int]] = {}
        both = [(pair.first, pair.second) for pair in pointing]
        both += [(first, second) for first, others in raised.items() for second, _ in others]
        for number, (first, second) in enumerate(both):
            self.opened.setdefault(first, []).append(number)
            self.closed.setdefault(second, []).append(number)


class Grouping:
    """The meaning of the word groups of a word; words with the same groups share one object.

    Attributes:
        noted: the groups whose positions in a text are noted, because a rule or code asks for them.
        opened: the numbers of the pairs that have one of them as the first (see Pairs).
        closed: the numbers of the pairs that have one of them as the second.
        opens: the bits of `opened`: if two filters have no bit in common, they have no pair in common.
        closes: the bits of `closed`.
    """

    __slots__ = ("closed", "closes", "noted", "opened", "opens")
    opens: i64
    closes: i64

    def __init__(self, noted: tuple[str, ...] = (), opened: tuple[int, ...] = (), closed: tuple[int, ...] = ()) -> None:
        self.noted = noted
        self.opened = opened
        self.closed = frozenset(closed)
        self.opens = self.closes = 0
        for number in opened:
            self.opens |= bit_of(number)
        for number in closed:
            self.closes |= bit_of(number)


NO_GROUPS: Final = Grouping()


class Groupings(dict[str, Grouping]):
    """The meanings of the word groups of words, by their numbers ("3 17"). Each is made when it is first asked for."""

    def __init__(self, groups: Sequence[str], pairs: Pairs, noted: Collection[str]) -> None:
        super().__init__()
        self._groups = groups
        self._pairs = pairs
        self._noted = noted

    def __missing__(self, numbers: str) -> Grouping:
        """Return the meaning of word groups by their numbers."""
        made = self[numbers] = self.of([self._groups[int(number)] for number in numbers.split()])
        return made

    def of(self, groups: Sequence[str]) -> Grouping:
        """Return the meaning of word groups together."""
        opened, closed = self._pairs.opened, self._pairs.closed
        return Grouping(
            tuple([group for group in groups if group in self._noted]),
            tuple([number for group in groups for number in opened.get(group, ())]),
            tuple([number for group in groups for number in closed.get(group, ())]),
        )


class Meaning:
    """The meaning of a word or phrase; one object per word or phrase.

    The first weight and the filters are in the object itself: a text has fifty words, and each further object to read waits for memory.

    Attributes:
        target: the first target to which it points (see Lexicon.subjects); NO_TARGET if there is none.
        weight: how strongly it points to this target.
        further: tuples of (target, weight) of its other targets.
        noted, opened, closed, opens, closes: of its word groups (see Grouping).
        grouped: whether it belongs to a word group that is noted or in a pair.
        tells: whether it has a weight, belongs to a word group or is one of the further names to find.
        name: its index among the further names to find (see compile_lexicon), -1 if it is not one of them.
        size: the number of its words.
        follow: the next words that make a longer phrase, each with the meaning of that phrase, or with its packed form until it is first
            asked for (see Vocabulary.longer).
    """

    __slots__ = (
        *("closed", "closes", "follow", "further", "grouped", "name", "noted", "opened", "opens", "size", "target"),
        *("tells", "weight"),
    )
    opens: i64
    closes: i64

    def __init__(
        self,
        weights: tuple[tuple[int, float], ...] = (),
        groups: Grouping = NO_GROUPS,
        name: int = -1,
        size: int = 1,
    ) -> None:
        self.target = NO_TARGET
        self.weight = 0.0
        self.tells = False
        self.grouped = bool(groups.noted or groups.opened or groups.closed)
        self.name = name
        self.opens = groups.opens
        self.closes = groups.closes
        self.noted = groups.noted
        self.opened = groups.opened
        self.closed = groups.closed
        self.size = size
        self.further: tuple[tuple[int, float], ...] = ()
        self.follow: dict[str, Any] = {}
        self._point_to(weights)

    def _point_to(self, weights: Sequence[tuple[int, float]]) -> None:
        if weights:
            self.target, self.weight = weights[0]
            self.further = tuple(weights[1:])
        self.tells = self.target != NO_TARGET or self.grouped or self.name >= 0

    def weights(self) -> tuple[tuple[int, float], ...]:
        """Return tuples of (target, weight): how strongly it points to each target (see Lexicon.subjects)."""
        return () if self.target == NO_TARGET else ((self.target, self.weight), *self.further)

    def take(self, other: "Meaning") -> None:
        """Add another meaning to this one: its weights, word groups, name and longer phrases. Weights for the same target are summed.

        Of both, at most one has longer phrases. What only one of them has is shared and not copied: thousands of words have one meaning.
        """
        if self.target == NO_TARGET:
            self.target, self.weight, self.further = other.target, other.weight, other.further
        elif other.target != NO_TARGET:
            weights = dict(self.weights())
            for target, weight in other.weights():
                weights[target] = weights.get(target, 0.0) + weight
            self._point_to(list(weights.items()))
        if self.grouped and other.grouped:
            self.noted = tuple(dict.fromkeys((*self.noted, *other.noted)))
            self.opened = tuple(dict.fromkeys((*self.opened, *other.opened)))
            self.closed = self.closed | other.closed
        elif other.grouped:
            self.noted, self.opened, self.closed = other.noted, other.opened, other.closed
        self.opens |= other.opens
        self.closes |= other.closes
        self.grouped = self.grouped or other.grouped
        self.name = max(self.name, other.name)
        self.follow = self.follow or other.follow
        self.tells = self.tells or other.tells


class Word(Meaning):
    """All meanings of one word of a text.

    Attributes:
        means: whether it has any meaning; otherwise the other attributes are empty.
        bits: the bits of the word and of its `form`, in filters of words.
        begins: the bits of the next words with which it forms a phrase, a place name or the name of a public thing.
        place: its meaning as the name of a place; None if it is not one.
        names: the place names that it is or begins; None if there are none.
        is_level: whether it names a level ("desa"), after which everyday words are names too.
        is_locative: whether the name of a place at which something is may follow it ("di").
        may_deny: whether it denies the next word, or makes it only say where something is ("bukan", "depan").
        turns: whether it may deny a place, or mark the place of the event ("bukan", "kejadiannya"; see denials.yaml).
        lead: the names of public things that are it or begin with it; None if there are none.
        form: the Indonesian word of the word lists that means the same ("air" for "banyune"); empty if the word is in the lists itself
            or if there is none. It stands for the word inside a phrase.
    """

    __slots__ = (
        "begins",
        "bits",
        "form",
        "is_level",
        "is_locative",
        "lead",
        "may_deny",
        "means",
        "names",
        "place",
        "turns",
    )

    begins: i64
    bits: i64

    def __init__(self, bits: i64) -> None:
        super().__init__()
        self.means = False
        self.is_level = False
        self.is_locative = False
        self.may_deny = False
        self.turns = False
        self.bits = bits
        self.begins = 0
        self.place: PlaceName | None = None
        self.names: PlaceNode | None = None
        self.lead: ThingNode | None = None
        self.form = ""
