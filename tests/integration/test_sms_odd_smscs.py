"""The SMS channel against SMSCs that do what no library would: bytes written by hand over a real socket."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.sms import session as module
from channels.sms.bind import Bind
from channels.sms.links import read_links
from complaints.crypto import Keyring
from tests.harness.sms import (
    BIND_RESP,
    DELIVER,
    DELIVER_RESP,
    ENQUIRE,
    ENQUIRE_RESP,
    NACK,
    UNBIND,
    House,
    OddSmsc,
    deliver,
    frame,
    link_to,
    smscs,
)
from tests.harness.support import wait_until

__all__ = ["smscs"]


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> Iterator[House]:
    """A channel bound to the first."""
    made = House(tmp_path, keys, smscs[:1])
    yield made
    smscs[0].close()  # nobody waits for the answer to the unbind
    made.close()


def test_what_comes_before_the_answer_to_the_bind_is_taken_after_it(house: House, smscs: list[OddSmsc]) -> None:
    """An SMSC whose threads race: a message, a question, the answer, another message."""
    smsc = smscs[0]
    smsc.accept(deliver(1, b"lampu mati"), frame(ENQUIRE, 2), frame(BIND_RESP, 1, b"x\0"), deliver(3, b"air mati"))
    answers = {smsc.read()[1:] for _ in range(3)}
    assert answers == {(DELIVER_RESP, 0, 1), (ENQUIRE_RESP, 0, 2), (DELIVER_RESP, 0, 3)}
    assert set(house.texts) == {"lampu mati", "air mati"}


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
    assert len({one.id for one in house.received}) == 2


def test_a_message_whose_answer_was_lost_is_appended_again(house: House, smscs: list[OddSmsc]) -> None:
    """An SMS has no identifier: the conversation finds the same words in the same mailbox."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"lampu mati"))
    wait_until(lambda: len(house.came) == 1, what="the message")
    smsc.drop()
    smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(9, b"lampu mati"))
    assert smsc.read()[1:] == (DELIVER_RESP, 0, 9)
    assert house.texts == ["lampu mati"] * 2
    assert len({one.citizen for one in house.received}) == 1


def test_two_links_and_alternating_parts_are_all_appended_under_one_citizen(
    tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """Which node of an operator delivers a part is chance, and each writes the number in its own way."""
    house = House(tmp_path, keys, smscs)
    for smsc in smscs:
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    for number in range(1, 7):
        smsc = smscs[number % 2]
        source, ton = ((b"+6281100000001", 1), (b"081100000001", 2))[number % 2]
        part = bytes([6, 8, 4, 1, 2, 6, number]) + b"bagian %d " % number
        smsc.write(deliver(number, part, source=source, ton=ton, esm_class=0x40))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, number)
    assert len({one.citizen for one in house.received}) == 1
    assert {message.sender for message in house.came} == {"+6281100000001"}
    assert {message.account for message in house.came} == {"sms/lapor", "sms/lapor2"}
    assert house.texts == ["bagian 1 bagian 2 bagian 3 bagian 4 bagian 5 bagian 6 "]
    house.close()


def test_62_and_0_are_one_citizen_and_each_answer_goes_to_the_number_as_it_came(
    house: House, smscs: list[OddSmsc]
) -> None:
    """The identity decides the mailbox; the SMSC gets its own way of writing back."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    written = [(b"+6281100000001", 1), (b"6281100000001", 1), (b"081100000001", 2), (b"81100000001", 2)]
    for number, (source, ton) in enumerate(written, 1):
        smsc.write(deliver(number, b"lampu mati", source=source, ton=ton))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, number)
    assert len({one.citizen for one in house.received}) == 1
    assert [(message.reply_to["sender"].encode(), int(message.reply_to["ton"])) for message in house.came] == written


def test_a_channel_that_does_not_read_takes_nobody_for_dead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, smscs: list[OddSmsc]
) -> None:
    """While too many messages are in work TCP holds the SMSC back: its silence is ours."""
    monkeypatch.setattr(module, "MOST_UNANSWERED", 1)
    monkeypatch.setattr(module, "TURN_S", 0.05)
    taken: list[tuple[object, module.Answer]] = []
    stop = threading.Event()
    bind = Bind(
        link_to(smscs[0]),
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


def test_a_bind_that_crashes_ends_the_channel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]
) -> None:
    """A channel with a dead bind would seem well and hear nothing: it ends with the fault, and the supervisor starts it again."""
    house = House(tmp_path, keys, smscs[:1])

    def crashes(*_: object, **__: object) -> None:
        raise IndexError

    monkeypatch.setattr(house.intake, "take", crashes)
    smscs[0].accept(frame(BIND_RESP, 1, b"x\0"), deliver(1, b"halo"))
    wait_until(lambda: not house.thread.is_alive(), what="its end")
    assert isinstance(house.fault, IndexError)
    house.close()


def test_an_account_binds_only_while_it_is_begun(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> None:
    """Whoever owns its mailbox binds; it unbinds when the mailbox goes to another process, and may come back."""
    house, smsc = House(tmp_path, keys, smscs[:1], begin=False), smscs[0]
    smsc._listener.settimeout(0.5)
    with pytest.raises(TimeoutError):
        smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc._listener.settimeout(30)
    for number in (1, 2):
        house.account.begin(None)
        house.account.begin(None)  # a second time changes nothing
        smsc.accept(frame(BIND_RESP, 1, b"x\0"), deliver(number, b"halo"))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, number)
        house.account.end()
        assert smsc.read()[1] == UNBIND
        smsc.drop()
    assert len(house.came) == 2
    assert house.account.page() is None
    house.close()


def test_two_binds_of_one_system_id_are_two_accounts(tmp_path: Path, keys: Keyring, smscs: list[OddSmsc]) -> None:
    """An operator may grant several: the same address stands twice in the setting."""
    port = smscs[0].address.port
    address = f"smpp://lapor:secret08@127.0.0.1:{port}"
    house = House(tmp_path, keys, read_links(f"{address},{address}"))
    try:
        smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
        wait_until(lambda: house.binds_up == 1, what="the first bind")
        first = smscs[0].detach()
        smscs[0].accept(frame(BIND_RESP, 1, b"x\0"))
        wait_until(lambda: house.binds_up == 2, what="the second bind")
        first.close()
    finally:
        house.close()
    names = [account.name for account in house.channel.accounts]
    assert names == [f"sms/lapor@127.0.0.1:{port}", f"sms/lapor@127.0.0.1:{port}+"]


def test_data_sm_is_a_message_like_any(house: House, smscs: list[OddSmsc]) -> None:
    """SMPP 3.4, 4.7: its text stands in message_payload, and its answer is a data_sm_resp."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    text = b"lampu mati lewat data-sm"
    payload = b"\x04\x24" + len(text).to_bytes(2) + text
    smsc.write(frame(0x103, 9, b"\0\1\x016281100000001\0\0\x011708\0\0\0\0" + payload))
    assert smsc.read()[1:] == (0x80000103, 0, 9)
    assert house.texts == ["lampu mati lewat data-sm"]


def test_an_alphanumeric_sender_and_an_empty_text_are_taken(house: House, smscs: list[OddSmsc]) -> None:
    """What a name says is kept, as a machine's, which is not answered; an empty text is a message too."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc.write(deliver(1, b"tagihan Anda", source=b"INFO PLN"), deliver(2, b""))
    assert {smsc.read()[1:] for _ in range(2)} == {(DELIVER_RESP, 0, 1), (DELIVER_RESP, 0, 2)}
    assert set(house.texts) == {"tagihan Anda", ""}
    assert {(message.sender, message.ignored) for message in house.came} == {
        ("INFO PLN", "machine"),
        ("+6281100000001", ""),
    }


def test_a_machine_is_told_from_a_person_by_the_fields_of_the_message(house: House, smscs: list[OddSmsc]) -> None:
    """A WAP push in two parts, a notice of voicemail, a service of the SMSC and a short code: each is a whole message that is ignored."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    push = bytes([11, 5, 4, 11, 132, 35, 240, 0, 3, 7, 2, 1]) + b"\x01\x06http"
    smsc.write(
        deliver(1, push, esm_class=0x40, coding=4),
        deliver(2, b"Anda punya 1 pesan suara", coding=0xC8),
        deliver(3, b"Paket internet murah", source=b"3636", ton=0),
        deliver(4, b"jalan rusak di Solo"),
    )
    assert {smsc.read()[1:] for _ in range(4)} == {(DELIVER_RESP, 0, number) for number in range(1, 5)}
    assert sorted(message.ignored for message in house.came) == ["", "machine", "machine", "machine"]
    assert {message.fragment.total for message in house.came if message.fragment} == {1}


def test_packed_septets_behind_a_header_are_read_part_by_part(house: House, smscs: list[OddSmsc]) -> None:
    """Each part begins at the next boundary of a septet behind its header (3GPP TS 23.040, 9.2.3.24)."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    texts = "Jalan rusak parah di depan pasar ", "Kliwon, Kabupaten Temanggung, pak"
    for number, text in enumerate(texts, 1):
        septets = sum(ord(letter) << 7 * at for at, letter in enumerate(text)) << 1
        part = bytes([5, 0, 3, 9, 2, number]) + septets.to_bytes((7 * len(text) + 8) // 8, "little")
        smsc.write(deliver(number, part, esm_class=0x40))
        assert smsc.read()[1:] == (DELIVER_RESP, 0, number)
    assert house.texts == ["".join(texts)]


def test_a_command_that_there_is_not_gets_generic_nack_and_the_link_stays(house: House, smscs: list[OddSmsc]) -> None:
    """Nothing is kept of it: nobody knows whether it is a message."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc.write(frame(0x777, 5), deliver(7, b"lampu mati"))
    assert {smsc.read()[1:] for _ in range(2)} == {(NACK, 0x03, 5), (DELIVER_RESP, 0, 7)}
    assert house.texts == ["lampu mati"]


def test_a_deliver_sm_that_cannot_be_read_is_kept_and_answered(house: House, smscs: list[OddSmsc]) -> None:
    """With its bytes and its reason; the same once more has the same id. A refusal would be the end of it at most SMSCs."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    cut, no_header = frame(DELIVER, 6, b"\0\1"), b"\x28\x00\x03\x01"
    smsc.write(cut, cut, deliver(7, no_header, esm_class=0x40))
    assert sorted(smsc.read()[1:] for _ in range(3)) == [(DELIVER_RESP, 0, number) for number in (6, 6, 7)]
    assert house.unread == [cut, cut, no_header]
    assert [one.account for one in house.received] == ["sms/lapor"] * 3
    assert [one.error_class for one in house.received] == ["MalformedMessage"] * 3
    assert len({one.id for one in house.received}) == 2
    assert not house.came


def test_a_message_longer_than_any_telephone_sends_is_kept_as_unreadable(house: House, smscs: list[OddSmsc]) -> None:
    """64 kB of message_payload is legal SMPP, and no later step could write its complaint. The longest text there is is a message."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    huge, part, longest = bytes([0x81, 0x9D]) * 31_000, b"y" * 62_000, b"z" * (255 * 153)
    sar = b"\x02\x0c\0\2\0\7" + b"\x02\x0e\0\1\xff" + b"\x02\x0f\0\1\1"
    for number, payload in enumerate((huge, part, longest)):
        rest = sar if payload is part else b""
        smsc.write(deliver(number, b"", tlvs=rest + b"\x04\x24" + len(payload).to_bytes(2) + payload))
    assert sorted(smsc.read()[1:] for _ in range(3)) == [(DELIVER_RESP, 0, number) for number in range(3)]
    assert house.unread == [huge, part]
    assert [one.fault for one in house.received if one.fault] == [
        "the message has 62000 octets of user data; at most 39015 are possible",
        "part 1 of 255 has 62000 octets of user data; at most 153 are possible",
    ]
    assert [message.body for message in house.came] == [longest]


def test_one_stray_byte_behind_short_message_changes_nothing(house: House, smscs: list[OddSmsc]) -> None:
    """Padding is a vice of many SMSCs. The message is read, and no byte of it is refused."""
    smsc = smscs[0]
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    smsc.write(
        deliver(1, b"satu", tlvs=b"\0"),
        deliver(2, b"dua", tlvs=b"\0\0"),
        deliver(3, b"tiga", tlvs=b"\x02\x04\x00\x04\x01\x02"),
    )
    assert sorted(smsc.read()[1:] for _ in range(3)) == [(DELIVER_RESP, 0, number) for number in (1, 2, 3)]
    assert house.texts == ["satu", "dua", "tiga"]
    assert not house.unread
