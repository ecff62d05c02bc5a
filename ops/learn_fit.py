"""Fits the weights of a model to examples, by gradient descent. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any, NamedTuple

import numpy as np

from normalizer.results import Reading
from normalizer.text import BREAK
from router.facts import Facts
from router.learnt import features

_STEPS = 300
_RATE = 2.0
_DECAY = 5e-3
"""The number of steps of the gradient descent, their size, and the pull of the weights to zero: enough for thousands of reports, and not
too many for hundreds."""

_RARE = 2
"""Words that occur in fewer reports than this are left out."""


@dataclass(frozen=True, slots=True)
class Example:
    """A report prepared for learning.

    Attributes:
        reading: the reading of its text.
        facts: the facts for the routing decision.
        owner: the id of the agency that the rules rank first, or "".
        label: the id of the agency that the officer chose.
        target: the class to learn: `label`, or the kind of unit with HERE or PROVINCE if the agency is that unit of the report's place.
    """

    reading: Reading
    facts: Facts
    owner: str
    label: str
    target: str


class Fit(NamedTuple):
    """The result of the gradient descent.

    Attributes:
        classes: the names of the classes of agencies (see `Example.target`).
        bias: the bias of each class.
        weights: the matrix of weights: one row per feature, one column per class.
        columns: the names of the features, in the order of the rows of `weights`.
        idf: the inverse document frequency of each word: a rare word has a larger one.
    """

    classes: list[str]
    bias: Any
    weights: Any
    columns: list[str]
    idf: dict[str, float]


def fit_weights(examples: Sequence[Example]) -> Fit:
    """Return the weights that predict the targets of the examples, found by gradient descent on the softmax."""
    seen = Counter(word for example in examples for word in set(example.reading.words))
    idf = {
        word: round(log(len(examples) / count) + 1, 4)
        for word, count in seen.items()
        if count >= _RARE and word != BREAK
    }
    classes = sorted({example.target for example in examples})
    rows = [features(example.reading, example.owner, idf) for example in examples]
    names = sorted({name for row in rows for name in row})
    columns = {name: number for number, name in enumerate(names)}
    inputs = np.zeros((len(rows), len(names)), dtype=np.float32)
    for number, row in enumerate(rows):
        for name, value in row.items():
            inputs[number, columns[name]] = value
    targets = np.zeros((len(rows), len(classes)), dtype=np.float32)
    places = {name: number for number, name in enumerate(classes)}
    for number, example in enumerate(examples):
        targets[number, places[example.target]] = 1.0
    bias = np.log(targets.mean(axis=0) + 1e-6)
    return Fit(classes, bias, inputs.T @ _descend(inputs @ inputs.T, targets, bias), names, idf)


def _descend(likeness: Any, targets: Any, bias: Any) -> Any:
    """Return the contribution of each report to the weights of each class: a matrix with one row per report and one column per class.

    The descent changes one number per report and class, not one per word and class, because there are fewer reports than words.

    Args:
        likeness: the matrix of the products of each two reports' features.
        targets: the matrix of reports and classes: 1 if a report is of a class, else 0.
        bias: the bias of each class.
    """
    parts = np.zeros_like(targets)
    for _ in range(_STEPS):
        scores = likeness @ parts + bias
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        parts -= _RATE * ((chances - targets) / np.sqrt(len(targets)) + _DECAY * parts)
    return parts
