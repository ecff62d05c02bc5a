"""Replaces personal data in free text by placeholders, for everyone except the responsible officer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_letters
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

from complaints.runtime.packaged import words_in
from normalizer.known_words import without_codes


def alternatives(name: str) -> str:
    """Return the words of a list as the alternatives of a pattern."""
    return "|".join(words_in("normalizer", name))


NEVER_A_PLACE: Final = alternatives("masking_never_a_place")
"""Names with which no place of the gazetteer begins."""

ALSO_A_PLACE: Final = alternatives("masking_also_a_place")
"""Names with which places begin too ("Budi Mulya"): alone, or before any other word, they prove nothing."""

REGIONS: Final = alternatives("masking_regions")
"""The beginnings of the names of provinces, regencies and cities, and of what people call some of them."""

NO_NAMES: Final = alternatives("masking_no_names")
"""Capitalised words after somebody's kin that are no name: ordinary words and verbs, offices, bodies and brands."""

KIN: Final = alternatives("masking_kin")
"""Words for somebody's kin, and for others whom a report mentions."""

OF_NOTHING: Final = alternatives("masking_of_nothing")
"""Words of kin after which a name is a person's even without a word that says whose kin: a hospital may be one "Ibu dan Anak"."""

WHICH_KIN: Final = alternatives("masking_which_kin")
"""Words after one for kin that qualify it."""

NO_BEARER: Final = alternatives("masking_no_bearer")
"""Capitalised words after "saya" that are no name."""

_NAME_WORD = r"(?:[A-Z][\w'\u2019.-]*|[A-Z]{2,})"
_WHOSE = (
    r"(?:(?:lengkap|pelapor|anak|istri|suami|ibu|bapak|ayah|adik|kakak|kakek|nenek|mertua|orang\s?tua|pasien|peserta|pemohon)\b\s*)?"
    r"(?:(?:saya|sy|sya|aku|kami)\b)?"
)
"""The word after "nama" for the person whose name it is; may be empty."""

_CUE = (
    rf"\b(?:[Nn]ama\s+{_WHOSE}\s*[:=]?|[Nn]m\s+(?:saya|sy|sya|aku)\s*[:=]?|(?:[Nn]ama|[Nn]m|NAMA)\s*[:=]|NAMA|"
    r"[Aa]tas\s+nama\s*:?|[Aa]\.?[Nn]\.|[Aa]/[Nn]|(?:[Bb]apak|[Bb]apa|[Bb]pk|[Ii]bu|[Ss]dr[ia]?|[Ss]audar[ai]|"
    r"[Hh]ormat\s+(?:saya|kami)|[Ss]alam|[Ss]aya\s+bernama|[Bb]ernama|[Tt]ertanda|[Tt]td|"
    r"[Pp]erkenalkan,?\s+(?:nama\s+)?(?:saya|sy))\.?\s*[,:]?)"
)
_TITLES = alternatives("masking_titles")
"""Capitalised words that, after a cue for a name, do not begin a person's name: offices, and first words of a sentence."""

_BEGINNINGS = alternatives("masking_beginnings")
"""Capitalised words that, after "pak" or "bu", begin a sentence or name a place or an office."""

_PAPERS = alternatives("masking_papers")
"""Papers, schemes and bodies in capitals, which end a name before them."""

_ASKED = (
    r"(?i:jangan\w*|jgn|jng|jangn|tidak|tdk|tak|mohon|mhn|tolong|tlg|tulung|ingin|pengen|minta|harap|harus|supaya|dirahasiakan|rahasia\w*|"
    r"samarkan|sensor|disebut\w*|disamar\w*|disensor|disembunyi\w*|ditulis|dipakai|dicantum\w*|dibuka|dibocor\w*|diketahui|ditutup\w*|"
    r"ditampil\w*|disimpan|disiar\w*|dimuat|diganti|dimuncul\w*|dipublikasi\w*|dipublish|disebar\w*|diungkap\w*|dilindungi|dijaga)"
)
"""Words of a wish about one's name, which do not continue a name ("nama saya jangan disebut")."""

_WISH = rf"(?:{_ASKED}|(?i:gak|ga|nggak|ngga|enggak|mau|boleh|perlu|usah|ojo|ulah|ampun|aja|agar|biar|cukup|hanya|jika|kalau|dikasih))"
"""These and others that do not begin one; some of them are the last names of people."""

_ASKS = r"(?:Jaga|Lindungi|Tutup|Simpan|Sembunyikan|Hapus|Ganti|Hormati|Pakai|Gunakan|Sebut|Tulis)"
"""Capitalised words with which such a wish goes on ("Nama saya Tolong Jaga")."""

_NAMED_SO = (
    r"(?:Minta|Tolong|Cukup|Mau|Harap|Ingin|Agar|Hanya|Boleh|Biar)\s+"
    rf"(?!(?:{_TITLES}|{_BEGINNINGS}|{_PAPERS}|{_ASKS})\b|{_WISH}\b)[A-Z][a-z]"
)
"""One of these as a name, which another name follows ("Tolong Sembiring")."""

_NO_NAME = rf"(?:(?={_NAMED_SO})|(?!(?:{_TITLES}|{_PAPERS})\b|(?i:(?:saya|sy|aku|kami|pelapor)\s+)?{_WISH}\b))"
_NO_MORE = rf"(?!(?:{_TITLES}|{_BEGINNINGS}|{_PAPERS})\b|{_ASKED}\b)"
_KNOWN = rf"(?:{NEVER_A_PLACE}|{ALSO_A_PLACE})\b"
_PERSON = rf"(?!Dewi\s+Sri\b)(?:(?:{ALSO_A_PLACE})\s+{_KNOWN}|(?:{NEVER_A_PLACE})\b)(?:\s+{_KNOWN}){{0,2}}"
"""A name that cannot be the beginning of a place's name."""

_OFFICES = (
    r"(?:[Ll]urah|[Cc]amat|[Kk]ades|[Kk]epala [Dd]esa|[Bb]upati|[Gg]ubernur|[Ww]ali\s?[Kk]ota|[Gg]uru|[Dd]okter|"
    r"(?:[Pp]ak|[Bb]u|[Kk]etua) R[TW](?: \d{1,3})?)"
)
"""Offices after which a known name is a person's: what follows them is else most often a place's."""

_HONORIFIC = r"[BMPbmp](?<!\w[BMPbmp])(?:(?<=[Pp])ak|(?<=[Bb])u|(?<=[Mm])(?:as|bak))"
"""Pak, Bu, Mas or Mbak, in a form that is found fast: it begins with a set of letters."""

_SELF = r"warga|dari|umur|usia|tinggal|beralamat|alamat|penduduk|asal|NIK|nik|selaku"
"""Words with which people go on after "saya" and their name."""

_FIRST = "".join(sorted({letter for kin in KIN.split("|") for letter in (kin[0], kin[0].upper())}))
_KIN = "|".join(f"(?<=[{kin[0].upper()}{kin[0]}]){kin[1:]}" for kin in KIN.split("|"))
"""The words of KIN in a form that is found fast: it begins with a set of letters."""

_OWN = "ku|nya"
_WHOSE_KIN = rf"[{_FIRST}](?<!\w[{_FIRST}])(?:{_KIN})(?:\s(?:{WHICH_KIN}))?(?:{_OWN}|\s(?:saya|sy|kami|aku))(?:\s(?:{WHICH_KIN}))?"
_OF_KIN = {
    f"{one}{own}" for two in ("", "|") for one in KIN.replace(r"\s?", two).split("|") for own in f"|{_OWN}".split("|")
}
"""The words of KIN with their endings, in small letters; of one that can be written as two, each."""

_THEN_A_NAME = re.compile(r"[aeiukmnygrt][,:]?\s\(?[A-Z][a-z]{2}")
"""The end of a word of KIN or WHICH_KIN and the beginning of a name, which few texts have: to look for it is faster."""

_BEFORE_A_NAME = re.compile(r"([A-Za-z](?<![A-Za-z]{2})[A-Za-z]*+)[,:]?\s\(?(?=[A-Z])")
_ENDS_OF_KIN = _OF_KIN | {
    "saya", "sy", "kami", "aku",
    *(f"{one.split('-')[-1]}{own}" for one in WHICH_KIN.split("|") for own in f"|{_OWN}".split("|")),
}  # fmt: skip
"""The words, in small letters, one of which is before each name that the rules of _RELATIVES find in an ASCII text."""

_ANYBODY = rf"{_NO_MORE}(?!(?:{NO_BEARER})\b)(?!(?:{REGIONS}|{NO_NAMES})\b)[A-Z][a-z\u2019']{{2,}}\b"

_THING = re.compile(
    r"\b(?:jl|jln|jalan|gang|gg|jembatan|bandara|stadion|taman|pasar|rs|rsu|rsud|rsia|sd|sdn|smp|sma|smk|mi|mts|ma|tk|univ|universitas|masjid|"
    r"musholla|gedung|terminal|pelabuhan|makam|nyi|perumahan|perum)\.?\s*$",
    re.IGNORECASE,
)
"""A word before a cue that makes the name a road's, a school's or another thing's."""

_Rules = tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]
"""Patterns and replacements in the order of use. The most exact come first, so that a card number is not taken for a telephone number."""

_MAILS: _Rules = (
    (
        re.compile(
            r"(?<![\w.+-])[\w.+-]{1,64}\s{0,2}[\s(\[]at[\s)\]]\s{0,2}(?:gmail|ymail|yahoo|hotmail|rocketmail)"
            r"(?:\s?\.\s?|\s(?:dot|titik)\s)co(?:m|\.id)\b",
            re.IGNORECASE | re.ASCII,
        ),
        "[email]",
    ),
)
"""The rule for an address whose @ is written as a word."""

_ACCOUNTS: _Rules = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"), "[email]"),
    (re.compile(r"(?<![\w@/])@\w{2,30}"), "[akun]"),
)
"""The rules that can only match a text with an @."""

_PAGES: _Rules = ((re.compile(r"(?i:(?:t|wa)\.me|(?:instagram|facebook|fb|twitter|x)\.com)/[\w.+-]+"), "[akun]"),)

_GAP = r"[^\w,;:]{0,3}"
"""The signs that group the digits of a number: a blank, a hyphen, a slash, a bullet; not those that separate numbers in a list."""

_CUED: _Rules = (
    (
        re.compile(rf"\b((?:NIK|KTP|KK)\b[^\d\n]{{0,12}})\d(?:{_GAP}\d){{15}}(?!\d)", re.IGNORECASE | re.ASCII),
        lambda match: match[1] + "[nik]",
    ),
    (
        re.compile(
            r"\b((?:no\.?\s?)?(?:no)?rek(?:ening)?\b(?:(?!rp)[^\d\n]){0,25})"
            r"(?!\d{1,3}(?:\.\d{3})+\b|\d{1,2}[-./]\d{1,2}[-./]\d{2})\d(?:[ .-]?\d){8,19}(?!\d)",
            re.IGNORECASE | re.ASCII,
        ),
        lambda match: match[1] + "[nomor]",
    ),
)
"""The rules for numbers that are grouped in any way, after a word that says what they are."""

_NUMBERS: _Rules = (
    (
        re.compile(r"([-\d](?<![\d.][-\d])(?:(?<=-)\d{1,2}|(?<=\d)\d?)\.\d{4,})(\s*,\s*|%2C)(-?\d{1,3}\.\d{4,})"),
        lambda match: f"{float(match[1]):.2f}{match[2]}{float(match[3]):.2f}",
    ),
    (re.compile(rf"[Oo](?<!\w[Oo]){_GAP}8\d{{1,3}}(?:{_GAP}\d{{2,5}}){{2,4}}(?!\d)"), "[telepon]"),
    (
        re.compile(rf"[+60](?<!\d[+60])(?:(?<=\+)62|(?<=6)2|(?<=0)){_GAP}8\d{{1,3}}(?:{_GAP}\d{{2,5}}){{2,4}}(?!\d)"),
        "[telepon]",
    ),
    (
        re.compile(
            r"[+60Oo](?<!\d[+60Oo])(?<!\w[Oo])(?:(?<=\+)6[\W_]{1,3}2|(?<=6)[\W_]{1,3}2|(?<=[0Oo]))([\W_]{1,3})8(?:\1\d){7,11}(?!\d)"
        ),
        "[telepon]",
    ),
    (re.compile(r"[(0](?<!\d[(0])(?:(?<=\()0|(?<=0))\d{2,3}\)?[\s.-]\d{5,8}(?!\d)"), "[telepon]"),
    (re.compile(r"\(0\d{2,3}\)[\s.-]?\d{2,4}(?:[\s.-]?\d{2,4}){1,3}(?!\d)"), "[telepon]"),
    (re.compile(r"\d(?<!\d\d)\d\.\d{3}\.\d{3}\.\d[-.]\d{3}\.\d{3}(?!\d)"), "[npwp]"),
    (re.compile(rf"\d(?<!\d\d)\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?!\d)"), "[nik]"),
    (re.compile(r"\d(?<!\d\d)([\W_]{1,3})\d(?:\1\d){7,18}(?!\d)"), "[nomor]"),
    (re.compile(r"\d(?<!\d\d)\d[ .-]?\d{2}[ .-]?\d{2}[ .-]?\d{2}[ .-]?\d{4}[ .-]\d{4}(?!\d)"), "[nik]"),
    (re.compile(r"\d(?<!\d\d)\d{8,19}(?!\d)"), "[nomor]"),
    (re.compile(r"\d(?<!\d\d)\d{2,5}(?:[-.]\d{2,6}){2,5}(?!\d)"), "[nomor]"),
)
"""The rules for numbers. They are found fast: each begins with a set of characters."""

_PLATES: _Rules = (
    (
        re.compile(r"\b(?!RT|RW|RP|KM|NO|PP|UU|PT|TH)[A-Z]{1,2}[ -]?[1-9]\d{0,3}[ -]?(?!RT\b|RW\b)[A-Z]{2,3}\b"),
        "[plat]",
    ),
)
_NO_START = (
    rf"(?!(?:{_WISH}|{NO_BEARER}|{_PAPERS}|saya|sy|kami|nama|salah|dan|yang|yg|di|ke|pada|oleh|untuk|dengan|karena|agar|tidak|tdk|tak|ga|gak|belum|sudah|"
    r"telah|ada|bisa|ini|itu|pun|saja|lagi|anak|adik|kakak|ayah|ibu|bapak|istri|suami|orang|dicatut|dihapus|dicoret|terdaftar|tercantum|muncul|"
    r"hilang|masuk|tersebut|ternyata|dalam|sendiri|tercemar|dari|rt|rw)\b)"
)
"""The words after "nama saya", in small letters, if no name follows."""


def _kept_if_a_thing(found: re.Match[str]) -> str:
    """Return what is left of a person's name, or all of it if the word before it makes it a road's or a school's."""
    return found[0] if _THING.search(found.string, max(0, found.start() - 16), found.start()) else found[1] + "[nama]"


_OFFICERS: _Rules = (
    (
        re.compile(rf"(\b{_OFFICES}\s+){_PERSON}"),
        _kept_if_a_thing,
    ),
)
_NAMES: _Rules = (
    (
        re.compile(rf"({_HONORIFIC}\s+){_NO_MORE}[A-Z][a-z]{{2,}}\b(?:\s+{_PERSON})?"),
        _kept_if_a_thing,
    ),
    (
        re.compile(rf"({_CUE}\s*){_NO_NAME}({_NAME_WORD}(?:\s+{_NO_MORE}{_NAME_WORD}){{0,4}})"),
        lambda match: match.group(1) + "[nama]",
    ),
    (
        re.compile(
            rf"([Ss](?<!\w[Ss])(?:aya|y)\s+)(?!(?:{NO_BEARER})\b){_NO_MORE}[A-Z][a-z]{{2,}}(?:\s+(?!(?:{NO_BEARER})\b){_NO_MORE}[A-Z][a-z]{{1,}}){{1,3}}"
            rf"(?=,?\s+(?:{_SELF})\b)"
        ),
        lambda match: match.group(1) + "[nama]",
    ),
)

_RELATIVES: _Rules = (
    (
        re.compile(
            rf"({_WHOSE_KIN}\s)(?:{_NO_MORE}{_KNOWN}(?:\s{_ANYBODY}){{0,3}}|{_ANYBODY}(?:\s{_ANYBODY}){{0,3}}(?!\s[A-Z][a-z]))"
        ),
        _kept_if_a_thing,
    ),
    (re.compile(rf"({_WHOSE_KIN}(?:[,:]\s|\s\()|\b(?i:{OF_NOTHING})\s){_PERSON}"), _kept_if_a_thing),
)
_SMALL: _Rules = (
    (
        re.compile(
            rf"(\b(?i:nama\s+(?:saya|sy|pelapor))\s+{_WISH}\b(?:\s+(?:[a-z]+|{_ASKED})){{0,4}}\s*[,:;(-]\s*)"
            rf"{_NO_NAME}{_NO_MORE}(?:{_KNOWN}(?:\s+{_NO_MORE}[A-Z][\w'\u2019-]*){{0,3}}"
            rf"|[A-Z][a-z]{{2,}}\s+{_KNOWN}(?:\s+{_NO_MORE}[A-Z][\w'\u2019-]*){{0,2}}"
            rf"|[A-Z][a-z]{{2,}}(?:\s+{_NO_MORE}[A-Z][a-z]{{2,}}){{1,3}}(?=\s*[.,;)]?\s*$))"
        ),
        lambda match: match.group(1) + "[nama]",
    ),
    (
        re.compile(
            rf"(\b(?:nama\s+(?:saya|sy)|nm\s+(?:saya|sy)|saya\s+bernama|perkenalkan,?\s+(?:saya|sy))\s+)"
            rf"{_NO_START}[a-z]{{3,20}}(?=[\s,.]|$)(?:\s+{_KNOWN}){{0,3}}",
            re.IGNORECASE | re.ASCII,
        ),
        lambda match: match.group(1) + "[nama]",
    ),
)

_NUMBER = re.compile(r"[0-9Oo](?:(?:[\W_]{0,3}[0-9]){6}|(?<=[0-9])\.[0-9]{4}|(?<=[0-9])[ -]?(?!R[TW]\b)[A-Z]{2})")
"""A part of each number of _NUMBERS and _PLATES: seven digits, the first one perhaps an O, the degrees of a position, or the end of a
plate."""


def _may_be_number(text: str) -> bool:
    return _NUMBER.search(text) is not None


def _may_be_kin(text: str) -> bool:
    return _THEN_A_NAME.search(text) is not None and (
        not text.isascii() or not _ENDS_OF_KIN.isdisjoint(map(str.lower, _BEFORE_A_NAME.findall(text)))
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Rules that can only match some texts.

    Attributes:
        rules: the rules.
        signs: what such a text has in its letters (see _letters): words, or beginnings of words; empty for any text.
        may_match: a further check, for rules that are slower than it.
    """

    rules: _Rules
    signs: tuple[str, ...] = ()
    may_match: Callable[[str], bool] | None = None


_GROUPS: Final = (
    _Group(_PAGES, (" me ", " com ")),
    _Group(_MAILS, (" gmail ", " ymail ", " yahoo ", " hotmail ", " rocketmail ")),
    _Group(_CUED, (" nik ", " ktp ", " kk ", "rek ", "rekening ")),
    _Group((*_NUMBERS, *_PLATES), may_match=_may_be_number),
    _Group(
        _OFFICERS,
        (
            *(" lurah ", " camat ", " kades ", " kepala ", " bupati ", " gubernur ", " wali ", " walikota "),
            *(" guru ", " dokter ", " pak ", " bu ", " ketua "),
        ),
    ),
    _Group(_NAMES[:1], (" pak ", " bu ", " mas ", " mbak ")),
    _Group(
        _NAMES[1:2],
        (
            *(" nama", " nm", " a n", " an ", " bapa", " bpk", " ibu", " sdr", " saudar", " hormat ", " salam"),
            *(" bernama", " tertanda", " ttd", " perkenalkan "),
        ),
    ),
    _Group(_NAMES[2:], (" saya ", " sy ")),
    _Group(_RELATIVES, tuple(f" {word} " for word in sorted(_OF_KIN)), _may_be_kin),
    _Group(_SMALL, (" nama ", " nm ", " bernama ", " perkenalkan ")),
)
"""The rules in the order of use; _ACCOUNTS come before all of them."""

_EVERY: Final = [number for number, group in enumerate(_GROUPS) if not group.signs]
_GROUP_OF: Final = [number for number, group in enumerate(_GROUPS) for _ in group.signs]
_SIGNS: Final = BytesAhoCorasick([sign.encode() for group in _GROUPS for sign in group.signs])
_LETTERS: Final = bytes(ord(chr(byte).lower()) if chr(byte) in ascii_letters else ord(" ") for byte in range(256))


def mask(text: str) -> str:
    """Return the text with personal data replaced by placeholders. Never raises.

    Masks telephone numbers, identity and family card numbers (NIK, KK), tax numbers (NPWP), card and bank account numbers and any other
    number of 9 to 20 digits, tracking codes, e-mail addresses, account names on social media, vehicle plates, and names of persons after a
    cue ("nama saya ...", "a.n. ...", "Bpk ...", "Pak Budi"), before one ("saya Ahmad Fauzi warga ..."), after an office if the name is
    a common one ("Bu Lurah Ratna Dewi"), and after somebody's kin ("anak saya Rafi", "korbannya Rina"). After "Pak" and "Bu", a second
    name is masked if it is a common one, because a place may follow. Other names of persons stay, and so do titles of office after a cue
    ("Bapak Bupati") and names of roads and schools ("Jl Pak Slamet"). A position in degrees is rounded to two decimals, about a kilometre.
    Invisible characters are removed, because they could hide a number.
    """
    text = without_codes(text, "[kode]")
    if "@" in text:
        text = _replaced(text, _ACCOUNTS)
    signs = _SIGNS.find_matches_as_indexes(_letters(text), overlapping=True)
    for number in sorted({*_EVERY, *(_GROUP_OF[sign] for sign, _, _ in signs)}):
        group = _GROUPS[number]
        if group.may_match is None or group.may_match(text):
            text = _replaced(text, group.rules)
    return text


def _letters(text: str) -> bytes:
    """Return the ASCII letters of a text in small letters, with a space for each other character, and one before and after."""
    return f" {text} ".encode("ascii", "replace").translate(_LETTERS)


def _replaced(text: str, rules: _Rules) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text
