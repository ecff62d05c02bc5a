"""A Kafka that was put back whole from an older copy: the disk of a worker alone knows that there was more."""

import re
import shutil

from tests.harness.step import Ground, ground, kill
from tests.harness.support import KafkaServer, wait_until

__all__ = ["ground"]


def ids_in(outputs: dict[str, list[tuple[str, int]]]) -> set[str]:
    """Return the ids of the commands that have outputs."""
    return {id_ for said in outputs.values() for id_, _ in said}


def test_what_a_restored_kafka_has_lost_is_said_once_for_each_partition(kafka: KafkaServer, ground: Ground) -> None:
    """Mailbox, states and offsets agree, as after a copy put back: only the worker's own disk knows that there was more."""
    ground.feed(20, keys=8)
    ground.finish()
    kept, logs, copy = ground.ends(), kafka.folder, ground.folder / "copy"
    kafka.stop()
    shutil.copytree(logs, copy)
    kafka.start()
    ground.feed(40, keys=8)
    ground.finish()
    lost = ground.ends()
    ground.close()  # those who read on have seen what is lost
    kafka.stop()
    shutil.rmtree(logs)
    shutil.copytree(copy, logs)
    kafka.start()
    for _ in range(2):
        ground.feed(8, keys=8)
        worker, left = ground.worker(), {id_ for ids in ground.left().values() for id_ in ids}
        wait_until(lambda: left <= ids_in(ground.outputs()), timeout_s=60, what="what is left")  # noqa: B023
        kill(worker)
    letters = [re.findall(r"from (\d+) to (\d+) of", letter["why"]) for letter in ground.dead()]
    told = sorted((int(first), int(last) + 1) for ((first, last),) in letters)
    assert told == sorted((kept[at], lost[at]) for at in kept if kept[at] < lost[at])
