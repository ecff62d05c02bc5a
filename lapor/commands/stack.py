"""`lapor up`, `run`, `feed`, `demo`, `query`, `doctor`, `settings`: the stack and what is asked of it."""

import contextlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir

if TYPE_CHECKING:
    import threading

    from lapor.local.up import Up


CUT_SHORT = 130
"""The exit status of a start that was stopped before it was ready: what a shell makes of Ctrl-C, so that no script takes it for done."""


def up(*, data_dir: DataDir = None) -> None:
    """Start the embedded servers and every service, and keep them running. Ctrl-C stops all of it; the data are kept."""
    from complaints.runtime.settings import Settings
    from lapor.local.note import sole
    from lapor.local.up import Up
    from lapor.processes.wiring import stop_on_signals

    given = {} if data_dir is None else {"data": data_dir.expanduser().resolve()}
    settings = Settings.read(**given)
    with stop_on_signals() as stop, sole(settings.data):
        stack, ready = Up(settings, say=lambda text: typer.echo(f"  {text}")), False
        try:
            stack.start(stop)
            ready = not stop.is_set()
            if ready:
                _say_where(stack)
                _show_status(stack, stop)
        finally:
            with contextlib.suppress(
                OSError
            ):  # whoever read the output may be gone: what was started must end all the same
                typer.echo("stopping; the data stay in " + str(settings.data))
            stack.stop()
    if not ready:
        typer.echo("stopped before all of it was ready", err=True)
        raise typer.Exit(CUT_SHORT)


def _say_where(stack: "Up") -> None:
    found = stack.settings
    typer.echo(f"ready. Form and API: http://{found.web}/   Kafka: {found.kafka}   data: {found.data}")
    typer.echo("Try: lapor feed FILE.jsonl --channel mixed | lapor query 'SELECT * FROM cases LIMIT 5' | lapor doctor")


def _show_status(stack: "Up", stop: "threading.Event") -> None:
    from rich.console import Console
    from rich.live import Live

    from lapor.commands.tables import table

    console = Console()
    if not console.is_terminal:
        stop.wait()
        return
    with Live(table(stack.supervisor), console=console, refresh_per_second=2) as live:
        while not stop.wait(0.5):
            live.update(table(stack.supervisor))


def run(
    services: Annotated[
        list[str], typer.Argument(help="One or more doors (sms, twitter, telegram, web ...), or router, or sink.")
    ],
    *,
    model: Annotated[
        Path | None, typer.Option(help="For the router: a file that `lapor learn` made. Default: LAPOR_MODEL.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Run doors or one worker in the foreground, against the servers that the settings or the running stack name.

    Doors that share a process share its memory of places, and end together. One whose upstream refuses our token stays shut
    meanwhile; alone it ends and says so.
    """
    from complaints.errors import ConfigurationError
    from lapor.local.note import settings_in
    from lapor.processes.services import run_services

    if model is not None and services != ["router"]:
        raise ConfigurationError(f"--model is the router's; {', '.join(services)} decides nothing")
    run_services(services, settings_in(data_dir, {} if model is None else {"model": model}))


def topics(
    *,
    replication: Annotated[int, typer.Option(help="Copies of each; -1 is the cluster's default.", min=-1)] = -1,
    data_dir: DataDir = None,
) -> None:
    """Make the topics that are missing, and list all of them. The first step on a new cluster; `up` does it by itself."""
    from complaints.bus.kafka_python import KafkaPythonAdmin
    from complaints.contract import topics as declared
    from lapor.local.note import settings_in

    admin = KafkaPythonAdmin(settings_in(data_dir).kafka_required())
    made = admin.ensure_topics(replication)
    admin.close()
    for name, topic in declared().items():
        typer.echo(f"{'made ' if name in made else 'there'} {name}  {topic.partitions} partitions  {topic.what}")


class FeedChannel(StrEnum):
    """The doors that can be fed."""

    sms = "sms"
    twitter = "twitter"
    telegram = "telegram"
    web = "web"
    mixed = "mixed"


def feed(
    file: Annotated[Path, typer.Argument(help="JSON lines with `title` and `text`.", exists=True, dir_okay=False)],
    *,
    channel: Annotated[FeedChannel, typer.Option(help="Through which door; mixed: all in turn.")] = FeedChannel.mixed,
    rate: Annotated[
        float | None, typer.Option(help="Messages a second. Default: as fast as the doors answer.", min=0.01)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Send a file of complaints through the real doors, and return when each has an owner in ClickHouse.

    The last line is JSON: sent, owned, stored, dead_letters, lost, seconds. The exit status is 1 where something was lost or refused.
    """
    import orjson

    from lapor.feed.feed import make_feed
    from lapor.feed.items import read_items
    from lapor.feed.progress import two_bars
    from lapor.local.note import started_in

    settings = started_in(data_dir)
    items = read_items(file, channel.value)
    feeder = make_feed(settings)
    with two_bars(len(items)) as told:
        outcome = feeder.run(items, rate=rate, told=told)
    for place, reason in sorted(outcome.refused.items()):
        typer.echo(f"refused by {items[place].channel}: item {place + 1}: {reason}", err=True)
    for place in outcome.missing:
        typer.echo(f"no owner yet: item {place + 1} by {items[place].channel}", err=True)
    typer.echo(orjson.dumps(outcome.as_json()).decode())
    if outcome.refused or outcome.missing:
        raise typer.Exit(1)


def demo() -> None:
    """Start everything in a fresh folder, send complaints of every kind through the real doors, show what became of them, stop."""
    from lapor.demo.demo import run as run_demo

    raise typer.Exit(run_demo())


class Format(StrEnum):
    """How rows are shown."""

    table = "table"
    tsv = "tsv"
    json = "json"


def query(
    sql: Annotated[
        str,
        typer.Argument(
            help="A query that only reads, as in `SELECT channel, count() FROM complaints GROUP BY channel`."
        ),
    ],
    *,
    form: Annotated[
        Format | None, typer.Option("--format", help="table, tsv or json. Default: a table for people, tsv for a pipe.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Ask ClickHouse. The views are complaints, dispositions, case_events, deliveries, dead_letters and cases."""
    from lapor.commands.tables import show_rows
    from lapor.local.note import started_in
    from lapor.processes.wiring import store

    names, rows = store(started_in(data_dir)).table(sql)
    show_rows(names, rows, form or (Format.table if sys.stdout.isatty() else Format.tsv))


def doctor(*, data_dir: DataDir = None) -> None:
    """Say what is up, what is not and what to do. The exit status: 0 all is well, 1 something is wrong, 2 not all is there yet."""
    from lapor.local.checkup import findings
    from lapor.local.note import settings_in
    from ops.doctor import exit_status

    levels = []
    for finding in findings(settings_in(data_dir)):
        levels.append(finding.level)
        for line in finding.lines:
            typer.echo(line)
    raise typer.Exit(exit_status(levels))


def settings(
    *, data_dir: DataDir = None, reveal: Annotated[bool, typer.Option(help="Show passwords and tokens.")] = False
) -> None:
    """List every setting: its environment variable, its present value and what it means."""
    from lapor.commands.tables import shown_value
    from lapor.local.note import settings_in

    found = settings_in(data_dir)
    for name, field in type(found).model_fields.items():
        typer.echo(f"LAPOR_{name.upper()}={shown_value(getattr(found, name), reveal=reveal)}")
        typer.echo(f"    {field.description}")
