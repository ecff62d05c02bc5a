"""Hosts the router's step on Faust: life cycle, the agent that runs the batches, the control topic, the clock and the web endpoint.

Only this file imports Faust. Faust does not consume the mailbox: the step commits its own offsets, because Faust acknowledges records
whose handler raised, and cannot commit outputs, states and offsets together (docs/adr/0002-batches-through-a-channel.md).
"""

import asyncio
import hmac
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from uuid import uuid4

import faust
import orjson
import structlog
from mode import Service
from prometheus_client import generate_latest

from complaints import tracking
from complaints.bus.step.contract import State
from complaints.contract import CONTROL
from complaints.errors import TrackingCodeError

log = structlog.get_logger()

END_S: Final = 3.0
"""Seconds that Faust has to end on its own after an error; then the process exits at once."""

BEGIN_S: Final = 90.0
"""Seconds until Faust must have started its agents. It starts them when its own consumer has joined; if the broker pauses just then, the
consumer's coordinator may die without an error, and under Compose nothing else would end the process."""

CLOCK_S: Final = 0.2
"""Seconds between two looks for timers that are due."""

STALE_S: Final = 3.0
"""Seconds without a turn after which /health answers 503. A supervisor restarts the worker after as many."""

NOWHERE: Final = ("127.0.0.1", 1)
"""The host and port that Faust gets if it serves no web endpoint: it refuses port 0 even then."""

T = TypeVar("T")


class StepWorker(Protocol):
    """A worker of a step (see complaints.bus.step.worker.Worker). Its calls come from one thread."""

    def open(self) -> None:
        """Prepare to work. Raises an error that ends this process if that is not possible."""

    def turn(self) -> None:
        """Poll once, and handle the records that came. Raises an error that ends this process."""

    def propose_timers(self) -> None:
        """Append the timers that are due to the step's mailbox."""

    def state_of(self, key: bytes) -> State | None:
        """Return the state of a key; None if it has none, or another worker has its partition."""

    def close(self) -> None:
        """End in an orderly way. Does nothing the second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """How the host runs.

    Attributes:
        brokers: host:port, comma-separated, for the control topic.
        folder: Faust's data folder, which it creates although it stores nothing there.
        web: host and port of the web endpoint; None for none.
        key: the bearer token with which operators may see the state of a case.
        beat_age_s: returns the number of seconds since the last heartbeat.
    """

    brokers: str
    folder: Path
    web: tuple[str, int] | None
    key: str
    beat_age_s: Callable[[], float]


class Tick(Enum):
    """The next action of the agent."""

    turn = "turn"
    clock = "clock"


class Host:
    """Runs a step's worker in one thread, call by call, as Faust's event loop asks for it."""

    def __init__(self, worker: StepWorker) -> None:
        """Take the worker; nothing runs yet."""
        self.worker = worker
        self.ended: asyncio.Future[None] | None = None
        self.is_open = self.has_begun = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="step")

    async def call(self, work: Callable[..., T], *arguments: object) -> T:
        """Run a call in the worker's thread, one call after another, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def fail(self, error: BaseException) -> None:
        """End the process with an error; nothing of the current batch is committed.

        Faust waits a minute for a consumer whose broker is away before it ends. The process does not wait longer than END_S.
        """
        log.error("the router ends", fault=repr(error))
        end = threading.Timer(END_S, os._exit, [1])
        end.daemon = True
        end.start()
        if self.ended is not None and not self.ended.done():
            self.ended.set_exception(error)

    async def require_begin(self) -> None:
        """End the process if Faust does not begin in time."""
        await asyncio.sleep(BEGIN_S)
        if not self.has_begun:
            self.fail(TimeoutError(f"Faust has not begun within {BEGIN_S:.0f} s"))

    def shut(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)


def build(worker: StepWorker, options: HostOptions) -> faust.App:
    """Return the Faust app. Run it with `run`."""
    host, port = options.web or NOWHERE
    app = faust.App(
        # Orders go to every worker, so each is a group of its own on the control topic.
        f"lapor-router-control-{uuid4().hex[:12]}",
        broker=f"kafka://{options.brokers.replace(',', ';')}",
        web_enabled=options.web is not None,
        web_bind=host,
        web_host=host,
        web_port=port,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="latest",
        datadir=options.folder,
    )
    hosted, ticks = Host(worker), app.channel()
    _agents(app, hosted, ticks)
    _pages(app, hosted, options)
    app.service(_life_cycle(hosted, ticks))
    return app


def _agents(app: faust.App, host: Host, ticks: Any) -> None:
    async def batches(stream: Any) -> None:
        """Run the step. Nothing else does."""
        async for tick in stream:
            host.has_begun = True
            try:
                await host.call(host.worker.turn if tick is Tick.turn else host.worker.propose_timers)
            except BaseException as error:
                host.fail(error)
                raise
            if tick is Tick.turn:
                await ticks.send(value=Tick.turn)

    async def orders(stream: Any) -> None:
        """Log each order. The worker obeys it: like every step, it reads the topic itself, from the first record."""
        async for order in stream.items():
            log.info("order", about=(order[0] or b"").decode("utf-8", "replace"))

    async def clock() -> None:
        if host.is_open:
            await ticks.send(value=Tick.clock)

    app.agent(ticks, name="batches", concurrency=1)(batches)
    app.agent(app.topic(CONTROL, key_serializer="raw", value_serializer="raw"), name="orders", concurrency=1)(orders)
    app.timer(CLOCK_S)(clock)


def _life_cycle(host: Host, ticks: Any) -> type[Service]:
    """Return the class of the service that opens and closes the worker. Faust instantiates it, so it already holds its parts."""

    class LifeCycle(Service):
        async def on_start(self) -> None:
            host.ended = asyncio.get_running_loop().create_future()
            try:
                await host.call(host.worker.open)
            except BaseException as error:
                host.fail(error)
                raise
            host.is_open = True
            await ticks.send(value=Tick.turn)

        @Service.task
        async def _watch(self) -> None:
            assert host.ended is not None
            await host.ended  # raises the error of a turn, which ends the app

        @Service.task
        async def _begins(self) -> None:
            await host.require_begin()

        async def on_stop(self) -> None:
            """Wait for the current turn, then leave the group, so that other workers take over at once."""
            if host.ended is not None:
                host.ended.cancel()
            if host.is_open:
                await host.call(host.worker.close)
            host.shut()

    return LifeCycle


def _pages(app: faust.App, host: Host, options: HostOptions) -> None:
    async def health(view: Any, _: Any) -> Any:
        age_s = options.beat_age_s()
        well = age_s < STALE_S
        return view.json({"well": well, "last_turn_s": round(age_s, 1)}, status=200 if well else 503)

    async def metrics(view: Any, _: Any) -> Any:
        return view.bytes(generate_latest(), content_type="text/plain; version=0.0.4")

    async def case(view: Any, request: Any, code: str) -> Any:
        said = request.headers.get("Authorization", "")
        if not options.key or not hmac.compare_digest(said.encode(), f"Bearer {options.key}".encode()):
            return view.error(401, "the key of the view is required: Authorization: Bearer ...")
        try:
            key = tracking.parse(code)
        except TrackingCodeError as error:
            return view.error(404, str(error))
        state = await host.call(host.worker.state_of, key.encode())
        if state is None:
            return view.error(404, "this worker holds no such case; another worker may")
        return view.json(orjson.loads(state.value))

    for path, page in (("/health", health), ("/metrics", metrics), ("/cases/{code}", case)):
        app.page(path)(page)


def run(app: faust.App, *, log_level: str) -> None:
    """Run until SIGTERM or SIGINT; the exit status is not 0 if the worker failed."""
    faust.Worker(
        app, loglevel=log_level, quiet=True, redirect_stdouts=False, override_logging=False
    ).execute_from_commandline()
