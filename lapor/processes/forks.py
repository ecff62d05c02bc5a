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
from contextlib import suppress
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, Final

import psutil

PARENT: Final = "lapor.processes.shared"
"""What the parent of the forks imports, and nothing else does."""

LOOK_S: Final = 0.01
"""Seconds between two looks whether a fork has ended."""

_LOCK: Final = threading.Lock()
"""Is held while a fork starts or is asked for its status: each start asks all others, and one status is read once only."""

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
        try:
            self._process = _started(given)
        except (FileNotFoundError, ConnectionRefusedError):
            # somebody has tidied up where the parent's socket was; another parent has another one
            end_parent(with_tracker=False)
            self._process = _started(given)
        self.pid: int = self._process.pid
        self.returncode: int | None = None
        try:
            self._seen: psutil.Process | None = psutil.Process(self.pid)
        except psutil.NoSuchProcess:  # it has ended already
            self._seen = None

    def poll(self) -> int | None:
        """Return its exit status, -n if signal n ended it; None while it runs, even if its parent, which would tell, was killed."""
        with _LOCK:
            code: int | None = self._process.exitcode
            if code is not None and not self._is_there():
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

    def _is_there(self) -> bool:
        """Return whether it runs: it is known by when it started since the machine did, which no change of the clock moves."""
        try:
            return self._seen is not None and self._seen.is_running() and self._seen.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def _send(self, number: signal.Signals) -> None:
        with suppress(psutil.NoSuchProcess):  # its parent has seen its end meanwhile
            if self._seen is not None and self._is_there():
                self._seen.send_signal(number)


def end_parent(*, with_tracker: bool = True) -> None:
    """End the parent of the forks, if there is one, and wait for its end. The next fork has another parent.

    Args:
        with_tracker: whether the process ends, too, that Python starts beside it, and that each running fork needs.
    """
    if (pid := forkserver._forkserver._forkserver_pid) is not None:  # type: ignore[attr-defined]  # noqa: SLF001
        os.kill(pid, signal.SIGKILL)  # it would take a moment to free its tables
        with suppress(FileNotFoundError):  # its socket is gone
            forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001  # there is no public way
    if with_tracker:
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]  # noqa: SLF001


def _started(given: tuple[list[str], Mapping[str, str], Path]) -> Any:
    """Return a new fork.

    Raises:
        OSError: see Fork.
    """
    process = context().Process(target=_run, args=given)  # type: ignore[attr-defined]
    try:
        with _LOCK:
            process.start()
    except EOFError as error:
        raise OSError("the parent of the services ended; the next fork starts another one") from error
    return process


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
        # for ps and top: the command line is the parent's
        ctypes.CDLL(None).prctl(_PR_SET_NAME, f"lapor-{log.stem}".encode())
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    with log.open("ab") as out:
        for output in (1, 2):
            os.dup2(out.fileno(), output)
    os.environ.clear()
    os.environ.update(environment)
    module, *sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
