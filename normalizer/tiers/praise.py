"""Finds out whether a text that names an official and money or abuse praises him: it thanks, and nothing in it accuses anybody."""

from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.text import BREAK

Groups = dict[str, list[int]]
"""The word groups that a text has, each with the positions of its words."""

_THANKS: Final = frozenset(words_in("normalizer", "praise_thanks"))
"""Last words of thanks ("terima kasih", "matur nuwun", "hatur nuhun")."""

_THANKED: Final = frozenset(words_in("normalizer", "praise_thanked"))
"""Words after thanks that say whom or what they are for; other thanks are a polite beginning ("terima kasih sebelumnya")."""

_PRAISES: Final = frozenset(words_in("normalizer", "praise_praises"))
_GOOD: Final = frozenset(("bagus", "baik", "apik", "sae"))
_VERY: Final = frozenset(words_in("normalizer", "praise_very"))
"""Words of praise, words that are praise only next to a word of the third set, and that set."""

_EARLY: Final = 8
"""Number of words at the beginning of each part of a text in which praise begins: at the end of a complaint, thanks are a greeting."""

_SETS_AGAINST: Final = frozenset(words_in("normalizer", "praise_sets_against"))
"""Words that contrast a complaint with the praise, or ask for something."""

_DENIES: Final = frozenset(words_in("normalizer", "praise_denies"))
_DENIED_REACH: Final = 3
"""Words that deny a deed, and the number of words before it in which they do."""

_DONE: Final = frozenset(("sudah", "sdh", "telah", "sampun", "parantos"))
_ENDED: Final = ("ditert", "ditind", "diberan", "ditangk", "dibers", "dipecat", "hilang", "berkurang", "dihapus")
_ENDED_REACH: Final = 7
"""Words for what is done, beginnings of words for the end of a deed, and the number of words after the deed that are searched for both
("pungli sudah ditertibkan")."""

_OPEN: Final = frozenset(("transparan", "transparansi"))
"""Words that mean abuse only if they are denied."""

_DEEDS: Final = (
    *("abuse", "self_dealing", "bribe", "misconduct", "accusation", "hint_of_money", "extortion", "sold_office"),
    *("demand", "private_taking", "shields_crime", "absent"),
)
"""The word groups of what an official must not do."""


def praises(groups: Groups, words: list[str]) -> bool:
    """Return whether a text that seems to report abuse of office praises an official, and mentions a deed only to deny it."""
    if not _begins_with_praise(words) or not _SETS_AGAINST.isdisjoint(words):
        return False
    return all(_is_denied(words, at) for deed in _DEEDS for at in groups.get(deed, ()))


def _begins_with_praise(words: list[str]) -> bool:
    """Return whether a part of the text begins with praise, or with thanks to somebody or for something."""
    left = _EARLY
    for at, word in enumerate(words):
        if word == BREAK:
            left = _EARLY
            continue
        left -= 1
        if left < 0:
            continue
        after = words[at + 1]  # the last word is BREAK
        if word in _PRAISES or (word in _THANKS and after in _THANKED):
            return True
        if word in _GOOD and (after in _VERY or words[at - 1] in _VERY):
            return True
    return False


def _is_denied(words: list[str], at: int) -> bool:
    """Return whether a text denies the deed at a position, or says that it has ended. A word of _OPEN is a deed only if denied."""
    denied = not _DENIES.isdisjoint(words[max(0, at - _DENIED_REACH) : at])
    if words[at] in _OPEN:
        return not denied
    if denied:
        return True
    after = words[at + 1 : at + 1 + _ENDED_REACH]
    return not _DONE.isdisjoint(after) and any(word.startswith(_ENDED) for word in after)
