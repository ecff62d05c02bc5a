"""The model learnt from officers' decisions: weights of words and findings for agencies, read from a file and used beside the rules."""

from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any, Final

import orjson

from complaints.errors import ConfigurationError
from normalizer.results import PlaceReading, Reading
from normalizer.text import PARTS
from router.agencies.registry import Agency, Registry
from router.calibration import Knots
from router.features import Ruled, findings, kind_of, located, may_own, scale

FORMAT: Final = 3
"""Number of the format of a model's file; a file with another number is refused."""

BEST: Final = 5
"""Maximum number of classes that are combined with the rules: the first three count, and some of them may not exist at the place."""

_LOWEST: Final = -1e300
"""Lower than any score."""

LEAST_CHANCE: Final = 0.02
"""Probability below which a class is not worth its time."""

_WORDS_SHOWN: Final = 3
"""Maximum number of words shown as evidence for a suggestion."""


class Suggestion:
    """An agency that officers might choose as the owner, with the probability that they do, from 0 to 1."""

    __slots__ = ("agency", "chance")

    def __init__(self, agency: Agency, chance: float) -> None:
        self.agency = agency
        self.chance = chance


class Class:
    """An agency, or a kind of unit at the place of the report, with its score for the report that is being read.

    The score is a field of a compiled class: adding to a list of floats would make an object for each sum.

    Attributes:
        name: the id of the agency, or the kind and its level (see router.features.kind_of).
        bias: the score without any word or finding.
        score: the sum so far.
    """

    __slots__ = ("bias", "name", "score")

    def __init__(self, name: str, bias: float) -> None:
        self.name = name
        self.bias = bias
        self.score = bias


class Row:
    """The weights of a word or finding.

    Attributes:
        classes: the classes for which it has weights.
        weights: these weights.
        report: the number of the last report that had the word: a repeated word counts once.
    """

    __slots__ = ("classes", "report", "weights")

    def __init__(self, flat: Sequence[float], classes: Sequence[Class], same: dict[float, float]) -> None:
        """Take a row as a file keeps it, in one list: class, weight, class, weight.

        Args:
            flat: the list.
            classes: all classes, by their numbers.
            same: the weights of all rows by their value: few objects stay in the processor's cache, and half a million do not.

        Raises:
            ValueError: the list is cut off, or names a class that there is not.
        """
        if len(flat) % 2:
            raise ValueError("a row of weights is cut off")
        numbers = [int(number) for number in flat[::2]]
        if any(not 0 <= number < len(classes) for number in numbers):
            raise ValueError("a row of weights names a class that there is not")
        self.classes = tuple([classes[number] for number in numbers])
        self.weights = tuple([same.setdefault(float(weight), float(weight)) for weight in flat[1::2]])
        self.report = 0

    def add(self, factor: float) -> None:
        """Add the weights times a factor to the scores of their classes."""
        classes, weights = self.classes, self.weights
        for at in range(len(classes)):
            classes[at].score += weights[at] * factor


class Model:
    """Weights of words and findings for each class. Not for several threads: the classes hold the scores of one report at a time.

    Attributes:
        version: the day on which the model was made, and a digest of the reports that it was learnt from.
        region: the Kemendagri code of the government whose own model it is, among whose units alone it chooses; empty if it is for all.
        trust: the model's part of the combined score, from 0 to 1; the rest is the rules' part.
        calibration: the knots for converting a share of all scores into a probability (see router.calibration).
        sure_from: the probability below which a triage desk gets the complaint.
        bodies: agencies that the registry lacks, learnt from officers.
        names: folded names as officers write them, each with the id of the agency that they meant.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take the model from the document that a file contains (docs/learn.md).

        Raises:
            ValueError: the document has another format, the region of no government or a trust that is no share, or a row of weights is
                cut off.
            KeyError: a field is missing.
            TypeError: the document is no mapping, or a field is something else.
            AttributeError: the weights are no mapping.
        """
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']} instead of {FORMAT}")
        self.version: str = document["version"]
        self.region: str = _region(document)
        self.trust: float = _share(document, "trust")
        self.calibration: Knots = [(float(share), float(chance)) for share, chance in document["calibration"]]
        self.sure_from: float = _share(document, "sure_from")
        self.bodies: tuple[Agency, ...] = tuple(
            Agency(id=row["id"], name=row["name"], kind="learnt", parent=row["parent"], region=row["region"])
            for row in document["bodies"]
        )
        self.names: dict[str, str] = dict(document["names"])
        self._classes = [
            Class(name, float(bias)) for name, bias in zip(document["classes"], document["bias"], strict=True)
        ]
        self._named = {one.name: one for one in self._classes}
        self._report = 0
        same: dict[float, float] = {}
        self._words: dict[str, Row] = {word: Row(flat, self._classes, same) for word, flat in document["words"].items()}
        self._findings: dict[str, Row] = {
            name: Row(flat, self._classes, same) for name, flat in document["findings"].items()
        }

    def suggest(
        self, reading: Reading, place: PlaceReading, ruled: Sequence[Ruled], registry: Registry
    ) -> list[Suggestion]:
        """Return the agencies that officers would most likely choose, the likeliest first, at most BEST.

        A kind of unit is left out if the place is not known or has no such unit. A model for all leaves out the units of regions that
        are not those of the place (see router.features.may_own).

        Args:
            reading: the reading of the text.
            place: where it happened.
            ruled: the candidates of the rules, best first.
            registry: the agencies that exist, with the units of the place.
        """
        best = self._likeliest(reading, place, ruled)
        top = best[0].score if best else 0.0
        chances = [exp(one.score - top) for one in best]
        total = sum(chances)
        found: list[Suggestion] = []
        for one, part in zip(best, chances, strict=True):
            chance = part / total
            agency = located(one.name, place, registry) if chance >= LEAST_CHANCE else None
            if agency is not None and (self.region or may_own(agency, place, ruled, registry)):
                found.append(Suggestion(agency, chance))
        return found

    def is_over(self, agency: Agency, registry: Registry) -> bool:
        """Whether the model decides about an agency: about each, or only about its own government and the government's units."""
        if not self.region:
            return True
        government = registry.government_of(agency)
        return government is not None and government.id == f"pemda-{registry.seat(self.region)}"

    def knows(self, agency: Agency, place: PlaceReading) -> bool:
        """Whether an agency is one of the classes, so that its score can rise too."""
        return agency.id in self._named or kind_of(agency, place) in self._named

    def words_for(self, reading: Reading, place: PlaceReading, agency: Agency) -> str:
        """Return the words of a text that point most strongly to an agency, separated by commas; may be empty."""
        wanted = [self._named[name] for name in {agency.id, kind_of(agency, place)} if name in self._named]
        if not wanted:
            return ""
        spoken: list[tuple[float, str]] = []
        for word in dict.fromkeys(reading.words):
            row = self._words.get(word)
            if row is not None:
                pairs = zip(row.classes, row.weights, strict=True)
                spoken += [(-weight, word) for one, weight in pairs if weight > 0.0 and one in wanted]
        return ", ".join([word for _, word in sorted(spoken)[:_WORDS_SHOWN]])

    def _likeliest(self, reading: Reading, place: PlaceReading, ruled: Sequence[Ruled]) -> list[Class]:
        """Return the best classes with their scores, the best first, at most BEST."""
        for one in self._classes:
            one.score = one.bias
        self._report += 1
        report, words, rows = self._report, reading.words, self._words
        factor = scale(len(words) - PARTS)
        for word in words:  # in the order of the text, on which sums of floats depend
            row = rows.get(word)
            if row is not None and row.report != report:
                row.report = report
                row.add(factor)
        for finding in findings(reading, place, ruled):
            row = self._findings.get(finding.name)
            if row is not None:
                row.add(finding.value)
        return _best(self._classes)


def _region(document: Mapping[str, Any]) -> str:
    """Return the code of a model's region; empty if it is for all.

    Raises:
        ValueError: no government has it.
    """
    written = document["region"]
    region = written if isinstance(written, str) else None
    if region is None or (region and Registry.load().unit("pemda", Registry.seat(region)) is None):
        raise ValueError(f"its `region` {written!r} is not the Kemendagri code of a government, such as 33.74")
    return region


def _share(document: Mapping[str, Any], name: str) -> float:
    """Return a number from 0 to 1.

    Raises:
        ValueError: it is none.
    """
    written = document[name]
    is_number = isinstance(written, (int, float)) and not isinstance(written, bool)
    if not (is_number and 0.0 <= written <= 1.0):
        raise ValueError(f"its `{name}` {written!r} is not a number from 0 to 1")
    return float(written)


def _best(classes: list[Class]) -> list[Class]:
    """Return the classes with the highest scores, the highest first, at most BEST; of equal ones the earlier first."""
    best: list[Class] = []
    lowest = _LOWEST
    for one in classes:
        score = one.score
        if score <= lowest:
            continue
        at = len(best)
        while at > 0 and best[at - 1].score < score:
            at -= 1
        best.insert(at, one)
        if len(best) > BEST:
            best.pop()
        if len(best) == BEST:
            lowest = best[-1].score
    return best


def document_in(path: Path) -> Mapping[str, Any]:
    """Return the content of a model's file.

    Raises:
        ConfigurationError: the file cannot be read, or is not JSON.
    """
    try:
        document: Mapping[str, Any] = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"the model {path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise _no_model(path, error) from error
    return document


def model_in(path: Path) -> Model:
    """Return the model in a file that `lapor learn` made.

    Raises:
        ConfigurationError: the file cannot be read or is not a model of this format.
    """
    document = document_in(path)
    try:
        return Model(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _no_model(path, error) from error


def _no_model(path: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(f"{path} is not a model of this version: {error}; make one with `lapor learn`")
