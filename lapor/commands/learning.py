"""`lapor learn`: learns which agencies officers choose, and writes a model that complements the rules."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapor.commands.options import DataDir
from lapor.commands.routing import check_folder, router_by_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.quality.labelled import Labelled


def learn(  # noqa: PLR0913 - each is an option of the command
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="A file of JSON lines (`title`, `text`, `address`, `region`, `agency` or `final_owner`), or `clickhouse`:"
            " the cases that an agency has refused, accepted, answered or closed, with their present owners.",
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(help="The model file to write.")],
    within: Annotated[
        str | None,
        typer.Option(help="The government whose own history this is: its name or id. Its labels are its units."),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Write the model even if it is no better than the rules alone.")
    ] = False,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file, as JSON.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Learn which agencies officers choose, and write a model that complements the rules.

    A model follows officers, who do not always choose the agency that the law names. Before you use it, measure it with
    `lapor evaluate --model` on reports whose owners were read from the law. For reports of abuse of office, the agency that the law
    names stays first. The file contains words of citizens. scikit-learn must be installed: `pip install 'lapor-pipeline[learn]'`.

    `lapor learn --from history.jsonl --within 'Pemerintah Kota Semarang' --out models/33.74.json`

    The governments' own divisions of tasks in the folder of LAPOR_ALLOTMENTS count as with `lapor route`: labels may have their units'
    names, and the model is compared with the rules and these. The router then needs the folder too.

    The command prints how the model does on reports that it has not learnt from, beside the rules alone and a linear SVM: on the last
    fifth if the reports have a time (`received_at` or `date`), otherwise on each fifth in turn. If it is better than the rules, or with
    `--anyway`, the command writes a model that is learnt from all reports. Use the file, or a folder with the models of several
    governments, with `--model` or LAPOR_MODEL; without it, the rules alone decide.
    """
    import orjson

    from lapor.commands.figures import learnt_from, show_learnt, written
    from ops.learning.fit import needed

    needed()
    history = _history(source, data_dir)
    for path, option in ((out, "--out"), (as_json, "--json")):
        check_folder(path, option)
    learnt = learnt_from(history, router=router_by_rules(), region=_government(within) if within else "", say=_say)
    show_learnt(learnt.figures)
    if as_json:
        as_json.write_bytes(orjson.dumps(learnt.figures, option=orjson.OPT_INDENT_2))
    if not learnt.is_better and not anyway:
        typer.echo(
            "nothing was written: the rules alone are as good. More reports may help; --anyway writes the model regardless.",
            err=True,
        )
        raise typer.Exit(1)
    written(learnt, out)
    owner = f", the model of region {region}" if (region := learnt.document["region"]) else ""
    typer.echo(
        f"{out}: {learnt.document['version']}, from {learnt.reports} reports, {out.stat().st_size >> 10} KiB{owner}"
    )
    typer.echo(f"use it with `--model {out}` or LAPOR_MODEL={out}")
    if region:
        typer.echo(
            "it chooses among the units of that government, for complaints at its place: all else is as without a model"
        )
    typer.echo(
        "the model follows officers, who do not always choose the agency that the law names: first measure it with"
    )
    typer.echo(
        f"`lapor evaluate --model {out}` on owners read from the law. It contains words of citizens: protect it as you protect them"
    )


def _government(name: str) -> str:
    """Return the region of a government."""
    from complaints.errors import ConfigurationError
    from router.agencies.registry import Registry
    from router.agencies.resolve import resolve

    agency = resolve(Registry.load(), name)
    if not agency or agency.kind != "government" or not agency.region:
        raise ConfigurationError(
            f"--within {name}: no government of a region has this name; pemda-33.74 is an id of one"
        )
    return agency.region


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _history(source: str, data_dir: Path | None) -> "Sequence[Labelled]":
    from complaints.errors import ConfigurationError
    from ops.quality.labelled import labelled, read_rows

    if source == "clickhouse":
        from lapor.local.note import settings_in
        from lapor.processes.wiring import store
        from ops.history import decided

        rows: list[dict[str, Any]] = decided(store(settings_in(data_dir)))
    else:
        rows = read_rows(Path(source))
    found = [report for report in labelled(rows) if report.best]
    if not found:
        raise ConfigurationError(f"--from {source}: no report there has an owner that an officer decided on")
    return found
