"""What the facts of a merge change in the documents of the two cases."""

from typing import Final

from complaints.command import CASE, CITIZEN, NEIGHBOURS
from router.cases.document.answers import stands
from router.cases.document.ending import ended
from router.cases.document.plain import Document
from router.cases.document.waits import close_question, standing

MOST_APART: Final = 20
"""How many former main cases of a supporter are remembered."""

_ANSWER: Final = frozenset(("answer", "answered_at", "answered_by"))


def proposed(case: Document, fact: Document) -> None:
    """Note the older case that was asked."""
    case["proposed"] = fact["other"]


def merged(case: Document, fact: Document) -> None:
    """Note the main case, and what it tells of itself."""
    for name in ("proposed", "postponed"):
        case.pop(name, None)
    close_question(case, fact["at"])
    case["main"], case["state"] = fact["other"], "digabung"
    case.pop("heard", None)
    if agency := fact.get("agency"):
        case["heard"] = {"owner": agency, **_handling(fact)}
    if "as_of" in fact:
        case["main_as_of"] = fact["as_of"]


def take_apart(case: Document, fact: Document) -> None:
    """Note that a person took the case off its main case: no search for duplicates puts them together again."""
    if "main" in case and fact["actor"] not in {NEIGHBOURS, CASE}:
        case["apart"] = [*case.get("apart", ())[-MOST_APART + 1 :], case["main"]]


def told(case: Document) -> None:
    """Note that the main case is told what the citizen of a supporter has added."""
    main = case.get("main")
    if main and main not in case.get("told_to", ()):
        case["told_to"] = [*case.get("told_to", ())[-MOST_APART + 1 :], main]


def unmerged(case: Document, fact: Document) -> None:
    """Note that the case is by itself."""
    take_apart(case, fact)
    if fact["actor"] == CITIZEN:  # by what he adds or hides: no main case shows his words any more
        case.pop("told_to", None)
    for name in ("proposed", "main_as_of"):
        case.pop(name, None)
    if case.pop("main", None):
        case["state"] = standing(case)
        take_over(case, fact)


def take_over(case: Document, fact: Document) -> None:
    """Take over from what the case heard of its main case: who refused that, and the answer, if the fact says that it stays."""
    heard = case.pop("heard", None)
    if heard is None:
        return
    if refused := heard.get("handling", {}).get("refused"):
        case["refused_elsewhere"] = sorted({*case.get("refused_elsewhere", ()), *refused})
    if fact.get("event") == "answered":
        about = {"at": heard["answered_at"], "caused_by": heard["answered_by"]}
        stands(case, {"agency": heard["owner"], "text": heard["answer"], **about})


def supported(case: Document, _: Document) -> None:
    """Count one supporter more."""
    case["supporters"] = case.get("supporters", 0) + 1


def left(case: Document, _: Document) -> None:
    """Count one supporter less."""
    case["supporters"] = max(0, case.get("supporters", 0) - 1)


def echoed(case: Document, fact: Document) -> None:
    """Note what the main case told."""
    if agency := fact.get("agency"):
        answer: Document = {}
        if fact["event"] == "answered":
            answer = {"answer": fact["text"], "answered_at": fact["at"], "answered_by": fact["caused_by"]}
        elif fact["event"] not in {"reopened", "moved"}:
            answer = {name: value for name, value in case.get("heard", {}).items() if name in _ANSWER}
        case["heard"] = {"owner": agency, **answer, **_handling(fact)}
    if fact["event"] == "closed":
        ended(case, {**fact, "kind": "selesai"})


def _handling(fact: Document) -> Document:
    """Return how the main case is handled, if the fact tells it."""
    return {"handling": fact["handling"]} if fact.get("handling") else {}
