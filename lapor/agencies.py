"""`lapor agency ...`: the registry of public bodies."""

from typing import Annotated

import typer

app = typer.Typer(help="Ask the registry of public bodies.", no_args_is_help=True)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Part of a name, as people write it: `dinas pu semarang`.")],
    *,
    limit: Annotated[int, typer.Option(help="Most results.", min=1, max=100)] = 10,
) -> None:
    """Find a public body and its identifier."""
    from router.registry import Registry

    registry = Registry.load()
    found = registry.search(text, limit)
    for agency in found:
        above = registry.parents(agency.id)
        typer.echo(f"{agency.id}\t{agency.name}\t{above[0].name if above else ''}")
    if not found:
        typer.echo(f"no body is called anything like {text!r}; try fewer words", err=True)
        raise typer.Exit(1)
