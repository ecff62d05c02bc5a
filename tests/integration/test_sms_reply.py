"""From an SMS to the text that answers it and to its receipt, over the real Kafka: by one link, with one name for all three."""

import threading
from pathlib import Path
from uuid import uuid4

from channels.base import Letter
from channels.intake import Intake
from channels.sms.channel import SmsChannel
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import CHANNEL_HEADER, decode
from complaints.contract import CONVERSATIONS, SENDS
from complaints.crypto import Keyring
from complaints.mail import Received, ReplyKind, SendReport
from complaints.storage.spool import Spool
from tests.harness.sms import (
    BIND_RESP,
    DELIVER_RESP,
    OddSmsc,
    deliver,
    frame,
    link_to,
    smscs,
    submitted,
    taken,
    unpacked,
)
from tests.harness.support import KafkaServer, wait_until

__all__ = ["smscs"]

RECEIPT = b"id:%s sub:001 dlvrd:001 submit date:2611240800 done date:2611240801 stat:DELIVRD err:000 text:"


def test_a_citizen_is_answered_by_the_link_of_origin_and_the_receipt_is_in_its_mailbox(
    kafka: KafkaServer, keys: Keyring, tmp_path: Path, smscs: list[OddSmsc]
) -> None:
    """Two operators; the second one's subscriber writes. His number is answered as his operator writes it, once."""
    scanner, stop = ConfluentScanner(kafka.brokers), threading.Event()
    begin = {topic: scanner.ends(topic) for topic in (CONVERSATIONS, SENDS)}
    producer = ConfluentProducer(kafka.brokers, timeout_s=5.0)
    intake = Intake("sms", keyring=keys, producer=producer, spool=Spool(tmp_path / "s.db", max_bytes=1 << 20))
    channel = SmsChannel([link_to(smsc) for smsc in smscs], intake=intake, turned=lambda: None)
    accounts = {account.name: account for account in channel.accounts}
    for account, smsc in zip(channel.accounts, smscs, strict=True):
        account.begin(None)
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    watch = threading.Thread(target=channel.run, args=(stop,))
    watch.start()
    smsc = smscs[1]
    smsc.write(deliver(1, b"lampu mati di Kota Semarang", source=b"081100000001", ton=2))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 1)
    (record,) = [one for batch in scanner.scan(CONVERSATIONS, start=begin[CONVERSATIONS]) for one in batch]
    received = decode(record, Received)
    (message,) = unpacked(keys, [received])
    assert record.key == keys.pseudonym("sms", "+6281100000001").encode()
    assert b"81100000001" not in (record.value or b"")

    wait_until(lambda: accounts[message.account].up, what="the bind")
    letter = Letter(
        reply_id=uuid4(),
        tracking_code="2Q74GVWWCE3",
        kind=ReplyKind.received,
        address=message.reply_to,
        text="Laporan kami terima.",
    )
    answer = accounts[received.account].send(letter)
    sequence, fields, octets = submitted(smsc)
    assert fields[:2] == [b"1708", b"081100000001"]
    assert octets.decode() == letter.text
    taken(smsc, sequence, b"4711")
    smscs[0].write(deliver(1, RECEIPT % b"4711", esm_class=0x04))  # the other operator counts from 1 as well
    smsc.write(deliver(2, RECEIPT % b"4711", esm_class=0x04))
    for one, number in ((smscs[0], 1), (smsc, 2)):
        assert one.read()[1:] == (DELIVER_RESP, 0, number)
    stop.set()
    watch.join(30)
    intake.close()
    producer.close()

    stored = [one for batch in scanner.scan(SENDS, start=begin[SENDS]) for one in batch]
    assert all((CHANNEL_HEADER, b"sms") in one.headers for one in stored)
    reports = {one.key: decode(one, SendReport) for one in stored}
    assert reports.keys() == {b"sms/lapor", b"sms/lapor2"}
    mine = reports[received.account.encode()]
    assert (mine.upstream_id, mine.ok, mine.detail) == (answer.result(0), True, "DELIVRD")
