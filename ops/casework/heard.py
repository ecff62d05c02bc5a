"""Composes again the replies to the citizen of a case, from the facts and with the router's own function. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from complaints.case import Case
from complaints.command import CITIZEN
from complaints.fact import AnyFact, Declined
from complaints.mail import ReplyKind
from router.cases.document.evolve import evolve
from router.cases.replies import reply_to, status_of_case


class Heard(NamedTuple):
    """One reply to the citizen.

    Attributes:
        at: when it was written.
        kind: the reason for it.
        text: its text.
        caused_by: the id of the complaint or command that caused it.
    """

    at: datetime
    kind: ReplyKind
    text: str
    caused_by: UUID


def heard(facts: Sequence[AnyFact]) -> Iterator[Heard]:
    """Yield the replies that the facts of a case caused, oldest first.

    The facts are folded again, so that each reply describes the case as it was then. The reply to a mere status request has no fact, so it
    is missing. A reply of an older version of this program may have had other words.
    """
    case: Case | None = None
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        before, together = case, list(caused)
        for fact in together:
            case = evolve(case, fact, 0)
        assert case is not None
        reply = reply_to(together, case, was_merged=before is not None and before.state == "merged")
        first = together[0]
        if reply is not None:
            yield Heard(first.at, reply.kind, reply.text, first.caused_by)
        elif isinstance(first, Declined) and first.actor == CITIZEN:
            yield Heard(first.at, ReplyKind.status, status_of_case(case, at=first.at), first.caused_by)
