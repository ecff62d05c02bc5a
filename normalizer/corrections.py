"""Finds what a citizen's further message says instead of what he told before: "bukan di Kota Bandung tapi Kabupaten Bandung". Pure."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from normalizer.places.gazetteer import Gazetteer
from normalizer.results import PlaceReading, Reading
from normalizer.text import fold

_MOST_WORDS: Final = 30
"""A correction is short. A longer text tells a story, in which these words can mean something else."""

_OPENING: Final = r"^(?:(?:eh|oh|maaf|mf|sori|sorry|mohon|pak|bu|min|mas|mbak|kak|tadi) )*"

_CUE: Final = re.compile(
    rf"(?:\b(?:ralat|koreksi|revisi|typo|maksud(?:nya|ku| saya| sy| kami)?|mksd(?: saya| sy)?"
    rf"|(?:salah|keliru) (?:ketik|tulis|sebut|alamat|tempat|lokasi|kota|kabupaten))"
    rf"|(?:{_OPENING}|\b(?:maaf|saya|sy|ternyata) )(?:salah(?! satu)|keliru)"
    rf"|{_OPENING}(?:yang|yg) (?:benar|bener|betul)(?:nya)?) "
)
"""The words that say that something was wrong; what is right follows the last of them."""

_INSTEAD: Final = re.compile(
    r"\bbukan(?:nya)? (.+?) (?:tapi|tetapi|tp|tpi|melainkan|namun|(?:yang|yg) (?:benar|bener|betul)(?:nya)?|seharusnya|harusnya) (.+)$"
)
"""What is wrong, and what is right."""

_FILLERS: Final = re.compile(
    r"^(?:(?:maaf|mohon|mf|pak|bu|min|mas|mbak|kak|itu|ini|tadi|adalah|ialah|ada|yang|yg|benar|betul|nya|di|dari|ke|untuk|saya|sy|maksud|"
    r"harusnya|seharusnya|mestinya|"
    r"lokasi|lokasinya|tempat|tempatnya|alamat|alamatnya|kejadian|kejadiannya|posisi|posisinya|letak|letaknya|wilayah|daerah) )+"
)
"""The words that may stand before a place in a correction."""

_LEVELS: Final = frozenset(
    (
        *("kota", "kabupaten", "kab", "kodya", "kotamadya", "kecamatan", "kec", "kelurahan", "kel", "desa", "ds"),
        *("jalan", "jl", "jln", "provinsi"),
    )
)
"""The first words of a place that names its kind."""

_STREET: Final = re.compile(
    r" (?:jalan|jl|jln)(?: \w+){1,3}?(?= (?:kota|kabupaten|kab|kecamatan|kec|kelurahan|kel|desa) )"
)
"""A street before the place in which it is."""

_POLITE: Final = frozenset(
    ("pak", "bu", "min", "admin", "mas", "mbak", "kak", "ya", "maaf", "mohon", "di", "terima", "kasih", "makasih")
)
"""Words that may stand beside a place in a correction."""

_LEVELS_OF_REGENCIES: Final = frozenset(("kota", "kabupaten", "kab", "kodya", "kotamadya"))
"""The words that tell a city from the regency of the same name."""

_OF_COMPETENCE: Final = frozenset(
    (
        *("wewenang", "kewenangan", "wewenangnya", "kewenangannya", "urusan", "urusannya", "tanggung", "tanggungjawab"),
        *(
            "harus",
            "warga",
            "ktp",
            "domisili",
            "pindah",
            "asal",
            "berasal",
            "juga",
            "sama",
            "seperti",
            "kalau",
            "apakah",
        ),
    )
)
"""Words beside a place that is not where it happened: whose task it is, where somebody is from, another place too, or a question."""

_CLEAR: Final = frozenset(("named", "district"))
"""How a text tells a place that it names itself (see PlaceReading.how)."""


class Correction(NamedTuple):
    """What a message says instead of what was told, in folded words.

    Attributes:
        wrong: what is wrong; empty if the message does not say it.
        right: what is right.
        has_cue: whether a word such as "ralat" says that something was wrong.
    """

    wrong: str
    right: str
    has_cue: bool


def correction(text: str) -> Correction | None:
    """Return what a message corrects; None if it is no correction."""
    said = fold(text).decode("ascii")
    words = said.split()
    if len(words) > _MOST_WORDS or not _OF_COMPETENCE.isdisjoint(words):
        return None
    cues = list(_CUE.finditer(said))
    if instead := _INSTEAD.search(said):
        return Correction(_bare(instead[1]), _bare(instead[2]), bool(cues))
    if not cues:
        return None
    right, _, wrong = said[cues[-1].end() :].partition(" bukan ")
    return Correction(_bare(wrong), _bare(right), has_cue=True) if _bare(right) else None


def corrected_place(text: str, reads: Callable[[str], Reading], gazetteer: Gazetteer) -> PlaceReading | None:
    """Return the place that a message names instead of another one; None if it corrects no place, or not clearly.

    The place must be all of what is right, after words such as "lokasinya di", and have one regency that the message names. A name that a
    city and a regency share ("Bandung") counts only with the word for one of them.

    Args:
        text: the message.
        reads: reads a text.
        gazetteer: the names of regions.
    """
    found = correction(text)
    if found is None:
        return None
    place = reads(found.right).place
    if not (_is_clear(place) and _begins(found.right, place) and _is_all(found.right, place)):
        return None
    if not found.has_cue and not _begins(found.wrong, reads(found.wrong).place):
        return None
    is_shared = _shares_name(place.regency or "", gazetteer) and _LEVELS_OF_REGENCIES.isdisjoint(found.right.split())
    return None if is_shared and place.district is None else place


def _begins(words: str, place: PlaceReading) -> bool:
    """Return whether the first of some folded words is the place that was read in them, or the word of its kind."""
    first = words.partition(" ")[0]
    return first in _LEVELS or any(first == span.partition(" ")[0] for span in place.spans)


def _is_all(words: str, place: PlaceReading) -> bool:
    """Return whether some folded words are the place that was read in them and nothing more: "Kota Cimahi pun begitu" compares."""
    named = {word for span in place.spans for word in span.split()}
    left = _STREET.sub(" ", f" {words} ").split()
    return all(word in named or word in _LEVELS or word in _POLITE for word in left)


def _is_clear(place: PlaceReading) -> bool:
    return place.regency is not None and not place.candidates and not place.between and place.how in _CLEAR


def _shares_name(code: str, gazetteer: Gazetteer) -> bool:
    """Return whether a city and a regency have the name of this one."""
    name = _own_name(gazetteer.name(code))
    return any(_own_name(other) == name and other_code != code for other_code, other in gazetteer.regencies())


def _own_name(name: str) -> str:
    return name.removeprefix("Kabupaten ").removeprefix("Kota ")


def _bare(words: str) -> str:
    """Return words without those before the place."""
    return _FILLERS.sub("", f"{words} ").strip()
