"""The topics of a step that counts, its workers as processes, and a checker that shares no code with the product."""

import json
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka import TopicPartition as At
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic  # type: ignore[attr-defined]  # its stubs forget it
from kafka.admin import KafkaAdminClient, MemberToRemove

from complaints.bus import Record, StoredRecord
from complaints.bus.control import Control, Refusal, release
from complaints.bus.step.murmur2 import partition_of
from complaints.bus.step.options import WorkerOptions
from complaints.bus.step.place.accept import accept
from complaints.bus.step.worker import Worker
from complaints.contract import CONTROL
from tests.harness import warm
from tests.harness.cases.log import Entry, Followed, committed
from tests.harness.step_process import COMMAND, spec
from tests.harness.support import KafkaServer, wait_until

PARTITIONS = 4

ROOT = Path(__file__).parents[2]


@dataclass
class Workers:
    """Workers on a real broker, as processes, and the topics that they write to.

    Attributes:
        brokers: host:port.
        folder: each worker has a folder in it.
    """

    brokers: str
    folder: Path
    running: list[warm.Running] = field(default_factory=list, kw_only=True)
    _followed: dict[str, Followed] = field(default_factory=dict, kw_only=True)

    def start(self, module: str, *arguments: str, log: str, **environment: str) -> warm.Running:
        """Start a worker that writes what it says into a file of the folder."""
        started = warm.run(f"tests.harness.{module}", *arguments, log=self.folder / log, **environment)
        self.running.append(started)
        return started

    def entries(self, topic: str) -> list[Entry]:
        """Return the committed records of a topic that loses none."""
        if topic not in self._followed:
            self._followed[topic] = Followed(self.brokers, topic)
        return self._followed[topic].read()

    def close(self) -> None:
        """End all workers."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(20)
        for followed in self._followed.values():
            followed.close()
        self._followed.clear()


@dataclass
class Ground(Workers):
    """The topics of one step on a real broker, what was fed, and its workers.

    Attributes:
        name: of the step and its topics.
        fed: the ids of each key's commands that count, in their order.
    """

    name: str = field(default_factory=lambda: f"step-{uuid4().hex[:8]}")
    fed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def make(self) -> "Ground":
        """Make the topics and commit their first offsets, as an installer does."""
        admin = AdminClient({"bootstrap.servers": self.brokers})
        topics = [
            NewTopic(self.name, PARTITIONS),
            NewTopic(f"{self.name}.out", PARTITIONS),
            NewTopic(f"{self.name}.dead", 1),
            NewTopic(f"{self.name}.states", PARTITIONS, config={"cleanup.policy": "compact"}),
        ]
        for made in admin.create_topics(topics).values():
            made.result(30)
        self.commit_offsets(0)
        return self

    def remake_states(self) -> None:
        """Make the state topic anew."""
        self.remake(f"{self.name}.states", config={"cleanup.policy": "compact"})

    def commit_offsets(self, offset: int, partitions: Iterable[int] = range(PARTITIONS)) -> None:
        """Commit one offset for partitions of the mailbox."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": self.name})
        wait_until(lambda: set(consumer.list_topics(self.name, 5).topics[self.name].partitions) >= set(partitions))
        consumer.commit(offsets=[At(self.name, number, offset) for number in partitions], asynchronous=False)
        consumer.close()

    def committed(self) -> int:
        """Return the sum of the offsets that the group has committed."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": self.name})
        found = consumer.committed([At(self.name, number) for number in range(PARTITIONS)], timeout=10)
        consumer.close()
        return sum(at.offset for at in found)

    def forget_offsets(self) -> None:
        """Delete the group's offsets, as a broker does for a group that was idle for a week."""
        admin = self.empty_group()
        admin.delete_consumer_groups([self.name])[self.name].result(30)

    def empty_group(self) -> AdminClient:
        """Let the group forget its members, who are dead."""
        forget_members(self.brokers, self.name)
        return AdminClient({"bootstrap.servers": self.brokers})

    def feed(self, number: int, *, keys: int = 20, **more: Any) -> None:
        """Write commands in turn for some keys."""
        self.write([(f"k{at % keys}", {"id": uuid4().hex, **more}) for at in range(number)])

    def write(self, commands: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Write commands, each to its key."""
        for key, command in commands:
            type_ = b"somebody.else" if command.get("foreign") else COMMAND
            at_ms = command.get("at_ms", 0)  # 0 is now
            self._producer.produce(self.name, json.dumps(command), key, headers={"ce_type": type_}, timestamp=at_ms)
            if "do" not in command:
                self.fed[key].append(command["id"])
        assert self._producer.flush(30) == 0

    @cached_property
    def _producer(self) -> Producer:
        """Who writes commands: a broker that was busy gets a batch again, neither twice nor after the next one. It takes half a second."""
        settings = {"bootstrap.servers": self.brokers, "partitioner": "murmur2_random", "enable.idempotence": True}
        return Producer(settings)

    def close(self) -> None:
        """End all workers, and forget who writes."""
        self.__dict__.pop("_producer", None)
        super().close()

    def write_in_transactions(self, number: int) -> None:
        """Write commands, each in a transaction of its own, which leaves a marker behind it."""
        producer = Producer(
            {
                "bootstrap.servers": self.brokers,
                "partitioner": "murmur2_random",
                "transactional.id": f"{self.name}-writer",
                "retry.backoff.ms": 20,  # as ours, for the next transaction waits for the markers of this one
            }
        )
        producer.init_transactions(30)
        for at in range(number):
            producer.begin_transaction()
            key, id_ = f"k{at % 20}", uuid4().hex
            producer.produce(self.name, json.dumps({"id": id_}), key, headers={"ce_type": COMMAND})
            self.fed[key].append(id_)
            producer.commit_transaction(30)

    def write_at(self, key: str, command: dict[str, Any]) -> None:
        """Write a command into a partition that is not its key's."""
        wrong = (partition_of(key.encode(), PARTITIONS) + 1) % PARTITIONS
        producer = Producer({"bootstrap.servers": self.brokers})
        producer.produce(self.name, json.dumps(command), key, partition=wrong, headers={"ce_type": COMMAND})
        assert producer.flush(30) == 0

    def ends(self) -> dict[int, int]:
        """Return the end of each partition of the mailbox."""
        consumer = Consumer(readers(self.brokers))
        found = {at: consumer.get_watermark_offsets(At(self.name, at), timeout=10)[1] for at in range(PARTITIONS)}
        consumer.close()
        return found

    def left(self) -> dict[str, list[str]]:
        """Return the ids of the commands that the mailbox still has, by key."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, value, _ in read_committed(self.brokers, self.name):
            found[key.decode()].append(json.loads(value or b"{}")["id"])
        return found

    def accept(self, offset: int) -> None:
        """Say where to go on, as `lapor offsets set` does."""
        self.empty_group()
        self.commit_offsets(offset)
        accept(self.brokers, spec(self.name), {(self.name, number): offset for number in range(PARTITIONS)})

    def decide(self, partition: int, offset: int) -> None:
        """Say where to go on in a partition, as `lapor offsets set` does while workers refuse it and go on with the others."""
        accept(self.brokers, spec(self.name), {(self.name, partition): offset})
        self.tell(release(self.name, partition))

    def refused(self) -> dict[int, Refusal]:
        """Return the partitions that wait for an operator, as the control topic says."""
        refused = Control().take(self.control()).refused
        return {partition: why for (step, partition), why in refused.items() if step == self.name}

    def done_beside(self, partition: int) -> bool:
        """Return whether every command that counts has an output, but for those in a partition."""
        outputs = self.outputs()
        keys = [key for key in self.fed if partition_of(key.encode(), PARTITIONS) != partition]
        return all(len(outputs[key]) >= len(self.fed[key]) for key in keys)

    def widen(self) -> None:
        """Add partitions to the mailbox. Who writes from here on knows of them."""
        self.__dict__.pop("_producer", None)
        admin = AdminClient({"bootstrap.servers": self.brokers})
        admin.create_partitions([NewPartitions(self.name, PARTITIONS + 1)])[self.name].result(30)

    def tell(self, record: Record) -> None:
        """Write a record as a command of an operator does."""
        producer = Producer({"bootstrap.servers": self.brokers})
        producer.produce(record.topic, record.value, record.key)
        assert producer.flush(30) == 0

    def delete(self, until: Callable[[int, int], int]) -> None:
        """Delete records of the mailbox as retention does.

        Args:
            until: returns, from the number of a partition and its end, the offset before which everything is deleted.
        """
        admin, places = AdminClient({"bootstrap.servers": self.brokers}), self.ends()
        for done in admin.delete_records([At(self.name, at, until(at, end)) for at, end in places.items()]).values():
            done.result(30)

    def remake(self, topic: str, *, partitions: int = PARTITIONS, config: Mapping[str, str] = {}) -> None:
        """Delete a topic and make it anew."""
        admin = AdminClient({"bootstrap.servers": self.brokers})
        admin.delete_topics([topic])[topic].result(30)

        def made() -> bool:
            try:
                admin.create_topics([NewTopic(topic, partitions, config=dict(config))])[topic].result(10)
            except KafkaException:  # the deletion is still under way
                return False
            return True

        wait_until(made, what=f"the topic {topic}")

    def worker(self, ordinal: int = 0, *, place: str = "", **environment: str) -> warm.Running:
        """Start a worker as a process of its own.

        Args:
            ordinal: its number.
            place: its folder's name if it is not the ordinal's.
            environment: KILL_AT and KILL_TURN (a phase and how often it must come), FORMAT, NOW_SHIFT_MS, FILE_BYTES, BATCH.
        """
        folder = self.folder / (place or f"w{ordinal}")
        arguments = (self.brokers, self.name, str(ordinal), str(folder))
        return self.start("step_process", *arguments, log=f"{folder.name}.log", **environment)

    def options(self, ordinal: int = 0, **more: Any) -> WorkerOptions:
        """Return the options of a worker in the test's own process."""
        folder = self.folder / f"here{ordinal}"
        return WorkerOptions(brokers=self.brokers, ordinal=ordinal, folder=folder, batch=20, **more)

    @contextmanager
    def opened(self, ordinal: int = 0, **options: Any) -> Iterator[Worker]:
        """Yield an open worker in the test's own process, and close it."""
        worker = Worker(spec(self.name), self.options(ordinal, **options))
        try:
            worker.open()
            yield worker
        finally:
            worker.close()

    def turn(self, worker: Worker) -> None:
        """Turn a worker until every command that counts has its output."""
        turn_until(worker, self.done, what="all")

    def command(self, ordinal: int, folder: Path) -> list[str]:
        """Return the command line of a worker that keeps its states in a folder."""
        return [sys.executable, "-m", "tests.harness.step_process", self.brokers, self.name, str(ordinal), str(folder)]

    def log(self, place: str = "w0") -> str:
        """Return what the workers in a folder have written."""
        return (self.folder / f"{place}.log").read_text()

    def control(self) -> list[StoredRecord]:
        """Return the committed records of the control topic."""
        return [
            StoredRecord(CONTROL, entry.partition, entry.offset, entry.key, entry.value, (), 0)
            for entry in self.entries(CONTROL)
        ]

    def outputs(self) -> dict[str, list[tuple[str, int]]]:
        """Return the committed outputs of each key: (id, version)."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for entry in self.entries(f"{self.name}.out"):
            if entry.value and entry.value[:1] == b"{":
                said = json.loads(entry.value)
                found[said["key"]].append((said["id"], said["v"]))
        return found

    def said(self) -> int:
        """Return the number of committed outputs."""
        return sum(map(len, self.outputs().values()))

    def dead(self) -> list[dict[str, Any]]:
        """Return the committed dead letters."""
        return [json.loads(entry.value or b"{}") for entry in self.entries(f"{self.name}.dead")]

    def states(self) -> dict[str, dict[str, Any]]:
        """Return the last committed state of each key."""
        found: dict[str, dict[str, Any]] = {}
        for key, value, _ in read_committed(self.brokers, f"{self.name}.states"):
            if not key.startswith(b"\0"):
                found.pop(key.decode(), None)
                if value is not None:
                    found[key.decode()] = json.loads(value)
        return found

    def done(self) -> bool:
        """Return whether every command that counts has an output."""
        return self.said() >= sum(map(len, self.fed.values()))

    def settle(self, timeout_s: float = 120.0) -> None:
        """Wait until every command has its output."""
        wait_until(self.done, timeout_s=timeout_s, what=f"the outputs of {self.name}")

    def work_off(self, **environment: str) -> warm.Running:
        """Let a worker do all there is, and return it: it goes on."""
        worker = self.worker(0, **environment)
        self.settle()
        return worker

    def finish(self, **environment: str) -> None:
        """Let a worker do all there is, and stop it."""
        worker = self.work_off(**environment)
        worker.terminate()
        assert worker.wait(30) == 0

    def end(self) -> None:
        """Let a worker do all there is, and kill it."""
        kill(self.work_off())

    def prove(self, **environment: str) -> None:
        """Let a worker do all there is, and check it."""
        self.work_off(**environment)
        self.check()

    def check(self) -> None:
        """Assert that each command had its effect exactly once and in order, and that the states say the same."""
        outputs, states = self.outputs(), self.states()
        for key, ids in self.fed.items():
            assert (key, [said for said, _ in outputs[key] if not said.startswith("due-")]) == (key, ids)
            assert (key, [version for _, version in outputs[key]]) == (key, [*range(1, len(outputs[key]) + 1)])
            assert states[key]["n"] == len(outputs[key]), key


def forget_members(brokers: str, group: str) -> None:
    """Let a group forget its members, as it does by itself when their session is over: they are dead."""
    asked = AdminClient({"bootstrap.servers": brokers})
    found = asked.describe_consumer_groups([group])[group].result(10).members
    if found:
        admin = KafkaAdminClient(bootstrap_servers=brokers)
        admin.remove_group_members(group, [MemberToRemove(group_instance_id=one.group_instance_id) for one in found])
        admin.close()


def turn_until(worker: Worker, ready: Callable[[], bool], *, what: str, timeout_s: float = 60.0) -> None:
    """Turn a worker until something is so. It waits for records itself, so nothing is waited for beside."""
    until = time.monotonic() + timeout_s
    while not ready():
        assert time.monotonic() < until, f"{what} did not come within {timeout_s} s"
        worker.turn()
        worker.propose_timers()


def turn_for(worker: Worker, seconds: float) -> None:
    """Turn a worker for some time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        worker.turn()
        worker.propose_timers()


def kill(worker: warm.Running) -> None:
    """Kill a worker, and wait for its end."""
    worker.kill()
    worker.wait(10)


@pytest.fixture
def ground(kafka: KafkaServer, tmp_path: Path) -> Iterator[Ground]:
    """A step with topics of its own."""
    made = Ground(kafka.brokers, tmp_path).make()
    yield made
    made.close()


def readers(brokers: str) -> dict[str, str]:
    """Return the settings of a consumer that asks for ends."""
    return {"bootstrap.servers": brokers, "group.id": "ends", "isolation.level": "read_committed"}


def read_committed(brokers: str, topic: str) -> Iterator[tuple[bytes, bytes | None, int]]:
    """Yield key, value and partition of every committed record, up to the end of the topic now."""
    for entry in committed(brokers, topic):
        yield entry.key, entry.value, entry.partition
