"""The services of `lapor run`: channels, steps, sink and view, each in the foreground until it must stop."""

import resource
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from threading import Event, Thread

import structlog
from prometheus_client import start_http_server

from complaints.bus.step.options import WorkerOptions
from complaints.errors import ConfigurationError, StoreUnavailable
from complaints.runtime.address import parse_address
from complaints.runtime.settings import Settings
from complaints.runtime.telemetry import Heartbeat, configure_logging
from lapor.processes.channels import CHANNELS
from lapor.processes.collector import settle
from lapor.processes.demo_clock import DemoClock
from lapor.processes.wiring import (
    WORKERS,
    case_numbers,
    conversation_step,
    heartbeats,
    neighbours_step,
    router_step,
    stop_on_signals,
    store,
)

log = structlog.get_logger()

ROUTER_WEB_PORT = 9410
"""The port of the router's web endpoint if LAPOR_ROUTER_WEB names only a host."""

METRICS_PORT = 9400
"""The port for metrics if LAPOR_METRICS names only a host."""

REFERENCE_AFTER_S = 60
"""Seconds after its start before the sink fills the reference tables: until then all other parts start."""

ECHOES = 500
"""The number of commands after which a transaction of the neighbours' step ends: one page of supporters causes as many."""

GATHER_S = 0.5
"""Seconds for which the search for duplicates gathers records into one transaction. Nobody waits for it, and a transaction per complaint
would delay the broker's work that citizens wait for."""

YOUNG_OBJECTS = 100_000
"""The number of new objects between two garbage collections in the router. A batch holds tens of thousands until it is committed; then
reference counting frees them. With Python's 700 a sixth of the router's time goes into collections."""

SINK_OBJECTS = 2_000_000
"""The same in the sink, whose two batches of 20,000 records have a million until they are inserted."""

INSERT_S = 300.0
"""Seconds that the sink may be without a heartbeat: one insert of ClickHouse may take long, and its answer has timeouts of its own."""


def run_services(names: Sequence[str], settings: Settings) -> None:
    """Run one or more channels in this process, or one worker: the end of one worker must not end another.

    Raises:
        ConfigurationError: a name is unknown, a worker is named together with another service, or a setting is wrong.
    """
    unknown = [name for name in names if name not in {*CHANNELS, *WORKERS}]
    if unknown:
        raise ConfigurationError(f"no service {unknown[0]!r}; there are {', '.join([*CHANNELS, *WORKERS])}")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump holds the secret, and texts in the clear
    if settings.metrics is not None:
        serve_metrics(settings.metrics)
    match names:
        case ["router"]:
            run_router(settings)
        case ["conversation"]:
            run_conversation(settings)
        case ["neighbours"]:
            run_neighbours(settings)
        case ["sink"]:
            run_sink(settings)
        case ["view"]:
            from lapor.processes.run_view import run_view

            run_view(settings)
        case _ if any(name in WORKERS for name in names):
            raise ConfigurationError("a worker needs its own process; only channels can share one")
        case _:
            from lapor.processes.run_channels import run_channels

            run_channels(names, settings)


def serve_metrics(address: str) -> None:
    """Serve this process's metrics over HTTP, in a separate thread.

    Raises:
        ConfigurationError: the address is not valid, or nothing can listen on it.
    """
    at = parse_address(f"http://{address}", scheme="http", default_port=METRICS_PORT)
    try:
        start_http_server(at.port, addr=at.host)
    except OSError as error:
        raise ConfigurationError(f"LAPOR_METRICS={address} cannot be listened on: {error.strerror}") from error


def run_router(settings: Settings) -> None:
    """Run a worker of the router's step until SIGTERM or SIGINT.

    It checks the data of the law, then claims its ordinal, and then loads the rules. The claim aborts an open transaction of a former
    process, which readers may be waiting for.

    Raises:
        ConfigurationError: no Kafka is set, another worker has this ordinal, or the data of the law have a mistake.
        BusUnavailable: Kafka did not answer in time.
        SystemExit: with the worker's exit status.
    """
    from router.rulebook.whole import require_whole

    require_whole()
    from complaints.bus.step.identity import claim
    from complaints.bus.step.worker import Worker
    from router import app
    from router.cases.step import STEP

    configure_logging("router", settings.log_level)
    options, beat = step_options(settings, "router", batch=settings.router_batch)
    if settings.demo_clock:
        options = replace(options, now_ms=DemoClock(settings.demo_clock).now_ms)
    # no heartbeat yet, else the supervisor would take the loading of the rules for a hang
    identity = claim(STEP, replace(options, heartbeat=lambda: None))
    host = app.HostOptions(
        brokers=options.brokers,
        folder=settings.data / "router" / "faust",
        web=_web_of(settings),
        key=settings.view_key.get_secret_value() if settings.view_key else "",
        beat_age_s=beat.seconds_since,
    )
    worker = Worker(router_step(settings), options, identity)
    settle(YOUNG_OBJECTS)
    try:
        app.run(app.build(worker, host), log_level=settings.log_level)
    except SystemExit as end:
        if not end.code:
            beat.end()
        raise


def run_conversation(settings: Settings) -> None:
    """Run a worker of the conversation's step until SIGTERM or SIGINT.

    It claims its ordinal before it loads the normaliser, as the router does.

    Raises:
        ConfigurationError: no Kafka is set, or another worker has this ordinal.
        BusUnavailable: Kafka did not answer in time.
        Fenced: another worker took over.
    """
    from complaints.bus.step.identity import claim
    from complaints.bus.step.worker import Worker
    from conversation.step import STEP

    configure_logging("conversation", settings.log_level)
    options, beat = step_options(settings, "conversation", batch=settings.conversation_batch)
    identity = claim(STEP, replace(options, heartbeat=lambda: None))
    worker = Worker(conversation_step(settings), options, identity)
    settle(YOUNG_OBJECTS)
    with stop_on_signals() as stop:
        worker.run(stop)
    beat.end()


def run_neighbours(settings: Settings) -> None:
    """Run a worker of the neighbours' step until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: no Kafka is set, or another worker has this ordinal.
        BusUnavailable: Kafka did not answer in time.
        Fenced: another worker took over.
    """
    from complaints.bus.step.worker import Worker

    configure_logging("neighbours", settings.log_level)
    options, beat = step_options(settings, "neighbours", batch=settings.neighbours_batch)
    worker = Worker(neighbours_step(), replace(options, outputs=ECHOES, gather_s=GATHER_S))
    with stop_on_signals() as stop:
        worker.run(stop)
    beat.end()


def step_options(settings: Settings, step: str, *, batch: int) -> tuple[WorkerOptions, Heartbeat]:
    """Return the options of this process's worker of a step, and its heartbeat.

    Args:
        settings: the ordinal, the folder and the brokers.
        step: the name of the service.
        batch: the maximum number of records in one transaction.

    Raises:
        ConfigurationError: no Kafka is set.
    """
    beat = heartbeats(settings, f"{step}-{settings.ordinal}" if settings.ordinal else step)
    options = WorkerOptions(
        brokers=settings.kafka_required(),
        ordinal=settings.ordinal,
        folder=settings.data / step / str(settings.ordinal),
        batch=batch,
        fuse=settings.dead_letter_fuse,
        heartbeat=beat.beat,
    )
    return options, beat


def _web_of(settings: Settings) -> tuple[str, int] | None:
    if settings.router_web is None:
        return None
    at = parse_address(f"http://{settings.router_web}", scheme="http", default_port=ROUTER_WEB_PORT)
    return at.host, at.port


def run_sink(settings: Settings) -> None:
    """Bring the schema up to date, then run the sink until SIGTERM or SIGINT.

    If the database is new, the sink starts at the first records, even if they were stored in another database before.

    Raises:
        BusUnavailable: Kafka does not answer.
        ConfigurationError: no Kafka or ClickHouse is set, a migration was changed after it was applied, or the database is new while other
            sinks run.
        StoreUnavailable: ClickHouse does not answer.
    """
    from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer
    from complaints.bus.confluent.groups import forget
    from complaints.bus.step.held.orders import Orders
    from sinks.clickhouse.migrate import is_new, migrate
    from sinks.clickhouse.rows import TOPICS
    from sinks.clickhouse.sink import GROUP, Pace, Sink, say_deleted

    configure_logging("sink", settings.log_level)
    beat = heartbeats(settings, "sink", within_s=INSERT_S)
    brokers, clickhouse = settings.kafka_required(), store(settings)
    if is_new(clickhouse) and forget(brokers, GROUP):
        log.warning("the database is new although rows were stored before: it is filled again with all that Kafka has")
    number = case_numbers(settings)
    migrate(clickhouse, fingerprint=number(""), cluster=settings.clickhouse_cluster, provinces=settings.provinces)
    producer, orders = ConfluentProducer(brokers), Orders(brokers, GROUP)
    orders.begin()
    sink = Sink(
        ConfluentConsumer(brokers, group=GROUP, topics=list(TOPICS), deleted=partial(say_deleted, producer)),
        clickhouse,
        producer,
        Pace(most_rows=settings.sink_batch, interval_s=settings.sink_interval_s, fuse=settings.dead_letter_fuse),
        orders,
        number=number,
    )
    settle(SINK_OBJECTS)
    with stop_on_signals() as stop:
        Thread(target=_refresh_reference, args=(settings, stop), name="reference", daemon=True).start()
        sink.run(stop, lambda rows: beat.beat(rows=rows))
    orders.close()
    producer.close()
    clickhouse.close()


def _refresh_reference(settings: Settings, stop: Event) -> None:
    """Fill the reference tables, after the start no longer needs the CPU, in a separate process whose memory is freed afterwards."""
    from lapor.processes import reference
    from sinks.clickhouse.migrate import made_of
    from sinks.clickhouse.reference import NAME

    if stop.wait(REFERENCE_AFTER_S):
        return
    try:
        with closing(store(settings)) as own:
            is_filled = made_of(own, NAME) == reference.digest()
    except StoreUnavailable:
        return
    command = [sys.executable, "-m", reference.__name__]
    if not is_filled and subprocess.run(command, check=False).returncode:  # noqa: S603  # our own module
        log.warning("the tables of agencies, regions, topics and days wait for the next start")
