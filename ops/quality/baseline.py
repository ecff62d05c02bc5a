"""The baseline that routing and learning are compared with: TF-IDF and a linear SVM, by scikit-learn (the extra `learn`)."""

from collections.abc import Sequence
from typing import NamedTuple

DEPTH = 3
"""The number of ranked agencies that count for top 3."""


class Said(NamedTuple):
    """A report as the baseline sees it: its title and text, and the officer's choice."""

    text: str
    label: str


def ranked(train: Sequence[Said], test: Sequence[Said]) -> list[list[str]]:
    """Return for each report of `test` the first DEPTH labels that a linear SVM predicts, the likeliest first.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    labels = sorted({report.label for report in train})
    if len(labels) == 1:
        return [labels for _ in test]
    vectors = TfidfVectorizer(sublinear_tf=True)
    machine = LinearSVC(dual=True, random_state=0).fit(
        vectors.fit_transform([report.text for report in train]), [report.label for report in train]
    )
    scores = machine.decision_function(vectors.transform([report.text for report in test]))
    if scores.ndim == 1:
        scores = np.stack([-scores, scores], axis=1)
    order = np.argsort(-scores, axis=1)[:, :DEPTH]
    return [[str(machine.classes_[number]) for number in row] for row in order]
