"""Reads a delivered short message: its headers, which part of a long one it is, and whether a person wrote it. Pure.

Sources: SMPP 3.4 (5.2.12 esm_class, 5.3 optional parameters) and 3GPP TS 23.040 (9.2.3.24, user data header).
"""

from typing import NamedTuple

from channels.sms.coding import is_indication
from channels.sms.deliver import TLV_PAYLOAD, Delivered
from channels.sms.receipts import TLV_RECEIPTED_ID, TLV_STATE, DeliveryReceipt, in_disguise, read_receipt
from complaints.errors import MalformedMessage

UDHI = 0x40
"""esm_class bit 6: the payload begins with a user data header."""

RECEIPT = 0x04
"""esm_class bits 5-2 of a delivery receipt. SMSCs also set them wrongly: without a receipt's content, it may be a citizen's story."""

NOTICES = frozenset({0x08, 0x10, 0x18, 0x20})
"""The same bits of acknowledgements, aborts and notifications. A message with them that does not report on our texts is an ordinary one."""

MESSAGE_TYPE_MASK = 0x3C

MOST_PARTS = 255
"""The most parts of a long message: their number is one octet (3GPP TS 23.040, 9.2.3.24.1)."""

WHOLE_OCTETS = MOST_PARTS * 153
"""The user data of the longest possible message: SMPP carries each of a part's 153 septets in an octet. Its text, at most three bytes of
UTF-8 per octet, fits into a complaint (complaints.limits.COMPLAINT_BYTES)."""

PART_OCTETS = 1_000
"""The most user data of a part. SMSCs that resplit messages fill short_message, 254 octets, or somewhat more in message_payload."""

TLV_SAR_REFERENCE = 0x020C
TLV_SAR_TOTAL = 0x020E
TLV_SAR_SEQUENCE = 0x020F

SAR_LENGTHS = {TLV_SAR_REFERENCE: 2, TLV_SAR_TOTAL: 1, TLV_SAR_SEQUENCE: 1}

CONCAT_8_BIT = 0x00
CONCAT_16_BIT = 0x08

OF_NOTICES = frozenset({0x01, 0x23})
"""The information elements that only machines send: notices of voicemail (3GPP TS 23.040, 9.2.3.24)."""

OF_PORTS = {0x04: 1, 0x05: 2}
"""The information elements that address an application (WAP push), with the size of its port in octets. Port 0 addresses none."""

TLV_DESTINATION_PORT = 0x020B
"""destination_port (SMPP 3.4, 5.3.2.21). source_port proves nothing: some SMSCs set it on everybody's texts."""

PROTOCOLS_OF_MACHINES = frozenset({0x40, 0x5F, *range(0x7C, 0x80)})
"""The protocol identifiers of messages that a telephone does not show as a person's: type 0, return call, and downloads (9.2.3.9)."""

SERVICES_OF_MACHINES = frozenset({b"VMN", b"VMA", b"WAP"})
"""The service types of voicemail and WAP (SMPP 3.4, 5.2.11)."""


class Concat(NamedTuple):
    """The place of a segment: part `sequence` (from 1) of `total` of the long message `reference`."""

    reference: int
    total: int
    sequence: int


class Segment(NamedTuple):
    """One delivered short message.

    Attributes:
        source: the sender's number as the SMSC gave it.
        destination: the number it was sent to.
        body: the user data without its header.
        data_coding: SMPP's data_coding octet.
        concat: which part of a long message it is; None for a whole one.
        receipt: whether esm_class marks it as a delivery receipt, or as another notice about one of our messages.
        mistaken: whether it is marked as a receipt without the content of one: a story, or a receipt in an unknown form.
        report: the content of the receipt, if it can be read. If `receipt` is False, only the words look like one: anybody can write them.
        ton: type of number of the sender. The SMSC accepts an answer with the types that it gave both numbers.
        npi: numbering plan of the sender.
        from_ton: type of number of our number.
        from_npi: numbering plan of our number.
        machine: whether an application sent it: a WAP push, a notice of voicemail, a silent message.
        header: octets of the user data header, after which packed septets begin at the next septet boundary.
    """

    source: str
    destination: str
    body: bytes
    data_coding: int
    concat: Concat | None = None
    receipt: bool = False
    report: DeliveryReceipt | None = None
    ton: int = 0
    npi: int = 0
    from_ton: int = 0
    from_npi: int = 0
    machine: bool = False
    header: int = 0
    mistaken: bool = False


def segment(found: Delivered) -> Segment:
    """Return the segment that a deliver_sm or data_sm carries.

    Raises:
        MalformedMessage: the user data header does not fit, or the message is longer than any telephone sends.
    """
    concat, whole, tlvs = None, payload(found), found.tlvs
    elements, body = split_udh(whole) if found.esm_class & UDHI else ({}, whole)
    if elements:
        concat = _concat_of(elements)
    if tlvs:
        concat = concat or _sar(tlvs)
    if concat is not None and not _is_part(concat):
        concat = None
    kind = found.esm_class & MESSAGE_TYPE_MASK
    receipt = mistaken = False
    if kind == RECEIPT or kind in NOTICES:
        reports = TLV_RECEIPTED_ID in tlvs or TLV_STATE in tlvs or read_receipt(body, tlvs) is not None
        mistaken = kind == RECEIPT and not reports and bool(body.strip(b"\0 \r\n"))
        receipt = reports or (kind == RECEIPT and not mistaken)
    if not receipt:
        _check_size(body, concat)
    return Segment(
        _text(found.source),
        _text(found.destination),
        body,
        found.data_coding,
        concat,
        receipt,
        read_receipt(body, tlvs) if receipt else in_disguise(body, tlvs),
        found.source_ton,
        found.source_npi,
        found.destination_ton,
        found.destination_npi,
        _is_of_machine(found, elements),
        len(whole) - len(body),
        mistaken,
    )


def _is_of_machine(found: Delivered, elements: dict[int, bytes]) -> bool:
    """Return whether an application sent a message, by its fields alone."""
    if not elements and not found.tlvs and not found.protocol_id and not found.service_type and not found.data_coding:
        return False  # nearly all messages
    ports = [elements.get(element, b"")[:octets] for element, octets in OF_PORTS.items()]
    return bool(
        found.protocol_id in PROTOCOLS_OF_MACHINES
        or found.service_type in SERVICES_OF_MACHINES
        or is_indication(found.data_coding)
        or not OF_NOTICES.isdisjoint(elements)
        or any(map(any, (*ports, found.tlvs.get(TLV_DESTINATION_PORT, b""))))
    )


def _check_size(body: bytes, concat: Concat | None) -> None:
    """Check that a whole message, or a part so that the joined message, does not exceed the possible length."""
    most = WHOLE_OCTETS if concat is None else min(PART_OCTETS, WHOLE_OCTETS // concat.total)
    if len(body) > most:
        what = "the message" if concat is None else f"part {concat.sequence} of {concat.total}"
        raise MalformedMessage(f"{what} has {len(body)} octets of user data; at most {most} are possible")


def payload(found: Delivered) -> bytes:
    """Return the whole user data, with its header."""
    return joined(found.short_message, found.tlvs.get(TLV_PAYLOAD, b"")) if found.tlvs else found.short_message


def _text(octets: bytes) -> str:
    return octets.decode("latin-1").strip()


def joined(short_message: bytes, message_payload: bytes) -> bytes:
    """Return the whole user data. SMPP allows one of the two fields, but some SMSCs put the text or its rest into the other as well."""
    if message_payload.startswith(short_message):
        return message_payload
    return short_message if short_message.startswith(message_payload) else short_message + message_payload


def split_udh(payload: bytes) -> tuple[dict[int, bytes], bytes]:
    """Return the information elements of the user data header, and the octets of the text after it.

    Raises:
        MalformedMessage: the header is longer than the payload, or an element longer than the header.
    """
    if not payload or payload[0] + 1 > len(payload):
        raise MalformedMessage(
            f"the user data header says {payload[0] if payload else 0} bytes, the message has {len(payload)}"
        )
    header, body = payload[1 : payload[0] + 1], payload[payload[0] + 1 :]
    elements: dict[int, bytes] = {}
    at = 0
    while at < len(header):
        if at + 2 > len(header) or at + 2 + header[at + 1] > len(header):
            raise MalformedMessage(f"information element at byte {at} runs out of the user data header")
        elements[header[at]] = header[at + 2 : at + 2 + header[at + 1]]
        at += 2 + header[at + 1]
    return elements, body


def _concat_of(elements: dict[int, bytes]) -> Concat | None:
    if len(short := elements.get(CONCAT_8_BIT, b"")) == 3:  # noqa: PLR2004  # reference, total, sequence
        return Concat(short[0], short[1], short[2])
    if len(wide := elements.get(CONCAT_16_BIT, b"")) == 4:  # noqa: PLR2004  # two bytes of reference
        return Concat(int.from_bytes(wide[:2]), wide[2], wide[3])
    return None


def _sar(tlvs: dict[int, bytes]) -> Concat | None:
    if any(len(tlvs.get(tag, b"")) != length for tag, length in SAR_LENGTHS.items()):
        return None
    reference, total, sequence = (
        int.from_bytes(tlvs.get(tag, b"")) for tag in (TLV_SAR_REFERENCE, TLV_SAR_TOTAL, TLV_SAR_SEQUENCE)
    )
    return Concat(reference, total, sequence)


def _is_part(concat: Concat) -> bool:
    """Return whether the part is valid; if not, the message counts as a whole one (3GPP TS 23.040, 9.2.3.24.1)."""
    return concat.total > 1 and 1 <= concat.sequence <= concat.total
