"""Notes in the document of a case that an owner has answered, or takes the report for complete."""

from complaints.case import OPEN
from router.cases.document.plain import Document
from router.cases.document.waits import close_question, standing


def stands(case: Document, answer: Document) -> None:
    """Note an answer, of an owner or of the owner of a former main case."""
    case["answers"] = [*case["answers"], answer]
    for name in ("reopened_at", "postponed"):
        case.pop(name, None)
    close_question(case, answer["at"])
    declared(case, answer)
    if case.get("forwarded_at") or not all(hop["triage"] for hop in case["chain"]):
        case.setdefault("followed_up_at", answer["at"])  # an answer is a follow-up, that of a triage desk too
    case["state"] = "ditanggapi"


def declared(case: Document, fact: Document) -> None:
    """Note that an owner takes the report for complete, by saying so or by what it does."""
    case.setdefault("checked_at", fact["at"])
    case.setdefault("verified_at", fact["at"])
    did(case, fact)
    if case["state"] in OPEN:
        case["state"] = standing(case)


def did(case: Document, fact: Document) -> None:
    """Note that an owner that is no triage desk followed the case up."""
    if not case["triage"]:
        case.setdefault("followed_up_at", fact["at"])
