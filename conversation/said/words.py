"""The words by which citizens act on their cases (words.yaml), and how a text's words are compared with them."""

import re
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Final

import yaml

from normalizer.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The lists of words.yaml, which says of each what its words mean."""

    denies: frozenset[str]
    denies_in_idioms: frozenset[str]
    complains: frozenset[str]
    discontent: frozenset[str]
    thanks: frozenset[str]
    agrees: frozenset[str]
    greets: frozenset[str]
    nods: frozenset[str]
    remarks: frozenset[str]
    belittles: frozenset[str]
    threats: frozenset[str]
    glad: frozenset[str]
    but: frozenset[str]
    praises: frozenset[str]
    opinion: frozenset[str]
    again: frozenset[str]
    fillers: frozenset[str]
    report: frozenset[str]
    sent: frozenset[str]
    stop: frozenset[str]
    start: frozenset[str]
    withdraw: frozenset[str]
    withdraw_report: frozenset[str]
    open: frozenset[str]
    person: frozenset[str]
    anonymous: frozenset[str]
    secret: frozenset[str]
    hints_to_hide: frozenset[str]
    beside_a_wish: frozenset[str]
    show: frozenset[str]
    shows: frozenset[str]

    @property
    def not_yet(self) -> frozenset[str]:
        """The words that say of an answer that it does not settle the matter."""
        return self.denies | self.complains

    @property
    def plain(self) -> frozenset[str]:
        """The words of a message that only thanks or agrees."""
        return self.thanks | self.agrees


def _loaded() -> Words:
    lists = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return Words(**{field.name: frozenset(lists.pop(field.name).split()) for field in fields(Words)}, **lists)


WORDS: Final = _loaded()


def any_of(words: frozenset[str]) -> str:
    """Return the regular expression of any of some words, in a group that is not counted."""
    return f"(?:{'|'.join(sorted(words))})"


_LENGTHENED: Final = re.compile(r"([a-z])\1{2,}|([a-z])\2+\b")


def folded(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents and signs."""
    return fold(text).decode("ascii").split()


def spelt(text: str) -> list[str]:
    """Return the folded words of a text, without the letters by which a word is drawn out: "bohongg", "beluuum"."""
    return [_LENGTHENED.sub(lambda found: found[1] or found[2], word) for word in folded(text)]
