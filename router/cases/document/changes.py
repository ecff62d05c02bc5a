"""What each kind of fact changes in the document of a case."""

from collections.abc import Callable
from typing import Final

from complaints.case import ENDED, OPEN
from complaints.fact import FactKind
from normalizer.tiers.answers import settled_by
from router.cases.document import supporters
from router.cases.document.answers import declared, did, stands
from router.cases.document.ending import ended, let_go
from router.cases.document.joining import joined
from router.cases.document.plain import Document
from router.cases.document.waits import close_question, end_waits, is_over, standing, stop_waiting


def _routed(case: Document, fact: Document) -> None:
    disposition = fact["disposition"]
    moves = disposition["hop"] == len(case["chain"])
    hop = {
        "hop": disposition["hop"],
        "owner": disposition["owner"],
        "triage": disposition["triage"],
        "since": fact["at"],
        "caused_by": fact["caused_by"],
    }
    for name in ("owner", "triage", "hop", "confidence", "explanation", "rules_version", "registry_version"):
        case[name] = disposition[name]
    case["deadlines"] = disposition.get("deadlines", case["deadlines"])
    taken = fact.get("handling")
    if taken is not None:
        case.pop("given", None)
        case |= {"given": True} if taken["given"] else {}
    if moves or disposition.get("beside"):
        case.pop("beside", None)
        case |= {"beside": disposition["beside"]} if disposition.get("beside") else {}
    if not moves:
        if not case["triage"]:
            case.setdefault("forwarded_at", fact["at"])
        if case["state"] in OPEN:
            case["state"] = standing(case)
        return
    case["chain"] = [*case["chain"], hop]
    for name in ("accepted_at", "postponed"):
        case.pop(name, None)
    if case["state"] in OPEN or (case["state"] == "ditanggapi" and taken is None):
        case["state"] = standing(case)


def _asked(case: Document, fact: Document) -> None:
    part = fact.get("part")
    asked = {"part": part} if part else {"text": fact["text"], "agency": case["owner"]}
    case["question"] = {**asked, "at": fact["at"]}
    case["questions"] = case["questions"] + 1
    if part:
        case["asked"] = [*case.get("asked", ()), part]
    if not case["answers"] and not is_over(case, fact["at"]):
        end_waits(case, fact["at"])
        case["waits_since"] = fact["at"]
        if not case.get("verified_at") and not is_over(case, fact["at"], "statute_decision"):
            case["decision_waits_since"] = fact["at"]
    if fact["actor"] == case["owner"]["id"]:
        did(case, fact)
    case.setdefault("checked_at", fact["at"])
    if case["state"] in OPEN:
        case["state"] = standing(case)


def _added(case: Document, fact: Document) -> None:
    complaint = joined(case["complaint"], fact["addition"], fact["reading"])
    if fact["addition"].get("apart"):
        case["complaint"] = complaint
        return
    question = case.pop("question", None)
    part = question.get("part") if question else None
    settled = settled_by(part, fact["addition"]["text"]) if part else ""
    if settled:
        complaint["settled"] = [*complaint.get("settled", ()), settled]
    stop_waiting(case, fact["at"])
    if case.get("reclassified"):
        complaint |= {name: case["complaint"][name] for name in ("class", "oversight") if name in case["complaint"]}
    _let_go_if_abuse(case, complaint, fact)
    case["complaint"] = complaint
    supporters.told(case)
    if case["state"] in OPEN:
        case["state"] = standing(case)


def _refused(case: Document, fact: Document) -> None:
    hop = next(hop["hop"] for hop in reversed(case["chain"]) if hop["owner"]["id"] == fact["actor"])
    late = fact["actor"] != case["owner"]["id"]
    refusal = {"hop": hop, "agency_id": fact["actor"], "reason": fact["text"], "at": fact["at"], "late": late}
    if fact.get("to"):
        refusal["suggested"] = fact["to"]
    if not late:
        case.pop("given", None)
    case["refusals"] = [*case["refusals"], refusal]


def _answered(case: Document, fact: Document) -> None:
    answer = {"agency": case["owner"], "text": fact["text"], "at": fact["at"], "caused_by": fact["caused_by"]}
    if fact.get("final"):
        answer["final"] = True
    stands(case, answer)


def _verified(case: Document, fact: Document) -> None:
    """The owner says that the report is complete: no question is open, and it was for nothing that the clocks waited."""
    close_question(case, fact["at"])
    declared(case, fact)


def _accepted(case: Document, fact: Document) -> None:
    case["accepted_at"] = fact["at"]
    case["given"] = True  # by the owner to itself: what the citizen adds moves it no more
    if case["triage"]:
        case["triage"] = False
        case.setdefault("forwarded_at", fact["at"])
    case.pop("reopened_at", None)
    declared(case, fact)


def _extended(case: Document, fact: Document) -> None:
    case["extended_at"] = fact["at"]


def _postponed(case: Document, fact: Document) -> None:
    case["postponed"] = {"until": fact["until"], "text": fact["text"]}
    case["state"] = standing(case)


def _resumed(case: Document, _: Document) -> None:
    case.pop("postponed", None)
    case["state"] = standing(case)


def _reopened(case: Document, fact: Document) -> None:
    if case["state"] in ENDED:
        let_go(case, fact)
    supporters.take_apart(case, fact)
    supporters.take_over(case, fact)
    if case["state"] == "ditanggapi" or (case["state"] == "selesai" and case["answers"]):
        case["disputes"] = case.get("disputes", 0) + 1
    for name in ("ended_at", "ended_by", "deemed", "rating", "main", "main_as_of", "accepted_at"):
        case.pop(name, None)
    case["reopened_at"] = fact["at"]
    case["state"] = standing(case)


def _given(case: Document, _: Document) -> None:
    """A person gives the case to the owner that the next fact names."""
    case["given"] = True


def _rated(case: Document, fact: Document) -> None:
    case["rating"] = {"stars": fact["stars"], "text": fact["text"], "at": fact["at"]}


def _hidden(case: Document, fact: Document) -> None:
    names = [name for name in ("anonymous", "secret") if fact.get(name)]
    if "secret" in names:
        let_go(case, fact)
        case.pop("told_to", None)
    case["complaint"] = {**case["complaint"], **dict.fromkeys(names, True)}


def _shown(case: Document, fact: Document) -> None:
    new = {name: fact[name] for name in ("anonymous", "secret") if fact.get(name) is not None}
    case["complaint"] = {**case["complaint"], **new}


def _reclassified(case: Document, fact: Document) -> None:
    new: Document = {"class": fact["class"]} if fact.get("class") else {}
    if fact.get("oversight") is not None:
        new["oversight"] = fact["oversight"]
    complaint = {**case["complaint"], **new}
    _let_go_if_abuse(case, complaint, fact)
    case["complaint"], case["reclassified"] = complaint, True


def _let_go_if_abuse(case: Document, complaint: Document, fact: Document) -> None:
    """Forget the supporters of a case that becomes a report of oversight: each is handled by itself, not with the accusation."""
    if complaint.get("oversight") and not case["complaint"].get("oversight"):
        let_go(case, fact)


def _reminded(case: Document, fact: Document) -> None:
    case["question"] = {**case["question"], "reminded_at": fact["at"]}


def _unanswered(case: Document, fact: Document) -> None:
    close_question(case, fact["at"])
    case["incomplete"] = True
    case["state"] = standing(case)


def _unheard(case: Document, fact: Document) -> None:
    close_question(case, fact["at"])
    case["incomplete"] = True
    case["state"] = standing(case)


def _overdue(case: Document, fact: Document) -> None:
    case["overdue"] = {**case.get("overdue", {}), fact["duty"]: fact["at"]}


def _escalated(case: Document, fact: Document) -> None:
    case["escalation"] = {"level": fact["level"], "at": fact["at"]}


CHANGES: Final[dict[str, Callable[[Document, Document], None]]] = {
    FactKind.routed.value: _routed,
    FactKind.asked.value: _asked,
    FactKind.added.value: _added,
    FactKind.refused.value: _refused,
    FactKind.answered.value: _answered,
    FactKind.verified.value: _verified,
    FactKind.accepted.value: _accepted,
    FactKind.extended.value: _extended,
    FactKind.postponed.value: _postponed,
    FactKind.resumed.value: _resumed,
    FactKind.closed.value: ended,
    FactKind.withdrawn.value: ended,
    FactKind.archived.value: ended,
    FactKind.reopened.value: _reopened,
    FactKind.rated.value: _rated,
    FactKind.hidden.value: _hidden,
    FactKind.shown.value: _shown,
    FactKind.rerouted.value: _given,
    FactKind.handed_on.value: _given,
    FactKind.reclassified.value: _reclassified,
    FactKind.reminded.value: _reminded,
    FactKind.unanswered.value: _unanswered,
    FactKind.unheard.value: _unheard,
    FactKind.overdue.value: _overdue,
    FactKind.escalated.value: _escalated,
    FactKind.proposed.value: supporters.proposed,
    FactKind.merged.value: supporters.merged,
    FactKind.unmerged.value: supporters.unmerged,
    FactKind.supported.value: supporters.supported,
    FactKind.left.value: supporters.left,
    FactKind.echoed.value: supporters.echoed,
}
"""What changes by a fact. A fact that is not here changes nothing but the version."""
