"""Decodes the bytes of a message into its text, by its data_coding or, if that is wrong, by the bytes. Pure; never raises.

Sources: SMPP 3.4 (5.2.19 data_coding), 3GPP TS 23.038 (4 coding groups, 6.1.2.1 packing, 6.2.1 default alphabet).
"""

import codecs
from typing import Final, Literal

import ftfy
import gsm0338

Alphabet = Literal["gsm7", "latin1", "packed"]
"""An SMSC's default alphabet: GSM-7 with one septet per octet, Latin-1, or GSM-7 with packed septets."""

LATIN_1: Final = 3
UCS2: Final = 8
"""Values of data_coding (SMPP 3.4, 5.2.19)."""

_GSM = gsm0338.Codec()

_AS_IN_ASCII = b"\n\r !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The octets that mean the same in GSM-7 and ASCII: nearly all that people write, and fast to decode."""

_SURE = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    restore_byte_a0=True,
    replace_lossy_sequences=False,  # guesses at letters that are gone
    decode_inconsistent_utf8=True,
    fix_c1_controls=False,
)
"""Mends only text that ftfy finds implausible as it is, and whose bytes all decode as UTF-8."""

_HERE = ((0x20, 0x24F), (0x1E00, 0x1EFF), (0x2000, 0x2BFF), (0xFE00, 0xFE0F), (0x1F000, 0x1FAFF))
"""Latin with its extensions, punctuation and symbols, and emoji with their variation selectors."""

_SEPTETS, _OCTETS = 8, 7
"""Eight septets in seven octets."""

_PLAUSIBLE = 0.9
"""The least share of everyday characters in a text that a person wrote; of random septets about half are everyday."""

_EVERYDAY = frozenset(b" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;?!()/-'\"\n\r@#&+*=%")


def is_indication(data_coding: int) -> bool:
    """Return whether a data_coding octet marks a message waiting indication, as voicemail sends it (3GPP TS 23.038, 4)."""
    return 0xC <= data_coding >> 4 <= 0xE  # noqa: PLR2004  # groups 1100, 1101 and 1110


def as_written(body: bytes, data_coding: int, *, header: int, alphabet: Alphabet) -> tuple[bytes, int]:
    """Return the user data and the data_coding of a message in standard form, if its SMSC deviates from the standard.

    Packed septets are unpacked to one per octet, as SMPP carries them. If the default alphabet is Latin-1, data_coding becomes 3.

    Args:
        body: the user data without its header.
        data_coding: SMPP's data_coding octet.
        header: octets of the user data header.
        alphabet: the SMSC's default alphabet, from the setting of its link.
    """
    if coding_of(data_coding) != "gsm7":
        return body, data_coding
    if alphabet == "latin1" and data_coding == 0:
        return body, LATIN_1
    if alphabet == "packed":
        return _septets(body, header), data_coding
    if header and not body.isascii() and _utf8(body) is None:
        septets = _septets(body, header)
        if _everyday(septets) >= _PLAUSIBLE > _everyday(body):
            return septets, data_coding
    return body, data_coding


def decode(body: bytes, data_coding: int) -> tuple[str, str]:
    """Return the text of a message and the name of its coding. Never raises: undecodable bytes become U+FFFD.

    Args:
        body: the user data of all parts, without headers.
        data_coding: SMPP's data_coding octet.
    """
    coding = coding_of(data_coding)
    if coding == "ucs2" and data_coding != UCS2 and body.isascii() and 0 not in body:
        coding = "8bit"  # a pair of ASCII letters would be Chinese
    match coding:
        case "gsm7":
            text = _gsm7(body)
        case "ucs2":
            text = _ucs2(body)
        case "latin-1":
            text = body.decode("latin-1")
        case _:
            text = _eight_bit(body)
    return mended(text), coding


def mended(text: str) -> str:
    """Return the text with certain mojibake undone."""
    if text.isascii():
        return text
    better = ftfy.fix_encoding(text, _SURE)
    return better if all(map(_known_here, set(better) - set(text))) else text


def _known_here(character: str) -> bool:
    """Return whether the character occurs in Indonesian texts: Latin, typography, emoji. Chinese from a few accents would be chance."""
    return any(low <= ord(character) <= high for low, high in _HERE)


def coding_of(data_coding: int) -> str:
    """Return "gsm7", "ucs2", "latin-1" or "8bit" for a data_coding octet (SMPP 3.4 5.2.19, and 3GPP TS 23.038 4 for the groups)."""
    if data_coding >> 4 == 0xF:  # noqa: PLR2004  # message class group: bit 2 is the alphabet
        return "8bit" if data_coding & 0x04 else "gsm7"
    if 0 < data_coding >> 4 < 8:  # noqa: PLR2004  # groups 00xx, and 01xx (to be deleted once read): the same bits are the alphabet
        return {0: "gsm7", 1: "8bit", 2: "ucs2"}.get(data_coding >> 2 & 3, "gsm7")
    if data_coding >> 4 == 0xE:  # noqa: PLR2004  # message waiting, UCS-2
        return "ucs2"
    if 9 <= data_coding <= 11:  # noqa: PLR2004  # group 0000 of TS 23.038; nobody here sends SMPP's meanings
        return "ucs2"
    return {0: "gsm7", 1: "8bit", 2: "8bit", LATIN_1: "latin-1", 4: "8bit", UCS2: "ucs2", 18: "ucs2"}.get(
        data_coding, "gsm7"
    )


def _eight_bit(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _gsm7(body: bytes) -> str:
    """Decode one septet per octet, as SMPP carries them. An octet above 127 is no septet: then try UTF-8, packed septets and Latin-1."""
    if not body.translate(None, _AS_IN_ASCII):
        return body.decode("ascii")
    if not body.isascii():
        for other in (_utf8(body), _packed(body), _latin1(body)):
            if other is not None:
                return other
    text: str = _GSM.decode(body, "replace")[0]
    return text


def _utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _packed(body: bytes) -> str | None:
    """Decode eight septets in seven octets; return None unless the result looks like a text and the octets do not."""
    septets = _septets(body)
    if _everyday(septets) < _PLAUSIBLE or _everyday(body) >= _PLAUSIBLE:
        return None
    text: str = _GSM.decode(septets, "replace")[0]
    return text


def _septets(body: bytes, header: int = 0) -> bytes:
    """Unpack septets to one per octet. After a header of `header` octets, they begin at the next septet boundary."""
    fill = -header * _SEPTETS % _OCTETS
    number, bits = int.from_bytes(body, "little") >> fill, max(0, len(body) * _SEPTETS - fill)
    septets = bytes(number >> _OCTETS * at & 0x7F for at in range(bits // _OCTETS))
    if bits % _OCTETS == 0 and septets.endswith(b"\0"):
        septets = septets[:-1]  # seven spare bits are filled with zeros, which would read as @
    return septets


def _latin1(body: bytes) -> str | None:
    text = body.decode("latin-1")
    return text if all(character.isprintable() or character.isspace() for character in text) else None


def _everyday(octets: bytes) -> float:
    return sum(octet in _EVERYDAY for octet in octets) / max(1, len(octets))


def _ucs2(body: bytes) -> str:
    """Decode UTF-16, since phones send emoji as surrogate pairs: big-endian, unless a BOM or every unit says little-endian."""
    if body.startswith(codecs.BOM_UTF16_LE):
        return body[2:].decode("utf-16-le", "replace")
    if body.startswith(codecs.BOM_UTF16_BE):
        return body[2:].decode("utf-16-be", "replace")
    low, high = body[1::2], body[::2]
    if len(body) >= _OCTETS and not any(low) and all(high):  # each unit is a Latin-1 character, byte-swapped
        return body.decode("utf-16-le", "replace")
    return body.decode("utf-16-be", "replace")
