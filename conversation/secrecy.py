"""Reads in a complaint that its reporter, or the report itself, is to be hidden. To hide too much does the least harm. Pure."""

import re
from dataclasses import replace
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

from complaints.message import InboundMessage
from conversation.citizen import Document
from conversation.said.own import own_words
from conversation.said.words import WORDS
from normalizer.text import fold

_ASKS_NAMELESS: Final = re.compile(
    r"\b(?:di)?(?:rahasia(?:kan)?|sembunyikan|anonimkan) (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b"
    r"|\bjangan (?:di ?)?(?:sebut|tulis|muat|pasang|pampang|tampil|cantum|sebar|umum|publikasi)(?:kan|in)? "
    r"(?:\w+ ){0,2}(?:nama|identitas|nomor)\b"
    r"|\b(?:nama|identitas)(?:ku|nya)? (?:\w+ ){0,2}(?:jangan|tolong|mohon|minta|harap) (?:\w+ )?(?:di ?)?"
    r"(?:sebut|rahasia|sembunyi|tampil|tulis|muat|pasang|pampang|cantum|sebar|umum|publikasi|bocor|buka|ekspos)(?:kan|in)?\b"
    r"|\b(?:nama|identitas)(?:ku)? (?:\w+ ){0,3}(?:di ?)?(?:rahasiakan|samarkan|sembunyikan|inisialkan|anonimkan|tutupi)\b"
    r"|\b(?:samarkan|disamarkan|tutupi|lindungi) (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b"
    r"|\b(?:jangan|jgn) (?:di ?)?(?:bocor|beri ?tahu|kasih ?tahu|kasih|ungkap|buka|bilang|sebar)(?:kan|in)? (?:\w+ ){0,3}"
    r"(?:nama|identitas|nomor|pelapor|saya|sy)\b"
    r"|\b(?:kalau|kalo|klo|bahwa) (?:saya|sy|aku) (?:yang|yg) (?:me)?(?:lapor|ngadu)\w*\b"
    r"|\b(?:jangan|jgn) (?:sampai|sampe) (?:\w+ ){0,4}(?:tahu|tau|ketahuan|bocor|diketahui|tersebar)\b"
    r"|\b(?:saya|sy|aku|mohon|tolong|minta|ingin|mau|secara|sebagai|pelapor|lapor|melapor|kirim) (?:\w+ )?"
    r"(?:anonim|anonimkan|dianonimkan|anonymous|tanpa nama)\b"
    r"|^anonim\b|\banonim$|^tanpa nama\b|\bdirahasiain\b"
    r"|\bkerahasiaan (?:\w+ ){0,2}(?:nama|identitas|pelapor|saya|sy|data)\b"
    r"|\bidentitas(?:ku|nya)? (?:\w+ ){0,3}(?:dilindungi|dijaga|aman)\b"
    r"|\bjangan (?:\w+ )?(?:sebut|disebut|disebutkan|bilang|tahu|tau) siapa\b"
    r"|\b(?:nama|identitas)(?:ku)? (?:\w+ ){0,2}(?:tidak|tdk|tak|gak|ga|nggak|ngga) (?:perlu|usah) "
    r"(?:di ?)?(?:sebut|tampil|tulis|cantum|muat)\w*"
    r"|\b(?:tidak|tdk|tak|gak|ga|nggak|ngga) (?:perlu|usah) (?:di ?)?(?:sebut|tampil|tulis|cantum|muat)\w* "
    r"(?:\w+ ){0,2}(?:nama|identitas)\b"
    r"|\b(?:no|nomor|nomer) (?:hp|wa|telp|telepon) (?:\w+ ){0,2}jangan (?:di ?)?(?:sebar|kasih|beri|sebut)\w*"
    r"|\b(?:sembunyikan|rahasiakan) (?:no|nomor|nomer) (?:hp|wa|telp|telepon)\b"
    r"|(?:\bojo|(?:^|\b(?:pak|bu|min|tolong|mohon) )(?:aja|ulah|tong)) (?:ngomong|omong|bilang|sebut|disebat)\b"
    r"|\bna(?:ma|mi) (?:kulo|abdi|kula) (?:\w+ )?(?:disebat|disebut)\b"
    r"|\b(?:jadikan|ubah|bikin|buat|pengen|jadi) (?:\w+ )?anonim\b|\bhapus (?:\w+ )?(?:nama|identitas|nomor) (?:saya|sy|aku)"
    r"(?: (?:ya|pak|bu|min))*$"
    r"|(?:^|\b(?:saya|sy|aku|kami|karena|krn) )takut (?:ketahuan|diketahui)\b"
    r"|\b(?:data|foto) (?:diri |pribadi )?(?:saya|sy|aku|pelapor) (?:\w+ ){0,2}jangan (?:sampai )?(?:di ?)?"
    r"(?:bocor|sebar|kasih|umum|publikasi|ekspos)\w*"
    r"|\bjangan (?:\w+ )?(?:diteruskan|diberikan|dikasih) (?:nama|identitas|nomor)\b"
    r"|(?<!bilang )(?<!suruh )(?<!menyuruh )\bjangan (?:di ?)?(?:bilang|(?:kasih|beri) ?ta?h?u)\w* "
    r"(?:ke|kepada|sama|siapa|pak|bu|rt|rw|kades|lurah|camat)\b"
)

_ASKS_SECRET: Final = re.compile(
    r"\b(?:laporan|aduan|pengaduan|pesan)(?:nya|ku)? (?:(?:saya|sy|ini|itu|tolong|mohon|bersifat|sifatnya|harap|minta|agar|supaya) )*"
    r"(?:di ?)?rahasia(?:kan)?\b"
    r"|\b(?:tolong|mohon|mhn|tlg|harap|minta|agar|supaya|bersifat|sifatnya) (?:(?:ini|untuk|ya|pak|bu|laporan|agar|di) )*"
    r"(?:di ?)?rahasia(?:kan)?(?! (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b)\b"
    r"|\b(?:di)?rahasiakan(?: (?:ya|pak|bu|saja|min|dong))*$|\bjadikan rahasia\b|^(?:ini )?rahasia ya\b"
    r"|\bjangan (?:\w+ )?(?:di ?)?(?:publish|publikasi(?:kan)?|tampil(?:kan)? (?:di|ke) (?:publik|umum))"
    r"(?= (?:ya|pak|bu|min|laporan|aduan)\b|$)"
    r"|\b(?:laporan|aduan|pengaduan|pesan)(?:nya|ku)? (?:(?:saya|sy|ini|itu|tolong|mohon|harap|minta|agar|supaya) )*jangan (?:sampai )?"
    r"(?:di ?)?(?:sebar|umum|publikasi|publish|ekspos|viral|bocor|buka|muat|tampil)(?:kan|in|luaskan)?\b"
)

_OPENING: Final = (
    r"(?:(?:halo|hallo|assalamualaikum|selamat|pagi|siang|sore|malam|maaf|pak|bu|bapak|ibu|min|admin|lapor|laporan|aduan|pengaduan|ini|"
    r"sifatnya|bersifat|sangat|tolong|mohon)\W+)*"
)
"""The words that may stand before RAHASIA at the beginning of a report."""

_MARKED_SECRET: Final = re.compile(rf"^\W*{_OPENING}rahasia(?:kan)?\s*(?:[.:,;!\n-]|$)", re.IGNORECASE)
"""RAHASIA before a stop, at the beginning of a report: it says of the whole report that it is secret."""

_BEGINS_SECRET: Final = re.compile(
    rf"^{_OPENING}rahasia(?! (?:(?:(?:ini|itu|yang|sudah|sdh) )?(?:umum|publik|bukan|lagi)|negara|dagang|perusahaan|jabatan|bank|dinas|"
    r"dokumen|data|ujian|soal|pribadi|medis|bocor|terbongkar|dijual|dibocorkan)\b)"
    r"(?! (?:\w+ ){0,2}(?:nama|identitas|pelapor|nomor)\b)\b"
)
"""RAHASIA as the first word of a report, if it does not tell of a secret: "rahasia negara dijual", "rahasia umum"."""

_HINTS: Final = BytesAhoCorasick([hint.encode() for hint in sorted(WORDS.hints_to_hide)])
"""A text without any of them, as most are, needs no closer look."""

_OF_A_WISH: Final = 20
"""The maximum number of words of a message that says no more than the wish to be hidden."""

_FROM_WHOM: Final = re.compile(
    r"\b(?:ke|ka|kepada|dari|oleh|sama|sampai) (?:(?:pak|bu|bapak|ibu|para) )?"
    r"(?:kepala )?(?:camat|lurah|kades|desa|kelurahan|kecamatan|sekolah|atasan|tetangga|warga|rt|rw|(?<=pak )\w+|(?<=bu )\w+)\b"
    r"|\b(?:pak|bu) (?:camat|lurah|kades|rt|rw)\b"
)
"""Whom something is to be hidden from: "ke camat", "dari pak Budi"."""

_SHORTENED: Final = {
    "jgn": "jangan",
    "jng": "jangan",
    "jgan": "jangan",
    "tlg": "tolong",
    "tlong": "tolong",
    "mhn": "mohon",
}


def hidden(message: InboundMessage, *, like: Document | None = None) -> InboundMessage:
    """Return a complaint as hidden as it asks to be in its text. Who asks for a secret report without a word of the person means both.

    Args:
        message: the complaint.
        like: the citizen's case of these days, if he has one: further words of it would betray what he had hidden there.
    """
    text, known = own_words(message), like or {}
    wishes = bool(_HINTS.find_matches_as_indexes(fold(text)))
    secret = (wishes and asks_to_be_secret(text)) or bool(known.get("secret"))
    anonymous = secret or (wishes and asks_to_be_nameless(text)) or bool(known.get("anonymous"))
    if (secret and not message.secret) or (anonymous and not message.anonymous):
        return replace(message, secret=message.secret or secret, anonymous=message.anonymous or anonymous)
    return message


def only_wishes(text: str) -> bool:
    """Return whether a text says nothing but a wish to be hidden, whom from, and why: "jangan sebut nama saya ke camat, saya takut"."""
    said = _folded(text)
    if not _HINTS.find_matches_as_indexes(fold(text)):
        return False
    wished = [
        found.span() for pattern in (_ASKS_NAMELESS, _ASKS_SECRET, _BEGINS_SECRET) for found in pattern.finditer(said)
    ]
    if not wished or len(said.split()) > _OF_A_WISH:
        return False
    wished += [found.span() for found in _FROM_WHOM.finditer(said)]
    left = "".join(" " if any(start <= at < end for start, end in wished) else letter for at, letter in enumerate(said))
    return WORDS.beside_a_wish.issuperset(left.split())


def asks_to_be_nameless(text: str) -> bool:
    """Return whether a complaint asks, among all that it says, that its reporter is not named. To hide too much does the least harm."""
    return _ASKS_NAMELESS.search(_folded(text)) is not None


def asks_to_be_secret(text: str) -> bool:
    """Return whether a complaint asks, among all that it says, that the report itself is secret, or does not say what of it."""
    said = _folded(text)
    if _MARKED_SECRET.match(text) or _BEGINS_SECRET.match(said):
        return True
    found = _ASKS_SECRET.search(said)
    return found is not None and not _of_person(said[: found.end()].split())


def _folded(text: str) -> str:
    """Return the folded words of a text, those of a wish in full."""
    return " ".join(_SHORTENED.get(word, word) for word in fold(text).decode("ascii").split())


def _of_person(words: list[str]) -> bool:
    """Return whether what is to be hidden is said of a person: "identitas saya mohon dirahasiakan"."""
    return not WORDS.person.isdisjoint(words[-5:])
