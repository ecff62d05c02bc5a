"""A broker that lost the end of a log, which then grew again beyond what was read, as after a power cut or a copy put back."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from complaints.bus.step.murmur2 import partition_of
from tests.harness.step import PARTITIONS, Ground, kill
from tests.harness.support import KafkaServer, wait_until

PARTITION = partition_of(b"k0", PARTITIONS)
"""The one that loses its end."""


class Lost:
    """Three steps whose broker lost the end of a log, which then grew again.

    Attributes:
        mailbox: the step that lost that of its mailbox, and has handled records of the future.
        partition: the one that lost that of one partition.
        states: the one that lost that of its state topic.
        kept: the ends of the mailbox of the first, to which it came back.
    """

    def __init__(self, kafka: KafkaServer, folder: Path) -> None:
        """Handle some records, copy the logs, handle more, and put the copies back: the broker is stopped for all at once."""
        made = []
        for name in ("mailbox", "partition", "states"):
            (folder / name).mkdir()
            made.append(Ground(kafka.brokers, folder / name).make())
        self.mailbox, self.partition, self.states = self.all = made
        patterns = f"{made[0].name}-[0-9]", f"{made[1].name}-{PARTITION}", f"{made[2].name}.states-[0-9]"
        feed_ahead(self.mailbox, 8, PARTITION)
        for ground in made:
            ground.feed(20, keys=8)
        self._handle()
        self.kept = self.mailbox.ends()
        kafka.stop()
        logs, copies = [log for pattern in patterns for log in kafka.folder.rglob(pattern)], folder / "copies"
        assert len(logs) == 2 * PARTITIONS + 1
        for log in logs:
            shutil.copytree(log, copies / log.name)
        self.close()
        kafka.start()
        feed_ahead(self.mailbox, 40, partition_of(b"k3", PARTITIONS))
        for ground in made[1:]:
            ground.feed(40, keys=8)
        self._handle()
        self.close()
        kafka.stop()
        for log in logs:
            shutil.rmtree(log)
            shutil.copytree(copies / log.name, log)
        kafka.start()

    def _handle(self) -> None:
        for ground in self.all:
            ground.finish()

    def close(self) -> None:
        """End all workers."""
        for ground in self.all:
            ground.close()


@pytest.fixture(scope="module")
def lost(kafka: KafkaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    """Each test has a step of its own."""
    made = Lost(kafka, tmp_path_factory.mktemp("lost"))
    yield made
    made.close()


def feed_ahead(ground: Ground, number: int, partition: int | None) -> None:
    """Write commands, in one partition while the broker's clock is ahead."""
    times = {True: time.time_ns() // 1_000_000 + 3_000_000, False: 0}
    keys = [f"k{at % 8}" for at in range(number)]
    at_ms = {key: times[partition_of(key.encode(), PARTITIONS) == partition] for key in keys}
    ground.write([(key, {"id": uuid4().hex, "at_ms": at_ms[key]}) for key in keys])


def test_what_is_printed_for_a_lost_end_skips_nothing_and_repeats_nothing_whatever_the_clock_was(
    lost: Lost,
) -> None:
    """In one partition a record of the future was handled and is kept, in another the last one that was handled is of the future."""
    ground = lost.mailbox
    ground.feed(24, keys=8)
    shrunk = {partition_of(key.encode(), PARTITIONS) for key in ground.fed}
    worker = ground.worker()
    wait_until(lambda: ground.refused().keys() >= shrunk, timeout_s=60, what="the refusals")
    kill(worker)
    for partition, refused in ground.refused().items():
        (printed,) = re.findall(rf"--topic-partition {partition} --to (\d+) --yes", refused.why)
        assert int(printed) == lost.kept[partition]
        ground.decide(partition, int(printed))
    ground.prove()


def test_a_partition_that_lost_its_end_and_grew_again_waits_alone_for_an_operator(lost: Lost) -> None:
    """A worker would go on behind new records that nobody has handled. The others go on, also after restarts, and it in the end."""
    ground = lost.partition
    ground.feed(80, keys=8)
    first = ground.worker()
    wait_until(lambda: ground.refused().keys() == {PARTITION}, timeout_s=60, what="the refusal")
    wait_until(lambda: ground.done_beside(PARTITION), timeout_s=60, what="the other partitions")
    kill(first)
    why = ground.refused()[PARTITION].why
    assert "has other records before the offset" in why
    assert f"lapor offsets set {ground.name} --topic-partition {PARTITION} --to" in why
    before = ground.outputs()["k0"]
    worker = ground.worker()
    ground.feed(8, keys=8)
    wait_until(lambda: ground.done_beside(PARTITION), timeout_s=60, what="the other partitions")
    assert ground.outputs()["k0"] == before
    ground.decide(PARTITION, 0)
    ground.settle()
    ground.check()
    wait_until(lambda: not ground.refused(), what="the end of the refusal")
    assert worker.poll() is None


def test_a_state_topic_that_lost_its_end_is_refused_until_an_operator_decides(lost: Lost) -> None:
    """What is committed says that there were more states than it has."""
    ground = lost.states
    for place, said in (("w0", "has states that it does not have, and is kept"), ("elsewhere", "and with them states")):
        worker = ground.worker(place=place)
        wait_until(lambda: any(said in one.why for one in ground.refused().values()), timeout_s=60, what=place)  # noqa: B023
        kill(worker)
        ground.empty_group()
    before = ground.committed()
    ground.accept(0)
    ground.feed(8, keys=8)
    ground.worker()
    wait_until(lambda: ground.committed() >= before, timeout_s=60, what="all that was handled before, once more")
    wait_until(lambda: not ground.refused(), what="the end of the refusals")
