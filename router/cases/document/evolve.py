"""Changes the document of a case by one fact. The document is the fold of its facts."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from complaints.case import Case
from complaints.command import CASE, CLOCK, CONVERSATION, NEIGHBOURS
from complaints.disposition import AgencyRef
from complaints.fact import AnyFact, Clocked, Opened
from router.cases.document.changes import changed as changed_by

REMEMBERED_MS: Final = 90 * 24 * 3_600_000
"""Milliseconds for which the id of a command is remembered: longer than any channel or officer repeats a command."""

MOST_REMEMBERED: Final = 500
"""The maximum number of commands whose ids are remembered: about 30 kB."""

_OF_STEPS: Final = frozenset((CASE, CLOCK, CONVERSATION, NEIGHBOURS))
"""The actors whose commands are not remembered: a step writes each once, and they would fill the memory of a case with many supporters."""

NOBODY: Final = AgencyRef(id="-", name="")
"""The owner of a case before its first disposition, which follows its first fact at once."""

Changed = tuple[AnyFact, int]
"""A fact, and when its record was appended, in milliseconds since 1970."""


def evolve(case: Case | None, fact: AnyFact, at_ms: int) -> Case:
    """Return the document after a fact."""
    if case is None:
        assert isinstance(fact, Opened)
        changed = _opened(fact)
    else:
        changed = changed_by(case, fact)
    commands = changed.commands
    if fact.caused_by not in commands and fact.actor not in _OF_STEPS:
        commands = _remembered(commands, fact.caused_by, at_ms)
    deadlines = fact.deadlines if isinstance(fact, Clocked) and fact.deadlines is not None else changed.deadlines
    return replace(
        changed,
        version=fact.version,
        changed_at=fact.at,
        commands=commands,
        deadlines=deadlines,
    )


def fold(facts: Iterable[Changed], case: Case | None = None) -> Case | None:
    """Return the document after all facts; None if there are none and there was no document before."""
    for fact, at_ms in facts:
        case = evolve(case, fact, at_ms)
    return case


def _opened(fact: Opened) -> Case:
    """Return the document of a new case. Its owner follows with the next fact."""
    return Case(
        version=fact.version,
        complaint_id=fact.complaint_id,
        tracking_code=fact.tracking_code,
        state="received",
        complaint=fact.complaint,
        owner=NOBODY,
        chain=(),
        rules_version="",
        registry_version="",
        changed_at=fact.at,
        terms=fact.terms,
    )


def _remembered(commands: dict[UUID, int], cause: UUID, at_ms: int) -> dict[UUID, int]:
    """Return the remembered commands and one more, at most MOST_REMEMBERED, without those older than REMEMBERED_MS."""
    kept = [(id_, seen_ms) for id_, seen_ms in commands.items() if seen_ms > at_ms - REMEMBERED_MS]
    return dict([*kept[-MOST_REMEMBERED + 1 :], (cause, at_ms)])
