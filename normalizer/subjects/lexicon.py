"""Compiles the packaged word lists for reading texts: the subjects, the words and pairs of words that point to them, and place names."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from complaints.runtime.packaged import words_in
from normalizer.cache import table
from normalizer.dates import WAYS
from normalizer.language.examples import OF_SUBJECTS
from normalizer.language.features import plain
from normalizer.language.model import Model, Run, model
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.names import PlaceNames, place_names
from normalizer.results import Thing
from normalizer.subjects.lists import SOURCES, packed_lists
from normalizer.subjects.meanings import NO_TARGET, Groupings, Meaning, Pair, Pairs, Subject
from normalizer.subjects.vocabulary import OPEN, Vocabulary, delimited
from normalizer.text import BREAK
from normalizer.things.table import Things

AT_MOST: Final = 10.0
"""Score of a subject that the examples alone show for certain: nearly as much as two clear words."""

ENOUGH: Final = 15.0
"""Score of a subject by its words from which on the examples add nothing. Below it, they add less the higher the score is."""

_SOFTENED: Final = 1.5
"""Factor for the model's temperature: reports are less like the examples than one writer's examples are like another's."""

_CLAUSE: Final = 10
"""Number of words that are read at once: about a clause of a text message."""

_READ: Final = 5 * _CLAUSE
"""Number of words of the story that are read: people first say what they want."""

_FEWEST: Final = 4
"""Minimum number of words of a title or a story that is read: fewer can mean anything."""

_TELLS: Final = 0.07
"""Minimum share of the likeliest subject for the text to be about any: thanks and reminders have less."""

_LEAST: Final = 0.1
"""Minimum score that a subject gains: less is noise."""

_RATHER: Final = 5.0
"""How many times likelier those who rescue are in a text about danger to life than the examples alone show."""


class Learnt:
    """Scores the subjects of a text by what example sentences have taught."""

    __slots__ = ("_known", "_model", "_rescuers", "_targets")

    def __init__(self, learnt: Model, subjects: Sequence[Subject]) -> None:
        self._model = learnt
        ids = [subject.id for subject in subjects]
        self._targets = [ids.index(one) for one in learnt.head.labels]
        self._known = frozenset(self._targets)
        self._rescuers = frozenset(target for target, subject in enumerate(subjects) if subject.rescues)

    @classmethod
    def load(cls, subjects: Sequence[Subject]) -> "Learnt":
        """Return what was learnt from the packaged sentences, which is read at most once per process."""
        return cls(model(OF_SUBJECTS), subjects)

    def add(self, scores: dict[int, float], words: list[str], count: int, cries: Callable[[], bool]) -> None:
        """Add to the scores of the subjects what the examples show, if the words do not show enough.

        `cries` returns whether the text reports danger to life: then one of those who rescue comes first, if the examples show one.

        If the words point first to a subject without examples, which could not gain, nothing is added. The more the words
        point to such subjects, the less the others gain.
        """
        weight = self._weight(scores, count)
        if weight <= 0.0:
            return
        shares = self._shares(words)
        if not shares or max(shares.values()) < _TELLS:
            return
        for label, share in shares.items():
            if share * weight >= _LEAST:
                target = self._targets[label]
                scores[target] = scores.get(target, 0.0) + share * weight
        self._rescued(scores, shares, count, cries)

    def _rescued(
        self, scores: dict[int, float], shares: Mapping[int, float], count: int, cries: Callable[[], bool]
    ) -> None:
        """Put one of those who rescue first if the examples show one, and none is first: places and vehicles beside a cry are no matter."""
        first = max((target for target in scores if target < count), key=scores.__getitem__, default=NO_TARGET)
        if first in self._rescuers:
            return
        best, most, others = NO_TARGET, 0.0, 0.0
        for label, share in shares.items():
            target = self._targets[label]
            if target not in self._rescuers:
                others = max(others, share)
            elif share > most:
                best, most = target, share
        if most >= max(_TELLS, others / _RATHER) and cries():
            scores[best] = scores.get(first, 0.0) + AT_MOST * most

    def _weight(self, scores: dict[int, float], count: int) -> float:
        """Return the score that a subject would gain if the examples showed it for certain."""
        first, best, known, whole = NO_TARGET, 0.0, 0.0, 0.0
        for target, score in scores.items():
            if target < count and score > 0.0:
                whole += score
                if target in self._known:
                    known += score
                if score > best:
                    first, best = target, score
        if not whole:
            return AT_MOST
        return AT_MOST * (1.0 - best / ENOUGH) * known / whole if first in self._known else 0.0

    def _shares(self, words: list[str]) -> dict[int, float]:
        """Return the shares of the subjects, by the model's label: their mean over the clauses."""
        said, clauses = _clauses(words)
        shares: dict[int, float] = {}
        for found in self._model.likely(said, clauses, _SOFTENED):
            for label, share in found:
                shares[label] = shares.get(label, 0.0) + share / len(clauses)
        return shares


def _clauses(words: list[str]) -> tuple[list[str], list[Run]]:
    """Return the words of the title and of the story as the model sees them, and the runs of their clauses, of about equal length."""
    first = words.index(BREAK)
    second = words.index(BREAK, first + 1)
    said, clauses = list[str](), list[Run]()
    for begin, end in ((0, first), (second + 1, len(words) - 1)):
        part = plain(" ".join(words[begin : min(end, begin + _READ)]))
        if len(part) < _FEWEST:
            continue
        last = max(0, round(len(part) / _CLAUSE) - 1) * _CLAUSE
        starts = [*range(len(said), len(said) + last + 1, _CLAUSE), len(said) + len(part)]
        clauses += pairwise(starts)
        said += part
    return said, clauses


ASKED_BY_CODE: Final = frozenset((*words_in("normalizer", "asked_by_code"), *WAYS))
"""The word groups with words whose names are written in code of normalizer/ or router/."""

_NONE: Final = -1


class Node:
    """The words and phrases that begin with the same words.

    Attributes:
        rank: the rank of the phrase of just these words among all that point to the subject; -1 if there is none.
        follow: the nodes of longer phrases, by the next word.
    """

    __slots__ = ("follow", "rank")

    def __init__(self) -> None:
        self.rank = _NONE
        self.follow: dict[str, Node] = {}


class Pointing:
    """The words and phrases that point to one subject."""

    __slots__ = ("_cues", "_open", "_root", "_shown")

    def __init__(self, cues: Sequence[str]) -> None:
        """Take the words, in any order, each as a text of its weight and the folded words, with the mark OPEN at each end that is open.

        They are compiled when a text is first searched for them.
        """
        self._cues = cues
        self._root: Node | None = None
        self._open: list[tuple[str, int]] = []
        self._shown: list[str] = []

    def strongest(self, words: list[str], starts: list[int], most: int) -> list[str]:
        """Return the words that occur in a text, for people, the strongest first, and of equally strong ones the longest."""
        root = self._root or self._compiled()
        found: set[int] = set()
        size, last = len(words), -1
        for at in starts:
            if at == last:
                continue
            last = at
            node = root.follow.get(words[at])
            end = at + 1
            while node is not None:
                if node.rank != _NONE:
                    found.add(node.rank)
                node = node.follow.get(words[end]) if end < size else None
                end += 1
        if self._open:
            said = f" {' '.join(words)} "
            for written, rank in self._open:
                if written in said:
                    found.add(rank)
        return [self._shown[rank] for rank in sorted(found)[:most]]

    def _compiled(self) -> Node:
        ranked: list[tuple[int, int, str, str]] = []
        for cue in self._cues:
            weight, _, written = cue.partition(" ")
            shown = written.strip(OPEN)
            ranked.append((-int(weight), -len(shown), shown, written))
        ranked.sort()
        root = self._root = Node()
        for rank, (_, _, shown, written) in enumerate(ranked):
            self._shown.append(shown)
            if shown != written:
                self._open.append((delimited(written), rank))
                continue
            node = root
            for word in written.split():
                node = node.follow.setdefault(word, Node())
            node.rank = rank
        return root


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The compiled word lists: subjects, the words that point to them, and the place names.

    Attributes:
        subjects: the subjects that a report can be about. A target is the index of a subject, or the number of subjects plus the index
            of a signal in SIGNALS.
        learnt: what example sentences show of the subjects.
        pointing: the words that point to each subject, by the subject's id.
        pairs: the pairs of word groups.
        alone: by word group that a pair raises, the meaning of a word that belongs only to it.
        vocabulary: the meanings of each word.
        names: the table of place names.
        things: the named public things.
        thing_weights: for each thing's id, tuples of (target, weight): how strongly it points to each target.
    """

    subjects: tuple[Subject, ...]
    learnt: Learnt
    pointing: Mapping[str, Pointing]
    pairs: Pairs
    alone: dict[str, Meaning]
    vocabulary: Vocabulary
    names: PlaceNames
    things: tuple[Thing, ...]
    thing_weights: Mapping[str, tuple[tuple[int, float], ...]]


def compile_lexicon(
    gazetteer: Gazetteer,
    others: Sequence[str] = (),
    *,
    asked: Collection[str] | None = None,
    without: Collection[str] = (),
    names: PlaceNames | None = None,
) -> Lexicon:
    """Read the packaged word lists and return them compiled.

    Args:
        gazetteer: the names of all regions.
        others: further folded names to find in texts; Meaning.name is the index of such a name in this sequence.
        asked: the word groups that rules ask for. Of the others, only those that code or the lists themselves ask for are noted in a
            reading. None for all.
        without: folded words and phrases of the lists to leave out, to measure what depends on them.
        names: the table of place names; None for the packaged one.
    """

    def build() -> dict[str, Any]:
        return packed_lists(others, without)

    lists: dict[str, Any] = (
        build() if without else table("words", build, data=SOURCES, code=("subjects", "places"), beside=others)
    )
    subjects = tuple([_subject(key, fields) for key, fields in lists["subjects"]])
    targets = {subject.id: number for number, subject in enumerate(subjects)}
    raised = _raised(lists["raised"])
    pairs = Pairs(
        [Pair(first, second, target, float(weight)) for first, second, target, weight in lists["pairs"]], raised
    )
    things = Things.load()
    groups: list[str] = lists["groups"]
    asked_too = _asked_by_lists(subjects, raised, things.all)
    noted = frozenset(groups if asked is None else (*asked, *ASKED_BY_CODE, *asked_too))
    groupings = Groupings(groups, pairs, noted)
    names = names or place_names(gazetteer)
    return Lexicon(
        subjects=subjects,
        learnt=Learnt.load(subjects),
        pointing={subject: Pointing(cues) for subject, cues in lists["cues"].items()},
        pairs=pairs,
        alone={group: Meaning(groups=groupings.of([group])) for others in raised.values() for _, group in others},
        vocabulary=Vocabulary(lists, groupings, names, things.tree),
        names=names,
        things=things.all,
        thing_weights={
            thing.id: tuple((targets[subject], float(weight)) for subject, weight in weights.items())
            for thing, weights in zip(things.all, things.weights, strict=True)
        },
    )


def _subject(key: str, fields: Mapping[str, Any]) -> Subject:
    return Subject(
        key,
        fields["name"],
        fields["topic"],
        tuple(tuple(every.split("+")) for every in fields.get("local_if", ())),
        local=fields.get("local", True),
        rescues=fields.get("rescues", False),
    )


def _asked_by_lists(
    subjects: Sequence[Subject], raised: Mapping[str, Sequence[tuple[str, str]]], things: Sequence[Thing]
) -> Iterator[str]:
    """Yield the word groups that the word lists and the named things ask for."""
    for subject in subjects:
        for every in subject.local_if:
            yield from every
    for first, others in raised.items():
        yield first
        for pair in others:
            yield from pair
    for thing in things:
        yield from thing.context
        yield from thing.groups


def _raised(written: Mapping[str, Sequence[str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the pairs of word groups that raise a third one, by the first of each pair ("worker+unsafe" raises "labour_inspection")."""
    found: dict[str, list[tuple[str, str]]] = {}
    for result, pairs in written.items():
        for pair in pairs:
            first, second = pair.split("+")
            found.setdefault(first, []).append((second, result))
    return {group: tuple(others) for group, others in found.items()}
