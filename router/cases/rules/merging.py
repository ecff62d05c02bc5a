"""The dialogue of two cases about the same matter: the later one becomes a supporter of the older one, if that agrees.

The later case is asked to merge, keeps its owner and asks the older one to adopt it. Only the older one's `confirm` makes it a supporter,
and if it has moved on meanwhile it leaves again. Only a later case merges into an older one, and no case with supporters merges, so there
are no circles and no chains.
"""

from datetime import datetime
from typing import Final

from complaints.case import OPEN
from complaints.command import CASE, NEIGHBOURS, CommandKind, EchoedEvent
from complaints.fact import FactKind, Result
from complaints.limits import as_reason
from complaints.telling import LAST_LEVEL
from normalizer.masking import mask
from normalizer.matter.grave import is_grave
from router.cases.document.plain import Document, regency_of, text_id
from router.cases.document.waits import due_of
from router.cases.draft import Declined, Draft
from router.cases.inbound import Inbound
from router.cases.roles import Law
from router.cases.rules import leaving
from router.cases.rules.owner import note, words
from router.facts import whole_text

_ADOPT: Final = CommandKind.adopt
_CONFIRM: Final = CommandKind.confirm
_ECHO: Final = CommandKind.echo

_UNCLEAR: Final = "The search merges no case that lacks its subject or whose citizen is being asked."

_ADDED: Final = FactKind.added.value
_MERGED: Final = FactKind.merged.value
_PROPOSED: Final = FactKind.proposed.value
_SUPPORTED: Final = FactKind.supported.value


def merge(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Ask an older case to be the main case. The owner stays until it has agreed."""
    case, other = draft.now, record.body.get("other")
    if not other or other == case["tracking_code"]:
        return Declined("A case is merged into another case.")
    if case.get("supporters"):
        return Declined("The case has supporters: it is a main case itself.")
    if proposed := case.get("proposed"):
        known = Result.already_applied if proposed == other else Result.refused
        return Declined(f"The case waits for the agreement of {proposed}.", known)
    if case["complaint"].get("secret"):
        return Declined("A secret report is handled by itself.")
    if record.body["actor"] == NEIGHBOURS and (is_unclear(case) or other in case.get("apart", ())):
        return Declined(_UNCLEAR if is_unclear(case) else f"A person has taken the case off {other} before.")
    draft.add(FactKind.proposed, other=other, **note(record))
    return None


def adopt(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Take another case as a supporter: only a later one, only while this one is nobody's supporter and public."""
    case, other, since = draft.now, record.body["other"], record.body.get("since")
    if since is None:
        return Declined("The other case does not say since when it waits.")
    if case.get("proposed"):
        return Declined("The case waits itself for the agreement of an older one.")
    if case["complaint"].get("secret"):
        return Declined("A secret report has no supporters.")
    if why := _differs(case, record, law):
        return Declined(why)
    mine = (datetime.fromisoformat(case["complaint"]["received_at"]), case["tracking_code"])
    if (datetime.fromisoformat(since), other) <= mine:
        return Declined("The other case is not the later one.")
    draft.add(FactKind.supported, other=other)
    return None


def confirm(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Become a supporter of the case that was asked, and that has agreed; unless this one has moved on meanwhile, or become secret.

    A proposal of the search also ends if either case has gone to another government or national body meanwhile, or if this one now tells
    what is merged by nobody but a person.

    A proposal ends only by this answer or a `reject`, so two of them never cross.
    """
    case, other = draft.now, record.body.get("other")
    if case.get("proposed") != other:
        return Declined("The case has not asked this one.")
    by_search = record.body.get("owner") is not None
    if (
        case["state"] not in OPEN
        or case["complaint"].get("secret")
        or (by_search and (_is_alone(case) or is_unclear(case) or is_grave(whole_text(case["complaint"]))))
        or not _of_one_house(case, record, law)
    ):
        draft.add(FactKind.unmerged, other=other, text="The case has moved on.")
        return None
    about = {name: record.body[name] for name in ("agency", "handling") if record.body.get(name)}
    draft.add(FactKind.merged, other=other, **_as_of(record.body.get("as_of")), **about)
    return None


def reject(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Stay alone, because the older case does not agree."""
    if draft.now.get("proposed") != record.body.get("other"):
        return Declined("The case has not asked this one.", Result.already_applied)
    draft.add(FactKind.unmerged, other=record.body["other"], text=words(record))
    return None


def unmerge(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Take a supporter off its main case: it is handled by itself again."""
    leaving.leave(draft, law, words(record))
    return None


def second(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Note what the citizen of a supporter adds, so that the owner of the main case reads it."""
    if _is_gone(draft.now, record):
        return Declined("The case let this supporter go.")
    draft.add(FactKind.seconded, other=record.body["other"], text=words(record))
    return None


def forget(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Note that what the citizen of a supporter has added is not shown here any more, also if he is none now."""
    draft.add(FactKind.forgotten, other=record.body["other"])
    return None


def _is_gone(case: Document, record: Inbound) -> bool:
    """Return whether a supporter joined before the case let all of them go: then it is none any more."""
    joined = record.body.get("as_of")
    return not case.get("supporters") or (joined is not None and joined <= case.get("alone_as_of", 0))


def leave(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Count a supporter less, unless it is none any more."""
    if _is_gone(draft.now, record):
        return Declined("The case let this supporter go.", Result.already_applied)
    draft.add(FactKind.left, other=record.body.get("other"))
    return None


def echo(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Hear what happened to the main case. If that was withdrawn or archived, the supporter is handled by itself again."""
    case, body = draft.now, record.body
    if case["main"] != body.get("other"):
        return Declined("The case is a supporter of another one.")
    if (body.get("as_of") or 0) < case.get("main_as_of", 0):
        return Declined("That happened before the case became a supporter.")
    event = body.get("event")
    if event == "gone":
        leaving.leave(draft, law, words(record), answered=True)
        return None
    about = {name: body[name] for name in ("agency", "handling", "until") if body.get(name)}
    draft.add(FactKind.echoed, other=body["other"], event=event, text=words(record), **about)
    return None


def dialogue(before: Document | None, record: Inbound, facts: tuple[Document, ...], after: Document) -> list[Document]:
    """Return the commands to other cases that follow from what a record led to, as plain data (see complaints.command.Command).

    Args:
        before: the document before; None if there was none.
        record: the record.
        facts: what it led to.
        after: the document after it.
    """
    kinds, is_of_case = [fact["kind"] for fact in facts], record.body.get("actor") == CASE
    if record.kind is _ADOPT and is_of_case:
        if _SUPPORTED in kinds:
            owner = _owner(record.body.get("owner"))
            about = {"agency": after["owner"], "handling": leaving.handling_of(after), **owner}
            return [_command(record, CommandKind.confirm, record.body["other"], as_of=after["version"], **about)]
        return [_command(record, CommandKind.reject, record.body["other"], text=facts[0]["text"])]
    if _PROPOSED in kinds:
        since = after["complaint"]["received_at"]
        region = {"region": regency} if (regency := regency_of(after)) else {}
        owner = _owner(after["owner"]["id"] if record.body["actor"] == NEIGHBOURS else None)
        return [_command(record, CommandKind.adopt, after["proposed"], since=since, **region, **owner)]
    if record.kind is _CONFIRM and is_of_case and _MERGED not in kinds:
        return [_command(record, CommandKind.leave, record.body["other"], **_as_of(record.body.get("as_of")))]
    return [*_to_main(before, record, after, added=_ADDED in kinds), *_to_forget(before, record, after)]


def _to_forget(before: Document | None, record: Inbound, after: Document) -> list[Document]:
    """Return what tells the main cases, also former ones, to show no more what the citizen of a supporter has added there."""
    told = () if before is None or after.get("told_to") else before.get("told_to", ())
    return [_command(record, CommandKind.forget, main) for main in told]


def _to_main(before: Document | None, record: Inbound, after: Document, *, added: bool) -> list[Document]:
    """Return what a supporter lets its main case know: what its citizen adds, without personal data, or that it is none any more."""
    if added and (main := after.get("main")) and not record.body["addition"].get("apart"):
        said = as_reason(mask(record.body["addition"]["text"]))
        return [_command(record, CommandKind.second, main, text=said, **_as_of(after.get("main_as_of")))]
    if before and before.get("main") and not after.get("main") and record.kind is not _ECHO:
        return [_command(record, CommandKind.leave, before["main"], **_as_of(before.get("main_as_of")))]
    return []


def is_unclear(case: Document) -> bool:
    """Return whether a case does not say yet what it is about, or its citizen is being asked: then only a person merges it."""
    return bool(case.get("question")) or "subject" in (case["complaint"].get("missing") or ())


def _is_alone(case: Document) -> bool:
    """Return whether the search merges a case with no other one: it is a report of abuse."""
    return bool(case["complaint"].get("oversight"))


def _differs(case: Document, record: Inbound, law: Law) -> str:
    """Return why the other case is not to be merged into this one; empty if nothing speaks against it."""
    region, here = record.body.get("region"), regency_of(case)
    if region and here and region != here:
        return "The other case is in another regency."
    if record.body.get("owner") and (_is_alone(case) or is_unclear(case)):
        return _UNCLEAR if is_unclear(case) else "A report of abuse is merged by nobody but a person."
    return "" if _of_one_house(case, record, law) else "The other case is with another government or body."


def _of_one_house(case: Document, record: Inbound, law: Law) -> bool:
    """Return whether the owner of the other case, which a proposal of the search names, is of this one's government or national body."""
    owner, mine = record.body.get("owner"), case["owner"]["id"]
    return owner is None or owner == mine or law.same_government(owner, mine)


def _owner(id_: str | None) -> dict[str, str]:
    return {} if id_ is None else {"owner": id_}


def _as_of(version: int | None) -> dict[str, int]:
    return {} if version is None else {"as_of": version}


def reject_for_nobody(record: Inbound) -> Document:
    """Return the rejection of an `adopt` to a code that no case has."""
    return _command(record, CommandKind.reject, record.body["other"], text="No case has this code.")


def heard_by_supporters(before: Document | None, facts: tuple[Document, ...], after: Document) -> Document | None:
    """Return what the supporters of a case hear of what happened, as the fields of an `echo`; None if nothing, or there are none.

    What the owner wrote for the citizen of the main case, supporters read without personal data: they are strangers to him.
    """
    if before is None or not before.get("supporters"):
        return None
    if leaving.is_now_of_abuse(before, after):
        return _told("gone", facts[0], before)
    for fact in facts:
        event = _EVENTS.get(fact["kind"])
        if event == "moved" and "previous_owner" not in fact["disposition"]:
            continue
        if event == "gone" and fact["kind"] == FactKind.hidden and not after["complaint"].get("secret"):
            continue
        if event == "next_right" and fact["level"] != LAST_LEVEL:
            continue
        if event is not None:
            said = mask(fact["text"]) if event in _BY_OWNER else ""  # a citizen's own words stay in his case
            until = {"until": due_of(fact, after)} if event in {"extended", "postponed"} else {}
            return _told(event, fact, after) | {"text": said, **until}
    late = next((fact for fact in facts if fact["kind"] == FactKind.refused), None)
    return None if late is None else _told("refused", late, after)


def _told(event: EchoedEvent, fact: Document, after: Document) -> Document:
    about = {"agency": after["owner"], "handling": leaving.handling_of(after), "text": ""}
    return {"event": event, **about, "as_of": fact["version"]}


_BY_OWNER: Final = {"answered", "extended", "postponed"}
"""What the owner tells in his own words."""

_EVENTS: dict[str, EchoedEvent] = {
    FactKind.answered.value: "answered",
    FactKind.routed.value: "moved",
    FactKind.extended.value: "extended",
    FactKind.postponed.value: "postponed",
    FactKind.escalated.value: "next_right",
    FactKind.closed.value: "closed",
    FactKind.reopened.value: "reopened",
    FactKind.withdrawn.value: "gone",
    FactKind.archived.value: "gone",
    FactKind.hidden.value: "gone",
}


def _command(record: Inbound, kind: CommandKind, to: str, **fields: object) -> Document:
    return {
        "id": text_id(record.id, f"{kind.value}/{to}"),
        "tracking_code": to,
        "kind": kind.value,
        "actor": CASE,
        "received_at": record.at,
        "other": record.code,
        **fields,
    }
