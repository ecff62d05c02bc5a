"""The table of a case: who may ask for what in which state, and what comes of it. docs/case.md prints it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from complaints.case import CaseState
from complaints.command import CommandKind
from complaints.fact import FactKind


class Role(StrEnum):
    """Who asks, seen from the case."""

    citizen = "the citizen"
    owner = "the owner"
    administrator = "the national administrator as the owner"
    refuser = "an agency that refused the case"
    former = "a former owner that did not refuse"
    other = "another agency"


Outcome = tuple[FactKind, ...] | str
"""What comes of a command: the facts (see `perhaps`), or the sentence of the refusal."""

STATES: Final[tuple[CaseState, ...]] = ("menunggu", "diproses", "ditanggapi")
"""The states that a case can be in today: at a triage desk, with its owner, answered."""

OPENED: Final = (FactKind.opened, FactKind.routed, FactKind.asked)
"""The facts of a complaint that begins a case."""

_ADDED: Final = (FactKind.added, FactKind.routed, FactKind.asked)
_REFUSED: Final = (FactKind.refused, FactKind.routed)
_NOTED: Final = (FactKind.refused,)
"""The case moved on before the refusal came: it stays where it is, and never goes back to the agency."""

_ANSWERED: Final = (FactKind.answered,)
_TOLD: Final[tuple[FactKind, ...]] = ()
"""Whoever asks for the status hears it, and the case stays as it is."""

ALREADY: Final = "{actor} has already refused this case."
"""The sentence that means: the command was already applied."""

_ONLY_CITIZEN = "Only the citizen can add to the complaint."
_ONLY_OWNER = "{owner} owns the case: only it can {command}."
_NO_AGENCY = "Only an agency can {command}."
_ADMINISTRATOR = "{owner} is the national administrator and cannot refuse: its triage desk must sort the case."
_IS_ANSWERED = "{owner} has answered the case: it can no longer be refused."


def _always(outcome: Outcome) -> dict[CaseState, Outcome]:
    return dict.fromkeys(STATES, outcome)


TABLE: Final[Mapping[tuple[CommandKind, Role], Mapping[CaseState, Outcome]]] = {
    (CommandKind.add, Role.citizen): _always(_ADDED),
    (CommandKind.add, Role.owner): _always(_ONLY_CITIZEN),
    (CommandKind.add, Role.administrator): _always(_ONLY_CITIZEN),
    (CommandKind.add, Role.refuser): _always(_ONLY_CITIZEN),
    (CommandKind.add, Role.former): _always(_ONLY_CITIZEN),
    (CommandKind.add, Role.other): _always(_ONLY_CITIZEN),
    (CommandKind.refuse, Role.citizen): _always(_NO_AGENCY),
    (CommandKind.refuse, Role.owner): {"menunggu": _REFUSED, "diproses": _REFUSED, "ditanggapi": _IS_ANSWERED},
    (CommandKind.refuse, Role.administrator): _always(_ADMINISTRATOR),
    (CommandKind.refuse, Role.refuser): _always(ALREADY),
    (CommandKind.refuse, Role.former): _always(_NOTED),
    (CommandKind.refuse, Role.other): _always(_ONLY_OWNER),
    (CommandKind.answer, Role.citizen): _always(_NO_AGENCY),
    (CommandKind.answer, Role.owner): _always(_ANSWERED),
    (CommandKind.answer, Role.administrator): _always(_ANSWERED),
    (CommandKind.answer, Role.refuser): _always(_ONLY_OWNER),
    (CommandKind.answer, Role.former): _always(_ONLY_OWNER),
    (CommandKind.answer, Role.other): _always(_ONLY_OWNER),
    **{(CommandKind.status, role): _always(_TOLD) for role in Role},
}
"""The outcome of each command by each role in each state. It is total: a test holds that no combination is missing."""


def perhaps(facts: tuple[FactKind, ...]) -> frozenset[FactKind]:
    """Return those of the facts of a command that follow only where they apply."""
    match facts[:1]:
        case (FactKind.opened,):
            return frozenset({FactKind.asked})
        case (FactKind.added,):
            return frozenset({FactKind.routed, FactKind.asked})
        case _:
            return frozenset()
