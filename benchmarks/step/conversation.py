"""How many messages per second one process of the conversation handles, from a mailbox with a backlog."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks import texts
from benchmarks.figures import Figure, of_rounds
from benchmarks.processes import Say, explained, folder, installed, kafka, process
from benchmarks.sms.feeder import frames_of
from benchmarks.step.broker import Broker
from benchmarks.step.router_vs_quix import Pace, timed
from channels.intake import Intake
from channels.sms import pdu
from channels.sms.links import read_links
from channels.sms.receiver import Receiver
from complaints.bus.confluent import ConfluentProducer
from complaints.contract import COMPLAINTS, CONVERSATIONS, MESSAGE_EVENTS
from complaints.errors import UnavailableError
from complaints.storage.spool import Spool
from conversation.step import STEP
from lapor.processes.secret import keyring

RATE: Final = 4_000
"""The minimum rate of one process of the conversation, in messages per second."""

BATCH: Final = 1_000


def measure(*, messages: int, rounds: int, say: Say) -> list[Figure]:
    """Fill the mailbox with text messages, each of another citizen, and let a new worker handle them.

    Raises:
        UnavailableError: something did not start or stopped making progress, or an output is missing.
    """
    paces: list[Pace] = []
    for number in range(1, rounds + 1):
        with folder() as data, kafka(data) as brokers:
            paces.append(_round(brokers, data, messages))
        say(f"round {number}: {paces[-1].per_s:,.0f} messages/s, {paces[-1].cpu_us:.0f} us CPU a message")
    return [
        of_rounds("conversation: one process", [pace.per_s for pace in paces], "messages/s", at_least=RATE),
        of_rounds("conversation: CPU", [pace.cpu_us for pace in paces], "us a message"),
        Figure(name="conversation: messages in each round", value=messages, unit="messages"),
    ]


def _round(brokers: str, data: Path, messages: int) -> Pace:
    _fill(brokers, data, messages)
    broker, log = Broker(brokers), data / "conversation.log"
    broker.begin_at_first(STEP, CONVERSATIONS)
    environment = {"LAPOR_KAFKA": brokers, "LAPOR_DATA": str(data / "lapor"), "LAPOR_ORDINAL": "0"}
    with explained(log), process(["lapor", "run", "conversation"], log, environment) as worker:
        pace = timed(lambda: broker.handled(STEP, CONVERSATIONS), messages, worker.pid, lambda: worker.poll() is None)
    for topic in (COMPLAINTS, MESSAGE_EVENTS):
        if (found := broker.written(topic)) < messages:
            raise UnavailableError(f"{messages} messages led to {found} records on {topic}")
    broker.close()
    return pace


def _fill(brokers: str, data: Path, messages: int) -> None:
    """Let the receiver of a link take messages as from its SMSC, which puts them into the mailbox."""
    link = read_links("bench=smpp://lapor:secret08@127.0.0.1:2775")[0]
    settings = installed(data / "lapor")
    producer = ConfluentProducer(brokers)
    spool = Spool(data / "spool.db", max_bytes=1 << 20)
    intake = Intake("sms", keyring=keyring(settings), producer=producer, spool=spool)
    receiver, answers = Receiver(link, intake=intake, twins=[link]), list[int]()
    frames = iter(frames_of([(item.sender, item.text) for item in islice(texts.varied(short=True), messages)]))
    for part in _batches(frames):
        receiver.take([pdu.read(frame) for frame in part], lambda _, status: answers.append(status))
    producer.flush(60.0)
    intake.close()
    producer.close()
    if answers.count(pdu.OK) != messages:
        raise UnavailableError(f"{answers.count(pdu.OK)} of {messages} messages are in the mailbox")


def _batches(frames: Iterator[bytes]) -> Iterator[list[bytes]]:
    while part := list(islice(frames, BATCH)):
        yield part
