"""Starts the processes of a supervisor: programs, and our own modules as forks of a parent that has imported what they share."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

PARENT: Final = "lapor.processes.shared"
"""The module that the parent of the forks runs."""

ANSWER_S: Final = 60.0
"""Seconds to wait for an answer of the parent. The first one comes after its imports, which take two or three."""

LOST: Final = 255
"""The exit status that is reported for a fork whose parent, which alone knows the real one, has ended."""

_LOCK: Final = threading.Lock()
"""Held during a request to the parent, which answers one at a time, and returns each exit status only once."""


class Program(subprocess.Popen[bytes]):
    """A program in a session of its own, so that only the supervisor gets Ctrl-C. The processes that it starts are killed with it."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, log: Path, files: Sequence[int] = ()
    ) -> None:
        """Start it.

        Args:
            command: the path of the program and its arguments.
            environment: variables in addition to this process's environment.
            log: the file to which its output is appended.
            files: the numbers of open files that it gets, by the same numbers.

        Raises:
            OSError: it cannot be started.
        """
        with log.open("ab") as out:
            super().__init__(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **environment},
                start_new_session=True,
                pass_fds=files,
            )

    def has_ended(self) -> bool:
        """Return whether it has ended, without reaping it: until it is reaped, no other process group can get its number."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # it has already been reaped
            return True

    def kill(self) -> None:
        """Kill all processes of its session at once, even if it has ended itself but is not reaped yet."""
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses if the whole group has ended
            os.killpg(self.pid, signal.SIGKILL)


class Fork:
    """A forked process that runs a module. It has the methods of Program that a supervisor needs. Thread-safe."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, log: Path) -> None:
        """Start it, in a session of its own.

        Args:
            command: the path of Python, "-m", the module and its arguments, as if it were started without a fork.
            environment: variables in addition to this process's environment.
            log: the file to which its output is appended.

        Raises:
            OSError: there is too little memory, there are too many processes, or a new parent ended at once.
        """
        given = [list(command[2:]), {**os.environ, **environment}, str(log)]
        with _LOCK:
            self._parent, self.pid = _forked(given, command[0], log)
        self.returncode: int | None = None
        try:
            self._seen: psutil.Process | None = psutil.Process(self.pid)
        except psutil.NoSuchProcess:  # it has ended already
            self._seen = None

    def poll(self) -> int | None:
        """Return its exit status, -n if signal n ended it; None while it runs, even if its parent has been killed."""
        if self.returncode is None and self.has_ended():
            with _LOCK:
                if self.returncode is None:
                    self.returncode = self._parent.status(self.pid)
        return self.returncode

    def has_ended(self) -> bool:
        """Return whether it has ended. Its start time since boot identifies it, which no change of the system clock affects."""
        try:
            return self._seen is None or not self._seen.is_running() or self._seen.status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return True

    def terminate(self) -> None:
        """Send it SIGTERM, unless it has ended."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Send it SIGKILL, unless it has ended."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        with suppress(psutil.NoSuchProcess):  # its parent has reaped it meanwhile
            if self._seen is not None and not self.has_ended():
                self._seen.send_signal(number)


def fork(command: Sequence[str], environment: Mapping[str, str], *, log: Path) -> Fork | Program:
    """Start and return a process that runs a module: a Fork on Linux, elsewhere a Program, as forking after imports is not safe there."""
    return (Fork if sys.platform == "linux" else Program)(command, environment, log=log)


class _Parent:
    """The process that forks. It takes requests and answers over an unnamed socket, its standard input; its output goes to a log.

    It inherits no other file of this process, so that a reader of our output sees its end. It ends with this process; its forks do not.
    """

    def __init__(self, python: str, log: Path) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWER_S)
        with ours, theirs, log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603  # our own command line
                [python, "-m", PARENT], stdin=theirs.fileno(), stdout=out, stderr=out, start_new_session=True
            )
            self._link = ours.makefile("rwb")

    def answer(self, asked: object) -> object:
        """Send a request to the parent, and return the answer.

        Raises:
            OSError: the parent has ended, or does not answer.
        """
        self._link.write(json.dumps(asked).encode() + b"\n")
        self._link.flush()
        line = self._link.readline()
        if not line:
            raise ConnectionError("it has ended")
        return json.loads(line)

    def status(self, pid: int) -> int | None:
        """Return the exit status of a fork that has ended, or LOST if the parent has ended; None if its last thread is still ending."""
        try:
            status = self.answer(pid)
        except (OSError, ValueError):  # it has ended, and its socket is closed
            return LOST
        return status if isinstance(status, int) else None

    def end(self) -> None:
        """Kill it, and wait for its end."""
        self._process.kill()  # not SIGTERM: it would take a moment to free its tables
        self._process.wait()
        with suppress(OSError):
            self._link.close()


_PARENTS: Final[list[_Parent]] = []
"""The parent of the next forks, if there is one."""


def end_parent() -> None:
    """End the parent of the forks, if there is one. The next fork starts a new parent."""
    with _LOCK:
        while _PARENTS:
            _PARENTS.pop().end()


def _forked(given: object, python: str, log: Path) -> tuple[_Parent, int]:
    """Ask for a fork, and return its parent and its pid. A parent that has ended is replaced once."""
    while True:
        is_new = not _PARENTS
        if is_new:
            _PARENTS.append(_Parent(python, log))
        try:
            pid = _PARENTS[0].answer(given)
        except OSError as error:
            _PARENTS.pop().end()
            if is_new:
                raise OSError(f"the parent of the services ended; {log} says why") from error
            continue
        if not isinstance(pid, int):
            raise OSError(f"the parent of the services cannot fork: {pid}")
        return _PARENTS[0], pid


def born(process: psutil.Process, booted: float) -> float:
    """Return the start time of a process in seconds since 1970, by the clock as it was when `booted` was read.

    Args:
        process: the process.
        booted: the boot time that the clock gave then, in seconds since 1970. Later changes of the clock do not affect the result.

    Raises:
        psutil.Error: the process no longer runs.
    """
    return process.create_time() - psutil.boot_time() + booted


def is_process(pid: int, started: float, booted: float) -> bool:
    """Return whether the process with this pid and this start time (see `born`) still runs."""
    try:
        process = psutil.Process(pid) if pid else None
        return (
            process is not None
            and abs(born(process, booted) - started) < 1.0
            and process.status() != psutil.STATUS_ZOMBIE  # it has ended, but is not reaped
        )
    except psutil.Error:
        return False
