"""The SMS channel against an SMSC that we did not write: the server of smpp34 (Rust), over a real socket."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import smpp34

from channels.intake import Intake
from channels.sms.channel import SmsChannel
from complaints.bus.confluent import ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import decode
from complaints.contract import CONVERSATIONS
from complaints.crypto import Keyring
from complaints.errors import Undeliverable
from complaints.mail import Received
from complaints.runtime.address import Address, parse_address
from complaints.storage.spool import Spool
from tests.harness.sms import House, joined, letter, link_to, unpacked
from tests.harness.support import KafkaServer, free_port, wait_until

LONG = "Saluran air di depan perumahan tersumbat sejak dua minggu lalu, mohon dinas terkait menurunkan alat. " * 4


class At:
    """An SMSC by its port."""

    def __init__(self, port: int) -> None:
        self.address: Address = parse_address(
            f"smpp://lapor:secret08@127.0.0.1:{port}", scheme="smpp", default_port=2775
        )


def parts(text: str, *, reference: int, coding: str, size: int) -> list[bytes]:
    """Cut a text into parts with 8-bit references (3GPP TS 23.040 9.2.3.24.1)."""
    encoded = text.encode(coding)
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]
    return [bytes([5, 0, 3, reference, len(pieces), number]) + piece for number, piece in enumerate(pieces, 1)]


async def deliver_all(port: int, bound: threading.Event, messages: Sequence[dict[str, Any]]) -> list[int]:
    """Be the SMSC: wait for the bind, deliver all at once, return each answer's status, unbind."""
    server = smpp34.Server("127.0.0.1", port, system_id="smpp34")
    await server.start()
    bound.set()
    esme = await asyncio.wait_for(server.next(), 20)
    assert isinstance(esme, smpp34.Esme)
    answers = await asyncio.wait_for(asyncio.gather(*(esme.deliver_sm("1708", **fields) for fields in messages)), 60)
    await esme.unbind()
    await server.stop()
    return [answer.command_status for answer in answers]


def test_one_and_many_parts_in_gsm7_and_ucs2_are_answered_with_ok_and_stand_on_kafka(
    kafka: KafkaServer, keys: Keyring, tmp_path: Path
) -> None:
    """Two citizens use the same reference at once; parts come out of order; one message is broken and is kept with its fault."""
    port, listening, stop = free_port(), threading.Event(), threading.Event()
    scanner = ConfluentScanner(kafka.brokers)
    begin = scanner.ends(CONVERSATIONS)
    ours, other = (
        parts(LONG, reference=7, coding="ascii", size=153),
        parts(LONG.upper(), reference=7, coding="utf-16-be", size=134),
    )
    messages: list[dict[str, Any]] = [
        {"source_addr": "6281100000001", "short_message": b"Lampu jalan mati di Kota Semarang"},
        {"source_addr": "6281100000002", "short_message": "Banjir di Medan 😭".encode("utf-16-be"), "data_coding": 8},
        *({"source_addr": "6281100000003", "short_message": part, "esm_class": 0x40} for part in reversed(ours)),
        *(
            {"source_addr": "6281100000004", "short_message": part, "esm_class": 0x40, "data_coding": 8}
            for part in other
        ),
        {"source_addr": "6281100000005", "short_message": b"\x28\x00\x03\x01", "esm_class": 0x40},
        {"source_addr": "6281100000006", "tlvs": [smpp34.Tlv(0x0424, LONG.encode())]},
    ]
    producer = ConfluentProducer(kafka.brokers, timeout_s=5.0)
    intake = Intake("sms", keyring=keys, producer=producer, spool=Spool(tmp_path / "s.db", max_bytes=1 << 20))
    channel = SmsChannel([link_to(At(port))], intake=intake, turned=lambda: None)
    watch = threading.Thread(target=channel.run, args=(stop,))
    watch.start()

    def open_the_link() -> None:
        listening.wait(30)
        channel.accounts[0].begin(None)

    opener = threading.Thread(target=open_the_link)
    opener.start()
    try:
        assert set(asyncio.run(deliver_all(port, listening, messages))) == {0}
    finally:
        stop.set()
        opener.join()
        watch.join(30)
        intake.close()
        producer.close()
    stored = [record for batch in scanner.scan(CONVERSATIONS, start=begin) for record in batch]
    received = [decode(record, Received) for record in stored]
    assert len(received) == len(messages)
    assert sorted(text.strip() for text in joined(unpacked(keys, received))) == sorted(
        ["Lampu jalan mati di Kota Semarang", "Banjir di Medan 😭", LONG.strip(), LONG.upper().strip(), LONG.strip()]
    )
    assert [one.error_class for one in received if one.fault is not None] == ["MalformedMessage"]
    assert {record.key for record in stored} == {one.citizen.encode() for one in received}


async def take_answers(
    port: int, listening: threading.Event, heard: threading.Event, count: int
) -> list[smpp34.SubmitSmEvent]:
    """Be the SMSC: wait for the bind, take so many messages and refuse the last; unbind when all was heard, and return them."""
    server = smpp34.Server("127.0.0.1", port, system_id="smpp34")
    await server.start()
    listening.set()
    esme = await asyncio.wait_for(server.next(), 20)
    assert isinstance(esme, smpp34.Esme)
    taken = []
    for number in range(1, count + 1):
        event = await asyncio.wait_for(server.next(), 20)
        assert isinstance(event, smpp34.SubmitSmEvent)
        taken.append(event)
        if number < count:
            event.accept(f"smpp34-{number}")
        else:
            event.reject(0x0B)  # invalid destination
    await asyncio.to_thread(heard.wait, 20)  # this server writes its answers when it likes, and an unbind at once
    await esme.unbind()
    await server.stop()
    return taken


def test_it_takes_our_answers_in_one_part_and_in_many(keys: Keyring, tmp_path: Path) -> None:
    """Its decoder reads what we sent; its ids and its no come back."""
    port, listening, heard = free_port(), threading.Event(), threading.Event()
    came: list[smpp34.SubmitSmEvent] = []
    smsc = threading.Thread(
        target=lambda: came.extend(asyncio.run(take_answers(port, listening, heard, 4))), daemon=True
    )
    smsc.start()
    listening.wait(30)
    house = House(tmp_path, keys, [At(port)])
    try:
        wait_until(lambda: house.binds_up == 1, what="the bind")
        assert house.account.send(letter("Laporan diterima")).result(30) == "smpp34-1"
        assert house.account.send(letter(LONG[:300])).result(30) == "smpp34-3"
        with pytest.raises(Undeliverable):
            house.account.send(letter("halo")).result(30)
    finally:
        heard.set()
        smsc.join(30)
        house.close()
    assert came[0].short_message == b"Laporan diterima"
    assert b"".join(event.short_message[6:] for event in came[1:3]).decode() == LONG[:300]
    assert [event.esm_class for event in came] == [0, 0x40, 0x40, 0]
    assert {(event.source_addr, event.destination_addr) for event in came} == {("1708", "6281100000001")}
