"""SMPP PDUs in and out, on smpplib's codec: whole frames in, whole frames out, and nothing raised outside our error tree."""

import struct
from dataclasses import dataclass
from functools import cache
from typing import Any

from smpplib import command, consts, exceptions, smpp

from channels.sms.parse import TLV_PAYLOAD, Segment, Types, joined, segment
from channels.sms.segments import Submit
from complaints.errors import MalformedMessage

HEADER_BYTES = 16
MAX_PDU_BYTES = 64 * 1024
"""The largest legal PDU is a message_payload of 64 KB less some; a longer one is a stream out of step."""

OK: int = consts.SMPP_ESME_ROK
TEMPORARY = 0x64
"""ESME_RX_T_APPN: the ESME cannot take it now, the SMSC keeps it and tries again."""
PERMANENT = 0x65
"""ESME_RX_P_APPN: the ESME will never take it."""
INVALID_COMMAND: int = consts.SMPP_ESME_RINVCMDID
INVALID_LENGTH: int = consts.SMPP_ESME_RINVCMDLEN


@cache
def status_name(status: int) -> str:
    """Return a command_status as SMPP names it, with its number: operators look for either in their manuals."""
    names = {getattr(consts, name): name for name in dir(consts) if name.startswith("SMPP_ESME_R")}
    return f"{names.get(status, 'SMPP_a status of its own').removeprefix('SMPP_')} (0x{status:02x})"


class FramingError(MalformedMessage):
    """The stream is out of step: only a new connection helps."""


class _Sequence:
    """What smpplib asks for where a PDU needs a number: ours are counted by the bind."""

    def __init__(self, number: int) -> None:
        self.sequence = number

    def next_sequence(self) -> int:
        return self.sequence


@dataclass(frozen=True, slots=True)
class Pdu:
    """A PDU that was read.

    Attributes:
        command: smpplib's name, "deliver_sm".
        status: command_status.
        sequence: sequence_number.
        segment: the message that a deliver_sm or data_sm carries.
        fault: why that message cannot be read; then `payload` has what can be kept.
        payload: the user data as it came.
        message_id: what the SMSC calls a message that it took from us.
    """

    command: str
    status: int
    sequence: int
    segment: Segment | None = None
    fault: MalformedMessage | None = None
    payload: bytes = b""
    message_id: str = ""


class Frames:
    """A byte stream cut into whole PDUs. It owns what it has read, so a timeout in the middle of a PDU loses nothing."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the PDUs that are whole with this chunk.

        Raises:
            FramingError: a command_length below 16 or above MAX_PDU_BYTES.
        """
        self._buffer += chunk
        frames, at = [], 0
        while len(self._buffer) - at >= HEADER_BYTES:
            length = int.from_bytes(self._buffer[at : at + 4])
            if not HEADER_BYTES <= length <= MAX_PDU_BYTES:
                raise FramingError(f"command_length {length} is outside {HEADER_BYTES}..{MAX_PDU_BYTES}")
            if len(self._buffer) - at < length:
                break
            frames.append(bytes(self._buffer[at : at + length]))
            at += length
        del self._buffer[:at]
        return frames


class _WithTlvs:
    """Reads optional parameters by their lengths alone: an SMSC may send any, and smpplib raises KeyError at most of them."""

    tlvs: dict[int, bytes]

    def parse_optional_params(self, data: bytes) -> None:
        self.tlvs = {}
        at = 0
        while at < len(data):
            tag, length = struct.unpack_from(">HH", data, at)
            if at + 4 + length > len(data):
                raise struct.error(f"optional parameter 0x{tag:04x} runs out of the PDU")
            self.tlvs[tag] = data[at + 4 : at + 4 + length]
            at += 4 + length


class _DeliverSm(_WithTlvs, command.DeliverSM):  # type: ignore[misc]  # smpplib is untyped
    pass


class _DataSm(_WithTlvs, command.DataSM):  # type: ignore[misc]  # the same
    pass


_MESSAGES = {"deliver_sm": _DeliverSm, "data_sm": _DataSm}


def sequence_of(frame: bytes) -> int:
    """Return the sequence_number of a frame, which is there whatever the rest is."""
    return int.from_bytes(frame[12:16])


def read(frame: bytes) -> Pdu:
    """Return what a frame says.

    A message whose own content is out of order (a user data header that does not fit) is no protocol fault: it comes back with `fault`
    set, to be kept as a dead letter.

    Raises:
        MalformedMessage: the frame is no PDU that SMPP 3.4 knows.
    """
    try:
        name = smpp.pdu.extract_command(frame)
        if name == "submit_sm_resp":
            return _taken(frame)
        if name not in _MESSAGES:
            parsed = smpp.parse_pdu(frame, client=_Sequence(0), allow_unknown_opt_params=True)
            return Pdu(name, parsed.status, parsed.sequence)
        message: Any = _MESSAGES[name](name, client=_Sequence(0))
        message.tlvs = {}
        message.parse(frame)
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
    if message.data_coding is None:
        raise MalformedMessage("the PDU ends before its mandatory fields do")
    payload = joined(getattr(message, "short_message", None) or b"", message.tlvs.get(TLV_PAYLOAD, b""))
    try:
        found = segment(
            source=_text(message.source_addr),
            destination=_text(message.destination_addr),
            esm_class=message.esm_class or 0,
            data_coding=message.data_coding or 0,
            payload=payload,
            tlvs=message.tlvs,
            types=Types(
                message.source_addr_ton or 0,
                message.source_addr_npi or 0,
                message.dest_addr_ton or 0,
                message.dest_addr_npi or 0,
            ),
        )
    except MalformedMessage as fault:
        return Pdu(name, message.status, message.sequence, fault=fault, payload=payload)
    return Pdu(name, message.status, message.sequence, segment=found, payload=payload)


def _taken(frame: bytes) -> Pdu:
    """Read a submit_sm_resp: some SMSCs leave out the body with an error, others the id's final NUL."""
    message_id = frame[HEADER_BYTES:].split(b"\0")[0]
    return Pdu("submit_sm_resp", int.from_bytes(frame[8:12]), sequence_of(frame), message_id=_text(message_id))


def _text(value: bytes | None) -> str:
    return (value or b"").decode("latin-1").strip("\0 ")


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
    """Return the answer to a request, with a status."""
    made = _answer_to(to.command)
    return made[:8] + status.to_bytes(4) + to.sequence.to_bytes(4) + made[HEADER_BYTES:]


@cache
def _answer_to(command_name: str) -> bytes:
    """Return an answer as smpplib makes it: each differs only in its status and number."""
    return _made(f"{command_name}_resp", 0, status=OK)


def generic_nack(sequence: int, status: int) -> bytes:
    """Return the answer to what could not be read."""
    return _made("generic_nack", sequence, status=status)


def enquire_link(sequence: int) -> bytes:
    """Return the question whether the other side is still there."""
    return _made("enquire_link", sequence)


def unbind(sequence: int) -> bytes:
    """Return the PDU that ends a session."""
    return _made("unbind", sequence)
