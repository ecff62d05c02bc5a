"""Leaves out the places that a text names only to say that it happened elsewhere: "di Demak, bukan Kudus"."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from normalizer.cache import parsed
from normalizer.places.context import CUE, STREET, SURROUNDINGS
from normalizer.places.hits import PlaceHit
from normalizer.places.twins import is_inside

_ASIDES: Final = 3
"""Maximum number of words between a denial and the place that it denies ("bukan yang di Kudus")."""

_OWN_WORDS: Final = 3
"""Maximum number of words between a word for somebody's papers or for a person and the place ("KTP saya memang Kendal")."""

_KEYWORDS: Final = "lapor"
"""The beginning of the keywords that are also names of places ("LAPORHENDI")."""

_EVENT_WORDS: Final = 3
"""Maximum number of words between the word for the event and its place ("kejadiannya tadi di Demak")."""

_FROM: Final = "dari"
"""The word between a denial and a place that makes the denial one about a person ("bukan dari Kudus")."""

SHORT: Final = "bkn"
"""The short form of "bukan" in messages, and the name of the body for civil servants."""


class Denials:
    """The words of denials.yaml (see there)."""

    __slots__ = ("also", "asides", "asks", "denials", "events", "idioms", "joins", "mine", "owners", "told")

    def __init__(self, words: dict[str, list[str]]) -> None:
        self.denials = frozenset(words["denials"])
        self.idioms = frozenset(words["idioms"])
        self.asides = frozenset(words["asides"])
        self.also = frozenset(words["also"])
        self.asks = frozenset(words["asks"])
        self.joins = frozenset(words["joins"])
        self.mine = frozenset(words["mine"])
        self.owners = frozenset((*words["papers"], *words["people"]))
        self.events = frozenset(words["events"])
        self.told = self.denials | self.events


@cache
def _known() -> Denials:
    """Return the packaged words. They are read at most once per process."""
    return Denials(parsed("normalizer", "denials.yaml"))


def turning() -> frozenset[str]:
    """Return the words without which a text neither denies a place nor names the place of the event, and the one that may be "bukan"."""
    return _known().told | {SHORT}


def without_keyword(hits: list[PlaceHit], words: list[str]) -> list[PlaceHit]:
    """Return the places of a text without the keyword itself, whose region is known apart from the text."""
    return [hit for hit in hits if not words[hit.start].startswith(_KEYWORDS)]


def places_left(hits: list[PlaceHit], words: list[str]) -> list[PlaceHit]:
    """Return the places of a text that it does not deny, or all if it then names none.

    If it says at which of them it happened ("KTP saya Kendal tapi kejadiannya di Demak"), those where somebody is from are left out too,
    unless that place can be in them ("rumah saya di Kota Semarang, tepatnya di Kecamatan Tugu").
    """
    if len(hits) < 2:  # noqa: PLR2004 - of one place nothing else is named
        return hits
    known = _known()
    left = hits if known.denials.isdisjoint(words) else _not_denied(hits, words, known)
    if known.events.isdisjoint(words):
        return left
    happened = [hit for hit in left if _is_of_event(hit.start, words, known)]
    if not happened:
        return left
    around = _regions_around(happened, words)
    return [
        hit
        for hit in left
        if not _is_of_somebody(hit.start, words, known) or any(claim.code in around for claim in hit.name.strong)
    ] or left


def _not_denied(hits: list[PlaceHit], words: list[str], known: Denials) -> list[PlaceHit]:
    """Return the places that a text does not deny, or all if it then names none.

    A denial also counts for the same name earlier in the text ("di Kudus. Ralat: bukan Kudus tapi Demak"), unless it is about a person
    ("saya bukan dari Kudus, saya orang Demak, jalan di Kudus rusak"). If a denied name also occurs undenied, places where somebody is
    from are left out too.
    """
    left: list[PlaceHit] = []
    denials: list[PlaceHit] = []
    denied: PlaceHit | None = None
    for hit in hits:
        is_denied_too = denied is not None and _goes_on(denied, hit, words, known)
        if is_denied_too or (_is_denied(hit.start, words, known) and words[hit.end] not in known.also):
            denied = hit
            denials.append(hit)
        else:
            denied = None
            left.append(hit)
    last = {hit.name: hit.start for hit in denials if not _is_denied_of_somebody(hit.start, words, known)}
    left = [hit for hit in left if hit.start > last.get(hit.name, -1)]
    if not any(_names_a_place(hit) for hit in left):
        return hits
    names = {hit.name for hit in denials}
    if any(hit.name in names for hit in left):
        left = [hit for hit in left if hit.name in names or not _is_of_somebody(hit.start, words, known)]
    return left


def is_denied(start: int, words: list[str]) -> bool:
    """Return whether a text denies the name at a position ("bukan RSUD Kudus tapi RSUD Demak")."""
    return _is_denied(start, words, _known())


def _is_denied(start: int, words: Sequence[str], known: Denials) -> bool:
    """Return whether a denial comes before a position, with only words such as "di" between them."""
    at = start - 1
    least = at - _ASIDES
    while at > least and at >= 0 and words[at] in known.asides:
        at -= 1
    return at >= 0 and words[at] in known.denials and (at == 0 or words[at - 1] not in known.asks)


def _is_denied_of_somebody(start: int, words: Sequence[str], known: Denials) -> bool:
    """Return whether the denial of a place is about a person ("saya bukan dari Kudus", "KTP saya bukan Kudus")."""
    at = start - 1
    while words[at] not in known.denials:
        if words[at] == _FROM:
            return True
        if at == 0:
            return False
        at -= 1
    return not known.owners.isdisjoint(words[max(0, at - _OWN_WORDS) : at])


def _goes_on(denied: PlaceHit, hit: PlaceHit, words: Sequence[str], known: Denials) -> bool:
    """Return whether a place contains the denied one before it, or is denied with it ("bukan Kudus atau Jepara")."""
    if hit.start == denied.end:
        codes = {claim.code for claim in denied.name.strong}
        return is_inside(denied.name, hit.name) or any(claim.code in codes for claim in hit.name.strong)
    return hit.start == denied.end + 1 and words[denied.end] in known.joins


def _names_a_place(hit: PlaceHit) -> bool:
    return bool(hit.name.strong) or not hit.name.weak


def _is_of_event(start: int, words: Sequence[str], known: Denials) -> bool:
    """Return whether a place is named as that of the event, and is not the name of a street."""
    if start and SURROUNDINGS.get(words[start - 1], 0) & STREET:
        return False
    return not known.events.isdisjoint(words[max(0, start - _EVENT_WORDS - 1) : start])


def _regions_around(happened: Sequence[PlaceHit], words: Sequence[str]) -> set[str]:
    """Return the codes of the regions that the places of the event can be, or in which they can be a district or village."""
    codes: set[str] = set()
    for hit in happened:
        start, name = hit.start, hit.name
        codes.update([claim.code for claim in name.strong])
        flags = SURROUNDINGS.get(words[start], 0) | (SURROUNDINGS.get(words[start - 1], 0) if start else 0)
        if flags & CUE or not name.strong:
            codes |= name.seats
    return codes


def _is_of_somebody(start: int, words: Sequence[str], known: Denials) -> bool:
    """Return whether a place is the one in somebody's papers or where somebody is from."""
    at = start - 1
    least = at - _OWN_WORDS
    while at > least and at >= 0 and (words[at] in known.mine or words[at] in known.asides):
        at -= 1
    return at >= 0 and words[at] in known.owners
