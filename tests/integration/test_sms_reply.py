"""From an SMS to the SMS that answers it, over the real Kafka: once, with the code, and its fate is on record."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from channels.conversation import Conversation
from channels.correspondence import Correspondence
from channels.courier import Courier, Limits
from channels.intake import Intake
from channels.known_cases import KnownCases
from channels.sms.channel import SmsChannel
from channels.sms.memory import Memory
from complaints.bus.confluent import ConfluentConsumer, ConfluentScanner
from complaints.bus.envelope import encode
from complaints.bus.kafka_python import KafkaPythonProducer
from complaints.case import CaseStatus
from complaints.contract import COMPLAINTS, DELIVERIES, REPLIES
from complaints.crypto import Keyring
from complaints.event import Complaint, Delivery, DeliveryOutcome, Reply, ReplyKind
from complaints.storage.spool import Spool
from normalizer.complaint import Normaliser
from tests.harness.sms import BIND_RESP, DELIVER_RESP, OddSmsc, deliver, frame, submitted, taken
from tests.harness.support import KafkaServer, wait_until


class NoCases:
    """A reader of a store that has no case."""

    def status(self, code: str) -> CaseStatus | None:
        """Return none."""
        assert code
        return None


class Process:
    """A door with its way in and its way out, put together as lapor does."""

    def __init__(self, kafka: KafkaServer, keys: Keyring, folder: Path, smsc: OddSmsc) -> None:
        reads = Normaliser.load()
        self.producer = KafkaPythonProducer(kafka.brokers, timeout_s=5.0)
        self.memory = Correspondence(folder / "c.db", clock=time.time)
        self.known = KnownCases(folder / "k.db", clock=time.time, question_s=3600.0)
        self.intake = Intake(
            "sms",
            normalise=lambda message: reads.normalise(message, keys),
            producer=self.producer,
            spool=Spool(folder / "s.db", max_bytes=1 << 20),
            conversation=Conversation(
                memory=self.memory, known=self.known, complete=reads.complete, identity=keys, cases=NoCases()
            ),
        )
        self.door = SmsChannel(
            [smsc.address],
            memory=Memory(folder / "m.db", window_s=86_400.0, part_timeout_s=1800.0),
            pseudonym=lambda text: keys.pseudonym("sms", text),
            turned=lambda: None,
        )
        courier = Courier(
            "sms",
            consumer=ConfluentConsumer(kafka.brokers, group=f"test-{uuid4()}", topics=[REPLIES]),
            memory=self.memory,
            known=self.known,
            keyring=keys,
            sender=self.door.sender,
            keep=self.intake.keep,
            limits=Limits(per_hour=10, max_age_s=3600.0),
        )
        self.stop = threading.Event()
        works = (lambda: self.door.run(self.intake, self.stop), lambda: courier.run(self.stop, lambda: None))
        self.threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """Stop all."""
        self.stop.set()
        for thread in self.threads:
            thread.join(30)
        self.intake.close()
        self.producer.close()
        self.memory.close()
        self.known.close()


@pytest.fixture
def smsc() -> Iterator[OddSmsc]:
    """One that says what it is told to."""
    made = OddSmsc("lapor")
    yield made
    made.close()


@pytest.fixture
def process(kafka: KafkaServer, keys: Keyring, tmp_path: Path, smsc: OddSmsc) -> Iterator[Process]:
    """A running door."""
    made = Process(kafka, keys, tmp_path, smsc)
    yield made
    made.close()


def test_a_complaint_is_answered_once_and_the_receipt_is_on_record(
    kafka: KafkaServer, process: Process, smsc: OddSmsc
) -> None:
    """The reply is written twice, as a router that was killed does; the citizen gets one SMS."""
    scanner = ConfluentScanner(kafka.brokers)
    begin = {topic: scanner.ends(topic) for topic in (COMPLAINTS, DELIVERIES)}
    smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"lampu mati di Kota Semarang"))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 1)
    (record,) = [record for batch in scanner.scan(COMPLAINTS, start=begin[COMPLAINTS]) for record in batch]
    complaint = Complaint.model_validate_json(record.value or b"")
    reply = Reply(
        id=uuid4(),
        complaint_id=complaint.id,
        tracking_code=complaint.tracking_code,
        channel="sms",
        reply_address=complaint.reply_address,
        kind=ReplyKind.received,
        text=f"Laporan {complaint.tracking_code} kami terima.",
        created_at=datetime.now(UTC),
    )
    for _ in range(2):
        process.producer.send(encode(reply, source="/tests")).result(30)

    def outcomes() -> list[tuple[DeliveryOutcome, str]]:
        stored = [record for batch in scanner.scan(DELIVERIES, start=begin[DELIVERIES]) for record in batch]
        found = [Delivery.model_validate_json(record.value or b"") for record in stored]
        return [(delivery.outcome, delivery.upstream_id) for delivery in found if delivery.reply_id == reply.id]

    sequence, fields, octets = submitted(smsc)
    assert fields[:2] == [b"1708", b"6281100000001"]
    assert octets.decode() == reply.text
    taken(smsc, sequence, b"4711")
    wait_until(lambda: outcomes() == [(DeliveryOutcome.sent, "4711")], what="the record that it was sent")
    receipt = b"id:4711 sub:001 dlvrd:001 submit date:2611240800 done date:2611240801 stat:DELIVRD err:000 text:"
    smsc.write(deliver(2, receipt, esm_class=0x04))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 2)  # and no second submit_sm stood before it
    wait_until(
        lambda: outcomes()[1:] == [(DeliveryOutcome.delivered, "4711")], what="the record that the citizen has it"
    )
