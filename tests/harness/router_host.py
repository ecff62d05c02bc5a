"""Runs the workers of router and neighbours, a sink and a view, starts again what ends, and kills a worker at the phase a test orders.

`python -m tests.harness.router_host FOLDER NAME...` loads the rules once and forks a process per name, so that a worker that was killed is
back within a second. Each process runs what `lapor run` runs for its name.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from complaints.bus import StoredRecord
from complaints.bus.step import base, worker
from complaints.bus.step.contract import Effect, State
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.worker import Worker
from complaints.runtime.settings import Settings
from lapor.processes import services, wiring
from lapor.processes.routing import router
from neighbours import step as neighbours_step
from router import app as _app  # noqa: F401  # loaded before the fork
from router.cases import step as router_step
from tests.harness.forking import PAUSE_S, append, end_all, forked, serve
from tests.harness.host import NEIGHBOURS


class Watch:
    """Sees each phase of a worker, and obeys the order that lies in the worker's file: a signal at a phase with records in hand."""

    def __init__(self, folder: Path, name: str) -> None:
        self.records = 0
        """How many records the worker has in hand."""
        self.done = 0
        """How many of them the function has come back from."""
        self._name, self._order, self._hits = name, folder / "orders" / name, folder / "hits.jsonl"
        self._seen: dict[str, int] = {}

    def phase(self, now: str) -> None:
        """Die or stop here if that is ordered."""
        try:
            order = json.loads(self._order.read_text())
        except FileNotFoundError:
            return
        if order["phase"] != now or not self.records:
            return
        self._seen[order["id"]] = self._seen.get(order["id"], 0) + 1
        if self._seen[order["id"]] >= order["turn"]:
            self._order.unlink()
            append(self._hits, **order, name=self._name, records=self.records, pid=os.getpid())
            os.kill(os.getpid(), signal.Signals[order["signal"]])

    def deciding(self) -> None:
        """Be at the phase `deciding`, in the middle of a transaction's records.

        Not with one record: one that is alone in hand when its worker dies three times is rightly taken for poison.
        """
        if self.records > 1 and self.done == self.records // 2:
            self.phase("deciding")
        self.done += 1


def run_worker(folder: Path, name: str) -> None:
    """Run a worker of the router or of the neighbours as `lapor run` does, with a watch on its phases."""
    watch = Watch(folder, name)

    class WatchedMailbox(Mailbox):
        def poll(self, *how: Any) -> list[StoredRecord]:
            found = super().poll(*how)
            watch.records = len(found)
            return found

    class WatchedWorker(Worker):
        def _transact(self, records: list[StoredRecord], *more: Any, **how: Any) -> list[StoredRecord]:
            watch.records, watch.done = len(records), 0
            return super()._transact(records, *more, **how)

    def watched(kind: Any) -> Any:
        def made(*parts: Any) -> Callable[[State | None, StoredRecord], Effect]:
            step = kind(*parts)

            def function(state: State | None, record: StoredRecord) -> Effect:
                watch.deciding()
                result: Effect = step(state, record)
                return result

            return function

        return made

    # the services take these from their modules when they are called
    vars(services)["WorkerOptions"] = partial(WorkerOptions, phase=watch.phase)
    vars(base)["Mailbox"], vars(worker)["Worker"] = WatchedMailbox, WatchedWorker
    vars(router_step)["CaseStep"] = watched(router_step.CaseStep)
    vars(neighbours_step)["NeighboursStep"] = watched(neighbours_step.NeighboursStep)
    service = "neighbours" if name.startswith(NEIGHBOURS) else "router"
    services.run_services([service], Settings(ordinal=int(name.removeprefix(NEIGHBOURS))))


def run(folder: Path, name: str) -> None:
    """Run a worker, the sink or the view."""
    if name in {"sink", "view"}:
        services.run_services([name], Settings())
    else:
        run_worker(folder, name)


def _place(name: str) -> str:
    """Return the folder of a worker's states."""
    return f"neighbours/{name.removeprefix(NEIGHBOURS)}" if name.startswith(NEIGHBOURS) else f"router/{name}"


class Processes:
    """The processes by name, each started again until the end."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._running = {name: self._forked(name) for name in names}

    def look(self) -> None:
        """Start again whatever has ended; a worker whose folder is to be wiped begins without it."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            name = next(name for name, running in self._running.items() if running == pid)
            append(self._folder / "events.jsonl", event="ended", name=name, status=os.waitstatus_to_exitcode(status))
            wipe = self._folder / "wipes" / name
            if wipe.exists():
                shutil.rmtree(self._folder / "data" / _place(name))
                wipe.unlink()
            time.sleep(PAUSE_S)
            self._running[name] = self._forked(name)

    def stop(self) -> None:
        """End all in an orderly way."""
        end_all(self._running.values())

    def _forked(self, name: str) -> int:
        return forked(self._folder, name, partial(run, self._folder, name))


def main() -> None:
    """Run the processes of a folder."""
    folder, names = Path(sys.argv[1]), sys.argv[2:]

    def start() -> Processes:
        law = router(Settings())
        vars(wiring)["router_of_worker"] = lambda _: law
        return Processes(folder, names)

    serve(start)


if __name__ == "__main__":
    main()
