"""Finds whom a text accuses of abuse of office: the head of a region, an inspectorate or another body that others examine."""

from collections.abc import Sequence
from typing import Final

from normalizer.text import BREAK

Groups = dict[str, list[int]]
"""The word groups that a text has, each with the positions of its words."""

_HEADS: Final = ("mayor", "governor")
"""The word groups of the titles of heads of regions."""

_BODIES: Final = ("inspectorate", "council", "parliament", "prosecutor", "kpk_staff", "ombudsman_staff")
"""The word groups of others whom not their own region's inspectorate examines."""

_DEEDS: Final = ("abuse", "self_dealing", "bribe", "misconduct", "accusation", "hint_of_money", "extortion")
"""The word groups of what an official must not do."""

_TO: Final = frozenset(("ke", "untuk", "buat", "kepada", "utk", "kpd", "bagi", "nang", "ka"))
"""Words before the one who gets something."""

_SHARES: Final = frozenset(("jatah", "bagian", "setoran", "upeti", "fee", "persenan", "komisi"))
"""Words directly before the one whose share it is ("jatah bupati")."""

_ADDRESSES: Final = frozenset(
    (
        *("yth", "lapor", "melapor", "laporkan", "melaporkan", "ngadu", "mengadu", "mohon", "tolong", "surat", "minta"),
        *("meminta", "laporan", "agar", "supaya", "harap", "semoga", "dilaporkan", "diadukan", "adukan", "tembusan"),
    )
)
"""Words before an official that show that he is spoken to or told."""

_GIVEN: Final = 6
_TOLD: Final = 18
_DONE: Final = 6
"""Maximum number of words between a deed and the head of region who takes, between the one who acts at the beginning of a text and the
deed, and between another official and what he does."""


def add_accused(groups: Groups, words: list[str]) -> bool:
    """Add the word groups of the officials whom a text accuses ("accused_mayor"). `groups` is changed in place.

    Return whether it accuses one.

    Args:
        groups: the word groups of the text.
        words: its folded words.
    """
    found = False
    for head in _HEADS:
        if head in groups:
            if _is_actor_or_taker(groups, words, groups[head]):
                groups.setdefault(f"accused_{head}", [groups[head][0]])
                found = True
            elif all(_is_told(words, at) for at in groups[head]):
                groups.setdefault(f"told_{head}", [groups[head][0]])
    for body in _BODIES:
        if body in groups and _does(groups, words, groups[body]):
            groups.setdefault(f"accused_{body}", [groups[body][0]])
            found = True
    return found


def _deeds(groups: Groups) -> list[int]:
    return [at for group in _DEEDS for at in groups.get(group, ())]


def _is_actor_or_taker(groups: Groups, words: list[str], titles: Sequence[int]) -> bool:
    """Return whether the text accuses the head of a region: he takes money ("setor ke bupati"), or is the one who acts at its beginning.

    Not if he is only addressed ("pak bupati, kades korupsi") or hears a report ("lapor ke bupati").
    """
    deeds = _deeds(groups)
    gifts = [*deeds, *groups.get("tribute", ())]
    for at in titles:
        before = words[max(0, at - 4) : at]
        if not gifts or not _ADDRESSES.isdisjoint(before):
            continue
        gives = any(word in _TO for word in before[-2:]) and any(at - _GIVEN <= deed < at for deed in gifts)
        acts = (not before or before[-1] == BREAK) and any(at < deed <= at + _TOLD for deed in deeds)
        if gives or acts or (before and before[-1] in _SHARES):
            return True
    return False


def _does(groups: Groups, words: list[str], named: Sequence[int]) -> bool:
    """Return whether an official is the one who does what he must not: the deed follows him and nobody asks or tells him."""
    deeds = _deeds(groups)
    return any(
        at < deed <= at + _DONE for at in named if _ADDRESSES.isdisjoint(words[max(0, at - 4) : at]) for deed in deeds
    )


def _is_told(words: list[str], at: int) -> bool:
    """Return whether a head of region hears a report ("sudah lapor ke bupati")."""
    return not _ADDRESSES.isdisjoint(words[max(0, at - 3) : at])
