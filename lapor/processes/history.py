"""Writes the records of an invented history to Kafka, while the router is paused."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from complaints.calendar import ms_of
from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings

if TYPE_CHECKING:  # each function imports the client library that it needs
    from complaints.bus import Record
    from ops.analysts.history import History
    from sinks.clickhouse.client import Store

AT_ONCE: Final = 500
"""The number of cases whose records are written together: some megabytes."""

WITHIN_S: Final = 60.0
"""The maximum number of seconds for Kafka to take them."""


def require_paused(settings: Settings) -> None:
    """Check that the router is paused: a running one would not read the documents that others write, and pass them over for ever.

    Raises:
        ConfigurationError: it is not.
        BusUnavailable: Kafka does not answer.
    """
    from lapor.processes.wiring import board
    from router.cases.step import STEP

    if STEP not in board(settings.kafka_required()).read().paused:
        raise ConfigurationError(
            f"the router would not learn of these cases while it works: `lapor pause {STEP}` first; afterwards start the router again,"
            f" then `lapor resume {STEP}`"
        )


def into_topics(settings: Settings, history: "History", store: "Store", *, done: Callable[[int], object]) -> int:
    """Write the records of a history until its end, and return the number of its cases; those that would come later are not among them.

    Args:
        settings: the settings of the running stack.
        history: the history.
        store: ClickHouse as the sink's account, where the history is planned.
        done: called with the number of planned cases so far.

    Raises:
        BusUnavailable: Kafka does not take the records.
        StoreUnavailable: ClickHouse does not answer.
    """
    from complaints.bus.confluent import ConfluentProducer
    from lapor.processes.routing import router
    from lapor.processes.secret import keyring
    from ops.analysts.history import planned
    from ops.analysts.lives import PLANS, Lives, Plan

    lives = Lives(router(settings), keyring(settings), seed=history.seed, until_ms=ms_of(history.end))
    planned_so_far = written = 0
    with closing(ConfluentProducer(settings.kafka_required(), timeout_s=WITHIN_S)) as producer:
        for rows in planned(history, store.execute, PLANS):
            for first in range(0, len(rows), AT_ONCE):
                records: list[Record] = []
                for row in rows[first : first + AT_ONCE]:
                    of_one = lives.records(Plan(*row))
                    records += of_one
                    written += bool(of_one)
                    planned_so_far += 1
                producer.write(records, WITHIN_S)
                done(planned_so_far)
    return written
