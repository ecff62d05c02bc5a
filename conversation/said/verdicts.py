"""Reads what a citizen says of an answer: that it settles the matter or not, thanks, or a rating; and how a case stands. Pure."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from complaints.command import CommandKind
from conversation.citizen import DAY_MS, Document
from conversation.said import ratings
from conversation.said.orders import GIVES_UP, Act
from conversation.said.words import WORDS, any_of, folded, spelt

ANSWERED_MS: Final = 30 * DAY_MS
"""For how long after an answer or a closing "belum" is taken for a disagreement. Ten working days are at most that long; the router knows
the day."""

CLOSED_MS: Final = 30 * DAY_MS
"""For how long after the closing a number is taken for a rating."""

_NO: Final = any_of(WORDS.denies_in_idioms)
_DONE: Final = r"(?:sudah|sdh|udah|dah|wis|alhamdulillah)"

_BAD: Final = (
    r"(?:mati|padam|gelap|redup|rusak|bau|kotor|keruh|bocor|macet|mampet|banjir|tergenang|berlubang|bolong|numpuk|menumpuk|bermasalah|"
    r"bising|berisik|terulang|terjadi|kambuh)"
)
"""How something is that is wrong."""

_JAVANESE_NO: Final = re.compile(r"\bra (?:ono|ana|enek|enten|iso|isa|gelem|beres|apik|bener|cocok)\b")
"""A Javanese denial that alone is the beginning of a name ("Jalan RA Kartini")."""

_SETTLED: Final = re.compile(
    rf"\b{_NO} (?:ada |jadi )?(?:masalah|apa apa|apa|papa|kendala|keluhan)\b"
    rf"|\b{_DONE} (?:bagus|baik|beres|lancar|normal|aman|mantap|puas|terang|bersih|nyala|ok|oke|rata|mulus|halus|rapi|kering)\b"
    rf"|\b{_DONE} (?:menyala|murup|mengalir|ngalir|mili|hidup|berfungsi|kembali normal|normal kembali)\b"
    rf"|\b{_DONE} {_NO} {_BAD}\b|\bbenar (?:sudah|menyala|nyala|bersih|mengalir)\b"
    rf"|\b(?:{_NO}|tak) ada (?:lagi )?yang (?:kurang|{_BAD})\b"
    rf"|\b{_NO} ada (?:lagi )?"
    r"(?:lubang|sampah|banjir|genangan|bau|asap|macet|pungli|preman|tumpukan|kemacetan)(?:nya)?(?: lagi)?(?: pak| bu)?$"
    rf"|\b{_NO} (?:usah|perlu) (?:lagi )?(?:di(?:tindaklanjuti|proses|lanjutkan|teruskan|buka)|tindak lanjut)\b"
    rf"|{GIVES_UP}"
)
"""What says that the matter is settled, also with a word that denies ("sudah terang, tidak gelap lagi")."""

_WAS_DONE: Final = re.compile(rf"\b{_DONE} (?:di[a-z]{{4,}}|selesai)\b")
"""What was done: "sudah diperbaiki"."""

_PRAISES: Final = re.compile(
    r"(?<!tidak )(?<!tdk )(?<!kurang )(?<!belum )(?<!blm )(?<!blom )(?<!gak )(?<!ga )(?<!gk )(?<!nggak )(?<!ngga )(?<!enggak )"
    rf"\b(?:{any_of(WORDS.praises)}|luar biasa)\b"
)
"""Praise that is not denied."""

_IDIOMS: Final = re.compile(
    r"\bbukan main (?:cepat|bagus|hebat|rapi|baik|mantap|sigap)\w*"
    rf"|\b{_NO} (?:me)?(?:nyangka|sangka|duga|kira) (?:bisa |akan |bakal )?(?:se)?(?:cepat|bagus|baik)\w*"
    rf"|\b(?:ku|di|saya |sy )?kira(?:in|kan)? (?:\w+ )?{_NO} (?:bakal|akan|bisa|mungkin) \w+"
    rf"|^(?:\w+nya )?{_NO} (?:ada )?{_BAD}(?: lagi)?\b|\bkurang (?:apa lagi|dari)\b"
    r"|\b(?:nanti|sebentar) (?:\w+ ){0,3}(?:di)?(?:cek|lihat)\b"
    rf"|\b{_NO} (?:sia sia|percuma|rugi|kecewa|menyangka|nyangka)\b|\b(?:tetap|jangan) (?:semangat|kendor|bosan)\b"
    rf"|\b(?:semoga|mudah mudahan|moga moga|jangan sampai) (?:\w+ ){{0,2}}?(?:{_NO} )?{_BAD}(?: lagi)?\b"
)
"""Praise and hope with a word that denies: "bukan main cepatnya", "kirain ga bakal ditanggapi", "semoga tidak mati lagi"."""

_THANKS: Final = re.compile(r"\b(?:terima|trima) ?kasih\b")

_ASKS_AGAIN: Final = re.compile(
    r"(?:^|\b(?:tolong|mohon|coba|harap|minta) (?:\w+ )?)(?:di)?(?:cek|periksa|tinjau) (?:lagi|ulang|kembali)\b"
    r"|\bjangan (?:di)?tutup (?:laporan|aduan)|\b(?:mau|ajukan|naik) banding\b"
    r"|^(?:mana|minta) (?:foto )?bukti"
    r"|\bbukti(?:nya)? mana\b|\byang (?:mana|(?:di)?(?:ganti|perbaiki|tambal|angkut) (?:\w+ )?(?:lain|sebelah))\b"
)
"""What asks to look again, or for the proof."""

_REMARK: Final = 3
"""Words of a text that can only be said of the answer before it, if it begins with a word of WORDS.remarks."""

_BELITTLED: Final = re.compile(rf"^{any_of(WORDS.belittles)} di[a-z]{{4,}}\b")
"""What was done, made little of: "cuma ditambal tanah"."""

_FOR_REPORTING: Final = re.compile(
    r"\b(?:karena|krn|gara gara|setelah|sesudah|sejak|habis|abis) (?:saya |sy |aku )?(?:me)?lapor\w*"
)

_PARTS: Final = re.compile(r"[,.;!\n]+|\b(?:tapi|tp|tetapi|sedangkan|cuma|namun)\b", re.IGNORECASE)

_WAITS: Final = re.compile(
    r"^(baik|ok|oke|okay|siap|terima kasih|makasih)\b(.*?)\bmasih ((?:kami |saya |kita )?(?:di|me)?(?:tunggu|nunggu))"
)
"""Who agrees and waits: "baik pak masih kami tunggu"."""

_SAYS_NO_FIRST: Final = re.compile(r"^\s*(?P<first>[a-z]+)(?: (?:pak|bu|min|mas|mbak))?\s*[,.;!]", re.IGNORECASE)

_ASKS_STATUS: Final = re.compile(
    r"\b(?:berapa lama|brp lama)\b"
    r"|\b(?:kapan|kpn)\b.*\b(?:di[a-z]{4,}|selesai\w*|beres|rampung|tindak\w*|jawabannya)\b"
    r"|^(?:kapan|kpn)(?: (?:ya|pak|bu|min|nih|dong|sih|kira))*$"
    r"|\bsiapa\b.*\b(?:me)?(?:nangani|tangani|ngurus\w*|ngerjakan|ditangani|bertanggung)\b"
    r"|\b(?:gimana|gmn|gmna|bagaimana|bgmn|bgmna|piye|kumaha|nasib|status|kabar|mana)\b.*\b(?:laporan|aduan|pengaduan)\w*\b"
    r"|\b(?:laporan|aduan|pengaduan)\w*\b.*\b(?:gimana|gmn|gmna|bagaimana|bgmn|piye|mana)\b"
    r"|\b(?:sudah )?(?:sampai|sampe|sejauh) (?:di ?)?mana\b|\b(?:perkembangan|kelanjutan|progres|progress|kabar)(?:nya)?\b"
)

_SHORT: Final = 8
"""Words of a message that can only be about the answer that came before it."""

_FIRST: Final = 3
"""Among so many first words a longer message says that the answer does not settle the matter."""

_LONGEST: Final = 60
"""Words of a message that is still about the answer. A longer one is a story, and is added to the case or opens one."""

_AGAIN_WORDS: Final = 25
"""Words of a message that only says that the matter goes on. A longer one is a story of its own."""

_YES: Final = frozenset(("sudah", "sdh", "udah", "ya", "iya"))
_YES_OR_NO: Final = re.compile(
    r"\b(?:apakah|boleh(?:kah)?|bersedia(?:kah)?|bisa(?:kah)?|sudahkah|benarkah|adakah|setuju(?:kah)?|"
    r"apa (?:sudah|masih|benar|betul|boleh|bisa))\b"
)
_THANKED: Final = frozenset(("thank", "suwun"))

_MISTAKEN: Final = re.compile(
    r"^(?:(?:maaf|mf|sori|sorry|pak|bu|min|eh) )*salah (?:kirim|sambung|nomor)(?: (?:pak|bu|min|ya|maaf|tolong|mohon|abaikan|saja|aja))*$"
)
"""Who has sent us what was meant for another."""

_FEW: Final = 4
"""Words of a "not yet" that tells nothing else."""


class Thanks(NamedTuple):
    """The citizen only thanks or agrees: nothing is to be done, and nothing to be said."""


class OffScale(NamedTuple):
    """The citizen means to rate, with a number that is no rating or before the closing: he is told the scale, and when."""


def act_in(text: str, cases: Iterable[Document], at_ms: int) -> tuple[Document, Act | Thanks | OffScale] | None:
    """Return the case that a message acts on, and how; None if it is none of these messages.

    Args:
        text: the citizen's words.
        cases: those of his cases that the message can be about, the latest last.
        at_ms: when it came, in milliseconds since 1970.
    """
    latest = sorted(cases, key=told_ms)
    closed = [case for case in latest if case.get("closed_ms", 0) > at_ms - CLOSED_MS]
    if closed and (stars := ratings.stars(text)):
        return closed[-1], Act(CommandKind.rate, {"stars": stars})
    answered = answered_of(latest, at_ms)
    if not answered:
        return None
    about = answered[0]
    words = _plainly(text)
    is_settled = _is_settled(text, words)
    is_glad = is_settled or not WORDS.glad.isdisjoint(words)
    is_thanks = is_glad and _is_unreserved(words)
    if 0 < len(words) <= _LONGEST and _is_dispute(words, glad=is_glad) and not is_thanks:
        return about, disputing(about)
    if ratings.is_off_scale(text) or ratings.stars(text):
        return about, OffScale()
    only_thanks = not WORDS.thanks.isdisjoint(words) and WORDS.plain.issuperset(words)
    if words and ((len(words) <= _SHORT and is_thanks) or only_thanks):
        return about, Thanks()
    return None


def answered_of(cases: Iterable[Document], at_ms: int) -> list[Document]:
    """Return the cases whose answer, or archiving, can still be disputed, the one of which the citizen heard last first."""
    found = [
        case
        for case in cases
        if (case.get("answered_ms") or case.get("archived_ms")) and told_ms(case) > at_ms - ANSWERED_MS
    ]
    return sorted(found, key=told_ms, reverse=True)


def told_ms(case: Document) -> int:
    """Return when the citizen was last told an answer, a closing or an archiving of a case."""
    latest: int = max(case.get(name, 0) for name in ("answered_ms", "closed_ms", "archived_ms"))
    return latest


def disputing(case: Document) -> Act:
    """Return the act by which a citizen says of an answered case that the matter is not settled."""
    return Act(CommandKind.reopen if case.get("closed_ms") or case.get("archived_ms") else CommandKind.disagree)


def is_discontent(text: str) -> bool:
    """Return whether a text is not content with an answer, if it is about one: by a denial, or a word of complaint, in any spelling.

    Whether it is about the answer, since it tells no matter of its own, is for the caller to see.
    """
    words = _plainly(text)
    if not words or len(words) > _LONGEST:
        return False
    unhappy = WORDS.not_yet | WORDS.discontent
    said = " ".join(words)
    denies = (
        not unhappy.isdisjoint(words) or _JAVANESE_NO.search(said) is not None or _ASKS_AGAIN.search(said) is not None
    )
    glad = not WORDS.glad.isdisjoint(words) or _is_settled(text, words)
    return (denies and not (glad and _is_unreserved(words))) or (glad and not WORDS.but.isdisjoint(words))


def told_again(text: str, cases: Iterable[Document], at_ms: int) -> list[Document]:
    """Return the answered cases of which a text may say that the matter goes on ("sampahnya menumpuk lagi"), the latest first.

    Whether it tells their matter is for the caller to see.
    """
    words = folded(text)
    if len(words) > _AGAIN_WORDS or WORDS.again.isdisjoint(words):
        return []
    plain = _plainly(text)
    return [] if _is_settled(text, plain) and _is_unreserved(plain) else answered_of(cases, at_ms)


def is_remark(text: str) -> bool:
    """Return whether a few words can only be said of the answer before them: "hoax itu pak", "cuma ditambal tanah"."""
    words = [word for word in spelt(text) if word not in {"itu", "ini", "pak", "bu", "min"}]
    if not words or len(words) > _SHORT:
        return False
    return (words[0] in WORDS.remarks and len(words) < _REMARK) or _BELITTLED.match(" ".join(words)) is not None


def tells_a_threat(text: str) -> bool:
    """Return whether a few words tell of a threat against who has reported: "petugasnya mengancam saya karena lapor"."""
    words = folded(text)
    return (
        len(words) <= _AGAIN_WORDS
        and not WORDS.threats.isdisjoint(words)
        and _FOR_REPORTING.search(" ".join(words)) is not None
    )


def discontent_part(text: str) -> str:
    """Return the one part of a text that says what is not settled ("lampu belum" of "sampah sudah, lampu belum"), or the text."""
    unhappy = WORDS.not_yet | WORDS.discontent
    parts = [part for part in _PARTS.split(text) if part.strip()]
    found = [part for part in parts if not unhappy.isdisjoint(spelt(part))]
    return found[0] if len(found) == 1 else text


def says_no_first(text: str) -> bool:
    """Return whether a text says no before it goes on with something else: "belum, lampunya juga mati"."""
    found = _SAYS_NO_FIRST.match(text)
    return found is not None and not WORDS.not_yet.isdisjoint(spelt(found["first"]))


def says_not_yet(text: str) -> bool:
    """Return whether a text has a word that is never content: "nilai 1, masih rusak"."""
    return not WORDS.complains.isdisjoint(spelt(text))


def says_done(text: str) -> bool:
    """Return whether a text says that the matter is settled: "sudah diperbaiki", "sudah terang"."""
    said = " ".join(_plainly(text))
    return "?" not in text and (_SETTLED.search(said) is not None or _WAS_DONE.search(said) is not None)


def praises(text: str) -> bool:
    """Return whether a text praises."""
    return _PRAISES.search(" ".join(_plainly(text))) is not None


def only_not_yet(text: str) -> bool:
    """Return whether a few words only say that something is not done: "belum diperbaiki pak"."""
    return says_not_yet(text) and len(spelt(text)) <= _FEW


def is_bare(text: str) -> bool:
    """Return whether a text is one word by which an answer is disputed: it answers no question."""
    said = spelt(text)
    return len(said) == 1 and said[0] in WORDS.not_yet


def only_thanks(text: str) -> bool:
    """Return whether a text only thanks, agrees or greets: it tells nothing, and asks nothing."""
    words, agrees = spelt(text), WORDS.thanks | WORDS.greets | WORDS.nods
    return not agrees.isdisjoint(words) and (WORDS.plain | WORDS.greets).issuperset(words)


def says_glad(text: str) -> bool:
    """Return whether a few words say that the matter is settled: "sudah diperbaiki pak, terima kasih"."""
    words = _plainly(text)
    glad = len(words) <= _SHORT and "?" not in text and not WORDS.glad.isdisjoint(words)
    return glad and _is_unreserved(words)


def asks_yes_or_no(text: str) -> bool:
    """Return whether a question can be agreed to: "boleh petugas datang besok?"."""
    return _YES_OR_NO.search(" ".join(folded(text))) is not None


def agrees(text: str) -> bool:
    """Return whether a text, of those that only thank or agree, agrees: "ok pak", "sudah, terima kasih". That can be an answer."""
    words = spelt(text)
    return only_thanks(text) and not (WORDS.nods | _YES).difference(WORDS.thanks, _THANKED).isdisjoint(words)


def asks_status(text: str) -> bool:
    """Return whether a few words ask how a case stands, without STATUS: "kapan dikerjakan?".

    Whether they ask it of a report is for the caller to see: "kapan jembatan dibangun?" may be a complaint.
    """
    words = folded(text)
    return len(words) <= _SHORT and _ASKS_STATUS.search(" ".join(words)) is not None


def is_mistaken(text: str) -> bool:
    """Return whether a text says that the one before it was not meant for us: "maaf salah kirim"."""
    return _MISTAKEN.match(" ".join(folded(text))) is not None


def is_short(text: str) -> bool:
    """Return whether a text has so few words that it may only go on with what was told before."""
    return 0 < len(folded(text)) <= _AGAIN_WORDS


def _is_dispute(words: list[str], *, glad: bool) -> bool:
    within = words if len(words) <= _SHORT else words[:_FIRST]
    return not WORDS.not_yet.isdisjoint(within) or (glad and not WORDS.but.isdisjoint(words))


def _is_unreserved(words: list[str]) -> bool:
    """Return whether no word takes back what a glad message says."""
    return WORDS.complains.isdisjoint(words) and WORDS.but.isdisjoint(words)


def _plainly(text: str) -> list[str]:
    """Return the words of a text, with its idioms of praise as a word of praise."""
    said = _IDIOMS.sub("mantap", _THANKS.sub("makasih", " ".join(spelt(text))))
    return _WAITS.sub(r"\1\2\3", said).split()


def _is_settled(text: str, words: list[str]) -> bool:
    """Return whether a text says that the matter is settled, or only praises."""
    said = " ".join(words)
    praises = _PRAISES.search(said) is not None and (WORDS.complains | WORDS.discontent).isdisjoint(words)
    return "?" not in text and (praises or _SETTLED.search(said) is not None)
