"""The ack rule, for every door: upstream hears yes only after Kafka acked or the spool fsynced."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from channels.intake import Intake
from channels.safe import Outcome, Receipt
from complaints.bus.confluent import ConfluentScanner
from complaints.bus.kafka_python import KafkaPythonProducer
from complaints.contract import COMPLAINTS, DEAD_LETTERS
from complaints.crypto import Keyring
from complaints.errors import ContractViolation
from complaints.event import Complaint, DeadLetter
from complaints.message import InboundMessage
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.channels import DRIVERS, Driver, Running, fresh
from tests.harness.support import KafkaServer, message, start_kafka, wait_until

POISON = "RACUN"
"""A text at which this suite's normaliser stumbles, as a fault of our own would."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker of this suite's own, since it is killed."""
    server = start_kafka(tmp_path_factory.mktemp("doors"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    """The real one."""
    return Normaliser.load()


@pytest.fixture(params=DRIVERS)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Driver]:
    """Each door in turn, with its upstream."""
    made = DRIVERS[request.param](tmp_path)
    yield made
    made.close()


class House:
    """A door's process: what starts, crashes and starts again on the same folder."""

    def __init__(self, door: Driver, broker: KafkaServer, normaliser: Normaliser, keys: Keyring, folder: Path) -> None:
        self.door, self.broker, self.folder = door, broker, folder
        self._normaliser, self._keys = normaliser, keys
        self.scanner = ConfluentScanner(broker.brokers)
        self.running: Running | None = None
        self.begin = {topic: self.scanner.ends(topic) for topic in (COMPLAINTS, DEAD_LETTERS)}

    def normalise(self, message: InboundMessage) -> Complaint:
        """As the door's process does, but for the poison."""
        if POISON in message.text:
            raise RuntimeError("stumbled")
        return self._normaliser.normalise(message, self._keys)

    def start(self, *, spool_bytes: int = 1 << 20, intake: type[Intake] = Intake) -> "House":
        """Start the process."""
        self.spool = Spool(self.folder / "spool.db", max_bytes=spool_bytes)
        self.producer = KafkaPythonProducer(self.broker.brokers, timeout_s=2.0)
        self.intake = intake("door", normalise=self.normalise, producer=self.producer, spool=self.spool)
        self.running = Running(self.door.make(self.folder), self.intake)
        return self

    def stop(self) -> None:
        """Stop the process cleanly."""
        assert self.running is not None
        running, self.running = self.running, None
        running.stop()
        self.intake.close()
        self.producer.close()

    def partitions(self) -> list[list[Complaint]]:
        """Return the complaints on Kafka since the beginning, by partition, each in its order."""
        found: dict[int, list[Complaint]] = {}
        for batch in self.scanner.scan(COMPLAINTS, start=self.begin[COMPLAINTS]):
            for stored in batch:
                complaint = Complaint.model_validate_json(stored.value or b"")
                found.setdefault(stored.partition, []).append(complaint)
        return list(found.values())

    def came(self) -> list[Complaint]:
        """Return the complaints on Kafka since the beginning."""
        return [complaint for partition in self.partitions() for complaint in partition]

    def letters(self) -> list[DeadLetter]:
        """Return the dead letters since the beginning."""
        batches = self.scanner.scan(DEAD_LETTERS, start=self.begin[DEAD_LETTERS])
        return [DeadLetter.model_validate_json(stored.value or b"") for batch in batches for stored in batch]


@pytest.fixture(autouse=True)
def _no_chatter() -> None:
    """Clients log each refused connection while the broker is away."""
    for name in ("kafka", "librdkafka"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.fixture
def house(door: Driver, broker: KafkaServer, normaliser: Normaliser, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; a test that failed leaves no thread behind."""
    made = House(door, broker, normaliser, keys, tmp_path)
    yield made
    if made.running is not None:
        made.stop()


def test_kafka_up_yes_means_that_it_is_there(house: House) -> None:
    """At the moment of the yes the complaint stands on Kafka."""
    house.start()
    text = fresh("Jalan di Kota Semarang berlubang")
    assert house.door.say(text)
    (complaint,) = house.came()
    assert text in complaint.text
    assert house.intake.waiting == 0
    house.stop()


def test_poison_is_a_dead_letter_with_its_reason_and_the_door_lives(house: House) -> None:
    """Upstream is told yes, since the message is kept; the next one goes through."""
    house.start()
    assert house.door.say(fresh(POISON))
    assert house.door.say(fresh("lampu mati"))
    wait_until(lambda: len(house.letters()) == 1, what="the dead letter")
    (letter,) = house.letters()
    assert letter.error_class == "RuntimeError"
    assert "stumbled" in letter.reason
    assert POISON.encode() in letter.payload
    assert len(house.came()) == 1
    house.stop()


class Crashing(Intake):
    """A process that dies after Kafka has the record and before upstream hears of it."""

    def accept(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep the message; the answer never comes."""
        super().accept(message).result(30)
        return Future()


def test_a_crash_between_write_and_answer_gives_one_complaint(house: House) -> None:
    """Upstream sends again to the new process; ids are derived, so it is the same complaint."""
    house.start(intake=Crashing)
    text = fresh("air mati")
    assert not house.door.say(text)
    house.stop()
    house.start()
    assert house.door.say(text)
    assert len(house.came()) >= 2
    assert len({complaint.id for complaint in house.came()}) == 1
    assert len({complaint.tracking_code for complaint in house.came()}) == 1
    house.stop()


def test_kafka_away_means_spooled_then_delivered_in_order(house: House) -> None:
    """Yes is told after the fsync; a restart of the door meanwhile loses nothing; the order of each partition holds."""
    house.start()
    house.broker.kill()
    texts = [fresh(f"antrean {number}") for number in range(4)]
    try:
        assert all(house.door.say(text) for text in texts[:2])
        house.stop()
        house.start()
        assert all(house.door.say(text) for text in texts[2:])
        assert house.intake.waiting == 4
    finally:
        house.broker.start()
    wait_until(lambda: len({complaint.id for complaint in house.came()}) == 4, timeout_s=60, what="all four")
    wait_until(lambda: house.intake.waiting == 0, what="an empty spool")
    for partition in house.partitions():
        order = [next((texts.index(text) for text in texts if text in complaint.text), -1) for complaint in partition]
        first = list(dict.fromkeys(number for number in order if number >= 0))
        assert first == sorted(first)
    house.stop()


def test_a_full_spool_while_kafka_is_away_is_a_no(house: House) -> None:
    """Upstream keeps the message, and it comes when there is room again."""
    house.start(spool_bytes=100)
    house.broker.kill()
    text = fresh("penuh")
    try:
        assert not house.door.say(text)
        assert house.intake.waiting == 0
    finally:
        house.broker.start()
    wait_until(lambda: house.door.say(text), timeout_s=60, what="the yes")
    assert {complaint.text for complaint in house.came() if text in complaint.text}
    house.stop()


def test_a_message_that_kafka_never_takes_is_a_dead_letter_or_a_no_and_never_waits_in_the_spool(house: House) -> None:
    """Too large as a complaint, it is kept as a dead letter; too large for that too, it is refused for good."""
    house.start()
    big, huge = message("x" * 600_000, upstream_id=fresh("big")), message("x" * 1_200_000, upstream_id=fresh("huge"))
    assert house.intake.accept(big).result(30).outcome is Outcome.dead_lettered
    with pytest.raises(ContractViolation, match="1200000 bytes"):
        house.intake.accept(huge).result(30)
    assert house.intake.waiting == 0
    house.stop()
