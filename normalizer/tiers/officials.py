"""Finds whom a text accuses of abuse of office: the head of a region, an inspectorate, a minister, or the staff of a local office."""

from collections.abc import Sequence
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.text import BREAK

Groups = dict[str, list[int]]
"""The word groups that a text has, each with the positions of its words."""

HEADS: Final = ("mayor", "governor")
"""The word groups of the titles of heads of regions."""

BODIES: Final = ("inspectorate", "council", "parliament", "prosecutor", "kpk_staff", "ombudsman_staff")
"""The word groups of others who are not examined by the inspectorate of their own region."""

_DEEDS: Final = (
    *("abuse", "self_dealing", "bribe", "misconduct", "accusation", "hint_of_money", "extortion", "sold_office"),
    "demand",
)
"""The word groups of what an official must not do."""

_OFFICES: Final = (
    *("minister", "election_staff", "central_auditor", "police_auditor", "prosecutor_auditor", "regional_staff"),
    *("police", "national_staff", "other_actor", *HEADS, *BODIES),
)
"""The word groups of those who may have done a deed; the nearest of them before the deed did it. An earlier one in this list takes
precedence at the same word."""

_EXAMINED: Final = frozenset(_OFFICES[:7])
"""The offices whose accusation adds a word group here."""

_NAMED_TOO: Final = frozenset(("national_staff",))
"""Officials who get a word group only so that no inspectorate of a region examines them."""

_ABOVE: Final = _EXAMINED - {"regional_staff", "police"}
"""Officials with titles that the name of their office may follow."""

_ACTS: Final = ("abuse", "self_dealing", "bribe", "accusation", "extortion", "sold_office", "demand")
_FAILINGS: Final = ("misconduct", "hint_of_money", "absent", "cuts")
DEEDS_AND_FAILINGS: Final = _ACTS + _FAILINGS
"""The word groups of what shows abuse of office, and of what shows whom a complaint is about if something else shows the abuse."""

_TRADES: Final = (("demand", "sum", 2), ("sold_office", "office_goods", 3))
"""Deeds that need two word groups, each with the second group and the number of words within which it must follow the first."""

TRADED: Final = tuple(deed for deed, _, _ in _TRADES)
"""The word groups of these deeds."""

DOERS: Final = (*sorted(_EXAMINED), "national_staff")
"""The word groups of those who are the nearest to a deed or not (see _add_actors)."""

_KNOWN_BY_SCORES: Final = frozenset(("police", "national_staff"))
"""Officials whose abuse of office the scores already show."""

_SUSPICION: Final = frozenset(("diduga", "dugaan", "terlibat"))
"""Words for an accusation that do not say what was done."""

ASKED: Final = frozenset(words_in("normalizer", "officials_asked"))
"""Words between an official and a deed that show that somebody else did it ("menteri bongkar korupsi")."""

_PASSIVE: Final = ("dimint", "dipung", "dipal", "diper", "disuruh", "dikutip", "dijaluk", "ditarik", "dipot")
"""Beginnings of a deed's word that show that the one named before it is its victim ("kades dimintai uang")."""

_GIVES: Final = ("setor", "nyetor", "menyetor", "disetor", "menyuap", "bayar")
"""Beginnings of a deed's word after which the one who gets something is accused."""

_BY: Final = frozenset(("oleh", "sama", "karo", "dening", "ku"))
_BY_REACH: Final = 5
"""Words before the agent of a passive word, and the number of words after the passive word that are searched for them."""

_ACTOR_REACH: Final = 12
"""Maximum number of words between an official with the long name of his office and what he does."""

_PROVINCE: Final = frozenset(("provinsi", "prov", "propinsi", "pemprov"))
_PROVINCIAL: Final = frozenset(("esdm", "kehutanan"))
"""Words in the name of an office that show that it is the province's; dinas of these matters are of no regency (UU 23/2014 Pasal 14)."""

_TAX_STAFF: Final = frozenset(("bapenda", "dispenda", "upt", "uptd", "uptb"))
_AT_SAMSAT: Final = 7
"""Words for the revenue office of a province and its branches, which levy the tax on vehicles at a Samsat (UU 1/2022 Pasal 4), and the
maximum number of words from there to the word "samsat"."""

_TO: Final = frozenset(("ke", "untuk", "buat", "kepada", "utk", "kpd", "bagi", "nang", "ka"))
"""Words before the one who gets something."""

_SHARES: Final = frozenset(("jatah", "bagian", "setoran", "upeti", "fee", "persenan", "komisi"))
"""Words directly before the one who gets a share ("jatah bupati")."""

ADDRESSES: Final = frozenset(words_in("normalizer", "officials_addresses"))
"""Words before an official that show that he is addressed or told something."""

_GIVEN: Final = 6
_TOLD: Final = 18
_DONE: Final = 6
"""Maximum number of words between a deed and the head of region who takes, between the one who acts at the beginning of a text and the
deed, and between another official and what he does."""


def add_accused(groups: Groups, words: list[str]) -> bool:
    """Add the word groups of the officials whom a text accuses ("accused_mayor"). `groups` is changed in place.

    Return whether it accuses one. A text without HEADS and TRADED, and without BODIES and DOERS or DEEDS_AND_FAILINGS, does not, and its
    word groups stay as they are.
    """
    found = False
    for deed, thing, reach in _TRADES:
        if deed in groups and thing in groups:
            _keep_near(groups, deed, groups[thing], reach)
    for head in HEADS:
        if head in groups:
            if _is_actor_or_taker(groups, words, groups[head]):
                groups.setdefault(f"accused_{head}", [groups[head][0]])
                found = True
            elif all(_is_told(words, at) for at in groups[head]):
                groups.setdefault(f"told_{head}", [groups[head][0]])
    for body in BODIES:
        if body in groups and _does(groups, words, groups[body]):
            groups.setdefault(f"accused_{body}", [groups[body][0]])
            found = True
    return _add_actors(groups, words) or found


def _keep_near(groups: Groups, deed: str, things: Sequence[int], reach: int) -> None:
    """Keep the words of a deed directly before what it is about, and remove the group if there is none."""
    about = set(things)
    kept = [at for at in groups[deed] if not about.isdisjoint(range(at + 1, at + 1 + reach))]
    if kept:
        groups[deed] = kept
    else:
        del groups[deed]


def _add_actors(groups: Groups, words: list[str]) -> bool:
    """Add the word groups of those of _EXAMINED who are the nearest to a deed. Return whether one did what shows abuse of office."""
    deeds: list[tuple[str, int]] = []
    for kind in DEEDS_AND_FAILINGS:
        if kind in groups:
            deeds += [(kind, at) for at in groups[kind]]
    if not deeds or (_EXAMINED.isdisjoint(groups) and "national_staff" not in groups):
        return False
    named = _named(groups, words)
    found = False
    for kind, deed in deeds:
        actor = deed_of(named, words, deed)
        group = named.get(actor, "")
        if _counts(group, kind, actor, deed):
            groups.setdefault(f"accused_{group}", [actor])
            if group == "regional_staff":
                if kind in _ACTS:
                    add_regional(groups, words, actor, deed)
                elif _is_provincial(groups, words, actor, deed):
                    groups.setdefault("accused_province_office", [actor])
                found = found or kind == "sold_office"  # the scores show the other deeds
            elif kind in _ACTS and group not in _KNOWN_BY_SCORES and words[deed] not in _SUSPICION:
                found = True
    return found


def _named(groups: Groups, words: list[str]) -> dict[int, str]:
    """Return who may have done a deed, by the position of the first word for him."""
    named: dict[int, str] = {}
    for group in _OFFICES:
        for at in groups.get(group, ()):
            if not has_tax_staff(words, at):
                named.setdefault(at, group)
    return named


def _counts(group: str, kind: str, actor: int, deed: int) -> bool:
    """Return whether an accusation of an official adds a word group."""
    if group == "police":
        return kind in _ACTS and kind != "accusation" and abs(deed - actor) <= _DONE
    if group in _EXAMINED:
        return True
    return (group in _NAMED_TOO and kind in _ACTS) or (group in BODIES and actor > deed)


def add_regional(groups: Groups, words: list[str], actor: int, deed: int) -> None:
    """Add that staff of a region did more than fail, and whether their office is the province's."""
    groups.setdefault("regional_staff_acts", [actor])
    if _is_provincial(groups, words, actor, deed):
        groups.setdefault("accused_province_office", [actor])


def deed_of(named: dict[int, str], words: list[str], deed: int) -> int:
    """Return the position of the official who did a deed; -1 if there is none.

    He is the nearest one before it, the one after an "oleh" that follows it, or the one who gets what is paid ("setor ke lurah").
    """
    end = min(len(words), deed + 1 + _BY_REACH)
    gives = words[deed].startswith(_GIVES)
    for at in range(deed + 1, end):
        if words[at] in _BY or (gives and words[at] in _TO):
            for one in (at + 1, at + 2):
                if one in named:
                    return one
    for near in range(deed - 1, max(-1, deed - 1 - _ACTOR_REACH), -1):
        at, word = near, words[near]
        if at in named:
            if not ADDRESSES.isdisjoint(words[max(0, at - 4) : at]):
                return -1
            if named[at] not in _ABOVE:
                # "itjen kementerian ..."
                at = next((one for one in range(at - 1, at - 4, -1) if named.get(one) in _ABOVE), at)
            suffers = words[deed].startswith(_PASSIVE) and "di" not in words[max(0, at - 2) : at]
            return -1 if suffers else at
        if word in ASKED or word == BREAK:
            return -1
    return -1


def has_tax_staff(words: list[str], at: int) -> bool:
    """Return whether a position is that of a Samsat after staff of the revenue office: they work there, and are the ones who act."""
    return words[at] == "samsat" and not _TAX_STAFF.isdisjoint(words[max(0, at - _AT_SAMSAT) : at])


def _is_provincial(groups: Groups, words: list[str], actor: int, deed: int) -> bool:
    """Return whether an official's office is the province's: its name has a word for a province, or only provinces have such an office."""
    end = max(actor + 1, deed)
    name = words[max(0, actor - 2) : end]
    if "samsat" in name or not _PROVINCE.isdisjoint(name) or not _PROVINCIAL.isdisjoint(words[actor + 1 : actor + 3]):
        return True
    return any(actor - 2 <= at < end for at in groups.get("province_office", ()))


def _deeds(groups: Groups) -> set[int]:
    return {at for group in _DEEDS for at in groups.get(group, ())}


def _is_actor_or_taker(groups: Groups, words: list[str], titles: Sequence[int]) -> bool:
    """Return whether the text accuses the head of a region: he takes money ("setor ke bupati"), or is the one who acts at its beginning.

    Not if he is only addressed ("pak bupati, kades korupsi") or hears a report ("lapor ke bupati").
    """
    deeds = _deeds(groups)
    gifts = deeds.union(groups.get("tribute", ()))
    for at in titles:
        before = words[max(0, at - 4) : at]
        if not gifts or not ADDRESSES.isdisjoint(before):
            continue
        gives = any(word in _TO for word in before[-2:]) and not gifts.isdisjoint(range(at - _GIVEN, at))
        acts = (not before or before[-1] == BREAK) and not deeds.isdisjoint(range(at + 1, at + 1 + _TOLD))
        if gives or acts or (before and before[-1] in _SHARES):
            return True
    return False


def _does(groups: Groups, words: list[str], named: Sequence[int]) -> bool:
    """Return whether an official is the one who does what he must not: the deed follows him and nobody asks him or tells him anything."""
    deeds = _deeds(groups)
    return any(
        ADDRESSES.isdisjoint(words[max(0, at - 4) : at]) and not deeds.isdisjoint(range(at + 1, at + 1 + _DONE))
        for at in named
    )


def _is_told(words: list[str], at: int) -> bool:
    """Return whether a head of region hears a report ("sudah lapor ke bupati")."""
    return not ADDRESSES.isdisjoint(words[max(0, at - 3) : at])
