"""Measures a line's way through the router beside pydantic's plain pass over the same lines, and what a model adds.

python -m benchmarks.routing.speed FILE [MODEL]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import orjson
from pydantic import BaseModel

from lapor.commands.jsonlines import YOUNG_OBJECTS
from lapor.processes.collector import settle
from router.jsonlines import route_line
from router.routing import Router

ROUNDS = 15
"""Router and pydantic take turns, so that what else the machine does meets both."""

REPEATED = 20
"""How often the file is repeated where a whole process is measured."""

_FIRST = datetime(2026, 1, 1, 3, tzinfo=UTC)


class Line(BaseModel):
    """A line as `lapor route` takes it: the plain pass parses one with this and writes it again."""

    id: str
    channel: str = "web"
    title: str = ""
    text: str
    address: str | None = None
    region: str | None = None
    received_at: datetime | None = None


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def plain(line: bytes) -> bytes:
    """Parse and write a line with pydantic."""
    return Line.model_validate_json(line).model_dump_json().encode()


def full(line: bytes, number: int) -> bytes:
    """Return the line with each field that the router reads, and with a time, so that dates are read too."""
    row = orjson.loads(line)
    kept = {key: row[key] for key in ("id", "title", "text")}
    at = _FIRST + timedelta(hours=number)
    return orjson.dumps({**kept, "channel": "web", "received_at": at.isoformat()})


def microseconds(work: Callable[[bytes], bytes], lines: Sequence[bytes]) -> float:
    """Return the processor's time for a line."""
    start = time.process_time()
    for line in lines:
        work(line)
    return (time.process_time() - start) / len(lines) * 1e6


def ratio(title: str, route: Callable[[bytes], bytes], lines: Sequence[bytes]) -> None:
    """Print both times and their ratio: the best of all rounds, and the middle one."""
    times = [(microseconds(plain, lines), microseconds(route, lines)) for _ in range(ROUNDS)]
    both = [tuple(pick(column) for column in zip(*times, strict=True)) for pick in (min, median)]
    for name, (plainly, routed) in zip(("best", "middle"), both, strict=True):
        say(
            f"{title}, {name}: pydantic {plainly:.1f} us, router {routed:.1f} us = {1e6 / routed:,.0f} lines/s,"
            f" {routed / plainly:.1f} times"
        )


def added(alone: Callable[[bytes], bytes], both: Callable[[bytes], bytes], lines: Sequence[bytes]) -> None:
    """Print what a model adds to the time of a line: the best of all rounds, and the middle one."""
    times = [(microseconds(alone, lines), microseconds(both, lines)) for _ in range(ROUNDS)]
    for name, pick in (("best", min), ("middle", median)):
        rules, model = (pick(column) for column in zip(*times, strict=True))
        say(
            f"with a model, {name}: rules alone {rules:.1f} us, with the model {model:.1f} us = {model / rules - 1:+.0%}"
        )


def process(title: str, lines: Sequence[bytes], cache: str, *options: str) -> None:
    """Print how long a whole `lapor route --json` takes, and the most memory that any has taken so far."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(b"\n".join(lines))
        file.flush()
        command = [sys.executable, "-m", "lapor", "route", "--json", *options, file.name]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env={**os.environ, "XDG_CACHE_HOME": cache})  # noqa: S603 - our own program
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    say(
        f"{title}: {seconds:.2f} s ({worked:.2f} s of processors) for {len(lines)} lines; at most {after.ru_maxrss >> 10} MiB"
    )


def main() -> None:
    """Measure, in this process and in fresh ones."""
    as_is = [line for line in Path(sys.argv[1]).read_bytes().splitlines() if line.strip()]
    lines = [full(line, number) for number, line in enumerate(as_is)]
    with tempfile.TemporaryDirectory() as cache:
        process("a fresh process, nothing cached, one line", lines[:1], cache)
        process("a fresh process, one line", lines[:1], cache)
        process("a fresh process, --jobs 1", lines * REPEATED, cache)
        process("a fresh process, --jobs 2", lines * REPEATED, cache, "--jobs", "2")
        for model in sys.argv[2:]:
            process("a fresh process, --jobs 1, with a model", lines * REPEATED, cache, "--model", model)
    route = partial(route_line, Router.load())
    for title, some in (("lines with each field", lines), ("lines as the file has them", as_is)):
        microseconds(route, some)
        ratio(title, route, some)
    for model in sys.argv[2:]:
        with_model = Router.load(model=Path(model))
        settle(YOUNG_OBJECTS)  # as `lapor route` does
        added(route, partial(route_line, with_model), lines)


if __name__ == "__main__":
    main()
