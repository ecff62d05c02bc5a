"""The settings of the embedded Kafka, its free ports and folders, and its two files: server.properties and log4j2.xml."""

import dataclasses
import socket
from dataclasses import dataclass
from pathlib import Path

from embedded.kafka.errors import KafkaStartError

PROPERTIES_FILE = "server.properties"
LOGGING_FILE = "log4j2.xml"

# After a kill -9 Kafka admits the restarted broker only when the session of the killed one has expired. The start then
# takes this time plus 2 s (measured): 5 s with this value, 12 s with Kafka's default of 9 s.
_BROKER_SESSION_MS = 3_000
_HEARTBEAT_MS = 500  # several heartbeats per session
_ASCII_END = 0x7F  # characters from here on are written as escapes


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConfig:
    """The settings of one embedded Kafka.

    Attributes:
        data_dir: folder for all of Kafka's files: log segments, cluster id, settings, process id, Kafka's own log.
        host: address to listen on, loopback by default; clients get it too, unless it means all addresses.
        port: port for clients; 0 takes a free one (see `settled`).
        controller_port: port of the KRaft controller, on loopback only; 0 takes a free one. It may change at each start.
        heap_mb: maximum Java heap in MiB. When idle, the whole process uses about 160 MiB with any maximum.
        cache_dir: folder for the jars; the user's cache folder if None.
        kafka_home: an unpacked Kafka distribution to use instead of the pinned jars. If None, the environment variable
            LAPOR_KAFKA_HOME names it; if that is not set either, the pinned jars are used.
        die_with_parent: on Linux, whether Kafka gets SIGTERM when the process (more exactly, the thread) that started it ends.
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
        """The address that clients connect to, as host:port with the configured port."""
        return f"{self.advertised_host}:{self.port}"

    @property
    def advertised_host(self) -> str:
        """The host that clients connect to: the configured one, or the machine's name if that is 0.0.0.0, :: or empty."""
        return socket.gethostname() if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared only

    @property
    def segments_dir(self) -> Path:
        """The path of the subfolder of the data folder that holds Kafka's log segments, which contain the messages."""
        return self.data_dir / "segments"

    @property
    def log_file(self) -> Path:
        """The path of the file in the data folder that holds Kafka's own log lines (not the messages)."""
        return self.data_dir / "logs" / "kafka.log"

    @property
    def pid_file(self) -> Path:
        """The path of the file with the id of the process that last became the Kafka of this data folder."""
        return self.data_dir / "kafka.pid"


def free_port(host: str = "127.0.0.1") -> int:
    """Return the number of a TCP port that is free now at the given address. Another process may take it before it is used.

    Raises:
        OSError: no port can be bound there, for instance because the address is not an IPv4 address of this machine.
    """
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def settled(config: KafkaConfig) -> KafkaConfig:
    """Return a copy of the configuration with an absolute data folder, and with free ports instead of zeros.

    Raises:
        KafkaStartError: the data folder's path has a comma, which Kafka's setting would read as the start of another folder.
        OSError: a free port is wanted, but the host is not an IPv4 address of this machine.
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
    """Create the data folder and its subfolders for log segments and for Kafka's own log, if they are missing.

    Raises:
        OSError: a folder cannot be created.
    """
    config.segments_dir.mkdir(parents=True, exist_ok=True)
    config.log_file.parent.mkdir(exist_ok=True)


def write_files(config: KafkaConfig) -> None:
    """Write server.properties, made from the settings, and the constant log4j2.xml into the data folder, over earlier ones.

    Raises:
        OSError: a file cannot be written.
    """
    text = "".join(f"{name}={_escaped(value)}\n" for name, value in server_properties(config).items())
    (config.data_dir / PROPERTIES_FILE).write_text("# Written at each start; edits are lost.\n" + text, "ascii")
    (config.data_dir / LOGGING_FILE).write_text(_LOGGING, "ascii")


def server_properties(config: KafkaConfig) -> dict[str, str]:
    """Return Kafka's settings, by name, for a single KRaft node that is both broker and controller.

    Durability: `log.flush.*` is not set on purpose. A message is acknowledged once it is in the operating system's page
    cache, which outlives the process. So a kill -9 loses no acknowledged message; only a power failure or a crash
    of the operating system can lose the last seconds, as with any single Kafka. An fsync per message would be a hundred times slower.
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
    # Topics are declared; a misspelled name must not create one.
    "auto.create.topics.enable": "false",
    "num.partitions": "4",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    # Nothing is deleted unless a topic's own settings say so.
    "log.retention.ms": "-1",
    "log.retention.bytes": "-1",
    # A new group starts at once, because there are few consumers to wait for.
    "group.initial.rebalance.delay.ms": "0",
    # Kafka's own topics: one copy and few partitions, because each partition costs time at start.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # The log cleaner allocates its buffer at start: 8 MiB instead of Kafka's default of 128 MiB.
    "log.cleaner.dedupe.buffer.size": str(8 << 20),
    # After a kill -9 Kafka reads the last segment of each partition again, so smaller segments make the start faster.
    "log.segment.bytes": str(128 << 20),
    "log.index.size.max.bytes": str(2 << 20),
    "num.recovery.threads.per.data.dir": "2",
    # An idle controller writes a record that says nothing every 5 s and not, as by default, twice a second.
    "metadata.max.idle.interval.ms": "5000",
    # A machine with two cores needs few threads.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
}

# The log is limited to 10 MB and three rolled files. Errors also go to the terminal.
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
    """Return a value in Java's properties format: backslashes doubled, all UTF-16 units from 007F on as Unicode escapes."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(code) if code < _ASCII_END else f"\\u{code:04x}" for code in codes)
