"""The model learnt from officers' decisions: weights of words for agencies, read from a file and used together with the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from complaints.errors import ConfigurationError
from normalizer.results import PlaceReading, Reading
from router.agencies.registry import DKI, Agency, Registry
from router.calibration import Knots

FORMAT = 1
"""Number of the format of a model's file; a file with another number is refused."""

HERE, PROVINCE = "@local", "@province"
"""Endings of a class that is a kind of unit and not one agency ("dishub@local"): the unit of the regency or city, or of the province."""

_WORDS_SHOWN = 3
"""Maximum number of words shown as evidence for a suggestion."""

_BEST = 12
"""Maximum number of classes that are combined with the rules; the others are improbable."""


class Suggestion(NamedTuple):
    """An agency that officers might choose as the owner.

    Attributes:
        agency_id: its id.
        chance: the probability that officers would choose it, from 0 to 1.
        words: the words of the text that point most strongly to it, separated by commas; may be empty.
    """

    agency_id: str
    chance: float
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights of features, which are words and findings of the rules, for each class. A class is an agency or a kind of local unit.

    Attributes:
        version: the day on which the model was made, and a digest of the reports that it was learnt from.
        classes: ids of agencies, or kinds of unit with HERE or PROVINCE at the end.
        bias: the score of each class before any feature counts.
        weights: for each feature, tuples of (index of the class, weight).
        idf: how distinctive each word is (inverse document frequency).
        trust: the model's part of the combined score, from 0 to 1; the rest is the rules' part.
        calibration: the knots for converting a share of all scores into a probability (see router.calibration).
        sure_from: the probability below which a triage desk gets the complaint.
        bodies: agencies that the registry lacks, learnt from officers.
        names: folded names as officers write them, each with the id of the agency that they meant.
    """

    version: str
    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]
    idf: Mapping[str, float]
    trust: float
    calibration: Knots
    sure_from: float
    bodies: tuple[Agency, ...]
    names: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> "Model":
        """Return the model in a file that `lapor learn` made.

        Raises:
            ConfigurationError: the file cannot be read or is not a model of this format.
        """
        try:
            return model_from(orjson.loads(path.read_bytes()))
        except OSError as error:
            raise ConfigurationError(f"the model {path} cannot be read: {error.strerror}") from error
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"{path} is not a model of this version: {error}; make one with `lapor learn`"
            ) from error

    def suggest(self, reading: Reading, place: PlaceReading, owner: str, registry: Registry) -> list[Suggestion]:
        """Return the agencies that officers would most likely choose, the likeliest first, at most _BEST.

        A kind of unit is left out if the place is not known or has no such unit.

        Args:
            reading: the reading of the text.
            place: where it happened.
            owner: the id of the agency that the rules rank first; empty if they name none.
            registry: the agencies that exist, with the units of the place.
        """
        found = features(reading, owner, self.idf)
        scores = list(self.bias)
        for feature, value in found.items():
            for number, weight in self.weights.get(feature, ()):
                scores[number] += weight * value
        top = max(scores)
        total = sum([exp(score - top) for score in scores])
        order = sorted(range(len(scores)), key=lambda number: -scores[number])[:_BEST]
        suggestions: list[Suggestion] = []
        for number in order:
            agency_id = located(self.classes[number], place, registry)
            if agency_id:
                suggestions.append(Suggestion(agency_id, exp(scores[number] - top) / total, self._words(number, found)))
        return suggestions

    def _words(self, number: int, found: Mapping[str, float]) -> str:
        spoken: list[tuple[float, str]] = []
        for feature, value in found.items():
            if feature[0] != "=":
                for other, weight in self.weights.get(feature, ()):
                    if other == number and weight > 0:
                        spoken.append((-weight * value, feature))
        return ", ".join(word for _, word in sorted(spoken)[:_WORDS_SHOWN])


def located(name: str, place: PlaceReading, registry: Registry) -> str | None:
    """Return the id of the agency that a class means at a place; None if the place is not known or has no such unit.

    Args:
        name: one of Model.classes; the id of an agency is returned as it is.
        place: where it happened.
        registry: the agencies that exist.
    """
    unit, at, level = name.partition("@")
    if not at:
        return name
    if place.province == DKI:
        agency = registry.unit_over(unit, place.regency or DKI)
    else:
        code = place.codes[1 if f"@{level}" == HERE else 0]
        agency = registry.unit(unit, code) if code else None
    return agency.id if agency else None


def features(reading: Reading, owner: str, idf: Mapping[str, float]) -> dict[str, float]:
    """Return the features of a text with their values: words, and findings of the rules, whose names begin with "=".

    Args:
        reading: the reading of the text.
        owner: the id of the agency that the rules rank first; empty if they name none.
        idf: how distinctive each word is; other words are not features.
    """
    counts: dict[str, int] = {}
    for word in reading.words:
        if word in idf:
            counts[word] = counts.get(word, 0) + 1
    values = {word: (1.0 + log(count)) * idf[word] for word, count in counts.items()}
    norm = sum([value * value for value in values.values()]) ** 0.5 or 1.0
    found = {word: value / norm for word, value in values.items()}
    found[f"=owner:{owner.rpartition('-')[0] if owner[-1:].isdigit() else owner}"] = 1.0
    found[f"=class:{reading.complaint_class}"] = 0.3
    if reading.oversight:
        found["=oversight"] = 0.5
    for rank, subject in enumerate(reading.subjects):
        found[f"=subject:{subject.id}"] = 0.6 / (rank + 1)
    region = reading.place.regency or reading.place.province
    if region:
        found[f"=region:{region}"] = 0.6
    return found


def model_from(document: Mapping[str, Any]) -> Model:
    """Return the model in the document that a file contains.

    Raises:
        ValueError: the document has another format, or a pair in it does not have two members.
        KeyError: a field is missing.
        TypeError: the document is no mapping, or a list in it is something else.
        AttributeError: the weights are no mapping.
    """
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']} instead of {FORMAT}")
    return Model(
        version=document["version"],
        classes=tuple(document["classes"]),
        bias=tuple(document["bias"]),
        weights={key: tuple((number, weight) for number, weight in row) for key, row in document["weights"].items()},
        idf=document["idf"],
        trust=document["trust"],
        calibration=tuple((share, chance) for share, chance in document["calibration"]),
        sure_from=document["sure_from"],
        bodies=tuple(
            Agency(id=row["id"], name=row["name"], kind="learnt", parent=row["parent"], region=row["region"])
            for row in document["bodies"]
        ),
        names=document["names"],
    )
