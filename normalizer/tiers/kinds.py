"""The kinds of word groups that each part of the reader searches for, so that it can skip a text without them."""

from typing import Final

from normalizer.dates import WAYS
from normalizer.tiers.bound import BOUND
from normalizer.tiers.officials import BODIES, DEEDS_AND_FAILINGS, DOERS, HEADS, TRADED
from normalizer.tiers.words import TELLING

OF_TIERS: Final = 1
"""Things that belong to a tier; a text may name several (normalizer.tiers.bound)."""

TELLS_TIER: Final = 2
"""Things with a tier that a number or a place decides (normalizer.tiers.words)."""

OF_DATES: Final = 4
"""Words of dates (normalizer.dates)."""

_ACTOR: Final = 8
_DEED: Final = 16
_HEAD: Final = 32
"""Officials, what they must not do, and those of both that a text is always searched for (normalizer.tiers.officials)."""

_KINDS: Final[dict[str, int]] = {}
for _kind, _groups in (
    (OF_TIERS, BOUND),
    (TELLS_TIER, TELLING),
    (OF_DATES, WAYS),
    (_ACTOR, (*BODIES, *DOERS)),
    (_DEED, DEEDS_AND_FAILINGS),
    (_HEAD, (*HEADS, *TRADED)),
):
    for _group in _groups:
        _KINDS[_group] = _KINDS.get(_group, 0) | _kind


def kinds_of(groups: dict[str, list[int]]) -> int:
    """Return the kinds of the word groups of a text, as the sum of their numbers."""
    found = 0
    for group in groups:
        found |= _KINDS.get(group, 0)
    return found


def may_accuse(kinds: int) -> bool:
    """Return whether a text with these kinds of word groups may accuse an official, or say that one was told something."""
    return bool(kinds & _HEAD) or (kinds & _ACTOR > 0 and kinds & _DEED > 0)
