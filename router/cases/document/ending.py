"""Ends a case in its document, and lets its supporters go."""

from msgspec.structs import replace

from complaints.case import Case, CaseState
from complaints.fact import Fact
from complaints.telling import is_deemed
from router.cases.document.waits import close_question


def ended(case: Case, fact: Fact, state: CaseState) -> Case:
    """Return a case that has ended in a state, on its own or as a supporter with its main case."""
    case = replace(close_question(case, fact.at), state=state, postponed=None, main=None, main_as_of=None)
    case = replace(case, ended_at=fact.at, ended_by=fact.actor, deemed=case.deemed or is_deemed(fact))
    return case if state == "selesai" else let_go(case, fact)


def let_go(case: Case, fact: Fact) -> Case:
    """Return the case without supporters: they were told, and are handled separately or have ended."""
    return replace(case, supporters=0, alone_as_of=fact.version) if case.supporters else case
