"""What the hosts of the kill tests share: forked processes that note their lives, and their end."""

import faulthandler
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

PAUSE_S = 0.2
"""Seconds between the end of a process and its successor's start."""

STOP_S = 30.0
"""How long a process may take to end in an orderly way."""


def append(path: Path, **said: Any) -> None:
    """Append a line to a file that several processes write."""
    with path.open("a") as file:
        file.write(json.dumps(said | {"at": time.time()}) + "\n")


def forked(folder: Path, name: str, work: Callable[[], None]) -> int:
    """Start a process, and return its pid.

    Args:
        folder: of its log and of the file of events.
        name: of the process.
        work: what it does.
    """
    pid = os.fork()
    if pid:
        append(folder / "events.jsonl", event="started", name=name, pid=pid)
        return pid
    status = 0
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        faulthandler.register(signal.SIGUSR1)  # a test that waits in vain asks where the process is
        work()
    except SystemExit as error:
        status = int(error.code or 0)
    except BaseException:  # noqa: BLE001  # the log says what it was, and the process ends anyhow
        traceback.print_exc()
        status = 3
    finally:
        sys.stderr.flush()
        os._exit(status)


def end_all(pids: Iterable[int]) -> None:
    """End processes in an orderly way, also frozen ones, and those that do not end in time by force."""
    left = set(pids)
    for pid in left:
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while left:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        left.discard(pid)
        if not pid:
            time.sleep(0.05)
        if time.monotonic() > deadline:
            deadline += STOP_S
            for late in left:
                os.kill(late, signal.SIGKILL)


class Processes(Protocol):
    """Processes of which each is started again until the end."""

    def look(self) -> None:
        """Start again whatever has ended."""

    def stop(self) -> None:
        """End all in an orderly way."""


def serve(start: Callable[[], Processes]) -> None:
    """Start processes and run them until SIGTERM, or until the test that started this one is gone."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    parent, processes = os.getppid(), start()
    while not stopped and os.getppid() == parent:
        processes.look()
        time.sleep(0.02)
    processes.stop()
