"""Finds what a citizen's further message corrects of what he wrote before: "bukan di Kota Bandung tapi Kabupaten Bandung". Pure."""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from normalizer.correcting import patterns, said
from normalizer.known_words import without_codes
from normalizer.language.understanding import understood
from normalizer.places.gazetteer import REGENCY, Gazetteer
from normalizer.results import PlaceReading, Reading
from normalizer.text import fold

_MOST_WORDS: Final = 30
"""A correction is short. A longer text tells a story, in which these words can mean something else."""

_STREET: Final = re.compile(
    r" (?:jalan|jl|jln)(?: \w+){1,3}?(?= (?:kota|kabupaten|kab|kecamatan|kec|kelurahan|kel|desa) )"
)
"""A street before the place in which it is."""

_ADDRESSED: Final = re.compile(r"(?:\b(?:laporan|kode) )?@\w+", re.IGNORECASE)
"""The account before an answer on X, and the placeholder for a tracking code: neither says anything about the place."""

_PAUSE: Final = re.compile(
    r"[,;!\n]+|(?<!\bkab)(?<!\bkec)(?<!\bkel)(?<!\bjl)(?<!\bjln)(?<!\bds)(?<!\bgg)(?<!\bprov)\.(?:\s|$)|\s[-\u2013\u2014]+\s",
    re.IGNORECASE,
)
"""The signs that separate a wrong place from the right one. A full stop may belong to "Kab."."""

_STARRED: Final = re.compile(r"\s*\*+\s*\w")
"""The sign that people put before the correction of their last message ("*Kendal")."""

_STREETS: Final = frozenset(("jalan", "jl", "jln"))
_OF_A_STREET: Final = 5
"""Words for streets, and the number of words of a street with its name and the first word of the place after it."""

_CLEAR: Final = frozenset(("named", "district"))
"""The values of PlaceReading.how for a place that the text itself names."""

_SURELY: Final = 0.9
"""Minimum learnt probability that a text corrects something, at which another regency in it is the right one."""

_ITS: Final = "nya"
"""The ending for "its": "jalannya bukan di ..."."""


class Correction(NamedTuple):
    """The correction in a message, in folded words.

    Attributes:
        wrong: what is wrong; empty if the message does not say it.
        right: what is right.
        has_cue: whether a word such as "ralat" says that something was wrong.
        is_beside: whether there is only a pause between both, so that each must be a place and nothing more.
    """

    wrong: str
    right: str
    has_cue: bool
    is_beside: bool = False


def _told(text: str) -> str:
    return _ADDRESSED.sub(" ", without_codes(text, "@code"))


def begins(text: str) -> bool:
    """Return whether a text begins like one that corrects what its citizen wrote before, a place or anything else."""
    return patterns().begins.match(said(_told(text))) is not None


def correction(text: str) -> Correction | None:
    """Return what a message corrects; None if it is no correction."""
    text = _told(text)
    spoken, known = said(text), patterns()
    words = spoken.split()
    if len(words) > _MOST_WORDS or not known.elsewhere.isdisjoint(words):
        return None
    cues = list(known.cue.finditer(spoken))
    instead = known.instead.search(spoken)
    if instead and (cues or known.before.fullmatch(spoken[: instead.start()])):
        return Correction(_bare(instead[1]), _bare(instead[2]), bool(cues))
    if (beside := _beside(text, spoken)) is not None:
        return beside._replace(has_cue=bool(cues))
    if cues:
        right, _, wrong = spoken[cues[-1].end() :].partition(" bukan ")
        if _bare(right):
            return Correction(_bare(wrong), _bare(right), has_cue=True)
    return _without_cue(spoken)


def _without_cue(spoken: str) -> Correction | None:
    """Return the correction of a message in which what is right comes before, or without, a word such as "ralat"."""
    known = patterns()
    after = known.cue_after.fullmatch(spoken)
    if after and _bare(after[1]):
        return Correction(_bare(after[2] or ""), _bare(after[1]), has_cue=True)
    other = known.other_kind.fullmatch(spoken)
    if other and _bare(other[1]):
        return Correction(other[2], _bare(other[1]), has_cue=False)
    turned = known.turned.fullmatch(spoken)
    if turned and _bare(turned[1]) and _bare(turned[2]):
        return Correction(_bare(turned[2]), _bare(turned[1]), has_cue=False, is_beside=True)
    moved = known.belongs.fullmatch(spoken) or known.changes.fullmatch(spoken)
    return Correction("", _bare(moved[1]), has_cue=True) if moved and _bare(moved[1]) else None


def is_only_place(text: str, spans: Iterable[str]) -> bool:
    """Return whether a message says nothing but a place, apart from politeness and words such as "lokasinya di"."""
    known, named = patterns(), {word for span in spans for word in span.split()}
    words = known.before.sub("", f"{said(_told(text))} ", count=1)
    return bool(named) and _are_of_place(_bare(words), named | {_ITS})


def _beside(text: str, words: str) -> Correction | None:
    """Return what a message denies and what it names after that: "bukan Kota Bandung pak, Kabupaten Bandung"."""
    known = patterns()
    parts = [said(part) for part in _PAUSE.split(text)]
    parts = [part for part in parts if part]
    for at, part in enumerate(parts[:-1]):
        denied = known.denied.search(part)
        before = " ".join((*parts[:at], part[: denied.start()])).split() if denied else []
        if denied and known.before.fullmatch("".join(f"{word} " for word in before)):
            return Correction(_bare(denied[1]), _bare(" ".join(parts[at + 1 :])), has_cue=False, is_beside=True)
    found = known.beside.search(words)
    if found and known.before.fullmatch(words[: found.start()]):
        return Correction(_bare(found[1]), _bare(found[2]), has_cue=False, is_beside=True)
    return None


def corrected_place(
    text: str, reads: Callable[[str], Reading], gazetteer: Gazetteer, *, former: str | None = None
) -> PlaceReading | None:
    """Return the place that a message names instead of another one; None if it corrects no place, or not clearly.

    The place must be all of what is right, after words such as "lokasinya di", and have one regency that the message names. A name that a
    city and a regency share ("Bandung") counts only with the word for one of them; that word alone belongs to the name that is wrong, or to
    the former place ("kabupaten pak, bukan kota"). If no words of a correction fit, what surely reads like one counts (see _understood).
    """
    told = former[:REGENCY] if former and len(former) >= REGENCY else ""
    spoken = correction(text)
    found = spoken or _confessed(text)
    place = _instead(found, reads, gazetteer, told) if found else None
    if place is None and told and spoken is None:
        place = _namesake(text, reads, gazetteer, told)
    return place or (_understood(text, reads, told) if told else None)


def _understood(text: str, reads: Callable[[str], Reading], told: str) -> PlaceReading | None:
    """Return the one regency other than the former one that a text names which surely corrects something, in whatever words."""
    if len(text.split()) > _MOST_WORDS or understood(text).shares["correction"] < _SURELY:
        return None
    place = reads(text).place
    return place if _is_clear(place) and place.regency != told else None


def _instead(
    found: Correction, reads: Callable[[str], Reading], gazetteer: Gazetteer, told: str
) -> PlaceReading | None:
    """Return the right place of a correction; None if it is not clear, or if the message says more than that."""
    right, level = _named(found, gazetteer.name(told) if told else "")
    place = reads(right).place
    if not (_is_clear(place) and _begins(right, place) and _is_all(right, place, gazetteer)):
        return None
    if level and gazetteer.name(place.regency or "").startswith("Kab") != level.startswith("kab"):
        return None
    wrong = _ordered(found.wrong)
    if not patterns().also.isdisjoint(wrong.split()):
        return None
    if not found.has_cue and not _begins(wrong, denied := reads(wrong).place):
        return None
    if found.is_beside and not found.has_cue and not _is_all(wrong, denied, gazetteer):
        return None
    return None if place.district is None and _is_shared(right, place, gazetteer) else place


def _is_shared(right: str, place: PlaceReading, gazetteer: Gazetteer) -> bool:
    """Return whether a place is named only by the name that a city and a regency share."""
    own = fold(_own_name(gazetteer.name(place.regency or ""))).decode("ascii").split()
    is_alone = all(word in own for span in place.spans for word in span.split())
    is_told = not patterns().regencies.isdisjoint(right.split())
    return is_alone and not is_told and _shares_name(place.regency or "", gazetteer)


def _confessed(text: str) -> Correction | None:
    """Return a correction with what follows a star, or a word such as "sorry"; None if the message says anything else."""
    known, spoken = patterns(), said(_told(text))
    if not known.elsewhere.isdisjoint(spoken.split()):
        return None
    found = known.confesses.fullmatch(spoken)
    right = _bare(found[1] if found else spoken if _STARRED.match(text) else "")
    return Correction("", right, has_cue=True) if right else None


def _namesake(text: str, reads: Callable[[str], Reading], gazetteer: Gazetteer, told: str) -> PlaceReading | None:
    """Return the place of a message that only names the regency of the same name as the city so far, or the reverse: "Kab Semarang pak"."""
    known = patterns()
    words = _bare(known.before.sub("", f"{said(_told(text))} ", count=1))
    if known.regencies.isdisjoint(words.split()):
        return None
    if len([word for word in words.split() if word not in known.polite and word != _ITS]) == 1:
        words = f"{words.split()[0]} {fold(_own_name(gazetteer.name(told))).decode('ascii')}"
    place = reads(_ordered(words)).place
    names = _own_name(gazetteer.name(place.regency or "")), _own_name(gazetteer.name(told))
    is_other = names[0] == names[1] and place.regency != told
    return place if is_other and _is_clear(place) and _is_all(words, place, gazetteer) else None


def _named(found: Correction, former: str) -> tuple[str, str]:
    """Return the right place with its name, which may come from the wrong or the former place: "bukan kota, kabupaten".

    The second text is the word for its kind if the message says nothing else about it; otherwise it is empty.
    """
    known, right = patterns(), _ordered(found.right)
    levels = [word for word in (one.removesuffix(_ITS) for one in right.split()) if word not in known.polite]
    if len(levels) != 1 or levels[0] not in known.regencies:
        return right, ""
    wrong = [word for word in found.wrong.split() if word not in known.regencies and word not in known.polite]
    return f"{levels[0]} {' '.join(wrong) or fold(_own_name(former)).decode('ascii').strip()}", levels[0]


def _ordered(words: str) -> str:
    """Return words with the kind of a place before its name: "bogor kabupaten" is "kabupaten bogor"."""
    known = patterns()
    found = known.swapped.fullmatch(words)
    return f"{found[2]} {found[1]}" if found and words.partition(" ")[0] not in known.levels else words


def _begins(words: str, place: PlaceReading) -> bool:
    """Return whether the first of some folded words is the place that was read in them, or the word of its kind."""
    first = words.partition(" ")[0]
    return first in patterns().levels or any(first == span.partition(" ")[0] for span in place.spans)


def _is_all(words: str, place: PlaceReading, gazetteer: Gazetteer) -> bool:
    """Return whether some folded words are only the place that was read in them: "Kota Cimahi pun begitu" has more."""
    names = (fold(_own_name(gazetteer.name(code))).decode("ascii") for code in place.codes if code)
    return _are_of_place(words, {word for span in (*place.spans, *names) for word in span.split()})


def _are_of_place(words: str, named: set[str]) -> bool:
    known, left = patterns(), _STREET.sub(" ", f" {words} ").split()
    if left and left[0] in _STREETS:  # "jl pemuda kendal": the name of a street is no other place
        at = next((at for at, word in enumerate(left[1:_OF_A_STREET]) if word in named), 0)
        left = left[at + 1 :]
    return all(word in named or word in known.levels or word in known.polite or word == "di" for word in left)


def _is_clear(place: PlaceReading) -> bool:
    return place.regency is not None and not place.candidates and not place.between and place.how in _CLEAR


def _shares_name(code: str, gazetteer: Gazetteer) -> bool:
    """Return whether a city and a regency have the name of this one."""
    name = _own_name(gazetteer.name(code))
    return any(_own_name(other) == name and other_code != code for other_code, other in gazetteer.regencies())


def _own_name(name: str) -> str:
    return name.removeprefix("Kabupaten ").removeprefix("Kota ")


def _bare(words: str) -> str:
    """Return words without those before the place, and without politeness and cues after it."""
    known = patterns()
    return known.ends.sub("", known.fillers.sub("", f"{words} ").rstrip()).strip()
