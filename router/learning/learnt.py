"""The model learnt from officers' decisions: weights of words and findings for agencies, read from a file, which supplement the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any, Final

import orjson

from complaints.errors import ConfigurationError
from normalizer.results import PlaceReading, Reading
from normalizer.text import PARTS
from router.agencies.registry import Agency, Registry
from router.calibration import Knots
from router.learning.features import Meaning, Ruled, findings, kind_of, may_own, scale
from router.learning.model_document import (
    LARGEST_WEIGHT,
    bodies_in,
    classes_in,
    knots_in,
    names_in,
    region_in,
    share_in,
    text_in,
)

FORMAT: Final = 3
"""Number of the format of a model's file; a file with another number is refused."""

BEST: Final = 5
"""Maximum number of classes that are combined with the rules: the first three count, and some of them may not exist at the place."""

LEAST_CHANCE: Final = 0.02
"""Probability below which a class is left out, to save time."""

_WORDS_SHOWN: Final = 3
"""Maximum number of words shown as evidence for a suggestion."""


@dataclass(slots=True, eq=False)
class Suggestion:
    """An agency that officers might choose as the owner, with the probability that they do, from 0 to 1."""

    agency: Agency
    chance: float


class Class:
    """An agency, or a kind of unit at the place of the report, with its score for the report that is being read.

    The score is a field of a compiled class: adding to a list of floats would make an object for each sum.

    Attributes:
        name: the id of the agency, or the kind and its level (see router.learning.features.kind_of).
        meaning: what the name means at a place.
        bias: the score without any word or finding.
        report: the number of the last report in which a word or finding had a weight for it.
        score: the sum so far, in that report.
    """

    __slots__ = ("bias", "meaning", "name", "report", "score")

    def __init__(self, name: str, bias: float) -> None:
        self.name = name
        self.meaning = Meaning(name)
        self.bias = bias
        self.report = 0
        self.score = bias


@dataclass(slots=True, eq=False)
class Weight:
    """A weight of a word or finding for a class, and the next one: a chain, because most words have one or two.

    Attributes:
        of: the class.
        value: the weight.
        rest: the next weight of the same word or finding; None after the last.
        report: in the first weight of a word, the number of the last report that had the word: a repeated word counts once.
    """

    of: Class
    value: float
    rest: "Weight | None"
    report: int = 0


def weights_in(row: Sequence[float], classes: Sequence[Class]) -> Weight | None:
    """Return the weights of a row as a file keeps it, in one list: class, weight, class, weight. None if it is empty.

    Raises:
        ValueError: the list is cut off, names a class that there is not, or has a weight that is too large.
    """
    if len(row) % 2:
        raise ValueError("a row of weights is cut off")
    first: Weight | None = None
    for at in range(len(row) - 2, -1, -2):
        number = int(row[at])
        if not 0 <= number < len(classes):
            raise ValueError("a row of weights names a class that there is not")
        value = float(row[at + 1])
        if not -LARGEST_WEIGHT <= value <= LARGEST_WEIGHT:
            raise ValueError(f"a row of weights has {value}, which is no number of at most {LARGEST_WEIGHT:.0f}")
        first = Weight(classes[number], value, first)
    return first


class Model:
    """Weights of words and findings for each class. Not thread-safe: the classes hold the scores of one report at a time.

    Attributes:
        version: the day on which the model was made, and a digest of the reports that it was learnt from.
        region: the Kemendagri code of the government to whose units the model is limited; empty for a general model.
        trust: the model's part of the combined score, from 0 to 1; the rest is the rules' part.
        calibration: the knots for converting a share of all scores into a probability (see router.calibration).
        sure_from: the probability below which a triage desk gets the complaint.
        bodies: agencies that the registry lacks, learnt from officers.
        names: folded names as officers write them, each with the id of the agency that they meant.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take the model from the document that a file contains (docs/learn.md).

        Raises:
            ValueError: the document has another format, a field that no router can use (router.learning.model_document) or a wrong row of
                weights; the text names the field.
            KeyError: a field is missing.
            TypeError: the document is no mapping, or a field is something else.
            AttributeError: the weights are no mapping.
            OverflowError: the number of a class is infinite.
        """
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']} instead of {FORMAT}")
        self.version: str = text_in(document, "version")
        self.region: str = region_in(document)
        self.trust: float = share_in(document, "trust")
        self.calibration: Knots = knots_in(document)
        self.sure_from: float = share_in(document, "sure_from")
        self.bodies: tuple[Agency, ...] = bodies_in(document)
        self.names: dict[str, str] = names_in(document)
        self._classes = [Class(name, bias) for name, bias in classes_in(document)]
        self._named = {one.name: one for one in self._classes}
        self._likeliest_first = sorted(self._classes, key=_least_biased_last)
        self._report = 0
        self._words: dict[str, Weight] = {}
        for word, row in document["words"].items():
            self._keep(self._words, word, row)
        self._findings: dict[str, dict[str, Weight]] = {}
        for name, row in document["findings"].items():
            kind, _, of = name.partition(":")
            self._keep(self._findings.setdefault(kind, {}), of, row)

    def suggest(
        self, reading: Reading, place: PlaceReading, ruled: Sequence[Ruled], registry: Registry
    ) -> list[Suggestion]:
        """Return the agencies that officers would most likely choose, the likeliest first, at most BEST.

        A kind of unit is left out if the place is not known or has no such unit. A model for all leaves out the units of regions that
        are not those of the place (see router.learning.features.may_own).
        """
        best = self._likeliest(reading, place, ruled)
        top = best[0].score if best else 0.0
        total = 0.0
        for one in best:
            one.score = exp(one.score - top)
            total += one.score
        found: list[Suggestion] = []
        for one in best:
            chance = one.score / total
            agency = one.meaning.at(place, registry) if chance >= LEAST_CHANCE else None
            if agency is not None and (self.region or may_own(agency, place, ruled, registry)):
                found.append(Suggestion(agency, chance))
        return found

    def is_over(self, agency: Agency, registry: Registry) -> bool:
        """True if the model decides about an agency: about each, or only about its own government and the government's units."""
        if not self.region:
            return True
        government = registry.government_of(agency)
        return government is not None and government.id == f"pemda-{registry.seat(self.region)}"

    def knows(self, agency: Agency, place: PlaceReading) -> bool:
        """True if an agency is one of the classes, so that its score can rise too."""
        return agency.id in self._named or kind_of(agency, place) in self._named

    def words_for(self, reading: Reading, place: PlaceReading, agency: Agency) -> str:
        """Return the words of a text that point most strongly to an agency, separated by commas; may be empty."""
        wanted = [self._named[name] for name in {agency.id, kind_of(agency, place)} if name in self._named]
        if not wanted:
            return ""
        spoken: list[tuple[float, str]] = []
        for word in dict.fromkeys(reading.words):
            weight = self._words.get(word)
            while weight is not None:
                if weight.value > 0.0 and weight.of in wanted:
                    spoken.append((-weight.value, word))
                weight = weight.rest
        return ", ".join([word for _, word in sorted(spoken)[:_WORDS_SHOWN]])

    def _keep(self, rows: dict[str, Weight], name: str, row: Sequence[float]) -> None:
        """Keep the weights of a word or finding, if it has any."""
        weights = weights_in(row, self._classes)
        if weights is not None:
            rows[name] = weights

    def _likeliest(self, reading: Reading, place: PlaceReading, ruled: Sequence[Ruled]) -> list[Class]:
        """Return the best classes with their scores, the best first, at most BEST."""
        self._report += 1
        report, words, rows = self._report, reading.words, self._words
        touched: list[Class] = []
        factor = scale(len(words) - PARTS)
        for word in words:  # in the order of the text, on which sums of floats depend
            weight = rows.get(word)
            if weight is not None and weight.report != report:
                weight.report = report
                _add(weight, factor, report, touched)
        for finding in findings(reading, place, ruled):
            of_kind = self._findings.get(finding.kind)
            weight = of_kind.get(finding.of) if of_kind is not None else None
            if weight is not None:
                _add(weight, finding.value, report, touched)
        return self._best(touched, report)

    def _best(self, touched: list[Class], report: int) -> list[Class]:
        """Return the classes with the highest scores, the highest first, at most BEST; of equal ones one that was touched first."""
        best: list[Class] = []
        for one in touched:
            if len(best) < BEST or one.score > best[-1].score:
                _insert(best, one)
        for one in self._likeliest_first:
            if one.report == report:
                continue
            one.score = one.bias
            if len(best) == BEST and one.score <= best[-1].score:
                break
            _insert(best, one)
        return best


def _add(weight: Weight, factor: float, report: int, touched: list[Class]) -> None:
    """Add a word's or finding's weights times a factor to the scores of their classes, and note classes that had none yet."""
    one: Weight | None = weight
    while one is not None:
        of = one.of
        if of.report != report:
            of.report = report
            of.score = of.bias
            touched.append(of)
        of.score += one.value * factor
        one = one.rest


def _insert(best: list[Class], one: Class) -> None:
    """Put a class at its place among the best, the highest score first, after others of the same score; one too many drops out."""
    if len(best) == BEST:
        best.pop()
    at = len(best)
    while at > 0 and best[at - 1].score < one.score:
        at -= 1
    best.insert(at, one)


def _least_biased_last(one: Class) -> float:
    return -one.bias


def model_in(path: Path) -> Model:
    """Return the model in a file that `lapor learn` made.

    Raises:
        ConfigurationError: the file cannot be read or is not a model of this format.
    """
    try:
        return Model(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise ConfigurationError(f"the model {path} cannot be read: {error.strerror}") from error
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:  # what is no JSON is a ValueError
        raise ConfigurationError(
            f"{path} is not a model of this version: {error}; make one with `lapor learn`"
        ) from error
