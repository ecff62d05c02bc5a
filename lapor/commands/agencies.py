"""`lapor agency ...`: searches the registry of agencies by part of a name, and shows which agency a name means."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.routing import ModelFile

if TYPE_CHECKING:
    from lapor.commands.jsonlines import Work

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
    from router.agencies.registry import Registry
    from router.agencies.search import search

    if not text.strip():
        typer.echo("give part of a name, as in `lapor agency search 'dinas pu semarang'`", err=True)
        raise typer.Exit(2)
    registry = Registry.load()
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


def _work(model: Path | None) -> "Work":
    from lapor.commands.routing import router_with
    from router.agencies.registry import Registry
    from router.jsonlines import resolve_line

    with_model = router_with(model)
    return partial(resolve_line, with_model.registry if with_model.model else Registry.load())


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
