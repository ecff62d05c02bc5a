"""Cuts a text into short messages as a phone does, and puts the short messages of others together again; pure."""

from dataclasses import dataclass, field
from typing import Literal

Coding = Literal["auto", "gsm7", "latin1", "ucs2"]
Split = Literal["udh", "sar", "payload"]

GSM7, LATIN1, UCS2 = 0, 3, 8  # data_coding values of SMPP 3.4, 5.2.19
UDHI = 0x40  # esm_class bit: the message begins with a user data header
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER, PAYLOAD = 0x020C, 0x020E, 0x020F, 0x0424  # optional parameters

# 3GPP TS 23.038: the default alphabet in code order; a character's code is its place.
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

# What fits: alone, in a part with an 8-bit reference, in a part with a 16-bit one. GSM-7 counts septets, which SMPP
# links carry one to an octet; the others count octets of the 140 that a short message has.
_ROOM = {GSM7: (160, 153, 152), LATIN1: (140, 134, 133), UCS2: (140, 134, 133)}
_MOST_PARTS = 255
_WIDE = 16


class TextError(ValueError):
    """The text cannot be sent in the coding that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The content of one short message: the octets, how to read them, and optional parameters."""

    octets: bytes
    data_coding: int
    esm_class: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)


def encode(text: str, coding: Coding = "auto") -> tuple[int, list[bytes]]:
    """Return data_coding and the octets of each character; a character is never cut in two.

    Raises:
        TextError: the coding has no such character.
    """
    if coding in {"auto", "gsm7"} and all(character in _CODES for character in text):
        return GSM7, [_CODES[character] for character in text]
    if coding == "gsm7":
        raise TextError("the text has characters that GSM-7 has not")
    if coding == "latin1":
        try:
            return LATIN1, [character.encode("latin-1") for character in text]
        except UnicodeEncodeError as error:
            raise TextError("the text has characters that Latin-1 has not") from error
    return UCS2, [character.encode("utf-16-be", "surrogatepass") for character in text]


def split(text: str, coding: Coding = "auto", *, reference: int, bits: int = 8, how: Split = "udh") -> list[Part]:
    """Cut a text into parts.

    Args:
        text: what the citizen types.
        coding: alphabet; `auto` is GSM-7 where that is enough, else UCS-2.
        reference: number that ties the parts together.
        bits: width of the reference in the user data header, 8 or 16.
        how: by user data header, by SAR parameters, or whole in the message_payload parameter.

    Raises:
        TextError: it cannot be coded, or needs more than 255 parts.
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
        raise TextError(f"the text needs {len(pieces)} parts; {_MOST_PARTS} are the most")
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
    """One short message as received: its text, and its place when it is a part of a longer one."""

    text: str
    reference: int = 0
    total: int = 1
    number: int = 1


def read(part: Part) -> Received:
    """Decode a short message; what cannot be decoded is shown with replacement characters, never refused."""
    octets = part.tlvs.get(PAYLOAD) or part.octets
    place = _place_by_parameters(part.tlvs)
    if part.esm_class & UDHI and octets and len(octets) > octets[0]:
        place = _place_by_header(octets[1 : octets[0] + 1]) or place
        octets = octets[octets[0] + 1 :]
    reference, total, number = place or (0, 1, 1)
    return Received(text=decode(octets, part.data_coding), reference=reference, total=total, number=number)


def decode(octets: bytes, data_coding: int) -> str:
    """Decode octets by data_coding; GSM-7 is one septet to an octet."""
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
    """Find the concatenation element, 8-bit (0x00, 3 octets) or 16-bit (0x08, 4 octets), among the header's."""
    while len(header) > 1 and len(header) >= 2 + header[1]:
        element, value = header[0], header[2 : 2 + header[1]]
        if (element, len(value)) in {(0, 3), (8, 4)}:
            return int.from_bytes(value[:-2]), value[-2], value[-1]
        header = header[2 + len(value) :]
    return None
