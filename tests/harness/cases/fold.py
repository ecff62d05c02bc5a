"""A second, independent account of a case: what its facts amount to, what a command must lead to, and how codes are made."""

import hmac
from hashlib import sha256
from typing import Any
from uuid import UUID

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_REFUSALS, MOST_ADDITIONS, MOST_QUESTIONS = 3, 50, 3
REASON_BYTES, ANSWER_BYTES = 2_000, 8_000

Model = dict[str, Any]


def next_code(code: str, complaint_id: str) -> str:
    """Return the tracking code of a complaint whose code another one has: fifty bits in base32 and a check character over GF(32)."""
    digest = hmac.new(code.encode(), UUID(complaint_id).bytes, sha256).digest()
    bits = f"{int.from_bytes(digest[:7]):056b}"[:50]
    values = [int(bits[start : start + 5], 2) for start in range(0, 50, 5)]
    check = 0
    for value in values:
        check = (check ^ value) * 2
        check = check ^ 37 if check > 31 else check
    return "".join(LETTERS[value] for value in [*values, check])


def spaced(code: str) -> str:
    """Return a code as people read it."""
    return f"{code[:5]} {code[5:10]} {code[10:]}"


STEPS = {"case", "clock", "conversation", "neighbours"}
"""Whose commands no case remembers."""

ENDED = {"closed", "withdrawn", "archived"}
STILL = {*ENDED, "answered", "merged"}
"""The states that do not tell what an open case waits for."""


def new() -> Model:
    """Return a case to which nothing has happened."""
    named = ("chain", "refusals", "answers", "additions", "commands", "asked", "overdue", "has", "elsewhere", "told")
    lists: Model = {name: [] for name in named}
    flags = dict.fromkeys(("triage", "oversight", "reclassified", "accepted", "reopened"), False)
    counts = dict.fromkeys(("version", "questions", "hops", "supporters", "level", "disputes"), 0)
    nothing = dict.fromkeys(("question", "until", "main", "proposed", "stars", "heard"))
    return {**lists, **flags, **counts, **nothing, "owner": "", "regency": "", "state": "received"}


def fold(model: Model, fact: Model) -> None:
    """Change a case by a fact."""
    model["version"] += 1
    _of_owner(model, fact)
    _of_citizen(model, fact)
    _of_two(model, fact)
    if model["state"] not in STILL:
        model["state"] = standing(model)
    if fact["caused_by"] not in model["commands"] and fact["actor"] not in STEPS:
        model["commands"].append(fact["caused_by"])


def _of_owner(model: Model, fact: Model) -> None:  # noqa: C901  # one case per kind of fact
    """Change a case by what an owner or a triage desk did, or the clock."""
    match fact["kind"]:
        case "routed":
            _route(model, fact["disposition"], taken="handling" in fact)
        case "refused":
            owned = max((hop for hop, owner in enumerate(model["chain"]) if owner == fact["actor"]), default=0)
            model["refusals"].append((fact["actor"], owned, fact["text"]))
            model["hops"] += fact["actor"] == model["owner"]
        case "answered":
            model["answers"].append((model["owner"], fact["text"]))
            model |= {"state": "answered", "question": None, "until": None, "reopened": False}
        case "verified" | "unanswered" | "unheard":
            model["question"] = None
        case "accepted":
            model |= {"triage": False, "reopened": False, "accepted": True}
        case "postponed":
            model["until"] = fact["until"]
        case "resumed":
            model["until"] = None
        case "reclassified":
            if fact.get("oversight") and not model["oversight"]:
                model["supporters"] = 0
            model |= {"reclassified": True, "oversight": fact.get("oversight", model["oversight"])}
        case "overdue":
            model["overdue"].append(fact["duty"])
        case "escalated":
            model["level"] = fact["level"]
        case "closed" | "withdrawn" | "archived":
            _end(model, fact["kind"])


def _of_citizen(model: Model, fact: Model) -> None:
    """Change a case by what the citizen said or is asked."""
    was = model["state"]
    match fact["kind"]:
        case "opened":
            model["oversight"] = bool(fact["complaint"].get("oversight"))
            model["has"] = has(fact["complaint"])
            model["regency"] = regency(fact["complaint"])
        case "asked":
            model["question"], model["questions"] = fact.get("part") or fact["text"], model["questions"] + 1
            model["asked"] += [fact["part"]] if fact.get("part") else []
        case "added":
            model["additions"].append(fact["addition"]["raw"]["upstream_id"])
            apart = fact["addition"].get("apart")
            told = {**({} if apart else fact["reading"]), "attachments": fact["addition"].get("attachments")}
            model["has"] = sorted({*model["has"], *has(told)})
            if not apart:
                _complete(model, fact)
        case "reopened":
            _keep(model, fact)
            model["disputes"] += model["state"] == "answered" or (model["state"] == "closed" and bool(model["answers"]))
            if was in ENDED:
                model["supporters"] = 0
            model |= {"state": "open", "reopened": True, "accepted": False, "main": None, "stars": None}
        case "rated":
            model["stars"] = fact["stars"]


def _complete(model: Model, fact: Model) -> None:
    """Change a case by what its citizen adds; what is kept apart from it changes nothing."""
    model["told"] += [model["main"]] if model["main"] not in {None, *model["told"]} else []
    model["question"] = None
    model["regency"] = regency_after(model, fact["reading"])
    if parts_from_main(model | {"regency": ""}, fact["reading"]):
        model["supporters"] = 0
    if not model["reclassified"]:
        model["oversight"] = bool(model["oversight"] or fact["reading"].get("oversight"))


def _of_two(model: Model, fact: Model) -> None:  # noqa: C901  # one case per kind of fact
    """Change a case by what it agreed with another one."""
    match fact["kind"]:
        case "proposed":
            model["proposed"] = fact["other"]
        case "merged":
            model |= {"state": "merged", "main": fact["other"], "proposed": None, "question": None, "until": None}
            model["heard"] = _told(fact, None)
        case "unmerged":
            if fact["actor"] == "citizen":
                model["told"] = []
            if model["main"]:
                model["state"] = "open"
                _keep(model, fact)
            model |= {"main": None, "proposed": None}
        case "supported":
            model["supporters"] += 1
        case "left":
            model["supporters"] -= 1
        case "echoed":
            model["heard"] = _told(fact, model["heard"])
            if fact["event"] == "closed":
                _end(model, "closed")
        case "hidden" if fact.get("secret"):
            model |= {"supporters": 0, "told": []}


def _told(fact: Model, before: Model | None) -> Model | None:
    """Return what a supporter knows of its main case: its owner, who refused it, and the answer that stands."""
    if "agency" not in fact:
        return before
    answer = (before or {}).get("answer") if fact.get("event") not in {None, "reopened", "moved"} else None
    if fact.get("event") == "answered":
        answer = fact["text"]
    handling = fact.get("handling")
    return {"owner": fact["agency"]["id"], "refused": (handling or {}).get("refused", []), "answer": answer}


def _keep(model: Model, fact: Model) -> None:
    """Take over what is known of the former main case."""
    heard, model["heard"] = model["heard"], None
    if heard is None:
        return
    model["elsewhere"] = sorted({*model["elsewhere"], *heard["refused"]})
    if fact.get("event") == "answered":
        model["answers"].append((heard["owner"], heard["answer"]))
        model |= {"state": "answered", "question": None, "until": None, "reopened": False}


def has(told: Model) -> list[str]:
    """Return what a complaint or an addition has that no later reading can find missing: a date, and a file as evidence."""
    return [part for part, name in (("date", "occurred_on"), ("evidence", "attachments")) if told.get(name)]


def regency(told: Model) -> str:
    """Return the code of the regency that a complaint or a reading names; empty if it names none."""
    code: str = ((told.get("place") or {}).get("regency") or {}).get("code", "")
    return code


def regency_after(model: Model, reading: Model) -> str:
    """Return the code of the regency of a case after a reading: a known one gives way only to a correction."""
    told, known = regency(reading), str(model["regency"])
    return told if told and (not known or reading.get("corrects")) else known


def parts_from_main(model: Model, reading: Model) -> bool:
    """Return whether a supporter is handled by itself after a reading: it is the first to tell of abuse, or corrects the place."""
    abuse = bool(reading.get("oversight")) and not model["oversight"] and not model["reclassified"]
    return abuse or bool(model["regency"] and regency_after(model, reading) != model["regency"])


def _route(model: Model, given: Model, *, taken: bool) -> None:
    moves = given["hop"] == len(model["chain"])
    model["owner"], model["triage"] = given["owner"]["id"], given["triage"]
    if moves:
        model["chain"].append(model["owner"])
        model |= {"accepted": False, "until": None}
        if model["state"] == "answered" and not taken:
            model["state"] = "open"


def _end(model: Model, state: str) -> None:
    model |= {"state": state, "question": None, "until": None, "main": None}
    if state != "closed":
        model["supporters"] = 0


def standing(model: Model) -> str:
    """Return what an open case waits for."""
    if model["question"]:
        return "awaiting_citizen"
    if model["until"]:
        return "postponed"
    if model["triage"]:
        return "received"
    if model["reopened"]:
        return "reopened"
    return "accepted" if model["accepted"] else "routed"


def of_document(case: Model) -> Model:
    """Return the same account of the document of a case."""
    question = case.get("question", {})
    return {
        "chain": [hop["owner"]["id"] for hop in case["chain"]],
        "refusals": [(said["agency_id"], said["hop"], said["reason"]) for said in case["refusals"]],
        "answers": [(answer["agency"]["id"], answer["text"]) for answer in case["answers"]],
        "additions": [one["raw"]["upstream_id"] for one in case["complaint"].get("additions", [])],
        "commands": list(case["commands"]),
        "version": case["version"],
        "owner": case["owner"]["id"],
        "triage": case["triage"],
        "state": case["state"],
        "question": question.get("part") or question.get("text"),
        "questions": case["questions"],
        "asked": list(case.get("asked", [])),
        "has": has(case["complaint"]),
        "oversight": bool(case["complaint"].get("oversight")),
        "reclassified": case.get("reclassified", False),
        "hops": sum(not said["late"] for said in case["refusals"]),
        "accepted": "accepted_at" in case,
        "reopened": "reopened_at" in case,
        "until": case.get("postponed", {}).get("until"),
        "overdue": list(case.get("overdue", {})),
        "level": case.get("escalation", {}).get("level", 0),
        "disputes": case.get("disputes", 0),
        "stars": case.get("rating", {}).get("stars"),
        "main": case.get("main"),
        "proposed": case.get("proposed"),
        "supporters": case.get("supporters", 0),
        "regency": regency(case["complaint"]),
        "told": case.get("told_to", []),
        "elsewhere": case.get("refused_elsewhere", []),
        "heard": _heard(case.get("heard")),
    }


def _heard(heard: Model | None) -> Model | None:
    if heard is None:
        return None
    refused = heard.get("handling", {}).get("refused", [])
    return {"owner": heard["owner"]["id"], "refused": refused, "answer": heard.get("answer") or None}


def first_fact(model: Model, command: Model, administrator: str) -> str:
    """Return the kind of the first fact to which a command must lead, as the rules of cases say in words."""
    kind, actor = command["kind"], command["actor"]
    if kind == "add":
        if actor != "citizen":
            return "declined"
        return "added" if len(model["additions"]) < MOST_ADDITIONS else "continued"
    text = command.get("text", "").strip()
    most = REASON_BYTES if kind == "refuse" else ANSWER_BYTES
    if not text or len(command["text"].encode()) > most:
        return "declined"
    if actor != model["owner"]:
        had = actor in model["chain"] and actor not in [who for who, _, _ in model["refusals"]]
        return "refused" if kind == "refuse" and had and actor != administrator else "declined"
    if kind == "refuse":
        has_answered = actor in [who for who, _ in model["answers"]]
        is_answered = has_answered or model["state"] == "answered"
        return "declined" if actor == administrator or is_answered else "refused"
    is_repeated = model["state"] == "answered" and model["answers"][-1:] == [(actor, text)]
    return "declined" if is_repeated else "answered"


def asks(model: Model, missing: list[str], group: list[Model]) -> str | None:
    """Return the part that the citizen must be asked for after a complaint or an addition that led to a group of facts.

    What the citizen has told stays told, though a later reading of the whole may not see it: it is not missing.
    """
    missing = [part for part in missing if part not in model["has"]]
    now = sum(fact["kind"] == "asked" for fact in group)
    before = model["asked"][: len(model["asked"]) - now]
    part: str | None = next((one for one in ("subject", "place") if one in missing), None) if model["triage"] else None
    if part is None:
        part = next((fact["disposition"].get("asks") for fact in group if fact["kind"] == "routed"), None)
    if part is None and model["oversight"]:
        part = next((one for one in ("date", "chronology", "evidence") if one in missing and one not in before), None)
    return part if model["questions"] < MOST_QUESTIONS and model["state"] != "answered" else None


TOLD = {
    "opened": "received",
    "added": "completed",
    "answered": "answered",
    "extended": "put_off",
    "postponed": "put_off",
    "reclassified": "put_off",
    "closed": "closed",
    "reopened": "reopened",
    "rated": "rated",
    "withdrawn": "withdrawn",
    "archived": "archived",
    "hidden": "hidden",
    "shown": "hidden",
    "merged": "merged",
    "reminded": "reminded",
}
"""What the citizen hears of a fact, by its kind."""


def reply_of(group: list[Model], *, was_merged: bool) -> tuple[str | None, str | None]:
    """Return the kind of the one reply to which the facts of a record lead, and the part that is asked for.

    Args:
        group: the facts.
        was_merged: whether the case was a supporter before.
    """
    for fact in group:
        if fact["kind"] == "asked":
            return "question", fact.get("part")
    if group[0]["kind"] == "added" and any(fact["kind"] == "reopened" for fact in group):
        return "reopened", None
    for fact in group:
        kind = TOLD.get(fact["kind"])
        if fact["kind"] == "routed" and "previous_owner" in fact["disposition"]:
            kind = "moved"
        elif fact["kind"] == "escalated" and fact["level"] == 5:  # the ladder has five steps
            kind = "next_right"
        elif fact["kind"] == "echoed":
            names = {"extended": "put_off", "postponed": "put_off", "refused": None}
            kind = names.get(fact["event"], fact["event"])
        elif fact["kind"] == "unmerged" and was_merged:
            kind = "unmerged"
        if kind is not None:
            return kind, None
    return None, None
