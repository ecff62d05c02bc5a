"""The SMS door against SMSCs that do what no library would: bytes written by hand over a real socket."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.sms import channel as door_module
from channels.sms import session as module
from channels.sms.bind import Bind
from complaints.crypto import Keyring
from tests.harness.fakes import Mode
from tests.harness.sms import (
    BIND_RESP,
    DELIVER,
    DELIVER_RESP,
    ENQUIRE,
    ENQUIRE_RESP,
    NACK,
    House,
    OddSmsc,
    deliver,
    frame,
    smscs,
)
from tests.harness.support import wait_until

__all__ = ["smscs"]


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> Iterator[House]:
    """A door bound to the first."""
    made = House(tmp_path, keys, smscs[:1])
    yield made
    made.close()


def test_what_comes_before_the_answer_to_the_bind_is_taken_after_it(house: House, smscs: list[OddSmsc]) -> None:
    """An SMSC whose threads race: a message, a question, the answer, another message."""
    smsc = smscs[0]
    smsc.accept(deliver(1, b"lampu mati"), frame(ENQUIRE, 2), frame(BIND_RESP, 1, b"x\0"), deliver(3, b"air mati"))
    answers = {smsc.read()[1:] for _ in range(3)}
    assert answers == {(DELIVER_RESP, 0, 1), (ENQUIRE_RESP, 0, 2), (DELIVER_RESP, 0, 3)}
    assert {complaint.text for complaint in house.came} == {"lampu mati", "air mati"}


def test_a_flood_of_questions_holds_no_message_up(house: House, smscs: list[OddSmsc]) -> None:
    """Each is answered, in order, and so is the message between them."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    flood = [frame(ENQUIRE, number) for number in range(2000)]
    smsc.write(*flood, deliver(5000, b"banjir"), *flood)
    answers = [smsc.read()[1:] for _ in range(4001)]
    assert [sequence for command, _, sequence in answers if command == ENQUIRE_RESP] == [*range(2000), *range(2000)]
    assert (DELIVER_RESP, 0, 5000) in answers
    assert len(house.came) == 1


def test_a_sequence_number_that_is_used_twice_is_answered_twice(house: House, smscs: list[OddSmsc]) -> None:
    """Two messages at once under one number are two messages."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc.write(deliver(7, b"lampu mati"), deliver(7, b"air mati"))
    assert [smsc.read()[1:] for _ in range(2)] == [(DELIVER_RESP, 0, 7)] * 2
    assert len({complaint.id for complaint in house.came}) == 2


def test_a_message_whose_answer_was_lost_is_the_same_complaint(house: House, smscs: list[OddSmsc]) -> None:
    """The link breaks between our yes and its arrival; the SMSC delivers again under another number."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"lampu mati"))
    wait_until(lambda: len(house.came) == 1, what="the complaint")
    smsc.drop()
    smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(9, b"lampu mati"))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 9)
    assert len({complaint.id for complaint in house.came}) == 1


def test_parts_that_come_over_two_binds_are_one_message(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> None:
    """An operator's nodes share the work: which of them delivers a part is chance."""
    house = House(tmp_path, keys, smscs)
    for number, smsc in enumerate(smscs, 1):
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
        smsc.write(deliver(number, bytes([6, 8, 4, 1, 2, 2, number]) + b"bagian %d " % number, esm_class=0x40))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, number)
    assert [complaint.raw.parts for complaint in house.came] == [2]
    house.close()


def test_a_door_that_does_not_read_takes_nobody_for_dead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, smscs: list[OddSmsc]
) -> None:
    """While too many messages are in work TCP holds the SMSC back: its silence is ours."""
    monkeypatch.setattr(module, "MOST_UNANSWERED", 1)
    monkeypatch.setattr(module, "TURN_S", 0.05)
    taken: list[tuple[object, module.Answer]] = []
    stop = threading.Event()
    bind = Bind(
        smscs[0].address,
        handler=lambda messages, answer: taken.extend((message, answer) for message in messages),
        turned=lambda: None,
    )
    thread = threading.Thread(target=bind.run, args=(stop,))
    thread.start()
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"halo"))
    wait_until(lambda: bool(taken), what="the message")
    with monkeypatch.context() as patch:  # only now: the bind has its usual time
        patch.setattr(module, "ENQUIRE_EVERY_S", 1.0)
        patch.setattr(module, "ANSWER_TIMEOUT_S", 1.0)
        assert not stop.wait(3.0)  # longer than the silence that it would end a link for
    message, answer = taken[0]
    answer(message, 0)  # type: ignore[arg-type]  # it is a Pdu
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0, 1)
    stop.set()
    thread.join(30)
    assert tmp_path.exists()


def test_a_bind_that_crashes_ends_the_door(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """A door with a dead bind would seem well and hear nothing: it ends with the fault, and the supervisor starts it again."""
    monkeypatch.setattr(door_module, "SWEEP_EVERY_S", 0.1)
    house = House(tmp_path, keys, smscs[:1])

    def crashes(*_: object, **__: object) -> None:
        raise IndexError

    monkeypatch.setattr(house.memory, "take", crashes)
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"halo"))
    wait_until(lambda: not house.thread.is_alive(), what="its end")
    assert isinstance(house.fault, IndexError)
    house.close()


def test_a_full_disk_does_not_end_the_door(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """Messages are refused for now, and taken when there is room again."""
    monkeypatch.setattr(door_module, "SWEEP_EVERY_S", 0.1)
    house = House(tmp_path, keys, smscs[:1])
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
    house.memory._database.execute("PRAGMA query_only = 1")
    smscs[0].write(deliver(1, b"halo"))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0x64, 1)
    house.thread.join(0.5)
    assert house.thread.is_alive()
    house.memory._database.execute("PRAGMA query_only = 0")
    smscs[0].write(deliver(2, b"halo"))
    assert smscs[0].read()[1:] == (DELIVER_RESP, 0, 2)
    house.close()


def test_two_citizens_interleave_long_texts_under_one_reference(house: House, smscs: list[OddSmsc]) -> None:
    """The sender belongs to the key of a part: two right complaints, whatever comes first."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    ours, others = b"6281100000001", b"6281100000002"
    pieces = [
        (ours, 2, b"di Jalan Pemuda, Kota Semarang"),
        (others, 1, b"Banjir setinggi lutut "),
        (ours, 1, b"Lampu jalan mati "),
        (others, 3, b"Kota Surabaya"),
        (ours, 3, b" sejak Lebaran"),
        (others, 2, b"di Rungkut, "),
    ]
    for number, (source, part, text) in enumerate(pieces, 1):
        smsc.write(deliver(number, bytes([5, 0, 3, 77, 3, part]) + text, source=source, esm_class=0x40))
    assert {smsc.read()[1:] for _ in pieces} == {(DELIVER_RESP, 0, number) for number in range(1, 7)}
    assert {complaint.text for complaint in house.came} == {
        "Lampu jalan mati di Jalan Pemuda, Kota Semarang sejak Lebaran",
        "Banjir setinggi lutut di Rungkut, Kota Surabaya",
    }
    assert {complaint.raw.parts for complaint in house.came} == {3}


def test_data_sm_is_a_message_like_any(house: House, smscs: list[OddSmsc]) -> None:
    """SMPP 3.4, 4.7: its text stands in message_payload, and its answer is a data_sm_resp."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    text = b"lampu mati lewat data-sm"
    payload = b"\x04\x24" + len(text).to_bytes(2) + text
    smsc.write(frame(0x103, 9, b"\0\1\x016281100000001\0\0\x011708\0\0\0\0" + payload))
    assert smsc.read()[1:] == (0x80000103, 0, 9)
    assert [complaint.text for complaint in house.came] == ["lampu mati lewat data-sm"]


def test_an_alphanumeric_sender_and_an_empty_text_are_taken(house: House, smscs: list[OddSmsc]) -> None:
    """Nobody answers a name, but what it says is kept; an empty text is a message too."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc.write(deliver(1, b"tagihan Anda", source=b"INFO PLN"), deliver(2, b""))
    assert {smsc.read()[1:] for _ in range(2)} == {(DELIVER_RESP, 0, 1), (DELIVER_RESP, 0, 2)}
    assert {complaint.text for complaint in house.came} == {"tagihan Anda", ""}


def test_the_keyword_names_the_region_and_the_text_stays_as_it_is(house: House, smscs: list[OddSmsc]) -> None:
    """TANGKAB is Kabupaten Tangerang."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"TANGKAB lampu mati"))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 1)
    (complaint,) = house.came
    assert (complaint.hints.keyword_region, complaint.text) == ("36.03", "TANGKAB lampu mati")
    assert complaint.place.regency is not None
    assert complaint.place.regency.code == "36.03"


def test_where_neither_kafka_nor_the_spool_takes_it_the_smsc_keeps_it(
    tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """0x64: it comes again later, and is taken then."""
    house = House(tmp_path, keys, smscs[:1])
    try:
        smsc = smscs[0]
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
        house.bus.mode = Mode.away
        house.spool._max_bytes = 0
        smsc.write(deliver(1, b"lampu mati"))
        assert smsc.read()[1:] == (DELIVER_RESP, 0x64, 1)
        house.bus.mode = Mode.up
        smsc.write(deliver(2, b"lampu mati"))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, 2)
    finally:
        house.close()


def test_a_pdu_that_is_none_gets_generic_nack_and_the_link_stays(house: House, smscs: list[OddSmsc]) -> None:
    """A command that there is not, and a deliver_sm that ends too early."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc.write(frame(0x777, 5), frame(DELIVER, 6, b"\0\1"), deliver(7, b"lampu mati"))
    answers = {smsc.read()[1:] for _ in range(3)}
    assert (DELIVER_RESP, 0, 7) in answers
    assert {(command, sequence) for command, status, sequence in answers if status} == {(NACK, 5), (NACK, 6)}
    assert len(house.came) == 1
