"""Runs workers of the router, a sink and a view as processes, starts again what ends, and kills a worker at the phase a test orders.

`python -m tests.harness.router_host FOLDER NAME...` loads the rules once and forks a process per name, so that a worker that was killed is
back within a second. Each process runs what `lapor run` runs for its name.
"""

import faulthandler
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
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
from router import app as _app  # noqa: F401  # loaded before the fork
from router.cases import step
from router.cases.step import CaseStep

PAUSE_S = 0.2
"""Seconds between the end of a process and its successor's start."""

STOP_S = 30.0
"""How long a process may take to end in an orderly way."""


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


def append(path: Path, **said: Any) -> None:
    """Append a line to a file that several processes write."""
    with path.open("a") as file:
        file.write(json.dumps(said | {"at": time.time()}) + "\n")


def run_worker(folder: Path, ordinal: str) -> None:
    """Run a worker of the router as `lapor run router` does, with a watch on its phases."""
    watch = Watch(folder, ordinal)

    class WatchedMailbox(Mailbox):
        def poll(self, *how: Any) -> list[StoredRecord]:
            found = super().poll(*how)
            watch.records = len(found)
            return found

    class WatchedWorker(Worker):
        def _transact(self, records: list[StoredRecord], *, dead: Exception | None = None) -> list[StoredRecord]:
            watch.records, watch.done = len(records), 0
            return super()._transact(records, dead=dead)

    class WatchedStep:
        def __init__(self, *parts: Any) -> None:
            self._step = CaseStep(*parts)  # compiled, so no class can be derived from it

        def __call__(self, state: State | None, record: StoredRecord) -> Effect:
            watch.deciding()
            return self._step(state, record)

    # run_router takes these from their modules when it is called
    vars(services)["WorkerOptions"] = partial(WorkerOptions, phase=watch.phase)
    vars(base)["Mailbox"], vars(worker)["Worker"] = WatchedMailbox, WatchedWorker
    vars(step)["CaseStep"] = WatchedStep
    services.run_router(Settings(ordinal=int(ordinal)))


def forked(folder: Path, name: str) -> int:
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
        if name in {"sink", "view"}:
            services.run_services([name], Settings())
        else:
            run_worker(folder, name)
    except SystemExit as error:
        status = int(error.code or 0)
    except BaseException:  # noqa: BLE001  # the log says what it was, and the process ends anyhow
        traceback.print_exc()
        status = 3
    finally:
        sys.stderr.flush()
        os._exit(status)


class Processes:
    """The processes by name, each started again until the end."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._running = {name: forked(folder, name) for name in names}

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
                shutil.rmtree(self._folder / "data" / "router" / name)
                wipe.unlink()
            time.sleep(PAUSE_S)
            self._running[name] = forked(self._folder, name)

    def stop(self) -> None:
        """End all in an orderly way."""
        for pid in self._running.values():
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        left = set(self._running.values())
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
    """Run the processes until SIGTERM, or until the test that started this one is gone."""
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    law = wiring.router(Settings())
    vars(wiring)["router"] = lambda _: law
    parent, processes = os.getppid(), Processes(folder, names)
    while not stopped and os.getppid() == parent:
        processes.look()
        time.sleep(0.02)
    processes.stop()


if __name__ == "__main__":
    main()
