"""`python -m benchmarks`: measures, prints each figure beside its bar, and exits 1 where a bar is missed."""

import logging
import signal
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import memory, sink, whole_loop
from benchmarks.figures import Figure, table
from benchmarks.processes import Say
from benchmarks.sms import intake, latency
from benchmarks.step import (
    conversation,
    fact_latency,
    million_cases,
    million_citizens,
    million_due,
    router_vs_quix,
    speed,
)
from complaints.errors import LaporError

TABLE_WIDTH = 120
"""Columns where there is no terminal to ask."""


class Which(StrEnum):
    """The benchmarks that can be run."""

    memory = "memory"
    latency = "latency"
    cases = "million-cases"
    due = "million-due"
    sms_latency = "sms-latency"
    sms = "sms"
    conversation = "conversation"
    citizens = "million-citizens"
    whole_loop = "whole-loop"
    step = "step"
    router = "router"
    sink = "sink"
    all = "all"


def main(  # noqa: PLR0913  # one option for each thing that a quick look wants smaller
    which: Annotated[Which, typer.Argument(help="What to measure.")] = Which.all,
    *,
    events: Annotated[
        int, typer.Option(min=1000, help="router: complaints in the mailbox; sink: a fifth of the facts.")
    ] = 200_000,
    rounds: Annotated[
        int, typer.Option(min=1, help="router, sms, conversation, step: how often each is measured.")
    ] = 3,
    messages: Annotated[
        int,
        typer.Option(min=100, help="sms: messages in each round; conversation, whole-loop: a tenth of the messages."),
    ] = 10_000,
    records: Annotated[int, typer.Option(min=10_000, help="step: records in the mailbox.")] = 200_000,
    seconds: Annotated[float, typer.Option(min=1, help="latency, sms-latency: how long at each rate.")] = 60,
    cases: Annotated[int, typer.Option(min=1000, help="million-cases, million-due: the number of cases.")] = 1_000_000,
    timers: Annotated[int, typer.Option(min=100, max=20_000, help="million-due: how many are due at once.")] = 10_000,
    sinks: Annotated[int, typer.Option(min=1, help="sink: the number of its processes.")] = 1,
) -> None:
    """Measure the promises that are figures, on the real Kafka and the real ClickHouse engine, in a temporary folder.

    **router**: a worker of the router's step and a Quix Streams application, exactly once, run the same function with state on the
    same complaints, in turn. Bars: 4,000 complaints per second, and 1.3 times those of Quix Streams. About 15 minutes on two cores; a
    look: `--events 20000 --rounds 1`, 1 minute.

    **latency**: from a complaint on its way to Kafka until a reader of committed records sees its owner. Bars: p50 < 20 ms at 20 per
    second and < 100 ms at 200 per second. About 3 minutes.

    **million-cases**: a worker starts with an empty disk and again after a kill -9. Bars: it works on all partitions after 60 s and after
    15 s, and needs at most 600 MiB. About 3 minutes and 5 GB.

    **million-due**: 10,000 of a million open cases are due at once while 200 complaints per second come. Bars: each is handled once and all
    within 60 s, and p99 from a complaint to its owner < 500 ms. About 5 minutes and 5 GB.

    **sms-latency**: text messages through a warm stack, 1, 20, 60 and 200 per second, after the bare chain: loops that read and write in
    the same transactions and do nothing else. Bars: twice the chain's times, one and a half times its processor time; or owner on Kafka
    25 ms at 20 per second and 70 at 200, reply submitted 45 and 160; case in ClickHouse < 3 s. About 5 minutes; a look: `--seconds 15`.

    **sms**: deliver_sm, three of ten messages in parts, each answered after Kafka acknowledged it; one process, then two, in turn with
    Kannel's bearerbox where that is installed (`apt-get install kannel`). Bars: 0.8 and 1.2 times Kannel's rate, p99 of the answer
    < 50 ms at half the rate of one process. About 1 minute.

    **conversation**: one process of the conversation and a mailbox that is full of text messages. Bar: 4,000 per second. 2 minutes.

    **whole-loop**: processor time of a complaint from SMS in to the reply out and the row in ClickHouse, of each process.
    Bar: 1,300 us. About 3 minutes.

    **million-citizens**: as million-cases, for the conversation. The same bars.

    **step**: one worker of a step with an empty function, 1 kB in, a state of 2 kB and one or two outputs of 700 bytes a record, beside a
    plain loop that reads and writes the same without a transaction. Bar: 20,000 a second. About 3 minutes.

    **sink**: a sink and a million facts that wait, and bare inserts of the same rows. Bars: 40,000 rows per second, half of the bare
    inserts. About 3 minutes and 3 GB.

    **memory**: the idle stack, as the proportional share of pages (PSS). Bar: under 1.1 GB. About 1 minute.

    Progress goes to stderr. The exit status is 1 where a bar is missed, 2 where something could not be measured. Everything that was
    started is stopped and removed at the end, also after Ctrl-C. Nothing else should run meanwhile: what shares the cores is measured too.
    """
    # as Ctrl-C: everything that runs is stopped on the way out
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.getLogger("librdkafka").setLevel(logging.CRITICAL)  # its faults reach us as results
    say = _teller()
    measures: dict[Which, Callable[[], list[Figure]]] = {
        Which.memory: lambda: memory.measure(say=say),
        Which.latency: lambda: fact_latency.measure(seconds=seconds, say=say),
        Which.cases: lambda: million_cases.measure(cases=cases, say=say),
        Which.due: lambda: million_due.measure(cases=cases, due=timers, say=say),
        Which.sms_latency: lambda: latency.measure(seconds=seconds, say=say),
        Which.sms: lambda: intake.measure(messages=messages, rounds=rounds, say=say),
        Which.conversation: lambda: conversation.measure(messages=messages * 10, rounds=rounds, say=say),
        Which.citizens: lambda: million_citizens.measure(citizens=cases, say=say),
        Which.whole_loop: lambda: whole_loop.measure(messages=messages * 10, say=say),
        Which.step: lambda: speed.measure(records=records, rounds=rounds, say=say),
        Which.sink: lambda: sink.measure(events=events * 5, sinks=sinks, say=say),
        Which.router: lambda: router_vs_quix.measure(events=events, rounds=rounds, say=say),
    }
    figures: list[Figure] = []
    try:
        for name, measure in measures.items():
            if which in {name, Which.all}:
                figures += measure()
    except LaporError as error:
        typer.echo(f"benchmarks: {error}", err=True)
        raise typer.Exit(2) from error
    console = Console()
    (console if console.is_terminal else Console(width=TABLE_WIDTH)).print(table(figures))
    raise typer.Exit(0 if all(figure.met for figure in figures) else 1)


def _teller() -> Say:
    began = time.monotonic()

    def say(text: str) -> None:
        typer.echo(f"{time.monotonic() - began:6.0f} s  {text}", err=True)

    return say


if __name__ == "__main__":
    typer.run(main)
