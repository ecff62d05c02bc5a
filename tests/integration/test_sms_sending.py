"""What the SMS channel sends, over real sockets: answers to citizens, the SMSC's no, and delivery receipts."""

import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from channels.sms import session as module
from channels.sms import window as window_module
from channels.sms.coding import decode
from channels.sms.links import read_links
from channels.sms.parse import split_udh
from channels.sms.window import Limits
from complaints.bus.envelope import decode as decode_record
from complaints.contract import CONVERSATIONS, SENDS
from complaints.crypto import Keyring
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable
from complaints.mail import Received
from tests.harness.fakes import Mode
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
    link_to,
    smscs,
    submitted,
    taken,
)
from tests.harness.support import wait_until

__all__ = ["smscs"]


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> Iterator[House]:
    """A channel bound to the first."""
    made = House(tmp_path, keys, smscs[:1])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: made.binds_up == 1, what="the bind")
    yield made
    smscs[0].close()  # nobody waits for the answer to the unbind
    made.close()


def test_a_short_answer_is_one_gsm7_message(house: House, smscs: list[OddSmsc]) -> None:
    """From our short code to the citizen, with a receipt asked for; the future has the SMSC's id."""
    answer = house.account.send(letter("Laporan diterima \u2013 kode LP-1"))
    sequence, fields, octets = submitted(smscs[0])
    assert fields == [b"1708", b"6281100000001", b"\0", b"\1", b"\0"]
    assert octets == b"Laporan diterima - kode LP-1"
    taken(smscs[0], sequence, b"0A1b")
    assert answer.result(30) == "a1b"  # as its receipt will be read


def test_a_long_answer_goes_in_order_each_part_after_the_yes_to_the_one_before(
    house: House, smscs: list[OddSmsc]
) -> None:
    """So no telephone waits for the rest of a text that the SMSC refuses."""
    text = "Pengaduan Anda diteruskan. " * 15
    answer = house.account.send(letter(text))
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
    """What may pass is tried again by the sender, what never will is given up; an answer without a body is one too."""
    answer = house.account.send(letter("halo"))
    sequence, _, _ = submitted(smscs[0])
    command, status = reply
    smscs[0].write(frame(command, sequence, status=status))
    with pytest.raises(error, match=f"0x{status:02x}"):
        answer.result(30)
    assert name


def test_a_window_of_ten_and_no_more(house: House, smscs: list[OddSmsc]) -> None:
    """The eleventh goes out with the first answer, in any order of answers."""
    answers = [house.account.send(letter(f"halo {number}")) for number in range(13)]
    first = [submitted(smscs[0])[0] for _ in range(10)]
    smscs[0].write(deliver(1, b"lampu mati"))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0, 1)  # nothing else was sent meanwhile
    for sequence in reversed(first):
        taken(smscs[0], sequence)
    for _ in range(3):
        taken(smscs[0], submitted(smscs[0])[0], b"late")
    assert [answer.result(30) for answer in answers] == ["m1"] * 10 + ["late"] * 3


LONG = "Pengaduan Anda diteruskan. " * 15
"""Three parts."""


def impatient(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smsc: OddSmsc, *, answer_s: float = 0.5
) -> House:
    """Return a channel that waits half a second for an answer in place of a minute, and is bound."""
    monkeypatch.setattr(module, "TURN_S", 0.05)
    house = House(tmp_path, keys, [smsc], limits=Limits(answer_s=answer_s))
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: house.binds_up == 1, what="the bind")
    return house


def nothing_more(smsc: OddSmsc, house: House) -> None:
    """Assert that the channel has submitted nothing else: the next PDU is the answer to a message."""
    count = len(house.came)
    smsc.write(deliver(90_000 + count, b"lampu mati"))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 90_000 + count)


def test_an_smsc_that_answers_after_the_timeout_gets_the_text_once_and_its_outcome_is_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """It may have sent it. The late answer is only logged, the bind stays, and whether to try again is the sender's to decide."""
    house, smsc = impatient(monkeypatch, tmp_path, keys, smscs[0]), smscs[0]
    answer = house.account.send(letter("halo"))
    sequence, _, _ = submitted(smsc)
    with pytest.raises(OutcomeUnknown, match=r"0\.5 s"):
        answer.result(30)
    taken(smsc, sequence, b"late")
    nothing_more(smsc, house)
    again = house.account.send(letter("halo"))
    taken(smsc, submitted(smsc)[0], b"m2")
    assert again.result(30) == "m2"
    house.close()


def test_a_part_without_an_answer_makes_the_whole_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """The rest of it is not sent: the telephone could not show it."""
    house, smsc = impatient(monkeypatch, tmp_path, keys, smscs[0]), smscs[0]
    answer = house.account.send(letter(LONG))
    taken(smsc, submitted(smsc)[0])
    submitted(smsc)
    with pytest.raises(OutcomeUnknown):
        answer.result(30)
    nothing_more(smsc, house)
    house.close()


def test_a_link_that_breaks_after_a_submit_left_makes_it_unknown(house: House, smscs: list[OddSmsc]) -> None:
    """What is sent while no link is up has not left, and the sender keeps it."""
    answer = house.account.send(letter("halo"))
    submitted(smscs[0])
    smscs[0].drop()
    with pytest.raises(OutcomeUnknown):
        answer.result(30)
    wait_until(lambda: house.binds_up == 0, what="the loss")
    with pytest.raises(UpstreamUnavailable):
        house.account.send(letter("halo")).result(0)


def test_what_waits_for_the_window_has_not_left_when_the_link_breaks(house: House, smscs: list[OddSmsc]) -> None:
    """Ten may have been sent; the other three certainly were not."""
    answers = [house.account.send(letter(f"halo {number}")) for number in range(13)]
    for _ in range(10):
        submitted(smscs[0])
    smscs[0].drop()
    outcomes = Counter(type(answer.exception(30)) for answer in answers)
    assert outcomes == {OutcomeUnknown: 10, UpstreamUnavailable: 3}


@pytest.mark.parametrize("status", [0x58, 0x14, 0x08])
def test_throttling_of_a_later_part_does_not_send_the_first_part_again(
    house: House, smscs: list[OddSmsc], status: int
) -> None:
    """The bind keeps the text, pauses, and goes on with the rest of it under the same reference."""
    smsc, answer = smscs[0], house.account.send(letter(LONG))
    sequence, _, first = submitted(smsc)
    taken(smsc, sequence, b"m1")
    sequence, _, second = submitted(smsc)
    began = time.monotonic()
    smsc.write(frame(SUBMIT_RESP, sequence, status=status))
    sequence, _, again = submitted(smsc)
    assert time.monotonic() - began >= 0.9  # it did not knock at once
    assert again == second
    taken(smsc, sequence, b"m2")
    sequence, _, third = submitted(smsc)
    taken(smsc, sequence, b"m3")
    assert answer.result(30) == "m3"
    assert {part[3] for part in (first, second, third)} == {first[3]}
    assert [part[4:6] for part in (first, second, third)] == [b"\3\1", b"\3\2", b"\3\3"]
    nothing_more(smsc, house)


def test_a_throttled_first_part_waits_in_the_bind(house: House, smscs: list[OddSmsc]) -> None:
    """No text of this link is submitted meanwhile; then all go, the first one first."""
    smsc = smscs[0]
    answers = [house.account.send(letter("satu"))]
    sequence, _, _ = submitted(smsc)
    smsc.write(frame(SUBMIT_RESP, sequence, status=0x58))
    nothing_more(smsc, house)
    answers.append(house.account.send(letter("dua")))
    nothing_more(smsc, house)
    for number, text in enumerate((b"satu", b"dua"), 1):
        sequence, _, octets = submitted(smsc)
        assert octets == text
        taken(smsc, sequence, b"m%d" % number)
    assert [answer.result(30) for answer in answers] == ["m1", "m2"]


@pytest.mark.parametrize(("begun", "error"), [(False, UpstreamUnavailable), (True, OutcomeUnknown)])
def test_the_patience_with_a_throttling_smsc_has_an_end(  # noqa: PLR0913, PLR0917  # fixtures and a row of the table
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    keys: Keyring,
    smscs: list[OddSmsc],
    begun: bool,
    error: type[Exception],
) -> None:
    """Where nothing has left the text may be tried again; where a part has, its outcome is unknown."""
    monkeypatch.setattr(window_module, "PATIENCE_S", 0.4)
    monkeypatch.setattr(window_module, "FINISH_S", 0.4)
    house, smsc = impatient(monkeypatch, tmp_path, keys, smscs[0], answer_s=30.0), smscs[0]
    answer = house.account.send(letter(LONG))
    if begun:
        taken(smsc, submitted(smsc)[0])
    smsc.write(frame(SUBMIT_RESP, submitted(smsc)[0], status=0x58))
    with pytest.raises(error):
        answer.result(30)
    nothing_more(smsc, house)
    house.close()


def test_a_patient_smsc_gets_a_text_of_ten_parts_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """The patience is with each part: an SMSC that takes its time for each gets them all."""
    monkeypatch.setattr(window_module, "PATIENCE_S", 0.5)
    house, smsc = impatient(monkeypatch, tmp_path, keys, smscs[0], answer_s=30.0), smscs[0]
    answer = house.account.send(letter("x" * 1530))
    for number in range(10):
        sequence, _, _ = submitted(smsc)
        time.sleep(0.1)
        taken(smsc, sequence, b"m%d" % number)
    assert answer.result(30) == "m9"
    house.close()


def test_the_reference_of_a_long_text_is_that_of_the_reply(house: House, smscs: list[OddSmsc]) -> None:
    """A reply that is sent a second time joins its own parts on the telephone."""
    long, references = letter(LONG), []
    for _ in range(2):
        answer = house.account.send(long)
        for _ in range(3):
            sequence, _, octets = submitted(smscs[0])
            references.append(octets[3])
            taken(smscs[0], sequence)
        answer.result(30)
    assert set(references) == {long.reply_id.bytes[-1]}


def test_an_operators_rate_is_kept(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> None:
    """`?tps=20`: parts count too."""
    house = House(tmp_path, keys, [link_to(smscs[0], per_second=20.0)])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: house.binds_up == 1, what="the bind")
    assert (house.account.per_second, house.account.capacity) == (20.0, 10)
    answers = [house.account.send(letter(LONG)) for _ in range(7)]
    began = time.monotonic()
    for _ in range(21):
        taken(smscs[0], submitted(smscs[0])[0])
    assert time.monotonic() - began >= 0.95
    assert all(answer.result(30) for answer in answers)
    house.close()


def test_an_ended_account_sends_nothing(house: House, smscs: list[OddSmsc]) -> None:
    """Another process may own it by now."""
    house.account.end()
    with pytest.raises(UpstreamUnavailable):
        house.account.send(letter("halo")).result(0)
    assert smscs[0].read()[1] == UNBIND


def test_a_machine_gets_nothing(house: House) -> None:
    """A short code's message is a message like any, but nobody answers it."""
    with pytest.raises(Undeliverable):
        house.account.send(letter("halo", {"sender": "1500", "from": "1708"})).result(0)


def test_a_stop_waits_for_the_answers_to_what_was_sent(house: House, smscs: list[OddSmsc]) -> None:
    """A yes that nobody heard would be sent twice. What is delivered meanwhile is not answered, and so comes again."""
    answer = house.account.send(letter("halo"))
    sequence, _, _ = submitted(smscs[0])
    house.stop.set()
    wait_until(lambda: house.leaving, what="the goodbye")
    smscs[0].write(deliver(5, b"lampu mati"))
    taken(smscs[0], sequence, b"m7")
    assert answer.result(30) == "m7"
    assert smscs[0].read()[1] == UNBIND
    assert not house.received


def tlv(tag: int, value: bytes) -> bytes:
    """Return an optional parameter."""
    return struct.pack(">HH", tag, len(value)) + value


WORDS = b"id:m2 sub:001 dlvrd:000 submit date:2611240800 done date:2611240801 stat:UNDELIV err:027 text:"


def test_receipts_are_reported_and_answered_and_are_no_complaints(house: House, smscs: list[OddSmsc]) -> None:
    """By parameters or in words; what is under way is no outcome."""
    smsc = smscs[0]
    smsc.write(
        deliver(1, b"", esm_class=0x04, tlvs=tlv(0x1E, b"M1\0") + tlv(0x427, b"\x02")),
        deliver(2, WORDS, esm_class=0x04),
        deliver(3, b"id:m3 stat:ENROUTE", esm_class=0x04),
        deliver(4, WORDS.replace(b"id:m2", b"id:m4"), esm_class=0x04),
        deliver(5, b"ini bukan tanda terima", esm_class=0x04),
        deliver(6, b"id:0m6 stat:BUFFERED", esm_class=0x04),
        deliver(7, b"id:0m7 stat:DELIVERED", esm_class=0x04),
    )
    assert sorted(smsc.read()[1:] for _ in range(7)) == [(DELIVER_RESP, 0, number) for number in range(1, 8)]
    assert [(report.upstream_id, report.ok, report.detail) for report in house.reports] == [
        ("m1", True, "DELIVRD"),
        ("m2", False, "UNDELIV err:027"),
        ("m4", False, "UNDELIV err:027"),
        ("m7", True, "DELIVERED"),
    ]
    assert {report.account for report in house.reports} == {"sms/lapor"}
    assert [message.body for message in house.came] == [b"ini bukan tanda terima"]


FORGED = [
    WORDS.replace(b"UNDELIV", b"DELIVRD"),
    WORDS.replace(b"UNDELIV", b"ENROUTE"),
    WORDS.replace(b"UNDELIV", b"WHAT") + b" Jalan Pemuda Kota Semarang berlubang",
]


def test_a_citizen_cannot_forge_a_receipt(house: House, smscs: list[OddSmsc]) -> None:
    """What comes from a telephone is a message, whatever its words are: it is kept, and reports nothing."""
    smscs[0].write(*(deliver(number, words) for number, words in enumerate(FORGED)))
    assert sorted(smscs[0].read()[1:] for _ in FORGED) == [(DELIVER_RESP, 0, number) for number in range(len(FORGED))]
    assert not house.reports
    assert sorted(message.body for message in house.came) == sorted(FORGED)


def test_a_story_marked_as_a_receipt_is_a_message_on_a_link_whose_receipts_are_read(
    house: House, smscs: list[OddSmsc]
) -> None:
    """Before the first of them it may be a receipt that cannot be read, whose answer would have one, too: it is kept with its bytes."""
    story = b"Jalan rusak di Kota Tarakan"
    for number, words in enumerate((story, b"id:1001 stat:DELIVRD", story)):
        smscs[0].write(deliver(number, words, esm_class=0x04))
        assert smscs[0].read()[1:] == (DELIVER_RESP, 0, number)
    assert [decode_record(record, Received).fault is None for record in house.bus.stored(CONVERSATIONS)] == [
        False,
        True,
    ]
    assert [message.body for message in house.came] == [story]
    assert len(house.reports) == 1


def test_words_are_a_receipt_where_the_operator_is_known_to_leave_the_mark_out(
    tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """`?receipts=plain`. What cannot be read as a report is a message there, too."""
    house = House(tmp_path, keys, [link_to(smscs[0], plain_receipts=True)])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    smscs[0].write(*(deliver(number, words) for number, words in enumerate(FORGED)))
    assert sorted(smscs[0].read()[1:] for _ in FORGED) == [(DELIVER_RESP, 0, number) for number in range(len(FORGED))]
    assert [(report.upstream_id, report.ok) for report in house.reports] == [("m2", True)]
    assert [message.body for message in house.came] == FORGED[2:]
    house.close()


def test_a_receipt_of_another_link_with_the_same_id_is_another_texts(
    tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """Two operators count from 1: the report goes to the mailbox of the link. The same receipt once more has the same id."""
    house = House(tmp_path, keys, smscs)
    for smsc in smscs:
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    for number, smsc in enumerate((smscs[1], smscs[0], smscs[1])):
        smsc.write(deliver(number, b"id:1001 stat:DELIVRD", esm_class=0x04))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, number)
    accounts = [record.key for record in house.bus.stored(SENDS)]
    assert accounts == [b"sms/lapor2", b"sms/lapor", b"sms/lapor2"]
    first, second, third = house.reports
    assert first.id == third.id != second.id
    house.close()


def test_a_receipt_that_nobody_can_keep_is_refused_for_now(house: House, smscs: list[OddSmsc]) -> None:
    """The SMSC reports again when Kafka or the disk is back."""
    house.bus.mode, house.spool._max_bytes = Mode.away, 0
    smscs[0].write(deliver(1, b"id:1001 stat:DELIVRD", esm_class=0x04))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0x64, 1)


def test_two_binds_of_one_system_id_share_their_receipts(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> None:
    """The SMSC reports over either bind: the report goes to both mailboxes, and one of them knows the text."""
    address = f"smpp://lapor:secret08@127.0.0.1:{smscs[0].address.port}"
    house = House(tmp_path, keys, read_links(f"a={address},b={address}"))
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    first = smscs[0].detach()
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    smscs[0].write(deliver(1, b"id:1001 stat:DELIVRD", esm_class=0x04))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0, 1)
    assert {report.account for report in house.reports} == {"sms/a", "sms/b"}
    first.close()
    smscs[0].drop()
    house.close()


def test_the_id_of_a_text_is_written_as_its_receipt_is_read(
    tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """`?receipt_id=dec`: hexadecimal in the answer, decimal in the receipt."""
    house = House(tmp_path, keys, [link_to(smscs[0], receipt_id="dec")])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: house.binds_up == 1, what="the bind")
    answer = house.account.send(letter("halo"))
    taken(smscs[0], submitted(smscs[0])[0], b"00007A3F")
    smscs[0].write(deliver(1, b"id:0000031295 stat:DELIVRD", esm_class=0x04))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0, 1)
    assert [report.upstream_id for report in house.reports] == [answer.result(30)]
    house.close()


def test_many_threads_may_send_at_once(house: House, smscs: list[OddSmsc]) -> None:
    """The bind's thread alone touches the socket."""
    answers: list[Future[str]] = []
    lock = threading.Lock()

    def send(thread: int) -> None:
        for number in range(20):
            answer = house.account.send(letter(f"halo {thread} {number}"))
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
