"""Reads topics to their end as a reader of committed records does. It shares no code with the product."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from logging import getLogger
from pathlib import Path
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

SCHEMAS = Path(__file__).resolve().parents[3] / "complaints/contract/schemas"

READ_S = 60.0
"""How long it may take to read one topic."""


class Entry(NamedTuple):
    """A committed record.

    Attributes:
        partition: where it is.
        offset: its place there.
        key: the key.
        value: the bytes; None for a tombstone.
        headers: by name.
        at_ms: when Kafka appended it, in milliseconds since 1970.
    """

    partition: int
    offset: int
    key: bytes
    value: bytes | None
    headers: dict[str, bytes]
    at_ms: int

    @property
    def said(self) -> Any:
        """The JSON in the value, with the defaults of the schema of its type: a writer leaves them out. It is not to be changed."""
        type_ = self.headers.get("ce_type", b"" if self.key.startswith(b"\0") else b"case.v1")  # a state has none
        return _said(self.value or b"null", type_.rpartition(b".")[0].rpartition(b".")[2].decode())


@lru_cache(maxsize=1 << 14)  # a checker asks for each many times
def _said(value: bytes, name: str) -> Any:
    return filled(json.loads(value), name)


def filled(said: Any, name: str) -> Any:
    """Return JSON of a type of records with the defaults of its schema."""
    schema = schema_of(name)
    return whole(said, schema, schema.get("$defs", {}))


@cache
def schema_of(name: str) -> Any:
    """Return the JSON Schema of a type of records; empty if there is none."""
    path = SCHEMAS / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def whole(said: Any, schema: Any, types: Any) -> Any:
    """Return JSON with the defaults that its schema names."""
    kinds = schema.get("discriminator", {}).get("mapping", {})
    if isinstance(said, dict) and said.get("kind") in kinds:
        schema = {"$ref": kinds[said["kind"]]}
    while "$ref" in schema:
        schema = types[schema["$ref"].rpartition("/")[2]]
    if isinstance(said, list):
        return [whole(one, schema.get("items", {}), types) for one in said]
    if not isinstance(said, dict):
        return said
    if "anyOf" in schema:
        return whole(said, next((one for one in schema["anyOf"] if one.get("type") != "null"), {}), types)
    fields = schema.get("properties", {})
    defaults = {name: one["default"] for name, one in fields.items() if one.get("default") is not None}
    return defaults | {name: whole(one, fields.get(name, {}), types) for name, one in said.items()}


class Topics(NamedTuple):
    """What is on Kafka: the entries of each topic, those of one partition in their order."""

    complaints: list[Entry]
    facts: list[Entry]
    cases: list[Entry]
    conversations: list[Entry]
    letters: list[Entry]
    neighbours: list[Entry]
    sends: list[Entry]
    events: list[Entry]

    @classmethod
    def read(cls, brokers: str) -> "Topics":
        """Read them all."""
        return cls(*(list(committed(brokers, f"lapor.{name}")) for name in TOPICS))

    def copy(self) -> "Topics":
        """Return another one that can be changed."""
        return Topics(*map(list, self))


TOPICS = (
    "complaints",
    "case-events",
    "cases",
    "conversations",
    "deadletters",
    "neighbours",
    "sends",
    "message-events",
)
"""The names of the topics, without "lapor."."""


def kind_of(entry: Entry) -> str:
    """Return the name of the event in a record: "received", "reply", "send" and so on."""
    parts = entry.headers.get("ce_type", b"").decode().split(".")
    return parts[3] if parts[:3] == ["id", "go", "lapor"] else ""


def of_kind(entries: list[Entry], kind: str) -> list[Entry]:
    """Return the records of one kind."""
    return [entry for entry in entries if kind_of(entry) == kind]


def reader(brokers: str, *topics: str, whole: bool = False) -> Consumer:
    """Return a consumer of committed records of topics, from their first one on.

    Args:
        brokers: host:port.
        topics: that it reads.
        whole: whether it is told the end of each partition; else a broker that is away is no news to it.
    """
    settings: dict[str, str | int | bool] = {
        "bootstrap.servers": brokers,
        "group.id": "checker",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 20,  # at the end of a topic the broker answers only after this time
    }
    patient = {"reconnect.backoff.ms": 300, "reconnect.backoff.max.ms": 500, "log_level": 0}
    made = Consumer(settings | ({"enable.partition.eof": True} if whole else patient), logger=getLogger("librdkafka"))
    partitions = {name: made.list_topics(name, timeout=10).topics[name].partitions for name in topics}
    made.assign([TopicPartition(name, number, 0) for name, numbers in partitions.items() for number in numbers])
    return made


def committed(brokers: str, topic: str) -> Iterator[Entry]:
    """Yield the committed records of a topic, up to its end now; those of one partition in their order."""
    followed = Followed(brokers, topic)
    yield from followed.read()
    followed.close()


class Followed:
    """A topic that is read on each time: whoever waits for something asks often, and most of it has been read."""

    def __init__(self, brokers: str, topic: str) -> None:
        """Begin at the first record."""
        self._consumer, self._topic = reader(brokers, topic, whole=True), topic
        self._at = {at.partition: 0 for at in self._consumer.assignment()}
        self._entries: list[Entry] = []

    def read(self) -> list[Entry]:
        """Return the committed records up to the end now."""
        deadline, left = time.monotonic() + READ_S, set(self._at)
        ends = {at: self._end(at, deadline) for at in left}
        while left := {at for at in left if self._at[at] < ends[at]}:
            assert time.monotonic() < deadline, f"{self._topic} could not be read to its end"
            first = self._consumer.poll(0.2)  # `consume` alone would wait the whole time for the last records
            for message in [] if first is None else [first, *self._consumer.consume(1000, timeout=0)]:
                place, offset = message.partition() or 0, message.offset() or 0
                if message.error() is None:
                    self._entries.append(_entry(message))
                    offset += 1
                self._at[place] = max(self._at[place], offset)
        return list(self._entries)

    def _end(self, partition: int, deadline: float) -> int:
        """Return the end of a partition; one that has no leader for a moment, as after a start of the broker, is waited for."""
        while True:
            try:
                return self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=10)[1]
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                with suppress(KafkaException):
                    # the client takes a topic that was not there yet for gone
                    self._consumer.list_topics(self._topic, timeout=1)
                time.sleep(0.1)

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close()


def _entry(message: Message) -> Entry:
    headers = {at[0]: at[1] if isinstance(at[1], bytes) else b"" for at in message.headers() or []}
    place = (message.partition() or 0, message.offset() or 0)
    return Entry(*place, message.key() or b"", message.value(), headers, at_ms=message.timestamp()[1])
