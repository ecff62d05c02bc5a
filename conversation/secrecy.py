"""Reads in a complaint that its reporter, or the report itself, is to be hidden. To hide too much does the least harm. Pure."""

import re
from dataclasses import replace
from typing import Final

from complaints.message import InboundMessage
from conversation.said.words import WORDS
from normalizer.text import fold

_ASKS_NAMELESS: Final = re.compile(
    r"\b(?:di)?(?:rahasia(?:kan)?|sembunyikan|anonimkan) (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b"
    r"|\bjangan (?:di ?)?(?:sebut(?:kan)?|tampilkan|cantumkan|sebarkan|umumkan) (?:\w+ ){0,2}(?:nama|identitas|nomor)\b"
    r"|\b(?:nama|identitas) (?:\w+ ){0,2}(?:jangan|tolong|mohon|minta|harap) (?:\w+ )?(?:di ?)?"
    r"(?:sebut|sebutkan|rahasia|rahasiakan|sembunyikan|tampilkan)\b"
    r"|\b(?:nama|identitas)(?:ku)? (?:\w+ ){0,3}(?:di ?)?(?:rahasiakan|samarkan|sembunyikan|inisialkan|anonimkan|tutupi)\b"
    r"|\b(?:samarkan|disamarkan|tutupi|lindungi) (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b"
    r"|\b(?:jangan|jgn) (?:di ?)?(?:bocor|beri ?tahu|kasih ?tahu|kasih|ungkap|buka|bilang|sebar)(?:kan|in)? (?:\w+ ){0,3}"
    r"(?:nama|identitas|nomor|pelapor|saya|sy)\b"
    r"|\b(?:kalau|kalo|klo|bahwa) (?:saya|sy|aku) (?:yang|yg) (?:me)?(?:lapor|ngadu)\w*\b"
    r"|\b(?:jangan|jgn) (?:sampai|sampe) (?:\w+ ){0,4}(?:tahu|tau|ketahuan|bocor|diketahui|tersebar)\b"
    r"|\b(?:saya|sy|aku|mohon|tolong|minta|ingin|mau|secara|sebagai|pelapor|lapor|melapor|kirim) (?:\w+ )?"
    r"(?:anonim|anonimkan|dianonimkan|anonymous|tanpa nama)\b"
    r"|^anonim\b|\banonim$"
)

_ASKS_SECRET: Final = re.compile(
    r"\b(?:laporan|aduan|pengaduan|pesan)(?:nya|ku)? (?:(?:saya|sy|ini|itu|tolong|mohon|bersifat|sifatnya|harap|minta|agar|supaya) )*"
    r"(?:di ?)?rahasia(?:kan)?\b"
    r"|\b(?:tolong|mohon|mhn|tlg|harap|minta|agar|supaya|bersifat|sifatnya) (?:(?:ini|untuk|ya|pak|bu|laporan|agar|di) )*"
    r"(?:di ?)?rahasia(?:kan)?(?! (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b)\b"
    r"|\b(?:di)?rahasiakan(?: (?:ya|pak|bu|saja|min|dong))*$"
)


def hidden(message: InboundMessage) -> InboundMessage:
    """Return a complaint as hidden as it asks to be in its text. Who asks for a secret report without a word of the person means both."""
    secret = asks_to_be_secret(message.text)
    anonymous = secret or asks_to_be_nameless(message.text)
    if (secret and not message.secret) or (anonymous and not message.anonymous):
        return replace(message, secret=message.secret or secret, anonymous=message.anonymous or anonymous)
    return message


def asks_to_be_nameless(text: str) -> bool:
    """Return whether a complaint asks, among all that it says, that its reporter is not named. To hide too much does the least harm."""
    return _ASKS_NAMELESS.search(fold(text).decode("ascii")) is not None


def asks_to_be_secret(text: str) -> bool:
    """Return whether a complaint asks, among all that it says, that the report itself is secret, or does not say what of it."""
    said = fold(text).decode("ascii")
    found = _ASKS_SECRET.search(said)
    return found is not None and not _of_person(said[: found.end()].split())


def _of_person(words: list[str]) -> bool:
    """Return whether what is to be hidden is said of a person: "identitas saya mohon dirahasiakan"."""
    return not WORDS.person.isdisjoint(words[-5:])
