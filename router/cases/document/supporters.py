"""Changes the documents of a supporter and its main case by the facts of a merge."""

from typing import Final

from msgspec.structs import replace

from complaints.case import Answer, Case, Heard
from complaints.command import CASE, CITIZEN, NEIGHBOURS
from complaints.fact import Echoed, Fact, Merged, Reopened, Unmerged
from router.cases.document.answers import ended, stands
from router.cases.document.waits import close_question, standing

MOST_APART: Final = 20
"""Maximum number of former main cases that a supporter remembers."""


def merged(case: Case, fact: Merged) -> Case:
    """Return the case as a supporter of its main case, with that case's owner and handling."""
    case = replace(close_question(case, fact.at), proposed=None, postponed=None, main=fact.other, state="merged")
    heard = None if fact.agency is None else Heard(owner=fact.agency, handling=fact.handling)
    return replace(case, heard=heard, main_as_of=case.main_as_of if fact.as_of is None else fact.as_of)


def take_apart(case: Case, fact: Fact) -> Case:
    """Return the case; if a person separated it from its main case, it remembers that case, so that no search merges them again."""
    if case.main is None or fact.actor in {NEIGHBOURS, CASE}:
        return case
    return replace(case, apart=(*case.apart[-MOST_APART + 1 :], case.main))


def told(case: Case) -> Case:
    """Return the case, which remembers that its main case shows what its citizen has added."""
    if case.main is None or case.main in case.told_to:
        return case
    return replace(case, told_to=(*case.told_to[-MOST_APART + 1 :], case.main))


def unmerged(case: Case, fact: Unmerged) -> Case:
    """Return the case without a main case or a proposal to merge."""
    was_supporter = case.main is not None
    case = replace(take_apart(case, fact), proposed=None, main=None, main_as_of=None)
    if fact.actor == CITIZEN:  # he added something or hid the report: no main case shows his words any more
        case = replace(case, told_to=())
    return take_over(replace(case, state=standing(case)), fact) if was_supporter else case


def take_over(case: Case, fact: Unmerged | Reopened) -> Case:
    """Return the case with the refusals of its former main case, and with that case's answer if the fact says that it stays."""
    heard = case.heard
    if heard is None:
        return case
    case = replace(case, heard=None)
    if heard.handling and heard.handling.refused:
        case = replace(case, refused_elsewhere=tuple(sorted({*case.refused_elsewhere, *heard.handling.refused})))
    if fact.event == "answered" and heard.answered_at and heard.answered_by:
        answer = Answer(agency=heard.owner, text=heard.answer, at=heard.answered_at, caused_by=heard.answered_by)
        return stands(case, answer)
    return case


def echoed(case: Case, fact: Echoed) -> Case:
    """Return the supporter after news of its main case; it is closed with that case."""
    if fact.agency is not None:
        heard = Heard(owner=fact.agency, handling=fact.handling)
        if fact.event == "answered":
            heard = replace(heard, answer=fact.text or "", answered_at=fact.at, answered_by=fact.caused_by)
        elif case.heard is not None and fact.event not in {"reopened", "moved"}:
            heard = replace(case.heard, owner=heard.owner, handling=heard.handling)
        case = replace(case, heard=heard)
    return ended(case, fact, "closed") if fact.event == "closed" else case
