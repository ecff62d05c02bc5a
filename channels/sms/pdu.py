"""Reads and writes SMPP PDUs as whole frames, and raises only errors of our own tree.

smpplib encodes and decodes all but deliver_sm and data_sm. channels/sms/deliver.py reads these, as nearly all traffic is of them.
"""

import struct
from functools import cache
from typing import Any, NamedTuple

from smpplib import consts, exceptions, smpp

from channels.sms.deliver import DATA_SM, DELIVER_SM, read_delivered
from channels.sms.parse import Segment, payload, segment
from channels.sms.segments import Submit
from complaints.errors import MalformedMessage

HEADER_BYTES = 16
MAX_PDU_BYTES = 64 * 1024
"""The largest legal PDU has a message_payload of a little under 64 KB; a longer one means that the stream is out of step."""

OK: int = consts.SMPP_ESME_ROK
TEMPORARY = 0x64
"""ESME_RX_T_APPN: the ESME cannot take the message now; the SMSC keeps it and tries again."""
PERMANENT = 0x65
"""ESME_RX_P_APPN: the ESME will never take the message."""
INVALID_COMMAND: int = consts.SMPP_ESME_RINVCMDID
INVALID_LENGTH: int = consts.SMPP_ESME_RINVCMDLEN


@cache
def status_name(status: int) -> str:
    """Return SMPP's name of a command_status, with its number: operators' manuals list either."""
    names = {getattr(consts, name): name for name in dir(consts) if name.startswith("SMPP_ESME_R")}
    return f"{names.get(status, 'SMPP_a status of its own').removeprefix('SMPP_')} (0x{status:02x})"


class FramingError(MalformedMessage):
    """The stream is out of step; the session must reconnect."""


class _Sequence:
    """Gives smpplib the sequence number of a PDU; the session counts ours."""

    def __init__(self, number: int) -> None:
        self.sequence = number

    def next_sequence(self) -> int:
        return self.sequence


class Pdu(NamedTuple):
    """A PDU as read.

    Attributes:
        command: smpplib's name of the command, such as "deliver_sm".
        status: command_status.
        sequence: sequence_number.
        segment: the message that a deliver_sm or data_sm carries; None if it cannot be read.
        fault: why that message cannot be read.
        payload: the user data as received, or the whole frame if it cannot be found in it. Empty unless there is a fault.
        torn: whether some octets of a deliver_sm or data_sm were ignored.
        message_id: the SMSC's identifier of a message that it took from us.
    """

    command: str
    status: int
    sequence: int
    segment: Segment | None = None
    fault: MalformedMessage | None = None
    payload: bytes = b""
    torn: bool = False
    message_id: str = ""


class Frames:
    """Cuts a byte stream into whole PDUs. It buffers a partial one, so a timeout in the middle of a PDU loses nothing."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the PDUs that this chunk completes.

        Raises:
            FramingError: a command_length below 16 or above MAX_PDU_BYTES.
        """
        data: bytes | bytearray = chunk
        if self._buffer:
            self._buffer += chunk
            data = self._buffer
        frames, at, size = [], 0, len(data)
        while size - at >= HEADER_BYTES:
            length = int.from_bytes(data[at : at + 4])
            if not HEADER_BYTES <= length <= MAX_PDU_BYTES:
                raise FramingError(f"command_length {length} is outside {HEADER_BYTES}..{MAX_PDU_BYTES}")
            if size - at < length:
                break
            frames.append(bytes(data[at : at + length]))
            at += length
        if data is chunk:
            self._buffer += chunk[at:]
        else:
            del self._buffer[:at]
        return frames


def sequence_of(frame: bytes) -> int:
    """Return the sequence_number of a frame, which is readable even if the rest is not."""
    return int.from_bytes(frame[12:16])


def read(frame: bytes) -> Pdu:
    """Return the PDU in a frame.

    A deliver_sm or data_sm is always returned. If its content cannot be read, `fault` is set: keep the message as a dead letter.

    Raises:
        MalformedMessage: the frame is not a PDU of SMPP 3.4.
    """
    command_id = frame[4:8]
    if command_id == DELIVER_SM:
        return _delivered("deliver_sm", frame)
    if command_id == DATA_SM:
        return _delivered("data_sm", frame)
    try:
        name = smpp.pdu.extract_command(frame)
        if name == "submit_sm_resp":
            return _taken(frame)
        parsed = smpp.parse_pdu(frame, client=_Sequence(0), allow_unknown_opt_params=True)
    except (
        struct.error,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        exceptions.PDUError,
        exceptions.UnknownCommandError,
    ) as error:
        raise MalformedMessage(f"no SMPP 3.4 PDU: {error!r}") from error
    return Pdu(name, parsed.status, parsed.sequence)


def _delivered(name: str, frame: bytes) -> Pdu:
    status, sequence = int.from_bytes(frame[8:12]), int.from_bytes(frame[12:16])
    try:
        found = read_delivered(frame)
    except MalformedMessage as fault:
        return Pdu(name, status, sequence, fault=fault, payload=frame)
    try:
        return Pdu(name, status, sequence, segment(found), torn=found.torn)
    except MalformedMessage as fault:
        return Pdu(name, status, sequence, fault=fault, payload=payload(found), torn=found.torn)


def _taken(frame: bytes) -> Pdu:
    """Read a submit_sm_resp: some SMSCs leave out the body with an error, others the id's final NUL."""
    message_id = frame[HEADER_BYTES:].split(b"\0")[0].decode("latin-1").strip()
    return Pdu("submit_sm_resp", int.from_bytes(frame[8:12]), sequence_of(frame), message_id=message_id)


def _made(name: str, sequence: int, **fields: Any) -> bytes:
    made = smpp.make_pdu(name, client=_Sequence(sequence), **fields)
    made.sequence = sequence
    generated: bytes = made.generate()
    return generated


def bind_transceiver(sequence: int, *, system_id: str, password: str) -> bytes:
    """Return the PDU that opens a session in both directions."""
    return _made(
        "bind_transceiver",
        sequence,
        system_id=system_id,
        password=password,
        system_type="",
        interface_version=consts.SMPP_VERSION_34,
    )


def submit_sm(sequence: int, message: Submit) -> bytes:
    """Return the PDU that hands the SMSC a message for a citizen."""
    return _made(
        "submit_sm",
        sequence,
        source_addr_ton=message.source.ton,
        source_addr_npi=message.source.npi,
        source_addr=message.source.address,
        dest_addr_ton=message.destination.ton,
        dest_addr_npi=message.destination.npi,
        destination_addr=message.destination.address,
        esm_class=message.esm_class,
        registered_delivery=message.registered_delivery,
        data_coding=message.data_coding,
        short_message=message.octets,
    )


def response(to: Pdu, status: int = OK) -> bytes:
    """Return the response to a request, with a status."""
    made = _answer_to(to.command)
    return made[:8] + status.to_bytes(4) + to.sequence.to_bytes(4) + made[HEADER_BYTES:]


@cache
def _answer_to(command_name: str) -> bytes:
    """Return a response as a template: responses differ only in status and sequence number."""
    return _made(f"{command_name}_resp", 0, status=OK)


def generic_nack(sequence: int, status: int) -> bytes:
    """Return the answer to a PDU that could not be read."""
    return _made("generic_nack", sequence, status=status)


def enquire_link(sequence: int) -> bytes:
    """Return the PDU that asks whether the other side is still there."""
    return _made("enquire_link", sequence)


def unbind(sequence: int) -> bytes:
    """Return the PDU that ends a session."""
    return _made("unbind", sequence)
