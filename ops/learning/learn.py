"""Learns a model from labelled reports and measures it, compared with the rules alone and a linear SVM. Needs no network."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from ops.learning.examples import Example, History, View, prepared
from ops.learning.fit import Fit, Table, fit, needed, scores, table
from ops.learning.weighing import Delivered, Probe, Weights, chosen, measured, shares
from ops.quality.baseline import Said, ranked
from ops.quality.labelled import Labelled
from router.learning.features import Meaning, kind_of, may_own
from router.learning.learnt import BEST, FORMAT
from router.routing import Router

FOLDS = 5
"""The number of parts for cross-validation: each fifth of the reports in turn is measured with a model of the other four."""

FEW = 5_000
"""The number of reports up to which each fifth is measured. With more reports, one fifth is enough."""

TIMED = 0.8
"""If at least this share of the reports has a time, the last fifth of them is measured with a model of the earlier ones."""

SURE_FROM = 0.15
"""The probability below which a triage desk gets the complaint. It is low because officers disagree among themselves: their likeliest
choice with a fair chance is better than no choice."""

Split = tuple[list[int], list[int]]
"""The row numbers of the reports to learn from, and of those to measure."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model and its figures, measured on reports that were not learnt from.

    Attributes:
        document: the content of the model file.
        reports: the number of reports that were learnt from.
        figures: "how" the reports were split ("time" or "folds"), "within" (the id of the government if only its units were chosen from,
            else empty), "measured" (the number of reports), "agencies" (the number of different labels) and, for "rules", "model" (both
            together) and "baseline", "top_1", "top_3" and "macro_recall"; of the model also "calibration".
    """

    document: dict[str, Any]
    reports: int
    figures: dict[str, Any]

    @property
    def is_better(self) -> bool:
        """True if more reports have the right owner with the model than with the rules alone."""
        return bool(self.figures["model"]["top_1"] > self.figures["rules"]["top_1"])


def learn(reports: Sequence[Labelled], router: Router, *, today: date, region: str = "") -> Learnt:
    """Return a model learnt from labelled reports, with its figures. Reports without a label are left out.

    The figures are measured before the model is learnt from all reports: on the last fifth if the reports have times, otherwise on each
    fifth in turn. Trust, sharpness and calibration are chosen on other reports than those that the model was learnt from, and for the
    figures also on others than those that are measured.

    Args:
        reports: the labelled reports; of each, only the first agency in `best` is used.
        router: a router that uses only the rules.
        today: the date that becomes part of the model's version.
        region: the Kemendagri code of the government whose own reports they are: then rules and model choose among its units only, as with
            `lapor route --within`. If it is empty, see History.region.

    Raises:
        ConfigurationError: scikit-learn is not installed.
    """
    needed()
    history = prepared(reports, router, region)
    of = table(history)
    by_time = _by_time(history)
    splits = [by_time] if by_time else _folds(list(range(of.reports)))
    with ThreadPoolExecutor(1) as beside:  # the machine learns without Python's lock
        whole = beside.submit(fit, of, _array(range(of.reports)))
        baseline = beside.submit(_baseline, history, splits)
        if by_time:
            probes = _all_probes(of, history, _folds(by_time[0]))
            last = _probes(of, history, by_time)
            weights = chosen([one.alone for one in probes])
            pairs = [(one.asked, weights) for one in last]
            probes += last
        else:
            probes = _all_probes(of, history, splits)
            pairs = _crosswise(probes)
        weights, fitted = chosen([one.alone for one in probes]), whole.result()
    asked = [row for _, rows in splits for row in rows]
    figures = {
        "how": "time" if by_time else "folds",
        "measured": len(asked),
        "within": f"pemda-{region}" if region else "",
        "agencies": len({example.label for example in history.examples}),
        "rules": _rules(history, asked),
        "model": measured(pairs),
        "baseline": baseline.result(),
    }
    version = f"learnt-{today.isoformat()}-{digest(reports)}"
    return Learnt(_document(version, of, fitted, weights, history), of.reports, figures)


def save(learnt: Learnt, path: Path) -> None:
    """Write the model to a file as JSON, for LAPOR_MODEL.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(orjson.dumps(learnt.document, option=orjson.OPT_INDENT_2))


def digest(reports: Sequence[Labelled]) -> str:
    """Return the digest of the reports that have an owner, which is part of the version of the model that is learnt from them."""
    made = blake2b(digest_size=4)
    for report in reports:
        if report.best:
            made.update(f"{report.title} {report.text}|{report.best[0]}\n".encode())
    return made.hexdigest()


def _array(rows: Sequence[int]) -> Any:
    import numpy as np

    return np.array(rows, dtype=int)


def _by_time(history: History) -> Split | None:
    """Return the earlier four fifths of the reports that have a time, and the last fifth; None if too few have one."""
    moments = [(moment, row) for row, one in enumerate(history.examples) if (moment := _moment(one.received))]
    if not moments or len(moments) < TIMED * len(history.examples):
        return None
    order = [row for _, row in sorted(moments)]
    earlier = len(order) * (FOLDS - 1) // FOLDS
    return order[:earlier], order[earlier:]


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _folds(rows: Sequence[int]) -> list[Split]:
    """Return the splits of some reports for cross-validation; of many reports only the first one."""
    splits = [
        ([row for at, row in enumerate(rows) if at % FOLDS != number], list(rows[number::FOLDS]))
        for number in range(FOLDS if len(rows) <= FEW else 1)
    ]
    return [split for split in splits if all(split)]


class _Measured(NamedTuple):
    """A held-out report: by its text alone, for the choice of weights, and as it is measured."""

    alone: Probe
    asked: Probe


def _all_probes(of: Table, history: History, splits: Sequence[Split]) -> list[_Measured]:
    return [probe for split in splits for probe in _probes(of, history, split)]


def _probes(of: Table, history: History, split: Split) -> list[_Measured]:
    """Return the reports of the second part of a split, with the suggestions of a model learnt from the first part."""
    shown, asked = split
    fitted = fit(of, _array(shown))
    examples, known = [history.examples[row] for row in asked], {str(name) for name in fitted.classes}
    alone = _suggested(scores(of, fitted, _array(asked), of.found), fitted, [one.alone for one in examples], history)
    at_desk = alone
    if of.asked is not of.found:
        at_desk = _suggested(
            scores(of, fitted, _array(asked), of.asked), fitted, [one.asked for one in examples], history
        )
    return [
        _Measured(
            Probe(one.label, _ruled(one.alone), first, one.oversight),
            Probe(one.label, _ruled(one.asked), second, one.oversight, one.outside, _delivered(one, history, known)),
        )
        for one, first, second in zip(examples, alone, at_desk, strict=True)
    ]


def _delivered(one: Example, history: History, known: Collection[str]) -> Delivered:
    """Return how `lapor route` decides a report with a model (see router.routing, router.within)."""
    view = one.asked
    if view is not one.alone:
        return Delivered(view.first, view.desk, at_desk=view.is_away, house=f"pemda-{history.region}")
    owner = history.registry.get(view.first[0])
    is_known = owner is not None and (owner.id in known or kind_of(owner, view.place) in known)
    by_rules = bool(history.region) and (view.triage or not is_known)
    return Delivered(view.first, view.desk, at_desk=view.triage, by_rules=by_rules, sure_from=SURE_FROM)


def _suggested(said: Any, fitted: Fit, views: Sequence[View], history: History) -> list[list[tuple[str, float]]]:
    """Return for each report the ids of the agencies of the best classes with their scores, best first; "" if the place has none."""
    import numpy as np

    order = np.argsort(-said, axis=1, kind="stable")[:, :BEST]
    meanings = [Meaning(str(name)) for name in fitted.classes]
    found: list[list[tuple[str, float]]] = []
    for at, view in enumerate(views):
        agencies = [meanings[number].at(view.place, history.registry) for number in order[at]]
        if not history.region:
            agencies = [
                agency if agency and may_own(agency, view.place, view.ruled, history.registry) else None
                for agency in agencies
            ]
        found.append(
            [
                (agency.id if agency else "", float(said[at, number]))
                for agency, number in zip(agencies, order[at], strict=True)
            ]
        )
    return found


def _ruled(view: View) -> list[tuple[str, float]]:
    return [(one.agency.id, one.share) for one in view.ruled]


def _crosswise(probes: Sequence[_Measured]) -> list[tuple[Probe, Weights]]:
    """Return the reports, each with the weights that were chosen on the half that it is not in."""
    halves = (probes[0::2], probes[1::2])
    return [
        (probe.asked, weights)
        for at in (0, 1)
        for weights in (chosen([one.alone for one in halves[1 - at]]),)
        for probe in halves[at]
    ]


def _rules(history: History, asked: Sequence[int]) -> dict[str, float]:
    examples = [history.examples[row] for row in asked]
    return shares([row.asked.first for row in examples], [one.label for one in examples])


def _baseline(history: History, splits: Sequence[Split]) -> dict[str, float]:
    """Return the figures of a linear SVM that is learnt from the same reports, and measured on the same ones."""
    ranks: list[list[str]] = []
    for shown, asked in splits:
        train, test = (
            [Said(history.examples[row].said, history.examples[row].label) for row in rows] for rows in (shown, asked)
        )
        ranks += ranked(train, test)
    return shares(ranks, [history.examples[row].label for _, asked in splits for row in asked])


def _document(version: str, of: Table, fitted: Fit, weights: Weights, history: History) -> dict[str, Any]:
    """Return the content of the model file (docs/learn.md). The weights are multiplied by the sharpness."""
    count = len(of.word_names)
    columns = fitted.weights.T * weights.sharpness
    columns[:count] *= fitted.idf[:, None]
    return {
        "format": FORMAT,
        "version": version,
        "region": history.region,
        "trust": weights.trust,
        "calibration": list(weights.calibration),
        "sure_from": SURE_FROM,
        "bodies": history.bodies,
        "names": history.names,
        "classes": [str(name) for name in fitted.classes],
        "bias": [round(float(value) * weights.sharpness, 3) for value in fitted.bias],
        "words": _rows(of.word_names, columns[:count]),
        "findings": _rows(of.found_names, columns[count:]),
    }


def _rows(names: Sequence[str], columns: Any) -> dict[str, list[float]]:
    """Return the weights of each name that has any: class, weight, class, weight."""
    import numpy as np

    rows: dict[str, list[float]] = {}
    for at, name in enumerate(names):
        classes = np.nonzero(columns[at])[0]
        if len(classes):
            rows[name] = [number for one in classes for number in (int(one), round(float(columns[at, one]), 1))]
    return rows
