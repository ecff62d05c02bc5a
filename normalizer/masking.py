"""Replaces personal data in free text by placeholders, for everyone except the responsible officer."""

import re
from collections.abc import Callable

from complaints import tracking
from complaints.errors import TrackingCodeError

_NAME_WORD = r"(?:[A-Z][\w'\u2019.-]*|[A-Z]{2,})"
_CUE = (
    r"\b(?:[Nn]ama(?:\s+(?:saya|lengkap|pelapor|anak|istri|suami|pasien|peserta|pemohon))?\s*[:=]?|NAMA\s*[:=]?|"
    r"[Aa]tas\s+nama\s*:?|[Aa]\.?[Nn]\.|[Aa]/[Nn]|(?:[Bb]apak|[Bb]apa|[Bb]pk|[Ii]bu|[Ss]dr[ia]?|[Ss]audar[ai]|"
    r"[Hh]ormat\s+(?:saya|kami)|[Ss]alam|[Ss]aya\s+bernama|[Bb]ernama|[Tt]ertanda|[Tt]td)\.?\s*[,:]?)"
)
_TITLES = (
    "Presiden|Menteri|Gubernur|Bupati|Wali|Walikota|Camat|Lurah|Kepala|Kades|Dirjen|Direktur|Ketua|Kapolres|Kapolsek|Kapolri|Dinas|"
    "Kementerian|Pimpinan|Admin|Petugas|Guru|Dokter|RT|RW|Saya|Kami|Mohon|Dengan|Yang|Yth|Hormat|Rektor|Kota|Kabupaten"
)
"""Capitalised words that, after a cue for a name, do not begin a person's name: offices, and first words of a sentence."""

_BEGINNINGS = (
    "Kalau|Kalo|Jika|Bila|Karena|Karna|Sebab|Soalnya|Tapi|Tetapi|Namun|Berikut|Terima|Terimakasih|Trimakasih|Makasih|Mksh|Tolong|Minta|"
    "Semoga|Tanpa|Apa|Apakah|Kapan|Bagaimana|Kenapa|Mengapa|Siapa|Sy|Kita|Aku|Ini|Itu|Ada|Di|Ke|Dari|Untuk|Saran|Maaf|Selamat|Tahun|"
    "Assalamualaikum|Assalamu|Wassalam|Wassalamualaikum|Bapak|Ibu|Haji|Jalan|Jln|Jl|Lampu|Air|Listrik|Sampah|Banjir|Pasar|Desa|Dusun|"
    "Kelurahan|Kecamatan|Kampung|Gang|Perumahan|Sekolah|Puskesmas|Sungai|Jembatan|Pokoknya|Sudah|Belum|Tidak|Lurahnya|Kadus|Kadis|"
    "Sekda|Polisi|Hakim|Jaksa|Ustad|Ustadz|Kyai|Kiai|Keuchik|Raya|Lapor|Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu"
)
"""Capitalised words that, after "pak" or "bu", begin a sentence or name a place or an office."""

_Rules = tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]
"""Patterns and replacements in the order of use. The most exact come first, so that a card number is not taken for a telephone number."""

_ACCOUNTS: _Rules = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"), "[email]"),
    (re.compile(r"(?<![\w@/])@\w{2,30}"), "[akun]"),
    (
        re.compile(
            r"(?:t\.me|wa\.me|instagram\.com|facebook\.com|fb\.com|twitter\.com|x\.com)/[\w.+-]+", re.IGNORECASE
        ),
        "[akun]",
    ),
)
"""The rules that can only match a text with an @ or a slash."""

_NUMBERS: _Rules = (
    (
        re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{4,})(\s*,\s*|%2C)(-?\d{1,3}\.\d{4,})"),
        lambda match: f"{float(match[1]):.2f}{match[2]}{float(match[3]):.2f}",
    ),
    (re.compile(r"(?<!\d)(?:\+?62|0)[\s.-]?8\d{1,3}(?:[\s.-]?\d{2,5}){2,4}(?!\d)"), "[telepon]"),
    (re.compile(r"(?<!\d)\(?0\d{2,3}\)?[\s.-]\d{5,8}(?!\d)"), "[telepon]"),
    (re.compile(r"(?<!\d)\d{2}\.\d{3}\.\d{3}\.\d[-.]\d{3}\.\d{3}(?!\d)"), "[npwp]"),
    (re.compile(r"(?<!\d)\d{16}(?!\d)|(?<!\d)\d{4}[ .-]\d{4}[ .-]\d{4}[ .-]\d{4}(?!\d)"), "[nik]"),
    (re.compile(r"(?<!\d)\d{9,20}(?!\d)"), "[nomor]"),
    (re.compile(r"(?<!\d)\d{3,6}(?:[-.]\d{2,6}){2,5}(?!\d)"), "[nomor]"),
    (re.compile(r"\b(?!RT|RW|KM|NO|PP|UU|PT|TH)[A-Z]{1,2}[ -]?[1-9]\d{0,3}[ -]?(?!RT\b|RW\b)[A-Z]{2,3}\b"), "[plat]"),
)
"""The rules that can only match a text with a digit."""

_NAMES: _Rules = (
    (
        re.compile(rf"(\b(?:[Pp]ak|[Bb]u|[Mm]as|[Mm]bak)\s+)(?!(?:{_TITLES}|{_BEGINNINGS})\b)[A-Z][a-z]{{2,}}\b"),
        lambda match: match.group(1) + "[nama]",
    ),
    (
        re.compile(rf"({_CUE}\s*)(?!(?:{_TITLES})\b)({_NAME_WORD}(?:\s+(?!(?:{_TITLES})\b){_NAME_WORD}){{0,4}})"),
        lambda match: match.group(1) + "[nama]",
    ),
    (
        re.compile(r"((?:\bnama\s+saya|\bsaya\s+bernama)\s+)([a-z]{3,20})(?=[\s,.])", re.IGNORECASE),
        lambda match: match.group(1) + "[nama]",
    ),
)

_DIGIT = re.compile(r"\d")


_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{5}([ -]?)[0-9A-Za-z]{5}[ -]?[0-9A-Za-z](?![0-9A-Za-z])")


def _without_code(found: re.Match[str]) -> str:
    """Return "[kode]" for a tracking code. Words without a digit are one only as we write codes, "ABCDE FGHJK M"."""
    written = found[0]
    if not _DIGIT.search(written) and not (found[1] and written.isupper()):
        return written
    try:
        tracking.parse(written)
    except TrackingCodeError:
        return written
    return "[kode]"


def mask(text: str) -> str:
    """Return the text with personal data replaced by placeholders. Never raises.

    Masks telephone numbers, identity and family card numbers (NIK, KK), tax numbers (NPWP), card and bank account numbers and any other
    number of 9 to 20 digits, tracking codes, e-mail addresses, account names on social media, vehicle plates, and names of persons after a
    cue ("nama saya ...", "a.n. ...", "Bpk ...", "Pak Budi"). Other names of persons stay, and so do titles of office after a cue
    ("Bapak Bupati"). A position in degrees is rounded to two decimals, about a kilometre.
    """
    text = _CODE.sub(_without_code, text)
    if "@" in text or "/" in text:
        text = _replaced(text, _ACCOUNTS)
    if _DIGIT.search(text):
        text = _replaced(text, _NUMBERS)
    return _replaced(text, _NAMES)


def _replaced(text: str, rules: _Rules) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text
