"""Splits a text into short messages as a phone does, and decodes the short messages of clients. Pure."""

from dataclasses import dataclass, field

GSM7, UCS2 = 0, 8  # data_coding values of SMPP 3.4, 5.2.19
UDHI = 0x40  # esm_class bit: the message begins with a user data header

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

# Capacity of a short message, alone and as a part. GSM-7 counts septets, which SMPP carries as one octet each; UCS-2 counts
# octets, of which a short message has 140.
_ROOM = {GSM7: (160, 153), UCS2: (140, 134)}
_MOST_PARTS = 255  # the user data header has one octet for the number of parts


class TextError(ValueError):
    """A message cannot be sent as requested, for instance because it needs too many parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The content of one short message: its octets, with the user data header if any, their coding, and its parameters.

    Attributes:
        octets: the octets of the message.
        data_coding: the alphabet of the octets, as SMPP 3.4 numbers it.
        esm_class: the features of the message; bit 0x40 says that the octets begin with a user data header.
        tlvs: the values of the optional parameters, by tag.
    """

    octets: bytes
    data_coding: int
    esm_class: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)


def split(text: str, *, reference: int) -> list[Part]:
    """Split a text into the parts of a long message; return one part if it fits into one short message.

    The alphabet is GSM-7 if that has all characters of the text, else UCS-2. No character is cut in two.

    Args:
        text: the text that the citizen types.
        reference: the number in the user data header that all parts of the message share; its low 8 bits are used.

    Raises:
        TextError: the text needs more than 255 parts.
    """
    data_coding = GSM7 if all(character in _CODES for character in text) else UCS2
    if data_coding == GSM7:
        characters = [_CODES[character] for character in text]
    else:
        characters = [character.encode("utf-16-be", "surrogatepass") for character in text]
    whole = b"".join(characters)
    alone, as_part = _ROOM[data_coding]
    if len(whole) <= alone:
        return [Part(octets=whole, data_coding=data_coding)]
    pieces = _pieces(characters, as_part)
    if len(pieces) > _MOST_PARTS:
        raise TextError(f"the text needs {len(pieces)} parts; the maximum is {_MOST_PARTS}")
    return [
        Part(
            octets=bytes([5, 0, 3, reference & 0xFF, len(pieces), number]) + piece,
            data_coding=data_coding,
            esm_class=UDHI,
        )
        for number, piece in enumerate(pieces, 1)
    ]


def _pieces(characters: list[bytes], room: int) -> list[bytes]:
    pieces, piece = [], bytearray()
    for character in characters:
        if len(piece) + len(character) > room:
            pieces.append(bytes(piece))
            piece.clear()
        piece += character
    return [*pieces, bytes(piece)]


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

    Octets that cannot be decoded become replacement characters; no message is refused.
    """
    octets, place = part.octets, (0, 1, 1)
    if part.esm_class & UDHI and octets and len(octets) > octets[0]:
        place = _place(octets[1 : octets[0] + 1]) or place
        octets = octets[octets[0] + 1 :]
    reference, total, number = place
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


def _place(header: bytes) -> tuple[int, int, int] | None:
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
