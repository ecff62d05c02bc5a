"""`lapor pause` and `lapor resume`: stop a step for a while, and let a step or a held partition go on."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapor.commands.options import DataDir

if TYPE_CHECKING:
    from complaints.bus.control import Board

Step = Annotated[
    str, typer.Argument(help="The step's name, such as `lapor-router`; of a hold also `lapor-sink/TOPIC`.")
]


def pause(step: Step, *, data_dir: DataDir = None) -> None:
    """Let all workers of a step handle nothing until `lapor resume`, also those that start later. A sender sends nothing meanwhile.

    What comes in is kept, and nothing is lost as long as its retention lasts. `lapor doctor` shows the pause.
    """
    from complaints.bus.control import pause as paused

    _board(step, data_dir).write([paused(step, since_ms=time.time_ns() // 1_000_000)])
    typer.echo(f"{step} is paused; `lapor resume {step}` ends that")


def resume(
    step: Step,
    partition: Annotated[
        int | None, typer.Argument(help="The number of a partition that is held or refused: tries it now.", min=0)
    ] = None,
    *,
    data_dir: DataDir = None,
) -> None:
    """End the pause of a step, or the hold of one of its partitions, or try one now that is refused.

    A partition is held when too many of the step's own records in a row became dead letters (LAPOR_DEAD_LETTER_FUSE). It tries a record
    each minute and goes on by itself when one succeeds; `lapor doctor` shows it. A partition is refused when an operator has to decide
    where it goes on (`lapor offsets set`); it is tried each minute, too.
    """
    from complaints.bus.control import release
    from complaints.bus.control import resume as resumed

    topic = _board(step, data_dir, of_sink=partition is not None)
    control = topic.read()
    held = sorted(number for name, number in control.held.keys() | control.refused.keys() if name == step)
    if partition is None:
        topic.write([resumed(step)])
        typer.echo(f"{step} goes on" if step in control.paused else f"{step} is not paused")
        for number in held:
            said = "refused" if (step, number) in control.refused else "held"
            typer.echo(f"partition {number} of it is {said}; `lapor resume {step} {number}` tries it now")
    elif partition in held:
        topic.write([release(step, partition)])
        typer.echo(f"partition {partition} of {step} goes on")
    else:
        typer.echo(f"partition {partition} of {step} is not held; held are {', '.join(map(str, held)) or 'none'}")


def _board(step: str, data_dir: Path | None, *, of_sink: bool = False) -> "Board":
    """Return the control topic, for a step that exists."""
    from complaints.contract import topics
    from complaints.errors import ConfigurationError
    from lapor.local.note import settings_in
    from lapor.processes.wiring import board
    from sinks.clickhouse.rows import TOPICS
    from sinks.clickhouse.sink import GROUP

    steps = sorted(name for topic in topics().values() for name in topic.steps)
    if of_sink:
        steps += [f"{GROUP}/{name}" for name in TOPICS]
    if step not in steps:
        raise ConfigurationError(f"there is no step {step!r}; the steps are {', '.join(steps)}")
    return board(settings_in(data_dir).kafka_required())
