"""Compiles the place names and the word lists into one list of patterns with what each one means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from normalizer import packaged
from normalizer.gazetteer import Gazetteer
from normalizer.placenames import PlaceNames, place_names
from normalizer.surroundings import LEVEL_WORDS
from normalizer.text import fold

PAIR_WINDOW_CHARS = 60
"""How near the words of a pair must stand: about a clause of a text message."""

LEVEL_GROUP = "place_level"
"""The group of the words after which even an everyday word is a place."""

SIGNALS = ("oversight", "information_request", "aspiration", "grievance", "evidence")
"""Word lists that point to a property of the report rather than to its subject."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report can be about."""

    id: str
    name: str
    topic: str
    local: bool
    """Whether the body that handles it is one of the place."""


Cue = tuple[tuple[str, ...], tuple[tuple[int, float], ...], int, str]
"""The word groups that a pattern belongs to, the (target, weight) that it gives, the number of the name it is or -1, and the place."""


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Patterns and their meanings. Patterns of places come first, those of words after them; some are both.

    Attributes:
        subjects: what a report can be about; targets of weights are their numbers, then those of SIGNALS.
        patterns: folded words with their spaces; an open end has none.
        places: the name of a place that each of the first patterns is.
        cues_from: the number of the first pattern that is a word.
        cues: what the words mean, from that number on.
        plain_from: the number of the first word that only says something of one subject, as most do.
        plain: the target and weight of each, from that number on.
        pairs: by group, (other group, target, weight).
        names: what the names of places mean.
    """

    subjects: tuple[Subject, ...]
    patterns: tuple[bytes, ...]
    places: tuple[str, ...]
    cues_from: int
    cues: tuple[Cue, ...]
    plain_from: int
    plain: tuple[tuple[int, float], ...]
    pairs: Mapping[str, tuple[tuple[str, int, float], ...]]
    names: PlaceNames

    def weights(self, index: int) -> tuple[tuple[int, float], ...]:
        """Return the (target, weight) of a word by the number of its pattern."""
        if index >= self.plain_from:
            return (self.plain[index - self.plain_from],)
        return self.cues[index - self.cues_from][1]


def compile_lexicon(gazetteer: Gazetteer, others: Sequence[str] = ()) -> Lexicon:
    """Read the packaged word lists and return them compiled."""
    document = packaged.document("normalizer", "subjects/signals.yaml")
    entries = {
        subject: value
        for part in ("places", "nation")
        for subject, value in packaged.document("normalizer", f"subjects/{part}.yaml").items()
    }
    subjects = tuple(
        Subject(id=key, name=value["name"], topic=value["topic"], local=value.get("local", True))
        for key, value in entries.items()
    )
    targets = {subject.id: number for number, subject in enumerate(subjects)}
    targets |= {signal: len(subjects) + number for number, signal in enumerate(SIGNALS)}

    names = place_names(gazetteer)
    places = {_pattern(name): name for name in names.telling()}
    weights: dict[str, dict[int, float]] = {}
    for target, weight, members in _weighted(document, entries):
        for word in members:
            weights.setdefault(_pattern(word), {})[targets[target]] = float(weight)
    groups: dict[str, list[str]] = {}
    for group, members in document["words"].items():
        for word in members:
            groups.setdefault(_pattern(word), []).append(group)

    for word in LEVEL_WORDS:
        groups.setdefault(_pattern(word), []).append(LEVEL_GROUP)
    numbers = {_pattern(other): number for number, other in enumerate(others)}
    words = weights.keys() | groups.keys() | numbers.keys()
    both = sorted(places.keys() & words)
    alone = [pattern for pattern in places if pattern not in words]
    plain = (
        {word for word, found in weights.items() if len(found) == 1} - groups.keys() - numbers.keys() - places.keys()
    )
    only = sorted(words - places.keys() - plain)
    return Lexicon(
        subjects=subjects,
        patterns=tuple(pattern.encode() for pattern in (*alone, *both, *only, *sorted(plain))),
        places=tuple(places[pattern] for pattern in (*alone, *both)),
        cues_from=len(alone),
        cues=tuple(
            (
                tuple(groups.get(word, ())),
                tuple(weights.get(word, {}).items()),
                numbers.get(word, -1),
                places.get(word, ""),
            )
            for word in (*both, *only)
        ),
        plain_from=len(alone) + len(both) + len(only),
        plain=tuple(pair for word in sorted(plain) for pair in weights[word].items()),
        pairs=_pairs(entries | {signal: document[signal] for signal in SIGNALS}, targets),
        names=names,
    )


def _pattern(word: object) -> str:
    written = str(word)
    start = "" if written.startswith("*") else " "
    end = "" if written.endswith("*") else " "
    return f"{start}{fold(written).decode()}{end}"


def _weighted(document: Mapping[str, Any], entries: Mapping[str, Any]) -> Iterator[tuple[str, int, list[str]]]:
    for signal in SIGNALS:
        for key, words in document[signal].items():
            if isinstance(key, int):
                yield signal, key, words
    for subject, value in entries.items():
        for key, words in value.items():
            if isinstance(key, int):
                yield subject, key, words


def _pairs(entries: Mapping[str, Any], targets: Mapping[str, int]) -> dict[str, tuple[tuple[str, int, float], ...]]:
    pairs: dict[str, list[tuple[str, int, float]]] = {}
    for subject, value in entries.items():
        for pair, weight in value.get("pairs", {}).items():
            first, second = pair.split("+")
            pairs.setdefault(first, []).append((second, targets[subject], float(weight)))
    return {group: tuple(others) for group, others in pairs.items()}
