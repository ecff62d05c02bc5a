"""Ends a case in its document, and lets its supporters go."""

from complaints.fact import FactKind
from router.cases.document.plain import Document
from router.cases.document.waits import close_question


def ended(case: Document, fact: Document) -> None:
    """Note that a case has ended, or a supporter with its main case."""
    case["state"] = fact["kind"]
    case["ended_at"], case["ended_by"] = fact["at"], fact["actor"]
    for name in ("postponed", "main", "main_as_of"):
        case.pop(name, None)
    close_question(case, fact["at"])
    if fact.get("deemed"):
        case["deemed"] = True
    if fact["kind"] != FactKind.closed:
        let_go(case, fact)


def let_go(case: Document, fact: Document) -> None:
    """Forget the supporters: they were told, and are handled by themselves, or have ended."""
    if case.pop("supporters", None) is not None:
        case["alone_as_of"] = fact["version"]
