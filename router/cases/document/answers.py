"""Changes the document of a case after an owner's answer, follow-up, or word that the report is complete."""

from datetime import datetime

from msgspec.structs import replace

from complaints.case import Answer, Case, CaseState
from complaints.fact import Fact
from complaints.telling import is_deemed
from router.cases.document.waits import close_question, stood


def ended(case: Case, fact: Fact, state: CaseState) -> Case:
    """Return a case that has ended in a state, on its own or as a supporter with its main case."""
    case = replace(close_question(case, fact.at), state=state, postponed=None, main=None, main_as_of=None)
    case = replace(case, ended_at=fact.at, ended_by=fact.actor, deemed=case.deemed or is_deemed(fact))
    return case if state == "closed" else let_go(case, fact)


def let_go(case: Case, fact: Fact) -> Case:
    """Return the case without supporters: they got the answer, and are handled separately or have ended."""
    return replace(case, supporters=0, alone_as_of=fact.version) if case.supporters else case


def stands(case: Case, answer: Answer) -> Case:
    """Return the case with an answer of its owner, or of the owner of a former main case."""
    case = replace(case, answers=(*case.answers, answer), reopened_at=None, postponed=None)
    case = declared(close_question(case, answer.at), answer.at)
    followed_up_at = case.followed_up_at
    if case.forwarded_at or not all(hop.triage for hop in case.chain):
        followed_up_at = followed_up_at or answer.at  # an answer is a follow-up, also by a triage desk
    return replace(case, state="answered", followed_up_at=followed_up_at)


def declared(case: Case, at: datetime) -> Case:
    """Return the case with the report complete, because its owner said so or acted on it."""
    case = replace(case, checked_at=case.checked_at or at, verified_at=case.verified_at or at)
    return stood(did(case, at))


def did(case: Case, at: datetime) -> Case:
    """Return the case with its first follow-up by an owner that is no triage desk."""
    return case if case.triage or case.followed_up_at else replace(case, followed_up_at=at)
