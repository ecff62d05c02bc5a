"""Says what became of an agency's command, in sentences. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from complaints import tracking
from complaints.disposition import AgencyRef
from complaints.errors import CaseError
from complaints.fact import Fact, FactKind, Result
from ops.casework.layout import class_words

NO_RESULT: Final = "the command is on Kafka, but the router has not decided about it yet; see `lapor doctor`"
"""Why a command has no result."""


_TELLS: Final = re.compile(r"(?:;|,) (?:and )?the citizen is to be .*$")
"""The end of a sentence that says what the citizen is to hear on the channel of the complaint."""

_HIMSELF: Final = ". The citizen has no address here: tell him yourself."

_EITHER: Final = (
    ". The citizen is to be told on the channel of the complaint; if an officer recorded it, tell him yourself."
)


def outcome(agency: AgencyRef, facts: Sequence[Fact], *, out_of_reach: bool | None = False) -> list[str]:
    """Return what became of a command, in sentences.

    Args:
        agency: who gave it.
        facts: the facts that the command caused, oldest first.
        out_of_reach: whether an officer recorded the complaint, so that no channel reaches the citizen; None if that is not known.

    Raises:
        CaseError: there are none, or the command was refused; the text says why.
    """
    sentences: list[str] = []
    for fact in facts:
        if fact.kind is FactKind.declined:
            if fact.result is Result.refused:
                raise CaseError(f"The act is void, and the case is as before: {fact.text}")
            sentences.append(f"Nothing changes: {fact.text}")
        elif fact.kind is FactKind.routed:
            sentences += _moved(fact)
        elif fact.kind is FactKind.refused and len(facts) == 1:
            sentences.append("The case had moved on before. The refusal is noted: the case never comes back.")
        elif (said := _SAID.get(fact.kind)) is not None:
            told = said(agency, fact)
            sentences.append(told if out_of_reach is False else _TELLS.sub(_HIMSELF if out_of_reach else _EITHER, told))
    if not sentences:
        raise CaseError(NO_RESULT)
    return sentences


def _moved(fact: Fact) -> Iterator[str]:
    moved = fact.disposition
    if moved is not None:
        former = f"{moved.previous_owner.name} -> " if moved.previous_owner else ""
        yield f"hop {moved.hop}: {former}{moved.owner.name} ({moved.owner.id})"
        yield moved.explanation


def _due(fact: Fact) -> str:
    found = next((one.due for one in fact.deadlines or () if one.duty == "complete"), None)
    return f" to {found}" if found else ""


def _class(fact: Fact) -> str:
    return class_words(fact.complaint_class, oversight=fact.oversight)


_SAID: Final[dict[FactKind, Callable[[AgencyRef, Fact], str]]] = {
    FactKind.verified: lambda agency, _: f"{agency.name} says that the report is complete.",
    FactKind.accepted: lambda agency, _: f"{agency.name} has accepted the case.",
    FactKind.asked: lambda _, __: "The citizen is to be asked on the channel of the complaint.",
    FactKind.answered: lambda agency, _: (
        f"{agency.name} has answered; the citizen is to be told on the channel of the complaint."
    ),
    FactKind.extended: lambda _, fact: (
        f"The days to complete the case are extended{_due(fact)}; the citizen is to be told."
    ),
    FactKind.postponed: lambda _, fact: (
        f"The case is put off to {fact.until}; no clock stops, and the citizen is to be told."
    ),
    FactKind.closed: lambda _, __: "The case is closed; the citizen is to be asked to rate it, and can open it again.",
    FactKind.reopened: lambda _, __: "The case is open again; its clock never began anew.",
    FactKind.reclassified: lambda _, fact: (
        f"The class is {_class(fact)}; the days to complete the case end{_due(fact)}."
        if _due(fact)
        else f"The class is {_class(fact)}."
    ),
    FactKind.proposed: lambda _, fact: (
        f"{tracking.spaced(fact.other or '')} is asked to be the main case, and decides; `lapor case show` says what it answered."
    ),
    FactKind.unmerged: lambda _, __: "The case is a supporter no longer: its own owner handles it again.",
    FactKind.archived: lambda _, __: "The case is archived; `lapor case reopen` takes it back.",
    FactKind.withdrawn: lambda _, __: (
        "The complaint is withdrawn; the citizen is to be told, and his next word opens it again."
    ),
}
"""The sentence for each kind of fact to which an agency's command leads by itself."""
