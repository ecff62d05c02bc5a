"""The sizes nest, so that whatever can be read can be written, and what Kafka is asked for follows from them."""

from pathlib import Path

import pytest

from complaints import limits
from complaints.bus.confluent import profiles
from complaints.bus.deadletter import KEPT_BYTES
from complaints.contract import topics
from tests.harness.tables import each

ROOT = Path(__file__).parents[3]
BROKERS = "127.0.0.1:9092"
READERS = {
    "group_reader": profiles.group_reader(BROKERS, "g"),
    "scanner": profiles.scanner(BROKERS),
    "tail": profiles.tail(BROKERS),
    "peeker": profiles.peeker(BROKERS),
    "mailbox": profiles.mailbox(BROKERS, group="g", member="g-0", client="g-0/disk"),
    "states": profiles.states(BROKERS, committed=True),
}
WRITERS = {
    "writer": profiles.writer(BROKERS, timeout_s=30.0),
    "transactional": profiles.transactional(BROKERS, "g-0"),
}


def test_the_sizes_nest() -> None:
    """Each fits into the next, with the key and the headers of a record."""
    assert limits.MESSAGE_BYTES < limits.COMPLAINT_BYTES < limits.CASE_BYTES < limits.RECORD_BYTES == 1_000_000
    assert limits.RECORD_BYTES + limits.HEADER_ROOM_BYTES < limits.BATCH_BYTES
    assert KEPT_BYTES * 4 / 3 < limits.RECORD_BYTES  # a dead letter holds its record in base64


@each("topic", topics())
def test_every_topic_takes_what_a_client_may_send(topic: str) -> None:
    """A batch and its head of 12 bytes."""
    assert int(topics()[topic].settings["max.message.bytes"]) >= limits.BATCH_BYTES


@pytest.mark.parametrize("name", READERS)
def test_every_reader_sees_committed_records_only_and_fetches_the_largest_batch_at_once(name: str) -> None:
    """And stores no progress by itself. What only looks at the age of a record fetches less."""
    assert READERS[name]["isolation.level"] == "read_committed"
    assert READERS[name]["enable.auto.commit"] is False
    assert READERS[name]["enable.auto.offset.store"] is False
    assert name == "peeker" or READERS[name]["max.partition.fetch.bytes"] >= limits.BATCH_BYTES


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_is_idempotent_and_takes_the_largest_record(name: str) -> None:
    """Keys are hashed as by Java."""
    assert WRITERS[name]["acks"] == "all"
    assert WRITERS[name]["enable.idempotence"] is True
    assert WRITERS[name]["partitioner"] == "murmur2_random"
    assert WRITERS[name]["message.max.bytes"] >= limits.RECORD_BYTES + limits.HEADER_ROOM_BYTES


def test_no_client_has_settings_of_its_own() -> None:
    """A setting that is repeated elsewhere would differ one day."""
    others = [
        path.relative_to(ROOT)
        for package in ("complaints", "channels", "router", "sinks", "ops", "lapor")
        for path in (ROOT / package).rglob("*.py")
        if "bootstrap.servers" in path.read_text("utf-8") and path.name != "profiles.py"
    ]
    assert others == []
