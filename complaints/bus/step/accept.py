"""Lets an operator say where a step goes on in a mailbox that was made anew, or beyond the end of one that has lost records."""

from typing import Final

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from complaints.bus import Offsets
from complaints.bus.confluent import profiles
from complaints.bus.step import kafka
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.positions import OPERATOR, Position, accepted_key, written
from complaints.errors import BusUnavailable

WRITE_S: Final = 10.0
"""How long Kafka may take for the records."""


def accept(brokers: str, topics: StepTopics, offsets: Offsets) -> None:
    """Write where a step goes on into its state topic, beside its position: it counts if that is of another mailbox or beyond the end.

    Args:
        brokers: host:port, separated by commas.
        topics: of the step.
        offsets: the next offset to handle in each partition of its mailbox.

    Raises:
        BusUnavailable: Kafka did not answer.
    """
    found = kafka.described(AdminClient(profiles.admin(brokers)), topics.mailbox, topics.states)
    mailbox_id, states_id = found[topics.mailbox].topic_id, found[topics.states].topic_id
    producer = Producer(profiles.writer(brokers, timeout_s=WRITE_S, linger_ms=0))
    faults: list[object] = []
    try:
        for (_, partition), offset in offsets.items():
            value = written(Position(offset, OPERATOR, mailbox_id), states_id)
            producer.produce(
                topics.states,
                value,
                accepted_key(topics.name),
                partition=partition,
                on_delivery=lambda error, _: faults.append(error) if error is not None else None,
            )
        left = producer.flush(WRITE_S)
    except KafkaException as error:
        raise BusUnavailable(f"{topics.states} could not be written: {error}") from error
    if left or faults:
        raise BusUnavailable(f"{topics.states} did not take where {topics.name} goes on: {faults[:1] or 'no answer'}")
