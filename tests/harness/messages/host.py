"""Runs the processes of a whole pipeline as `lapor run` runs them, starts again what ends, and wipes folders between two lives.

`python -m tests.harness.messages.host FOLDER` reads FOLDER/processes.json, the settings of each process by its name such as "sms-0". It
loads the normaliser and the rules once and forks a process for each name, so that one that was killed is back within a second.
"""

import json
import os
import shutil
import sqlite3
import sys
import time
from functools import partial
from pathlib import Path

from channels.telegram import channel as _telegram
from channels.twitter import channel as _twitter
from channels.web import channel as _web
from channels.webhook import channel as _webhook
from complaints.runtime.settings import Settings
from lapor.processes import services, wiring
from lapor.processes.routing import router
from normalizer.complaint import Normaliser
from router import app as _app
from tests.harness.forking import PAUSE_S, append, end_all, forked, serve
from tests.harness.messages.hooks import WATCHES, Watch, watch_channel

__all__ = ["_app", "_telegram", "_twitter", "_web", "_webhook"]  # loaded before the fork


def run(folder: Path, name: str, settings: dict[str, str]) -> None:
    """Run a service as `lapor run` does, with a watch on its phases."""
    os.environ.update(settings)
    service = name.rpartition("-")[0]
    WATCHES.get(service, watch_channel)(Watch(folder, name))
    services.run_services([service], Settings.read())


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

    def __init__(self, folder: Path, settings: dict[str, dict[str, str]]) -> None:
        self._folder, self._settings = folder, settings
        self._running = {name: self._forked(name) for name in settings}
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
            self._running[name] = self._forked(name)

    def stop(self) -> None:
        """End all in an orderly way."""
        end_all(pid for name, pid in self._running.items() if name not in self._due)

    def _forked(self, name: str) -> int:
        return forked(self._folder, name, partial(run, self._folder, name, self._settings[name]))


def main() -> None:
    """Run the processes of a folder."""
    folder = Path(sys.argv[1])

    def start() -> Processes:
        law, reads = router(Settings()), Normaliser.load()
        vars(wiring).update(router_of_worker=lambda _: law, normaliser=lambda: reads)
        return Processes(folder, json.loads((folder / "processes.json").read_text()))

    serve(start)


if __name__ == "__main__":
    main()
