"""Reads the citizen's answer to a question for the tier of a road or hospital."""

from collections.abc import Mapping
from typing import Final

from normalizer.text import fold

_ANSWERS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "road_class": {
        "provincial_road": frozenset(("provinsi", "propinsi", "prov", "gubernur", "pemprov")),
        "national_road": frozenset(("nasional", "negara", "pusat")),
        "local_road": frozenset(
            ("kabupaten", "kab", "kota", "desa", "kampung", "dusun", "lingkungan", "pemkab", "pemkot")
        ),
    },
    "hospital_owner": {
        "hospital_province": frozenset(("provinsi", "propinsi", "prov", "gubernur", "pemprov")),
        "hospital_national": frozenset(("pusat", "kemenkes", "kementerian", "rsup", "nasional", "negara")),
        "hospital_regency": frozenset(("kabupaten", "kab", "kota", "daerah", "rsud", "pemkab", "pemkot")),
    },
}
"""The word groups that a question can be answered with, each with its words: one of them in a message is this answer."""

TIER_QUESTIONS: Final = frozenset(_ANSWERS)
"""The questions for the tier of a road or hospital."""

_LONGEST: Final = 6
"""Maximum number of words of an answer: a longer message is a story, in which these words can mean something else."""


_UNKNOWN: Final = frozenset(("tahu", "tau", "taunya", "tahunya", "paham", "ngerti", "mengerti", "yakin"))
"""Words, one of which says in a short message that the citizen does not know."""


def is_answer(part: str, text: str) -> bool:
    """Return whether a message answers a question for a tier: it names one, or says that the citizen does not know."""
    words = _short(text)
    return bool(_group(part, words)) or not _UNKNOWN.isdisjoint(words)


def settled_by(part: str, text: str) -> str:
    """Return the word group that an answer means; an empty text for a message that is no answer, or means more than one tier."""
    return _group(part, _short(text))


def _short(text: str) -> list[str]:
    """Return the folded words of a message; none of a message that is too long to be an answer."""
    words = fold(text).decode("ascii").split()
    return words if len(words) <= _LONGEST else []


def _group(part: str, words: list[str]) -> str:
    found = [group for group, telling in _ANSWERS.get(part, {}).items() if not telling.isdisjoint(words)]
    return found[0] if len(found) == 1 else ""
