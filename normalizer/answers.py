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
"""By question, the word group that an answer stands for, with the words of which one makes it this answer."""

TIER_QUESTIONS: Final = frozenset(_ANSWERS)
"""The questions for the tier of a road or hospital."""

_LONGEST: Final = 6
"""Maximum number of words of an answer: a longer message is a story, in which these words can mean something else."""


_UNKNOWN: Final = frozenset(("tahu", "tau", "taunya", "tahunya", "paham", "ngerti", "mengerti", "yakin"))
"""Words of which one says, in a short message, that the citizen cannot tell."""


def is_answer(part: str, text: str) -> bool:
    """Return whether a message answers a question for a tier: it tells one, or says that the citizen does not know.

    Args:
        part: the part that was asked for, one of TIER_QUESTIONS.
        text: the citizen's message.
    """
    words = fold(text).decode("ascii").split()
    return bool(settled_by(part, text)) or (len(words) <= _LONGEST and not _UNKNOWN.isdisjoint(words))


def settled_by(part: str, text: str) -> str:
    """Return the word group that an answer stands for; empty if it is none, or means more than one tier.

    Args:
        part: the part that was asked for.
        text: the citizen's message.
    """
    words = fold(text).decode("ascii").split()
    if len(words) > _LONGEST:
        return ""
    found = [group for group, telling in _ANSWERS.get(part, {}).items() if not telling.isdisjoint(words)]
    return found[0] if len(found) == 1 else ""
