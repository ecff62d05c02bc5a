"""A bad link between the SMSC and the channel: bytes one by one, pauses inside a PDU, resets, half-open. Nothing is lost."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from channels.intake import Intake
from channels.sms import bind as bind_module
from channels.sms import session as session_module
from channels.sms.channel import SmsChannel
from channels.sms.links import read_links
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import decode
from complaints.contract import CONVERSATIONS
from complaints.crypto import Keyring
from complaints.mail import Received
from complaints.message import InboundMessage
from complaints.storage.spool import Spool
from embedded.smsc import Smsc, SmscConfig
from tests.fault.smpp_proxy import PLANS, FaultProxy
from tests.harness.sms import joined, unpacked
from tests.harness.support import KafkaServer

AT_ONCE = 64

NOTICED_S = session_module.ENQUIRE_EVERY_S + session_module.ANSWER_TIMEOUT_S + session_module.TURN_S
"""As the channel is set, before these tests make it impatient."""


def texts(count: int) -> dict[str, str]:
    """Return texts by sender, each unlike the others: short ones, long ones in GSM-7 and in UCS-2."""
    rest = " Saluran tersumbat sejak dua minggu, mohon diangkat lumpurnya oleh dinas terkait." * 3
    made = {}
    for number in range(count):
        text = f"Lampu jalan nomor {number} mati di Kota Semarang"
        if number % 10 == 3:
            text += rest
        elif number % 10 == 7:
            text += " 😭" + rest[:60]
        made[f"62811{number:07d}"] = text
    return made


async def deliver_all(smsc: Smsc, wanted: dict[str, str], *, timeout_s: float) -> Counter[int | None]:
    """Deliver all, some at once, and count the last answers."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(source: str, text: str) -> int | None:
        async with room:
            return (await smsc.deliver(source, text, timeout_s=timeout_s)).status

    return Counter(await asyncio.gather(*(one(source, text) for source, text in wanted.items())))


async def through_the_proxy(
    folder: Path, wanted: dict[str, str], open_door: Callable[[int], None], *, timeout_s: float
) -> tuple[Counter[int | None], Counter[str]]:
    """Run the SMSC and the proxy, open the door behind them, deliver; return the answers and what happened on the way."""
    config = SmscConfig(
        data_dir=folder / "smsc", port=0, password="secret08", response_timeout_s=3.0, enquire_link_s=2.0
    )
    async with Smsc(config) as smsc, FaultProxy(smsc.port, seed=len(wanted)) as proxy:
        open_door(proxy.port)
        return await deliver_all(smsc, wanted, timeout_s=timeout_s), proxy.ended


class Door:
    """The channel behind a port, on the real Kafka."""

    def __init__(self, kafka: KafkaServer, keys: Keyring, folder: Path) -> None:
        self.producer = ConfluentProducer(kafka.brokers, timeout_s=5.0)
        spool = Spool(folder / "s.db", max_bytes=1 << 20)
        self.intake = Intake("sms", keyring=keys, producer=self.producer, spool=spool)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self, port: int) -> None:
        """Start it."""
        links = read_links(f"smpp://lapor:secret08@127.0.0.1:{port}")
        channel = SmsChannel(links, intake=self.intake, turned=lambda: None)
        channel.accounts[0].begin(None)
        self._thread = threading.Thread(target=channel.run, args=(self._stop,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(30)
        self.intake.close()
        self.producer.close()


def once(messages: Sequence[InboundMessage]) -> list[InboundMessage]:
    """Return messages without those that came again because the link broke before our answer: the conversation knows them too."""
    return list({(one.sender, one.fragment, one.body): one for one in messages}.values())


def check(kafka: KafkaServer, keys: Keyring, folder: Path, *, count: int, timeout_s: float) -> Counter[str]:
    """Deliver so many; each must be answered with yes and stand on Kafka, whole."""
    scanner = ConfluentScanner(kafka.brokers)
    begin = scanner.ends(CONVERSATIONS)
    wanted, door = texts(count), Door(kafka, keys, folder)
    try:
        answers, happened = asyncio.run(through_the_proxy(folder, wanted, door.open, timeout_s=timeout_s))
    finally:
        door.close()
    assert answers == {0: count}
    received = [decode(record, Received) for batch in scanner.scan(CONVERSATIONS, start=begin) for record in batch]
    assert not [one for one in received if one.fault is not None]
    assert sorted(joined(once(unpacked(keys, received)))) == sorted(wanted.values())
    return happened


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-open link is noticed after two seconds in place of twenty, and bound again at once."""
    monkeypatch.setattr(session_module, "ENQUIRE_EVERY_S", 1.0)
    monkeypatch.setattr(session_module, "ANSWER_TIMEOUT_S", 1.5)
    monkeypatch.setattr(bind_module, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(bind_module, "LONGEST_PAUSE_S", 0.2)


def test_a_bad_link_loses_none_of_400(kafka: KafkaServer, keys: Keyring, tmp_path: Path) -> None:
    """Each kind of fault happens at least once meanwhile."""
    happened = check(kafka, keys, tmp_path, count=400, timeout_s=100.0)
    assert {plan.name for plan in PLANS[:4]} <= happened.keys()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_bad_link_loses_none_of_10000(kafka: KafkaServer, keys: Keyring, tmp_path: Path) -> None:
    """Each kind of fault happens again and again."""
    happened = check(kafka, keys, tmp_path, count=10_000, timeout_s=800.0)
    assert min(happened[plan.name] for plan in PLANS) > 2


def test_half_open_is_noticed_in_time() -> None:
    """Silence, the question, and no answer to it take less than 30 s as the channel is set."""
    assert NOTICED_S < 30
