"""`lapor offsets ...`: shows and sets the offsets at which a step goes on in its mailbox, and the sink in its topics."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir, milliseconds_of

if TYPE_CHECKING:
    from ops.offsets import Target

app = typer.Typer(help="Show and set where a step, or the sink, goes on.", no_args_is_help=True)

Step = Annotated[str, typer.Argument(help="The step's name, such as `lapor-router`, or `lapor-sink`.")]


@app.command()
def show(step: Step, *, data_dir: DataDir = None) -> None:
    """Show, for each partition of a step's mailbox, which records Kafka has and which offset the step has committed.

    A step that has committed no offset for a partition, and whose state topic has no position for it either, refuses the partition: then
    decide where it goes on, with `lapor offsets set`. The sink has several topics and no state: it goes on where its offsets say, and what
    it stores again replaces itself.
    """
    from complaints.contract import topics
    from lapor.local.note import settings_in
    from lapor.processes.wiring import administration
    from ops.offsets import progress, sources_of

    sources = sources_of(step, topics())
    with administration(settings_in(data_dir).kafka_required()) as admin:
        found = [(source, one) for source in sources for one in progress(admin, step, source)]
        members = admin.members(step)
    for source, one in found:
        said = (
            "no offset committed"
            if one.committed is None
            else f"next {one.committed}, waiting at most {one.end - one.committed}"
        )
        typer.echo(f"{source}/{one.partition}  {one.first} to {one.end}  {said}")
    typer.echo(f"workers: {', '.join(members) or 'none'}")


@app.command(name="set")
def set_(  # noqa: PLR0913  # each is an option
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
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic of the sink; can be repeated. Default: all that it reads.")
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Skip records, handle some again, or decide for a refused partition, without a question."
        ),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Set where a step goes on, for a step that refuses partitions because it has no position in them; or where the sink does.

    `earliest` handles everything that Kafka still has, `latest` only what comes from now on: what is in between is never handled. The
    step's workers must be stopped, unless they refuse all partitions that are named and go on with the others (`lapor doctor` shows it):
    these begin at once. The command waits 20 s for workers that are stopping.

    A step goes on at the later of this offset and the position in its state topic. So an earlier offset makes no step handle anything
    twice. A position of a mailbox that was made anew, or beyond the mailbox's end, does not count. To decide again what is decided, use
    `lapor replay`. `lapor offsets set lapor-sink --to earliest` fills ClickHouse again.
    """
    from complaints.bus.control import release
    from complaints.bus.step.contract import StepTopics
    from complaints.bus.step.place.accept import accept
    from complaints.contract import topics
    from complaints.errors import ConfigurationError
    from lapor.local.note import settings_in
    from lapor.processes.wiring import administration, board
    from ops.offsets import moves, offsets_of, progress, set_offsets, sources_of

    sources, target = sources_of(step, topics()), _target(to)
    if unknown := sorted(set(topic or ()).difference(sources)):
        raise ConfigurationError(f"{step} does not read {unknown[0]}; it reads {', '.join(sources)}")
    brokers, declared = settings_in(data_dir).kafka_required(), topics()[sources[0]]
    with administration(brokers) as admin:
        wanted: dict[tuple[str, int], int] = {}
        for source in topic or sources:
            wanted |= offsets_of(admin, source, target, partitions=topic_partition or ())
        orders, named = board(brokers), {partition: offset for (_, partition), offset in wanted.items()}
        refused = named.keys() & {partition for name, partition in orders.read().refused if name == step}
        found = progress(admin, step, declared.name) if declared.states else ()
        if (moved := list(moves(found, named, mailbox=declared.name, refused=refused))) and not yes:
            raise ConfigurationError(
                f"{'; '.join(moved)}. If that is meant, say so with --yes; --topic-partition names one partition"
            )
        for sentence in moved:
            typer.echo(sentence)
        # only members can commit offsets of a group that has any
        if not (named.keys() <= refused and admin.members(step)):
            set_offsets(admin, step, wanted)
    if declared.states:
        accept(brokers, StepTopics(name=step, mailbox=declared.name, states=declared.states), wanted)
    if refused:
        orders.write([release(step, partition) for partition in sorted(refused)])
    later = ", or at the position in its state topic if that is later" if declared.states else ""
    for (source, partition), offset in sorted(wanted.items()):
        then = "; it is tried now" if partition in refused else later
        typer.echo(f"{step} goes on at {source}/{partition}/{offset}{then}")


def _target(text: str) -> "Target":
    from ops.offsets import EARLIEST, LATEST, Moment

    if text in {EARLIEST, LATEST}:
        return text
    if text.isdigit():
        return int(text)
    return Moment(at_ms=milliseconds_of(text, option="--to", now=datetime.now(UTC)))
