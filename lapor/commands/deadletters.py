"""`lapor deadletters ...`: lists dead letters, shows one, and puts their records back."""

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from lapor.commands.options import DataDir, milliseconds_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from complaints.bus import Scanner
    from complaints.runtime.settings import Settings
    from ops.deadletters import Found

app = typer.Typer(
    help="List what could not be processed, and put it back after the fault is mended.", no_args_is_help=True
)

Topic = Annotated[str, typer.Option(help="Only letters of records in this topic, such as lapor.complaints.")]
Step = Annotated[
    str,
    typer.Option(help="Only letters of this worker: router, conversation, neighbours, sink, or a sender's channel."),
]
Since = Annotated[
    str, typer.Option(help="Only letters since then: 2026-11-01, 2026-11-01T08:00+07:00, 90m, 12h or 7d (ago).")
]


@app.command(name="list")
def list_(*, topic: Topic = "", step: Step = "", since: Since = "", data_dir: DataDir = None) -> None:
    """List dead letters: first how many there are by place, worker and reason, then a line for each, the oldest first.

    A letter whose record was put back is marked with the place where that is now, and counted apart.

    A line has the letter's id, when it was made (UTC), the topic, partition and offset of the record, and why. What a citizen wrote is
    never shown; an error that may quote it is called our own fault.
    """
    from lapor.processes.wiring import scanner
    from ops.redrive import listed

    with closing(scanner(_settings(data_dir))) as letters:
        for line in listed(_find(letters, topic=topic, step=step, since=since).values(), letters):
            typer.echo(line)


@app.command()
def show(letter: Annotated[UUID, typer.Argument(help="The letter's id.")], *, data_dir: DataDir = None) -> None:
    """Show a dead letter: the place of its record, who made it and why, the record's headers, and the size of what it keeps."""
    from lapor.processes.wiring import scanner
    from ops.deadletters import described, letter_at

    with closing(scanner(_settings(data_dir))) as letters:
        found = _named([letter], _find(letters))[0]
        for line in described(found, letter_at(letters, found.position)):
            typer.echo(line)


@app.command()
def redrive(  # noqa: PLR0913  # the ways to choose letters
    letters: Annotated[list[UUID] | None, typer.Argument(help="Ids of letters.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="All letters whose reason, as `list` shows it, has this text.")] = "",
    every: Annotated[bool, typer.Option("--all", help="All letters.")] = False,
    topic: Topic = "",
    step: Step = "",
    since: Since = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without it, the letters are only counted.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Put the records of dead letters back into their own mailboxes, so that a mended worker handles them.

    Choose letters by their ids, or with --reason or --all, which --topic, --step and --since narrow. A record comes back with its own key,
    value and headers, and with the header ce_redrives, which names the letter. It is read from its own place; where that is past the
    topic's retention, it is made of the letter if that has all of it. A record that is back already is not put back again. The exit
    status is 1 if one cannot be put back.
    """
    from lapor.processes.wiring import producer, scanner
    from ops.redrive import proposed
    from ops.redrive import redrive as put_back

    if sum(map(bool, (letters, reason, every))) != 1:
        raise typer.BadParameter("name ids of letters, or give --reason or --all")
    settings = _settings(data_dir)
    with closing(scanner(settings)) as reader:
        known = _find(reader, topic=topic, step=step, since=since)
        chosen = _named(letters, known) if letters else [one for one in known.values() if one.has(reason)]
        if not yes and not letters:
            for line in proposed(chosen, reader):
                typer.echo(line)
            return
        with closing(producer(settings)) as writer:
            tally = put_back(chosen, reader, writer, typer.echo)
    typer.echo(str(tally))
    if tally.refused:
        raise typer.Exit(1)


def _settings(data_dir: "Path | None") -> "Settings":
    from lapor.local.note import started_in

    settings = started_in(data_dir)
    settings.kafka_required()
    return settings


def _find(scanner: "Scanner", *, topic: str = "", step: str = "", since: str = "") -> "Mapping[UUID, Found]":
    from complaints.contract import topics
    from lapor.processes.channels import CHANNELS
    from lapor.processes.wiring import WITHOUT_ACCOUNTS, WORKERS
    from ops.deadletters import find

    by = step.removeprefix("lapor-").removeprefix("sender-")
    _one_of("--topic", topic, sorted(topics()))
    _one_of("--step", by, [one for one in (*WORKERS, *CHANNELS) if one not in {"view", *WITHOUT_ACCOUNTS}])
    since_ms = milliseconds_of(since, option="--since", now=datetime.now(UTC)) if since else None
    return find(scanner, topic=topic, by=by, since_ms=since_ms)


def _one_of(option: str, value: str, known: "Collection[str]") -> None:
    """Check the value of an option, because an unknown value would silently match nothing."""
    if value and value not in known:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(known)}", param_hint=option)


def _named(letters: "Collection[UUID]", known: "Mapping[UUID, Found]") -> "list[Found]":
    from complaints.errors import ConfigurationError

    if missing := [letter for letter in letters if letter not in known]:
        raise ConfigurationError(f"no dead letter has the id {missing[0]}; `lapor deadletters list` has them")
    return [known[letter] for letter in letters]
