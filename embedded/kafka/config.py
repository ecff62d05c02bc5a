"""Turns one frozen KafkaConfig into the two files that Kafka reads: server.properties and log4j2.xml."""

import dataclasses
import socket
from dataclasses import dataclass
from pathlib import Path

from embedded.kafka.errors import KafkaStartError

PROPERTIES_FILE = "server.properties"
LOGGING_FILE = "log4j2.xml"

# Kafka waits a session's length for a broker's previous life to expire before it lets the next one in, so after a
# kill -9 the start takes this long and 2 s more: 12 s at Kafka's default of 9 s, 5 s at 3 s (measured).
_BROKER_SESSION_MS = 3_000
_HEARTBEAT_MS = 500
_ASCII_END = 0x7F


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConfig:
    """Where the embedded Kafka listens and keeps its data.

    Attributes:
        data_dir: folder for everything that must survive: log segments, settings, Kafka's own log.
        host: address to listen on and to tell clients; loopback unless told otherwise.
        port: clients' port; 0 takes a free one (see `settled`).
        controller_port: the KRaft controller's port, loopback only; 0 takes a free one. It may differ at each start.
        heap_mb: upper bound of the Java heap in MiB. Idle, the whole process holds about 160 MiB whatever the bound.
        cache_dir: where the jars are kept; the user's cache folder if None.
        kafka_home: an unpacked Kafka distribution to use in place of the pinned jars; LAPOR_KAFKA_HOME if None.
        die_with_parent: on Linux, be sent SIGTERM when the process (more exactly the thread) that started this ends.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 9092
    controller_port: int = 0
    heap_mb: int = 384
    cache_dir: Path | None = None
    kafka_home: Path | None = None
    die_with_parent: bool = False

    @property
    def bootstrap(self) -> str:
        """The address that clients are given, as host:port."""
        return f"{self.advertised_host}:{self.port}"

    @property
    def advertised_host(self) -> str:
        """The name by which clients reach the broker: they must never be sent to 0.0.0.0."""
        return socket.gethostname() if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared only

    @property
    def segments_dir(self) -> Path:
        """The folder of Kafka's log segments."""
        return self.data_dir / "segments"

    @property
    def log_file(self) -> Path:
        """The file in which Kafka tells what it does."""
        return self.data_dir / "logs" / "kafka.log"

    @property
    def pid_file(self) -> Path:
        """The file that names the process which last used the folder."""
        return self.data_dir / "kafka.pid"


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def settled(config: KafkaConfig) -> KafkaConfig:
    """Return the configuration with an absolute folder and real port numbers in place of zeros.

    Raises:
        KafkaStartError: the folder's path has a character that Kafka's list of folders cannot hold.
    """
    data_dir = config.data_dir.expanduser().resolve()
    if "," in str(data_dir):
        raise KafkaStartError(f"Kafka reads a comma as the end of a path; choose another folder than {data_dir}")
    return dataclasses.replace(
        config,
        data_dir=data_dir,
        port=config.port or free_port(config.host),
        controller_port=config.controller_port or free_port(),
    )


def make_folders(config: KafkaConfig) -> None:
    """Create the data folder and those in it, where missing."""
    config.segments_dir.mkdir(parents=True, exist_ok=True)
    config.log_file.parent.mkdir(exist_ok=True)


def write_files(config: KafkaConfig) -> None:
    """Write Kafka's settings into the data folder."""
    text = "".join(f"{name}={_escaped(value)}\n" for name, value in server_properties(config).items())
    (config.data_dir / PROPERTIES_FILE).write_text("# Written at each start; edits are lost.\n" + text, "ascii")
    (config.data_dir / LOGGING_FILE).write_text(_LOGGING, "ascii")


def server_properties(config: KafkaConfig) -> dict[str, str]:
    """Return the settings of a single KRaft node that is broker and controller in one.

    Durability: `log.flush.*` stays unset on purpose. A message is acked once it is written to the operating system's
    page cache, which outlives the process: a kill -9 loses nothing acked, and an fsync for each message would cost a
    hundredfold in speed. Only the loss of the machine's power could take the last seconds, as on any single Kafka.
    """
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{config.controller_port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": f"PLAINTEXT://{config.host}:{config.port},CONTROLLER://127.0.0.1:{config.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{config.bootstrap}",
        "log.dirs": str(config.segments_dir),
        "broker.session.timeout.ms": str(_BROKER_SESSION_MS),
        "broker.heartbeat.interval.ms": str(_HEARTBEAT_MS),
        **_SINGLE_NODE,
    }


_SINGLE_NODE = {
    # Topics are declared, never conjured up by a typing error.
    "auto.create.topics.enable": "false",
    "num.partitions": "4",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    # Nothing is deleted unless a topic's own settings say so.
    "log.retention.ms": "-1",
    "log.retention.bytes": "-1",
    # A new group starts at once; there is no crowd of consumers to wait for.
    "group.initial.rebalance.delay.ms": "0",
    # Kafka's own topics: one copy, and few partitions, as each costs time at start.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # The cleaner takes its buffer at start: 8 MiB keeps 128 MiB of Kafka's default out of the heap.
    "log.cleaner.dedupe.buffer.size": str(8 << 20),
    # After a kill -9 the last segment of each partition is read again: smaller segments, a quicker return.
    "log.segment.bytes": str(128 << 20),
    "log.index.size.max.bytes": str(2 << 20),
    "num.recovery.threads.per.data.dir": "2",
    # Two cores need few threads.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
}

# Bounded: 10 MB and three rolled files. What is an error also reaches the terminal.
_LOGGING = """<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="ERROR">
  <Appenders>
    <RollingFile name="File" fileName="${sys:lapor.log.dir}/kafka.log"
                 filePattern="${sys:lapor.log.dir}/kafka.%i.log.gz">
      <PatternLayout pattern="%d{ISO8601} %p %m (%c)%n"/>
      <SizeBasedTriggeringPolicy size="10MB"/>
      <DefaultRolloverStrategy max="3"/>
    </RollingFile>
    <Console name="Terminal" target="SYSTEM_ERR">
      <ThresholdFilter level="ERROR"/>
      <PatternLayout pattern="kafka: %p %m%n"/>
    </Console>
  </Appenders>
  <Loggers>
    <Root level="INFO">
      <AppenderRef ref="File"/>
      <AppenderRef ref="Terminal"/>
    </Root>
  </Loggers>
</Configuration>
"""


def _escaped(value: str) -> str:
    """Write a value as Java's properties format wants it: ASCII, a backslash doubled, the rest as escapes."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(code) if code < _ASCII_END else f"\\u{code:04x}" for code in codes)
