"""A broker that lost the end of a log, which then grew again beyond what was read, as after a power cut or a copy put back."""

import re
import shutil
import time
from pathlib import Path
from uuid import uuid4

from complaints.bus.step.murmur2 import partition_of
from tests.harness.own_kafka import kafka
from tests.harness.step import PARTITIONS, Ground, ground
from tests.harness.support import KafkaServer, wait_until

__all__ = ["ground", "kafka"]

PARTITION = partition_of(b"k0", PARTITIONS)
"""The one that loses its end."""


def done(ground: Ground) -> None:
    """Let a worker do all there is, and stop it."""
    worker = ground.worker()
    ground.settle()
    worker.terminate()
    assert worker.wait(30) == 0


def folders(kafka: KafkaServer, topic: str) -> list[Path]:
    """Return the folders of a topic's partitions."""
    return sorted(one for one in kafka.folder.rglob(f"{topic}-*") if one.name.removeprefix(f"{topic}-").isdigit())


def put_back(
    kafka: KafkaServer, ground: Ground, topic: str, *, partition: int | None = None, ahead: int | None = None
) -> dict[int, int]:
    """Handle some records, copy a topic, or one partition of it, handle more, and put the copy back; return the ends of the mailbox before.

    Args:
        kafka: the broker.
        ground: the step.
        topic: of which the copy is.
        partition: of which the copy is; None for all.
        ahead: the partition in which the records that are lost are of the future.
    """
    ground.feed(20, keys=8)
    done(ground)
    ends, copies = ground.ends(), ground.folder / "copies"
    kafka.stop()
    lost = [one for one in folders(kafka, topic) if partition is None or one.name == f"{topic}-{partition}"]
    for one in lost:
        shutil.copytree(one, copies / one.name)
    kafka.start()
    feed_ahead(ground, 40, ahead)
    done(ground)
    kafka.stop()
    for one in lost:
        shutil.rmtree(one)
        shutil.copytree(copies / one.name, one)
    kafka.start()
    return ends


def feed_ahead(ground: Ground, number: int, partition: int | None) -> None:
    """Write commands, in one partition while the broker's clock is ahead."""
    times = {True: time.time_ns() // 1_000_000 + 3_000_000, False: 0}
    keys = [f"k{at % 8}" for at in range(number)]
    at_ms = {key: times[partition_of(key.encode(), PARTITIONS) == partition] for key in keys}
    ground.write([(key, {"id": uuid4().hex, "at_ms": at_ms[key]}) for key in keys])


def test_what_is_printed_for_a_lost_end_skips_nothing_and_repeats_nothing_whatever_the_clock_was(
    kafka: KafkaServer, ground: Ground
) -> None:
    """In one partition a record of the future was handled and is kept, in another the last one that was handled is of the future."""
    other = partition_of(b"k3", PARTITIONS)
    feed_ahead(ground, 8, PARTITION)
    kept = put_back(kafka, ground, ground.name, ahead=other)
    ground.feed(24, keys=8)
    lost = {partition_of(key.encode(), PARTITIONS) for key in ground.fed}
    worker = ground.worker()
    wait_until(lambda: ground.refused().keys() >= lost, timeout_s=60, what="the refusals")
    worker.kill()
    worker.wait(10)
    for partition, refused in ground.refused().items():
        (printed,) = re.findall(rf"--topic-partition {partition} --to (\d+) --yes", refused.why)
        assert int(printed) == kept[partition]
        ground.decide(partition, int(printed))
    ground.worker()
    ground.settle()
    ground.check()


def test_a_partition_that_lost_its_end_and_grew_again_waits_alone_for_an_operator(
    kafka: KafkaServer, ground: Ground
) -> None:
    """A worker would go on behind new records that nobody has handled. The others go on, also after restarts, and it in the end."""
    put_back(kafka, ground, ground.name, partition=PARTITION)
    ground.feed(80, keys=8)
    first = ground.worker()
    wait_until(lambda: ground.refused().keys() == {PARTITION}, timeout_s=60, what="the refusal")
    wait_until(lambda: ground.done_beside(PARTITION), timeout_s=60, what="the other partitions")
    first.kill()
    first.wait(10)
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


def test_a_state_topic_that_lost_its_end_is_refused_until_an_operator_decides(
    kafka: KafkaServer, ground: Ground
) -> None:
    """What is committed says that there were more states than it has."""
    put_back(kafka, ground, f"{ground.name}.states")
    for place, said in (("w0", "has states that it does not have, and is kept"), ("elsewhere", "and with them states")):
        worker = ground.worker(place=place)
        wait_until(lambda: any(said in one.why for one in ground.refused().values()), timeout_s=60, what=place)  # noqa: B023
        worker.kill()
        worker.wait(10)
    before = ground.committed()
    ground.accept(0)
    ground.feed(8, keys=8)
    ground.worker()
    wait_until(lambda: ground.committed() >= before, timeout_s=60, what="all that was handled before, once more")
    wait_until(lambda: not ground.refused(), what="the end of the refusals")
