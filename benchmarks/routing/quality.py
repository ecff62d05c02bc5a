"""Measures the routing on owners of the law and on officers' choices: python -m benchmarks.routing.quality FILE OWNERS."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops.learning.learn import learn
from ops.learning.weighing import shares
from ops.quality.baseline import Said, ranked
from ops.quality.evaluate import evaluate
from ops.quality.labelled import Labelled, labelled, read_rows, texts_for
from router.learning.learnt import Model
from router.learning.models import Models
from router.routing import Router

_OF_THE_LAW = ("top_1", "top_3", "best_or_ok", "region_right", "region_invented", "place_asked", "class", "oversight")
_LEAST_IN_BAND = 30
"""A band of the calibration with fewer reports says nothing."""


def say(text: str) -> None:
    """Print a line at once: the whole takes minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def by_law(reports: Sequence[Labelled]) -> None:
    """Print the figures for owners read from the law, for all reports and for each half."""
    router = Router.load()
    parts = {"all": reports, "odd": reports[0::2], "even": reports[1::2]}
    figures = {name: evaluate(part, router) for name, part in parts.items()}
    say(f"owners of the law, rules alone ({router.rules.version})")
    say(f"{'':>18}" + "".join(f"{name:>10}" for name in parts))
    for key in _OF_THE_LAW:
        say(f"{key:>18}" + "".join(f"{found[key]['share']:>10.3f}" for found in figures.values()))
    for name, found in figures.items():
        bands(f"  calibration, {name}", found)


def bands(title: str, figures: dict[str, Any]) -> None:
    """Print the bands that have enough reports, and how far each is off."""
    full = [band for band in figures["calibration"] if band["reports"] >= _LEAST_IN_BAND]
    off = [f"{band['band']} {band['accuracy'] - band['confidence']:+.3f} of {band['reports']}" for band in full]
    say(f"{title}: {'; '.join(off) or 'no band of 30 reports'}")


def by_machine(shown: Sequence[Labelled], asked: Sequence[Labelled]) -> dict[str, float]:
    """Return the figures of a linear SVM that predicts the exact names of agencies that officers wrote."""
    train, test = (
        [Said(f"{one.title} {one.text}", one.best[0]) for one in half if one.best] for half in (shown, asked)
    )
    return shares(ranked(train, test), [one.label for one in test])


def by_officers(reports: Sequence[Labelled]) -> None:
    """Print the figures for officers' choices: SVM, rules alone, and what is learnt from the same half as the SVM."""
    rules, halves = Router.load(), (reports[0::2], reports[1::2])
    say("officers' choices                 top-1     top-3")
    for number, (shown, asked) in enumerate((halves, halves[::-1]), 1):
        machine = by_machine(shown, asked)
        say(f"  half {number}: TF-IDF, linear SVM  {machine['top_1']:>7.3f} {machine['top_3']:>9.3f}")
        alone = evaluate(asked, rules)
        say(f"  half {number}: rules alone         {alone['top_1']['share']:>7.3f} {alone['top_3']['share']:>9.3f}")
        document = learn(shown, rules, today=datetime.now(UTC).date()).document
        learnt = evaluate(asked, Router.load(model=Models([Model(document)])))
        say(f"  half {number}: with learn          {learnt['top_1']['share']:>7.3f} {learnt['top_3']['share']:>9.3f}")
        gained = [learnt[key]["share"] - machine[key] for key in ("top_1", "top_3")]
        say(f"  half {number}: better than the SVM {gained[0]:>+7.3f} {gained[1]:>+9.3f}")
        bands(f"  half {number}: calibration with learn", learnt)


def main() -> None:
    """Read the reports and the owners, and print all figures."""
    reports, owners = (Path(argument) for argument in sys.argv[1:3])
    rows = read_rows(owners)
    by_law(labelled(rows, texts_for(rows, owners, reports)))
    by_officers(labelled(read_rows(reports)))


if __name__ == "__main__":
    main()
