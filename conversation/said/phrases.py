"""The phrases by which citizens say what they mean (phrases.yaml), as patterns in folded words."""

import re
from dataclasses import dataclass, fields
from typing import Final

import yaml

from conversation.said import written
from conversation.said.notation import Lists
from conversation.said.words import LISTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of phrases.yaml, which says of each what it means. Those that begin with the text are for `match`."""

    settled: re.Pattern[str]
    gives_up: re.Pattern[str]
    was_done: re.Pattern[str]
    praises: re.Pattern[str]
    idioms: re.Pattern[str]
    after_all: re.Pattern[str]
    thanks: re.Pattern[str]
    javanese_no: re.Pattern[str]
    asks_again: re.Pattern[str]
    asks_to_come: re.Pattern[str]
    in_part: re.Pattern[str]
    belittled: re.Pattern[str]
    for_reporting: re.Pattern[str]
    yes_or_no: re.Pattern[str]
    withdraws: re.Pattern[str]
    accuses: re.Pattern[str]
    mistaken: re.Pattern[str]
    state: re.Pattern[str]
    only_state: re.Pattern[str]
    fault: re.Pattern[str]
    no_fault: re.Pattern[str]
    relapse: re.Pattern[str]
    where: re.Pattern[str]
    placed: re.Pattern[str]


def phrases_in(tree: yaml.Node, known: Lists) -> Phrases:
    """Return the phrases of a file.

    Args:
        tree: the content of the file.
        known: the lists of words.yaml, which it may name.

    Raises:
        ConfigurationError: if there is a mistake in the file; the error names the line.
    """
    parts = written.sections(tree, ("words", "phrases"))
    words, phrases = parts["words"], parts["phrases"]
    lists = {**known, **written.lists(words, known)}
    written.check_used(words, phrases)
    written.sections(phrases, (field.name for field in fields(Phrases)))
    return Phrases(**written.patterns(phrases, lists))


PHRASES: Final = phrases_in(written.packaged("phrases.yaml"), LISTS)
