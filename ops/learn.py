"""Learns from officers: makes a model, which the router combines with its rules, from labelled reports. Takes minutes; needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson

from normalizer.text import fold
from ops.learn_fit import Example, Fit, fit_weights
from ops.quality.labelled import Labelled, read
from router.agencies.registry import DKI, Agency
from router.agencies.resolve import resolve
from router.candidates import Weighing
from router.learnt import FORMAT, HERE, PROVINCE, model_from
from router.routing import Router

FOLDS = 10
"""The number of parts for cross-validation. The trust and the calibration are measured on each tenth of the reports in turn, with a model
learnt from the other nine tenths. So the measured models have seen nearly as many reports as the written one."""

SURE_FROM = 0.15
"""The probability below which a triage desk gets the complaint. It is low because officers disagree among themselves: their likeliest
choice with a fair chance is better than no choice."""

_SMALL_WEIGHT = 0.02
"""Weights whose absolute value is not greater than this are left out of the file."""

_TRUSTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""The values of the trust, the model's part in the score, from which the best on unseen reports is chosen."""

_STEP_REPORTS, _STEPS_MOST = 200, 10
"""The minimum number of reports per step of the calibration, whose accuracy is then known to three or four percentage points, and the
maximum number of steps: nobody needs more."""

_LEAST = 0.03
"""The minimum distance of a probability from 0 and from 1."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model and its accuracy, measured on reports that were not learnt from.

    Attributes:
        document: the content of the model file.
        reports: the number of reports that were learnt from.
        top_1: the share of reports whose right agency is ranked first.
        top_3: the share of reports whose right agency is among the first three.
    """

    document: dict[str, Any]
    reports: int
    top_1: float
    top_3: float


def learn(reports: Sequence[Labelled], router: Router, *, today: date) -> Learnt:
    """Return a model learnt from labelled reports, with its accuracy. Reports without a label, or without a usable one, are left out.

    The model has the trust (the model's part of the score) and the calibration that cross-validation found best. The accuracy is that of
    the cross-validation.

    Args:
        reports: the labelled reports; of each, only the first agency in `best` is used.
        router: a router that uses only the rules.
        today: the date that becomes part of the model's version.
    """
    bodies, names = _strangers(reports, router)
    known = router.registry.with_learnt([_body(row) for row in bodies], names)
    examples = [
        example
        for report in reports
        if report.best and (example := _example(report, router, partial(resolve, known), names))
    ]
    version = _version(reports, today)
    probes: list[Probe] = []
    for fold_number in range(FOLDS):
        rest = [example for number, example in enumerate(examples) if number % FOLDS != fold_number]
        fitted = model_from(
            _document(fit_weights(rest), version=version, bodies=[], names={}, trust=0.5, calibration=[(0.0, 0.5)])
        )
        for example in examples[fold_number::FOLDS]:
            learnt = [
                (name, chance)
                for name, chance, _ in fitted.suggest(example.reading, example.facts.place, example.owner, known)
            ]
            probes.append(Probe(example, _ruled(example, router), learnt))
    trust = max(_TRUSTS, key=lambda trust: _hits(probes, trust, 1) + _hits(probes, trust, 3) / 2)
    calibration = _calibrate(probes, trust)
    document = _document(
        fit_weights(examples), version=version, bodies=bodies, names=names, trust=trust, calibration=calibration
    )
    count = max(1, len(probes))
    return Learnt(document, len(examples), _hits(probes, trust, 1) / count, _hits(probes, trust, 3) / count)


def save(learnt: Learnt, path: Path) -> None:
    """Write the model to a file as JSON, for LAPOR_MODEL.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(orjson.dumps(learnt.document, option=orjson.OPT_INDENT_2))


def _version(reports: Sequence[Labelled], today: date) -> str:
    digest = blake2b(digest_size=4)
    for report in reports:
        digest.update(f"{report.id}|{'|'.join(report.best)}\n".encode())
    return f"learnt-{today.isoformat()}-{digest.hexdigest()}"


def _strangers(reports: Sequence[Labelled], router: Router) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the labelled agencies that the registry lacks, as rows for the model file, and their ids by folded name."""
    bodies: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    for report in reports:
        reading, _ = read(router, report)
        region = report.region or reading.place.regency or reading.place.province
        for name in report.best:
            if resolve(router.registry, name, region):
                continue
            written = fold(name).decode("ascii")
            slug = written.replace(" ", "-")[:80]
            if not slug:
                continue
            parent = f"pemda-{router.registry.seat(region)}" if region else router.registry.administrator_id
            bodies.setdefault(slug, {"id": slug, "name": name, "parent": parent, "region": region})
            names.setdefault(written, slug)
    return list(bodies.values()), names


def _body(row: dict[str, Any]) -> Agency:
    return Agency(id=row["id"], name=row["name"], kind="learnt", parent=row["parent"], region=row["region"])


def _example(report: Labelled, router: Router, resolve: Any, names: dict[str, str]) -> Example | None:
    reading, facts = read(router, report)
    place = reading.place
    agency = resolve(report.best[0], report.region or place.regency or place.province)
    if not agency:
        return None
    found = Weighing(facts, router.owners, router.mentions).candidates()
    owner = found[0].agency.id if found else ""
    unit, _, region = agency.id.rpartition("-")
    target = agency.id
    if agency.region and agency.id not in names.values():
        if region == (DKI if place.province == DKI else place.regency):
            target = unit + HERE
        elif region == place.province:
            target = unit + PROVINCE
    return Example(reading, facts, owner, agency.id, target)


def _ruled(example: Example, router: Router) -> list[tuple[str, float]]:
    found = Weighing(example.facts, router.owners, router.mentions).candidates()
    total = sum(candidate.score for candidate in found) or 1.0
    return [(candidate.agency.id, candidate.score / total) for candidate in found]


def _document(fit: Fit, **beside: Any) -> dict[str, Any]:
    """Return the content of the model file: the fit, rounded and without small weights, and the entries `beside`."""
    table = {
        name: [
            [int(at), round(float(fit.weights[number, at]), 3)]
            for at in np.nonzero(abs(fit.weights[number]) > _SMALL_WEIGHT)[0]
        ]
        for number, name in enumerate(fit.columns)
    }
    return {
        "format": FORMAT,
        "classes": fit.classes,
        "bias": [round(float(value), 4) for value in fit.bias],
        "weights": table,
        "idf": fit.idf,
        "sure_from": SURE_FROM,
        **beside,
    }


class Probe(NamedTuple):
    """A report that a model of the cross-validation has not learnt from, with the agencies that rules and model suggest for it.

    Attributes:
        example: the report.
        ruled: the ids of the agencies that the rules suggest, each with its share of the score.
        learnt: the ids of the agencies that the model suggests, each with its probability.
    """

    example: Example
    ruled: list[tuple[str, float]]
    learnt: list[tuple[str, float]]


def _mixed(probe: Probe, trust: float) -> list[tuple[float, str]]:
    scores: dict[str, float] = {}
    for part, found in ((1.0 - trust, probe.ruled), (trust, probe.learnt)):
        for name, chance in found:
            scores[name] = scores.get(name, 0.0) + part * chance
    return sorted(((score, name) for name, score in scores.items()), reverse=True)


def _hits(probes: Sequence[Probe], trust: float, depth: int) -> int:
    return sum(probe.example.label in [name for _, name in _mixed(probe, trust)[:depth]] for probe in probes)


def _calibrate(probes: Sequence[Probe], trust: float) -> list[tuple[float, float]]:
    """Return the knots of the calibration, in ascending order: pairs of the best agency's share of the score and its probability.

    The reports, sorted by that share, are split into a few steps with equally many reports. The probability of a step is the part of its
    reports whose best agency is right, but at least that of the step before. Finer steps would show only chance.
    """
    outcomes: list[tuple[float, bool]] = []
    for probe in probes:
        mixed = _mixed(probe, trust)
        total = sum(score for score, _ in mixed)
        if total:
            outcomes.append((mixed[0][0] / total, mixed[0][1] == probe.example.label))
    if not outcomes:
        return [(0.0, 0.5)]
    outcomes.sort()
    knots: list[tuple[float, float]] = []
    chance = _LEAST
    for step in np.array_split(np.arange(len(outcomes)), min(_STEPS_MOST, max(1, len(outcomes) // _STEP_REPORTS))):
        right = sum(outcomes[at][1] for at in step) / len(step)
        chance = round(min(1.0 - _LEAST, max(chance, right)), 3)  # a larger share never has a smaller probability
        knots += [(outcomes[step[0]][0] if knots else 0.0, chance), (outcomes[step[-1]][0], chance)]
    return knots
