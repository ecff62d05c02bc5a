"""Starts real servers for tests, and small things that many tests build."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition, admin
from confluent_kafka.cimpl import NewTopic

from complaints import ids
from complaints.bus import Record, StoredRecord
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.contract import CONTROL, FEW_PARTITIONS, topics
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.message import InboundMessage
from embedded.clickhouse.accounts import SINK, kept_passwords
from embedded.kafka.ready import wait_ready
from normalizer.complaint import Normaliser
from ops.topics import apply, installed
from tests.harness.cases.log import committed

START_S = 90.0
NOON = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
"""Noon in Jakarta on a Tuesday."""

NOON_MS = int(NOON.timestamp() * 1000)


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], *, timeout_s: float = 30.0, what: str = "it") -> None:
    """Wait until something is so; fail where it is not in time."""
    began = time.monotonic()
    while not ready():
        waited = time.monotonic() - began
        assert waited < timeout_s, f"{what} did not come within {timeout_s} s"
        # who waits long asks less often: each question costs the one that is waited for
        time.sleep(min(0.02 + waited / 40, 0.2))


@dataclass
class KafkaServer:
    """A broker that a test may kill and start again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    unmarked_to: int = 0
    used: bool = False

    @property
    def brokers(self) -> str:
        """Its address."""
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop it cleanly."""
        self.process.terminate()
        self.process.wait(30)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait(30)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it answer nobody meanwhile. To its clients that is as if it were away; afterwards it may have to lead its topics again."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)
            self.control_end()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Kill it, and start it again afterwards unless that was done."""
        self.kill()
        try:
            yield
        finally:
            if self.process.poll() is not None:
                self.start()
                self.control_end()

    def control_end(self) -> int:
        """Return the end of the control topic, which nobody leads for a moment after a start or a silence."""
        ends: list[int] = []

        def led() -> bool:
            reader = Consumer({"bootstrap.servers": self.brokers, "group.id": "ask"})  # a new one asks who leads
            with suppress(KafkaException):
                ends.append(reader.get_watermark_offsets(TopicPartition(CONTROL, 0), timeout=5)[1])
            reader.close()
            return bool(ends)

        wait_until(led, timeout_s=START_S, what="a leader of the control topic")
        return ends[0]

    def start(self) -> None:
        """Start it again on the same data and port."""
        self.process = _kafka_process(self.folder, self.port)
        wait_ready("127.0.0.1", self.port, START_S, alive=lambda: self.process.poll() is None)

    def make_like(self, name: str, like: str) -> None:
        """Make a topic of a test's own with as many partitions as a declared one; fails if it exists."""
        wanted = NewTopic(name, topics()[like].partitions)

        def made() -> bool:  # who was silent may owe an answer; a new client asks again
            asked = admin.AdminClient({"bootstrap.servers": self.brokers})
            with suppress(KafkaException, TimeoutError):
                asked.create_topics([wanted], request_timeout=10)[name].result(10)
            return name in asked.list_topics(timeout=10).topics

        assert name not in admin.AdminClient({"bootstrap.servers": self.brokers}).list_topics(timeout=10).topics
        wait_until(made, timeout_s=START_S, what="a new topic")

    def anew(self) -> "KafkaServer":
        """Make all topics anew, as those of a new installation, unless it is a new one; return it."""
        if self.used:
            self._empty()
        self.used = True
        return self

    def _empty(self) -> None:
        asked = admin.AdminClient({"bootstrap.servers": self.brokers})

        def has_members() -> bool:  # a worker that ends leaves its place in the group to its successor for some seconds
            groups = [one.group_id for one in asked.list_consumer_groups().result(10).valid]
            found = asked.describe_consumer_groups(groups) if groups else {}
            return any(member.group_instance_id for one in found.values() for member in one.result(10).members)

        wait_until(lambda: not has_members(), timeout_s=60, what="groups without members that have a successor")
        names = [name for name in asked.list_topics(timeout=10).topics if not name.startswith("__")]
        for gone in asked.delete_topics(names).values():
            gone.result(30)
        wait_until(lambda: not {*names} & {*asked.list_topics(timeout=10).topics}, what="the end of the topics")
        declare(self.brokers)
        self.unmarked_to = 0

    def unmark(self) -> None:
        """End what the control topic says: every pause and hold, and the record of the number of partitions."""
        end = self.control_end()
        if end == self.unmarked_to:
            return
        producer, keys = (
            Producer({"bootstrap.servers": self.brokers}),
            {one.key for one in committed(self.brokers, CONTROL)},
        )
        for key in keys:
            producer.produce(CONTROL, None, key)
        assert producer.flush(30) == 0
        self.unmarked_to = end + len(keys)


def _kafka_process(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "embedded.kafka", "--port", str(port), "--data-dir", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def declare(brokers: str, partitions: int = FEW_PARTITIONS) -> None:
    """Make the declared topics, with a number of partitions of mailboxes, states and events."""
    asked = KafkaPythonAdmin(brokers)
    apply(asked, installed(asked, topics(), None, partitions).values())
    asked.close()


def start_kafka(folder: Path, *, partitions: int = FEW_PARTITIONS) -> KafkaServer:
    """Start the real Kafka and make the declared topics."""
    port = free_port()
    server = KafkaServer(folder, port, _kafka_process(folder, port))
    wait_ready("127.0.0.1", port, START_S, alive=lambda: server.process.poll() is None)
    declare(server.brokers, partitions)
    return server


def allow(brokers: str, topic: str, size: int) -> None:
    """Let a topic take records up to a size, in bytes."""
    client: Any = admin
    entry = client.ConfigEntry("max.message.bytes", str(size), incremental_operation=client.AlterConfigOpType.SET)
    resource = client.ConfigResource("topic", topic, incremental_configs=[entry])
    asked = admin.AdminClient({"bootstrap.servers": brokers})
    asked.incremental_alter_configs([resource])[resource].result(30)


def start_clickhouse(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the embedded ClickHouse; its address is that of the sink and has no database."""
    port = free_port()
    command = [sys.executable, "-m", "embedded.clickhouse", "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: listens(port), timeout_s=START_S, what="ClickHouse")
    return process, f"clickhouse://{SINK}:{kept_passwords(folder / 'passwords')[SINK]}@127.0.0.1:{port}"


def listens(port: int) -> bool:
    """Return whether something accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def as_stored(record: Record | StoredRecord, *, offset: int = 0, at_ms: int = NOON_MS) -> StoredRecord:
    """Return a written record as Kafka gives it."""
    return StoredRecord(record.topic, 0, offset, record.key, record.value, record.headers, at_ms)


def message(text: str = "Jalan di Kota Semarang berlubang", **changes: Any) -> InboundMessage:
    """Return a citizen's message with sensible fields."""
    fields: dict[str, Any] = {
        "channel": "sms",
        "upstream_id": "up-1",
        "received_at": NOON,
        "sender": "6281234567890",
        "text": text,
        "body": text.encode(),
        "coding": "gsm7",
    }
    return InboundMessage(**(fields | changes))


def normalised(said: InboundMessage, keys: Keyring) -> Complaint:
    """Return the complaint that a message with a name becomes."""
    found = ids.message_id(said.channel, said.upstream_id)
    citizen = keys.pseudonym(said.channel, said.sender)
    return Normaliser.load().normalise(said, id_=found, code=keys.tracking_code(found), citizen=citizen)
