"""The parent of the services: loads the modules and tables that they share into one memory, and forks (see `forks`).

It starts no thread and opens no connection, because neither would survive a fork.
"""

import ctypes
import gc
import json
import os
import runpy
import sys
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final

from complaints.wording import wording
from lapor.processes.clock import today
from normalizer.complaint import Normaliser
from normalizer.language.examples import OF_INTENTS, OF_SEQUELS
from normalizer.language.model import model
from router.learning.models import NO_MODELS
from router.routing import Router

SHARED: Final = (
    "channels.sms.channel",
    "channels.telegram.channel",
    "channels.twitter.channel",
    "channels.web.channel",
    "channels.web.parts",
    "complaints.bus.kafka_python",
    "complaints.bus.step.worker",
    "complaints.storage.bucket",
    "conversation.step",
    "embedded.smsc.server",
    "embedded.telegram.server",
    "embedded.x.server",
    "lapor.commands.stack",
    "lapor.commands.topics",
    "lapor.local.note",
    "lapor.processes.run_channels",
    "lapor.processes.run_view",
    "lapor.processes.services",
    "neighbours.step",
    "router.app",
    "router.cases.step",
    "sinks.clickhouse.migrate",
    "sinks.clickhouse.sink",
)
"""The top modules of the services, which import all others."""

_M_ARENA_MAX: Final = -8
"""The parameter of mallopt(3) for the number of glibc's arenas: with one per thread, a process wastes tens of MiB."""

_PR_SET_NAME: Final = 15
"""The option of prctl(2) that sets the name of a process, of which it keeps 15 bytes."""


def serve() -> None:
    """Answer the requests on standard input, a socket, until it is closed.

    [arguments, environment, log] asks for a fork; the answer is its pid, or the error as a text. A pid asks for the exit status of a fork;
    the answer is null before its end, and the status is returned only once.
    """
    forks: dict[int | None, ForkProcess] = {}
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if isinstance(asked, int):
            answer: int | str | None = forks[asked].exitcode
            if answer is not None:
                del forks[asked]
        else:
            made = ForkProcess(target=run, args=asked)
            try:
                made.start()
                forks[made.pid] = made
                answer = made.pid
            except OSError as error:
                answer = str(error)
        os.write(0, json.dumps(answer).encode() + b"\n")


def run(arguments: list[str], environment: Mapping[str, str], log: str) -> None:
    """Run a module in this forked process, as `python -m` would."""
    os.setsid()  # only the supervisor gets Ctrl-C; it stops the services in order
    if sys.platform == "linux":
        # for ps and top: the command line is the parent's
        ctypes.CDLL(None).prctl(_PR_SET_NAME, f"lapor-{Path(log).stem}".encode())
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    with Path(log).open("ab") as out:
        for output in (1, 2):
            os.dup2(out.fileno(), output)
    os.environ.clear()
    os.environ.update(environment)
    module, *sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


for _name in SHARED:
    import_module(_name)
wording()
Normaliser.load()
model(OF_INTENTS)
model(OF_SEQUELS)
Router.load(model=NO_MODELS, today=today())
gc.collect()
gc.freeze()  # a collection in a fork would write to all pages, and so copy them
if sys.platform == "linux":
    _c = ctypes.CDLL(None)
    if hasattr(_c, "malloc_trim"):  # not in musl
        _c.malloc_trim(0)
        _c.mallopt(_M_ARENA_MAX, 2)

if __name__ == "__main__":
    try:
        serve()
    finally:
        os._exit(0)  # it does not wait for its forks
