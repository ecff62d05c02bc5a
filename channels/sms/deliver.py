"""Reads the fields of a deliver_sm or data_sm from its octets, without a library because it runs for every SMS. Pure.

Sources: SMPP 3.4 (4.6.1 deliver_sm, 4.7.1 data_sm, 5.3 optional parameters).
"""

from typing import Final, NamedTuple

from complaints.errors import MalformedMessage

DELIVER_SM: Final = b"\0\0\0\x05"
DATA_SM: Final = b"\0\0\x01\x03"
"""The command_id of each, as in the frame."""

TLV_PAYLOAD: Final = 0x0424

_BODY: Final = 16
"""The offset of the body, after the header."""


class Delivered(NamedTuple):
    """The fields of a delivered message.

    Attributes:
        source_ton: type of number of the sender.
        source_npi: numbering plan of the sender.
        source: the sender's number as the SMSC wrote it.
        destination_ton: type of number of our number.
        destination_npi: numbering plan of our number.
        destination: our number.
        esm_class: the kind of message.
        data_coding: the alphabet.
        short_message: the user data; empty in a data_sm.
        tlvs: the optional parameters by tag.
        torn: whether octets after the mandatory fields were ignored or missing, because they form no whole optional parameter.
        protocol_id: how the network should handle it (3GPP TS 23.040, 9.2.3.9); 0 in a data_sm.
        service_type: the SMSC's service that sent it.
    """

    source_ton: int
    source_npi: int
    source: bytes
    destination_ton: int
    destination_npi: int
    destination: bytes
    esm_class: int
    data_coding: int
    short_message: bytes
    tlvs: dict[int, bytes]
    torn: bool
    protocol_id: int = 0
    service_type: bytes = b""


def read_delivered(frame: bytes) -> Delivered:
    """Return the fields of a deliver_sm or a data_sm.

    A frame is readable if its mandatory fields are. Octets after them that form no optional parameter are ignored.

    Raises:
        MalformedMessage: the frame ends before its mandatory fields do.
    """
    try:
        at = frame.index(0, _BODY) + 1  # behind service_type
        source_end = frame.index(0, at + 2)
        to = source_end + 1
        end = frame.index(0, to + 2)
        if frame[4:8] == DATA_SM:  # esm_class, registered_delivery, data_coding
            data_coding, behind, short_message, protocol_id = frame[end + 3], end + 4, b"", 0
        else:  # esm_class, protocol_id, priority_flag, two times, registered_delivery, replace_if_present_flag, data_coding
            behind = frame.index(0, frame.index(0, end + 4) + 1) + 1
            data_coding = frame[behind + 2]
            text = behind + 5  # after sm_default_msg_id and sm_length, without which the message is empty
            behind = text + frame[text - 1] if text <= len(frame) else len(frame)
            short_message, protocol_id = frame[text:behind], frame[end + 2]
        fields = frame[at], frame[at + 1], frame[at + 2 : source_end], frame[to], frame[to + 1], frame[to + 2 : end]
        esm_class, service_type = frame[end + 1], frame[_BODY : at - 1]
    except (ValueError, IndexError) as error:
        raise MalformedMessage("the PDU ends before its mandatory fields do") from error
    tlvs, torn = ({}, False) if behind == len(frame) else _tlvs(frame, behind)
    return Delivered(*fields, esm_class, data_coding, short_message, tlvs, torn, protocol_id, service_type)


def _tlvs(frame: bytes, at: int) -> tuple[dict[int, bytes], bool]:
    """Return the optional parameters from `at` on, and whether some octets form none. Of a truncated text, the part that came is kept."""
    tlvs: dict[int, bytes] = {}
    size = len(frame)
    while at + 4 <= size:
        tag = frame[at] << 8 | frame[at + 1]
        end = at + 4 + (frame[at + 2] << 8 | frame[at + 3])
        if end > size:
            if tag == TLV_PAYLOAD:
                tlvs.setdefault(tag, frame[at + 4 :])
            return tlvs, True
        tlvs[tag] = frame[at + 4 : end]
        at = end
    return tlvs, at != size
