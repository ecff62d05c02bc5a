"""`lapor case ...` and `lapor explain`, which act on one case or show it, and `lapor replay`, which decides past records again."""

import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from lapor.commands.acts import Code, add_to
from lapor.commands.options import DAY, DataDir, day, milliseconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from complaints.event import AgencyRef
    from ops.replay import Move

app = typer.Typer(help="Act on one case, or see it.", no_args_is_help=True)


@app.command()
def show(
    code: Code,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show a case: its state, its owners, its deadlines with their colours, what happened, and the notices to the citizen.

    A deadline is green (at least two working days are left after today), yellow (fewer) or red (over), or done. JSON has the words of the
    data: hijau, kuning, merah, and the states and kinds as in the contract.

    Example: `lapor case show '7K3M9 QX2RT S' --json | jq .deadlines.complete`
    """
    import orjson

    from lapor.local.note import started_in
    from lapor.processes import cases
    from ops.casework.layout import lines

    found = cases.show(started_in(data_dir), code)
    if as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        for line in lines(found):
            typer.echo(line)


@app.command()
def new(  # noqa: PLR0913  # the fields of the form
    *,
    agency: Annotated[str, typer.Option("--as", help="Identifier of the agency whose officer records it.")],
    source: Annotated[Literal["walk-in", "letter", "call"], typer.Option(help="How the citizen told it.")],
    text: Annotated[str, typer.Option(help="What the citizen said or wrote.")],
    title: Annotated[str, typer.Option(help="A title.")] = "",
    regency: Annotated[str, typer.Option(help="The kabupaten or kota where it happened.")] = "",
    address: Annotated[str, typer.Option(help="The address, or a landmark.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Record a complaint on a citizen's behalf: he came, wrote or called. It goes the way of every message.

    The first line is the tracking code for the citizen; then comes the owner. The agency and the source stand in the complaint.

    Example: `lapor case new --as pemda-33.74 --source walk-in --text 'Lampu jalan mati di depan pasar.' --regency 'Kota Semarang'`
    """
    from lapor.local.note import started_in
    from lapor.processes.recording import record

    said = {"text": text, "title": title, "regency": regency, "address": address}
    record(started_in(data_dir), agency=agency, source=source, say=typer.echo, **said)


add_to(app)


@app.command()
def due(
    *,
    agency: Annotated[str, typer.Option(help="Only cases that this agency owns: its identifier.")] = "",
    before: Annotated[
        date | None,
        typer.Option(parser=day, metavar=DAY, help="Only cases whose next deadline ends before this day."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each case as a JSON line.")] = False,
    data_dir: DataDir = None,
) -> None:
    """List the cases that wait for an agency with their next deadline, the most urgent first.

    A deadline is green (at least two working days are left after today), yellow (fewer) or red (over); in JSON hijau, kuning, merah. An
    answered case has no colour: nothing is due, and on that day it closes by itself. Ended cases and supporters of other cases are not
    listed. A case whose owner no longer exists is marked: give it to another agency with `lapor case rehome`.

    Example: `lapor case due --agency dpu-33.74 --before 2026-12-01`
    """
    import orjson

    from lapor.local.note import started_in
    from lapor.processes import cases
    from ops.casework.due import line

    until = before.isoformat() if before else ""
    waits = False
    for one in cases.due(started_in(data_dir), agency=agency, before=until):
        waits = True
        typer.echo(orjson.dumps(one).decode() if as_json else line(one))
    if not waits and not as_json:
        typer.echo("nothing waits", err=True)


@app.command()
def rehome(
    *,
    agency: Annotated[str, typer.Option(help="Only the cases of this former unit: its identifier.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say where each case would go.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Give the open cases of units that no longer exist to the agencies that have their matters today.

    Each goes to the unit of its government that today's division of tasks gives it to, without those that refused it; if there is no such
    unit, to the managing officer, or to the government. It is rerouted by an ordinary command with the reason, in the name of the
    government's triage desk, or of the national administrator if the desk may not. A second run finds nothing left to do. All open cases
    are looked through, unless `--agency` names one unit.

    Each case is a JSON line: code, from, to, as, text, result. The last line counts: applied, repeated, refused, errors. The exit status
    is 1 if a case was refused or had an error. While a model or an allotment with a mistake is left out, the cases of units that nothing
    has are held back, because that file may have them: the last line counts them as held_back, and a warning names the units.

    Example: `lapor case rehome --agency lampu-33.74 --dry-run`
    """
    import orjson

    from lapor.local.note import started_in
    from lapor.local.progress import bars
    from lapor.processes.rehoming import rehome as give

    settings = started_in(data_dir)
    with bars("cases", lines=False) as told:
        tally, held = give(
            settings, agency=agency, only_shown=dry_run, said=sys.stdout.buffer.write, told=partial(told, "cases")
        )
    if held:
        typer.echo(
            f"lapor: warning: {held.total()} open cases of units that no file has ({', '.join(sorted(held))}) are held back: the model or"
            " allotment that is left out may have these units. Correct it, and run this again",
            err=True,
        )
    last = asdict(tally) | ({"held_back": held.total()} if held else {})
    sys.stdout.buffer.write(orjson.dumps(last) + b"\n")
    sys.stdout.buffer.flush()
    if tally.errors or tally.refused:
        raise typer.Exit(1)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="JSON lines, one act each; - reads standard input.", allow_dash=True)],
    *,
    data_dir: DataDir = None,
) -> None:
    """Apply a file of acts, many at once, and say for each line what became of it, as a JSON line on stdout.

    A line has `code`, `act` and `as`, and what the act needs: `text`, `suggest` or `to`, `beside`, `until`, `class`, `oversight`, `into`,
    `final`, `source`; `at` is when it was said. The same line again, also in another file, is the same command and changes nothing:
    it is said what became of it the first time, and how the case is now. A line that cannot be read is an error with its number, and
    the next ones go on.
    The last line counts: applied, repeated, refused, errors. The exit status is 1 if there are errors.

    Example: `echo '{"code": "7K3M9QX2RTS", "act": "accept", "as": "dpu-33.74"}' | lapor case apply -`
    """
    import orjson

    from lapor.local.note import started_in
    from lapor.local.progress import bars
    from lapor.processes import cases

    settings = started_in(data_dir)
    settings.kafka_required()
    with _opened(file) as source, bars("lines") as told:
        done = count(1)

        def said(line: bytes) -> None:
            sys.stdout.buffer.write(line)
            told("lines", next(done))

        tally = cases.apply(settings, _numbered(source), said=said)
    sys.stdout.buffer.write(orjson.dumps(asdict(tally)) + b"\n")
    sys.stdout.buffer.flush()
    if tally.errors:
        raise typer.Exit(1)


@contextmanager
def _opened(file: Path) -> "Iterator[BinaryIO]":
    from complaints.errors import ConfigurationError

    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        opened = file.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error
    with opened:
        yield opened


def _numbered(source: "BinaryIO") -> "Iterator[list[tuple[int, bytes]]]":
    """Yield non-blank lines with their numbers in blocks as they come. Flush the output before each further read."""
    from lapor.commands.jsonlines import blocks

    for block in blocks(source):
        yield [(number, line) for number, line in enumerate(block.lines, block.first) if line.strip()]
        sys.stdout.buffer.flush()


def explain(code: Code, *, data_dir: DataDir = None) -> None:
    """Tell the whole story of a case in order: its owners with evidence, law and deadlines, and who did what in between.

    It ends with the present status. Times are those of Jakarta (WIB).
    """
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

    from lapor.local.note import started_in
    from lapor.local.progress import bars
    from lapor.processes.replay import replay as replayed

    since_ms = milliseconds_of(since, option="--since", now=datetime.now(UTC)) if since else None
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

    with bars("partitions", lines=False) as told:
        summary = replayed(settings, since_ms=since_ms, moved=moved, told=partial(told, "partitions"))
    typer.echo(orjson.dumps(summary.as_json()).decode())


def _id(agency: "AgencyRef | None") -> str | None:
    return None if agency is None else agency.id
