"""`lapor up`, `run`, `feed`, `demo`, `doctor` and `settings`: start a stack, and work with a running one."""

import contextlib
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lapor.commands.options import DataDir

if TYPE_CHECKING:
    import threading

    from lapor.local.up import Up


CUT_SHORT = 130
"""The exit status of `lapor up` if it is stopped before it is ready. It is the shell's status for Ctrl-C, so scripts see a failure."""


PRIVATE: Final = 0o077
"""The umask of services: states and topics hold reports, so only the user who runs the services may read their files."""


def up(*, data_dir: DataDir = None) -> None:
    """Start the embedded servers and all services, and keep them running. Ctrl-C stops everything; the data is kept."""
    from complaints.runtime.settings import Settings
    from complaints.runtime.variables import misspelt
    from lapor.local.note import sole
    from lapor.local.up import Up
    from lapor.processes.wiring import stop_on_signals

    given = {} if data_dir is None else {"data": data_dir.expanduser().resolve()}
    settings = Settings.read(**given)
    for sentence in misspelt(os.environ):
        typer.echo(f"warning: {sentence}", err=True)
    os.umask(PRIVATE)
    with stop_on_signals() as stop, sole(settings.data):
        stack, ready = Up(settings, say=lambda text: typer.echo(f"  {text}")), False
        try:
            stack.start(stop)
            ready = not stop.is_set()
            if ready:
                _say_where(stack)
                _show_status(stack, stop)
        finally:
            with contextlib.suppress(OSError):  # the reader of the output may be gone; the stack must be stopped anyway
                typer.echo("stopping; the data stays in " + str(settings.data))
            stack.stop()
    if not ready:
        typer.echo("stopped before everything was ready", err=True)
        raise typer.Exit(CUT_SHORT)


def _say_where(stack: "Up") -> None:
    found = stack.settings
    typer.echo(f"ready. Form and API: http://{found.web}/   Kafka: {found.kafka}   data: {found.data}")
    if found.dashboard is not None:
        typer.echo(f"Dashboard, which starts when you open it: http://{found.dashboard}/")
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
        list[str],
        typer.Argument(
            help="One or more channels (sms, twitter, telegram, web, webhook), or conversation, router, neighbours, sink or view."
        ),
    ],
    *,
    model: Annotated[
        Path | None, typer.Option(help="For the router: a file that `lapor learn` made. Default: LAPOR_MODEL.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Run channels or one worker in the foreground, with the servers of the settings or of the running stack.

    Channels in one process share its memory, and if one crashes, all end. If an upstream refuses the token of a channel,
    that channel waits and tries again, and the others continue. Several processes of one channel or step each need another LAPOR_ORDINAL.
    """
    from complaints.errors import ConfigurationError
    from lapor.local.note import settings_in
    from lapor.processes.services import run_services

    if model is not None and services != ["router"]:
        raise ConfigurationError(f"--model is only for the router, not for {', '.join(services)}")
    os.umask(PRIVATE)
    run_services(services, settings_in(data_dir, {} if model is None else {"model": model}))


class FeedChannel(StrEnum):
    """The values of `--channel` for `lapor feed`: one channel, or `mixed` for all four in turn."""

    sms = "sms"
    twitter = "twitter"
    telegram = "telegram"
    web = "web"
    mixed = "mixed"


def feed(
    file: Annotated[Path, typer.Argument(help="JSON lines with `title` and `text`.", exists=True, dir_okay=False)],
    *,
    channel: Annotated[FeedChannel, typer.Option(help="The channel; mixed: all in turn.")] = FeedChannel.mixed,
    rate: Annotated[
        float | None, typer.Option(help="Messages per second. Default: as fast as the channels answer.", min=0.01)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Send a file of complaints through the real channels, and return when each has an owner in ClickHouse, or 90 s after the last news.

    The last line is JSON: sent, owned, stored, dead_letters, lost, seconds. The exit status is 1 if a complaint
    was refused or has no owner.
    """
    import orjson

    from lapor.feed.feed import make_feed
    from lapor.feed.items import read_items
    from lapor.local.note import started_in
    from lapor.local.progress import bars

    settings = started_in(data_dir)
    items = read_items(file, channel.value)
    feeder = make_feed(settings)
    with bars("sent", "owned", total=len(items)) as told:
        outcome = feeder.run(items, rate=rate, told=told)
    for place, reason in sorted(outcome.refused.items()):
        typer.echo(f"refused by {items[place].channel}: item {place + 1}: {reason}", err=True)
    for place in outcome.missing:
        typer.echo(f"no owner yet: item {place + 1} by {items[place].channel}", err=True)
    typer.echo(orjson.dumps(outcome.as_json()).decode())
    if outcome.refused or outcome.missing:
        raise typer.Exit(1)


def demo() -> None:
    """Start everything in a fresh folder, send sample complaints through the real channels, show the results, and stop everything."""
    from lapor.demo.demo import run as run_demo

    raise typer.Exit(run_demo())


def doctor(*, data_dir: DataDir = None) -> None:
    """Show which parts of the stack work, which do not, and what to do.

    Exit status: 0 all is well, 1 something is wrong, 2 the stack is starting.
    """
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
    """List every setting with its environment variable, its present value and its meaning."""
    from lapor.commands.tables import shown_value
    from lapor.local.note import settings_in

    found = settings_in(data_dir)
    for name, field in type(found).model_fields.items():
        typer.echo(f"LAPOR_{name.upper()}={shown_value(getattr(found, name), reveal=reveal)}")
        typer.echo(f"    {field.description}")
