"""The router's function in a Quix Streams application: `python -m benchmarks.step.quix_app BROKERS GROUP FOLDER`, until SIGTERM."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

from quixstreams import Application, State, message_context
from quixstreams.models import Serializer

from complaints.bus import Record, StoredRecord
from complaints.bus.step.contract import Function
from complaints.bus.step.contract import State as CaseState
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS
from complaints.runtime.settings import Settings
from lapor.processes.collector import settle
from lapor.processes.services import YOUNG_OBJECTS
from lapor.processes.wiring import router_step

COMMIT_EVERY_S = 1.0
"""Quix Streams' default is 5 s. Longer transactions would give it nothing, and readers would wait."""

PRODUCER = {"acks": "all", "linger.ms": 5, "compression.type": "lz4"}
"""As our own producer has them; idempotence and murmur2 are already Quix Streams' default."""

CASE = "case"
"""The one name under which the state of a tracking code is kept."""


class RecordValue(Serializer):  # type: ignore[misc]  # quixstreams is not there where types are checked
    """Our records are bytes already: nothing is serialised twice."""

    def __call__(self, value: Record, ctx: object) -> bytes:  # noqa: ARG002  # Quix Streams passes it by name
        """Return the record's value."""
        return value.value


def handle(  # noqa: PLR0913, PLR0917  # Quix Streams calls it so
    function: Function, value: bytes, key: bytes | None, timestamp_ms: int, headers: Any, state: State
) -> tuple[Record, ...]:
    """Let the step's function handle a message, keep the next state, and return the outputs."""
    at = message_context()
    stored = StoredRecord(at.topic, at.partition, at.offset, key, value, tuple(headers or ()), timestamp_ms)
    held = state.get_bytes(CASE)
    effect = function(None if held is None else CaseState(held), stored)
    if isinstance(effect.state, CaseState):
        state.set_bytes(CASE, effect.state.value)
    elif effect.state is None:
        state.delete(CASE)
    return effect.outputs


def application(brokers: str, group: str, folder: Path) -> Application:
    """Return the application: exactly once, with its own state in RocksDB and in a changelog topic."""
    app = Application(
        broker_address=brokers,
        consumer_group=group,
        state_dir=folder,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=COMMIT_EVERY_S,
        producer_extra_config=PRODUCER,
        loglevel="WARNING",
    )
    out = {name: app.topic(name, value_serializer=RecordValue()) for name in (CASE_EVENTS, CONVERSATIONS)}
    rows = app.dataframe(app.topic(COMPLAINTS, value_deserializer="bytes"))
    function = router_step(Settings.read()).function
    settle(YOUNG_OBJECTS)  # the same as in our own worker
    rows = rows.apply(partial(handle, function), expand=True, metadata=True, stateful=True)
    rows = rows.set_headers(lambda record, _key, _timestamp, _headers: list(record.headers))
    rows.to_topic(lambda record, _key, _timestamp, _headers: out[record.topic], key=lambda record: record.key)
    return app


if __name__ == "__main__":
    application(sys.argv[1], sys.argv[2], Path(sys.argv[3])).run()
