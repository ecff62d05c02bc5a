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


def new() -> Model:
    """Return a case to which nothing has happened."""
    lists: Model = {name: [] for name in ("chain", "refusals", "answers", "additions", "commands")}
    return {
        **lists,
        "version": 0,
        "owner": "",
        "triage": False,
        "state": "diterima",
        "question": None,
        "questions": 0,
        "asked": [],
        "oversight": False,
        "hops": 0,
    }


def fold(model: Model, fact: Model) -> None:  # noqa: C901  # one case per kind of fact
    """Change a case by a fact."""
    model["version"] += 1
    match fact["kind"]:
        case "diteruskan":
            given = fact["disposition"]
            moves = given["hop"] == len(model["chain"])
            if moves:
                model["chain"].append(given["owner"]["id"])
            model["owner"], model["triage"] = given["owner"]["id"], given["triage"]
            if moves or model["state"] != "ditanggapi":
                model["state"] = standing(model)
        case "ditanyakan":
            model["question"], model["questions"] = fact["part"], model["questions"] + 1
            model["asked"].append(fact["part"])
            if model["state"] != "ditanggapi":
                model["state"] = standing(model)
        case "dilengkapi":
            model["additions"].append(fact["addition"]["raw"]["upstream_id"])
            model["question"] = None
            model["oversight"] = bool(model["oversight"] or fact["reading"].get("oversight"))
            if model["state"] != "ditanggapi":
                model["state"] = standing(model)
        case "diterima":
            model["oversight"] = bool(fact["complaint"].get("oversight"))
        case "bukan wewenang":
            owned = max(hop for hop, owner in enumerate(model["chain"]) if owner == fact["actor"])
            model["refusals"].append((fact["actor"], owned, fact["text"]))
            model["hops"] += fact["actor"] == model["owner"]
        case "ditanggapi":
            model["answers"].append((model["owner"], fact["text"]))
            model["state"], model["question"] = "ditanggapi", None
    if fact["caused_by"] not in model["commands"]:
        model["commands"].append(fact["caused_by"])


def standing(model: Model) -> str:
    """Return what an open case waits for. In a kill test no owner accepts, so a case that is not asked about is only forwarded."""
    if model["question"]:
        return "perlu dilengkapi"
    return "diterima" if model["triage"] else "diteruskan"


def of_document(case: Model) -> Model:
    """Return the same account of the document of a case."""
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
        "question": case.get("question", {}).get("part"),
        "questions": case["questions"],
        "asked": list(case.get("asked", [])),
        "oversight": bool(case["complaint"].get("oversight")),
        "hops": sum(not said["late"] for said in case["refusals"]),
    }


def first_fact(model: Model, command: Model, administrator: str) -> str:
    """Return the kind of the first fact to which a command must lead, as the rules of cases say in words."""
    kind, actor = command["kind"], command["actor"]
    if kind == "add":
        if actor != "citizen":
            return "ditolak"
        return "dilengkapi" if len(model["additions"]) < MOST_ADDITIONS else "dilanjutkan"
    text = command.get("text", "").strip()
    most = REASON_BYTES if kind == "refuse" else ANSWER_BYTES
    if not text or len(command["text"].encode()) > most:
        return "ditolak"
    if actor != model["owner"]:
        late = kind == "refuse" and actor in model["chain"] and actor not in [who for who, _, _ in model["refusals"]]
        return "bukan wewenang" if late else "ditolak"
    if kind == "refuse":
        return "ditolak" if actor == administrator or model["state"] == "ditanggapi" else "bukan wewenang"
    return "ditolak" if model["answers"][-1:] == [(actor, text)] else "ditanggapi"


def asks(model: Model, missing: list[str], group: list[Model]) -> str | None:
    """Return the part that the citizen must be asked for after a complaint or an addition that led to a group of facts."""
    now = sum(fact["kind"] == "ditanyakan" for fact in group)
    before = model["asked"][: len(model["asked"]) - now]
    part: str | None = next((one for one in ("subject", "place") if one in missing), None) if model["triage"] else None
    if part is None:
        part = next((fact["disposition"].get("asks") for fact in group if fact["kind"] == "diteruskan"), None)
    if part is None and model["oversight"]:
        part = next((one for one in ("date", "chronology", "evidence") if one in missing and one not in before), None)
    return part if model["questions"] < MOST_QUESTIONS and model["state"] != "ditanggapi" else None
