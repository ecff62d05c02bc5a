"""What the SMS door sends, over real sockets: answers to citizens, the SMSC's no, and delivery receipts."""

import struct
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from channels.sms import session as module
from channels.sms.coding import decode
from channels.sms.parse import split_udh
from complaints.crypto import Keyring
from complaints.errors import Undeliverable, UpstreamUnavailable
from tests.harness.sms import (
    BIND_RESP,
    DELIVER_RESP,
    NACK,
    SUBMIT_RESP,
    UNBIND,
    House,
    OddSmsc,
    deliver,
    frame,
    letter,
    smscs,
    submitted,
    taken,
)
from tests.harness.support import wait_until

__all__ = ["smscs"]


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> Iterator[House]:
    """A door bound to the first."""
    made = House(tmp_path, keys, smscs[:1])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: made.binds_up == 1, what="the bind")
    yield made
    made.close()


def test_a_short_answer_is_one_gsm7_message(house: House, smscs: list[OddSmsc]) -> None:
    """From our short code to the citizen, with a receipt asked for; the future has the SMSC's id."""
    answer = house.door.sender.send(letter("Laporan diterima \u2013 kode LP-1"))
    sequence, fields, octets = submitted(smscs[0])
    assert fields == [b"1708", b"6281100000001", b"\0", b"\1", b"\0"]
    assert octets == b"Laporan diterima - kode LP-1"
    taken(smscs[0], sequence, b"0a1b")
    assert answer.result(30) == "0a1b"


def test_a_long_answer_goes_in_order_each_part_after_the_yes_to_the_one_before(
    house: House, smscs: list[OddSmsc]
) -> None:
    """A part that is refused ends the message, so that no telephone waits for the rest of it."""
    text = "Pengaduan Anda diteruskan. " * 15
    answer = house.door.sender.send(letter(text))
    came = b""
    for number in (1, 2, 3):
        sequence, fields, octets = submitted(smscs[0])
        assert fields[2] == b"\x40"
        assert fields[3] == (b"\1" if number == 3 else b"\0")
        elements, body = split_udh(octets)
        assert elements[0][1:] == bytes([3, number])
        came += body
        taken(smscs[0], sequence, b"m%d" % number)
    assert decode(came, 0)[0] == text
    assert answer.result(30) == "m3"


@pytest.mark.parametrize(
    ("name", "reply", "error"),
    [
        ("throttled", (SUBMIT_RESP, 0x58), UpstreamUnavailable),
        ("queue full", (SUBMIT_RESP, 0x14), UpstreamUnavailable),
        ("system error", (SUBMIT_RESP, 0x08), UpstreamUnavailable),
        ("an operator's own status", (SUBMIT_RESP, 0x0401), UpstreamUnavailable),
        ("generic_nack", (NACK, 0x03), UpstreamUnavailable),
        ("invalid destination", (SUBMIT_RESP, 0x0B), Undeliverable),
        ("invalid source", (SUBMIT_RESP, 0x0A), Undeliverable),
        ("permanent refusal", (SUBMIT_RESP, 0x65), Undeliverable),
    ],
)
def test_the_smscs_no(
    house: House, smscs: list[OddSmsc], name: str, reply: tuple[int, int], error: type[Exception]
) -> None:
    """What may pass is retried by the courier, what never will is given up; an answer without a body is one too."""
    answer = house.door.sender.send(letter("halo"))
    sequence, _, _ = submitted(smscs[0])
    command, status = reply
    smscs[0].write(frame(command, sequence, status=status))
    with pytest.raises(error, match=f"0x{status:02x}"):
        answer.result(30)
    assert name


def test_a_window_of_ten_and_no_more(house: House, smscs: list[OddSmsc]) -> None:
    """The eleventh goes out with the first answer, in any order of answers."""
    answers = [house.door.sender.send(letter(f"halo {number}")) for number in range(13)]
    first = [submitted(smscs[0])[0] for _ in range(10)]
    smscs[0].write(deliver(1, b"lampu mati"))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0, 1)  # nothing else was sent meanwhile
    for sequence in reversed(first):
        taken(smscs[0], sequence)
    for _ in range(3):
        taken(smscs[0], submitted(smscs[0])[0], b"late")
    assert [answer.result(30) for answer in answers] == ["m1"] * 10 + ["late"] * 3


def test_an_answer_that_does_not_come_is_no_yes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """The message may be tried again; a late answer to it is let go, and the bind stays."""
    monkeypatch.setattr(module, "TURN_S", 0.05)
    house = House(tmp_path, keys, smscs[:1])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: house.binds_up == 1, what="the bind")
    window = house.window
    patience_s, window._answer_timeout_s = window._answer_timeout_s, 0.5
    answer = house.door.sender.send(letter("halo"))
    sequence, _, _ = submitted(smscs[0])
    with pytest.raises(UpstreamUnavailable):
        answer.result(30)
    window._answer_timeout_s = patience_s
    taken(smscs[0], sequence)
    again = house.door.sender.send(letter("halo"))
    taken(smscs[0], submitted(smscs[0])[0], b"m2")
    assert again.result(30) == "m2"
    house.close()


def test_a_link_that_breaks_fails_what_was_under_way(house: House, smscs: list[OddSmsc]) -> None:
    """And what is sent while no link is up fails at once: the courier keeps it."""
    answer = house.door.sender.send(letter("halo"))
    submitted(smscs[0])
    smscs[0].drop()
    with pytest.raises(UpstreamUnavailable):
        answer.result(30)
    wait_until(lambda: house.binds_up == 0, what="the loss")
    with pytest.raises(UpstreamUnavailable):
        house.door.sender.send(letter("halo")).result(0)


def test_a_machine_gets_nothing(house: House) -> None:
    """A short code's message is a complaint like any, but nobody answers it."""
    with pytest.raises(Undeliverable):
        house.door.sender.send(letter("halo", {"sender": "1500", "from": "1708"})).result(0)


def test_a_stop_waits_for_the_answers_to_what_was_sent(house: House, smscs: list[OddSmsc]) -> None:
    """A yes that nobody heard would be sent twice. What is delivered meanwhile is not answered, and so comes again."""
    answer = house.door.sender.send(letter("halo"))
    sequence, _, _ = submitted(smscs[0])
    house.stop.set()
    wait_until(lambda: house.leaving, what="the goodbye")
    smscs[0].write(deliver(5, b"lampu mati"))
    taken(smscs[0], sequence, b"m7")
    assert answer.result(30) == "m7"
    assert smscs[0].read()[1] == UNBIND
    assert not house.came


def test_the_answer_goes_over_the_link_that_the_message_came_in_on(
    tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """Else over any that is up: an operator may refuse other operators' numbers."""
    house = House(tmp_path, keys, smscs)
    for smsc in smscs:
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: house.binds_up == 2, what="both binds")
    smscs[1].write(deliver(1, b"lampu mati"))
    assert smscs[1].read()[1:] == (DELIVER_RESP, 0, 1)
    (complaint,) = house.came
    address = keys.unseal(complaint.reply_address, complaint.id)
    assert (address["sender"], address["from"]) == ("6281100000001", "1708")

    answer = house.door.sender.send(letter("halo", address))
    taken(smscs[1], submitted(smscs[1])[0], b"second")
    assert answer.result(30) == "second"

    smscs[1].drop()
    wait_until(lambda: house.binds_up == 1, what="the loss")
    answer = house.door.sender.send(letter("halo", address))
    taken(smscs[0], submitted(smscs[0])[0], b"first")
    assert answer.result(30) == "first"
    house.close()


def tlv(tag: int, value: bytes) -> bytes:
    """Return an optional parameter."""
    return struct.pack(">HH", tag, len(value)) + value


WORDS = b"id:m2 sub:001 dlvrd:000 submit date:2611240800 done date:2611240801 stat:UNDELIV err:027 text:"


def test_receipts_are_noted_and_answered_and_are_no_complaints(house: House, smscs: list[OddSmsc]) -> None:
    """By parameters or in words; what is under way is no outcome, and words without the mark are no complaint either."""
    smsc = smscs[0]
    smsc.write(
        deliver(1, b"", esm_class=0x04, tlvs=tlv(0x1E, b"m1\0") + tlv(0x427, b"\x02")),
        deliver(2, WORDS, esm_class=0x04),
        deliver(3, b"id:m3 stat:ENROUTE", esm_class=0x04),
        deliver(4, WORDS.replace(b"id:m2", b"id:m4")),
        deliver(5, b"ini bukan tanda terima", esm_class=0x04),
    )
    assert [smsc.read()[1:] for _ in range(5)] == [(DELIVER_RESP, 0, number) for number in range(1, 6)]
    assert house.intake.outcomes == [
        ("m1", True, "DELIVRD"),
        ("m2", False, "UNDELIV err:027"),
        ("m4", False, "UNDELIV err:027"),
    ]
    assert not house.came


def test_many_threads_may_send_at_once(house: House, smscs: list[OddSmsc]) -> None:
    """The bind's thread alone touches the socket."""
    answers: list[Future[str]] = []
    lock = threading.Lock()

    def send(thread: int) -> None:
        for number in range(20):
            answer = house.door.sender.send(letter(f"halo {thread} {number}"))
            with lock:
                answers.append(answer)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    texts = set()
    for number in range(100):
        sequence, _, octets = submitted(smscs[0])
        texts.add(octets)
        taken(smscs[0], sequence, b"m%d" % number)
    for thread in threads:
        thread.join()
    assert len(texts) == 100
    assert len({answer.result(30) for answer in answers}) == 100


def test_two_binds_of_one_account_are_two(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> None:
    """An operator may grant several to one account: the same address stands twice in the setting."""
    house = House(tmp_path, keys, [smscs[0], smscs[0]])
    try:
        smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
        wait_until(lambda: house.binds_up == 1, what="the first bind")
        first = smscs[0].detach()
        smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
        wait_until(lambda: house.binds_up == 2, what="the second bind")
        first.close()
    finally:
        house.close()
