"""Learns intents from the example sentences with scikit-learn: a linear support vector machine on hashed features, measured by writer."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from normalizer.language import features
from normalizer.language.examples import INTENTS, Example, digest, examples
from normalizer.language.model import FORMAT, Head
from ops.learning.fit import needed

_COST: Final = 0.3
"""Of a sentence on the wrong side (the inverse of the regularisation): half or twice as much changes no figure by a hundredth."""

_LARGEST: Final = 127
"""Of a weight as a signed byte."""

_MENDS: Final = "mend"
"""With this begin the names of writers whose sentences were chosen because their like was misread."""

_BANDS: Final = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995)
_FEWEST: Final = 50
"""Sentences of a band in which calibration can be measured."""

_TEMPERATURES: Final = tuple(number / 100 for number in range(10, 101, 2))


class Learnt(NamedTuple):
    """What was learnt.

    Attributes:
        head: what the model says of itself.
        weights: a signed byte per feature and intent.
        wrong: the held-out sentences that were misread, each with the intent that was read and how sure that was.
    """

    head: Head
    weights: bytes
    wrong: list[tuple[Example, str, float]]


def learn() -> Learnt:
    """Return the model of all sentences, measured on each writer's sentences by models of the others'.

    Raises:
        ConfigurationError: if scikit-learn is not installed.
        ValueError: if the files of sentences have mistakes.
    """
    import numpy as np

    needed()
    told = examples()
    table = _table([one.text for one in told])
    targets = np.array([INTENTS.index(one.intent) for one in told])
    writers = np.array([one.writer for one in told])
    scores = np.zeros((len(told), len(INTENTS)))
    measured = np.zeros(len(told), dtype=bool)
    for writer in sorted(set(writers)):
        held = writers == writer
        is_fair = len(set(targets[held])) > 1 and not writer.startswith(_MENDS)
        if is_fair:  # who wrote stories only, or chose what was misread, is learnt from, and measures nothing
            scores[held] = _scores(_fitted(table[~held], targets[~held]), table[held])
            measured |= held
    temperature = _temperature(scores[measured], targets[measured])
    shares = _softmax(scores / temperature)
    knots = _knots(shares[measured], targets[measured])
    shares = np.interp(shares, [share for share, _ in knots], [right for _, right in knots])
    fitted = _fitted(table, targets)
    scale = float(np.abs(fitted.coef_).max()) / _LARGEST
    rounded = np.zeros((features.BUCKETS, len(INTENTS)), dtype=np.int8)
    rounded[:, fitted.classes_] = np.rint(fitted.coef_.T / scale).astype(np.int8)
    bias = np.full(len(INTENTS), _NEVER)
    bias[fitted.classes_] = fitted.intercept_
    read = shares.argmax(axis=1)
    wrong = [
        (told[at], INTENTS[read[at]], float(shares[at].max())) for at in np.flatnonzero(measured & (read != targets))
    ]
    head = Head(
        format=FORMAT,
        intents=INTENTS,
        bias=tuple(round(float(one), 4) for one in bias),
        scale=scale,
        temperature=temperature,
        knots=knots,
        digest=digest(),
        figures=_figures(shares[measured], targets[measured], writers[measured]),
    )
    return Learnt(head, rounded.tobytes(), wrong)


_NEVER: Final = -30.0
"""The bias of an intent without sentences."""


def _table(texts: Sequence[str]) -> Any:
    """Return the features of texts as a sparse matrix with one row per text."""
    from scipy.sparse import csr_matrix

    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        said = features.words(text)
        for word in said:
            for bucket, weight in features.of_word(word):
                columns.append(bucket)
                values.append(weight)
        for first, second in features.pairs(said):
            columns.append(features.of_pair(first, second))
            values.append(features.PAIR)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(texts), features.BUCKETS))


def _fitted(table: Any, targets: Any) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=_COST, class_weight="balanced", random_state=0).fit(table, targets)


def _scores(fitted: Any, table: Any) -> Any:
    import numpy as np

    scores = np.full((table.shape[0], len(INTENTS)), _NEVER)
    scores[:, fitted.classes_] = fitted.decision_function(table)
    return scores


def _softmax(scores: Any) -> Any:
    import numpy as np

    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _temperature(scores: Any, targets: Any) -> float:
    """Return the temperature at which the right intents are likeliest."""
    import numpy as np

    rows = np.arange(len(targets))
    return min(_TEMPERATURES, key=lambda one: -float(np.log(_softmax(scores / one)[rows, targets] + 1e-12).mean()))


def _knots(shares: Any, targets: Any) -> tuple[tuple[float, float], ...]:
    """Return how often the likeliest intent is right by its share: a knot per band, between nothing and all."""
    read, sure = shares.argmax(axis=1), shares.max(axis=1)
    found = [(0.0, 0.0)]
    for low, high in zip(_BANDS, (*_BANDS[1:], 1.01), strict=True):
        within = (sure >= low) & (sure < high)
        if within.sum() >= _FEWEST:
            right = float((read == targets)[within].mean())
            found.append((round(float(sure[within].mean()), 4), round(max(right, found[-1][1]), 4)))
    return (*found, (1.0, max(found[-1][1], 0.999)))


def _figures(shares: Any, targets: Any, writers: Any) -> dict[str, Any]:
    """Return what the held-out sentences show: all, by writer, by intent, and how sure the model is where it is how often right."""
    read, sure = shares.argmax(axis=1), shares.max(axis=1)
    right = read == targets
    by_intent = {
        intent: {
            "sentences": int((targets == at).sum()),
            "recall": round(float(right[targets == at].mean()), 3),
            "precision": round(float(right[read == at].mean()), 3) if (read == at).any() else 0.0,
        }
        for at, intent in enumerate(INTENTS)
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
        "by_writer": {str(one): round(float(right[writers == one].mean()), 3) for one in sorted(set(writers))},
        "by_intent": by_intent,
        "bands": bands,
    }
