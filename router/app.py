"""The routing worker: a Faust app whose agent reads a channel fed with whole batches, and commits after their answers are on Kafka.

Only this file imports Faust. The feeder, not Faust, owns the offsets: Faust acknowledges what raised and, with concurrency, what is
still in work (docs/adr/0002-batches-through-a-channel.md).
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import faust
import structlog
from mode import Service

from complaints.bus import Batch, BatchConsumer, Record
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONTROL
from complaints.runtime import telemetry
from complaints.runtime.fuse import Fuse
from router.work import Decides, process

log = structlog.get_logger()

GROUP = "lapor-router"
TOPICS = (COMPLAINTS, CASE_EVENTS)

POLL_S = 0.5
"""The longest sleep of the feeder: how late it sees a stop or a pause."""

FINISH_S = 8.0
"""How long a stop waits for the batch in work: less than a supervisor waits before it kills."""

FLUSH_TIMEOUT_S = 25.0
"""A batch that Kafka does not take for so long stops the worker; it comes again after the restart. Less than a stuck loop is given."""


class Writes(Protocol):
    """Writes whole batches."""

    def write(self, records: Collection[Record], timeout_s: float) -> None:
        """Write records and return when Kafka has all of them; wait at most `timeout_s` seconds.

        Raises:
            BusUnavailable: it did not take them in time.
            ContractViolation: it never will take one of them.
        """

    def close(self) -> None:
        """Let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What the app is made of.

    Attributes:
        brokers: host:port, comma-separated, for Faust's own control topic.
        router: decides.
        consumer: reads TOPICS for GROUP; only the feeder's thread touches it.
        producer: writes the answers.
        fuse: stops the worker when everything is a dead letter.
        batch: most records at once.
        turned: is called each time the loop turns, with the number of records handled so far.
        folder: for Faust, which makes one even where it keeps nothing.
    """

    brokers: str
    router: Decides
    consumer: BatchConsumer
    producer: Writes
    fuse: Fuse
    batch: int
    turned: Callable[[int], None]
    folder: Path


@dataclass(frozen=True, slots=True)
class _Job:
    batch: Batch
    done: "asyncio.Future[None]"


def build(worker: Worker) -> faust.App:
    """Return the Faust app. Run it with `run`."""
    app = faust.App(
        # Orders go to every worker, so each is a group of its own on the control topic.
        f"lapor-router-control-{uuid4().hex[:12]}",
        broker=f"kafka://{worker.brokers.replace(',', ';')}",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="latest",
        datadir=worker.folder,
    )
    jobs, resumed = app.channel(maxsize=1), asyncio.Event()
    resumed.set()

    async def route(stream: Any) -> None:
        async for job in stream:
            await _do(worker, job)

    async def obey(stream: Any) -> None:
        async for order in stream:
            _obey(order, resumed)

    app.agent(jobs, name="route", concurrency=1)(route)
    app.agent(app.topic(CONTROL, value_serializer="raw"), name="obey", concurrency=1)(obey)
    app.service(_feeder(worker, jobs, resumed))
    return app


def _feeder(worker: Worker, jobs: Any, resumed: asyncio.Event) -> type[Service]:
    """Faust makes its services itself, from a class: this one is already given its parts."""

    class Fed(Feeder):
        def __init__(self, **options: Any) -> None:
            super().__init__(worker, jobs, resumed, **options)

    return Fed


async def _do(worker: Worker, job: _Job) -> None:
    try:
        await _answer(worker, job.batch)
    except BaseException as error:
        job.done.set_exception(error)  # the feeder stops the worker; nothing of this batch is committed
        raise
    job.done.set_result(None)


class Feeder(Service):
    """Polls batches, waits for their answers, commits. One thread of its own touches the consumer."""

    def __init__(self, worker: Worker, jobs: Any, resumed: asyncio.Event, **options: Any) -> None:
        """Keep the parts; `options` are those of a service."""
        super().__init__(**options)
        self._worker = worker
        self._jobs = jobs
        self._resumed = resumed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feeder")
        self._working = asyncio.Lock()

    @Service.task
    async def _feed(self) -> None:
        handled = 0
        while not self.should_stop:
            self._worker.turned(handled)
            if not self._resumed.is_set():
                await self.sleep(POLL_S)
                continue
            async with self._working:
                if not self.should_stop:
                    handled += await self._one_batch()

    async def _one_batch(self) -> int:
        """Poll, wait for the answers, commit; return how many records that were."""
        loop = asyncio.get_running_loop()
        batch = await loop.run_in_executor(self._thread, self._poll)
        if batch:
            job = _Job(batch, loop.create_future())
            await self._jobs.send(value=job)
            await job.done
            await loop.run_in_executor(self._thread, self._worker.consumer.commit, progress(batch))
        return len(batch)

    def _poll(self) -> Batch:
        return self._worker.consumer.poll(max_records=self._worker.batch, timeout_s=POLL_S)

    async def on_stop(self) -> None:
        """Finish the batch in work, then leave the group, so that others take over at once."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._working.acquire(), FINISH_S)  # a batch not finished by then comes again
        await asyncio.get_running_loop().run_in_executor(self._thread, self._worker.consumer.close)
        self._thread.shutdown()
        self._worker.producer.close()


async def _answer(worker: Worker, batch: Batch) -> None:
    outcomes: list[str] = []
    records = process(batch, worker.router, worker.fuse, outcomes.append)
    for outcome, count in Counter(outcomes).items():
        telemetry.EVENTS_ROUTED.labels(outcome).inc(count)
    # what it raises stops the worker: then nothing is committed
    await asyncio.get_running_loop().run_in_executor(None, worker.producer.write, records, FLUSH_TIMEOUT_S)


def _obey(order: bytes, resumed: asyncio.Event) -> None:
    try:
        name = json.loads(order)["order"]
    except (ValueError, KeyError, TypeError):
        name = None
    match name:
        case "pause":
            resumed.clear()
        case "resume":
            resumed.set()
        case _:
            log.warning("unknown order")
            return
    log.info("order obeyed", order=name)


def progress(batch: Batch) -> dict[tuple[str, int], int]:
    """Return the next offset to read of each partition in the batch."""
    return {(record.topic, record.partition): record.offset + 1 for record in batch}


def run(app: faust.App, *, log_level: str) -> None:
    """Run until SIGTERM or SIGINT; the exit status is not 0 where the worker crashed."""
    faust.Worker(
        app, loglevel=log_level, quiet=True, redirect_stdouts=False, override_logging=False
    ).execute_from_commandline()
