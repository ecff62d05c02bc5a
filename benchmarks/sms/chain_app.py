"""One loop of the bare chain: read, write what a step would write, commit, in Kafka transactions and with nothing else.

python -m benchmarks.sms.chain_app conversation|router|sender BROKERS
"""

import signal
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from confluent_kafka import Consumer, Message, Producer

from benchmarks.step.speed_app import FILLER
from complaints.bus.confluent import profiles
from complaints.bus.confluent.client import is_record

CONVERSATIONS, COMPLAINTS, SENDS, NEIGHBOURS = (
    f"bare.{name}" for name in ("conversations", "complaints", "sends", "neighbours")
)
FACTS, EVENTS = "bare.facts", "bare.events"
CITIZENS, CASES, ACCOUNTS = "bare.citizens", "bare.cases", "bare.accounts"

BATCH: Final = 500
WAIT_S: Final = 0.2
ANSWER_S: Final = 10.0


class Output(NamedTuple):
    """A record that a loop writes: its topic, the letter that its value begins with, and its size in bytes."""

    topic: str
    letter: str
    size: int


class Loop(NamedTuple):
    """The records that a loop reads and writes.

    Attributes:
        mailbox: the topic that it reads.
        states: takes a record for each that it handled.
        state_bytes: the size of that record.
        outputs: what a record leads to, by the first letter of its value.
        after: what follows in a second transaction, likewise, as the outcome of a text follows its attempt.
    """

    mailbox: str
    states: str
    state_bytes: int
    outputs: Mapping[str, tuple[Output, ...]]
    after: Mapping[str, tuple[Output, ...]] = MappingProxyType({})


LOOPS: Final = {
    "conversation": Loop(
        CONVERSATIONS,
        CITIZENS,
        1_000,
        {
            "m": (Output(COMPLAINTS, "c", 1_500), Output(EVENTS, "e", 400)),
            "r": (Output(SENDS, "s", 900), Output(EVENTS, "e", 400)),
        },
    ),
    "router": Loop(
        COMPLAINTS,
        CASES,
        3_600,
        {"c": (Output(FACTS, "f", 700), Output(FACTS, "f", 700), Output(CONVERSATIONS, "r", 900), Output(NEIGHBOURS, "n", 600))},
    ),
    "sender": Loop(
        SENDS,
        ACCOUNTS,
        1_000,
        {"s": (), "d": (Output(EVENTS, "t", 400),)},
        after={"s": (Output(SENDS, "d", 300), Output(EVENTS, "t", 400))},
    ),
}  # fmt: skip
"""The records of one SMS: message, complaint, two facts with the case, reply, text, attempt, outcome, the SMSC's receipt."""


def value_of(output: Output) -> bytes:
    """Return a value of the size that is wanted, with the present time behind its letter."""
    head = f"{output.letter}{time.monotonic():.6f};".encode()
    return head + FILLER[: output.size - len(head)]


def run(loop: Loop, name: str, brokers: str, stop: threading.Event) -> None:
    """Handle records until the process gets the signal to stop."""
    consumer = Consumer(
        profiles.mailbox(brokers, group=f"bare-{name}", member=name, client=name) | {"auto.offset.reset": "earliest"}
    )
    consumer.subscribe([loop.mailbox])
    producer = Producer(profiles.transactional(brokers, f"bare-{name}"))
    producer.init_transactions(ANSWER_S)
    while not stop.is_set():
        first = consumer.poll(WAIT_S)
        if first is None:
            continue
        records = [one for one in (first, *consumer.consume(BATCH - 1, timeout=0)) if is_record(one)]
        if not records:
            continue
        producer.begin_transaction()
        _write(producer, loop, records, loop.outputs)
        producer.send_offsets_to_transaction(
            consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), ANSWER_S
        )
        producer.commit_transaction(ANSWER_S)
        if followed := [record for record in records if _letter(record) in loop.after]:
            producer.begin_transaction()
            _write(producer, loop, followed, loop.after)
            producer.commit_transaction(ANSWER_S)
    consumer.close()


def _write(
    producer: Producer, loop: Loop, records: Iterable[Message], leads_to: Mapping[str, tuple[Output, ...]]
) -> None:
    for record in records:
        for output in leads_to[_letter(record)]:
            producer.produce(output.topic, value_of(output), record.key())
        producer.produce(loop.states, FILLER[: loop.state_bytes], record.key())


def _letter(record: Message) -> str:
    return (record.value() or b"?")[:1].decode()


def main() -> None:
    """Run the loop that the arguments name until SIGTERM."""
    name, brokers = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run(LOOPS[name], name, brokers, stop)


if __name__ == "__main__":
    main()
