"""Tells whether a text complains of how the agency that it names answers and serves: "X tidak menanggapi", "tidak ada jawaban dari X"."""

from collections.abc import Sequence
from typing import Final

from normalizer.text import BREAK

_DENIALS: Final = frozenset(
    (
        *(
            "tidak",
            "tdk",
            "tak",
            "gak",
            "ga",
            "gk",
            "nggak",
            "ngga",
            "enggak",
            "ndak",
            "belum",
            "blm",
            "blum",
            "kurang",
        ),
        *("tanpa", "jarang", "ora", "teu", "enggan", "malas"),
    )
)
_ANSWERS: Final = frozenset(
    (
        *("menanggapi", "menanggapinya", "ditanggapi", "nanggapi", "tanggapan", "tanggap", "merespon", "merespons"),
        *(
            "meresponnya",
            "direspon",
            "direspons",
            "respon",
            "respons",
            "responsif",
            "menindaklanjuti",
            "ditindaklanjuti",
        ),
        *("menindak", "tindakan", "menjawab", "dijawab", "jawaban", "melayani", "dilayani", "pelayanan", "menggubris"),
        *(
            "digubris",
            "peduli",
            "memproses",
            "diproses",
            "menghiraukan",
            "dihiraukan",
            "membalas",
            "dibalas",
            "balasan",
        ),
        *("mengangkat", "diangkat", "dihubungi", "membantu", "dibantu", "serius", "becus", "profesional"),
    )
)
_FAULTS: Final = frozenset(
    (
        *("lambat", "lamban", "lelet", "lemot", "cuek", "abai", "mengabaikan", "diabaikan", "mengacuhkan", "dicuekin"),
        *("mempersulit", "dipersulit", "mengecewakan", "arogan", "dipingpong", "bertele"),
    )
)
_TO_IT: Final = frozenset(("oleh", "dari", "sama", "pihak", "dengan", "terhadap", "atas", "pada"))
"""Words between a complaint and the agency that follows it ("tidak ada tanggapan dari pihak X", "kecewa dengan X")."""

_COMPLAINED: Final = frozenset(("kecewa", "mengadukan", "mengeluhkan", "keluhan"))

_SERVICE: Final = frozenset(("pelayanan", "layanan", "kinerja"))
_BAD: Final = frozenset(("buruk", "jelek", "parah"))
"""Words for a service before the name, and for how it is after it ("pelayanan X buruk sekali")."""

_PLACE_WORDS: Final = 4
"""Number of words after a name that may be its place or a form of address ("Kota Semarang", "bapak")."""

_REACH: Final = 4
"""Number of words from a denial to the word that it denies ("tidak pernah mau menanggapi")."""


def blames(words: Sequence[str], start: int, end: int) -> bool:
    """Return whether a text complains of the agency whose name it has at a position.

    Args:
        words: the folded words of the text, with BREAK at the end of each of its parts.
        start: the position of the first word of the name.
        end: the position after the last one.
    """
    after = _until_break(words[end : end + _PLACE_WORDS + 2 * _REACH])
    if not _FAULTS.isdisjoint(after):
        return True
    if any(
        word in _DENIALS and not _ANSWERS.isdisjoint(after[at + 1 : at + 1 + _REACH]) for at, word in enumerate(after)
    ):
        return True
    before = _until_break(words[max(0, start - 2 * _REACH) : start][::-1])
    return _is_complained_of(before, after)


def _is_complained_of(before: Sequence[str], after: Sequence[str]) -> bool:
    """Return whether the words before a name, the nearest first, complain of it."""
    nearest = 0
    while nearest < len(before) and before[nearest] in _TO_IT:
        nearest += 1
    rest = before[nearest:]
    if not rest:
        return False
    first = rest[0]
    if first in _SERVICE:
        return not _BAD.isdisjoint(after)
    is_denied = first in _ANSWERS and not _DENIALS.isdisjoint(rest[1 : 1 + _REACH])
    return is_denied or first in _COMPLAINED or first in _FAULTS


def _until_break(words: Sequence[str]) -> Sequence[str]:
    return words[: words.index(BREAK)] if BREAK in words else words
