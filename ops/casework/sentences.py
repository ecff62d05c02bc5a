"""Writes the sentences of the table of notices that officers read. Pure."""

from typing import Final

from msgspec import structs

from complaints import fact as happened
from complaints import tracking
from complaints.command import CASE, CITIZEN, CLOCK, CONVERSATION, NEIGHBOURS
from complaints.fact import Fact, deadlines_of, field_of, text_of
from complaints.notices import VALUES, Cell, chosen, filled
from ops.casework.layout import DUTIES, class_words
from ops.casework.show import title_of_level

_WHO: Final = {
    CITIZEN: "the citizen",
    CLOCK: "the clock",
    NEIGHBOURS: "the search for duplicates",
    CONVERSATION: "the conversation with the citizen",
    CASE: "another case",
}


def sentence(fact: Fact, cell: Cell, *, agency: str = "", alone: bool = False) -> tuple[str, str]:
    """Return what a cell says of a fact, and what it says of the citizen; both empty if it says nothing.

    Args:
        fact: the fact.
        cell: the cell of its row.
        agency: the name of the agency that gave the command.
        alone: whether the command led to no other fact.
    """
    holds = structs.asdict(fact) | {str(field_of(fact, name)): True for name in ("event", "result")} | {"alone": alone}
    if isinstance(fact, happened.Added):
        holds["by_code"] = fact.addition.by_code
    told, _, citizen = chosen(cell, holds).partition("|")
    return filled(told, _values(fact) | {"agency": agency}), citizen


def _values(fact: Fact) -> dict[str, str]:
    """Return the values that a sentence about a fact may name: its fields, and what is made of them."""
    found = {name: str(field_of(fact, name) or "") for name in VALUES}
    found["actor"] = _WHO.get(fact.actor, fact.actor)
    found["text"] = " ".join(text_of(fact).split())
    found["other"] = tracking.spaced(found["other"]) if found["other"] else "a case that is not shown here"
    found["due"] = str(next((one.due for one in deadlines_of(fact) if one.duty == "complete"), ""))
    match fact:
        case happened.Opened(complaint=complaint):
            found |= {name: getattr(complaint, name) or "" for name in ("channel", "recorded_by", "source", "title")}
            found["continues"] = tracking.spaced(complaint.continues) if complaint.continues else ""
        case happened.Added():
            found["words"] = fact.addition.text
        case happened.Withdrawn() if fact.actor != CITIZEN:
            found["on_file"] = fact.source or "no source"
        case happened.Hidden():
            hidden = (("the person", fact.anonymous), ("the report", fact.secret))
            found["hidden"] = " and ".join(words for words, is_so in hidden if is_so)
        case happened.Reclassified():
            found["class"] = class_words(fact.complaint_class, oversight=fact.oversight)
        case happened.Overdue():
            found["duty"] = DUTIES[fact.duty]
        case happened.Escalated():
            found["title_of_level"] = title_of_level(fact.level)
            found["holder"] = f"{fact.agency.name} ({fact.agency.id})" if fact.agency else "nobody"
    return found
