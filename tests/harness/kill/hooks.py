"""Watches what a process of the pipeline has in hand, and kills or stops it at the phase that a test orders."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from channels import intake
from channels.safe import Receipt
from channels.sending import run as sending
from channels.sending.draft import Draft
from channels.sending.outcomes import Pauses
from channels.sending.spec import SenderSpec
from channels.sending.worker import Sender
from complaints.bus import Record, StoredRecord
from complaints.bus.step import base, mailbox, worker
from complaints.bus.step.contract import Effect, State, StepSpec
from complaints.bus.step.mailbox import Mailbox
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.worker import Worker
from lapor.processes import run_channels, run_view, services
from sinks.clickhouse import sink
from view.store import Store

QUICK: Final = Pauses(first_s=0.3, most_s=2.0, link_first_s=0.3, link_most_s=2.0)
"""Pauses between two tries of a text: a test does not wait for minutes."""

END_S: Final = 3.0
"""How soon the end of a partition is committed, in seconds: a test does not wait for half a minute."""


def append(path: Path, **said: Any) -> None:
    """Append a line to a file that several processes write."""
    with path.open("a") as file:
        file.write(json.dumps(said | {"at": time.time()}) + "\n")


class Watch:
    """Obeys the order that lies in the process's file: a signal at a phase, when something is in hand."""

    def __init__(self, folder: Path, name: str) -> None:
        self.records = 0
        """How much the worker has in hand: records, rows, texts or messages."""
        self.intents = 0
        """How many texts have an intent, or are about to, and no committed outcome."""
        self.flying: Callable[[], int] = lambda: 0
        """Returns how many texts are on their way."""
        self._name, self._order, self._hits = name, folder / "orders" / name, folder / "hits.jsonl"
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def phase(self, now: str) -> None:
        """Die or stop here if that is ordered and something is in hand."""
        self.at(now, self.records)

    def at(self, now: str, records: int) -> None:
        """Do so with the given number of things in hand."""
        if not records or not self._order.exists():
            return
        with self._lock:
            try:
                order = json.loads(self._order.read_text())
            except FileNotFoundError:
                return
            if order["phase"] != now:
                return
            self._seen[order["id"]] = self._seen.get(order["id"], 0) + 1
            if self._seen[order["id"]] >= order["turn"]:
                self._order.unlink()
                said = {"name": self._name, "records": records, "pid": os.getpid()}
                append(self._hits, **order, **said, intents=self.intents + self.flying())
                os.kill(os.getpid(), signal.Signals[order["signal"]])


def watch_step(watch: Watch) -> None:
    """Let a worker of a step say its phases."""

    class WatchedMailbox(Mailbox):
        def poll(self, most: int, *wait: float) -> list[StoredRecord]:
            found = super().poll(most, *wait)
            watch.records = len(found)
            return found

    class WatchedWorker(Worker):
        def __init__(self, spec: StepSpec, *parts: Any) -> None:
            self._done, function = 0, spec.function

            def watched(state: State | None, record: StoredRecord) -> Effect:
                # not with one record: one that is alone in hand when its worker dies three times is rightly taken for poison
                if watch.records > 1 and self._done == watch.records // 2:
                    watch.phase("deciding")
                self._done += 1
                return function(state, record)

            super().__init__(replace(spec, function=watched), *parts)

        def _transact(self, records: list[StoredRecord], *more: Any, **how: Any) -> list[StoredRecord]:
            watch.records, self._done = len(records), 0
            return super()._transact(records, *more, **how)

    vars(services)["WorkerOptions"] = partial(WorkerOptions, phase=watch.phase)
    vars(base)["Mailbox"] = WatchedMailbox
    vars(mailbox)["END_S"] = END_S
    vars(worker)["Worker"] = WatchedWorker


def watch_channel(watch: Watch) -> None:
    """Let a channel say what it takes, and its sender what it sends."""

    class WatchedIntake(intake.Intake):
        def _keep(self, record: Record, receipt: Receipt) -> "Future[Receipt]":
            answer = super()._keep(record, receipt)
            watch.at("taken", 1)
            answer.add_done_callback(lambda _: watch.at("kept", 1))  # called before the upstream is answered
            return answer

    class WatchedSender(Sender):
        def _commit(self, draft: Draft) -> bool:
            work = draft.pending.work
            watch.flying = lambda: len(self._accounts._flights)  # what a kill hits
            watch.records = len(work.outputs) + len(draft.submits)
            watch.intents = len(draft.submits)
            try:
                return super()._commit(draft)
            finally:
                watch.records = watch.intents = 0

    vars(run_channels).update(
        Intake=WatchedIntake,
        WorkerOptions=partial(WorkerOptions, phase=watch.phase),
        SenderSpec=partial(SenderSpec, pauses=QUICK),
    )
    vars(sending)["Sender"] = WatchedSender


def watch_sink(watch: Watch) -> None:
    """Let the sink say what it inserts."""

    class WatchedSink(sink.Sink):
        def _insert_block(self, table: str, rows: Any, patience_s: float) -> None:
            watch.at("inserting", len(rows))
            super()._insert_block(table, rows, patience_s)
            watch.at("inserted", len(rows))

    vars(sink)["Sink"] = WatchedSink


def watch_view(watch: Watch) -> None:
    """Let the view say what it stores."""

    class WatchedStore(Store):
        def apply(self, changes: Any, next_: Any, *more: Any) -> None:
            watch.at("applying", len(next_))
            super().apply(changes, next_, *more)
            watch.at("applied", len(next_))

    vars(run_view)["Store"] = WatchedStore


WATCHES: Final[dict[str, Callable[[Watch], None]]] = {
    "conversation": watch_step,
    "router": watch_step,
    "neighbours": watch_step,
    "sink": watch_sink,
    "view": watch_view,
}
"""How each service is watched; all others are channels."""
