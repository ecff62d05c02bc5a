"""Reads the few words by which a citizen acts on a case of his: "belum, pak" after an answer, a number after the closing, STOP. Pure."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from complaints import tracking
from complaints.command import CommandKind
from complaints.errors import TrackingCodeError
from complaints.limits import REASON_BYTES
from conversation.citizen import DAY_MS, Document
from normalizer.text import fold

ANSWERED_MS: Final = 30 * DAY_MS
"""For how long after an answer or a closing "belum" is taken for a disagreement. Ten working days are at most that long; the router knows
the day."""

CLOSED_MS: Final = 30 * DAY_MS
"""For how long after the closing a number is taken for a rating."""

_DENIES: Final = frozenset(
    (
        *("tidak", "tdk", "tak", "gak", "ga", "nggak", "ngga", "enggak", "kagak", "ora", "teu", "indak"),
        *("gk", "gx", "ngak", "ngk", "nga", "engga", "engak", "kaga", "kgk", "ndak", "nda", "ndk", "tdak", "tidk"),
        *("tida", "tdaak", "tiak", "mboten", "boten", "oran"),
    )
)
"""Words that deny: "tidak selesai", but also "tidak banjir lagi"."""

_COMPLAINS: Final = frozenset(
    (
        *("belum", "blm", "blum", "belom", "belun", "durung", "encan", "alun"),
        *("blom", "blon", "belon", "blun", "beluum", "belm", "bloman", "beluman", "dereng"),
        *("bohong", "boong", "bohongi", "percuma", "kecewa", "masih", "msh", "masi", "bukan", "salah"),
    )
)
"""Words that are never content."""

_DISCONTENT: Final = frozenset(
    (
        *(
            "asal",
            "asalan",
            "jelek",
            "buruk",
            "parah",
            "payah",
            "sama",
            "janji",
            "janjinya",
            "rusak",
            "hancur",
            "retak",
        ),
        *("ambles", "jebol", "bocor", "kosong", "dusta", "palsu", "hoax", "hoaks", "kesal", "marah", "ngaco", "ngawur"),
        *("keliru", "kenapa", "knp", "mengapa", "kok", "koq", "gagal", "lambat", "tetap", "tetep", "ttp", "makin"),
        *("cuma", "cuman", "cm", "hanya", "doang", "padahal", "setengah", "separuh", "sebagian", "mengecewakan", "nol"),
        *("becus", "nipu", "tipu", "menipu", "ngapusi", "podo", "wae"),
    )
)
"""Words that say of an answer that it does not settle the matter, if the text has no matter of its own."""

_DENIES_AS: Final = re.compile(r"\bra (?:ono|ana|enek|enten|iso|isa|gelem|beres|apik|bener|cocok)\b")
"""A Javanese denial that alone is the beginning of a name ("Jalan RA Kartini")."""

_NOT_YET: Final = _DENIES | _COMPLAINS
"""Words that say of an answer that it does not settle the matter, also in Javanese, Sundanese, Banjarese and Minangkabau."""

_THANKS: Final = frozenset(
    ("terima", "kasih", "makasih", "makasi", "trims", "tks", "thanks", "matur", "nuwun", "hatur", "nuhun")
)
_PLAIN: Final = _THANKS | frozenset(
    (
        *("thank", "you", "suwun", "ok", "oke", "okay", "baik", "siap", "sudah", "sdh", "udah", "pak", "bu", "min"),
        *("admin", "bapak", "ibu", "banyak", "mantap", "sip", "ya", "iya", "atas", "bantuannya", "responnya"),
        *("jawabannya", "infonya", "sangat", "sekali", "bagus", "alhamdulillah"),
    )
)
"""The words of a message that only thanks or agrees."""

_GLAD: Final = frozenset(("terima", "makasih", "makasi", "trims", "alhamdulillah", "nuwun", "nuhun"))
"""Words of a message that is content, even if it says what is no more ("tidak banjir lagi, terima kasih")."""

_BUT: Final = frozenset(
    ("tapi", "tp", "tetapi", "namun", "cuma", "cuman", "sayang", "sayangnya", "tapina", "ning", "nanging")
)
"""Words after which thanks are none: "terima kasih, tapi rusak lagi"."""

_SETTLED: Final = re.compile(
    r"\b(?:tidak|tdk|gak|ga|nggak|ngga|enggak) (?:ada |jadi )?(?:masalah|apa apa|apa|papa|kendala|keluhan)\b"
    r"|\b(?:sudah|sdh|udah|dah|alhamdulillah) (?:bagus|baik|beres|lancar|normal|aman|mantap|puas|terang|bersih|nyala|ok|oke)\b"
    r"|\b(?:sudah|sdh|udah|dah|alhamdulillah) (?:rata|mulus|halus|rapi|kering)\b"
    r"|\b(?:tidak|tdk|gak|ga|nggak|ngga|enggak) ada (?:lagi )?"
    r"(?:lubang|sampah|banjir|genangan|bau|asap|macet|pungli|preman|tumpukan|kemacetan)(?:nya)?(?: lagi)?(?: pak| bu)?$"
    r"|\b(?:tidak|tdk|gak|ga|nggak|ngga|enggak) (?:usah|perlu) (?:lagi )?(?:di(?:tindaklanjuti|proses|lanjutkan|teruskan)|tindak lanjut)\b"
    r"|^(?:tidak|tdk|gak|ga|nggak|ngga|enggak|gk) jadi(?: lapor| laporan)?(?: pak| bu| min)*$"
)
"""What says that the matter is settled, also with a word that denies ("sudah terang, tidak gelap lagi")."""

_PRAISES: Final = re.compile(
    r"(?<!tidak )(?<!tdk )(?<!kurang )(?<!belum )(?<!blm )(?<!blom )(?<!gak )(?<!ga )(?<!gk )(?<!nggak )(?<!ngga )(?<!enggak )"
    r"\b(?:puas|salut|mantap|mantab|mantul|hebat|keren|jempol|memuaskan|luar biasa)\b"
)
"""Words of praise. Beside a word of complaint they are mockery."""

_IDIOMS: Final = re.compile(
    r"\bbukan main (?:cepat|bagus|hebat|rapi|baik|mantap|sigap)\w*"
    r"|\b(?:tidak|tdk|gak|ga|nggak|ngga|enggak) (?:me)?(?:nyangka|sangka|duga|kira) (?:bisa |akan |bakal )?(?:se)?(?:cepat|bagus|baik)\w*"
    r"|\b(?:ku|di|saya |sy )?kira(?:in|kan)? (?:\w+ )?(?:tidak|tdk|gak|ga|nggak|ngga|enggak) (?:bakal|akan|bisa|mungkin) \w+"
)
"""Praise with a word that denies: "bukan main cepatnya", "kirain ga bakal ditanggapi"."""

_WAITS: Final = re.compile(
    r"^(baik|ok|oke|okay|siap|terima kasih|makasih)\b(.*?)\bmasih ((?:kami |saya |kita )?(?:di|me)?(?:tunggu|nunggu))"
)
"""Who agrees and waits: "baik pak masih kami tunggu"."""

_SHORT: Final = 8
"""Words of a message that can only be about the answer that came before it."""

_FIRST: Final = 3
"""Among so many first words a longer message says that the answer does not settle the matter."""

_LONGEST: Final = 60
"""Words of a message that is still about the answer. A longer one is a story, and is added to the case or opens one."""

AGAIN_WORDS: Final = 25
"""Words of a message that only says that the matter goes on. A longer one is a story of its own."""

_RATING: Final = re.compile(
    r"^\s*(?:(?:saya|sy|aku|kami)\s+)?(?:(?:kasih|kasi|beri|berikan|memberi)\s+)?(?:nilai|bintang|rating|skor)?(?:nya)?\s*[:=]?\s*"
    r"([1-5])\s*(?:/\s*5|bintang|⭐|★)*[\s.,!]*(?P<words>(?:[a-z]+[\s.,!]*){0,5})$",
    re.IGNORECASE,
)
_NUMBERS: Final = {"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5}
_SPOKEN: Final = re.compile(r"\b(nilai|bintang|rating|skor)\s+(satu|dua|tiga|empat|lima)\b", re.IGNORECASE)
_TOO_MANY: Final = re.compile(
    r"^\s*(?:nilai|bintang|rating|skor)\s*[:=]?\s*(?:[6-9]|10|100)(?:\s*/\s*100?)?[\s.,!]*$", re.IGNORECASE
)
"""A number that is no rating, by someone who means to give one."""
_STARRED: Final = re.compile(r"^\s*(?:(?:⭐|★)\ufe0f?\s*){1,5}$")
_OPINION: Final = frozenset(
    (
        *(
            "jelek",
            "buruk",
            "bagus",
            "puas",
            "kecewa",
            "lambat",
            "lama",
            "cepat",
            "kurang",
            "parah",
            "mengecewakan",
            "memuaskan",
        ),
        *(
            "cukup",
            "lumayan",
            "hebat",
            "top",
            "baik",
            "payah",
            "saja",
            "aja",
            "deh",
            "dari",
            "untuk",
            "pelayanan",
            "pelayanannya",
        ),
    )
)
"""The words beside the number of a rating, and those of thanks."""
_WORD: Final = re.compile(r"[0-9a-z]+")
_FILLERS: Final = frozenset(
    (
        *("tolong", "mohon", "minta", "dong", "ya", "pak", "bu", "min", "bapak", "ibu", "saya", "sy", "aku", "laporan"),
        *("pengaduan", "aduan", "ini", "itu", "kembali", "lagi", "untuk", "di", "kode", "mau", "mo", "mw", "ingin"),
        *("pengen", "hendak", "saja", "aja", "sekarang", "semua", "nya", "jadi", "laporannya", "laporanku"),
        *("pengaduannya", "aduannya"),
    )
)
"""Words beside the word that says what is to be done."""

_REPORT: Final = frozenset(("laporan", "laporannya", "laporanku", "pengaduan", "pengaduannya", "aduan", "aduannya"))
_SENT: Final = frozenset(("sms", "smsnya", "pesan", "pesannya", "lapor", "kirim", "kirimi", "dikirim", "mengirim"))
_STOP: Final = frozenset(("stop", "berhenti", "hentikan", "unsub", "unreg"))
_START: Final = frozenset(("mulai", "start", "lanjut"))

PERSON: Final = frozenset(("nama", "identitas", "pelapor", "nomor", "hp"))
"""What is hidden of the person."""

_ANONYMOUS: Final = frozenset(("anonim", "anonimkan", "dianonimkan"))
_HIDE: Final = _ANONYMOUS | {"rahasia", "rahasiakan", "dirahasiakan", "sembunyikan"}
_SHOW: Final = frozenset(
    ("sebut", "sebutkan", "tampilkan", "cantumkan", "sebarkan", "ditampilkan", "disebut", "disebutkan")
)
_MEANS: Final = {
    **dict.fromkeys(("cabut", "cabutkan", "batalkan"), ("CABUT", "withdraw")),
    "buka": ("BUKA", "reopen"),
    **dict.fromkeys(_HIDE - _ANONYMOUS, ("RAHASIA", "hide:secret")),
}
"""The word and the act for which one word stands."""

_WITHDRAWS_REPORT: Final = frozenset(
    ("mencabut", "dicabut", "membatalkan", "dibatalkan", "tarik", "menarik", "ditarik", "stop", "hentikan")
)
"""Words that ask for the withdrawal if the text says that it means a report, or names its code."""

_GIVES_UP: Final = re.compile(
    r"^(?:tidak|tdk|gak|ga|nggak|ngga|enggak|gk) "
    r"(?:jadi(?: lapor| laporan)?|(?:usah|perlu) (?:di(?:tindaklanjuti|proses|lanjutkan|teruskan)))"
    r"(?: laporan)?(?: saya| lagi| saja| pak| bu| min| ya)*$"
)
"""Who no longer wants what he asked for: "gak jadi pak"."""

_AGAIN: Final = frozenset(
    ("lagi", "kembali", "tetap", "tetep", "masih", "makin", "tambah", "terus", "kambuh", "terulang")
)
"""Words by which a citizen tells the matter of an answered report as one that goes on."""

_STARS: Final = re.compile(r"(?:nilai|bintang|rating|skor)? ?([1-5])")

_ASKED: Final = re.compile(r"(disagree|reopen|withdraw|rate:[1-5]|hide:(?:anonymous|secret))")

Wish = Literal["stop", "start"]


class Act(NamedTuple):
    """What a citizen does with a case, beside adding to it.

    Attributes:
        kind: the command to the case.
        fields: of the command, beside the text.
    """

    kind: CommandKind
    fields: Mapping[str, Any] = MappingProxyType({})


class Thanks(NamedTuple):
    """The citizen only thanks or agrees: nothing is to be done, and nothing to be said."""


def wish(text: str) -> Wish | None:
    """Return whether a text asks for silence, or for its end; None if for neither."""
    words = _WORD.findall(text.lower())
    core = [word for word in words if word not in _FILLERS]
    said = set(core) - _SENT if _REPORT.isdisjoint(words) else set()
    if said and (said <= _STOP or (said == {"jangan"} and not _SENT.isdisjoint(core))):
        return "stop"
    return "start" if said and said <= _START else None


def asked_for(act: str) -> Act | None:
    """Return the act that a page or an app names (see complaints.message.InboundMessage.act); None if it names none that there is."""
    if _ASKED.fullmatch(act) is None:
        return None
    name, _, value = act.partition(":")
    fields: dict[str, Any] = {"stars": int(value)} if name == "rate" else {value: True} if name == "hide" else {}
    return Act(CommandKind(name), fields)


class ByWord(NamedTuple):
    """An act for which a text asks by a word that stands for it.

    Attributes:
        word: in capital letters.
        act: what it stands for.
        code: the tracking code that follows, canonical; empty if none does.
    """

    word: str
    act: Act
    code: str


def by_word(text: str) -> ByWord | None:
    """Return the act for which a text asks in so many words, alone or with a code; None if it says anything else.

    "Cabut izin pabrik itu" is a complaint. What hides a person is taken generously: to hide too much does the least harm. Disagreement
    and rating are among these acts only with a code; without one they need a case that was answered (see act_in).
    """
    said = _WORD.findall(text.lower())
    head, code = _before_code(said)
    core = [word for word in head if word not in _FILLERS]
    word, act = _meant(core, head, with_code=bool(code), of_report=bool(code) or not _REPORT.isdisjoint(head))
    found = asked_for(act)
    return None if found is None else ByWord(word, found, code)


def _meant(core: list[str], said: list[str], *, with_code: bool, of_report: bool) -> tuple[str, str]:
    """Return the word for what the words of a text ask for, and the name of the act (see asked_for); both empty if it is none."""
    if len(core) == 1 and core[0] in _MEANS:
        return _MEANS[core[0]]
    withdraws = of_report and len(core) == 1 and core[0] in _WITHDRAWS_REPORT
    if withdraws or gives_up(" ".join(said)):
        return _MEANS["cabut"]
    if _hides_person(core):
        return "ANONIM", "hide:anonymous"
    if with_code and core and _NOT_YET.issuperset(core):
        return "BELUM", "disagree"
    if with_code and (stars := _STARS.fullmatch(" ".join(core))):
        return stars[0].upper(), f"rate:{stars[1]}"
    return "", ""


def gives_up(text: str) -> bool:
    """Return whether a text no longer wants what it asked for: "gak jadi pak". After an answer its citizen is content."""
    return _GIVES_UP.search(fold(text).decode("ascii")) is not None


def _hides_person(core: list[str]) -> bool:
    said = set(core)
    if said and said <= _ANONYMOUS:
        return True
    if not _HIDE.isdisjoint(said) and not PERSON.isdisjoint(said):
        return said <= _HIDE | PERSON
    return "jangan" in said and not _SHOW.isdisjoint(said) and said <= {"jangan"} | _SHOW | PERSON


def _before_code(said: list[str]) -> tuple[list[str], str]:
    """Return the words before the tracking code with which a text ends, and the code; all of them and "" if it ends with none."""
    for at in range(max(0, len(said) - tracking.CODE_LENGTH), len(said)):
        letters = "".join(said[at:])
        if len(letters) == tracking.CODE_LENGTH:
            try:
                return said[:at], tracking.parse(letters)
            except TrackingCodeError:
                break
    return said, ""


def act_in(text: str, cases: Iterable[Document], at_ms: int) -> tuple[Document, Act | Thanks] | None:
    """Return the case that a message acts on, and how; None if it is none of these messages.

    Args:
        text: the citizen's words.
        cases: those of his cases that the message can be about, the latest last.
        at_ms: when it came, in milliseconds since 1970.
    """
    latest = sorted(cases, key=told_ms)
    if stars := _stars(text):
        closed = [case for case in latest if case.get("closed_ms", 0) > at_ms - CLOSED_MS]
        if closed:
            return closed[-1], Act(CommandKind.rate, {"stars": stars})
    answered = answered_of(latest, at_ms)[::-1]
    if not answered:
        return None
    words = _plainly(text)
    is_settled = _is_settled(text, words)
    is_glad = is_settled or not _GLAD.isdisjoint(words)
    is_thanks = is_glad and _is_unreserved(words)
    if 0 < len(words) <= _LONGEST and _is_dispute(words, glad=is_glad) and not is_thanks:
        return answered[-1], disputing(answered[-1])
    if words and ((len(words) <= _SHORT and is_thanks) or (not _THANKS.isdisjoint(words) and _PLAIN.issuperset(words))):
        return answered[-1], Thanks()
    return None


def _is_unreserved(words: list[str]) -> bool:
    """Return whether no word takes back what a glad message says."""
    return _COMPLAINS.isdisjoint(words) and _BUT.isdisjoint(words)


def is_discontent(text: str) -> bool:
    """Return whether a text is not content with an answer, if it is about one: by a denial, or a word of complaint, in any spelling.

    Whether it is about the answer, since it tells no matter of its own, is for the caller to see.
    """
    words = _plainly(text)
    if not words or len(words) > _LONGEST:
        return False
    said = " ".join(words)
    denies = not _NOT_YET.union(_DISCONTENT).isdisjoint(words) or _DENIES_AS.search(said) is not None
    glad = not _GLAD.isdisjoint(words) or _is_settled(text, words)
    return (denies and not (glad and _is_unreserved(words))) or (glad and not _BUT.isdisjoint(words))


def answered_of(cases: Iterable[Document], at_ms: int) -> list[Document]:
    """Return the cases whose answer, or archiving, can still be disputed, the one of which the citizen heard last first."""
    found = [
        case
        for case in cases
        if (case.get("answered_ms") or case.get("archived_ms")) and told_ms(case) > at_ms - ANSWERED_MS
    ]
    return sorted(found, key=told_ms, reverse=True)


_SAYS_NO_FIRST: Final = re.compile(r"^\s*(?P<first>[a-z]+)(?: (?:pak|bu|min|mas|mbak))?\s*[,.;!]", re.IGNORECASE)


def says_no_first(text: str) -> bool:
    """Return whether a text says no before it goes on with something else: "belum, lampunya juga mati"."""
    found = _SAYS_NO_FIRST.match(text)
    return found is not None and not _NOT_YET.isdisjoint(_spelt(found["first"]))


_LENGTHENED: Final = re.compile(r"([a-z])\1{2,}|([a-z])\2+\b")


def _spelt(text: str) -> list[str]:
    """Return the folded words of a text, without the letters by which a word is drawn out: "bohongg", "beluuum"."""
    return [_LENGTHENED.sub(lambda found: found[1] or found[2], word) for word in fold(text).decode("ascii").split()]


def disputing(case: Document) -> Act:
    """Return the act by which a citizen says of an answered case that the matter is not settled."""
    return Act(CommandKind.reopen if case.get("closed_ms") or case.get("archived_ms") else CommandKind.disagree)


_GREETS: Final = frozenset(
    ("halo", "hallo", "hai", "hi", "assalamualaikum", "selamat", "pagi", "siang", "sore", "malam")
)
_AGREES: Final = _THANKS | _GREETS | frozenset(("thank", "suwun", "ok", "oke", "okay", "siap", "sip", "mantap", "baik"))


def only_thanks(text: str) -> bool:
    """Return whether a text only thanks, agrees or greets: it tells nothing, and asks nothing."""
    words = _spelt(text)
    return not _AGREES.isdisjoint(words) and _PLAIN.union(_GREETS).issuperset(words)


def says_glad(text: str) -> bool:
    """Return whether a few words say that the matter is settled: "sudah diperbaiki pak, terima kasih"."""
    words = _spelt(text)
    glad = len(words) <= _SHORT and "?" not in text and not _GLAD.isdisjoint(words)
    return glad and _is_unreserved(words)


_FEW: Final = 4
"""Words of a "not yet" that tells nothing else."""


def only_not_yet(text: str) -> bool:
    """Return whether a few words only say that something is not done: "belum diperbaiki pak"."""
    words = _spelt(text)
    return len(words) <= _FEW and not _COMPLAINS.isdisjoint(words)


_ASKS_STATUS: Final = re.compile(
    r"\b(?:kapan|kpn)\b.*\b(?:di[a-z]{4,}|selesai\w*|beres|rampung|tindak\w*|jawabannya)\b"
    r"|\bsiapa\b.*\b(?:me)?(?:nangani|tangani|ngurus\w*|ngerjakan|ditangani|bertanggung)\b"
    r"|\b(?:gimana|gmn|gmna|bagaimana|bgmn|bgmna|piye|kumaha|nasib|status|kabar|mana)\b.*\b(?:laporan|aduan|pengaduan)\w*\b"
    r"|\b(?:laporan|aduan|pengaduan)\w*\b.*\b(?:gimana|gmn|gmna|bagaimana|bgmn|piye|mana)\b"
    r"|\b(?:sudah )?(?:sampai|sampe|sejauh) (?:di ?)?mana\b|\b(?:perkembangan|kelanjutan|progres|progress|kabar)(?:nya)?\b"
)


def asks_status(text: str) -> bool:
    """Return whether a few words ask how a case stands, without STATUS: "kapan dikerjakan?".

    Whether they ask it of a report is for the caller to see: "kapan jembatan dibangun?" may be a complaint.
    """
    words = fold(text).decode("ascii").split()
    return len(words) <= _SHORT and _ASKS_STATUS.search(" ".join(words)) is not None


def told_again(text: str, cases: Iterable[Document], at_ms: int) -> list[Document]:
    """Return the answered cases of which a text may say that the matter goes on ("sampahnya menumpuk lagi"), the latest first.

    Whether it tells their matter is for the caller to see.
    """
    words = fold(text).decode("ascii").split()
    if len(words) > AGAIN_WORDS or _AGAIN.isdisjoint(words):
        return []
    return answered_of(cases, at_ms)


def _stars(text: str) -> int:
    """Return the rating that a text is; 0 if it is none. A number before other words than those of an opinion counts things."""
    text = _SPOKEN.sub(lambda found: f"{found[1]} {_NUMBERS[found[2].lower()]}", text)
    if _STARRED.match(text):
        return text.count("⭐") + text.count("★")
    rating = _RATING.match(text)
    if rating is None or not _PLAIN.union(_OPINION, _BUT, _NOT_YET, _DISCONTENT).issuperset(
        fold(rating["words"]).decode("ascii").split()
    ):
        return 0
    return int(rating[1])


def _is_dispute(words: list[str], *, glad: bool) -> bool:
    within = words if len(words) <= _SHORT else words[:_FIRST]
    return not _NOT_YET.isdisjoint(within) or (glad and not _BUT.isdisjoint(words))


def _plainly(text: str) -> list[str]:
    """Return the words of a text, with its idioms of praise as a word of praise."""
    said = _IDIOMS.sub("mantap", " ".join(_spelt(text)))
    return _WAITS.sub(r"\1\2\3", said).split()


def _is_settled(text: str, words: list[str]) -> bool:
    """Return whether a text says that the matter is settled, or only praises."""
    said = " ".join(words)
    praises = _PRAISES.search(said) is not None and _COMPLAINS.union(_DISCONTENT).isdisjoint(words)
    return "?" not in text and (praises or _SETTLED.search(said) is not None or _TOO_MANY.match(text) is not None)


def says_not_yet(text: str) -> bool:
    """Return whether a text has a word that is never content: "nilai 1, masih rusak"."""
    return not _COMPLAINS.isdisjoint(_spelt(text))


def is_bare(text: str) -> bool:
    """Return whether a text is one word by which an answer is disputed: it answers no question."""
    said = _spelt(text)
    return len(said) == 1 and said[0] in _NOT_YET


def told_ms(case: Document) -> int:
    """Return when the citizen was last told an answer, a closing or an archiving of a case."""
    latest: int = max(case.get(name, 0) for name in ("answered_ms", "closed_ms", "archived_ms"))
    return latest


def short(text: str) -> str:
    """Return the words of an act, which a case keeps as a reason: no more than it has room for."""
    return text.strip().encode("utf-8", "replace")[:REASON_BYTES].decode("utf-8", "ignore")
