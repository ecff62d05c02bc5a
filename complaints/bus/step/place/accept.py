"""Writes where a step goes on in a mailbox that was made anew or lost records, for an operator; or where it begins, for an installer."""

from typing import Final

import stamina
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from complaints.bus import Offsets
from complaints.bus.confluent import profiles
from complaints.bus.step import kafka
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.place.positions import OPERATOR, Position, accepted_key, position_key, written
from complaints.errors import BusUnavailable

WRITE_S: Final = 10.0
"""Seconds that Kafka may take to accept the records."""

NEW_S: Final = 15.0
"""Seconds for which a broker may not know topics that were just made."""


def accept(brokers: str, topics: StepTopics, offsets: Offsets) -> None:
    """Write an operator's offsets for a step into its state topic. They count if the step's own position cannot be used (see start_of).

    Raises:
        BusUnavailable: Kafka did not answer.
    """
    _write(brokers, topics, offsets, key=accepted_key(topics.name), writer=OPERATOR)


def install(brokers: str, topics: StepTopics, offsets: Offsets) -> None:
    """Write the first positions of a step into its state topic. Kafka would forget committed offsets that no worker uses for seven days.

    Raises:
        BusUnavailable: Kafka did not answer.
    """
    for attempt in stamina.retry_context(on=BusUnavailable, attempts=None, timeout=NEW_S, wait_initial=0.1):
        with attempt:
            _write(brokers, topics, offsets, key=position_key(topics.name), writer="")


def _write(brokers: str, topics: StepTopics, offsets: Offsets, *, key: bytes, writer: str) -> None:
    found = kafka.described(AdminClient(profiles.admin(brokers)), topics.mailbox, topics.states)
    mailbox_id, states_id = found[topics.mailbox].topic_id, found[topics.states].topic_id
    # a position that is written twice is the same one, and an installer writes seven
    producer = Producer(profiles.writer(brokers, timeout_s=WRITE_S, is_idempotent=False))
    faults: list[object] = []
    try:
        for (_, partition), offset in offsets.items():
            value = written(Position(offset, writer, mailbox_id), states_id)
            producer.produce(
                topics.states,
                value,
                key,
                partition=partition,
                on_delivery=lambda error, _: faults.append(error) if error is not None else None,
            )
        left = producer.flush(WRITE_S)
    except KafkaException as error:
        raise BusUnavailable(f"{topics.states} could not be written: {error}") from error
    if left or faults:
        raise BusUnavailable(f"{topics.states} did not take where {topics.name} goes on: {faults[:1] or 'no answer'}")
