"""Chooses the weight of a model beside the rules, and its calibration, on held-out reports. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from math import exp
from operator import itemgetter
from typing import Any, NamedTuple

from router.calibration import Knots, probability
from router.learning.learnt import LEAST_CHANCE

_TRUSTS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
"""The values of the trust, the model's part in the score, from which the best is chosen."""

_SHARPNESSES = (1.5, 2.0, 3.0, 4.0, 6.0)
"""The factors of the model's scores from which the best is chosen: a larger one makes the first class more probable."""

_CHOSEN_ON = 5_000
"""Trust and sharpness are chosen on fewer than twice this many reports, evenly spaced: more change nothing."""

_STEP_REPORTS, _STEPS_MOST = 200, 10
"""The minimum number of reports per step of the calibration, whose accuracy is then known to three or four percentage points, and the
maximum number of steps: nobody needs more."""

_LEAST = 0.03
"""The minimum distance of a probability from 0 and from 1."""

_BANDS = 10
"""The number of bands in the displayed calibration."""

DEPTH = 3
"""The number of ranked agencies that count for top 3."""


class Delivered(NamedTuple):
    """How `lapor route` decides a report.

    Attributes:
        first: the ids of the owner by the rules alone and of the first alternatives, at most DEPTH.
        desk: the id of the triage desk.
        at_desk: whether the desk gets it regardless of the model.
        by_rules: whether the rules decide it regardless of the model.
        sure_from: the probability below which the desk gets it.
        house: the id of the government that the model is for, or "". If the government itself comes first, its desk gets the report.
    """

    first: tuple[str, ...]
    desk: str
    at_desk: bool = False
    by_rules: bool = False
    sure_from: float = 0.0
    house: str = ""


class Probe(NamedTuple):
    """A held-out report, with the candidates of the rules and of the model.

    Attributes:
        label: the id of the agency that the officer chose.
        ruled: the ids of the rules' candidates with their shares, best first.
        learnt: the ids of the agencies of the model's best classes with their scores, best first.
        oversight: whether it reports abuse of office; then the rules' first candidate stays first.
        outside: the ids of the rules' candidates that must not be chosen, because they are outside the government of the model.
        delivered: how `lapor route` decides it; None if the combined ranks are the answer.
    """

    label: str
    ruled: list[tuple[str, float]]
    learnt: list[tuple[str, float]]
    oversight: bool
    outside: frozenset[str] = frozenset()
    delivered: Delivered | None = None


class Weights(NamedTuple):
    """The weight of a model beside the rules, and its calibration.

    Attributes:
        trust: its part of the combined score.
        sharpness: the factor of its scores.
        calibration: the knots from the first agency's share of the combined score to its probability.
    """

    trust: float
    sharpness: float
    calibration: Knots


def chosen(probes: Sequence[Probe]) -> Weights:
    """Return the weights that score best on these reports: a right owner counts 1, and a right one among the first three another 0.5."""
    some = probes[:: max(1, len(probes) // _CHOSEN_ON)]
    best, most = (_TRUSTS[0], _SHARPNESSES[0]), -1.0
    for trust, sharpness in product(_TRUSTS, _SHARPNESSES):
        ranks = [_first(mixed(probe, trust, sharpness), probe) for probe in some]
        pairs = list(zip(ranks, some, strict=True))
        hits = sum((probe.label in names) / 2 + (names[:1] == [probe.label]) for names, probe in pairs)
        if hits > most:
            best, most = (trust, sharpness), hits
    return Weights(*best, _calibrated(probes, *best))


def mixed(probe: Probe, trust: float, sharpness: float) -> list[tuple[float, str]]:
    """Return the agencies with their scores, best first, as the router combines rules and model (router.candidates)."""
    scores = {name: (1.0 - trust) * share for name, share in probe.ruled}
    top = probe.learnt[0][1] if probe.learnt else 0.0
    chances = [exp(sharpness * (score - top)) for _, score in probe.learnt]
    total = sum(chances)
    for (name, _), chance in zip(probe.learnt, chances, strict=True):
        if name and chance >= LEAST_CHANCE * total:
            scores[name] = scores.get(name, 0.0) + trust * chance / total
    order = sorted(((score, name) for name, score in scores.items()), key=lambda one: (-one[0], one[1]))
    if probe.oversight and probe.ruled:
        first, share = probe.ruled[0]
        order = [(share, first), *((score, name) for score, name in order if name != first)]
    return order


def _first(order: Sequence[tuple[float, str]], probe: Probe) -> list[str]:
    """Return the first DEPTH agencies that may be chosen."""
    return [name for _, name in order if name not in probe.outside][:DEPTH]


def measured(probes: Sequence[tuple[Probe, Weights]]) -> dict[str, Any]:
    """Return the figures of rules and model together: "top_1", "top_3", "macro_recall" and the "calibration" in bands.

    A report for a triage desk has the desk as its owner, and the candidates as alternatives. It does not count in the calibration.
    """
    ranks: list[list[str]] = []
    bands: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probe, weights in probes:
        order = mixed(probe, weights.trust, weights.sharpness)
        sure = probability(_share(order), weights.calibration) if order else 0.0
        names = answer(order, probe, sure)
        ranks.append(names)
        if order and names[0] == order[0][1]:
            bands[min(_BANDS - 1, int(sure * _BANDS))].append((sure, order[0][1] == probe.label))
    calibration = [
        {
            "band": f"{band / _BANDS:.1f}-{(band + 1) / _BANDS:.1f}",
            "reports": len(members),
            "confidence": round(sum(sure for sure, _ in members) / len(members), 3),
            "accuracy": round(sum(right for _, right in members) / len(members), 3),
        }
        for band, members in sorted(bands.items())
    ]
    return {**shares(ranks, [probe.label for probe, _ in probes]), "calibration": calibration}


def answer(order: Sequence[tuple[float, str]], probe: Probe, sure: float) -> list[str]:
    """Return the ids of the owner and of the first alternatives that `lapor route` returns, at most DEPTH.

    Args:
        order: the agencies with their scores, best first.
        probe: the report.
        sure: the probability that the first of them is right.
    """
    names, to = [name for _, name in order if name not in probe.outside], probe.delivered
    if to is not None:
        if to.by_rules:
            return list(to.first)
        if to.at_desk or not names or names[0] == to.house or sure < to.sure_from:
            names = [to.desk, *(name for name in names if name != to.desk)]
    return names[:DEPTH]


def shares(ranks: Sequence[Sequence[str]], labels: Sequence[str]) -> dict[str, float]:
    """Return how often the label is first ("top_1") or among the first three ("top_3"), and "macro_recall".

    The latter is the mean over the agencies of the share of each one's reports that have it first.
    """
    by_label: dict[str, list[bool]] = defaultdict(list)
    for names, label in zip(ranks, labels, strict=True):
        by_label[label].append(list(names[:1]) == [label])
    count = max(1, len(labels))
    recalls = [sum(hits) / len(hits) for hits in by_label.values()]
    return {
        "top_1": round(sum(sum(hits) for hits in by_label.values()) / count, 4),
        "top_3": round(sum(label in names[:DEPTH] for names, label in zip(ranks, labels, strict=True)) / count, 4),
        "macro_recall": round(sum(recalls) / max(1, len(recalls)), 4),
    }


def _share(order: Sequence[tuple[float, str]]) -> float:
    return order[0][0] / (sum(score for score, _ in order) or 1.0)


def _calibrated(probes: Sequence[Probe], trust: float, sharpness: float) -> Knots:
    """Return the knots of the calibration, in ascending order: pairs of the best agency's share of the score and its probability.

    The reports, sorted by that share, are split into a few steps of equal size. The probability of a step is the share of its reports
    whose best agency is right; a step that is right less often than the one before is merged with it (isotonic regression). Finer steps
    would show only chance.
    """
    from sklearn.isotonic import isotonic_regression

    outcomes: list[tuple[float, bool]] = []
    for probe in probes:
        order = mixed(probe, trust, sharpness)
        if order:
            outcomes.append((_share(order), order[0][1] == probe.label))
    if not outcomes:
        return [(0.0, 0.5)]
    outcomes.sort(key=itemgetter(0))  # of equal shares those that are right are spread as they come
    count = min(_STEPS_MOST, max(1, len(outcomes) // _STEP_REPORTS))
    steps = [outcomes[at * len(outcomes) // count : (at + 1) * len(outcomes) // count] for at in range(count)]
    rights = [sum(is_right for _, is_right in step) / len(step) for step in steps]
    chances = isotonic_regression(rights, sample_weight=[len(step) for step in steps], y_min=_LEAST, y_max=1.0 - _LEAST)
    knots: list[tuple[float, float]] = []
    for step, chance in zip(steps, chances, strict=True):
        probable = round(float(chance), 3)
        knots += [(step[0][0] if knots else 0.0, probable), (step[-1][0], probable)]
    return knots
