"""Splits a text into short messages: in GSM-7 if possible, in one message if it fits, otherwise in parts with a header. Pure.

Sources: 3GPP TS 23.038 (alphabets), 23.040 (9.2.3.24.1, concatenation with an 8-bit reference), SMPP 3.4 (4.4.1, 5.2.5, 5.2.6).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import gsm0338

from channels.sms.coding import Alphabet
from channels.sms.numbers import (
    LONGEST_E164,
    LONGEST_SHORT_CODE,
    TON_ALPHANUMERIC,
    TON_INTERNATIONAL,
    TON_NATIONAL,
    TON_UNKNOWN,
    bare,
    e164,
)
from channels.sms.parse import UDHI
from complaints.errors import Undeliverable

GSM7, UCS2 = 0x00, 0x08
"""data_coding: the SMSC's default alphabet, and UCS-2 (SMPP 3.4, 5.2.19)."""

ROOM = {GSM7: (160, 153), UCS2: (140, 134)}
"""The room in a single message, and in a part after its header of six octets: in septets (one per octet on SMPP), or in octets."""

MOST_PARTS = 10
"""The most parts of a reply. One longer than 1,530 GSM-7 characters is cut and ends in dots; the web's tracking page has it whole."""

_DOTS = "..."

_HEADER = 6
"""Octets of the header of a part."""

RECEIPT_WANTED = 0x01
"""registered_delivery: asks for a receipt of the final outcome (SMPP 3.4, 5.2.17)."""

NPI_UNKNOWN, NPI_E164 = 0, 1

_NUMBER = re.compile(rf"\+?[0-9]{{{LONGEST_SHORT_CODE + 1},{LONGEST_E164}}}")

_LIKE = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "\u0060": "'", "\u02bc": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-", "\u00ad": "",
    "\u2022": "-", "\u00b7": "-", "\u25cf": "-", "\u25aa": "-", "\u2026": "...", "\u00d7": "x", "\u00f7": "/", "\u2044": "/",
    "\u2192": "->", "\u2190": "<-", "\u2264": "<=", "\u2265": ">=", "\u00a9": "(c)", "\u00ae": "(R)", "\u2122": "TM",
    "\u00b0": " derajat", "\u20b9": "Rs", "\u00a6": "|", "\u0131": "i", "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0153": "oe",
    "\u0152": "OE", "\u00fe": "th", "\u00f0": "d", "\t": " ", "\u00a0": " ", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip
"""Plain equivalents of characters that GSM-7 lacks: the typography of word processors and web forms."""

_GSM = gsm0338.Codec()

_AS_IN_ASCII = re.compile(r"[\n !\"#%&'()*+,./0-9:;<=>?A-Za-z-]*")
"""Matches a text whose characters are the same octets in GSM-7 and ASCII, as in most of our texts. Encoding each takes 100 us per text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An SMPP address: a number or a name, with its type of number and numbering plan."""

    address: str
    ton: int
    npi: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """One short message to send, as the fields of a submit_sm.

    Attributes:
        source: our short code.
        destination: the citizen's number.
        octets: the user data, with its header if it is a part.
        data_coding: SMPP's octet.
        esm_class: SMPP's octet.
        registered_delivery: SMPP's octet. Only the last part, whose id stands for the message, asks for a receipt.
    """

    source: Endpoint
    destination: Endpoint
    octets: bytes
    data_coding: int
    esm_class: int = 0
    registered_delivery: int = 0


def endpoint(address: str, *, ton: str = "", npi: str = "") -> Endpoint:
    """Return an address with the types that the SMSC gave it, or else with those that follow from its form.

    Args:
        address: the address as the SMSC wrote it.
        ton: type of number as the SMSC gave it, in digits; empty if it is not known.
        npi: numbering plan, likewise.
    """
    if ton.isdecimal() and npi.isdecimal():
        return Endpoint(address=address, ton=int(ton), npi=int(npi))
    if not _NUMBER.fullmatch(address):
        return Endpoint(address=address, ton=TON_UNKNOWN, npi=NPI_E164 if address.isdecimal() else NPI_UNKNOWN)
    national = address.startswith("0")
    return Endpoint(address=address, ton=TON_NATIONAL if national else TON_INTERNATIONAL, npi=NPI_E164)


def recipient(address: Mapping[str, str]) -> Endpoint:
    """Return the address to reply to, which must be able to be a person's telephone.

    Args:
        address: the reply address: "sender", the number as the SMSC wrote it, and the channel's other fields (see compose).

    Raises:
        Undeliverable: the sender is a machine, which would reply for ever, or our own number.
    """
    ours, written = address.get("from", ""), address.get("sender", "")
    ton, sender = address.get("ton", ""), bare(written)
    if sender.lstrip("+").startswith(("00", "620")):  # prefixes that no number in E.164 form has
        sender = e164(sender, _type(ton))
    if ton == str(TON_ALPHANUMERIC) or not _NUMBER.fullmatch(sender):
        kind = "short code" if sender.isdecimal() else "name"
        raise Undeliverable(f"the sender is a {kind}, not a telephone number: a machine is never answered")
    if e164(sender, _type(ton)) == e164(ours, _type(address.get("from_ton", ""))):
        raise Undeliverable("the sender is our own number")
    if sender.startswith("+") and (ton == str(TON_NATIONAL) or sender != written):
        return endpoint(sender)  # rewritten, so the SMSC's types may not fit
    return endpoint(sender, ton=ton, npi=address.get("npi", ""))


def is_person(address: Mapping[str, str]) -> bool:
    """Return whether the sender of a message can be a person and can be answered (see recipient)."""
    try:
        recipient(address)
    except Undeliverable:
        return False
    return True


def _type(digits: str) -> int:
    return int(digits) if digits.isdecimal() else TON_UNKNOWN


def gsm7(text: str) -> str:
    """Return the text in characters of GSM-7, as far as possible.

    Typography becomes plain, accents that GSM-7 lacks are dropped, and pictures are left out; letters of other scripts stay.
    """
    return "".join(_plain(character) for character in unicodedata.normalize("NFC", text))


def _plain(character: str) -> str:
    if character not in "\x1b\r\f" and _octets(character) is not None:
        return character
    if (like := _LIKE.get(character)) is not None:
        return like
    if unicodedata.category(character) in {"So", "Sk", "Cf", "Cc", "Mn", "Me", "Co", "Cn", "Cs"}:
        return ""  # pictures with their joiners and skin tones, and unprintable characters
    letters = unicodedata.normalize("NFKD", character)
    plain = "".join(_LIKE.get(letter, letter) for letter in letters if not unicodedata.combining(letter))
    return plain if plain and all(_octets(letter) is not None for letter in plain) else character


def _octets(character: str) -> bytes | None:
    try:
        octets: bytes = _GSM.encode(character)[0]
    except UnicodeError:
        return None
    return octets


def encode(text: str) -> tuple[int, list[bytes]]:
    """Return the data_coding and the octets of each character: in GSM-7, or all in UCS-2 if GSM-7 lacks a letter."""
    if _AS_IN_ASCII.fullmatch(text):
        return GSM7, [bytes((octet,)) for octet in text.encode("ascii")]
    plain = gsm7(text)
    units = [_octets(character) for character in plain]
    found = [unit for unit in units if unit is not None]
    if len(found) == len(units):
        return GSM7, found
    return UCS2, [character.encode("utf-16-be", "replace") for character in plain]


def split(text: str, *, reference: int) -> tuple[int, list[bytes]]:
    """Return the data_coding and the user data of each part. No extension pair and no surrogate pair is cut in two.

    Args:
        text: the text for the citizen.
        reference: the number that ties the parts together; its low eight bits are used.
    """
    if len(text) <= ROOM[GSM7][0] and _AS_IN_ASCII.fullmatch(text):
        return GSM7, [text.encode("ascii")]
    data_coding, units = encode(text)
    alone, with_header = ROOM[data_coding]
    if sum(map(len, units)) <= alone:
        return data_coding, [b"".join(units)]
    pieces = list(_pieces(units, with_header))
    if len(pieces) > MOST_PARTS:
        pieces = pieces[:MOST_PARTS]
        pieces[-1][-len(_DOTS) :] = encode(_DOTS)[1] if data_coding == GSM7 else [b"\0."] * len(_DOTS)
    header = bytes([5, 0, 3, reference & 0xFF, len(pieces)])
    return data_coding, [header + bytes([number]) + b"".join(piece) for number, piece in enumerate(pieces, 1)]


def _in_latin1(part: bytes, *, header: int) -> bytes:
    """Return a GSM-7 part in Latin-1, for an SMSC with that default alphabet. It lacks only the euro and some Greek capitals."""
    text: str = _GSM.decode(part[header:])[0]
    return part[:header] + text.encode("latin-1", "replace")


def _pieces(units: Sequence[bytes], room: int) -> Iterator[list[bytes]]:
    piece: list[bytes] = []
    size = 0
    for unit in units:
        if size + len(unit) > room:
            yield piece
            piece, size = [], 0
        piece.append(unit)
        size += len(unit)
    yield piece


def compose(text: str, *, address: Mapping[str, str], reference: int, alphabet: Alphabet = "gsm7") -> list[Submit]:
    """Return the short messages that carry a text to a citizen.

    Args:
        text: the text for the citizen.
        address: the reply address: "sender", "from" (our number that he wrote to), "ton", "npi", "from_ton" and "from_npi", as the
            SMSC gave them.
        reference: a number that the next long message to the same citizen does not have.
        alphabet: the meaning of data_coding 0 at the SMSC.

    Raises:
        Undeliverable: the sender is a machine, our own number is not known, or there is no text.
    """
    to = recipient(address)
    if not (ours := address.get("from", "")):
        raise Undeliverable("the reply address does not say which of our numbers was written to")
    data_coding, parts = split(text, reference=reference)
    if parts == [b""]:
        raise Undeliverable("there is no text to send")
    if alphabet == "latin1" and data_coding == GSM7:
        parts = [_in_latin1(part, header=_HEADER if len(parts) > 1 else 0) for part in parts]
    source = endpoint(ours, ton=address.get("from_ton", ""), npi=address.get("from_npi", ""))
    return [
        Submit(
            source=source,
            destination=to,
            octets=part,
            data_coding=data_coding,
            esm_class=UDHI if len(parts) > 1 else 0,
            registered_delivery=RECEIPT_WANTED if number == len(parts) else 0,
        )
        for number, part in enumerate(parts, 1)
    ]
