"""`lapor agency ...`: searches the registry of agencies, shows what a name means and what the law says, and divides tasks."""

import sys
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DAY, day
from lapor.commands.routing import ModelFile, check_folder
from lapor.processes.clock import today

if TYPE_CHECKING:
    from lapor.commands.jsonlines import Work
    from router.agencies.registry import Registry

app = typer.Typer(help="Search the registry of agencies.", no_args_is_help=True)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Part of a name, as people write it: `dinas pu semarang`.")],
    *,
    limit: Annotated[int, typer.Option(help="Maximum number of results.", min=1, max=100)] = 10,
) -> None:
    """Find agencies and their identifiers by part of a name. The exit status is 1 if none is found.

    An output line is the identifier, the name, and the name of the agency above it, separated by tabs.
    """
    from router.agencies.resolve import search

    if not text.strip():
        typer.echo("give part of a name, as in `lapor agency search 'dinas pu semarang'`", err=True)
        raise typer.Exit(2)
    registry = _registry()
    found = search(registry, text, limit)
    for agency in found:
        above = registry.parents(agency.id)
        typer.echo(f"{agency.id}\t{agency.name}\t{above[0].name if above else ''}")
    if not found:
        typer.echo(
            f"no agency has a name like {text!r}; for a local unit, add its place: `lapor agency search 'pdam semarang'`",
            err=True,
        )
        raise typer.Exit(1)


@app.command()
def resolve(
    name: Annotated[str | None, typer.Argument(help="One name, instead of lines on standard input.")] = None,
    *,
    region: Annotated[
        str | None, typer.Option(help="For a name without a place: the Kemendagri code of its place, such as 33.74.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Read and write JSON lines.")] = False,
    model: ModelFile = None,
) -> None:
    """Show which agency a name means, and the agencies above it up to the national administrator.

    `echo '{"name": "BPJS Kesehatan KC Sampit"}' | lapor agency resolve --json` prints `{"name": ..., "agency_id": ..., "parents": [...]}`.
    parents are the ids of the agencies above, the nearest first. agency_id is null if the registry has no such agency. If a name contains
    no place, add a `region` (a Kemendagri code such as "35.78"). Standard input needs `--json`.

    For one name: `lapor agency resolve 'Dinas PU' --region 33.74`. Without `--json`, it prints the ids of the agency and of the agencies
    above it, separated by tabs, and the exit status is 1 if the registry has no such agency. For lines, it is 1 if a line has no name.
    """
    from lapor.commands.jsonlines import pump

    if name is not None:
        _show(name, region, model, as_json=as_json)
        return
    if not as_json:
        typer.echo(
            "give a name, or --json and JSON lines on standard input; see `lapor agency resolve --help`", err=True
        )
        raise typer.Exit(2)
    lines, broken = pump(sys.stdin.buffer, sys.stdout.buffer, partial(_work, model))
    if broken:
        typer.echo(f"{broken} of {lines} lines have no name; the reason is printed in place of each answer", err=True)
        raise typer.Exit(1)


@app.command()
def law(
    text: Annotated[str, typer.Argument(help="A subject (`road-damage`), or a report as a citizen writes it.")],
) -> None:
    """Show the rules of law for a report or a subject: who owns it in which case, the articles, since when, and the status.

    `lapor agency law 'lampu jalan provinsi di Kabupaten Kendal mati'`

    For each subject of the report, the first line is the subject. Then each owner that the law names has a line: "*" if its conditions
    hold for the report, the agency (its kind of unit and level if the place is not known), its tier, the conditions, the law, the day or
    year since which all its statutes hold, and the status: "verified" if an article or annex is named and the statutes were compared
    with their texts, otherwise "unverified". The exit status is 1 if no rule applies.
    """
    from router.law import lines_for
    from router.routing import Router

    found = lines_for(text, Router.load())
    for line in found:
        typer.echo(line)
    if not found:
        typer.echo(
            f"no subject is clear from {text!r}; `lapor agency law road-damage` shows the rule of a subject", err=True
        )
        raise typer.Exit(1)


@app.command()
def allot(
    region: Annotated[str, typer.Option(help="The government's Kemendagri code, such as 33.74.")],
    *,
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            help="JSON lines (`title`, `text`, `address`, `agency` or `final_owner`): reports with the units that officers chose.",
            exists=True,
            dir_okay=False,
        ),
    ],
    since: Annotated[
        date | None,
        typer.Option(parser=day, metavar=DAY, help="The first day on which the division holds. Default: today."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write. Default: standard output.")] = None,
) -> None:
    """Propose how a government divides its tasks among its units, from reports that its officers handed on.

    `lapor agency allot --region 33.74 --from reports.jsonl --out allotments/33.74.yaml`

    The file names the units under their own names, and for each subject the units with the numbers of their reports. Read it, correct
    it, and check it with `lapor agency check`. The router and `lapor route` load the folder that LAPOR_ALLOTMENTS names. docs/allotments.md
    describes the file.
    """
    from complaints.errors import ConfigurationError
    from ops.allot import proposed
    from ops.quality.labelled import labelled, read_rows
    from router.routing import Router

    if out and out.exists():
        raise ConfigurationError(f"--out {out} exists: write another file, and take over what you want from it")
    check_folder(out, "--out")
    history = [report for report in labelled(read_rows(source)) if report.best]
    first = since or datetime.now(UTC).date()
    found = proposed(history, region, Router.load(), since=first, source=source.name)
    if out:
        out.write_text(found.text, "utf-8")
    else:
        typer.echo(found.text, nl=False)
    typer.echo(f"{found.reports} reports count; the subject of {found.unread} is not clear", err=True)
    for sentence in found.own.sentences():
        typer.echo(sentence, err=True)
    if found.own.unknown:
        typer.echo("if such a name is another spelling of a known unit, write it into that unit's aliases", err=True)


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Allotment files, or folders with them.", exists=True),
    ],
) -> None:
    """Check governments' divisions of tasks: fields, days, units and subjects. The exit status is 1 if something is wrong.

    An output line names file and line and says what is wrong and what to do. If nothing is wrong, a line per government on standard error
    says which desk acts for it: a managing officer takes the place of the government itself.
    """
    from ops.acting import acting
    from router.agencies.registry import Registry
    from router.allotments.files import check, files_in, load_files
    from router.allotments.same import doubled

    paths = [path for one in files for path in (files_in(one) if one.is_dir() else [one])]
    found = check(paths, Registry.load())
    for mistake in found:
        typer.echo(str(mistake))
    if found:
        typer.echo(f"mistakes: {len(found)}, in allotments: {len(paths)}", err=True)
        raise typer.Exit(1)
    typer.echo(f"no mistakes; allotments: {len(paths)}", err=True)
    loaded = load_files(paths, Registry.load(), today())
    for sentence in acting(loaded):
        typer.echo(sentence, err=True)
    editions = [edition for several in loaded.allotments.editions.values() for edition in several]
    for sentence in doubled(agency for edition in editions for agency in edition.agencies.values()):
        typer.echo(f"warning: {sentence}", err=True)


@app.command()
def units(
    text: Annotated[
        str, typer.Argument(help="Only units one of whose names has these words, such as `bina marga`.")
    ] = "",
    *,
    region: Annotated[str, typer.Option(help="The government's Kemendagri code, such as 33.74.")],
) -> None:
    """List the units of a government with their names of today and of other days. The exit status is 1 if none is found.

    `lapor agency units --region 33.74 'bina marga'`

    An output line is the id, the name of today and, if there are any, its other names: with the last day of a former one, the first day
    of a later one, and those that officers write. The names of LAPOR_ALLOTMENTS take precedence over the usual ones. The offices of
    districts and villages (kec-33.74.10, kel-33.74.10.1001) are left out.
    """
    from lapor.commands.routing import router_with
    from normalizer.text import fold
    from ops.units import units_of
    from router.agencies.registry import Registry
    from router.within import House

    router = router_with(None)
    house = House.of(f"pemda-{Registry.seat(region)}", router.registry)
    found = units_of(house, router.registry, Registry.load(), router.allotments)
    wanted = fold(text).decode("ascii").split()
    lines = [unit.line(today()) for unit in found if unit.has(wanted)]
    for line in lines:
        typer.echo(line)
    if not lines:
        typer.echo(f"{house.agency.name} has no unit with a name like {text!r}; without it, all are listed", err=True)
        raise typer.Exit(1)


@app.command()
def subjects() -> None:
    """List the subjects of the law and of allotments: id, Indonesian name and LAPOR!'s category, separated by tabs."""
    from router.routing import Router

    for subject in Router.load().reader.lexicon.subjects:
        typer.echo(f"{subject.id}\t{subject.name}\t{subject.topic}")


def _work(model: Path | None) -> "Work":
    from lapor.commands.routing import router_with
    from router.jsonlines import resolve_line

    return partial(resolve_line, router_with(model).registry if model else _registry())


def _registry() -> "Registry":
    """Return the registry, with the agencies of LAPOR_MODEL and LAPOR_ALLOTMENTS if these are set."""
    from complaints.runtime.settings import Settings
    from lapor.processes.routing import agencies

    return agencies(Settings.read()).registry


def _show(name: str, region: str | None, model: Path | None, *, as_json: bool) -> None:
    import orjson

    said = _work(model)(orjson.dumps({"name": name, "region": region}))
    found = orjson.loads(said)
    if as_json:
        typer.echo(said.decode())
    elif found["agency_id"]:
        typer.echo("\t".join([found["agency_id"], *found["parents"]]))
    if not found["agency_id"]:
        typer.echo(
            f"the registry has no agency named {name!r}; for a local unit, add its place with --region, such as 33.74",
            err=True,
        )
        raise typer.Exit(1)
