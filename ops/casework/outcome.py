"""Describes the result of an agency's command in sentences. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from complaints import fact as happened
from complaints import tracking
from complaints.disposition import AgencyRef, Disposition
from complaints.errors import CaseError
from complaints.fact import Fact, Result, deadlines_of
from ops.casework.layout import class_words

NO_RESULT: Final = "the command is on Kafka, but the router has not decided about it yet; see `lapor doctor`"
"""The error for a command without a result."""


_TELLS: Final = re.compile(r"(?:;|,) (?:and )?the citizen is to be .*$")
"""The end of a sentence that says what the citizen is to be told on the channel of the complaint."""

_HIMSELF: Final = ". The citizen has no address here: tell him yourself."

_EITHER: Final = (
    ". The citizen is to be told on the channel of the complaint; if an officer recorded it, tell him yourself."
)


def outcome(agency: AgencyRef, facts: Sequence[Fact], *, out_of_reach: bool | None = False) -> list[str]:
    """Return the result of a command in sentences.

    Args:
        agency: the agency that gave it.
        facts: the facts that the command caused, oldest first.
        out_of_reach: whether an officer recorded the complaint, so that no channel reaches the citizen; None if that is not known.

    Raises:
        CaseError: there are no facts to describe, or the command was refused; the text says why.
    """
    sentences: list[str] = []
    for fact in facts:
        if isinstance(fact, happened.Declined):
            if fact.result is Result.refused:
                raise CaseError(f"The act is void, and the case is as before: {fact.text}")
            sentences.append(f"Nothing changes: {fact.text}")
        elif isinstance(fact, happened.Routed):
            sentences += _moved(fact.disposition)
        elif isinstance(fact, happened.Refused) and len(facts) == 1:
            sentences.append("The case had moved on before. The refusal is noted: the case never comes back.")
        elif told := _said(agency, fact):
            sentences.append(told if out_of_reach is False else _TELLS.sub(_HIMSELF if out_of_reach else _EITHER, told))
    if not sentences:
        raise CaseError(NO_RESULT)
    return sentences


def _moved(moved: Disposition) -> Iterator[str]:
    former = f"{moved.previous_owner.name} -> " if moved.previous_owner else ""
    yield f"hop {moved.hop}: {former}{moved.owner.name} ({moved.owner.id})"
    yield moved.explanation


def _due(fact: Fact) -> str:
    found = next((one.due for one in deadlines_of(fact) if one.duty == "complete"), None)
    return f" to {found}" if found else ""


def _said(agency: AgencyRef, fact: Fact) -> str:  # noqa: C901, PLR0911, PLR0912  # a branch for each kind
    """Return the sentence for a fact that an agency's command causes directly; empty for any other fact."""
    match fact:
        case happened.Verified():
            return f"{agency.name} says that the report is complete."
        case happened.Accepted():
            return f"{agency.name} has accepted the case."
        case happened.Asked():
            return "The citizen is to be asked on the channel of the complaint."
        case happened.Answered():
            return f"{agency.name} has answered; the citizen is to be told on the channel of the complaint."
        case happened.Extended():
            return f"The days to complete the case are extended{_due(fact)}; the citizen is to be told."
        case happened.Postponed():
            return f"The case is put off to {fact.until}; no clock stops, and the citizen is to be told."
        case happened.Closed():
            return "The case is closed; the citizen is to be asked to rate it, and can open it again."
        case happened.Reopened():
            return "The case is open again; its clock never began anew."
        case happened.Reclassified():
            due = f"; the days to complete the case end{_due(fact)}" if _due(fact) else ""
            return f"The class is {class_words(fact.complaint_class, oversight=fact.oversight)}{due}."
        case happened.Prioritised():
            return "The case is marked as urgent." if fact.text else "The case is not marked as urgent any more."
        case happened.Proposed():
            asked = f"{tracking.spaced(fact.other)} is asked to be the main case, and decides"
            return f"{asked}; `lapor case show` says what it answered."
        case happened.Unmerged():
            return "The case is a supporter no longer: its own owner handles it again."
        case happened.Archived():
            return "The case is archived; `lapor case reopen` takes it back."
        case happened.Withdrawn():
            return "The complaint is withdrawn; the citizen is to be told, and his next word opens it again."
    return ""
