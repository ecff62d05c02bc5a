"""The routing worker: a Faust app whose agent reads a channel fed with whole batches, and commits after their answers are on Kafka.

Only this file imports Faust. The feeder, not Faust, owns the offsets: Faust acknowledges what raised and, with concurrency, what is
still in work (docs/adr/0002-batches-through-a-channel.md).
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import faust
import structlog
from mode import Service

from complaints import telemetry
from complaints.bus import Batch, BatchConsumer, Producer
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONTROL
from router.work import Decides, Fuse, process

log = structlog.get_logger()

GROUP = "lapor-router"
TOPICS = (COMPLAINTS, CASE_EVENTS)

POLL_S = 0.5
"""The longest sleep of the feeder: how late it sees a stop or a pause."""

FLUSH_TIMEOUT_S = 60.0
"""A batch that Kafka does not take for so long stops the worker; the batch comes again after the restart."""


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
    """

    brokers: str
    router: Decides
    consumer: BatchConsumer
    producer: Producer
    fuse: Fuse
    batch: int
    turned: Callable[[int], None]


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
    )
    jobs = app.channel(maxsize=1)
    resumed = asyncio.Event()
    resumed.set()

    @app.agent(jobs, name="route", concurrency=1)
    async def route(stream: Any) -> None:
        async for job in stream:
            try:
                await _answer(worker, job.batch)
            except BaseException as error:
                job.done.set_exception(error)  # the feeder stops the worker; nothing of this batch is committed
                raise
            job.done.set_result(None)

    @app.agent(app.topic(CONTROL, value_serializer="raw"), name="obey", concurrency=1)
    async def obey(stream: Any) -> None:
        async for order in stream:
            _obey(order, resumed)

    @app.service
    class Feeder(Service):
        """Polls batches, waits for their answers, commits."""

        async def on_start(self) -> None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="feeder")

        @Service.task
        async def _feed(self) -> None:
            loop, handled = asyncio.get_running_loop(), 0
            while not self.should_stop:
                worker.turned(handled)
                if not resumed.is_set():
                    await self.sleep(POLL_S)
                    continue
                batch = await loop.run_in_executor(self._thread, self._poll)
                if batch:
                    job = _Job(batch, loop.create_future())
                    await jobs.send(value=job)
                    await job.done
                    await loop.run_in_executor(self._thread, worker.consumer.commit, progress(batch))
                    handled += len(batch)

        def _poll(self) -> Batch:
            return worker.consumer.poll(max_records=worker.batch, timeout_s=POLL_S)

        async def on_stop(self) -> None:
            await asyncio.get_running_loop().run_in_executor(self._thread, worker.consumer.close)
            self._thread.shutdown()
            worker.producer.close()

    return app


async def _answer(worker: Worker, batch: Batch) -> None:
    records = process(batch, worker.router, worker.fuse, lambda outcome: telemetry.EVENTS_ROUTED.labels(outcome).inc())
    sent = [worker.producer.send(record) for record in records]
    await asyncio.get_running_loop().run_in_executor(None, worker.producer.flush, FLUSH_TIMEOUT_S)
    for answer in sent:
        answer.result(0)  # raises what Kafka refused: then nothing is committed


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
    faust.Worker(app, loglevel=log_level, redirect_stdouts=False, override_logging=False).execute_from_commandline()
