"""Fits the weights of a model to examples with scikit-learn: a linear support vector machine on sparse features."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from complaints.errors import ConfigurationError
from normalizer.text import fold
from ops.learning.examples import History
from router.learning.features import scale

MOST_WORDS = 50_000
"""The maximum number of words of a model, the most frequent ones. It limits memory and the size of the file."""

_RARE_FROM = 5_000
"""From this number of reports on, a word must occur in two: among few reports even a word of one helps, among many it is noise."""

_MOST_TOUCHED = 150
"""The maximum number of weights that an average report uses; the smallest ones are left out. It limits the time of a decision."""

_SMALLEST = tuple(number / 100 for number in range(5, 100))
"""The candidate sizes below which weights are left out. The first one that leaves at most _MOST_TOUCHED is used."""

_TOLERANCE = 0.01
"""The tolerance at which the solver stops: ten times as many steps change no decision."""


class Table(NamedTuple):
    """The features of all examples, and of the names of all classes, as sparse matrices with one row per example.

    Attributes:
        words: the words of each text.
        scales: the factor of each text's words (router.learning.features.scale).
        found: the values of the findings of the rules and the reader.
        asked: the same where the model is measured (see Example.asked). Findings that `found` never has are left out, as a router does.
        targets: the class of each row.
        reports: the number of rows that are reports; the rows after them are names of classes.
        word_names: the words, by column.
        found_names: the findings, by column.
    """

    words: Any
    scales: Any
    found: Any
    asked: Any
    targets: Any
    reports: int
    word_names: list[str]
    found_names: list[str]


class Fit(NamedTuple):
    """Weights that predict the classes.

    Attributes:
        classes: the names of the classes.
        bias: the bias of each class.
        weights: the matrix of weights without small ones, one row per class; first the words' columns, then the findings'.
        idf: the inverse document frequency of each word by column; 0 for a word that the model does not know.
    """

    classes: Any
    bias: Any
    weights: Any
    idf: Any


def needed() -> None:
    """Check that scikit-learn is installed, before long work begins.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import sklearn  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ConfigurationError(
            "`lapor learn` needs scikit-learn: install it with `pip install 'lapor-pipeline[learn]'` or `pip install scikit-learn`"
        ) from error


def table(history: History) -> Table:
    """Return the features of a history's examples. The name of each class is a further row, because reports often name their agency."""
    import numpy as np

    examples = history.examples
    named = {example.target: _named(example.label, history) for example in examples}
    texts = [*(example.words for example in examples), *named.values()]
    counts = Counter(word for words in texts for word in words)
    least = 2 if len(examples) >= _RARE_FROM else 1
    kept = sorted(word for word, count in counts.most_common(MOST_WORDS) if count >= least)
    word_at = {word: at for at, word in enumerate(kept)}
    found_names = sorted({name for example in examples for name, _ in example.alone.found})
    found_at = {name: at for at, name in enumerate(found_names)}
    words = ([(word_at[word], 1.0) for word in words if word in word_at] for words in texts)
    found = ([(found_at[name], value) for name, value in example.alone.found] for example in examples)
    is_same = all(example.asked is example.alone for example in examples)
    found_rows = _sparse(chain(found, ([] for _ in named)), len(found_names))
    asked = (
        [(found_at[name], value) for name, value in example.asked.found if name in found_at] for example in examples
    )
    return Table(
        words=_sparse(words, len(kept)),
        scales=np.array(
            [*(scale(example.length) for example in examples), *(scale(len(words)) for words in named.values())]
        ),
        found=found_rows,
        asked=found_rows if is_same else _sparse(asked, len(found_names)),
        targets=np.array([*(example.target for example in examples), *named]),
        reports=len(examples),
        word_names=kept,
        found_names=found_names,
    )


def _named(label: str, history: History) -> list[str]:
    agency = history.registry.get(label)
    return list(dict.fromkeys(fold(agency.name).decode("ascii").split())) if agency else []


def _sparse(rows: Iterable[list[tuple[int, float]]], columns: int) -> Any:
    """Return a sparse matrix of rows of (column, value) pairs; values of the same column in a row are added."""
    from array import array

    import numpy as np
    from scipy.sparse import csr_matrix

    at, values, ends = array("i"), array("d"), array("q", [0])
    for row in rows:
        at.extend(number for number, _ in row)
        values.extend(value for _, value in row)
        ends.append(len(at))
    shape = (len(ends) - 1, columns)
    matrix = csr_matrix((np.frombuffer(values) if values else [], at, ends), shape=shape)
    matrix.sum_duplicates()
    return matrix


def features(of: Table, idf: Any, rows: Any, found: Any) -> Any:
    """Return the features of some rows: the words, weighted by IDF and the text's length, then the given findings."""
    from scipy.sparse import diags, hstack

    words = diags(of.scales[rows]) @ of.words[rows].multiply(idf)
    return hstack([words, found[rows]]).tocsr()


def fit(of: Table, rows: Any) -> Fit:
    """Return the weights learnt from some reports and from the names of the classes."""
    import numpy as np
    from sklearn.svm import LinearSVC

    known = np.unique(of.targets[rows])
    names = of.reports + np.nonzero(np.isin(of.targets[of.reports :], known))[0]
    rows = np.concatenate([rows, names])
    counts = np.asarray(of.words[rows].sum(axis=0)).ravel()
    idf = np.where(counts > 0, np.log((1 + len(rows)) / (1 + counts)) + 1, 0.0)
    if len(known) == 1:
        return Fit(known, np.zeros(1), np.zeros((1, len(of.word_names) + len(of.found_names))), idf)
    inputs = features(of, idf, rows, of.found)
    machine = LinearSVC(dual=True, tol=_TOLERANCE, random_state=0).fit(inputs, of.targets[rows])
    weights, bias = machine.coef_, machine.intercept_
    if len(known) == 2:  # noqa: PLR2004 - of two classes there is one row, for the second
        weights, bias = np.concatenate([-weights, weights]), np.concatenate([-bias, bias])
    return Fit(machine.classes_, bias, _without_small(weights, np.diff(inputs.tocsc().indptr) / len(rows)), idf)


def _without_small(weights: Any, often: Any) -> Any:
    """Return the weights with the smallest ones set to 0, so that an average report uses at most _MOST_TOUCHED."""
    import numpy as np

    sizes = np.abs(weights)
    for smallest in _SMALLEST:
        if (sizes >= smallest).sum(axis=0) @ often <= _MOST_TOUCHED:
            break
    weights[sizes < smallest] = 0.0
    return weights


def scores(of: Table, fitted: Fit, rows: Any, found: Any) -> Any:
    """Return the score of each class, by column, for some reports with the given findings."""
    return features(of, fitted.idf, rows, found) @ fitted.weights.T + fitted.bias
