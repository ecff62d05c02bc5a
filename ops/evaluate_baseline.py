"""The baseline that routing is compared with: TF-IDF and a linear SVM. scikit-learn is one of the benchmarks' dependencies."""

from collections.abc import Sequence

from ops.evaluate_labelled import Labelled

_DEPTH = 3
"""The number of ranked agencies that count for top 3."""


def baseline(train: Sequence[Labelled], test: Sequence[Labelled]) -> dict[str, float]:
    """Return the top-1 and top-3 accuracy of a linear SVM that predicts the exact agency names that officers wrote.

    Args:
        train: the half of the reports to learn from; only those with an officer's choice are used.
        test: the other half, to measure on; again only those with an officer's choice are used.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    shown = [report for report in train if report.best]
    asked = [report for report in test if report.best]
    vectors = TfidfVectorizer(sublinear_tf=True)
    machine = LinearSVC().fit(vectors.fit_transform(map(_words, shown)), [report.best[0] for report in shown])
    order = np.argsort(-machine.decision_function(vectors.transform(map(_words, asked))), axis=1)[:, :_DEPTH]
    ranked = [[str(machine.classes_[number]) for number in row] for row in order]
    return {
        "top_1": sum(report.best[0] == names[0] for report, names in zip(asked, ranked, strict=True)) / len(asked),
        "top_3": sum(report.best[0] in names for report, names in zip(asked, ranked, strict=True)) / len(asked),
    }


def _words(report: Labelled) -> str:
    return f"{report.title} {report.text}"
