"""Runs the processes of a kill test as `lapor run` runs them, starts again what ends, and wipes folders between two lives.

`python -m tests.harness.kill.host FOLDER` reads FOLDER/processes.json, the settings of each process by its name such as "sms-0". It
loads the normaliser and the rules once and forks a process for each name, so that one that was killed is back within a second.
"""

import faulthandler
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from pathlib import Path
from typing import Final

from channels.telegram import channel as _telegram
from channels.twitter import channel as _twitter
from channels.web import channel as _web
from channels.webhook import channel as _webhook
from complaints.runtime.settings import Settings
from lapor.processes import services, wiring
from lapor.processes.routing import router
from normalizer.complaint import Normaliser
from router import app as _app
from tests.harness.kill.hooks import WATCHES, Watch, append, watch_channel

__all__ = ["_app", "_telegram", "_twitter", "_web", "_webhook"]  # loaded before the fork

PAUSE_S: Final = 0.2
"""Seconds between the end of a process and its successor's start."""

STOP_S: Final = 30.0
"""How long a process may take to end in an orderly way."""


def run(folder: Path, name: str, settings: dict[str, str]) -> None:
    """Run a service as `lapor run` does, with a watch on its phases."""
    os.environ.update(settings)
    service = name.rpartition("-")[0]
    WATCHES.get(service, watch_channel)(Watch(folder, name))
    services.run_services([service], Settings.read())


def forked(folder: Path, name: str, settings: dict[str, str]) -> int:
    """Start a process, and return its pid."""
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
        run(folder, name, settings)
    except SystemExit as error:
        status = int(error.code or 0)
    except BaseException:  # noqa: BLE001  # the log says what it was, and the process ends anyhow
        traceback.print_exc()
        status = 3
    finally:
        sys.stderr.flush()
        os._exit(status)


def spooled(data: Path) -> int:
    """Return how many records wait in the spools of a process that has ended."""
    total = 0
    for path in (data / "spool").glob("*.db"):
        with sqlite3.connect(path) as spool:
            total += spool.execute("SELECT count(*) FROM spool").fetchone()[0]
    return total


def wiped(data: Path) -> bool:
    """Delete the folder of a process that has ended, but not a spool that holds something. Return whether all of it is gone."""
    keep = spooled(data) > 0
    for path in data.iterdir():
        if not keep or path.name != "spool":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return not keep


class Processes:
    """The processes by name, each started again until the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings: dict[str, dict[str, str]] = json.loads((folder / "processes.json").read_text())
        self._running = {name: forked(folder, name, settings) for name, settings in self._settings.items()}
        self._due: dict[str, float] = {}

    def look(self) -> None:
        """Start again whatever has ended."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            name = next(name for name, running in self._running.items() if running == pid)
            append(self._folder / "events.jsonl", event="ended", name=name, status=os.waitstatus_to_exitcode(status))
            wipe = self._folder / "wipes" / name
            if wipe.exists():
                wipe.unlink()
                whole = wiped(Path(self._settings[name]["LAPOR_DATA"]))
                append(self._folder / "events.jsonl", event="wiped" if whole else "wiped but for the spool", name=name)
            self._due[name] = time.monotonic() + PAUSE_S
        for name in [name for name, due in self._due.items() if due <= time.monotonic()]:
            del self._due[name]
            self._running[name] = forked(self._folder, name, self._settings[name])

    def stop(self) -> None:
        """End all in an orderly way, also frozen ones, and those that do not end in time by force."""
        left = {pid for name, pid in self._running.items() if name not in self._due}
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


def main() -> None:
    """Run the processes of a folder until SIGTERM, or until the test that started this one is gone."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    parent, law, reads = os.getppid(), router(Settings()), Normaliser.load()
    vars(wiring).update(router_of_worker=lambda _: law, normaliser=lambda: reads)
    processes = Processes(Path(sys.argv[1]))
    while not stopped and os.getppid() == parent:
        processes.look()
        time.sleep(0.02)
    processes.stop()


if __name__ == "__main__":
    main()
