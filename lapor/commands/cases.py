"""`lapor case ...` and `lapor explain`, which act on one case or show it, and `lapor replay`, which decides past records again."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir, milliseconds_of

if TYPE_CHECKING:
    from pathlib import Path

    from complaints.command import CommandKind
    from complaints.event import AgencyRef
    from ops.replay import Move

app = typer.Typer(help="Act on one case.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The tracking code, with or without spaces.")]

Agency = Annotated[str, typer.Option("--as", help="Identifier of the acting agency; see `lapor agency search`.")]


@app.command()
def refuse(
    code: Code,
    *,
    agency: Agency,
    text: Annotated[str, typer.Option(help="The agency's reason, in its own words.")],
    data_dir: DataDir = None,
) -> None:
    """Refuse a case in an agency's name (*bukan wewenang*). The case moves to another agency and never back; the deadlines keep running."""
    from complaints.command import CommandKind
    from ops.cases import checked

    reason = checked(CommandKind.refuse, text, "say why the agency is not responsible; the reason stays with the case")
    _act(code, CommandKind.refuse, agency=agency, text=reason, data_dir=data_dir)


@app.command()
def answer(
    code: Code,
    *,
    agency: Agency,
    text: Annotated[str, typer.Option(help="The agency's answer, as the citizen will read it.")],
    data_dir: DataDir = None,
) -> None:
    """Answer the citizen in the name of the agency that owns the case. The answer is sent on the channel of the complaint."""
    from complaints.command import CommandKind
    from ops.cases import checked

    said = checked(CommandKind.answer, text, "write the answer that the citizen will read")
    _act(code, CommandKind.answer, agency=agency, text=said, data_dir=data_dir)


def _act(code: str, kind: "CommandKind", *, agency: str, text: str, data_dir: "Path | None") -> None:
    from lapor.local.note import started_in
    from lapor.processes import cases

    cases.act(started_in(data_dir), code, kind, agency=agency, text=text, say=typer.echo)


def explain(code: Code, *, data_dir: DataDir = None) -> None:
    """Show who owns a case and why: owner, evidence, law, alternatives and deadlines of each hop, and what was said between them."""
    from lapor.local.note import started_in
    from lapor.processes import cases

    cases.explain(started_in(data_dir), code, say=typer.echo)


def replay(
    *,
    since: Annotated[
        str, typer.Option(help="A date or time (2026-11-01, 2026-11-01T08:00), or how long ago (90m, 12h, 7d).")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print each difference as a JSON line.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Decide past complaints and commands again with today's rules, and show which cases would move. It writes nothing."""
    import orjson
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from lapor.local.note import started_in
    from lapor.processes.replay import replay as replayed

    since_ms = since_milliseconds(since, now=datetime.now(UTC)) if since else None
    settings = started_in(data_dir)
    settings.kafka_required()

    def moved(move: "Move") -> None:
        if as_json:
            line = {
                "tracking_code": move.tracking_code,
                "from": _id(move.before),
                "to": _id(move.after),
                "why": move.why,
            }
            typer.echo(orjson.dumps(line).decode())
        else:
            typer.echo(str(move))

    columns = (TextColumn("replay"), BarColumn(), MofNCompleteColumn(), TextColumn("partitions"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        bar = shown.add_task("replay", total=None)

        def told(done: int, total: int) -> None:
            shown.update(bar, completed=done, total=total)

        summary = replayed(settings, since_ms=since_ms, moved=moved, told=told)
    typer.echo(orjson.dumps(summary.as_json()).decode())


def _id(agency: "AgencyRef | None") -> str | None:
    return None if agency is None else agency.id


def since_milliseconds(text: str, *, now: datetime) -> int:
    """Return the point in time that the text of `--since` means, in milliseconds since 1970 (see milliseconds_of).

    Raises:
        ConfigurationError: the text means none.
    """
    return milliseconds_of(text, option="--since", now=now)
