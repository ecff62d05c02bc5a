"""From the bytes of a message to its text, as its data_coding says or as its bytes show. Pure; never raises, and the bytes are kept.

Sources: SMPP 3.4 (5.2.19 data_coding), 3GPP TS 23.038 (4 coding groups, 6.1.2.1 packing, 6.2.1 default alphabet).
"""

import codecs
from typing import Final, Literal

import ftfy
import gsm0338

Alphabet = Literal["gsm7", "latin1", "packed"]
"""What an SMSC's default alphabet is: GSM-7 with a septet an octet, Latin-1, or GSM-7 whose septets are packed."""

LATIN_1: Final = 3
UCS2: Final = 8
"""Values of data_coding (SMPP 3.4, 5.2.19)."""

_GSM = gsm0338.Codec()

_AS_IN_ASCII = b"\n\r !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The octets that mean the same in GSM-7 and ASCII: nearly all that people write, and read at once."""

_SURE = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    restore_byte_a0=True,
    replace_lossy_sequences=False,  # guesses at letters that are gone
    decode_inconsistent_utf8=True,
    fix_c1_controls=False,
)
"""Mends only what decodes as UTF-8 to the last byte, where ftfy finds the text as it is unlikely to be meant."""

_HERE = ((0x20, 0x24F), (0x1E00, 0x1EFF), (0x2000, 0x2BFF), (0xFE00, 0xFE0F), (0x1F000, 0x1FAFF))
"""Latin with its extensions, punctuation and symbols, and emoji with what selects their looks."""

_SEPTETS, _OCTETS = 8, 7
"""Eight septets in seven octets."""

_PLAUSIBLE = 0.9
"""The share of everyday characters in a text that somebody wrote; of random septets about half are."""

_EVERYDAY = frozenset(b" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;?!()/-'\"\n\r@#&+*=%")


def is_indication(data_coding: int) -> bool:
    """Return whether a data_coding octet is that of a notice that messages wait, as voicemail sends it (3GPP TS 23.038, 4)."""
    return 0xC <= data_coding >> 4 <= 0xE  # noqa: PLR2004  # groups 1100, 1101 and 1110


def as_written(body: bytes, data_coding: int, *, header: int, alphabet: Alphabet) -> tuple[bytes, int]:
    """Return the user data and the data_coding of a message as the standard writes them, where its SMSC does otherwise.

    Septets that were packed become one an octet, as SMPP carries them; the default alphabet of an SMSC may be Latin-1.

    Args:
        body: the user data without its header.
        data_coding: SMPP's data_coding octet.
        header: octets of the user data header.
        alphabet: what the default alphabet is at this SMSC, from the setting of its link.
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
    """Return the text of a message and the name of its coding. Never raises: what cannot be read becomes U+FFFD.

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
    """Return the text with mojibake undone, where it is sure to be mojibake."""
    if text.isascii():
        return text
    better = ftfy.fix_encoding(text, _SURE)
    return better if all(map(_known_here, set(better) - set(text))) else text


def _known_here(character: str) -> bool:
    """Return whether Indonesian texts have the character: Latin letters, typography, emoji. Chinese out of a few accents is chance."""
    return any(low <= ord(character) <= high for low, high in _HERE)


def coding_of(data_coding: int) -> str:
    """Return "gsm7", "ucs2", "latin-1" or "8bit" for a data_coding octet (SMPP 3.4 5.2.19, and 3GPP TS 23.038 4 for the groups)."""
    if data_coding >> 4 == 0xF:  # noqa: PLR2004  # message class group: bit 2 tells the alphabet
        return "8bit" if data_coding & 0x04 else "gsm7"
    if 0 < data_coding >> 4 < 8:  # noqa: PLR2004  # groups 00xx, and 01xx (to be deleted once read): the same bits tell the alphabet
        return {0: "gsm7", 1: "8bit", 2: "ucs2"}.get(data_coding >> 2 & 3, "gsm7")
    if data_coding >> 4 == 0xE:  # noqa: PLR2004  # message waiting, UCS-2
        return "ucs2"
    if 9 <= data_coding <= 11:  # noqa: PLR2004  # group 0000 of TS 23.038; what SMPP has there nobody here sends
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
    """Read one septet an octet, as SMPP links carry them; an octet above 127 is none, and shows that the SMSC does otherwise."""
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
    """Read eight septets in seven octets, where what comes out is a text and what stands there is none."""
    septets = _septets(body)
    if _everyday(septets) < _PLAUSIBLE or _everyday(body) >= _PLAUSIBLE:
        return None
    text: str = _GSM.decode(septets, "replace")[0]
    return text


def _septets(body: bytes, header: int = 0) -> bytes:
    """Return the septets that are packed in octets, one an octet; behind a header they begin at the next boundary of a septet."""
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
    """Read UTF-16, as phones send emoji as surrogate pairs: big-endian, unless a mark or each single unit says otherwise."""
    if body.startswith(codecs.BOM_UTF16_LE):
        return body[2:].decode("utf-16-le", "replace")
    if body.startswith(codecs.BOM_UTF16_BE):
        return body[2:].decode("utf-16-be", "replace")
    low, high = body[1::2], body[::2]
    if len(body) >= _OCTETS and not any(low) and all(high):  # each unit is one of Latin-1, turned round
        return body.decode("utf-16-le", "replace")
    return body.decode("utf-16-be", "replace")
