"""Compiles the packaged word lists for reading texts: the subjects, the words and pairs of words that point to them, and place names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from normalizer.cache import table
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.names import PlaceNames, place_names
from normalizer.results import Thing
from normalizer.subjects.asked import ASKED_BY_CODE
from normalizer.subjects.learnt import Learnt
from normalizer.subjects.lists import SOURCES, packed_lists
from normalizer.subjects.meanings import Groupings, Meaning, Pair, Pairs, Subject
from normalizer.subjects.vocabulary import OPEN, Vocabulary, delimited
from normalizer.things.table import Things

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
        learnt=Learnt.load([subject.id for subject in subjects]),
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
