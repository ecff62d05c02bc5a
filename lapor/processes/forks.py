"""Starts modules of this program as forks of one process that has imported, once, what they share: each is ready sooner and holds less."""

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Final

import psutil

PARENT: Final = "lapor.processes.shared"
"""What the parent of the forks imports, and nothing else does."""

LOOK_S: Final = 0.01
"""Seconds between two looks whether a fork has ended."""

_PR_SET_NAME: Final = 15
"""The option of prctl(2) that sets the name of a process, of which it keeps 15 bytes."""


def context() -> BaseContext:
    """Return how forks are made: by a parent without threads, or, where a fork is not safe after the imports, as new processes."""
    if sys.platform != "linux":
        return get_context("spawn")
    found = get_context("forkserver")
    found.set_forkserver_preload([PARENT])
    return found


class Fork:
    """A process that runs a module. It has the methods of subprocess.Popen that a supervisor needs; any thread may call them."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, log: Path) -> None:
        """Start it, in a session of its own.

        Args:
            command: the path of Python, "-m", the module and its arguments: what would run it without a fork.
            environment: variables in addition to this process's environment.
            log: the file to which its output is appended.

        Raises:
            OSError: there is too little memory, there are too many processes, or the parent has just ended.
        """
        given = (list(command[2:]), {**os.environ, **environment}, log)
        self._process = context().Process(target=_run, args=given)  # type: ignore[attr-defined]
        self._lock = threading.Lock()
        try:
            self._process.start()
        except EOFError as error:
            raise OSError("the parent of the services ended; the next fork starts another one") from error
        self.pid: int = self._process.pid
        self.returncode: int | None = None
        try:
            self._born = psutil.Process(self.pid).create_time()
        except psutil.NoSuchProcess:  # it has ended already
            self._born = 0.0

    def poll(self) -> int | None:
        """Return its exit status, -n if signal n ended it; None while it runs, even if its parent, which would tell, was killed."""
        with self._lock:
            code: int | None = self._process.exitcode
            if code is not None and not is_process(self.pid, self._born):
                self.returncode = code
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit status.

        Raises:
            subprocess.TimeoutExpired: it has not ended after `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
            time.sleep(LOOK_S)
        return code

    def terminate(self) -> None:
        """Ask it to end, unless it has ended."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, unless it has ended."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if is_process(self.pid, self._born):
            os.kill(self.pid, number)


def end_parent() -> None:
    """End the parent of the forks, if there is one, and wait for its end. Call it when no fork runs; the next one has another parent."""
    if (pid := forkserver._forkserver._forkserver_pid) is not None:  # type: ignore[attr-defined]  # noqa: SLF001
        os.kill(pid, signal.SIGKILL)  # it would take a moment to free its tables
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001  # there is no public way
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]  # noqa: SLF001  # which Python starts beside it


def is_process(pid: int, started: float) -> bool:
    """Return whether the process with this pid and this start time, in seconds since 1970, still runs."""
    try:
        process = psutil.Process(pid) if pid else None
        return (
            process is not None
            and abs(process.create_time() - started) < 1.0
            and process.status() != psutil.STATUS_ZOMBIE  # it has ended, and nobody has asked how
        )
    except psutil.Error:
        return False


def _run(arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
    """Be the process that runs a module, as `python -m` would."""
    os.setsid()  # only the supervisor gets Ctrl-C; it stops the services in order
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(
            _PR_SET_NAME, f"lapor-{log.stem}".encode()
        )  # for ps and top: the command line is the parent's
    with log.open("ab") as out:
        for output in (1, 2):
            os.dup2(out.fileno(), output)
    os.environ.clear()
    os.environ.update(environment)
    module, *sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
