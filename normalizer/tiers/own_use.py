"""Finds the official who uses public money or property for himself, or shields a crime, without a word for corruption."""

from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.text import BREAK
from normalizer.tiers.officials import ADDRESSES, ASKED, DOERS, HEADS, add_regional, deed_of, has_tax_staff

Groups = dict[str, list[int]]
"""The word groups that a text has, each with the positions of its words."""

_REACH: Final = 10
"""Maximum number of words between the public money and the private use of it."""

_AGENT_REACH: Final = 4
"""Number of words after a passive one that are searched for who did it ("dimakan pak lurah")."""

_BEFORE: Final = 3
"""Number of words before the official that are searched for a condition or a denial."""

_OF_REGION: Final = ("regional_staff", "official_head", "school_head")
"""The word groups of those whom the inspectorate of a region examines; the last ones may be at the same word as other groups."""

_OTHERS: Final = ("not_official", "other_actor")
"""The word groups of those whom no inspectorate examines, and who may be nearer to the deed than an official."""

_PRIVATE: Final = frozenset(words_in("normalizer", "own_use_private"))
"""Words for private persons, if they do not begin the title of an official."""

_PASSIVES: Final = words_in("normalizer", "own_use_passives")
"""Words after which the one who did it may follow without a preposition."""

_NEED_AGENT: Final = frozenset(("dimakan", "diambil"))
"""Passive words that say nothing of an official if he does not follow them: the sea eats land too."""

_NO_AGENT: Final = frozenset(("di", "ke", "dari", "untuk", "buat", "utk", "lewat", "dengan", "pada", BREAK))
"""Words that end the search for who follows a passive word."""

_UNACCOUNTED: Final = frozenset(("tidak", "ga", "gak"))
"""First words of "tidak jelas ke mana": the official may come after it, if nobody asks him for anything."""

_BUYS: Final = ("beli", "dibeli", "bangun", "membangun", "bikin", "buat", "renovasi")
_PUBLIC: Final = frozenset(words_in("normalizer", "own_use_public"))
"""Beginnings of words for buying and building, and words after the thing bought or built that show that the public has it ("beli mobil
ambulans", "bangun rumah warga")."""

_UNSAID: Final = frozenset(words_in("normalizer", "own_use_unsaid"))
"""Words before the deed that deny it, ask for it or make it a condition."""

_MADRASAHS: Final = frozenset(("madrasah", "mts", "mtsn", "man", "min", "mi", "aliyah", "ibtidaiyah", "tsanawiyah"))
_FOUNDATIONS: Final = frozenset(("swasta", "yayasan", "pesantren", "ponpes", "sdit", "smpit"))
"""Words for schools with heads that no region employs (UU 23/2014 Pasal 10; UU 20/2003 Pasal 55)."""

_SENIOR: Final = ("sma", "smk", "slb", "smu")
"""Beginnings of the short names of schools of the province (UU 23/2014 Lampiran A)."""


def add_own_use(groups: Groups, words: list[str]) -> bool:
    """Add the word groups of the official who takes public money for himself or shields a crime. `groups` is changed in place.

    Return whether the text accuses one. What he pays himself ("pakai uang sendiri"), a question and a denial accuse nobody.
    """
    if "own_money" in groups:
        return False
    deeds = _spans(groups, words)
    if not deeds:
        return False
    named = _named(groups, words)
    for first, last in deeds:
        actor = _agent(named, words, first, last)
        if actor < 0 and _NEED_AGENT.isdisjoint(words[first : last + 1]):
            actor = deed_of(named, words, first)
            if actor < 0 and words[last] in _UNACCOUNTED:
                actor = _silent(named, words, last)
        group = named.get(actor, "")
        if not group or not _UNSAID.isdisjoint(words[max(0, min(actor, first) - _BEFORE) : first]):
            continue
        if _accuse(groups, words, group, actor, first):
            return True
    return False


def _spans(groups: Groups, words: list[str]) -> list[tuple[int, int]]:
    """Return the first and the last position of each deed: public money with a private use, or the shielding of a crime."""
    found = [(at, at) for at in groups.get("shields_crime", ())]
    money = groups.get("office_money", ())
    for taken in groups.get("private_taking", ()) if money else ():
        if not words[taken].startswith(_BUYS) or _PUBLIC.isdisjoint(words[taken + 2 : taken + 4]):
            found += [(min(taken, at), max(taken, at)) for at in money if -_REACH <= taken - at <= _REACH]
    return found


def _named(groups: Groups, words: list[str]) -> dict[int, str]:
    """Return who may have done it, by the position of the first word for him."""
    named: dict[int, str] = {}
    for group in (*_OF_REGION, *HEADS, *DOERS):
        for at in groups.get(group, ()):
            named.setdefault(at, group)
    for group in _OTHERS:
        for at in groups.get(group, ()):
            if at - 1 not in named and not has_tax_staff(words, at):  # "kepala sekolah" has a word for a school
                named.setdefault(at, group)
    for at, word in enumerate(words):
        if word in _PRIVATE:
            named.setdefault(at, _OTHERS[0])
    return named


def _agent(named: dict[int, str], words: list[str], first: int, last: int) -> int:
    """Return the position of who follows a passive word in or just before the deed; -1 if nobody does."""
    for at in range(max(0, first - 1), min(len(words), last + 2)):
        if not words[at].startswith(_PASSIVES):
            continue
        for one in range(at + 1, min(len(words), at + 1 + _AGENT_REACH)):
            if one in named:
                return one
            if words[one] in _NO_AGENT:
                break
    return -1


def _silent(named: dict[int, str], words: list[str], last: int) -> int:
    """Return the position of the official who is named after money that nobody accounts for; -1 if there is none or he is asked to act."""
    for at in range(last + 1, min(len(words), last + 1 + _REACH)):
        if at in named:
            return at
        if words[at] in ASKED or words[at] in ADDRESSES or words[at] == BREAK:
            break
    return -1


def _accuse(groups: Groups, words: list[str], group: str, actor: int, deed: int) -> bool:
    """Add the word group of the official who did it. Return whether he is one."""
    if group in _OTHERS:
        return False
    if group not in _OF_REGION:
        groups.setdefault(f"accused_{group}", [actor])
        return True
    if group == "school_head":
        if not _FOUNDATIONS.isdisjoint(words):
            return False
        if not _MADRASAHS.isdisjoint(words):
            return True
        if any(_is_senior(word) for word in words):
            groups.setdefault("accused_province_office", [actor])
    groups.setdefault("accused_regional_staff", [actor])
    add_regional(groups, words, actor, deed)
    return True


def _is_senior(word: str) -> bool:
    """Return whether a word is the short name of a school of the province ("sma", "smkn2", "slb")."""
    return word.startswith(_SENIOR) and word[3:].lstrip("n").strip("0123456789") == ""
