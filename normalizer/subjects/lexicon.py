"""Compiles the packaged word lists for reading texts: the subjects, the words and pairs of words that point to them, and place names."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from complaints.runtime import packaged
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.names import PlaceNames, place_names
from normalizer.results import Thing
from normalizer.subjects.vocabulary import OPEN, Meaning, Pair, Vocabulary, delimited, folded
from normalizer.things.table import Things

SIGNALS = ("oversight", "information_request", "aspiration", "grievance", "evidence")
"""Names of the word lists that point to a property of the report and not to its subject; their order gives the numbers of the targets."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject that a report can be about.

    Attributes:
        id: its identifier in the word lists and the rules ("road-damage").
        name: its Indonesian name for citizens ("jalan dan jembatan").
        topic: its path in LAPOR!'s category tree, "Main/Sub".
        local: whether a local agency handles it, so that the report must say where it happened.
        local_if: alternatives of word groups with which a local agency handles a subject that is not local otherwise.
    """

    id: str
    name: str
    topic: str
    local: bool
    local_if: tuple[tuple[str, ...], ...] = ()

    def is_local(self, groups: Mapping[str, Sequence[int]]) -> bool:
        """Return whether a local agency handles it in a text with these word groups."""
        return self.local or any(all(group in groups for group in every) for every in self.local_if)


class Cue(NamedTuple):
    """A word or phrase that points to a subject.

    Attributes:
        weight: how strongly it points to the subject.
        written: the folded words, with the mark OPEN ("*") at each end that is open.
    """

    weight: float
    written: str


class Pointing:
    """The words and phrases that point to one subject. Finds the strongest in one pass through a text."""

    __slots__ = ("_cues", "_finder")

    def __init__(self, cues: Sequence[Cue]) -> None:
        """Take them, in any order; they are compiled when a text is first searched for them."""
        self._cues = cues
        self._finder: Finder | None = None

    def strongest(self, said: bytes, most: int) -> list[str]:
        """Return those that occur in a text, for people, the strongest first, of equally strong ones the longest.

        Args:
            said: the folded words of the text, with one space before and after each.
            most: how many at most.
        """
        finder = self._finder or self._compiled()
        found = {index for index, _, _ in finder.automaton.find_matches_as_indexes(said, overlapping=True)}
        return [finder.shown[index] for index in sorted(found)[:most]]

    def _compiled(self) -> "Finder":
        shown = [(-cue.weight, -len(cue.written.strip(OPEN)), cue.written.strip(OPEN), cue) for cue in self._cues]
        shown.sort()
        self._finder = Finder(
            BytesAhoCorasick([delimited(cue.written).encode("ascii") for *_, cue in shown]),
            [words for _, _, words, _ in shown],
        )
        return self._finder


class Finder(NamedTuple):
    """The compiled words of a subject.

    Attributes:
        automaton: finds them as they occur in a text (see `delimited`).
        shown: the same in the same order, for people.
    """

    automaton: BytesAhoCorasick
    shown: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The compiled word lists: subjects, the words that point to them, and the place names.

    Attributes:
        subjects: the subjects that a report can be about. A target is the index of a subject, or the number of subjects plus the index
            of a signal in SIGNALS.
        pointing: the words that point to each subject, by the subject's id.
        pairs: by word group, the pairs of which it is the first.
        raised: by word group, the second group of each pair of which it is the first and that raises a third group, with that group.
        vocabulary: the meanings of each word.
        names: the table of place names.
        things: the named public things.
        thing_weights: for each thing's id, tuples of (target, weight): how strongly it points to each target.
    """

    subjects: tuple[Subject, ...]
    pointing: Mapping[str, Pointing]
    pairs: dict[str, tuple[Pair, ...]]
    raised: dict[str, tuple[tuple[str, str], ...]]
    vocabulary: Vocabulary
    names: PlaceNames
    things: tuple[Thing, ...]
    thing_weights: Mapping[str, tuple[tuple[int, float], ...]]


def compile_lexicon(
    gazetteer: Gazetteer,
    others: Sequence[str] = (),
    *,
    without: Collection[str] = (),
    names: PlaceNames | None = None,
) -> Lexicon:
    """Read the packaged word lists and return them compiled.

    Args:
        gazetteer: the names of all regions.
        others: further folded names to find in texts; Meaning.name is the index of such a name in this sequence.
        without: folded words and phrases of the lists to leave out, to measure what depends on them.
        names: the table of place names; None for the packaged one.
    """
    signals = packaged.document("normalizer", "subjects/signals.yaml")
    entries = {
        subject: value
        for part in ("places", "nation")
        for subject, value in packaged.document("normalizer", f"subjects/{part}.yaml").items()
    }
    subjects = tuple(
        Subject(
            id=key,
            name=value["name"],
            topic=value["topic"],
            local=value.get("local", True),
            local_if=tuple(tuple(every.split("+")) for every in value.get("local_if", ())),
        )
        for key, value in entries.items()
    )
    targets = {subject.id: number for number, subject in enumerate(subjects)}
    targets |= {signal: len(subjects) + number for number, signal in enumerate(SIGNALS)}
    pointing = entries | {signal: signals[signal] for signal in SIGNALS}
    weights = {word: found for word, found in _weights(pointing, targets).items() if word not in without}
    groups = {
        group: [word for word in words if folded(word) not in without] for group, words in signals["words"].items()
    }
    raised = _raised(signals["raised"])
    meanings = _meanings(weights, groups, others, raised)
    names = names or place_names(gazetteer)
    things = Things.load()
    return Lexicon(
        subjects=subjects,
        pointing=_pointers(subjects, meanings),
        pairs=_pairs(pointing, targets),
        raised=raised,
        vocabulary=Vocabulary(meanings, names, things.tree, _regional(without)),
        names=names,
        things=things.all,
        thing_weights={
            thing.id: tuple((targets[subject], float(weight)) for subject, weight in weights.items())
            for thing, weights in zip(things.all, things.weights, strict=True)
        },
    )


def _regional(without: Collection[str]) -> dict[str, str]:
    """Return the Indonesian word that means the same, by the word of a regional language (regional.yaml)."""
    written: Mapping[str, str] = packaged.document("normalizer", "regional.yaml")
    return {word: meaning for meaning, words in written.items() for word in words.split() if word not in without}


def _weights(pointing: Mapping[str, Any], targets: Mapping[str, int]) -> dict[str, dict[int, float]]:
    """Return the weight of each word for each target: a dictionary from folded word to target number to weight.

    Args:
        pointing: the word lists, by the id of the subject or signal. In each, a key that is a whole number is a weight, and its
            value is the list of the words with that weight. Other keys are ignored here.
        targets: the number of each target, by the same ids.
    """
    found: dict[str, dict[int, float]] = {}
    for target, lists in pointing.items():
        for weight, words in lists.items():
            if isinstance(weight, int):
                for word in words:
                    found.setdefault(folded(word), {})[targets[target]] = float(weight)
    return found


def _meanings(
    weights: Mapping[str, Mapping[int, float]],
    groups: Mapping[str, Iterable[object]],
    others: Sequence[str],
    raised: Collection[str],
) -> dict[str, Meaning]:
    of_groups: dict[str, list[str]] = {}
    for group, members in groups.items():
        for word in members:
            of_groups.setdefault(folded(word), []).append(group)
    numbers = {other: number for number, other in enumerate(others)}
    raising = frozenset(raised)
    nothing: Mapping[int, float] = {}
    found: dict[str, Meaning] = {}
    for written in sorted(weights.keys() | of_groups.keys() | numbers.keys()):
        member_of = tuple(of_groups.get(written, ()))
        found[written] = Meaning(
            tuple(weights.get(written, nothing).items()),
            member_of,
            numbers.get(written, -1),
            written.count(" ") + 1,
            raises=bool(member_of) and not raising.isdisjoint(member_of),
        )
    return found


def _pointers(subjects: Sequence[Subject], meanings: Mapping[str, Meaning]) -> dict[str, Pointing]:
    found: list[list[Cue]] = [[] for _ in subjects]
    count = len(subjects)
    for written, meaning in meanings.items():
        for target, weight in meaning.weights:
            if target < count and weight > 0:
                found[target].append(Cue(weight, written))
    return {subject.id: Pointing(cues) for subject, cues in zip(subjects, found, strict=True)}


def _pairs(pointing: Mapping[str, Any], targets: Mapping[str, int]) -> dict[str, tuple[Pair, ...]]:
    pairs: dict[str, list[Pair]] = {}
    for target, lists in pointing.items():
        for pair, weight in lists.get("pairs", {}).items():
            first, second = pair.split("+")
            pairs.setdefault(first, []).append(Pair(second, targets[target], float(weight)))
    return {group: tuple(others) for group, others in pairs.items()}


def _raised(written: Mapping[str, Sequence[str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the pairs of word groups that raise a third one, by the first of each pair ("worker+unsafe" raises "labour_inspection")."""
    found: dict[str, list[tuple[str, str]]] = {}
    for result, pairs in written.items():
        for pair in pairs:
            first, second = pair.split("+")
            found.setdefault(first, []).append((second, result))
    return {group: tuple(others) for group, others in found.items()}
