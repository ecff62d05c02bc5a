"""The words by which a citizen corrects what he told before, as patterns over folded words."""

import re
from functools import cache
from typing import NamedTuple

from complaints.runtime import packaged
from normalizer.subjects.scanning import spell_out
from normalizer.text import any_of, fold


class Patterns(NamedTuple):
    """The words of corrections.yaml as patterns over folded words.

    Attributes:
        begins: the beginning of a text that corrects the one before it.
        cue: words that say that something was wrong; what is right follows.
        cue_after: the same, after what is right.
        instead: what is wrong, and what is right.
        beside: what is wrong, and what is right, with a polite word between them.
        denied: what is wrong, alone in the part of a text before a pause.
        before: all that may come before "bukan" in a message that says nothing else.
        fillers: words that may come before a place.
        other_kind: what is right, and after it the kind of place that it is not: "kab semarang pak, bukan kota".
        swapped: a place with the word for its kind after it: "Bogor kabupaten".
        levels: words of kinds of places.
        regencies: those of regencies and cities.
        polite: words that may be next to a place.
        elsewhere: words next to a place that is not the place of the event.
        denials: words that mean "bukan".
        refusals: words that mean it before one of `places`.
        places: "di" and the words of kinds of places.
        turned: what is right, and what is not: "Kendal bukan Semarang".
        belongs: what the place belongs to after all: "ternyata masuk Kabupaten Kendal".
        changes: the place that another one is to be changed to.
        confesses: the place after a word such as "sorry".
        also: words that make a place only one of several.
        ends: politeness and cues after what is right.
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
    denials: frozenset[str]
    refusals: frozenset[str]
    places: frozenset[str]
    turned: re.Pattern[str]
    belongs: re.Pattern[str]
    changes: re.Pattern[str]
    confesses: re.Pattern[str]
    also: frozenset[str]
    ends: re.Pattern[str]


def said(text: str) -> str:
    """Return the folded words of a text, in which the words that deny a place ("bkn", "dudu") become "bukan"."""
    words = fold(text).decode("ascii").split()
    spell_out(words, text)
    known = patterns()
    for at, word in enumerate(words[:-1]):
        if word in known.denials or (word in known.refusals and words[at + 1] in known.places):
            words[at] = "bukan"
    return " ".join(words)


@cache
def patterns() -> Patterns:
    """Return the patterns. The file is read at most once per process."""
    words: dict[str, list[str]] = packaged.document("normalizer", "corrections.yaml")
    openers, polite, cues = (any_of(words[name]) for name in ("openers", "polite", "cues"))
    wrong, right, fillers = (any_of(words[name]) for name in ("wrong", "right", "fillers"))
    of_what, idioms = any_of(words["of_what"]), any_of(words["idioms"])
    but, after = any_of([*words["but"], *words["right"]]), any_of(words["cues_after"])
    should = any_of([*words["should"], *words["right"]])
    opening, deny = rf"^(?:{openers} )*", r"\bbukan(?:nya)? "
    mistake, to = rf"(?:{of_what}(?:nya)? (?:{polite} )*)?{wrong}", any_of(words["to"])
    few = r"((?:\w+ ){0,6}\w+)"
    levels, regencies = any_of(words["levels"]), any_of(words["regencies"])
    follows = any_of([*words["polite"], *words["of_what"], "bukan", "yang", "yg"])
    return Patterns(
        begins=re.compile(
            rf"{opening}(?:{cues}\b|bukan (?!{idioms}\b)\w|{wrong} (?:{follows}\b|maksud)|{right}\b|{wrong}$)"
        ),
        cue=re.compile(
            rf"(?:\b{cues}|(?:{opening}|\b(?:maaf|saya|sy|ternyata) ){mistake}(?: {of_what})?(?! satu)"
            rf"|\b{wrong}(?: {of_what})? {should}|{opening}(?:{of_what}(?:nya)? )?{right}) "
        ),
        cue_after=re.compile(
            rf"(?:(?:{openers}|{wrong}) )*(.+?)(?: {polite})* {after}(?: {polite}| tadi)*(?: bukan(?:nya)? (.+))?"
        ),
        instead=re.compile(rf"{deny}(.+?) {but} (.+)$"),
        beside=re.compile(rf"{deny}(.+?) (?:{polite} )+(.+)$"),
        denied=re.compile(rf"{deny}(.+)$"),
        before=re.compile(rf"(?:(?:{openers}|{polite}|{fillers}|{cues}|{wrong}|{right}) )*(?:\w+nya )?(?:{fillers} )*"),
        fillers=re.compile(rf"^(?:{fillers} )+"),
        other_kind=re.compile(rf"((?:\w+ ){{1,6}}?)(?:{polite} )*bukan(?:nya)? ({regencies})(?: {polite})*"),
        swapped=re.compile(rf"(.+?) ({regencies})(?: {polite})*"),
        levels=frozenset(words["levels"]),
        regencies=frozenset(words["regencies"]),
        polite=frozenset(words["polite"]),
        elsewhere=frozenset(words["elsewhere"]),
        denials=frozenset(words["denials"]),
        refusals=frozenset(words["refusals"]),
        places=frozenset((*words["places"], *words["levels"])),
        turned=re.compile(
            rf"{opening}((?:{fillers}|{levels}) (?:\w+ ){{0,5}}?\w+|(?:\w+ )?\w+|(?:\w+ ){{1,3}}?{regencies} \w+)(?: {polite})*"
            rf" bukan(?:nya)? (?!{idioms} )((?:\w+ ){{0,4}}?\w+)(?: {polite})*"
        ),
        belongs=re.compile(
            rf"{opening}(?:(?:itu|ini|tadi|lokasinya|tempatnya|kata \w+ \w+|kata \w+) )*{any_of(words['belongs'])} "
            rf"(?!(?:jalan|jl|jln) )(?={levels} |\w+(?: {polite})*$){few}"
        ),
        changes=re.compile(rf"{opening}(?:(?:tolong|minta|mohon|harap|bisa) )*{any_of(words['changes'])} {to} {few}"),
        confesses=re.compile(rf"(?:{any_of(words['confesses'])} )+(?:{polite} )*{few}"),
        also=frozenset(words["also"]),
        ends=re.compile(rf"(?:(?:^| )(?:{any_of(words['cues_after'])}|{polite}|tadi))+$"),
    )
