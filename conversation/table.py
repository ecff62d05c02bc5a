"""What becomes of a message by what its citizen wants and how his cases stand, as a table: `python -m conversation` prints it. Pure.

What no row takes goes on as content: it answers, joins or opens a case, and is never lost.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from normalizer.language.understanding import SURE


class Situation(StrEnum):
    """How the cases of a citizen stand when he writes."""

    new = "he has no case"
    asked = "a question of ours is open"
    answered = "an answer can be disputed"
    alive = "a case is being handled"
    ended = "his cases have ended"


class Act(StrEnum):
    """What is done with a message that is no content."""

    silence = "he hears nothing more; we say by which word he hears again"
    hear = "he hears again"
    withdraw = "the case is withdrawn; we say by which word it is open again"
    which = "we ask which case he means"
    status = "he is told how his case stands"
    help = "he is told how to report"
    noted = "it is noted, and nothing is said"
    dispute = "the answered case is open again"
    add = "it is added to the case"


class Row(NamedTuple):
    """A row of the table.

    Attributes:
        intent: what he wants (see normalizer.language).
        sure: how likely that must be, from 0 to 1, by what an error costs.
        why: the reason.
        acts: what is done in each situation; in the others it is content.
    """

    intent: str
    sure: float
    why: str
    acts: dict[Situation, Act]


_HAS = (Situation.answered, Situation.alive, Situation.ended)
"""He has a case, and no question is open, which any word may answer."""


def _in(*situations: Situation, does: Act) -> dict[Situation, Act]:
    return dict.fromkeys(situations, does)


TABLE: Final = (
    Row(
        "stop",
        SURE["stop"].whole,
        "whoever is silenced by mistake hears of nothing; a word undoes it",
        _in(*Situation, does=Act.silence),
    ),
    Row("resume", 0.6, "who is not silent loses nothing", _in(*Situation, does=Act.hear)),
    Row("withdraw", 0.75, "an agency stops its work; a word undoes it", _in(*_HAS, does=Act.withdraw)),
    Row("status", 0.6, "his case is kept", _in(Situation.alive, Situation.ended, does=Act.status)),
    Row("status", 0.95, "it may be a dispute in the words of a question", _in(Situation.answered, does=Act.status)),
    Row("help", 0.7, "his case is kept", _in(*_HAS, does=Act.help)),
    Row("thanks", 0.6, "his case is kept", _in(*_HAS, does=Act.noted)),
    Row("smalltalk", 0.6, "his case is kept", _in(*_HAS, does=Act.noted)),
    Row("agree", 0.7, "his case is kept", _in(*_HAS, does=Act.noted)),
    Row("settled", 0.6, "nothing is undone", {Situation.alive: Act.add, Situation.answered: Act.noted}),
    Row("dispute", 0.6, "its owner looks again", {Situation.alive: Act.add, Situation.answered: Act.dispute}),
    Row("correction", 0.8, "its owner reads it", {Situation.alive: Act.add}),
    Row("withdraw", 0.9, "nothing is withdrawn", _in(Situation.new, does=Act.which)),
    Row("status", 0.85, "what he tells opens no case", _in(Situation.new, does=Act.status)),
    Row("help", 0.85, "the same", _in(Situation.new, does=Act.help)),
    Row("thanks", 0.85, "the same", _in(Situation.new, does=Act.help)),
    Row("smalltalk", 0.85, "the same", _in(Situation.new, does=Act.help)),
    Row("agree", 0.85, "the same", _in(Situation.new, does=Act.help)),
)
"""The rows. Danger and wishes to be hidden come before them and apply beside them (normalizer.language.understanding.SURE)."""


def act_for(intent: str, confidence: float, situation: Situation) -> Act | None:
    """Return what is done with a message; None if it is content."""
    return next(
        (
            row.acts[situation]
            for row in TABLE
            if row.intent == intent and confidence >= row.sure and situation in row.acts
        ),
        None,
    )
