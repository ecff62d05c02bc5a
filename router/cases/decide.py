"""Decides which facts follow from a record in the mailbox of a case, in their order."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import json
from msgspec.structs import replace

from complaints import command, tracking
from complaints.case import Case
from complaints.command import Add, AnyCommand, CommandKind, Sender, sender_of, words_of
from complaints.errors import ContractViolation
from complaints.event import Addition, Complaint
from complaints.fact import Added, Continued, FactKind, Opened, Result
from complaints.ids import CONTINUATION, derived
from complaints.limits import (
    ADDED_BYTES,
    ANSWER_BYTES,
    BY_CODE_BYTES,
    COMPLAINT_BYTES,
    MOST_ADDITIONS,
    MOST_BY_CODE,
    REASON_BYTES,
)
from complaints.telling import PUBLIC
from normalizer.emergency import tells_of_danger
from normalizer.language.understanding import understood
from router.cases import clocks
from router.cases.document.plain import bare, kept
from router.cases.draft import Decision, Declined, Draft
from router.cases.inbound import Inbound
from router.cases.owners import ask, route
from router.cases.roles import Law, Role, role_of, sorted_by
from router.cases.rules import citizen, leaving, merging, owner
from router.cases.table import ALREADY, TABLE

_OF_THE_CASE: Final = 10_000
"""Bytes beyond COMPLAINT_BYTES for a complaint that continues a case: it has the place, the hints and the topic of the case."""

_NEEDS_TEXT: Final[Mapping[CommandKind, int]] = {
    CommandKind.refuse: REASON_BYTES,
    CommandKind.ask: REASON_BYTES,
    CommandKind.answer: ANSWER_BYTES,
    CommandKind.extend: REASON_BYTES,
    CommandKind.postpone: REASON_BYTES,
    CommandKind.reroute: REASON_BYTES,
    CommandKind.archive: REASON_BYTES,
}
"""The commands that require a text, with its maximum size in bytes of UTF-8. The text of any other command is limited as a reason is."""


def decide(case: Case | None, record: Inbound, law: Law) -> Decision:
    """Return the facts that a record leads to. Pure: the same case, record and law give the same facts.

    Raises:
        ContractViolation: the record is too large, or it is a command and there is no case with its code.
    """
    said = record.event
    if isinstance(said, Complaint):
        return _open(case, said, record, law)
    if isinstance(said, command.Status):
        return Decision((), case)
    if case is None:
        raise ContractViolation(
            f"no case has the code {tracking.spaced(record.code)}: {said.kind.value} has nothing to act on"
        )
    if said.id in case.commands:
        return Decision((), case)
    hides = isinstance(said, Add) and bool(said.secret)
    draft = Draft(case, record, law, secret=case.complaint.secret or hides)
    outcome = _outcome(case, said, law)
    if isinstance(outcome, Declined):
        draft.decline(said.kind, outcome)
    elif why := _apply(draft, said, law):
        draft.decline(said.kind, why)
    return draft.decision


def is_of_another(case: Case | None, record: Inbound) -> bool:
    """Return whether a record is a complaint whose code another complaint's case has. It is passed on under the next code, not decided."""
    return record.command is None and case is not None and case.complaint_id != record.id


def _open(case: Case | None, complaint: Complaint, record: Inbound, law: Law) -> Decision:
    """Return the facts by which a complaint becomes a case; none if it has its case already, because it was delivered again."""
    if case is not None:
        assert not is_of_another(case, record), "a complaint whose code another one has is passed on"
        return Decision((), case)
    complaint = kept(complaint)
    size = len(json.encode(complaint))
    if size > COMPLAINT_BYTES + _OF_THE_CASE:
        raise ContractViolation(
            f"the complaint has {size} bytes without its raw message, at most {COMPLAINT_BYTES} are possible"
        )
    draft = Draft(None, record, law, secret=complaint.secret)
    draft.add(Opened(**draft.head(Opened), complaint=complaint, terms=law.terms(complaint)))
    ask(draft, route(draft, law))
    return draft.decision


def _outcome(case: Case, said: AnyCommand, law: Law) -> tuple[FactKind, ...] | Declined:
    """Return the kinds of facts that the table has for the command, or why the table or the text does not allow it."""
    kind, text = said.kind, words_of(said)
    found = TABLE[kind, role_of(case, said.actor, law, kind, sender_of(said))][case.state]
    if isinstance(found, str):
        sentence = found.format(
            actor=law.name(said.actor),
            owner=f"{case.owner.name} ({case.owner.id})",
            command=kind.value,
            desk=law.desk(sorted_by(kind, case)) if "{desk}" in found else "",
        )
        return Declined(sentence, Result.already_applied if found == ALREADY else Result.refused)
    if kind in _NEEDS_TEXT and not any(character.isalnum() for character in text):
        return Declined("The text has no words.")
    most = _NEEDS_TEXT.get(kind, REASON_BYTES)
    if (size := len(text.encode())) > most:
        return Declined(f"The text has {size} bytes, at most {most} are possible.")
    return found


_NOBODY_READS: Final = frozenset(("withdrawn", "merged", "archived"))
"""The states in which no owner would read an addition about other matters: it becomes a case of its own."""


_NO_ROOM_BY_CODE: Final = (
    "The case has no more room for what others than its citizen add; he can add from where the complaint came."
)
"""The sentence that the web page shows somebody who has only the code: his addition does not become a complaint of its own."""


def _marked(case: Case, addition: Addition) -> Addition:
    """Return an addition marked as by somebody who only has the code. It is kept apart unless it can answer a question asked in private."""
    answers = case.question is not None and case.complaint.channel not in PUBLIC
    return replace(addition, by_code=True, apart=addition.apart if answers else True)


def _is_unproven(case: Case, sender: Sender | None) -> bool:
    """Return whether the sender proves nothing but the code: on the web he may be the citizen or anybody else who has it."""
    return sender is not None and tracking.names_mailbox(case.complaint.reporter_ref) and not sender.proven


def _has_room_by_code(case: Case) -> bool:
    """Return whether the additions made with the code alone, including the last one, leave room for the citizen's own."""
    found = [one for one in case.complaint.additions if one.by_code]
    return len(found) <= MOST_BY_CODE and len(json.encode(found)) <= BY_CODE_BYTES


def _add(draft: Draft, said: Add, law: Law) -> Declined | None:
    """Add the citizen's message. If the case is closed or full, or the message is another matter, it becomes a complaint of its own."""
    before, reading = draft.now, said.reading
    addition = bare(said.addition)
    by_code = role_of(before, said.actor, law, CommandKind.add, said.sender) is Role.bearer
    is_counted = by_code or _is_unproven(before, said.sender)
    if by_code:
        addition = _marked(before, addition)
    elif is_counted:
        addition = replace(addition, by_code=True)
    if reading.corrects and before.supporters:
        reading = replace(reading, corrects=False)  # only a person moves a main case away from its supporters' place
    size = len(json.encode(addition)) + len(json.encode(reading))
    if size > COMPLAINT_BYTES:
        raise ContractViolation(
            f"the addition has {size} bytes without its raw message, at most {COMPLAINT_BYTES} are possible"
        )
    is_own = (addition.apart and before.state in _NOBODY_READS) or (
        (addition.apart or is_counted) and tells_of_danger(addition.text)
    )
    if before.state == "closed" or is_own:
        draft.add(Continued(**draft.head(Continued), continued_as=continuation_of(said)[1]))
        return None
    draft.add(Added(**draft.head(Added), addition=addition, reading=reading, companion=said.companion))
    has_room = len(before.complaint.additions) < MOST_ADDITIONS
    if not has_room or draft.size() > ADDED_BYTES or (is_counted and not _has_room_by_code(draft.now)):
        draft.take_back()
        if by_code and said.sender and tracking.names_mailbox(said.sender.reporter_ref):
            return Declined(_NO_ROOM_BY_CODE)
        draft.add(Continued(**draft.head(Continued), continued_as=continuation_of(said)[1]))
        return None
    if not addition.apart:
        _follow(draft, said, addition.text, law, before)
    return None


_CONTENT: Final = ("thanks", "settled", "rating", "agree", "smalltalk")
_LIKELY: Final = 0.5
"""The intents of a citizen who is content with the answer, and their least joint probability for the answered case to keep its owner."""


def _follow(draft: Draft, said: Add, text: str, law: Law, before: Case) -> None:
    """Add the facts that follow from an addition: the case is reopened, leaves its main case, is routed again, or asks the citizen."""
    has_owner = False
    if before.state == "withdrawn":
        has_owner = leaving.open_again(draft, law, by_law=leaving.is_for_another(before, draft.now))
    elif before.state == "merged" and (why := leaving.parts(before, draft.now, text)):
        has_owner = leaving.leave_to_tell(draft, law, before, why)
    elif before.state == "merged" and said.secret:
        has_owner = leaving.leave_hidden(draft, law)
    is_content = before.state == "answered" and sum(understood(text).shares[one] for one in _CONTENT) >= _LIKELY
    if draft.now.state not in ("merged", "archived") and not is_content:
        ask(draft, None if has_owner else route(draft, law))


def continuation_of(said: Add) -> tuple[UUID, str]:
    """Return the id and the tracking code of the complaint that an addition becomes if its case has no room for it."""
    new_id = derived(said.id, CONTINUATION)
    return new_id, tracking.next_code(said.tracking_code, new_id)


def _apply(draft: Draft, said: AnyCommand, law: Law) -> Declined | None:  # noqa: C901, PLR0911, PLR0912  # a branch for each kind
    """Add the facts of a command that the table allows. Return why it is declined; None if it is not."""
    match said:
        case command.Add():
            return _add(draft, said, law)
        case command.Disagree():
            return citizen.disagree(draft, said, law)
        case command.Reopen():
            return citizen.reopen(draft, said, law)
        case command.Rate():
            return citizen.rate(draft, said, law)
        case command.Withdraw():
            return citizen.withdraw(draft, said, law)
        case command.Hide():
            return citizen.hide(draft, said, law)
        case command.Show():
            return citizen.show(draft, said, law)
        case command.Verify():
            return owner.verify(draft, said, law)
        case command.Accept():
            return owner.accept(draft, said, law)
        case command.Refuse():
            return owner.refuse(draft, said, law)
        case command.HandOn():
            return owner.hand_on(draft, said, law)
        case command.Ask():
            return owner.ask(draft, said, law)
        case command.Answer():
            return owner.answer(draft, said, law)
        case command.Extend():
            return owner.extend(draft, said, law)
        case command.Postpone():
            return owner.postpone(draft, said, law)
        case command.Close():
            return owner.close(draft, said, law)
        case command.Reroute():
            return owner.reroute(draft, said, law)
        case command.Reclassify():
            return owner.reclassify(draft, said, law)
        case command.Prioritise():
            return owner.prioritise(draft, said, law)
        case command.Archive():
            return owner.archive(draft, said, law)
        case command.Merge():
            return merging.merge(draft, said, law)
        case command.Unmerge():
            return merging.unmerge(draft, said, law)
        case command.Adopt():
            return merging.adopt(draft, said, law)
        case command.Confirm():
            return merging.confirm(draft, said, law)
        case command.Reject():
            return merging.reject(draft, said, law)
        case command.Second():
            return merging.second(draft, said, law)
        case command.Leave():
            return merging.leave(draft, said, law)
        case command.Forget():
            return merging.forget(draft, said, law)
        case command.Echo():
            return merging.echo(draft, said, law)
        case command.Unheard():
            return clocks.unheard(draft, said, law)
        case command.Due():
            return clocks.due(draft, said, law)
        case command.Status():
            return None
