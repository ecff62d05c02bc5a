"""The model learnt from officers' decisions: weights of words and findings for agencies, read from a file and used beside the rules."""

from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any, Final

import orjson

from complaints.errors import ConfigurationError
from normalizer.results import PlaceReading, Reading
from router.agencies.registry import Agency, Registry
from router.calibration import Knots
from router.features import Ruled, findings, kind_of, located, scale

FORMAT: Final = 2
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


class Row:
    """The weights of a word or finding.

    Attributes:
        classes: the indices of the classes for which it has weights.
        weights: these weights.
    """

    __slots__ = ("classes", "weights")

    def __init__(self, flat: Sequence[float], same: dict[float, float]) -> None:
        """Take a row as a file keeps it, in one list: class, weight, class, weight.

        Args:
            flat: the list.
            same: the weights of all rows by their value: few objects stay in the processor's cache, and half a million do not.

        Raises:
            ValueError: the list is cut off.
        """
        if len(flat) % 2:
            raise ValueError("a row of weights is cut off")
        self.classes = tuple([int(number) for number in flat[::2]])
        self.weights = tuple([same.setdefault(float(weight), float(weight)) for weight in flat[1::2]])


class Model:
    """Weights of words and findings for each class. A class is an agency or a kind of unit at the place of the report.

    Attributes:
        version: the day on which the model was made, and a digest of the reports that it was learnt from.
        region: the Kemendagri code of the government whose own model it is; empty if it is for all.
        trust: the model's part of the combined score, from 0 to 1; the rest is the rules' part.
        calibration: the knots for converting a share of all scores into a probability (see router.calibration).
        sure_from: the probability below which a triage desk gets the complaint.
        bodies: agencies that the registry lacks, learnt from officers.
        names: folded names as officers write them, each with the id of the agency that they meant.
        shares: whether it divides only what the law leaves with its government, because the router serves other governments too.
    """

    def __init__(self, document: Mapping[str, Any], *, shares: bool = False) -> None:
        """Take the model from the document that a file contains (docs/learn.md).

        Raises:
            ValueError: the document has another format, or a row of weights is cut off.
            KeyError: a field is missing.
            TypeError: the document is no mapping, or a field is something else.
            AttributeError: the weights are no mapping.
        """
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']} instead of {FORMAT}")
        self.version: str = document["version"]
        self.region: str = document["region"]
        self.trust: float = document["trust"]
        self.calibration: Knots = [(float(share), float(chance)) for share, chance in document["calibration"]]
        self.sure_from: float = document["sure_from"]
        self.bodies: tuple[Agency, ...] = tuple(
            Agency(id=row["id"], name=row["name"], kind="learnt", parent=row["parent"], region=row["region"])
            for row in document["bodies"]
        )
        self.names: dict[str, str] = dict(document["names"])
        self.shares = shares and bool(self.region)
        self._classes: list[str] = list(document["classes"])
        self._bias: list[float] = [float(value) for value in document["bias"]]
        same: dict[float, float] = {}
        self._words: dict[str, Row] = {word: Row(flat, same) for word, flat in document["words"].items()}
        self._findings: dict[str, Row] = {name: Row(flat, same) for name, flat in document["findings"].items()}

    def suggest(
        self, reading: Reading, place: PlaceReading, ruled: Sequence[Ruled], registry: Registry
    ) -> list[Suggestion]:
        """Return the agencies that officers would most likely choose, the likeliest first, at most BEST.

        A kind of unit is left out if the place is not known or has no such unit.

        Args:
            reading: the reading of the text.
            place: where it happened.
            ruled: the candidates of the rules, best first.
            registry: the agencies that exist, with the units of the place.
        """
        best = self._likeliest(reading, place, ruled)
        top = best[0][0]
        chances = [exp(score - top) for score, _ in best]
        total = sum(chances)
        found: list[Suggestion] = []
        for (_, number), part in zip(best, chances, strict=True):
            chance = part / total
            agency = located(self._classes[number], place, registry) if chance >= LEAST_CHANCE else None
            if agency is not None:
                found.append(Suggestion(agency, chance))
        return found

    def part(self, ruled: Sequence[Ruled], registry: Registry) -> float:
        """Return the part of the scores that the model divides: all, or what the law leaves with its own government."""
        return sum([one.share for one in ruled if self.is_over(one.agency, registry)]) if self.shares else 1.0

    def is_over(self, agency: Agency, registry: Registry) -> bool:
        """Whether the model takes its part from the score of this agency: of each, or of its government's own units."""
        if not self.shares:
            return True
        government = registry.government_of(agency)
        return government is not None and government.id == f"pemda-{registry.seat(self.region)}"

    def words_for(self, reading: Reading, place: PlaceReading, agency: Agency) -> str:
        """Return the words of a text that point most strongly to an agency, separated by commas; may be empty."""
        numbers = [at for at, name in enumerate(self._classes) if name in {agency.id, kind_of(agency, place)}]
        spoken: list[tuple[float, str]] = []
        for word in dict.fromkeys(reading.words):
            row = self._words.get(word)
            if row:
                pairs = zip(row.classes, row.weights, strict=True)
                spoken += [(-weight, word) for number, weight in pairs if number in numbers and weight > 0]
        return ", ".join([word for _, word in sorted(spoken)[:_WORDS_SHOWN]])

    def _likeliest(self, reading: Reading, place: PlaceReading, ruled: Sequence[Ruled]) -> list[tuple[float, int]]:
        """Return the scores of the best classes with their indices, the best first, at most BEST."""
        scores = self._bias.copy()
        words = dict.fromkeys(reading.words)  # in the order of the text, on which sums of floats depend
        factor = scale(len(words) - 1)  # without the mark between the parts of a text
        rows = self._words
        for word in words:
            row = rows.get(word)
            if row is not None:
                _add(scores, row, factor)
        for finding in findings(reading, place, ruled):
            row = self._findings.get(finding.name)
            if row is not None:
                _add(scores, row, finding.value)
        return _best(scores)


def _add(scores: list[float], row: Row, factor: float) -> None:
    classes, weights = row.classes, row.weights
    for at in range(len(classes)):
        scores[classes[at]] += weights[at] * factor


def _best(scores: list[float]) -> list[tuple[float, int]]:
    """Return the highest scores with their indices, the highest first, at most BEST.

    The five are plain variables: compiled, this takes a tenth of the time of sorting.
    """
    a, b, c, d, e = _LOWEST, _LOWEST, _LOWEST, _LOWEST, _LOWEST
    at_a, at_b, at_c, at_d, at_e = -1, -1, -1, -1, -1
    for number in range(len(scores)):
        score = scores[number]
        if score <= e:
            continue
        if score > a:
            a, b, c, d, e = score, a, b, c, d
            at_a, at_b, at_c, at_d, at_e = number, at_a, at_b, at_c, at_d
        elif score > b:
            b, c, d, e = score, b, c, d
            at_b, at_c, at_d, at_e = number, at_b, at_c, at_d
        elif score > c:
            c, d, e = score, c, d
            at_c, at_d, at_e = number, at_c, at_d
        elif score > d:
            d, e = score, d
            at_d, at_e = number, at_d
        else:
            e, at_e = score, number
    return [(a, at_a), (b, at_b), (c, at_c), (d, at_d), (e, at_e)][: min(BEST, len(scores))]


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


def model_in(path: Path, *, shares: bool = False) -> Model:
    """Return the model in a file that `lapor learn` made; `shares` is as in Model.

    Raises:
        ConfigurationError: the file cannot be read or is not a model of this format.
    """
    document = document_in(path)
    try:
        return Model(document, shares=shares)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _no_model(path, error) from error


def _no_model(path: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(f"{path} is not a model of this version: {error}; make one with `lapor learn`")
