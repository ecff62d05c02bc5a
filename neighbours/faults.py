"""Compares two complaints about one place: their matters, their things, and what is wrong with these. Pure."""

from typing import Final, NamedTuple

from neighbours.signs import Signature
from normalizer.matter.matters import WIDE
from normalizer.matter.senses import senses

OWN_FROM: Final = 80
"""From this number on, a matter is one person's own, and never merged."""

_FEWER: Final = 0.25
_ALL: Final = 0.1
"""Minimum shares of common words (see Shares) in texts about one matter: of 51 proposals for published reports, those below were wrong."""

_SHORT: Final = 10
"""Maximum number of words of a short text, which may share fewer of them if the thing and what is wrong with it are the same."""

_HALF: Final = 0.5
"""The share of the shorter text's words that counts as evidence on its own."""

_TWO: Final = 2
"""Minimum number of common words about what happened in two texts about one matter for which the word lists have no evidence."""


class Shares(NamedTuple):
    """The words that two texts have in common.

    Attributes:
        all: their share of all words of the two texts.
        fewer: their share of the words of the text with fewer words.
        number: their number.
        what: the number of those that are no names and no words that many matters have.
    """

    all: float
    fewer: float
    number: int
    what: int


def one_matter(one: Signature, other: Signature, shares: Shares, *, related: bool, there: bool) -> bool:
    """Return whether two texts about one place are about one matter: about one thing, and what is wrong with it may be one fault.

    Args:
        one: the signature of a text.
        other: that of another text; if both have matters of the lists, they share a family or a way in which something is wrong.
        shares: their common words.
        related: whether their topics are the same.
        there: whether the place is certainly the same.
    """
    shared = not one.things.isdisjoint(other.things)
    if (shares.fewer < _FEWER or shares.all < _ALL) and not (shared and _tell_it_shortly(one, other, shares)):
        return False
    if one.families & other.families:
        return _one_family(one, other, shares, there=there)
    if _is_own(one) or _is_own(other):
        return False
    if one.families and other.families:
        return _over_families(one, other, shares, there=there)
    return _one_thing(one, other, shares, related=related)


def _over_families(one: Signature, other: Signature, shares: Shares, *, there: bool) -> bool:
    """Return whether two texts with matters of different families, but a common way in which something is wrong, are about one matter."""
    if one.things and other.things:
        return shares.what > 0 and not one.things.isdisjoint(other.things)
    return there and shares.what >= _TWO


def _one_thing(one: Signature, other: Signature, shares: Shares, *, related: bool) -> bool:
    """Return whether two texts, one without any matter of the lists, are about one matter, by their things and what is wrong with these."""
    if not one.things.isdisjoint(other.things):
        enough = 1 if (related or shares.fewer >= _HALF) and not apart(one, other) else _TWO
        return alike(one, other) or shares.what >= enough
    both = bool(one.things and other.things)
    if one.ways & other.ways:
        return shares.what >= (_TWO if both else 1)
    return not both and not apart(one, other) and shares.what >= _TWO and shares.fewer >= _HALF


def one_wide_matter(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether two texts that share only the district are about one matter; the arguments are those of `one_matter`."""
    if shares.fewer < _FEWER or shares.all < _ALL or apart(one, other):
        return False
    if one.families & other.families:
        shared = one.matters.keys() & other.matters.keys()
        if any(one.matters[matter] & WIDE for matter in shared):
            return alike(one, other) or shares.what > 0
        enough = 1 if alike(one, other) or shares.fewer >= _HALF else _TWO
        return all(matter < OWN_FROM for matter in shared) and shares.what >= enough
    if _is_own(one) or _is_own(other) or (one.families and other.families):
        return False
    return not one.things.isdisjoint(other.things) and shares.what >= _TWO


def unlike(one: Signature, other: Signature) -> bool:
    """Return whether two texts have matters of different families, and no certain way in common in which something is wrong."""
    if not one.families or not other.families or one.families & other.families:
        return False
    return not one.ways & other.ways & ~senses().soft


def is_own(sign: Signature, *, topic: bool) -> bool:
    """Return whether a text is about one person's own matter: by all of its matters, or by its topic if it has no other evidence."""
    if sign.matters:
        return all(matter >= OWN_FROM for matter in sign.matters)
    lists = senses()
    return topic and not sign.ways & ~lists.own_ways and lists.own_things.issuperset(sign.things)


def alike(one: Signature, other: Signature) -> bool:
    """Return whether what is wrong in two texts may be one fault."""
    return bool(one.ways & other.kin)


def apart(one: Signature, other: Signature) -> bool:
    """Return whether two texts have faults that cannot be the same: stolen cattle and ill cattle."""
    sure = ~senses().soft
    return bool(one.ways & sure and other.ways & sure) and not alike(one, other)


def _tell_it_shortly(one: Signature, other: Signature, shares: Shares) -> bool:
    """Return whether one of two texts about one thing is short, and they have the same fault, or may have it and share words."""
    if min(len(one.words), len(other.words)) > _SHORT:
        return False
    if one.ways & other.ways & ~senses().soft:
        return True
    return shares.what > 0 and shares.number >= _TWO and not apart(one, other)


def _one_family(one: Signature, other: Signature, shares: Shares, *, there: bool) -> bool:
    """Return whether two texts that share a family of matters are about one matter."""
    shared = one.matters.keys() & other.matters.keys()
    if (
        not shared
        and not shares.what
        and not (there and (one.things == other.things or not one.things or not other.things))
    ):
        return False
    if shared and all(matter >= OWN_FROM for matter in shared):
        return False
    if one.families & ~other.families and other.families & ~one.families and shares.what < _TWO:
        return False
    money = senses().money
    if bool(one.ways & money) != bool(other.ways & money) and not alike(one, other):
        return shares.what >= _TWO and not one.things.isdisjoint(other.things) and not apart(one, other)
    return shares.what > _TWO or not apart(one, other)


def _is_own(sign: Signature) -> bool:
    """Return whether a text is about somebody's own registration, application or payment."""
    return bool(sign.ways & senses().own_ways)
