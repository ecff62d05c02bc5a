"""`lapor route`, `evaluate` and `learn`: the routing function by itself, without Kafka or ClickHouse."""

import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapor.commands.options import DataDir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lapor.commands.jsonlines import Work
    from ops.evaluate_labelled import Labelled
    from router.routing import Router

ModelFile = Annotated[
    Path | None,
    typer.Option("--model", help="A file that `lapor learn` made. Default: LAPOR_MODEL, else the rules alone."),
]


def router_with(model: Path | None) -> "Router":
    """Return the router with this model, else with that of the settings, else with the rules alone.

    Raises:
        ConfigurationError: the file is no model.
    """
    from complaints.runtime.settings import Settings
    from router.routing import Router

    settings = Settings.read(**({} if model is None else {"model": model}))
    return Router.load(max_hops=settings.max_hops, model=settings.model)


def json_work(model: Path | None) -> "Work":
    """Return what makes a JSON line of a JSON line."""
    from router.jsonlines import route_line

    return partial(route_line, router_with(model))


def plain_work(model: Path | None) -> "Work":
    """Return what makes a line for people of a JSON line."""
    from router.jsonlines import route_line

    return partial(_plain, partial(route_line, router_with(model)))


def _plain(work: "Work", line: bytes) -> bytes:
    import orjson

    said = work(line)
    row = orjson.loads(said)
    if "error" in row:
        return said
    shown = (
        "-" if row["id"] is None else str(row["id"]),
        row["agency"]["id"],
        f"{row['confidence']:.2f}",
        row["explanation"],
    )
    return "\t".join(shown).encode("utf-8", "replace")


def route(
    file: Annotated[
        Path | None,
        typer.Argument(help="JSON lines. Default: standard input.", exists=True, dir_okay=False),
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON line for each, with everything. Default: id, body, confidence, why.")
    ] = False,
    model: ModelFile = None,
    jobs: Annotated[int, typer.Option(help="Processes that work side by side; the order stays.", min=1, max=256)] = 1,
) -> None:
    """Say who owns each complaint and why. Nothing is stored or sent.

    A line in is an object with `text`, and perhaps `id`, `channel`, `title`, `address` (what stands in the location field),
    `region` (a Kemendagri code such as 33.74) and `received_at` (ISO, with its zone; words like *kemarin* count from it):

    `echo '{"id": "1", "text": "Jalan di Kec. Tembalang Kota Semarang berlubang"}' | lapor route --json`

    A line out has `id`, `agency` (id, name), `alternatives` (id, name, score), `confidence` (the probability that this agency must
    handle it), `triage` (it is only the desk that sorts it out), `class` (pengaduan, permintaan_informasi or aspirasi),
    `oversight`, `topic`, `place` (province, regency, district, village), `occurred_on` (only where `received_at` is given),
    `missing` (place, subject, date, chronology, evidence) and `explanation`. A line that is no JSON object gives
    `{"error": ..., "line": N}` at its place, the others go on, and the exit status is 1. An unknown region is passed over.
    """
    from lapor.commands.jsonlines import pump

    prepare = partial(json_work if as_json else plain_work, model)
    if file is None and sys.stdin.isatty():
        typer.echo("reading JSON lines from the keyboard; Ctrl-D ends. See `lapor route --help`.", err=True)
    with file.open("rb") if file else nullcontext(sys.stdin.buffer) as source:
        lines, broken = pump(source, sys.stdout.buffer, prepare, jobs=jobs)
    if broken:
        typer.echo(
            f"{broken} of {lines} lines are no complaints; each has its reason where its answer would be", err=True
        )
        raise typer.Exit(1)


def evaluate(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON lines: reports with the officer's `agency`, or owners (`best`, `ok`, `needs`, `region`) by `id`.",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    reports: Annotated[
        Path | None,
        typer.Option(
            help="The texts of rows that have none. Default: the file beside it that has their ids.", exists=True
        ),
    ] = None,
    model: ModelFile = None,
    out: Annotated[Path | None, typer.Option(help="Write a page with plots here (HTML).")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write all figures here (JSON).")] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Compare with another version: an earlier --json, another rules file (.yaml) or a model.", exists=True
        ),
    ] = None,
) -> None:
    """Measure the routing on labelled reports: owner, first three, class, place, calibration, confusions.

    `lapor evaluate owners.jsonl --reports reports.jsonl --out report.html --json new.json --against old.json`
    """
    import orjson

    from complaints.errors import ConfigurationError
    from lapor.commands.figures import figures_of, show
    from ops.evaluate import compare
    from ops.evaluate import evaluate as measure
    from ops.evaluate_labelled import labelled, read_rows, texts_for
    from ops.evaluate_page import page

    for path, option in ((out, "--out"), (as_json, "--json")):
        _there(path, option)
    rows = read_rows(file)
    labels = labelled(rows, texts_for(rows, file, reports))
    if not any(report.best or report.complaint_class or report.region_labelled for report in labels):
        raise ConfigurationError(f"{file}: no row has `agency`, `best` or `class`, so there is nothing to compare with")
    router = router_with(model)
    figures = measure(labels, router)
    difference = compare(figures_of(against, router, labels), figures) if against else None
    show(figures, difference)
    if as_json:
        as_json.write_bytes(orjson.dumps({**figures, "against": difference}, option=orjson.OPT_INDENT_2))
    if out:
        out.write_text(page(figures, difference), "utf-8")


def learn(
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="A file of JSON lines (`title`, `text`, `address`, `region`, `agency` or `final_owner`), or `clickhouse`:"
            " the cases that an agency has refused, taken or answered, with their owners of now.",
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(help="Where the model goes.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Write it even where it does no better than the rules alone.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Learn from officers whom they send what to, and write a model that stands beside the rules.

    A model follows officers, who do not always choose the body that the law names: compare with `lapor evaluate --model` on reports
    whose owners were read from the law before you use it. Abuse of office is never left to it. The file holds words of citizens.

    It is measured first: a model of four fifths of the reports, beside the rules alone, on the fifth that it has not seen. Then all
    of them are learnt. Use the file with `--model` or LAPOR_MODEL; without it the rules alone decide, as before.
    """
    from lapor.commands.figures import compared, learnt_from_all

    history = _history(source, data_dir)
    _there(out, "--out")
    better = compared(history, say=_say)
    if not better and not anyway:
        typer.echo(
            "nothing is written: the rules alone do as well. More reports may help; --anyway writes it all the same.",
            err=True,
        )
        raise typer.Exit(1)
    learnt = learnt_from_all(history, out, say=_say)
    typer.echo(f"{out}: {learnt.document['version']}, of {learnt.reports} reports, {out.stat().st_size >> 10} KiB")
    typer.echo(f"use it with `--model {out}` or LAPOR_MODEL={out}")
    typer.echo("it follows what officers chose, which is not always what the law says: measure it with")
    typer.echo(
        f"`lapor evaluate --model {out}` on owners of the law first; and it holds words of citizens: keep it as you keep them"
    )


def _there(path: Path | None, option: str) -> None:
    """Check the folder of a file that is written at the end.

    Raises:
        ConfigurationError: it is not there.
    """
    from complaints.errors import ConfigurationError

    if path and not path.absolute().parent.is_dir():
        raise ConfigurationError(f"{option} {path}: there is no folder {path.parent}")


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _history(source: str, data_dir: Path | None) -> "Sequence[Labelled]":
    from complaints.errors import ConfigurationError
    from ops.evaluate_labelled import labelled, read_rows

    if source == "clickhouse":
        from lapor.local.note import settings_in
        from lapor.processes.wiring import store
        from ops.history import decided

        rows: list[dict[str, Any]] = decided(store(settings_in(data_dir)))
    else:
        rows = read_rows(Path(source))
    found = [report for report in labelled(rows) if report.best]
    if not found:
        raise ConfigurationError(f"--from {source}: no report there has an owner that somebody decided on")
    return found
