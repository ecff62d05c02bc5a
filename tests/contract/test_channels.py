"""The acknowledge rule, for every channel: upstream hears yes only after Kafka acknowledged the raw message or the spool fsynced it."""

import logging
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import pytest

from channels.intake import Intake
from channels.safe import Receipt
from channels.sending.accounts import Accounts
from channels.sending.run import run_sender
from channels.sending.spec import SenderSpec
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.step.options import WorkerOptions
from complaints.contract import CONVERSATIONS, topics
from complaints.crypto import Keyring
from complaints.errors import ContractViolation, IntakeFull
from complaints.limits import BODY_BYTES
from complaints.mail import Received
from complaints.message import InboundMessage
from complaints.storage.spool import Spool
from tests.harness.channels import DRIVERS, POLLED, Driver, Running, fresh
from tests.harness.mailboxes import opened
from tests.harness.step import forget_members
from tests.harness.support import KafkaServer, allow, message, wait_until


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Driver]:
    """Each channel in turn, with its upstream."""
    made = DRIVERS[request.param](tmp_path)
    yield made
    made.close()


served = pytest.mark.parametrize("driver", sorted(DRIVERS.keys() - POLLED), indirect=True)
"""Channels that upstream calls."""

polled = pytest.mark.parametrize("driver", sorted(POLLED), indirect=True)
"""Channels that ask upstream: they move their cursor in a transaction on Kafka, and have nothing to spool."""


class Died(Exception):
    """A process dies, on purpose."""


def _send(spec: SenderSpec, accounts: Accounts, options: WorkerOptions, stop: threading.Event) -> None:
    with closing(accounts), suppress(Died):
        run_sender(spec, accounts, options=options, stop=stop)


class House:
    """A channel's process: what starts, crashes and starts again on the same folder."""

    def __init__(self, driver: Driver, broker: KafkaServer, keys: Keyring, folder: Path) -> None:
        self.driver, self.broker, self.folder, self._keys = driver, broker, folder, keys
        self.scanner = ConfluentScanner(broker.brokers)
        self.running: Running | None = None
        self.begin = self.scanner.ends(CONVERSATIONS)
        self._sender: tuple[threading.Event, threading.Thread] | None = None
        self.died = threading.Event()

    def start(self, *, spool_bytes: int = 1 << 20, intake: type[Intake] = Intake, dies_at: str = "") -> "House":
        """Start the process, which dies at a phase of the commit of its first page."""

        def dies(phase: str) -> None:
            if phase == dies_at and any(account.page() for account in channel.accounts):
                self.died.set()
                raise Died

        if self.driver.name in POLLED and not self.folder.exists():  # another disk: else the dead one is waited for
            forget_members(self.broker.brokers, f"lapor-sender-{self.driver.name}")
        self.folder.mkdir(exist_ok=True)
        spool = Spool(self.folder / "spool.db", max_bytes=spool_bytes)
        self.producer = ConfluentProducer(self.broker.brokers, timeout_s=1.0)
        self.intake = intake(self.driver.name, keyring=self._keys, producer=self.producer, spool=spool)
        channel = self.driver.make(self.folder, self.intake)
        self.running = Running(channel)
        if self.driver.name in POLLED:
            stop = threading.Event()
            options = WorkerOptions(brokers=self.broker.brokers, ordinal=0, folder=self.folder / "sender", phase=dies)
            spec = SenderSpec(channel=self.driver.name, keyring=self._keys)
            thread = threading.Thread(
                target=_send, args=(spec, Accounts(spec.channel, channel.accounts), options, stop)
            )
            thread.start()
            self._sender = (stop, thread)
        return self

    def stop(self) -> None:
        """Stop the process cleanly."""
        assert self.running is not None
        running, self.running = self.running, None
        if self._sender is not None:
            stop, thread = self._sender
            stop.set()
            thread.join(60)
            self._sender = None
        running.stop()
        self.intake.close()
        self.producer.close()

    def partitions(self) -> list[list[tuple[Received, InboundMessage]]]:
        """Return what stands in the mailboxes of citizens since the beginning, by partition, each in its order."""
        found: dict[int, list[tuple[Received, InboundMessage]]] = {}
        for batch in self.scanner.scan(CONVERSATIONS, start=self.begin):
            for stored in batch:
                record = msgspec.json.decode(stored.value or b"", type=Received)
                found.setdefault(stored.partition, []).append((record, opened(record, self._keys)))
        return list(found.values())

    def came(self, text: str = "") -> list[tuple[Received, InboundMessage]]:
        """Return the messages with a text, on Kafka since the beginning."""
        return [one for partition in self.partitions() for one in partition if text in words(one[1])]


def words(said: InboundMessage) -> str:
    """Return what a message says; that of an SMS is not decoded yet."""
    return said.text or said.body.decode("ascii", "replace")


@pytest.fixture(autouse=True)
def _no_chatter() -> None:
    """Clients log each refused connection while the broker is away."""
    for name in ("kafka", "librdkafka"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.fixture
def house(driver: Driver, kafka: KafkaServer, keys: Keyring, tmp_path: Path) -> Iterator[House]:
    """Not yet started; a test that failed leaves no thread behind."""
    made = House(driver, kafka, keys, tmp_path / "process")
    yield made
    if made.running is not None:
        made.stop()


def test_kafka_up_yes_means_that_it_is_there(house: House) -> None:
    """At the moment of the yes the raw message stands on Kafka."""
    house.start()
    text = fresh("Jalan di Kota Semarang berlubang")
    assert house.driver.say(text)
    if house.driver.name in POLLED:  # a transaction is decided a moment before its readers see it
        wait_until(lambda: bool(house.came(text)), timeout_s=5, what="the committed page")
    assert len({record.id for record, _ in house.came(text)}) == 1
    assert house.intake.waiting == 0


class Crashing(Intake):
    """A process that dies after Kafka has the record and before upstream hears of it."""

    def take(self, message: InboundMessage) -> "Future[Receipt]":
        """Keep the message; the answer comes when nobody waits for it any more."""
        super().take(message).result(30)
        late = Future[Receipt]()
        threading.Timer(2.0, late.set_exception, (IntakeFull("it died"),)).start()
        return late


@served
def test_a_crash_between_write_and_answer_leaves_the_message_once_for_each_delivery(
    driver: Driver, house: House
) -> None:
    """Upstream sends again to the new process. Where upstream names its messages it is the same one; an SMS has the same words."""
    house.start(intake=Crashing)
    text, patience_s, driver.patience_s = fresh("air mati"), driver.patience_s, 1.0
    assert not driver.say(text)
    house.stop()
    driver.patience_s = patience_s
    house.start()
    assert driver.say(text)
    came = house.came(text)
    assert len(came) >= 2
    assert len({record.citizen for record, _ in came}) == 1
    assert len({record.id for record, _ in came}) == (len(came) if driver.name == "sms" else 1)


def assert_came_once(driver: Driver, house: House, text: str) -> None:
    """Start the channel again, and let it read one more message: each came once."""
    house.start()
    other = fresh("lampu mati")
    assert driver.say(other)
    wait_until(lambda: bool(house.came(other)), timeout_s=5, what="the committed page")
    assert len(house.came(text)) == len(house.came(other)) == 1


@polled
def test_a_crash_at_any_point_of_a_poll_leaves_the_message_once(driver: Driver, house: House) -> None:
    """The page and its cursor are one transaction: the next process reads from where the last one committed."""
    house.start()
    text = fresh("air mati")
    assert driver.say(text)
    house.stop()
    shutil.rmtree(house.folder)
    assert_came_once(driver, house, text)


@polled
@pytest.mark.parametrize("phase", ["offsets sent", "stored"])
def test_a_death_between_a_poll_and_its_commit_leaves_the_message_once(
    driver: Driver, house: House, phase: str
) -> None:
    """Before the commit it is read again; after it, never."""
    driver.patience_s = 0.1
    house.start(dies_at=phase)
    text = fresh("air mati")
    assert not driver.say(text)
    assert house.died.wait(30)
    house.stop()
    driver.patience_s = 30.0
    assert_came_once(driver, house, text)


@served
def test_a_second_process_takes_messages_too(driver: Driver, house: House, keys: Keyring, tmp_path: Path) -> None:
    """Both put a message under the same name into the same mailbox."""
    text = fresh("pipa bocor")
    for folder in ("one", "two"):
        other = House(driver, house.broker, keys, tmp_path / folder)
        other.begin = house.begin
        other.start()
        assert driver.say(text)
        other.stop()
    came = house.came(text)
    assert len({record.citizen for record, _ in came}) == 1
    assert len({record.id for record, _ in came}) == (2 if driver.name == "sms" else 1)


@served
def test_a_wiped_folder_of_the_channel_loses_nothing_that_kafka_has(driver: Driver, house: House) -> None:
    """A dead disk of the channel: nothing but the spool is on it, and that was empty."""
    house.start()
    text = fresh("sampah menumpuk")
    assert driver.say(text)
    assert house.intake.waiting == 0
    house.stop()
    shutil.rmtree(house.folder)
    house.start()
    assert driver.say(text)
    assert len({record.citizen for record, _ in house.came(text)}) == 1


@served
def test_kafka_away_means_spooled_then_delivered_in_order(driver: Driver, house: House) -> None:
    """Yes is told after the fsync; a restart of the channel meanwhile loses nothing; each citizen's order holds (on the web, of a form)."""
    house.start()
    texts = [fresh(f"antrean {number}") for number in range(4)]
    with house.broker.away() if driver.name == "sms" else house.broker.silent():  # a start takes seconds
        assert all(driver.say(text) for text in texts[:2])
        house.stop()
        house.start()
        assert all(driver.say(text) for text in texts[2:])
        assert house.intake.waiting == 4
    wait_until(lambda: len({record.id for record, _ in house.came("antrean")}) == 4, timeout_s=60, what="all four")
    wait_until(lambda: house.intake.waiting == 0, what="an empty spool")
    for partition in house.partitions():
        order = [next((texts.index(text) for text in texts if text in words(said)), -1) for _, said in partition]
        first = list(dict.fromkeys(number for number in order if number >= 0))
        assert first == sorted(first) or house.driver.name == "web"


@polled
def test_kafka_away_moves_no_cursor(driver: Driver, house: House) -> None:
    """What is polled waits upstream, and comes when Kafka is back."""
    house.start()
    assert driver.say(fresh("sebelum"))
    text, driver.patience_s = fresh("tertahan"), 1.5
    with house.broker.silent():
        assert not driver.say(text)
    wait_until(lambda: len(house.came(text)) == 1, timeout_s=90, what="the message")


@served
def test_a_full_spool_while_kafka_is_away_is_a_no(driver: Driver, house: House) -> None:
    """Upstream keeps the message, and it comes when there is room again."""
    house.start(spool_bytes=100)
    text = fresh("penuh")
    with house.broker.silent():
        assert not driver.say(text)
        assert house.intake.waiting == 0
    wait_until(lambda: driver.say(text), timeout_s=60, what="the yes")
    assert house.came(text)


@served
def test_a_passing_fault_of_our_own_is_a_no_and_never_poison(driver: Driver, house: House) -> None:
    """A disk that fails while Kafka is away: upstream keeps the message, and no record says that it cannot be read."""
    house.start()
    text = fresh("disk")
    with house.broker.silent():
        house.intake._safe._spool._database.execute("PRAGMA query_only = 1")
        assert not driver.say(text)
    house.intake._safe._spool._database.execute("PRAGMA query_only = 0")
    wait_until(lambda: driver.say(text), timeout_s=60, what="the yes")
    assert not [record for record, _ in house.came(text) if record.fault]


def test_a_message_that_is_too_large_is_refused_for_good_and_never_waits_in_the_spool(
    house: House,
) -> None:
    """Whatever Kafka would never take."""
    house.start()
    with pytest.raises(ContractViolation, match="at most"):
        house.intake.take(message("x", body=b"x" * (BODY_BYTES + 1))).result(30)
    assert house.intake.waiting == 0


@pytest.fixture
def narrow(house: House) -> Iterator[None]:
    """The citizens' topic takes less than is declared: somebody has set it so."""
    allow(house.broker.brokers, CONVERSATIONS, 100)
    yield
    allow(house.broker.brokers, CONVERSATIONS, int(topics()[CONVERSATIONS].settings["max.message.bytes"]))


@pytest.mark.usefixtures("narrow")
def test_what_kafka_finds_too_large_within_our_limits_is_a_no_for_now(driver: Driver, house: House) -> None:
    """It is our fault: upstream keeps the message, is asked to send it again, or is asked again; nothing waits in the spool before it."""
    house.start()
    driver.patience_s = 1.5
    assert not driver.say(fresh("jalan rusak"))
    assert driver.answered == driver.later
    assert house.intake.waiting == 0
