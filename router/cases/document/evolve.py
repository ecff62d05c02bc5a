"""Changes the document of a case by one fact. The document is the fold of its facts."""

from collections.abc import Iterable
from typing import Final

from complaints.case import FORMAT
from complaints.command import CASE, CLOCK, CONVERSATION, NEIGHBOURS
from router.cases.document.changes import CHANGES
from router.cases.document.plain import Document

REMEMBERED_MS: Final = 90 * 24 * 3_600_000
"""How long the id of a command is remembered, in milliseconds: longer than any channel or officer sends the same one again."""

MOST_REMEMBERED: Final = 500
"""The maximum number of commands whose ids are remembered: about 30 kB."""

_OF_STEPS: Final = frozenset((CASE, CLOCK, CONVERSATION, NEIGHBOURS))
"""Whose commands are not remembered: a step writes each once, and a main case of thousands would remember nothing else."""

Changed = tuple[Document, int]
"""A fact, and when its record was appended, in milliseconds since 1970."""


def evolve(case: Document | None, fact: Document, at_ms: int) -> Document:
    """Return the document after a fact; the given document is not changed.

    Args:
        case: the document before; None before the first fact.
        fact: the fact.
        at_ms: the time of the fact in milliseconds since 1970.
    """
    kind = fact["kind"]
    if case is None:
        changed = _opened(fact)
    else:
        changed = dict(case)
        change = CHANGES.get(kind)
        if change is not None:
            change(changed, fact)
    if "deadlines" in fact:
        changed["deadlines"] = fact["deadlines"]
    changed["version"] = fact["version"]
    changed["changed_at"] = fact["at"]
    cause = fact["caused_by"]
    if cause not in changed["commands"] and fact["actor"] not in _OF_STEPS:
        changed["commands"] = _remembered(changed["commands"], cause, at_ms)
    return changed


def fold(facts: Iterable[Changed], case: Document | None = None) -> Document | None:
    """Return the document after all facts; None if there are none and there was no document before."""
    for fact, at_ms in facts:
        case = evolve(case, fact, at_ms)
    return case


def _opened(fact: Document) -> Document:
    """Return the document of a new case. Its owner follows with the next fact."""
    return {
        "format": FORMAT,
        "version": 0,
        "complaint_id": fact["complaint_id"],
        "tracking_code": fact["tracking_code"],
        "state": "diterima",
        "complaint": fact["complaint"],
        "owner": None,
        "triage": False,
        "hop": 0,
        "confidence": 0.0,
        "explanation": "",
        "deadlines": [],
        "chain": [],
        "refusals": [],
        "answers": [],
        "questions": 0,
        "rules_version": "",
        "registry_version": "",
        "changed_at": "",
        "commands": {},
        **({"terms": fact["terms"]} if fact.get("terms") else {}),
    }


def _remembered(commands: dict[str, int], cause: str, at_ms: int) -> dict[str, int]:
    """Return the ids of commands with one more: none older than REMEMBERED_MS, and at most MOST_REMEMBERED."""
    kept = [(id_, seen_ms) for id_, seen_ms in commands.items() if seen_ms > at_ms - REMEMBERED_MS]
    return dict([*kept[-MOST_REMEMBERED + 1 :], (cause, at_ms)])
