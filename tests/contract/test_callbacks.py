"""What the client of Kafka does not survive: to be asked for metadata within its own callback."""

import subprocess
import sys
from uuid import uuid4

from complaints.contract import CASES
from tests.harness.support import KafkaServer

LEADERLESS = """
import logging, sys, time
from confluent_kafka import Consumer, KafkaError, KafkaException
from complaints.bus.confluent import consumer, profiles

brokers, topic = sys.argv[1:]
logging.getLogger("librdkafka").setLevel(logging.DEBUG)
logging.getLogger("librdkafka").addHandler(logging.NullHandler())
asked = []

class Leaderless(Consumer):
    def get_watermark_offsets(self, *given, **named):
        if not asked:
            asked.append(time.monotonic())
            raise KafkaException(KafkaError(KafkaError._UNKNOWN_PARTITION))
        return super().get_watermark_offsets(*given, **named)

consumer.Consumer = Leaderless
settings = profiles.group_reader
consumer.profiles.group_reader = lambda brokers, group: settings(brokers, group) | {"debug": "cgrp"}
reader = consumer.ConfluentConsumer(brokers, group=topic, topics=[topic])
until = time.monotonic() + 60
while not asked or time.monotonic() < asked[0] + 2:
    assert time.monotonic() < until
    reader.poll(max_records=10, timeout_s=0.2)
reader.close()
print("alive")
"""
"""A consumer whose first partition has no leader when it is assigned; behind the answer come lines of the client's log."""


def test_a_partition_without_a_leader_at_its_assignment_ends_no_process(kafka: KafkaServer) -> None:
    """The client ended it by an assertion in C, while a broker paused or a leader changed: every channel of it ended, too."""
    topic = f"test.{uuid4().hex}"
    kafka.make_like(topic, CASES)
    ran = subprocess.run(  # our own command line
        [sys.executable, "-c", LEADERLESS, kafka.brokers, topic],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "alive"), ran.stderr[-2000:]
