"""Says what the citizen of a case was told: composed again from the facts, by the router's own function. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import orjson

from complaints.command import CITIZEN
from complaints.fact import Fact, FactKind
from complaints.mail import ReplyKind
from router.cases.document.evolve import evolve
from router.cases.document.plain import Document
from router.cases.replies import reply_to, status_of_case


class Heard(NamedTuple):
    """One reply to the citizen.

    Attributes:
        at: when it was written.
        kind: why.
        text: what he was told.
        caused_by: the id of the complaint or command that led to it.
    """

    at: datetime
    kind: ReplyKind
    text: str
    caused_by: str


def heard(facts: Sequence[Fact]) -> Iterator[Heard]:
    """Yield the replies to which the facts of a case led, oldest first.

    The facts are folded again, so that each reply says what the case was then. An answer to a question for the status leads to no fact
    and is not among them. A reply of an older version of this program may have had other words.

    Args:
        facts: all facts of the case, oldest first.
    """
    case: Document | None = None
    for _, caused in groupby(facts, key=lambda fact: fact.caused_by):
        before, together = case, [plain(fact) for fact in caused]
        for fact in together:
            case = evolve(case, fact, 0)
        assert case is not None
        reply = reply_to(together, case, was_merged=before is not None and before["state"] == "digabung")
        first = together[0]
        at = datetime.fromisoformat(first["at"])
        if reply is not None:
            yield Heard(at, ReplyKind(reply["kind"]), reply["text"], first["caused_by"])
        elif first["kind"] == FactKind.declined.value and first["actor"] == CITIZEN:
            yield Heard(at, ReplyKind.status, status_of_case(case, at=first["at"]), first["caused_by"])


def plain(fact: Fact) -> dict[str, Any]:
    """Return a fact as plain data, as its record holds it."""
    found: dict[str, Any] = orjson.loads(fact.model_dump_json(exclude_none=True))
    return found
