"""Composes what the citizen of a case reads on its page: what happened to the case so far, and the question that is open. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from channels.web.parse import NAME
from complaints import tracking, wording
from complaints.case import Case
from complaints.fact import Fact, FactKind
from complaints.wording import text
from normalizer.masking import mask

_OCCASIONS = {
    FactKind.opened: "received",
    FactKind.added: "completed",
    FactKind.refused: "moved",
    FactKind.answered: "answered",
}
"""The occasion in wording.yaml to which the first fact of a record leads; as for replies by other channels. Others lead to none."""

_SECRET_ANSWER = "status_ditanggapi"  # noqa: S105  # an occasion
"""The occasion that says of an answer only that there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that happened to a case.

    Attributes:
        at: when it happened.
        text: what the citizen reads about it.
    """

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the citizen reads about a case in addition to its status.

    Attributes:
        explanation: why the present owner has the case, masked; empty if the report is secret.
        question: the question that is open; empty if none is open.
        told: what happened, oldest first, without the open question.
    """

    explanation: str = ""
    question: str = ""
    told: tuple[Told, ...] = ()


def story(case: Case, facts: Sequence[Fact]) -> Story:
    """Return the story of a case. It has nothing of the content of a secret report; answers are masked.

    Args:
        case: the document of the case.
        facts: the facts of the case, oldest first.
    """
    question = "" if case.question is None else _asking(case.question.part, case.question.text, case, case.owner.name)
    told = list(_told(facts, case))
    if question:
        last = max((number for number, one in enumerate(told) if one.text == question), default=None)
        told = [one for number, one in enumerate(told) if number != last]
    explanation = "" if case.complaint.secret else mask(case.explanation)
    return Story(explanation=explanation, question=question, told=tuple(told))


def _told(facts: Iterable[Fact], case: Case) -> Iterable[Told]:
    owner = ""
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        together = list(caused)
        owner = next((fact.disposition.owner.name for fact in together[::-1] if fact.disposition), owner)
        if words := _words(together, owner, case):
            yield Told(at=together[0].at, text=words)


def _words(together: Sequence[Fact], owner: str, case: Case) -> str:
    """Return what the citizen reads about the facts that one record caused; empty if they are none of the citizen's business."""
    first = together[0]
    occasion = _OCCASIONS.get(first.kind)
    asked = next((fact for fact in together if fact.kind is FactKind.asked), None)
    if asked:
        return _asking(asked.part, asked.text or "", case, owner)
    moves_nothing = first.kind is FactKind.refused and len(together) == 1  # a former owner's refusal
    if occasion is None or moves_nothing:
        return ""
    values = {"code": tracking.spaced(case.tracking_code), "owner": owner}
    if first.kind is FactKind.answered:
        if case.complaint.secret:
            return text(_SECRET_ANSWER, NAME, **values)
        values["answer"] = mask(" ".join((first.text or "").split()))
    return text(occasion, NAME, **values)


def _asking(part: str | None, words: str, case: Case, owner: str) -> str:
    """Return the question for a part, or in the owner's own words."""
    if part:
        return _question(part, case, owner)
    code = tracking.spaced(case.tracking_code)
    return text("asked", NAME, code=code, owner=owner, answer="" if case.complaint.secret else mask(words))


def _question(part: str, case: Case, owner: str) -> str:
    choices = () if case.complaint.secret else [region.name for region in case.complaint.place.choices]
    return wording.question(part, NAME, choices, code=tracking.spaced(case.tracking_code), owner=owner)
