"""`lapor topics ...`: shows the declared topics, brings Kafka to the declarations, and compares both."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir

if TYPE_CHECKING:
    from complaints.bus.admin import Administration
    from complaints.bus.control import Board
    from complaints.contract import Topic
    from ops.topics import Difference

app = typer.Typer(
    help="Show the declared topics; `apply` brings Kafka to the declarations, `check` compares.",
    invoke_without_command=True,
)

MinInsync = Annotated[
    int | None,
    typer.Option(
        help="Replicas that must have a record before it counts as written (min.insync.replicas). Default: the cluster's.",
        min=1,
    ),
]


@app.callback()
def topics(context: typer.Context, *, data_dir: DataDir = None) -> None:
    """Show each declared topic with its partitions and settings, and whether Kafka has it so. This changes nothing.

    `lapor topics apply` makes it so, and `lapor topics check` is for scripts.
    """
    if context.invoked_subcommand is not None:
        if data_dir is not None:
            raise typer.BadParameter(f"write --data-dir behind `{context.invoked_subcommand}`")
        return
    from ops.topics import compare

    with _installation(data_dir) as (admin, _, declared):
        found = compare(admin, declared)
    for name, topic in declared.items():
        typer.echo(f"{_word(found[name])}  {name}  {topic.partitions} partitions  {topic.what}")
        typer.echo(f"         {' '.join(f'{key}={value}' for key, value in topic.settings.items())}")
        _say(found[name])
    if any(found.values()):
        typer.echo("\n`lapor topics apply` creates what is missing and corrects settings")


@app.command()
def apply(
    *,
    replication: Annotated[
        int, typer.Option(help="Replicas of a topic that is created; -1: the cluster's default.", min=-1)
    ] = -1,
    min_insync: MinInsync = None,
    data_dir: DataDir = None,
) -> None:
    """Create the declared topics that Kafka lacks, and correct the settings of the others: the first step on a new cluster.

    A retention that you have raised stays.

    LAPOR_PARTITIONS is the number of partitions of a new installation; one that is there keeps its number.

    It also writes where each step begins whose mailbox is new, and so it begins by itself, however late that is. `lapor up`
    includes all this. It can be repeated at any time; the exit status is 1 if a topic differs in a way that only you can correct.
    """
    from complaints.bus.control import partitions
    from lapor.local.note import settings_in
    from lapor.processes.wiring import beginner
    from ops.topics import apply as applied
    from ops.topics import compare, number_of

    with _installation(data_dir) as (admin, board, declared):
        begin = beginner(settings_in(data_dir).kafka_required())
        for line in applied(admin, declared.values(), begin, replication=replication, min_insync=min_insync):
            typer.echo(line)
        left, number = compare(admin, declared, min_insync=min_insync), number_of(declared)
        if not any(left.values()) and board.read().partitions is None:
            board.write([partitions(number)])
    for found in left.values():
        _say(found, err=True)
    if any(left.values()):
        raise typer.Exit(1)
    typer.echo(
        f"{len(left)} topics are as declared, with {number} partitions of each mailbox, state and record of events"
    )


@app.command()
def check(*, min_insync: MinInsync = None, data_dir: DataDir = None) -> None:
    """Compare the topics on Kafka with their declarations. This changes nothing.

    A line is printed for each difference. The exit status is 1 if there is one.
    """
    from ops.topics import compare

    with _installation(data_dir) as (admin, _, declared):
        compared = compare(admin, declared, min_insync=min_insync)
    for found in compared.values():
        _say(found)
    if any(compared.values()):
        raise typer.Exit(1)
    typer.echo(f"{len(compared)} topics are as declared")


@contextmanager
def _installation(data_dir: Path | None) -> "Iterator[tuple[Administration, Board, Mapping[str, Topic]]]":
    """Yield the client that administers topics, the control topic, and the declarations with this installation's number of partitions."""
    from complaints.contract import CONTROL, PARTITIONS, topics
    from lapor.local.note import settings_in
    from lapor.processes.wiring import administration, board
    from ops.topics import installed

    settings = settings_in(data_dir)
    brokers, chosen = settings.kafka_required(), settings.partitions or PARTITIONS
    control = board(brokers)
    with administration(brokers) as admin:
        recorded = control.read().partitions if admin.found([CONTROL]) else None
        yield admin, control, installed(admin, topics(), recorded, chosen)


def _word(differences: "Sequence[Difference]") -> str:
    if not differences:
        return "ok     "
    return "missing" if any(one.what == "is not on Kafka" for one in differences) else "differs"


def _say(differences: "Sequence[Difference]", *, err: bool = False) -> None:
    for one in differences:
        typer.echo(f"{one.topic} {one.what}{f'. {one.advice}' if one.advice else ''}", err=err)
