"""Forks processes on request (see `forks`). Run by itself, it is a parent that shares nothing but this module."""

import ctypes
import json
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final

_PR_SET_NAME: Final = 15
"""The option of prctl(2) that sets the name of a process, of which it keeps 15 bytes."""


def main() -> None:
    """Serve, and end without waiting for the forks."""
    try:
        serve()
    finally:
        os._exit(0)


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


if __name__ == "__main__":
    main()
