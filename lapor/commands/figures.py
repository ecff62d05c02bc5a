"""Shows the figures of an evaluation, also compared with another version, and of a model that it learns and writes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import orjson
import typer
import yaml
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Table

from complaints.errors import ConfigurationError
from normalizer.reader import Reader
from ops.learning.learn import Learnt, digest, learn, save
from ops.own import own_of
from ops.quality.evaluate import evaluate
from ops.quality.labelled import Labelled
from ops.quality.page import SURE_NOTE, TITLES
from router.learning.learnt import Model
from router.learning.models import NO_MODELS
from router.routing import Router
from router.rulebook.check import mistakes
from router.rulebook.rules import Rules, rules_from
from router.rulebook.schema.files import RULES
from router.rulebook.whole import as_sentence
from router.within import House

FEWEST = 50
"""Minimum number of reports to learn from: a fifth of fewer reports is too small a sample."""

_PAIRS_SHOWN = 20
_NAMES_SHOWN = 5


class _Share(BaseModel):
    share: float | None


class _Earlier(BaseModel):
    owners: dict[str, str]


_MEANS = (
    ("macro_recall", "Macro-recall"),
    ("macro_f1_by_agency", "Macro-F1 by agency"),
    ("macro_f1_by_level", "Macro-F1 by level"),
)
"""The figures that are means over agencies, with their titles."""


def figures_of(
    other: Path, router: Router, labels: Sequence[Labelled], house: House | None, *, load: Callable[[Path], Router]
) -> dict[str, Any]:
    """Return the evaluation figures of another version: read from an earlier report, or measured now with other rules or another model.

    If they are measured now, it is with the allotments of the router.

    Args:
        other: an earlier JSON report, a rules file, or a model file.
        router: the router that the other version is compared with.
        labels: the reports to measure on.
        house: the government or body whose own desk got the reports; None if it is not known.
        load: returns a router with another model.

    Raises:
        ConfigurationError: the file is not one of these, or is a rules file with mistakes.
    """
    try:
        if other.suffix in {".yaml", ".yml"}:
            rules = _rules_in(other)
            reader = Reader.load(router.mentions.names, rules.groups)
            return evaluate(labels, replace(router, rules=rules, reader=reader), house)
        document = orjson.loads(other.read_bytes())
        if "owners" in document:
            return earlier(document)
        Model(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = " ".join(str(error).split("\n")[:3]) if isinstance(error, ValidationError) else repr(error)
        raise ConfigurationError(f"--against {other} is not a JSON report, a rules file or a model: {said}") from error
    return evaluate(labels, load(other), house)


def _rules_in(file: Path) -> Rules:
    """Return the rules in a file, or raise ConfigurationError with its mistakes."""
    written = file.read_bytes()
    if found := mistakes({RULES: written}):
        raise ConfigurationError(
            as_sentence([one._replace(file=str(file)) if one.file == RULES else one for one in found])
        )
    return rules_from(yaml.safe_load(written))


def earlier(document: dict[str, Any]) -> dict[str, Any]:
    """Return an earlier report of `lapor evaluate --json`, checked.

    Raises:
        ValueError: the document is no such report.
    """
    _Earlier.model_validate(document)
    for key in TITLES.keys() & document.keys():
        _Share.model_validate(document[key])
    return document


def show(figures: dict[str, Any], difference: dict[str, Any] | None = None) -> None:
    """Print the figures of an evaluation as tables, and then how they differ from another version if `difference` is given.

    A figure without labelled reports has no row.
    """
    console = Console(width=None if Console().is_terminal else 120)
    versions = [
        f"{name} {figures[f'{name}_version']}" for name in ("rules", "registry", "model") if figures[f"{name}_version"]
    ]
    typer.echo(f"{figures['reports']} reports; {', '.join(versions)}")
    if figures["unresolved_labels"]:
        typer.echo(f"labels whose agency is not in the registry, which count as wrong: {figures['unresolved_labels']}")
    if unknown := figures["unknown_names"]:
        listed = ", ".join(f"{name!r} ({count})" for name, count in list(unknown.items())[:_NAMES_SHOWN])
        typer.echo(f"names in the labels that no agency has: {sum(unknown.values())}, such as {listed}")
    if figures["unlabelled"]:
        typer.echo(
            f"rows without `agency`, `best`, `class` or `oversight`, which no figure measures: {figures['unlabelled']}"
        )
    console.print(_shares(figures))
    if figures["sure_wrong"]["of"]:
        typer.echo(SURE_NOTE)
    if figures["calibration"]:
        console.print(_bands(figures["calibration"]))
    if figures["calibration_by_tier"]:
        console.print(_tiers(figures["calibration_by_tier"]))
    if figures["confused"]:
        pairs = Table("wanted", "got", "reports", title="most confused", title_justify="left")
        for row in figures["confused"][:_PAIRS_SHOWN]:
            pairs.add_row(row["wanted"], row["got"], str(row["reports"]))
        console.print(pairs)
    if difference:
        console.print(_changes(difference))
        typer.echo(f"{len(difference['moved'])} reports have another owner; --json and --out list them")


def _shares(figures: dict[str, Any]) -> Table:
    table = Table("figure", "right", "of", "share")
    for key, title in TITLES.items():
        part = figures[key]
        if part["of"]:
            table.add_row(title, str(part["right"]), str(part["of"]), f"{part['share']:.3f}")
    for key, title in _MEANS:
        if figures[key] is not None:
            table.add_row(title, "", "", f"{figures[key]:.3f}")
    return table


def _bands(bands: Sequence[dict[str, Any]]) -> Table:
    table = Table("confidence", "reports", "mean", "right", title="calibration", title_justify="left")
    for band in bands:
        table.add_row(band["band"], str(band["reports"]), f"{band['confidence']:.3f}", f"{band['accuracy']:.3f}")
    return table


def _tiers(tiers: Sequence[dict[str, Any]]) -> Table:
    table = Table("tier of the owner", "reports", "mean", "right", title="calibration by tier", title_justify="left")
    for tier in tiers:
        table.add_row(tier["tier"], str(tier["reports"]), f"{tier['confidence']:.3f}", f"{tier['accuracy']:.3f}")
    return table


def _changes(difference: dict[str, Any]) -> Table:
    table = Table("figure", "before", "after", title="against the other version", title_justify="left")
    for key, row in difference["figures"].items():
        table.add_row(TITLES.get(key, key), _share(row["before"]), _share(row["after"]))
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def learnt_from(history: Sequence[Labelled], *, router: Router, region: str, say: Callable[[str], None]) -> Learnt:
    """Measure a model on held-out reports, then learn it from all reports. Return it with the figures.

    Args:
        history: the reports to learn from.
        router: a router without a model, with whose rules and allotments the model is compared.
        region: the region of the government that the model is for: only its own reports count (see ops.own). Empty for a general model.
        say: called with each line of progress.

    Raises:
        ConfigurationError: there are fewer than FEWEST reports, or scikit-learn is not installed.
    """
    if region:
        own = own_of(history, House.of(f"pemda-{region}", router.registry), router)
        history = own.reports
        for sentence in own.sentences():
            say(sentence)
    if len(history) < FEWEST:
        raise ConfigurationError(
            f"{len(history)} reports have an owner{' in the government' if region else ''}: at least {FEWEST} are needed to measure a model"
        )
    if divided := sorted(router.allotments.editions):
        say(f"with the allotments of {', '.join(divided)} (LAPOR_ALLOTMENTS): the router needs them too")
    say(f"learning from {len(history)} reports ...")
    with catch_warnings():  # scikit-learn's warnings do not help an officer; the figures do
        simplefilter("ignore")
        return learn(history, router, today=datetime.now(UTC).date(), region=region)


def was_learnt_from(labels: Sequence[Labelled], router: Router) -> bool:
    """Return whether a model of the router was learnt from exactly these reports: from all, or from those of its own government."""
    owned, rules = [one for one in labels if one.best], replace(router, models=NO_MODELS)
    for model in router.models.all:
        learnt = model.version.rpartition("-")[2]
        if learnt == digest(owned):
            return True
        if model.region:
            house = House.of(f"pemda-{router.registry.seat(model.region)}", router.registry)
            if learnt == digest(own_of(owned, house, rules).reports):
                return True
    return False


def show_learnt(figures: dict[str, Any]) -> None:
    """Print the figures of a learnt model, the rules alone and the baseline on held-out reports."""
    how = "the last fifth by time" if figures["how"] == "time" else "in turn, each learnt from the others"
    where = f", within {figures['within']}" if figures["within"] else ""
    typer.echo(f"measured on {figures['measured']} reports, {how}; {figures['agencies']} agencies{where}")
    table = Table("", "first", "first three", "macro-recall")
    for key, title in (("rules", "rules alone"), ("baseline", "TF-IDF, linear SVM"), ("model", "with the model")):
        row = figures[key]
        table.add_row(title, *(f"{row[name]:.3f}" for name in ("top_1", "top_3", "macro_recall")))
    console = Console(width=None if Console().is_terminal else 120)
    console.print(table)
    console.print(_bands(figures["model"]["calibration"]))


def written(learnt: Learnt, out: Path) -> None:
    """Write the model to the file `out`.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    try:
        save(learnt, out)
    except OSError as error:
        raise ConfigurationError(f"--out {out} cannot be written: {error}") from error
