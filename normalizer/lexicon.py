"""Compiles the place names and the word lists into one list of patterns with what each one means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from normalizer import packaged
from normalizer.gazetteer import Gazetteer
from normalizer.placenames import PlaceName, place_names
from normalizer.text import fold

PAIR_WINDOW_CHARS = 60
"""How near the words of a pair must stand: about a clause of a text message."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Patterns and their meanings, parallel lists indexed by the automaton's pattern number.

    Attributes:
        patterns: folded words with their spaces; an open end has none.
        places: what a pattern can mean as a place, or None.
        weights: the (target, weight) that a pattern gives; targets are subjects, then SIGNALS.
        groups: the word groups that a pattern belongs to.
        pairs: by group, (other group, target, weight).
    """

    subjects: tuple[Subject, ...]
    patterns: list[bytes] = field(default_factory=list)
    places: list[PlaceName | None] = field(default_factory=list)
    weights: list[tuple[tuple[int, float], ...] | None] = field(default_factory=list)
    groups: list[tuple[str, ...] | None] = field(default_factory=list)
    pairs: dict[str, tuple[tuple[str, int, float], ...]] = field(default_factory=dict)


def compile_lexicon(gazetteer: Gazetteer) -> Lexicon:
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

    places = {_pattern(name): meaning for name, meaning in place_names(gazetteer).items()}
    weights: dict[str, dict[int, float]] = {}
    for target, weight, words in _weighted(document, entries):
        for word in words:
            weights.setdefault(_pattern(word), {})[targets[target]] = float(weight)
    groups: dict[str, list[str]] = {}
    for group, words in document["words"].items():
        for word in words:
            groups.setdefault(_pattern(word), []).append(group)

    lexicon = Lexicon(subjects=subjects, pairs=_pairs(entries, targets))
    for pattern in sorted({*places, *weights, *groups}):
        lexicon.patterns.append(pattern.encode())
        lexicon.places.append(places.get(pattern))
        lexicon.weights.append(tuple(weights[pattern].items()) if pattern in weights else None)
        lexicon.groups.append(tuple(groups[pattern]) if pattern in groups else None)
    return lexicon


def _pattern(word: object) -> str:
    written = str(word)
    start = "" if written.startswith("*") else " "
    end = "" if written.endswith("*") else " "
    return f"{start}{fold(written).decode()}{end}"


def _weighted(document: Mapping[str, Any], entries: Mapping[str, Any]) -> Iterator[tuple[str, int, list[str]]]:
    for signal in SIGNALS:
        for weight, words in document[signal].items():
            yield signal, weight, words
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
