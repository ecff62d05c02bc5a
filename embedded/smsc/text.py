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
    """The text cannot be sent as requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The content of one short message: its octets, their coding, and optional parameters by tag."""

    octets: bytes
    data_coding: int
    esm_class: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)


def encode(text: str, coding: Coding = "auto") -> tuple[int, list[bytes]]:
    """Return the data_coding of a text and the octets of each character, so that no character is cut in two.

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
    """Split a text into parts.

    Args:
        text: the text that the citizen types.
        coding: alphabet; `auto` is GSM-7 if that has all characters, else UCS-2.
        reference: number that all parts of the message share.
        bits: width of the reference in the user data header, 8 or 16.
        how: with user data headers, with SAR parameters, or undivided in the message_payload parameter.

    Raises:
        TextError: the text cannot be coded, or needs more than 255 parts.
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
    """One short message as received: its text, and its position if it is a part of a longer message."""

    text: str
    reference: int = 0
    total: int = 1
    number: int = 1


def read(part: Part) -> Received:
    """Decode a short message. Octets that cannot be decoded become replacement characters; nothing is refused."""
    octets = part.tlvs.get(PAYLOAD) or part.octets
    place = _place_by_parameters(part.tlvs)
    if part.esm_class & UDHI and octets and len(octets) > octets[0]:
        place = _place_by_header(octets[1 : octets[0] + 1]) or place
        octets = octets[octets[0] + 1 :]
    reference, total, number = place or (0, 1, 1)
    return Received(text=decode(octets, part.data_coding), reference=reference, total=total, number=number)


def decode(octets: bytes, data_coding: int) -> str:
    """Decode octets according to data_coding: UCS-2, GSM-7 (one septet per octet), and Latin-1 for any other value."""
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
    """Find the concatenation element of a user data header and return its reference, total and number; None without one.

    It has an 8-bit reference (element 0x00, 3 octets) or a 16-bit one (element 0x08, 4 octets).
    """
    while len(header) > 1 and len(header) >= 2 + header[1]:
        element, value = header[0], header[2 : 2 + header[1]]
        if (element, len(value)) in {(0, 3), (8, 4)}:
            return int.from_bytes(value[:-2]), value[-2], value[-1]
        header = header[2 + len(value) :]
    return None
