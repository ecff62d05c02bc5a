"""Runs the view: one thread copies the topics into a local table, and the main thread serves it."""

import threading
from typing import Final

from complaints.bus.confluent import ConfluentTail
from complaints.errors import ConfigurationError
from complaints.runtime.address import parse_address
from complaints.runtime.http_server import configured_socket, serve
from complaints.runtime.settings import Settings
from complaints.runtime.telemetry import configure_logging
from lapor.processes.collector import settle
from lapor.processes.wiring import case_numbers, heartbeats, stop_on_signals
from view.freshness import Freshness
from view.http import View, application
from view.news import News
from view.reader import Reader
from view.rows import TOPICS
from view.store import Store

VIEW_PORT: Final = 8090
"""The port if LAPOR_VIEW names only a host."""

YOUNG_OBJECTS: Final = 50_000
"""Number of new objects between two garbage collections: a batch of records makes hundreds of thousands, which reference counting frees."""

FINISH_S: Final = 30.0
"""Seconds to wait at the end for the batch that is being stored."""


def run_view(settings: Settings) -> None:
    """Run the view until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: no Kafka, no address to listen on or no key is set, or the folder cannot be written.
        UnavailableError: the local copy is broken; the next start makes a new one.
    """
    configure_logging("view", settings.log_level)
    if settings.view is None or settings.view_key is None:
        raise ConfigurationError("no address or no key for the view: set LAPOR_VIEW=host:port and LAPOR_VIEW_KEY")
    brokers, beat = settings.kafka_required(), heartbeats(settings, "view")
    at = parse_address(f"http://{settings.view}", scheme="http", default_port=VIEW_PORT)
    listener = configured_socket(at.host, at.port, setting="LAPOR_VIEW")
    store, freshness, news = Store(settings.data / "view" / "cases.db"), Freshness(), News()
    reader = Reader(
        ConfluentTail(brokers, topics=TOPICS),
        store,
        number=case_numbers(settings),
        freshness=freshness,
        news=news,
    )
    crashes: list[BaseException] = []
    settle(YOUNG_OBJECTS)
    with stop_on_signals() as stop:

        def read() -> None:
            try:
                reader.run(stop, beat.beat)
            except BaseException as error:  # noqa: BLE001  # raised again in the main thread
                crashes.append(error)
            finally:
                stop.set()  # a view that no longer reads must not keep answering

        thread = threading.Thread(target=read, name="view-reader", daemon=True)
        thread.start()
        serve(application(View(store, freshness=freshness, news=news), settings.view_key), listener, stop, lambda: None)
        stop.set()
        thread.join(FINISH_S)
    store.close()
    if crashes:
        raise crashes[0]
