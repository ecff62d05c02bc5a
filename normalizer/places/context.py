"""Words that change how a following place name is read: as a street, a hamlet, an origin, a district, a village or an office.

Also words after which a thing is named only to say where something else is ("depan kantor ...").
"""

from typing import Final

from complaints.runtime.packaged import words_in

STREET: Final = 1
HAMLET: Final = 2
ORIGIN: Final = 4
DISTRICT_CUE: Final = 8
VILLAGE_CUE: Final = 16
OFFICE: Final = 32
"""Flags that say what the word before a name makes of the name (see _WORDS)."""

CUE: Final = DISTRICT_CUE | VILLAGE_CUE
"""The flags of a level's name: after it, a name is that of a district or a village."""

_WORDS: Final = {
    # The name after these belongs to a street, a river, a bank or a shop.
    STREET: "jl jln jalan jalanan gang gg lorong lr lrg raya jend bengawan bank rm perum",
    # The name after these belongs to a part of a village or to a company.
    HAMLET: "dusun dsn dukuh dkh kampung kp perum perumahan komplek pt cv",
    # The name after these is where somebody comes from or goes to.
    ORIGIN: "asal suku dari ke menuju jurusan tujuan arah ktp kelahiran lahir",
    DISTRICT_CUE: (
        "kec kecamatan camat kecmatan kcamatan kecamtan polsek koramil distrik kapanewon kemantren panewu"
        " didistrik dikec dikecamatan dipolsek"
    ),
    VILLAGE_CUE: (
        "kel kelurahan lurah keluarahan klurahan kelurhan dikelurahan dikel didesa"
        " desa ds dsa deso kades kalurahan gampong nagari pekon kuwu kepenghuluan"
    ),
    # The name after these is that of the district or village that the office or school is in.
    OFFICE: (
        "puskesmas rsud pasar dipasar terminal pln samsat lapas sman smpn smkn sdn sma smp smk sd negeri polres pn kua"
    ),
}

SURROUNDINGS: Final[dict[str, int]] = {}
"""The flags of a name, by the word before the name; a word that is not here has none."""

for _flag, _line in _WORDS.items():
    for _word in _line.split():
        SURROUNDINGS[_word] = SURROUNDINGS.get(_word, 0) | _flag

DIRECTIONS: Final = frozenset(("kidul", "lor", "wetan", "kulon", "kaler", "tonggoh", "ilir", "hilir"))
"""Words that occur in the names of villages but not of heroes, after whom streets are named."""

WHEREABOUTS: Final = frozenset(words_in("normalizer", "context_whereabouts"))
"""Words of position ("in front of", "next to"): a lamp in front of the water company is not a matter of water supply."""

LOCATIVES: Final = frozenset(words_in("normalizer", "context_locatives"))
"""Words before the name of a place where something is or to which it goes."""

BUILDINGS: Final = frozenset(words_in("normalizer", "context_buildings"))
"""Words that may come between a word of WHEREABOUTS and a name ("depan kantor PDAM")."""

_REGENTS: Final = frozenset(("bupati", "bupatinya", "wabup", "bup", "pemkab", "kabupaten", "kab"))
_MAYORS: Final = frozenset(("walikota", "wali", "wako", "walkot", "wawali", "pemkot"))
_HEADS: Final = dict.fromkeys(
    ("karo", "batang", "pati", "landak", "alor", "kaur", "belu", "buru", "batu bara", "batubara"), _REGENTS
) | dict.fromkeys(("metro", "tual"), _MAYORS)
"""The regencies and cities named like everyday words, and the words for their head or government. "Puncak" is left out: the resort of
that name is in another regency."""

_INSIDE: Final = frozenset(("di", "nang", "neng", "ning", "ndek", "nong"))
_OTHERWISE: Final = frozenset(("pohon", "kayu", "pisang", "sawit", "kelapa", "leher", "hari", "mini", "tv"))
"""Words of place before such a name, and words after it that make it the everyday word ("di batang pohon")."""

_COMPLAINED_OF: Final = words_in("normalizer", "context_complained_of")
"""Beginnings of words after a building that name the complaint and not the building ("depan pasar hancur")."""

_SIDES: Final = frozenset(("samping", "disamping", "sebelah", "disebelah"))
_STREETS: Final = frozenset(("jalan", "jl", "jln"))
_ROADSIDE: Final = frozenset(words_in("normalizer", "context_roadside"))
_ROADSIDE_REACH: Final = 4
"""Words that say "beside", words for roads, words for things beside a road that are a part of it ("drainase di samping jalan nasional"),
and the number of words before the road that are searched for such a thing."""


def is_aside(words: list[str], at: int) -> bool:
    """Return whether the thing named at the position `at` only says where something else is ("depan kantor PDAM")."""
    if at == 0:
        return False
    before = words[at - 1]
    if before in _SIDES and words[at] in _STREETS:
        return _ROADSIDE.isdisjoint(words[max(0, at - _ROADSIDE_REACH) : at - 1])
    if before in WHEREABOUTS:
        return True
    if at < 2 or before not in BUILDINGS or words[at - 2] not in WHEREABOUTS:  # noqa: PLR2004 - two words before it
        return False
    are_lights = words[at + 1 : at + 2] == ["merah"]  # "dekat simpang lampu merah"
    return are_lights or not words[at].startswith(_COMPLAINED_OF)


def is_governed(words: list[str], start: int, end: int) -> bool:
    """Return whether an everyday word with "di" before it is the region whose head the text addresses ("di pati ..., pak bupati")."""
    if start == 0 or words[start - 1] not in _INSIDE or words[end] in _OTHERWISE:
        return False
    heads = _HEADS.get(" ".join(words[start:end]))
    return heads is not None and not heads.isdisjoint(words)
