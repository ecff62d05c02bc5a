"""Decides whether a text must name a regency: neither a question about a rule nor a matter of a province needs one."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.places.gazetteer import PROVINCE
from normalizer.places.hits import AND, PlaceHit
from normalizer.places.names import DKI
from normalizer.results import PlaceReading
from normalizer.text import BREAK

Groups = Mapping[str, Sequence[int]]
"""The word groups that a text has, each with the positions of its words."""

Growing = dict[str, list[int]]
"""The same, to which groups are added."""

_OF_PROVINCE: Final = ("of_province", "said_province", "accused_governor", "cross_regency")
"""Word groups of the matters of a province: its offices and property, its governor, and what goes over the border of a regency."""


_LOCAL_LEVELS: Final = frozenset(("kab", "kabupaten", "kota", "kotamadya", "pemkab", "pemkot"))
"""Words before the name of a regency or city."""

_OFFICES: Final = frozenset(words_in("normalizer", "whose_offices"))
_OFFICE_NAME: Final = 5
"""Words with which the name of an office begins, and the maximum number of words from there to the word for a province."""

_PROVINCE: Final = frozenset(("provinsi", "propinsi", "prov", "prop"))

_OFFICES_SHORT: Final = frozenset(words_in("normalizer", "whose_offices_short"))
"""Short names of offices of a province or regency; directly before the name of a province they are the province's ("Dishub Jabar")."""

_AT: Final = frozenset(("di", "se", "wilayah", "daerah", "seluruh"))
"""Words after an office that say only where it is."""

_ENDS_NAME: Final = _LOCAL_LEVELS | _AT | {BREAK}
"""Words that are in no name of an office."""

_SPREADS: Final = ("spoils", "litter", "flood")
"""Word groups of what goes over the border of a regency: pollution, waste and water."""


_SHARED: Final = ("landfill", "cooperative", "irrigation")
"""Word groups of what several regencies share ("TPA yang dipakai Sleman dan Bantul")."""

_UNTIL: Final = frozenset(("sampai", "sampe", "hingga", "nganti", "tekan", "tumeka", "dugi"))
"""Words between two regencies if harm reaches the second from the first ("dari Karanganyar sampai Sragen")."""

_BETWEEN: Final = AND | _LOCAL_LEVELS
_BETWEEN_MOST: Final = 2
"""The words that may come between the names of two regencies that share a thing, and the maximum number of them."""

_TELLS: Final = frozenset(words_in("normalizer", "whose_tells"))
"""Words of a person who reports something that happened to him."""

_TELLS_TIMES: Final = re.compile(r"\b(?:(?:minggu|bulan|tahun) lalu|selama ini|se?tiap hari|tidak pernah)\b")
"""Phrases of the same kind."""


def add_of_province(groups: Growing, words: Sequence[str], hits: Sequence[PlaceHit], place: PlaceReading) -> None:
    """Add what makes a matter without a regency one of a province: an office of it, or harm that crosses a border in it."""
    if hits and "cross_regency" not in groups:
        if any(group in groups for group in _SHARED):
            _add_shared(groups, words, hits)
        elif len(hits) > 1 and not _UNTIL.isdisjoint(words) and any(group in groups for group in _SPREADS):
            _add_reach(groups, words, hits)
    if place.regency is None:
        if "province_word" in groups:
            _add_offices(groups, words)
        if place.province is not None and "province_office" not in groups:
            _add_named_offices(groups, words, hits)
        if len(hits) > 1:
            _add_spread(groups, words, hits)


def _add_offices(groups: Growing, words: Sequence[str]) -> None:
    """Add that a text names an office of a province ("kepala dinas PU provinsi Banten"). `groups` is changed in place."""
    for at in groups.get("province_word", ()):
        for back in range(at - 1, max(-1, at - 1 - _OFFICE_NAME), -1):
            if words[back] in _LOCAL_LEVELS or words[back] == BREAK:
                break
            if words[back] in _OFFICES:
                groups.setdefault("province_office", [back])
                groups.setdefault("of_province", [back])
                return


def _add_named_offices(groups: Growing, words: Sequence[str], hits: Sequence[PlaceHit]) -> None:
    """Add that a text names an office with the name of a province ("Dinas Koperasi Sumsel"). `groups` is changed in place."""
    for hit in hits:
        if not hit.start or not hit.name.strong or any(len(claim.code) != PROVINCE for claim in hit.name.strong):
            continue
        at = hit.start - 1
        if at and words[at] in _PROVINCE:
            at -= 1  # "BPBD Provinsi Sulteng": names with the word for the level are those of the whole names only
        if words[at] not in _OFFICES_SHORT:
            while at > max(0, hit.start - _OFFICE_NAME) and words[at] not in _ENDS_NAME:
                if words[at] in _OFFICES:
                    break
                at -= 1
            if words[at] not in _OFFICES:
                continue
        groups["province_office"] = [at]
        groups.setdefault("of_province", [at])
        return


def _add_spread(groups: Growing, words: Sequence[str], hits: Sequence[PlaceHit]) -> None:
    """Add that harm or waste goes from one regency to another that the text names: such matters are the province's.

    Both names must have the word for their level ("Kab. Siak ... sampai Kab. Bengkalis"), so that towns on the way do not count.
    UU 23/2014 Pasal 13 ayat (3). `groups` is changed in place.
    """
    if "cross_regency" in groups or all(group not in groups for group in _SPREADS):
        return
    seen: dict[frozenset[str], None] = {}  # in the order of the text: that of a set differs from process to process
    for hit in hits:
        leveled = words[hit.start] in _LOCAL_LEVELS or (hit.start and words[hit.start - 1] in _LOCAL_LEVELS)
        if leveled and hit.name.strong:
            seen[frozenset([claim.code for claim in hit.name.strong])] = None
    told = list(seen)
    if len(told) > 1 and all(one.isdisjoint(other) for one, other in pairwise(told)):
        groups["cross_regency"] = [0]


def _add_shared(groups: Growing, words: Sequence[str], hits: Sequence[PlaceHit]) -> None:
    """Add that a landfill, a cooperative or an irrigation area belongs to two regencies or provinces with names that a text joins.

    Both names are of one level ("Sleman dan Bantul", "Kota Tegal dan Kabupaten Tegal", "DIY dan Jawa Timur"). UU 18/2008 Pasal 8; UU
    23/2014 Lampiran C and Q. `groups` is changed in place.
    """
    for hit in hits:
        at = hit.start
        if words[at] in _LOCAL_LEVELS and words[at - 1] in AND and words[at - 2] in _LOCAL_LEVELS:
            groups.setdefault("cross_regency", [at])  # "kabupaten dan kota Bima"
            return
    for first, second in pairwise(hits):
        between = words[first.end : second.start]
        if len(between) > _BETWEEN_MOST or AND.isdisjoint(between) or any(word not in _BETWEEN for word in between):
            continue
        here, there = ({claim.code for claim in hit.name.strong} for hit in (first, second))
        if not here or not there or not here.isdisjoint(there) or len({len(code) for code in here | there}) > 1:
            continue
        apart = {code[:PROVINCE] for code in here}.isdisjoint(code[:PROVINCE] for code in there)
        groups.setdefault("many_provinces" if apart else "cross_regency", [first.start])
        return


def _add_reach(groups: Growing, words: Sequence[str], hits: Sequence[PlaceHit]) -> None:
    """Add that harm goes from one regency to another ("limbah dari Karanganyar sampai Sragen"). `groups` is changed in place."""
    for first, second in pairwise(hits):
        begins = first.start > 0 and words[first.start - 1] == "dari"
        if begins and second.start == first.end + 1 and words[first.end] in _UNTIL:
            here, there = ({claim.code for claim in hit.name.strong} for hit in (first, second))
            if here and there and here.isdisjoint(there):
                groups["cross_regency"] = [first.start]
                return


def add_general(groups: Growing, words: Sequence[str], place: PlaceReading) -> bool:
    """Add the group "general_question" if a text only asks for a rule, and return whether it does: it has no place and no story."""
    if "asks_rule" not in groups or place.province is not None or place.candidates:
        return False
    if not _TELLS.isdisjoint(words) or _TELLS_TIMES.search(" ".join(words)):
        return False
    groups["general_question"] = [0]
    return True


def is_of_province(groups: Groups, place: PlaceReading) -> bool:
    """Return whether a matter is one of a province, so that its regency need not be known."""
    if place.province is None or place.regency is not None or "regency_office" in groups:
        return False
    return any(group in groups for group in _OF_PROVINCE)


def is_placed(groups: Groups, place: PlaceReading) -> bool:
    """Return whether the place that a text names is enough to find a local agency."""
    return place.regency is not None or place.province == DKI or is_of_province(groups, place)
