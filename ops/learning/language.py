"""Learns intents and subjects from the example sentences: a linear support vector machine on hashed features, measured by writer."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from normalizer.language import features
from normalizer.language.examples import OF_INTENTS, OF_SEQUELS, OF_SUBJECTS, Example, digest, examples, labels
from normalizer.language.model import FORMAT, Head, columns
from ops.learning.fit import needed


class _Way(NamedTuple):
    """The parameters with which a kind of labels is learnt.

    Attributes:
        cost: the cost of a misclassified sentence (SVM's C). Half or twice as much changes no figure by a hundredth.
        weighs: "balanced" if labels with few sentences count as much as those with many; None if all have about as many.
        rarity: the divisor of the logarithm of a feature's rarity, which gives its weight; 0 if rarity has no effect.
        largest: the largest weight as an integer: the smaller, the smaller the file.
    """

    cost: float
    weighs: str | None
    rarity: float
    largest: int


_WAYS: Final = {
    OF_INTENTS: _Way(0.3, "balanced", 0.0, 127),
    OF_SUBJECTS: _Way(0.1, None, 3.0, 48),
    OF_SEQUELS: _Way(0.2, None, 0.0, 127),
}

_FOLDS: Final = 8
"""The number of parts into which the writers are divided. The sentences of each part are measured with a model of the others'."""

_MENDS: Final = "mend"
"""The prefix of the names of writers whose sentences were chosen because similar ones were misread."""

_BANDS: Final = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995)
_FEWEST: Final = 50
"""The minimum number of sentences in a band for its calibration to be measured."""

_TEMPERATURES: Final = tuple(number / 100 for number in range(4, 101, 2))


class Learnt(NamedTuple):
    """A learnt model.

    Attributes:
        head: the description of the model, with its figures.
        weights: the signed bytes of each feature (see normalizer.language.model.columns).
        wrong: the held-out sentences that were misread, each with the label that was read and its confidence.
    """

    head: Head
    weights: bytes
    wrong: list[tuple[Example, str, float]]


def learn(kind: str) -> Learnt:
    """Return the model of all sentences, with figures from cross-validation: each eighth of the writers against a model of the others.

    Raises:
        ConfigurationError: scikit-learn is not installed.
        ValueError: the files of sentences have mistakes.
    """
    import numpy as np

    needed()
    told, names, way = examples(kind), labels(kind), _WAYS[kind]
    table = _table([one.text for one in told])
    targets = np.array([names.index(one.label) for one in told])
    writers = np.array([one.writer for one in told])
    scores = np.zeros((len(told), len(names)))
    measured = np.zeros(len(told), dtype=bool)
    # writers of only one label, and of chosen sentences, are learnt from, but not measured on
    fair = [one for one in set(writers) if len(set(targets[writers == one])) > 1 and not one.startswith(_MENDS)]
    for fold in range(_FOLDS):
        of_fold = np.isin(writers, sorted(set(writers))[fold::_FOLDS])
        held = of_fold & np.isin(writers, fair)
        if held.any():
            weights, bias = _fitted(table[~of_fold], targets[~of_fold], way, len(names))
            scores[held] = table[held] @ weights + bias
            measured |= held
    temperature = _temperature(scores[measured], targets[measured])
    shares = _softmax(scores / temperature)
    knots = _knots(shares[measured], targets[measured])
    shares = np.interp(shares, [share for share, _ in knots], [right for _, right in knots])
    weights, bias = _fitted(table, targets, way, len(names))
    scale = float(np.abs(weights).max()) / way.largest
    rounded = np.zeros((features.BUCKETS, columns(names)), dtype=np.int8)
    rounded[:, : len(names)] = np.rint(weights / scale).astype(np.int8)
    read = shares.argmax(axis=1)
    wrong = [
        (told[at], names[read[at]], float(shares[at].max())) for at in np.flatnonzero(measured & (read != targets))
    ]
    head = Head(
        format=FORMAT,
        labels=names,
        bias=tuple(round(float(one), 4) for one in bias),
        scale=scale,
        temperature=temperature,
        knots=knots,
        digest=digest(kind),
        figures=_figures(shares[measured], targets[measured], writers[measured], names),
    )
    return Learnt(head, rounded.tobytes(), wrong)


def _table(texts: Sequence[str]) -> Any:
    """Return the features of texts as a sparse matrix with one row per text."""
    from math import sqrt

    from scipy.sparse import csr_matrix

    buckets: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        said = features.words(text)
        for word in said:
            inside = features.of_letters(word)
            buckets += inside
            values += [1 / sqrt(len(inside))] * len(inside)
            buckets.append(features.of_word(word))
            values.append(1.0)
        for first, second in features.pairs(said):
            buckets.append(features.of_pair(first, second))
            values.append(features.PAIR)
        ends.append(len(buckets))
    found = csr_matrix((values, buckets, ends), shape=(len(texts), features.BUCKETS))
    found.sum_duplicates()
    return found


def _fitted(table: Any, targets: Any, way: _Way, count: int) -> tuple[Any, Any]:
    """Return the weights of each feature and label, and the bias of each label."""
    import numpy as np
    from scipy.sparse import diags
    from sklearn.svm import LinearSVC

    rarity = np.ones(features.BUCKETS)
    if way.rarity:
        seen = np.bincount(table.indices, minlength=features.BUCKETS)
        rarity = np.where(seen, np.log((1 + table.shape[0]) / (1 + seen)) / way.rarity, 0.0)
    found = LinearSVC(C=way.cost, class_weight=way.weighs, random_state=0).fit(table @ diags(rarity), targets)
    coef, intercept = found.coef_ * rarity, found.intercept_
    if len(found.classes_) == len(_BOTH):  # the library gives the second of two classes alone
        coef, intercept = np.outer(_BOTH, coef[0]), np.multiply(_BOTH, intercept[0])
    weights, bias = np.zeros((features.BUCKETS, count)), np.full(count, _NEVER)
    weights[:, found.classes_] = coef.T
    bias[found.classes_] = intercept
    return weights, bias


_BOTH: Final = (-0.5, 0.5)
"""The shares of two classes in what tells them apart."""

_NEVER: Final = -30.0
"""The bias of a label without sentences."""


def _softmax(scores: Any) -> Any:
    import numpy as np

    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _temperature(scores: Any, targets: Any) -> float:
    """Return the temperature at which the right labels are likeliest."""
    import numpy as np

    rows = np.arange(len(targets))
    return min(_TEMPERATURES, key=lambda one: -float(np.log(_softmax(scores / one)[rows, targets] + 1e-12).mean()))


def _knots(shares: Any, targets: Any) -> tuple[tuple[float, float], ...]:
    """Return the calibration: pairs of the likeliest label's share and how often it is right, one per band, and both ends."""
    read, sure = shares.argmax(axis=1), shares.max(axis=1)
    found = [(0.0, 0.0)]
    for low, high in zip(_BANDS, (*_BANDS[1:], 1.01), strict=True):
        within = (sure >= low) & (sure < high)
        if within.sum() >= _FEWEST:
            right = float((read == targets)[within].mean())
            found.append((round(float(sure[within].mean()), 4), round(max(right, found[-1][1]), 4)))
    return (*found, (1.0, max(found[-1][1], 0.999)))


def _figures(shares: Any, targets: Any, writers: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the figures of the held-out sentences: overall, by writer, by label, and by band of confidence."""
    read, sure = shares.argmax(axis=1), shares.max(axis=1)
    right = read == targets
    by_label = {
        label: {
            "sentences": int((targets == at).sum()),
            "recall": round(float(right[targets == at].mean()), 3),
            "precision": round(float(right[read == at].mean()), 3) if (read == at).any() else 0.0,
        }
        for at, label in enumerate(names)
        if (targets == at).any()
    }
    bands = []
    for low, high in zip(_BANDS, (*_BANDS[1:], 1.01), strict=True):
        within = (sure >= low) & (sure < high)
        if within.sum() >= _FEWEST:
            bands.append(
                {
                    "from": low,
                    "sentences": int(within.sum()),
                    "sure": round(float(sure[within].mean()), 3),
                    "right": round(float(right[within].mean()), 3),
                }
            )
    return {
        "sentences": len(targets),
        "accuracy": round(float(right.mean()), 3),
        "first_three": round(float((shares.argsort(axis=1)[:, -3:] == targets[:, None]).any(axis=1).mean()), 3),
        "by_writer": {str(one): round(float(right[writers == one].mean()), 3) for one in sorted(set(writers))},
        "by_label": by_label,
        "bands": bands,
    }
