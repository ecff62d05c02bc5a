"""The router's work in a Quix Streams application: `python -m benchmarks.quix_app BROKERS GROUP`, until SIGTERM."""

import sys
from functools import partial
from typing import Any

from quixstreams import Application, message_context
from quixstreams.models import Serializer

from complaints.bus import Record, StoredRecord
from complaints.contract import COMPLAINTS, DISPOSITIONS, REPLIES
from complaints.runtime.settings import Settings
from lapor.processes.wiring import router
from router.work import Decides, answers

PRODUCER = {"acks": "all", "linger.ms": 5}
"""As our own producer has them; idempotence and murmur2 are already Quix Streams' default."""


class RecordValue(Serializer):  # type: ignore[misc]  # quixstreams is not there where types are checked
    """Our records are bytes already: nothing is serialised twice."""

    def __call__(self, value: Record, ctx: object) -> bytes:  # noqa: ARG002  # Quix Streams passes it by name
        """Return the record's value."""
        return value.value


def answer(router: Decides, value: bytes, key: bytes | None, timestamp_ms: int, headers: Any) -> list[Record]:
    """Return what our own worker returns for the same message."""
    at = message_context()
    stored = StoredRecord(at.topic, at.partition, at.offset, key, value, tuple(headers or ()), timestamp_ms)
    return answers(stored, router)


def application(brokers: str, group: str) -> Application:
    """Return the application: its defaults, without the console's progress lines and the state it has no use for."""
    app = Application(
        broker_address=brokers,
        consumer_group=group,
        auto_offset_reset="earliest",
        processing_guarantee="at-least-once",
        producer_extra_config=PRODUCER,
        auto_create_topics=False,
        use_changelog_topics=False,
        loglevel="WARNING",
    )
    out = {name: app.topic(name, value_serializer=RecordValue()) for name in (DISPOSITIONS, REPLIES)}
    rows = app.dataframe(app.topic(COMPLAINTS, value_deserializer="bytes"))
    rows = rows.apply(partial(answer, router(Settings.read())), expand=True, metadata=True)
    rows = rows.set_headers(lambda record, _key, _timestamp, _headers: list(record.headers))
    rows.to_topic(lambda record, _key, _timestamp, _headers: out[record.topic], key=lambda record: record.key)
    return app


if __name__ == "__main__":
    application(sys.argv[1], sys.argv[2]).run()
