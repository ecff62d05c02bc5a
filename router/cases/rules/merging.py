"""The dialogue of two cases about the same matter: the later one becomes a supporter of the older one, if that agrees.

The later case is asked to merge, keeps its owner and asks the older one to adopt it. Only the older one's `confirm` makes it a supporter;
if it has moved on meanwhile, it leaves again. Only a later case merges into an older one, and no case with supporters merges, so there
are no circles and no chains.
"""

from collections.abc import Sequence
from typing import Final, cast

from msgspec.structs import replace

from complaints import command
from complaints import fact as happened
from complaints.case import OPEN, Case
from complaints.command import CASE, NEIGHBOURS, AnyCommand, CommandKind, EchoedEvent, Head
from complaints.fact import Fact, Result, text_of
from complaints.ids import derived
from complaints.limits import as_reason
from complaints.neighbour import Told
from complaints.notices import chosen, notices
from complaints.telling import complete_by, conditions, put_off_to
from normalizer.masking import mask
from normalizer.matter.signature import is_grave
from router.cases.document.plain import regency_of
from router.cases.draft import Declined, Draft
from router.cases.inbound import Inbound
from router.cases.roles import Law
from router.cases.rules import leaving
from router.cases.rules.owner import note, words
from router.facts import tells_of_danger, whole_text

_UNCLEAR: Final = "The search merges no case that lacks its subject or whose citizen is being asked."


def merge(draft: Draft, said: command.Merge, _: Law) -> Declined | None:
    """Ask an older case to be the main case. This case keeps its owner until the older one agrees."""
    case, other = draft.now, said.other
    if other == case.tracking_code:
        return Declined("A case is merged into another case.")
    if case.supporters:
        return Declined("The case has supporters: it is a main case itself.")
    if proposed := case.proposed:
        known = Result.already_applied if proposed == other else Result.refused
        return Declined(f"The case waits for the agreement of {proposed}.", known)
    if case.complaint.secret:
        return Declined("A secret report is handled by itself.")
    if said.actor == NEIGHBOURS and (is_unclear(case) or other in case.apart):
        return Declined(_UNCLEAR if is_unclear(case) else f"A person has taken the case off {other} before.")
    draft.add(happened.Proposed(**draft.head(happened.Proposed), other=other, text=note(said)))
    return None


def adopt(draft: Draft, said: command.Adopt, law: Law) -> Declined | None:
    """Take a later case as a supporter, unless this one is secret or waits for the agreement of an older case itself."""
    case, other, since = draft.now, said.other, said.since
    if case.proposed:
        return Declined("The case waits itself for the agreement of an older one.")
    if case.complaint.secret:
        return Declined("A secret report has no supporters.")
    if why := _differs(case, said, law):
        return Declined(why)
    if (since, other) <= (case.complaint.received_at, case.tracking_code):
        return Declined("The other case is not the later one.")
    draft.add(happened.Supported(**draft.head(happened.Supported), other=other))
    return None


def confirm(draft: Draft, said: command.Confirm, law: Law) -> Declined | None:
    """Become a supporter of the case that was asked and has agreed, unless this one is no longer open or has become secret.

    A proposal of the search also ends if the owners now belong to different governments or national bodies, or if this case now tells
    something that only a person may merge.
    A proposal ends only by a `confirm` or a `reject`, so two proposals never cross.
    """
    case, other = draft.now, said.other
    if case.proposed != other:
        return Declined("The case has not asked this one.")
    by_search = said.owner is not None
    if (
        case.state not in OPEN
        or case.complaint.secret
        or (by_search and (is_alone(case) or is_unclear(case) or is_grave(whole_text(case.complaint))))
        or not _of_one_house(case, said, law)
    ):
        draft.add(happened.Unmerged(**draft.head(happened.Unmerged), other=other, text="The case has moved on."))
        return None
    draft.add(
        happened.Merged(
            **draft.head(happened.Merged), other=other, as_of=said.as_of, agency=said.agency, handling=said.handling
        )
    )
    return None


def reject(draft: Draft, said: command.Reject, _: Law) -> Declined | None:
    """Stay alone, because the older case does not agree."""
    if draft.now.proposed != said.other:
        return Declined("The case has not asked this one.", Result.already_applied)
    draft.add(happened.Unmerged(**draft.head(happened.Unmerged), other=said.other, text=words(said)))
    return None


def unmerge(draft: Draft, said: command.Unmerge, law: Law) -> Declined | None:
    """Take a supporter off its main case: it is handled separately again."""
    leaving.leave(draft, law, words(said))
    return None


def second(draft: Draft, said: command.Second, _: Law) -> Declined | None:
    """Note an addition by the citizen of a supporter, so that the owner of the main case reads it."""
    if _is_gone(draft.now, said):
        return Declined("The case let this supporter go.")
    draft.add(happened.Seconded(**draft.head(happened.Seconded), other=said.other, text=words(said)))
    return None


def forget(draft: Draft, said: command.Forget, _: Law) -> Declined | None:
    """Note that additions by the citizen of a supporter are no longer shown here, even if the supporter has left."""
    draft.add(happened.Forgotten(**draft.head(happened.Forgotten), other=said.other))
    return None


def _is_gone(case: Case, said: command.Second | command.Leave) -> bool:
    """Return whether the case let all its supporters go after this one joined."""
    return not case.supporters or (said.as_of is not None and said.as_of <= (case.alone_as_of or 0))


def leave(draft: Draft, said: command.Leave, _: Law) -> Declined | None:
    """Count one supporter less, unless the case let it go before."""
    if _is_gone(draft.now, said):
        return Declined("The case let this supporter go.", Result.already_applied)
    draft.add(happened.Left(**draft.head(happened.Left), other=said.other))
    return None


def echo(draft: Draft, said: command.Echo, law: Law) -> Declined | None:
    """Note news of the main case. If it is gone (withdrawn, archived, secret, or a report of abuse), the supporter leaves it."""
    case = draft.now
    if case.main != said.other:
        return Declined("The case is a supporter of another one.")
    if (said.as_of or 0) < (case.main_as_of or 0):
        return Declined("That happened before the case became a supporter.")
    if said.event == "gone":
        leaving.leave(draft, law, words(said), answered=True)
        return None
    heard = happened.Echoed(
        **draft.head(happened.Echoed),
        other=said.other,
        event=said.event,
        text=words(said),
        agency=said.agency,
        handling=said.handling,
        until=said.until,
    )
    draft.add(heard)
    return None


def dialogue(before: Case | None, record: Inbound, facts: Sequence[Fact], after: Case) -> list[AnyCommand]:
    """Return the commands to other cases that follow from a record and its facts."""
    said, kinds = record.command, {type(fact) for fact in facts}
    if said is None:
        return []
    if isinstance(said, command.Adopt) and said.actor == CASE:
        if happened.Supported not in kinds:
            return [command.Reject(**_head(record, CommandKind.reject, said.other), text=text_of(facts[0]))]
        confirm = command.Confirm(
            **_head(record, CommandKind.confirm, said.other),
            owner=said.owner,
            as_of=after.version,
            agency=after.owner,
            handling=leaving.handling_of(after),
        )
        return [confirm]
    if happened.Proposed in kinds and after.proposed:
        adopt = command.Adopt(
            **_head(record, CommandKind.adopt, after.proposed),
            since=after.complaint.received_at,
            region=regency_of(after) or None,
            owner=after.owner.id if said.actor == NEIGHBOURS else None,
        )
        return [adopt]
    if isinstance(said, command.Confirm) and said.actor == CASE and happened.Merged not in kinds:
        return [command.Leave(**_head(record, CommandKind.leave, said.other), as_of=said.as_of)]
    return [*_to_main(before, record, after, has_added=happened.Added in kinds), *_to_forget(before, record, after)]


def _to_forget(before: Case | None, record: Inbound, after: Case) -> list[command.Forget]:
    """Return the commands by which main cases, also former ones, stop showing what the citizen of a supporter has added."""
    told = () if before is None or after.told_to else before.told_to
    return [command.Forget(**_head(record, CommandKind.forget, main)) for main in told]


def _to_main(before: Case | None, record: Inbound, after: Case, *, has_added: bool) -> list[AnyCommand]:
    """Return a supporter's command to its main case: its citizen's addition, without personal data, or that it has left; or none."""
    said = record.command
    added = said.addition if isinstance(said, command.Add) and has_added else None
    if after.main and added and not added.apart:
        text = as_reason(mask(added.text))
        return [command.Second(**_head(record, CommandKind.second, after.main), text=text, as_of=after.main_as_of)]
    if before and before.main and not after.main and not isinstance(said, command.Echo):
        return [command.Leave(**_head(record, CommandKind.leave, before.main), as_of=before.main_as_of)]
    return []


def is_unclear(case: Case) -> bool:
    """Return whether the subject of a case is missing or its citizen is being asked: then only a person merges it."""
    return case.question is not None or "subject" in case.complaint.missing


def is_alone(case: Case, danger: bool | None = None) -> bool:
    """Return whether the search never merges a case, because it is a report of abuse or reports danger to somebody's life."""
    return case.complaint.oversight or tells_of_danger(case.complaint, danger)


def _differs(case: Case, said: command.Adopt, law: Law) -> str:
    """Return why the other case cannot be merged into this one; empty if it can."""
    region, here = said.region, regency_of(case)
    if region and here and region != here:
        return "The other case is in another regency."
    if said.owner and (is_alone(case) or is_unclear(case)):
        return _UNCLEAR if is_unclear(case) else "A report of abuse or of danger is merged by nobody but a person."
    return "" if _of_one_house(case, said, law) else "The other case is with another government or body."


def _of_one_house(case: Case, said: command.Adopt | command.Confirm, law: Law) -> bool:
    """Return whether the other case's owner, which only the search names, is of the same government or national body as this one's."""
    owner, mine = said.owner, case.owner.id
    return owner is None or owner == mine or law.same_government(owner, mine)


def reject_for_nobody(record: Inbound, other: str) -> command.Reject:
    """Return the rejection of an `adopt` by another case to a code that no case has."""
    return command.Reject(**_head(record, CommandKind.reject, other), text="No case has this code.")


def heard_by_supporters(before: Case | None, record: Inbound, facts: Sequence[Fact], after: Case) -> Told | None:
    """Return the news for the supporters of a case that follows from a record's facts; None if there is none, or no supporter.

    Supporters get the owner's text without personal data: they are strangers to the citizen for whom it was written.
    """
    if before is None or not before.supporters:
        return None
    if leaving.is_now_of_abuse(before, after):
        return _told(record, "gone", facts[0], before)
    for fact in facts:
        event = _event_of(fact, after)
        if event is not None:
            text = mask(text_of(fact)) if event in _BY_OWNER else ""  # a citizen's own words stay in his case
            until = put_off_to(fact, complete_by(after.deadlines)) if event in {"extended", "postponed"} else None
            return replace(_told(record, event, fact, after), text=text, until=until)
    late = next((fact for fact in facts if isinstance(fact, happened.Refused)), None)
    return None if late is None else _told(record, "refused", late, after)


def _told(record: Inbound, event: EchoedEvent, fact: Fact, after: Case) -> Told:
    return Told(
        id=derived(record.id, "told"),
        main=after.tracking_code,
        at=record.at,
        event=event,
        as_of=fact.version,
        agency=after.owner,
        handling=leaving.handling_of(after),
    )


_BY_OWNER: Final = frozenset(("answered", "extended", "postponed"))
"""The events for which supporters get the owner's own text."""


def _event_of(fact: Fact, after: Case) -> EchoedEvent | None:
    """Return the event by which supporters hear of a fact; None if they do not."""
    holds = conditions(fact) | {"secret": after.complaint.secret}
    return cast("EchoedEvent", chosen(notices()[fact.kind].supporters, holds)) or None


class _Head(Head):
    other: str


def _head(record: Inbound, kind: CommandKind, to: str) -> _Head:
    """Return the fields that a command of any kind from this case to another one has."""
    id_ = derived(record.id, f"{kind.value}/{to}")
    return {"id": id_, "tracking_code": to, "actor": CASE, "received_at": record.at, "other": record.code}
