"""Splits a text into short messages as a phone does, and decodes the short messages of clients. Pure."""

from dataclasses import dataclass, field
from typing import Literal

Coding = Literal["auto", "gsm7", "latin1", "ucs2"]
Split = Literal["udh", "sar", "payload"]

GSM7, LATIN1, UCS2 = 0, 3, 8  # data_coding values of SMPP 3.4, 5.2.19
UDHI = 0x40  # esm_class bit: the message begins with a user data header
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER, PAYLOAD = 0x020C, 0x020E, 0x020F, 0x0424  # optional parameters

# 3GPP TS 23.038: the default alphabet in code order; a character's code is its position.
_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_CODES = {character: bytes([code]) for code, character in enumerate(_ALPHABET) if code != _ESCAPE}
_EXTENSION = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40}
_EXTENSION["€"] = 0x65
_CODES |= {character: bytes([_ESCAPE, code]) for character, code in _EXTENSION.items()}
_EXTENDED = {code: character for character, code in _EXTENSION.items()}

# Capacity of a short message: alone, as a part with an 8-bit reference, as a part with a 16-bit reference. GSM-7 counts
# septets, which SMPP carries as one octet each; the others count octets, of which a short message has 140.
_ROOM = {GSM7: (160, 153, 152), LATIN1: (140, 134, 133), UCS2: (140, 134, 133)}
_MOST_PARTS = 255  # the user data header has one octet for the number of parts
_WIDE = 16  # bits of the wider reference


class TextError(ValueError):
    """A message cannot be sent as requested, for instance because its alphabet lacks a character or it needs too many parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The content of one short message: its octets, with the user data header if any, their coding, and its parameters.

    Attributes:
        octets: the octets of the message; empty if they are in the message_payload parameter.
        data_coding: the alphabet of the octets, as SMPP 3.4 numbers it.
        esm_class: the features of the message; bit 0x40 says that the octets begin with a user data header.
        tlvs: the values of the optional parameters, by tag.
    """

    octets: bytes
    data_coding: int
    esm_class: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)


def encode(text: str, coding: Coding = "auto") -> tuple[int, list[bytes]]:
    """Return the data_coding of a text, and the octets of each character in it.

    The octets are listed by character so that the caller can split the text without cutting a character in two.

    Args:
        text: the text.
        coding: the alphabet; `auto` is GSM-7 if that has all characters of the text, else UCS-2.

    Raises:
        TextError: the coding lacks a character of the text.
    """
    if coding in {"auto", "gsm7"} and all(character in _CODES for character in text):
        return GSM7, [_CODES[character] for character in text]
    if coding == "gsm7":
        raise TextError("the text has characters that GSM-7 lacks")
    if coding == "latin1":
        try:
            return LATIN1, [character.encode("latin-1") for character in text]
        except UnicodeEncodeError as error:
            raise TextError("the text has characters that Latin-1 lacks") from error
    return UCS2, [character.encode("utf-16-be", "surrogatepass") for character in text]


def split(text: str, coding: Coding = "auto", *, reference: int, bits: int = 8, how: Split = "udh") -> list[Part]:
    """Split a text into the parts of a long message; return one part if it fits into one short message.

    Args:
        text: the text that the citizen types.
        coding: the alphabet; `auto` is GSM-7 if that has all characters, else UCS-2.
        reference: the number that all parts of the message share; its low bits are used.
        bits: width of the reference in the user data header, 8 or 16. SAR parameters always have 16.
        how: `udh` puts the position of a part into a user data header, `sar` into SAR parameters (sar_msg_ref_num and so
            on). `payload` puts the whole text, undivided, into the message_payload parameter of one part.

    Raises:
        TextError: the coding lacks a character of the text, or the text needs more than 255 parts.
    """
    data_coding, characters = encode(text, coding)
    whole = b"".join(characters)
    alone, narrow, wide = _ROOM[data_coding]
    if how == "payload":
        return [Part(octets=b"", data_coding=data_coding, tlvs={PAYLOAD: whole})]
    if len(whole) <= alone:
        return [Part(octets=whole, data_coding=data_coding)]
    pieces = _pieces(characters, wide if bits == _WIDE else narrow)
    if len(pieces) > _MOST_PARTS:
        raise TextError(f"the text needs {len(pieces)} parts; the maximum is {_MOST_PARTS}")
    parts = []
    for number, piece in enumerate(pieces, 1):
        if how == "sar":
            tlvs = {SAR_REFERENCE: (reference & 0xFFFF).to_bytes(2), SAR_TOTAL: bytes([len(pieces)])}
            parts.append(Part(octets=piece, data_coding=data_coding, tlvs=tlvs | {SAR_NUMBER: bytes([number])}))
        else:
            header = _header(reference, len(pieces), number, bits)
            parts.append(Part(octets=header + piece, data_coding=data_coding, esm_class=UDHI))
    return parts


def _pieces(characters: list[bytes], room: int) -> list[bytes]:
    pieces, piece = [], bytearray()
    for character in characters:
        if len(piece) + len(character) > room:
            pieces.append(bytes(piece))
            piece.clear()
        piece += character
    return [*pieces, bytes(piece)]


def _header(reference: int, total: int, number: int, bits: int) -> bytes:
    if bits == _WIDE:
        return bytes([6, 8, 4]) + (reference & 0xFFFF).to_bytes(2) + bytes([total, number])
    return bytes([5, 0, 3, reference & 0xFF, total, number])


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One short message as received: its text, and its position if it is a part of a longer message.

    Attributes:
        text: the text of this part.
        reference: the number that all parts of the message share; 0 if the message names none.
        total: the number of parts of the message.
        number: the position of this part, counted from 1.
    """

    text: str
    reference: int = 0
    total: int = 1
    number: int = 1


def read(part: Part) -> Received:
    """Return the text of a short message and its position in a longer one.

    Octets that cannot be decoded become replacement characters; no message is refused. The message_payload parameter takes
    precedence over the octets, and the user data header over the SAR parameters.
    """
    octets = part.tlvs.get(PAYLOAD) or part.octets
    place = _place_by_parameters(part.tlvs)
    if part.esm_class & UDHI and octets and len(octets) > octets[0]:
        place = _place_by_header(octets[1 : octets[0] + 1]) or place
        octets = octets[octets[0] + 1 :]
    reference, total, number = place or (0, 1, 1)
    return Received(text=decode(octets, part.data_coding), reference=reference, total=total, number=number)


def decode(octets: bytes, data_coding: int) -> str:
    """Return the text of octets in the alphabet that data_coding names: UCS-2 (8), GSM-7 (0) or Latin-1 (any other value).

    GSM-7 has one septet per octet. Octets that are not valid become replacement characters.
    """
    if data_coding == UCS2:
        return octets.decode("utf-16-be", "replace")
    if data_coding != GSM7:
        return octets.decode("latin-1")
    text, escaped = [], False
    for code in octets:
        if code == _ESCAPE and not escaped:
            escaped = True
            continue
        plain = _ALPHABET[code] if code < len(_ALPHABET) else "�"
        text.append(_EXTENDED.get(code, plain) if escaped else plain)
        escaped = False
    return "".join(text)


def _place_by_parameters(tlvs: dict[int, bytes]) -> tuple[int, int, int] | None:
    if not {SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER} <= tlvs.keys():
        return None
    place = (tlvs[SAR_REFERENCE], tlvs[SAR_TOTAL], tlvs[SAR_NUMBER])
    reference, total, number = (int.from_bytes(value) for value in place)
    return reference, total, number


def _place_by_header(header: bytes) -> tuple[int, int, int] | None:
    """Return the reference, total and number of a part from its user data header; None if the header has no such element.

    The concatenation element, which holds them, has an 8-bit reference (identifier 0x00, 3 octets) or a 16-bit one
    (identifier 0x08, 4 octets).
    """
    while len(header) > 1 and len(header) >= 2 + header[1]:
        element, value = header[0], header[2 : 2 + header[1]]
        if (element, len(value)) in {(0, 3), (8, 4)}:
            return int.from_bytes(value[:-2]), value[-2], value[-1]
        header = header[2 + len(value) :]
    return None
