"""The baseline that routing is compared with: TF-IDF and a linear SVM. scikit-learn is one of the benchmarks' dependencies."""

from collections.abc import Sequence

from ops.quality.labelled import Labelled

_DEPTH = 3
"""The number of ranked agencies that count for top 3."""


def baseline(train: Sequence[Labelled], test: Sequence[Labelled]) -> dict[str, float]:
    """Return the accuracy of a linear SVM that predicts the exact agency names that officers wrote.

    The result has "top_1" and "top_3": the share of the reports whose agency is predicted first, or among the first three.

    Args:
        train: the reports to learn from; those without an officer's choice are left out.
        test: other reports, to measure on; those without an officer's choice are left out.

    Raises:
        ImportError: scikit-learn is not installed.
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
