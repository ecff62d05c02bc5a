"""The services of `lapor run`: channels, the router and the sink, each in the foreground until it is told to stop."""

from collections.abc import Sequence

from prometheus_client import start_http_server

from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings, parse_address
from complaints.runtime.telemetry import configure_logging
from lapor.processes.channels import CHANNELS
from lapor.processes.wiring import WORKERS, heartbeats, router, stop_on_signals, store

ROUTER_PATIENCE_S = 20.0
"""Seconds that the router's producer tries to write a record: less than the flush of a batch waits, so the outcome is known by then."""

METRICS_PORT = 9400
"""The port for metrics if LAPOR_METRICS names only a host."""


def run_services(names: Sequence[str], settings: Settings) -> None:
    """Run one or more channels in this process, or one worker.

    Args:
        names: names in the table of channels, or one name in WORKERS.
        settings: the settings of all of them.

    Raises:
        ConfigurationError: a name is unknown, a worker is named together with another service, or a setting is wrong.
    """
    unknown = [name for name in names if name not in {*CHANNELS, *WORKERS}]
    if unknown:
        raise ConfigurationError(f"no service {unknown[0]!r}; there are {', '.join([*CHANNELS, *WORKERS])}")
    if settings.metrics is not None:
        serve_metrics(settings.metrics)
    match names:
        case ["router"]:
            run_router(settings)
        case ["sink"]:
            run_sink(settings)
        case _ if any(name in WORKERS for name in names):
            raise ConfigurationError("a worker needs its own process; only channels can share one")
        case _:
            from lapor.processes.run_channels import run_doors

            run_doors(names, settings)


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
    """Run the routing worker until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: no Kafka is set.
        SystemExit: with the worker's exit status.
    """
    from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer
    from complaints.runtime.fuse import Fuse
    from router import app

    configure_logging("router", settings.log_level)
    brokers, beat = settings.kafka_required(), heartbeats(settings, "router")
    worker = app.Worker(
        brokers=brokers,
        router=router(settings),
        consumer=ConfluentConsumer(brokers, group=app.GROUP, topics=app.TOPICS),
        producer=ConfluentProducer(brokers, timeout_s=ROUTER_PATIENCE_S),
        fuse=Fuse(settings.dead_letter_fuse),
        batch=settings.router_batch,
        turned=lambda handled: beat.beat(handled=handled),
        folder=settings.data / "router",
    )
    app.run(app.build(worker), log_level=settings.log_level)


def run_sink(settings: Settings) -> None:
    """Bring the schema up to date, then run the sink until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: no Kafka or ClickHouse is set, or a migration was changed after it was applied.
        StoreUnavailable: ClickHouse does not answer.
    """
    from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer
    from complaints.runtime.fuse import Fuse
    from sinks.clickhouse.migrate import migrate
    from sinks.clickhouse.rows import TABLES
    from sinks.clickhouse.sink import GROUP, Pace, Sink

    configure_logging("sink", settings.log_level)
    brokers, beat, clickhouse = settings.kafka_required(), heartbeats(settings, "sink"), store(settings)
    migrate(clickhouse)
    producer = ConfluentProducer(brokers)
    sink = Sink(
        ConfluentConsumer(brokers, group=GROUP, topics=list(TABLES)),
        clickhouse,
        producer,
        Pace(most_rows=settings.sink_batch, interval_s=settings.sink_interval_s),
        Fuse(settings.dead_letter_fuse),
    )
    with stop_on_signals() as stop:
        sink.run(stop, lambda rows: beat.beat(rows=rows))
    producer.close()
    clickhouse.close()
