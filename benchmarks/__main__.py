"""`python -m benchmarks`: measures, prints each figure beside its bar, and exits 1 where a bar is missed."""

import logging
import signal
import sys
import time
from enum import StrEnum
from typing import Annotated

import orjson
import typer
from rich.console import Console

from benchmarks import latency, memory, router_vs_quix, sms_intake
from benchmarks.figures import Figure, machine, table
from benchmarks.processes import Say
from complaints.errors import LaporError

TABLE_WIDTH = 120
"""Columns where there is no terminal to ask."""


class Which(StrEnum):
    """What can be measured."""

    router = "router"
    latency = "latency"
    memory = "memory"
    sms = "sms"
    all = "all"


def main(  # noqa: PLR0913  # one option for each thing that a quick look wants smaller
    which: Annotated[Which, typer.Argument(help="What to measure.")] = Which.all,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object in place of the table.")] = False,
    events: Annotated[int, typer.Option(min=1000, help="router: complaints in the topic.")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="router, sms: how often each is measured.")] = 3,
    rate: Annotated[float, typer.Option(min=1, max=200, help="latency: deliver_sm a second.")] = 20,
    messages: Annotated[int, typer.Option(min=100, help="sms: deliver_sm in each round.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=1, help="latency: for how long.")] = 60,
) -> None:
    """Measure the promises that are figures, on the real Kafka and the real ClickHouse engine, in a temporary folder.

    **router**: the routing worker and a Quix Streams application run the same routing function on the same complaints, in turn.
    Bar: ours moves at least 0.9 of what Quix Streams moves. About 10 minutes on two cores; a look: `--events 20000`, 2 minutes.

    **latency**: text messages through the SMSC of a fresh stack. Bars: disposition on Kafka p50 < 100 ms, p99 < 1 s;
    case in ClickHouse < 3 s. About 2 minutes.

    **sms**: deliver_sm on one bind, each answered after Kafka acked it; beside Kannel's bearerbox where that is installed
    (`apt-get install kannel`). Bars: 1,500 a second, p99 of the answer < 150 ms. About 1 minute.

    **memory**: the idle stack. Bar: under 1.5 GiB. About 1 minute.

    Progress goes to stderr. The exit status is 1 where a bar is missed, 2 where something could not be measured. Everything that was
    started is stopped and removed at the end, also after Ctrl-C. Nothing else should run meanwhile: what shares the cores is measured too.
    """
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # as Ctrl-C: everything that runs is stopped on the way out
    logging.getLogger("librdkafka").setLevel(logging.CRITICAL)  # its faults reach us as results
    say = _teller()
    figures: list[Figure] = []
    try:
        if which in {Which.memory, Which.all}:
            figures += memory.measure(say=say)
        if which in {Which.latency, Which.all}:
            figures += latency.measure(rate=rate, seconds=seconds, say=say)
        if which in {Which.sms, Which.all}:
            figures += sms_intake.measure(messages=messages, rounds=rounds, say=say)
        if which in {Which.router, Which.all}:
            figures += router_vs_quix.measure(events=events, rounds=rounds, say=say)
    except LaporError as error:
        typer.echo(f"benchmarks: {error}", err=True)
        raise typer.Exit(2) from error
    _print(figures, as_json=as_json)
    raise typer.Exit(0 if all(figure.met for figure in figures) else 1)


def _teller() -> Say:
    began = time.monotonic()

    def say(text: str) -> None:
        typer.echo(f"{time.monotonic() - began:6.0f} s  {text}", err=True)

    return say


def _print(figures: list[Figure], *, as_json: bool) -> None:
    if as_json:
        shown = {"machine": machine(), "figures": [figure.as_json() for figure in figures]}
        sys.stdout.write(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    console = Console()
    (console if console.is_terminal else Console(width=TABLE_WIDTH)).print(table(figures))


if __name__ == "__main__":
    typer.run(main)
