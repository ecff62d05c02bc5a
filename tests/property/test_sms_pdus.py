"""SMPP bytes of any kind: whole PDUs come out whole, and nothing but our own errors is raised."""

import random
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from smpplib import command as commands
from smpplib import exceptions, smpp

from channels.sms import pdu
from channels.sms.coding import decode
from channels.sms.deliver import Delivered, read_delivered
from channels.sms.pdu import Frames, FramingError
from channels.sms.segments import compose
from complaints.errors import MalformedMessage
from tests.harness.tables import row_by_row


def deliver(sequence: int = 7, **fields: object) -> bytes:
    """Return a deliver_sm as smpplib makes it."""
    given_fields = {
        "source_addr": "6281234",
        "destination_addr": "1708",
        "short_message": b"halo",
        "esm_class": 0,
        "data_coding": 0,
    }
    made = smpp.make_pdu("deliver_sm", client=pdu._Sequence(sequence), **(given_fields | fields))
    made.sequence = sequence
    return bytes(made.generate())


@given(st.lists(st.integers(1, 200), max_size=30), st.integers(1, 20))
def test_a_stream_cut_anywhere_gives_the_same_frames(cuts: Sequence[int], count: int) -> None:
    """A timeout or a reset in the middle of a PDU loses nothing: the buffer is ours."""
    frames = [deliver(number, short_message=b"x" * number) for number in range(1, count + 1)]
    stream, reader, found, at = b"".join(frames), Frames(), [], 0
    for cut in [*cuts, len(stream)]:
        found += reader.feed(stream[at : at + cut])
        at += cut
    assert found == frames


@pytest.mark.parametrize("length", [0, 15, 64 * 1024 + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_a_stream_out_of_step(length: int) -> None:
    """Reading on would take texts for headers; memory stays bounded."""
    with pytest.raises(FramingError):
        Frames().feed(length.to_bytes(4) + b"\0" * 12)


@settings(max_examples=500)
@given(st.binary(max_size=80), st.sampled_from([0x5, 0x103, 0x15, 0x80000009, 0x6, 0x4, 0x80000005, 0x102, 0x777]))
@example(b"\0" * 33, 0x5)
def test_any_body_is_read_or_malformed(body: bytes, command: int) -> None:
    """Nothing is raised outside our error tree."""
    frame = (16 + len(body)).to_bytes(4) + command.to_bytes(4) + b"\0\0\0\0" + (9).to_bytes(4) + body
    with suppress(MalformedMessage):
        assert pdu.read(frame).sequence == 9


class _WithTlvs:
    """Reads optional parameters by their lengths alone: smpplib knows few, and raises KeyError at the others."""

    tlvs: dict[int, bytes]

    def parse_optional_params(self, data: bytes) -> None:
        """Read them all."""
        at = 0
        while at < len(data):
            tag, length = struct.unpack_from(">HH", data, at)
            if at + 4 + length > len(data):
                raise struct.error("cut")
            self.tlvs[tag] = data[at + 4 : at + 4 + length]
            at += 4 + length


class _DeliverSm(_WithTlvs, commands.DeliverSM):  # type: ignore[misc]  # smpplib is untyped
    pass


class _DataSm(_WithTlvs, commands.DataSM):  # type: ignore[misc]  # the same
    pass


def by_smpplib(frame: bytes) -> Delivered | None:
    """Return what smpplib reads in a deliver_sm or data_sm; None if it raises, or if a mandatory field is missing or has no end."""
    kind, name = (_DataSm, "data_sm") if frame[4:8] == b"\0\0\1\3" else (_DeliverSm, "deliver_sm")
    made: Any = kind
    message = made(name, client=pdu._Sequence(0))
    message.tlvs = {}
    try:
        message.parse(frame)
    except (struct.error, KeyError, ValueError, IndexError, TypeError, exceptions.PDUError):
        return None
    if message.data_coding is None:
        return None
    short = getattr(message, "short_message", None) or b""
    return Delivered(
        message.source_addr_ton,
        message.source_addr_npi,
        message.source_addr,
        message.dest_addr_ton,
        message.dest_addr_npi,
        message.destination_addr,
        message.esm_class,
        message.data_coding,
        short,
        message.tlvs,
        torn=len(short) < (getattr(message, "sm_length", 0) or 0),
        protocol_id=getattr(message, "protocol_id", 0) or 0,
        service_type=message.service_type or b"",
    )


def agree(frame: bytes) -> bool:
    """Hold both readers to one another; return whether both read the frame."""
    theirs = by_smpplib(frame)
    try:
        ours = read_delivered(frame)
    except MalformedMessage:
        # a string without an end makes smpplib begin again at the first octet
        return False
    assert theirs is None or ours == theirs
    assert theirs is not None or ours.torn
    return theirs is not None


strings = st.binary(max_size=21).map(lambda octets: octets.replace(b"\0", b"") + b"\0")
tlvs = st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)).map(
    lambda one: struct.pack(">HH", one[0], len(one[1])) + one[1]
)


@st.composite
def delivered(draw: st.DrawFn) -> bytes:
    """Draw a deliver_sm or a data_sm with any fields, and sometimes with octets too many or too few at its end."""

    def octets(count: int) -> bytes:
        return draw(st.binary(min_size=count, max_size=count))

    body = draw(strings) + octets(2) + draw(strings) + octets(2) + draw(strings)
    command = draw(st.sampled_from([0x5, 0x103]))
    if command == 0x5:
        text = draw(st.binary(max_size=254))
        body += octets(3) + draw(strings) + draw(strings) + octets(4) + bytes([len(text)]) + text
    else:
        body += octets(3)
    body += b"".join(draw(st.lists(tlvs, max_size=4))) + draw(st.just(b"") | st.binary(max_size=5))
    body = body[: len(body) - draw(st.just(0) | st.integers(0, 30))]
    return (
        struct.pack(">IIII", 16 + len(body), command, draw(st.integers(0, 0xFF)), draw(st.integers(1, 1 << 30))) + body
    )


@settings(max_examples=500)
@given(delivered())
def test_our_reader_and_smpplibs_agree_on_every_frame_that_both_read(frame: bytes) -> None:
    """The library raises on more: on optional parameters that are cut, and on a stray octet behind them."""
    agree(frame)


def test_both_read_what_operators_send() -> None:
    """The property is about something."""
    assert all(agree(frame) for frame in SOUND[:3])


@settings(max_examples=500)
@given(st.data())
def test_a_mutated_deliver_sm_is_read_by_both_alike(data: st.DataObject) -> None:
    """Octets changed anywhere behind the header."""
    frame = bytearray(deliver(short_message=b"\x05\x00\x03\x01\x02\x01halo", esm_class=0x40, sar_msg_ref_num=1))
    for _ in range(data.draw(st.integers(1, 6))):
        frame[data.draw(st.integers(16, len(frame) - 1))] = data.draw(st.integers(0, 255))
    agree(bytes(frame))


@settings(max_examples=500)
@given(st.data())
def test_a_mutated_deliver_sm_is_read_or_malformed(data: st.DataObject) -> None:
    """Octets changed anywhere behind the length."""
    frame = bytearray(deliver(short_message=b"\x05\x00\x03\x01\x02\x01halo", esm_class=0x40, sar_msg_ref_num=1))
    for _ in range(data.draw(st.integers(1, 6))):
        frame[data.draw(st.integers(4, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MalformedMessage):
        pdu.read(bytes(frame))


@row_by_row
def test_one_stray_byte_behind_short_message_is_ignored(name: str, behind: bytes) -> None:
    """Padding is a vice of many SMSCs: what can be read is a message, and what is ignored is counted."""
    body = deliver()[16:] + behind
    found = pdu.read((16 + len(body)).to_bytes(4) + deliver()[4:16] + body)
    assert found.segment is not None, name
    assert (found.segment.body, found.torn) == (b"halo", True)


@pytest.mark.parametrize(
    ("short", "behind", "text", "torn"),
    [
        pytest.param(b"", b"\x04\x24\x01\x2c" + b"y" * 300, b"y" * 300, False, id="message_payload for short_message"),
        pytest.param(b"", b"\x04\x24\x01\x2c" + b"y" * 200, b"y" * 200, True, id="message_payload that is cut"),
        pytest.param(b"halo", b"\x14\x01\x00\x03abc\x00\x05\x00\x01\x01", b"halo", False, id="an operator's own"),
    ],
)
def test_a_message_with_optional_parameters_is_read(short: bytes, behind: bytes, text: bytes, torn: bool) -> None:
    """Texts beyond 254 octets come so (SMPP 3.4, 5.3.2.32); one that lacks its end is better than none, and any other is no fault."""
    body = deliver(short_message=short)[16:] + behind
    found = pdu.read((16 + len(body)).to_bytes(4) + deliver()[4:16] + body)
    assert found.segment is not None
    assert (found.segment.body, found.torn) == (text, torn)


def test_a_deliver_sm_that_ends_in_its_mandatory_fields_is_a_fault_with_the_whole_frame() -> None:
    """It is kept as a dead letter and answered: no SMSC mends it by another try."""
    frame = (16 + 9).to_bytes(4) + deliver()[4:25]
    found = pdu.read(frame)
    assert isinstance(found.fault, MalformedMessage)
    assert (found.payload, found.segment) == (frame, None)


def test_a_broken_header_inside_a_sound_pdu_is_a_fault_that_can_be_kept() -> None:
    """It becomes a dead letter, not a protocol error: the SMSC has done nothing wrong."""
    found = pdu.read(deliver(short_message=b"\x28\x00\x03\x01", esm_class=0x40))
    assert isinstance(found.fault, MalformedMessage)
    assert found.payload == b"\x28\x00\x03\x01"


def mutated(frame: bytes, chance: random.Random) -> bytes:
    """Return a frame with bytes changed, cut out or put in anywhere behind the length, which is then right."""
    body = bytearray(frame[4:])
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body))
        match chance.randrange(4):
            case 0:
                del body[at : at + chance.randint(1, 9)]
            case 1:
                body[at:at] = chance.randbytes(chance.randint(1, 9))
            case _:
                body[at] = chance.randrange(256)
        body = body.ljust(12, b"\0")
    return (len(body) + 4).to_bytes(4) + bytes(body)


SOUND = (
    deliver(short_message=b"\x05\x00\x03\x01\x02\x01halo", esm_class=0x40),
    deliver(short_message=b"id:1 sub:001 dlvrd:001 stat:DELIVRD err:000", esm_class=0x04),
    deliver(short_message="banjir 😭".encode("utf-16-be"), data_coding=8, sar_msg_ref_num=7),
    pdu.enquire_link(1),
    pdu.submit_sm(2, compose("halo", address={"sender": "6281234567", "from": "1708"}, reference=1)[0]),
    (16 + 3).to_bytes(4) + b"\x80\0\0\4\0\0\0\0\0\0\0\2m1\0",
)


def read_all(count: int, seed: int) -> int:
    """Read so many mutated PDUs, and the texts in them; return how many were no PDU."""
    chance, malformed = random.Random(seed), 0
    for number in range(count):
        frame = mutated(SOUND[number % len(SOUND)], chance)
        try:
            found = pdu.read(frame)
        except MalformedMessage:
            malformed += 1
            continue
        if found.segment is not None:
            decode(found.segment.body, found.segment.data_coding)
    return malformed


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_mutated_pdus_raise_nothing_of_their_own(count: int) -> None:
    """Read, or malformed."""
    assert 0 < read_all(count, seed=count) < count
