"""`lapor route` and `lapor evaluate`: route complaints and measure the routing, without a router process."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.processes.clock import today

if TYPE_CHECKING:
    from complaints.runtime.settings import Settings
    from lapor.commands.jsonlines import Work
    from router.routing import Router

ModelFile = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="A file that `lapor learn` made, or a folder of them. Default: LAPOR_MODEL, or the rules alone.",
    ),
]

Within = Annotated[
    str | None,
    typer.Option(
        help="Choose only among the units of this government or national body: its id, such as `pemda-33.74`."
    ),
]


def router_with(model: Path | None) -> "Router":
    """Return a router with the given model file or folder; if that is None, with LAPOR_MODEL; without either, with the rules alone.

    It also has the allotments of LAPOR_ALLOTMENTS.

    Raises:
        ConfigurationError: the file cannot be read or is not a model, an allotment or the data of the law have a mistake, or an environment
            variable has a wrong value.
    """
    from complaints.runtime.settings import Settings

    return _router(Settings.read(**({} if model is None else {"model": model})), by_rules=False)


def router_by_rules() -> "Router":
    """Return a router without a model, with the allotments of LAPOR_ALLOTMENTS.

    Raises:
        ConfigurationError: an allotment or the data of the law have a mistake, or an environment variable has a wrong value.
    """
    from complaints.runtime.settings import Settings

    return _router(Settings.read(), by_rules=True)


def _router(settings: "Settings", *, by_rules: bool) -> "Router":
    from router.routing import Router
    from router.rulebook.whole import require_whole

    require_whole()
    model = None if by_rules else settings.model
    return Router.load(max_hops=settings.max_hops, model=model, allotments=settings.allotments, today=today())


def json_work(model: Path | None, within: str | None = None) -> "Work":
    """Return a function that routes the complaint in a JSON line and returns the result as JSON.

    Args:
        model: see `router_with`.
        within: the id of the government or body whose units alone are chosen from; None for all agencies.

    Raises:
        ConfigurationError: see `router_with`; or no agency has the id.
    """
    from router.jsonlines import route_line
    from router.within import House

    router = router_with(model)
    return partial(route_line, router, house=House.of(within, router.registry) if within else None)


def plain_work(model: Path | None, within: str | None = None) -> "Work":
    """Return a function that routes the complaint in a JSON line and returns id, agency, confidence and explanation, separated by tabs.

    For a line that cannot be routed, the function returns a JSON object with the reason in "error". The parameters are as in `json_work`.
    """
    return partial(_plain, json_work(model, within))


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
        bool,
        typer.Option(
            "--json", help="Write a JSON line per complaint. Default: id, agency, confidence and explanation."
        ),
    ] = False,
    within: Within = None,
    model: ModelFile = None,
    jobs: Annotated[int, typer.Option(help="Number of parallel processes; the order is kept.", min=1, max=256)] = 1,
) -> None:
    """Show who owns each complaint and why. Nothing is stored or sent.

    Each input line is an object with `text` and optionally `id`, `title`, `address` (the content of a location field), `region` (a
    Kemendagri code such as 33.74: the complaint came through that government's own channel), `latitude` and `longitude` (a pin on the
    map, in degrees, always both) and `received_at` (an ISO day or time; words like *kemarin* are relative to it). Other fields, such as
    `channel`, are ignored:

    `echo '{"id": "1", "text": "Jalan di Kec. Tembalang Kota Semarang berlubang"}' | lapor route --json`

    Without `--json`, an output line is the id (- if there is none), the agency's id, the confidence and the explanation, separated by
    tabs.

    With `--json`, it is an object with `id`, `agency` (id, name), `alternatives` (id, name, score), `confidence` (the probability that
    this agency must handle the complaint), `triage` (true if the agency is only the triage desk), `class` (pengaduan,
    permintaan_informasi or aspirasi), `oversight`, `topic`, `place` (province, regency, district, village), `occurred_on` (null if the
    text has no date or `received_at` is not given), `missing` (place, subject, date, chronology, evidence) and `explanation`.

    With `--within pemda-33.74`, only that government's units are chosen from, as its own desk needs it, and the object also has `within`:
    `own` (false if the law gives it no part in the matter) and `elsewhere` (the agency that then owns it). LAPOR_ALLOTMENTS names a folder
    with governments' own divisions of tasks, which `lapor agency allot` proposes.

    In both cases, a line that is not a JSON object, has half a position or names no known region gives `{"error": ..., "line": N}` in its
    place, the other lines are routed, and the exit status is 1. A region may also be written as 3374 or pemda-33.74.
    """
    from lapor.commands.jsonlines import pump

    prepare = partial(json_work if as_json else plain_work, model, within)
    if file is None and sys.stdin.isatty():
        typer.echo("reading JSON lines from the keyboard; end with Ctrl-D. See `lapor route --help`.", err=True)
    with file.open("rb") if file else nullcontext(sys.stdin.buffer) as source:
        lines, broken = pump(source, sys.stdout.buffer, prepare, jobs=jobs)
    if broken:
        typer.echo(
            f"{broken} of {lines} lines are not complaints; the reason is printed in place of each answer", err=True
        )
        raise typer.Exit(1)


def evaluate(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON lines: reports with the `agency` an officer chose, or owners (`best`, `ok`, `needs`, `region`) by `id`.",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    reports: Annotated[
        Path | None,
        typer.Option(
            help="The texts of rows without a text. Default: the file in the same folder that has their ids.",
            exists=True,
        ),
    ] = None,
    within: Within = None,
    model: ModelFile = None,
    out: Annotated[Path | None, typer.Option(help="Write an HTML page with plots to this file.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file, as JSON.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Compare with another version: an earlier --json file, another rules file (.yaml) or a model.",
            exists=True,
        ),
    ] = None,
) -> None:
    """Measure the routing on labelled reports: owner, top three, class, place, calibration, confusions.

    `lapor evaluate owners.jsonl --reports reports.jsonl --out report.html --json new.json --against old.json`

    The governments' own divisions of tasks in the folder of LAPOR_ALLOTMENTS count as with `lapor route`, each by the edition of the
    report's day, also for the rules file or the model of `--against`.
    """
    import orjson

    from complaints.errors import ConfigurationError
    from lapor.commands.figures import figures_of, show, was_learnt_from
    from ops.quality.evaluate import compare
    from ops.quality.evaluate import evaluate as measure
    from ops.quality.labelled import labelled, read_rows, texts_for
    from ops.quality.page import page
    from router.within import House

    check_targets({"--out": out, "--json": as_json}, [file, reports, model, against, *file.parent.glob("*.jsonl")])
    rows = read_rows(file, of_labels=True)
    labels = labelled(rows, texts_for(rows, file, reports))
    if not any(report.best or report.complaint_class or report.region_labelled for report in labels):
        raise ConfigurationError(f"{file}: no row has `agency`, `best` or `class`, so there is nothing to compare with")
    router = router_with(model)
    house = House.of(within, router.registry) if within else None
    before = figures_of(against, router, labels, house, load=router_with) if against else None
    figures = measure(labels, router, house) | {"model_learnt_from_this": was_learnt_from(labels, router)}
    if figures["model_learnt_from_this"]:
        typer.echo(
            "lapor: warning: the model was learnt from these very reports: the figures say nothing about others",
            err=True,
        )
    difference = compare(before, figures) if before else None
    show(figures, difference)
    if as_json:
        write_to(as_json, "--json", orjson.dumps({**figures, "against": difference}, option=orjson.OPT_INDENT_2))
    if out:
        write_to(out, "--out", page(figures, difference).encode())


def check_targets(targets: Mapping[str, Path | None], sources: Iterable[Path | None]) -> None:
    """Check that output files can be written and are no input, before the long work begins. A file that exists is left as it is.

    Args:
        targets: the output files by their options; None for one that is not wanted.
        sources: the files that the command reads or may read; None for one that is not given.

    Raises:
        ConfigurationError: a file cannot be written, is an input, or is named twice.
    """
    from complaints.errors import ConfigurationError

    taken = {path.resolve(): "a file that the command reads or may read" for path in sources if path}
    for option, path in targets.items():
        if path is None:
            continue
        check_folder(path, option)
        if other := taken.get(path.resolve()):
            raise ConfigurationError(f"{option} {path} is {other}: name another file")
        taken[path.resolve()] = f"the file of {option}"
        is_new = not path.exists()
        try:
            path.open("ab").close()
            if is_new:
                path.unlink()
        except OSError as error:
            raise ConfigurationError(f"{option} {path} cannot be written: {error.strerror}") from error


def write_to(path: Path, option: str, content: bytes) -> None:
    """Write an output file.

    Raises:
        ConfigurationError: it cannot be written.
    """
    from complaints.errors import ConfigurationError

    try:
        path.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"{option} {path} cannot be written: {error.strerror}") from error


def check_folder(path: Path | None, option: str) -> None:
    """Check that the folder of an output file exists, before the long work begins.

    Raises:
        ConfigurationError: the folder does not exist.
    """
    from complaints.errors import ConfigurationError

    if path and not path.absolute().parent.is_dir():
        raise ConfigurationError(f"{option} {path}: the folder {path.parent} does not exist")
