"""Detects complaints about how a named agency answers and works: "X tidak menanggapi", "tidak ada jawaban dari X".

It also finds the words for that agency's own staff, and whether the writer can show an earlier complaint, which is the Ombudsman's matter.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.text import BREAK

_DENIALS: Final = frozenset(words_in("router", "blame_denials"))
_ANSWERS: Final = frozenset(words_in("router", "blame_answers"))
_FAULTS: Final = frozenset(words_in("router", "blame_faults"))
_TO_IT: Final = frozenset(("oleh", "dari", "sama", "pihak", "dengan", "terhadap", "atas", "pada"))
"""Words between the words of a complaint and the agency that it is about ("tidak ada tanggapan dari pihak X", "kecewa dengan X")."""

_COMPLAINED: Final = frozenset(("kecewa", "mengadukan", "mengeluhkan", "keluhan"))

_SERVICE: Final = frozenset(("pelayanan", "layanan", "kinerja"))
_BAD: Final = frozenset(("buruk", "jelek", "parah"))
"""Words for a service before the name, and for how it is after it ("pelayanan X buruk sekali")."""

_PLACE_WORDS: Final = 4
"""Number of words after a name that may be its place or a form of address ("Kota Semarang", "bapak")."""

_REACH: Final = 4
"""Number of words from a denial to the word that it denies ("tidak pernah mau menanggapi")."""


_STAFF: Final = frozenset(words_in("router", "blame_staff"))
"""Words for people who work for an agency. Just before its name, or with the ending "nya" after its name, they mean its own staff."""

_ITS: Final = "nya"
"""The ending for "its"."""

_ITS_REACH: Final = 12
"""Number of words after a name within which a word such as "petugasnya" means the named agency's staff."""

_RECORDS: Final = frozenset(words_in("router", "blame_records"))
"""Words for an earlier complaint that can be shown: a letter, a number, a channel for complaints, an earlier report."""

_BY: Final = frozenset(("di", "lewat", "via", "melalui", "ke"))
"""Words before the name of the national service ("lewat LAPOR")."""


def is_on_record(words: Sequence[str]) -> bool:
    """Return whether a text says that its writer complained before in a way that can be shown.

    If not, a complaint that an agency does not answer belongs to that agency (UU 25/2009 Pasal 36). The Ombudsman takes only what was
    brought to the agency before (UU 37/2008 Pasal 24 ayat (1) huruf c).
    """
    if not _RECORDS.isdisjoint(words):
        return True
    return any(word == "lapor" and at > 0 and words[at - 1] in _BY for at, word in enumerate(words))


def of_staff(words: Sequence[str], start: int, end: int) -> Iterator[int]:
    """Yield the positions of the words for the staff of the agency that `words[start:end]` names."""
    if start > 0 and words[start - 1] in _STAFF:
        yield start - 1
    for at in range(end, min(len(words), end + _ITS_REACH)):
        if words[at].removesuffix(_ITS) in _STAFF and words[at].endswith(_ITS):
            yield at


def blames(words: Sequence[str], start: int, end: int) -> bool:
    """Return whether a text complains about the agency that `words[start:end]` names."""
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
    """Return whether the words before a name, the nearest first, complain about it; `after` are the words after it."""
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
