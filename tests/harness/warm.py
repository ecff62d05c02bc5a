"""Runs modules of ours as forks of one warm parent, as `lapor up` does: the imports take up to two seconds of a processor."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from lapor.processes.forks import Fork, Program


class Forked(Fork):
    """A fork with what the tests ask of a process besides."""

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        self._send(signal.Signals(number))

    def wait(self, timeout: float = 30.0) -> int:
        """Return its exit status, once it has ended.

        Raises:
            TimeoutExpired: it has not in time.
        """
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return status


Running = Forked | Program
"""A module that runs."""


def run(module: str, *arguments: str, log: Path, **environment: str) -> Running:
    """Start a module.

    Args:
        module: its name.
        arguments: of its command line.
        log: the file to which its output is appended.
        environment: variables in addition to those of this process.
    """
    log.touch()
    started = Forked if sys.platform == "linux" else Program
    return started([sys.executable, "-m", module, *arguments], environment, log=log)


def alone(module: str, *arguments: str, log: Path) -> Running:
    """Start a module without a parent: all its memory is its own."""
    return Program([sys.executable, "-m", module, *arguments], {}, log=log)
