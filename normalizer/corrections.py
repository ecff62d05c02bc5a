"""Finds what a citizen's further message says instead of what he told before: "bukan di Kota Bandung tapi Kabupaten Bandung". Pure."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, NamedTuple

from complaints.runtime import packaged
from normalizer.places.gazetteer import REGENCY, Gazetteer
from normalizer.results import PlaceReading, Reading
from normalizer.text import any_of, fold

_MOST_WORDS: Final = 30
"""A correction is short. A longer text tells a story, in which these words can mean something else."""

_STREET: Final = re.compile(
    r" (?:jalan|jl|jln)(?: \w+){1,3}?(?= (?:kota|kabupaten|kab|kecamatan|kec|kelurahan|kel|desa) )"
)
"""A street before the place in which it is."""

_ADDRESSED: Final = re.compile(
    r"@\w+|\b(?:[Ll]aporan |[Kk]ode )?(?=[0-9A-Z -]{0,12}\d)[0-9A-Z]{5}[ -]?[0-9A-Z]{5}[ -]?[0-9A-Z]\b"
)
"""The account that X writes before an answer, and the tracking code as we write it: neither is said about the place."""

_PAUSE: Final = re.compile(r"[,;!\n]+")
"""What parts a wrong place from the right one. A full stop may belong to "Kab."."""

_CLEAR: Final = frozenset(("named", "district"))
"""How a text tells a place that it names itself (see PlaceReading.how)."""

_ITS: Final = "nya"
"""The ending for "its": "jalannya bukan di ..."."""


class Correction(NamedTuple):
    """What a message says instead of what was told, in folded words.

    Attributes:
        wrong: what is wrong; empty if the message does not say it.
        right: what is right.
        has_cue: whether a word such as "ralat" says that something was wrong.
        is_beside: whether nothing but a pause stands between both, so that each must be a place and nothing more.
    """

    wrong: str
    right: str
    has_cue: bool
    is_beside: bool = False


class _Patterns(NamedTuple):
    """The words of corrections.yaml as patterns over folded words.

    Attributes:
        begins: what begins a text that corrects the one before it.
        cue: says that something was wrong; what is right follows.
        cue_after: the same behind what is right.
        instead: what is wrong, and what is right.
        beside: what is wrong, and what is right, with a polite word between them.
        denied: what is wrong, alone in the part of a text before a pause.
        before: all that may stand before "bukan" in a message that says nothing else.
        fillers: what may stand before a place.
        other_kind: what is right, and behind it the kind of place that it is not: "kab semarang pak, bukan kota".
        swapped: a place with the word for its kind behind it: "Bogor kabupaten".
        levels: words of kinds of places.
        regencies: those of regencies and cities.
        polite: words that may stand beside a place.
        elsewhere: words beside a place that is not where it happened.
    """

    begins: re.Pattern[str]
    cue: re.Pattern[str]
    cue_after: re.Pattern[str]
    instead: re.Pattern[str]
    beside: re.Pattern[str]
    denied: re.Pattern[str]
    before: re.Pattern[str]
    fillers: re.Pattern[str]
    other_kind: re.Pattern[str]
    swapped: re.Pattern[str]
    levels: frozenset[str]
    regencies: frozenset[str]
    polite: frozenset[str]
    elsewhere: frozenset[str]


def begins(text: str) -> bool:
    """Return whether a text begins as one that corrects what its citizen told before, a place or anything else."""
    return _patterns().begins.match(_said(_ADDRESSED.sub(" ", text))) is not None


def correction(text: str) -> Correction | None:
    """Return what a message corrects; None if it is no correction."""
    text = _ADDRESSED.sub(" ", text)
    said, known = _said(text), _patterns()
    words = said.split()
    if len(words) > _MOST_WORDS or not known.elsewhere.isdisjoint(words):
        return None
    cues = list(known.cue.finditer(said))
    instead = known.instead.search(said)
    if instead and (cues or known.before.fullmatch(said[: instead.start()])):
        return Correction(_bare(instead[1]), _bare(instead[2]), bool(cues))
    if (beside := _beside(text, said)) is not None:
        return beside._replace(has_cue=bool(cues))
    if cues:
        right, _, wrong = said[cues[-1].end() :].partition(" bukan ")
        if _bare(right):
            return Correction(_bare(wrong), _bare(right), has_cue=True)
    after = known.cue_after.fullmatch(said)
    if after and _bare(after[1]):
        return Correction(_bare(after[2] or ""), _bare(after[1]), has_cue=True)
    other = known.other_kind.fullmatch(said)
    return Correction(other[2], _bare(other[1]), has_cue=False) if other and _bare(other[1]) else None


def is_only_place(text: str, spans: Iterable[str]) -> bool:
    """Return whether a message says nothing but a place, beside politeness and words such as "lokasinya di".

    Args:
        text: the message.
        spans: the folded words in which the place was read; if there are none, it says no place.
    """
    known, named = _patterns(), {word for span in spans for word in span.split()}
    words = known.before.sub("", f"{_said(_ADDRESSED.sub(' ', text))} ", count=1)
    return bool(named) and _are_of_place(_bare(words), named | {_ITS})


def _said(text: str) -> str:
    return " ".join(fold(text).decode("ascii").split())


def _beside(text: str, said: str) -> Correction | None:
    """Return what a message denies and what it names behind that: "bukan Kota Bandung pak, Kabupaten Bandung"."""
    known = _patterns()
    parts = [" ".join(fold(part).decode("ascii").split()) for part in _PAUSE.split(text)]
    parts = [part for part in parts if part]
    for at, part in enumerate(parts[:-1]):
        denied = known.denied.search(part)
        before = " ".join((*parts[:at], part[: denied.start()])).split() if denied else []
        if denied and known.before.fullmatch("".join(f"{word} " for word in before)):
            return Correction(_bare(denied[1]), _bare(" ".join(parts[at + 1 :])), has_cue=False, is_beside=True)
    found = known.beside.search(said)
    if found and known.before.fullmatch(said[: found.start()]):
        return Correction(_bare(found[1]), _bare(found[2]), has_cue=False, is_beside=True)
    return None


def corrected_place(
    text: str, reads: Callable[[str], Reading], gazetteer: Gazetteer, *, former: str | None = None
) -> PlaceReading | None:
    """Return the place that a message names instead of another one; None if it corrects no place, or not clearly.

    The place must be all of what is right, after words such as "lokasinya di", and have one regency that the message names. A name that a
    city and a regency share ("Bandung") counts only with the word for one of them; that word alone is of the name that is wrong, or of the
    place before ("kabupaten pak, bukan kota").

    Args:
        text: the message.
        reads: reads a text.
        gazetteer: the names of regions.
        former: the code of the region that the complaint has; None if it has none.
    """
    found, known = correction(text), _patterns()
    told = former[:REGENCY] if former and len(former) >= REGENCY else ""
    if found is None:
        return _namesake(text, reads, gazetteer, told) if told else None
    right, level = _named(found, gazetteer.name(told) if told else "")
    place = reads(right).place
    if not (_is_clear(place) and _begins(right, place) and _is_all(right, place)):
        return None
    if level and gazetteer.name(place.regency or "").startswith("Kab") != level.startswith("kab"):
        return None
    wrong = _ordered(found.wrong)
    if not found.has_cue and not _begins(wrong, denied := reads(wrong).place):
        return None
    if found.is_beside and not found.has_cue and not _is_all(wrong, denied):
        return None
    is_shared = _shares_name(place.regency or "", gazetteer) and known.regencies.isdisjoint(right.split())
    return None if is_shared and place.district is None else place


def _namesake(text: str, reads: Callable[[str], Reading], gazetteer: Gazetteer, told: str) -> PlaceReading | None:
    """Return the place of a message that only names the regency of the city that was told, or the other way round: "Kab Semarang pak"."""
    known = _patterns()
    words = _bare(known.before.sub("", f"{_said(_ADDRESSED.sub(' ', text))} ", count=1))
    if known.regencies.isdisjoint(words.split()):
        return None
    place = reads(_ordered(words)).place
    names = _own_name(gazetteer.name(place.regency or "")), _own_name(gazetteer.name(told))
    is_other = names[0] == names[1] and place.regency != told
    return place if is_other and _is_clear(place) and _is_all(words, place) else None


def _named(found: Correction, former: str) -> tuple[str, str]:
    """Return what is right with its name, which may be that of what is wrong or of the place before: "bukan kota, kabupaten".

    The second text is the word for its kind if that was all that the message says of it; else it is empty.
    """
    known, right = _patterns(), _ordered(found.right)
    levels = [word for word in (one.removesuffix(_ITS) for one in right.split()) if word not in known.polite]
    if len(levels) != 1 or levels[0] not in known.regencies:
        return right, ""
    wrong = [word for word in found.wrong.split() if word not in known.regencies and word not in known.polite]
    return f"{levels[0]} {' '.join(wrong) or fold(_own_name(former)).decode('ascii').strip()}", levels[0]


def _ordered(words: str) -> str:
    """Return words with the kind of a place before its name: "bogor kabupaten" is "kabupaten bogor"."""
    known = _patterns()
    found = known.swapped.fullmatch(words)
    return f"{found[2]} {found[1]}" if found and words.partition(" ")[0] not in known.levels else words


def _begins(words: str, place: PlaceReading) -> bool:
    """Return whether the first of some folded words is the place that was read in them, or the word of its kind."""
    first = words.partition(" ")[0]
    return first in _patterns().levels or any(first == span.partition(" ")[0] for span in place.spans)


def _is_all(words: str, place: PlaceReading) -> bool:
    """Return whether some folded words are the place that was read in them and nothing more: "Kota Cimahi pun begitu" compares."""
    return _are_of_place(words, {word for span in place.spans for word in span.split()})


def _are_of_place(words: str, named: set[str]) -> bool:
    known, left = _patterns(), _STREET.sub(" ", f" {words} ").split()
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
    """Return words without those before the place."""
    return _patterns().fillers.sub("", f"{words} ").strip()


@cache
def _patterns() -> _Patterns:
    """Return the patterns. The file is read at most once per process."""
    words: dict[str, list[str]] = packaged.document("normalizer", "corrections.yaml")
    openers, polite, cues = (any_of(words[name]) for name in ("openers", "polite", "cues"))
    wrong, right, fillers = (any_of(words[name]) for name in ("wrong", "right", "fillers"))
    of_what, idioms = any_of(words["of_what"]), any_of(words["idioms"])
    but, after = any_of([*words["but"], *words["right"]]), any_of(words["cues_after"])
    should = any_of([*words["should"], *words["right"]])
    opening, deny = rf"^(?:{openers} )*", r"\bbukan(?:nya)? "
    follows = any_of([*words["polite"], *words["of_what"], "bukan", "yang", "yg"])
    return _Patterns(
        begins=re.compile(
            rf"{opening}(?:{cues}\b|bukan (?!{idioms}\b)\w|{wrong} (?:{follows}\b|maksud)|{right}\b|{wrong}$)"
        ),
        cue=re.compile(
            rf"(?:\b{cues}|(?:{opening}|\b(?:maaf|saya|sy|ternyata) ){wrong}(?: {of_what})?(?! satu)"
            rf"|\b{wrong}(?: {of_what})? {should}|{opening}{right}) "
        ),
        cue_after=re.compile(rf"(.+?) {after}(?: {polite})*(?: bukan(?:nya)? (.+))?"),
        instead=re.compile(rf"{deny}(.+?) {but} (.+)$"),
        beside=re.compile(rf"{deny}(.+?) (?:{polite} )+(.+)$"),
        denied=re.compile(rf"{deny}(.+)$"),
        before=re.compile(rf"(?:(?:{openers}|{polite}|{fillers}|{cues}|{wrong}|{right}) )*(?:\w+nya )?(?:{fillers} )*"),
        fillers=re.compile(rf"^(?:{fillers} )+"),
        other_kind=re.compile(
            rf"((?:\w+ ){{1,6}}?)(?:{polite} )*bukan(?:nya)? ({any_of(words['regencies'])})(?: {polite})*"
        ),
        swapped=re.compile(rf"(.+?) ({any_of(words['regencies'])})(?: {polite})*"),
        levels=frozenset(words["levels"]),
        regencies=frozenset(words["regencies"]),
        polite=frozenset(words["polite"]),
        elsewhere=frozenset(words["elsewhere"]),
    )
