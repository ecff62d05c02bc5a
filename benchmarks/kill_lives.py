"""Lives of cases on the real Kafka with kill -9 in the middle: python -m benchmarks.kill_lives [--lives 10000] [--kills 100] [--seed N].

All commands and roles, three months on the router's clock, two workers of the router and two of the search for duplicates; Kafka itself
is killed, too. What is on the topics at the end is checked by a second account of cases, replies and deadlines (tests/harness) that shares
no code with the product. The exit status is 1 if anything was lost, done twice, is without an owner or has other days.
"""

import logging
import signal
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.processes import folder
from tests.harness.kill.killer import ANY, Chaos
from tests.harness.lives.trial import LifeTrial, Scale

DAYS = (0, 1, 4, 8, 15, 22, 31, 46, 62, 80)
"""The days on which something is said: a case remembers commands for 90 days, and the trial sends each of them within these."""

WORKERS = 2
"""Of the router, and as many of the search for duplicates."""


def main(
    *,
    lives: Annotated[int, typer.Option(min=50, help="The number of complaints.")] = 10_000,
    kills: Annotated[int, typer.Option(min=8, help="The number of kill -9 of workers.")] = 100,
    seed: Annotated[
        int | None, typer.Option(help="Of all that is left to chance but the moments of the kills.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=1, help="It fails if it takes longer.")] = 45,
) -> None:
    """Let cases live, kill workers, and check everything that is on the topics."""
    # as Ctrl-C: everything that runs is stopped on the way out
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.getLogger("librdkafka").setLevel(logging.CRITICAL)
    chaos = Chaos(
        kills={"router": kills - kills // 2, "neighbours": kills // 2},
        pauses={"router": kills // 20 - kills // 40, "neighbours": kills // 40},
        wipes={ANY: kills // 20},
        kafka=kills // 33,
        pace=1.0,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with folder() as data, Progress(*columns, console=Console(stderr=True)) as progress:
        of_cases, of_kills = progress.add_task("cases", total=lives), progress.add_task("kills", total=kills)

        def tell(cases: int, hits: int) -> None:
            progress.update(of_cases, completed=min(cases, lives))
            progress.update(of_kills, completed=min(hits, kills))

        trial = LifeTrial(data, seed=seed, tell=tell)
        try:
            scale = Scale(lives=lives, days=DAYS, limit_s=60 * minutes)
            trial.run(scale, chaos, {"router": WORKERS, "neighbours": WORKERS})
        except AssertionError as error:
            _print(trial.said)
            typer.echo(f"{error}\n{trial.logs() if 'violations' not in trial.said else ''}", err=True)
            raise typer.Exit(1) from error
        finally:
            trial.close()
    _print(trial.said)


def _print(said: dict[str, object]) -> None:
    """Print what was done and what was found."""
    table = Table("what", "how often")
    for name, value in said.items():
        if isinstance(value, dict):
            for part, number in value.items():
                table.add_row(f"{name}: {part}", str(number))
        else:
            table.add_row(name, str(value))
    Console(width=100).print(table)


if __name__ == "__main__":
    typer.run(main)
