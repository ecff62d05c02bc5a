"""`lapor offsets ...`: shows and sets where a step goes on in its mailbox."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir, milliseconds_of

if TYPE_CHECKING:
    from ops.offsets import Target

app = typer.Typer(help="Show and set where a step goes on in its mailbox.", no_args_is_help=True)

Step = Annotated[str, typer.Argument(help="The step's name, such as `lapor-router`.")]


@app.command()
def show(step: Step, *, data_dir: DataDir = None) -> None:
    """Show, for each partition of a step's mailbox, which records Kafka has and which offset the step has committed.

    A step that has committed no offset for a partition, and whose state topic has no position for it either, refuses to start: then
    decide where it goes on, and say so with `lapor offsets set`.
    """
    from complaints.contract import topics
    from lapor.local.note import settings_in
    from lapor.processes.wiring import administration
    from ops.offsets import mailbox_of, progress

    mailbox = mailbox_of(step, topics())
    with administration(settings_in(data_dir).kafka_required()) as admin:
        found, members = progress(admin, step, mailbox), admin.members(step)
    for one in found:
        said = (
            "no offset committed"
            if one.committed is None
            else f"next {one.committed}, waiting {one.end - one.committed}"
        )
        typer.echo(f"{mailbox}/{one.partition}  {one.first} to {one.end}  {said}")
    typer.echo(f"workers: {', '.join(members) or 'none'}")


@app.command(name="set")
def set_(
    step: Step,
    *,
    to: Annotated[
        str,
        typer.Option(
            help="`earliest` (the first record that Kafka still has), `latest` (after the last one), an offset, or a time:"
            " the first record at or after it. Times: 2026-11-01, 2026-11-01T08:00+07:00, 90m, 12h or 7d (ago).",
        ),
    ],
    topic_partition: Annotated[
        list[int] | None, typer.Option(help="The number of a partition; can be repeated. Default: all.", min=0)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Set where a step goes on, for a step that refuses to start because it has no position in its mailbox.

    `earliest` handles everything that Kafka still has, `latest` only what comes from now on: what is in between is never handled. The
    step's workers must be stopped; the command waits 20 s for workers that are stopping.

    A step goes on at the later of this offset and the position in its state topic. So an earlier offset makes no step handle anything
    twice; to decide again what is decided, use `lapor replay`.
    """
    from complaints.contract import topics
    from lapor.local.note import settings_in
    from lapor.processes.wiring import administration
    from ops.offsets import mailbox_of, offsets_of, set_offsets

    mailbox, target = mailbox_of(step, topics()), _target(to)
    with administration(settings_in(data_dir).kafka_required()) as admin:
        wanted = offsets_of(admin, mailbox, target, partitions=topic_partition or ())
        set_offsets(admin, step, wanted)
    for (topic, partition), offset in sorted(wanted.items()):
        typer.echo(f"{step} goes on at {topic}/{partition}/{offset}")


def _target(text: str) -> "Target":
    from ops.offsets import EARLIEST, LATEST, Moment

    if text in {EARLIEST, LATEST}:
        return text
    if text.isdigit():
        return int(text)
    return Moment(at_ms=milliseconds_of(text, option="--to", now=datetime.now(UTC)))
