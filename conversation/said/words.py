"""The words by which citizens act on their cases (words.yaml), and how a text's words are compared with them."""

import re
from dataclasses import dataclass, fields
from typing import Final

from conversation.said import written
from normalizer.language.hiding import COMMANDS
from normalizer.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The lists of words.yaml, which says of each what its words mean, and the commands that hide."""

    denies: frozenset[str]
    no: frozenset[str]
    complains: frozenset[str]
    discontent: frozenset[str]
    thanks: frozenset[str]
    agrees: frozenset[str]
    no_things: frozenset[str]
    calls_off: frozenset[str]
    do_not: frozenset[str]
    remarks: frozenset[str]
    threats: frozenset[str]
    glad: frozenset[str]
    but: frozenset[str]
    opinion: frozenset[str]
    again: frozenset[str]
    fillers: frozenset[str]
    report: frozenset[str]
    sent: frozenset[str]
    stop: frozenset[str]
    start: frozenset[str]
    withdraw: frozenset[str]
    withdraw_report: frozenset[str]
    conditions: frozenset[str]
    open: frozenset[str]
    show_again: frozenset[str]
    person: frozenset[str]
    anonymous: frozenset[str]
    secret: frozenset[str]
    show: frozenset[str]
    shows: frozenset[str]
    general: frozenset[str]
    things: frozenset[str]
    trouble: frozenset[str]
    before_a_place: frozenset[str]

    @property
    def not_yet(self) -> frozenset[str]:
        """The words that say of an answer that it does not settle the matter."""
        return self.denies | self.complains

    @property
    def plain(self) -> frozenset[str]:
        """The words of a message that only thanks or agrees."""
        return self.thanks | self.agrees


def _lists() -> dict[str, tuple[str, ...]]:
    tree = written.packaged("words.yaml")
    written.sections(tree, (field.name for field in fields(Words) if field.name not in COMMANDS))
    return COMMANDS | written.lists(tree, COMMANDS)


LISTS: Final = _lists()
"""The lists of words.yaml by name, for phrases."""

WORDS: Final = Words(**{name: frozenset(words) for name, words in LISTS.items()})

SHORT_WORDS: Final = 8
"""Words of a message that can only be about the answer that came before it."""

TOLD_WORDS: Final = 25
"""Words of a message that only goes on with what was told. A longer one is a story of its own."""

LONGEST_WORDS: Final = 60
"""Words of a message that is still about the answer. A longer one is a story, and is added to the case or opens one."""

_LENGTHENED: Final = re.compile(r"([a-z])\1{2,}|([a-z])\2+\b")


def folded(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents and signs."""
    return fold(text).decode("ascii").split()


def spelt(text: str) -> list[str]:
    """Return the folded words of a text, without the letters by which a word is drawn out: "bohongg", "beluuum"."""
    return [_LENGTHENED.sub(lambda found: found[1] or found[2], word) for word in folded(text)]
