"""The citizen's commands other than `add`. Each function adds the facts of its command, or returns why it is declined."""

from complaints import command
from complaints.case import Case
from complaints.command import CITIZEN, CLOCK, CommandKind
from complaints.fact import Hidden, Rated, Result, Shown, Withdrawn
from complaints.telling import PUBLIC
from normalizer.zones import local_day
from router.cases.draft import Declined, Draft
from router.cases.roles import Law, Role, role_of
from router.cases.rules import leaving
from router.cases.rules.owner import words
from router.deadlines import province_of


def disagree(draft: Draft, said: command.Disagree, law: Law) -> Declined | None:
    """Open the case again because its answer does not settle the matter.

    For a closed case the command must be in time: received before the case closed or, if the owner closed it early, by the day on which
    the clock would have closed it. A supporter whose citizen is not content is handled separately again.
    """
    case = draft.now
    if case.state == "closed" and not _in_time(case, said):
        return Declined("The case is closed: the citizen can ask to reopen it.")
    leaving.open_again(draft, law, text=words(said))
    return None


def _in_time(case: Case, said: command.Disagree) -> bool:
    """Return whether the command was received before the case closed, or by the day on which the clock would have closed it."""
    at, closed_at = said.received_at, case.ended_at
    due = next((one.due for one in case.deadlines if one.duty == "close"), None)
    if closed_at is not None and at < closed_at:
        return True
    return due is not None and case.ended_by != CLOCK and local_day(at, province_of(case)) <= due


def reopen(draft: Draft, said: command.Reopen, law: Law) -> Declined | None:
    """Open an ended or answered case again."""
    leaving.open_again(draft, law, text=words(said))
    return None


def rate(draft: Draft, said: command.Rate, _: Law) -> Declined | None:
    """Note the rating. A later one replaces it."""
    stars, rating = said.stars, draft.now.rating
    if rating and rating.stars == stars and rating.text == words(said):
        return Declined("This rating was already given.", Result.already_applied)
    draft.add(Rated(**draft.head(Rated), stars=stars, text=words(said)))
    return None


def withdraw(draft: Draft, said: command.Withdraw, law: Law) -> Declined | None:
    """End the case because the citizen takes the complaint back. The case is kept, and his next message opens it again.

    A triage desk can record this for him, with the source. The owner of the case cannot, because it would rid itself of the case, unless it
    is the national administrator, who has nobody above him.
    """
    source, actor = said.source, said.actor
    if actor == CITIZEN:
        draft.add(Withdrawn(**draft.head(Withdrawn), text=words(said)))
        return None
    if actor == draft.now.owner.id and actor != law.administrator_id:
        return Declined(
            "The owner of a case cannot withdraw it: another desk of the place, or the national administrator, records it."
        )
    if source is None or not words(said):
        return Declined("Only the citizen withdraws: say how he said so (walk-in, letter or call) and what he said.")
    draft.add(Withdrawn(**draft.head(Withdrawn), text=words(said), source=source))
    return None


def hide(draft: Draft, said: command.Hide, law: Law) -> Declined | None:
    """Hide the person or the report from now on. Anybody with the code may, because it protects. A secret report leaves its main case.

    If the channel is public, everybody reads the code, and only the citizen may: further replies are private, which not everybody can get.
    """
    complaint = draft.now.complaint
    if complaint.channel in PUBLIC and _is_bearer(draft.now, said, law):
        return Declined("Only the citizen can hide a report whose code everybody reads, from the account that sent it.")
    if not (said.anonymous or said.secret):
        return Declined("Nothing is said of what to hide.")
    anonymous, secret = said.anonymous and not complaint.anonymous, said.secret and not complaint.secret
    if not (anonymous or secret):
        return Declined("It is hidden already.", Result.already_applied)
    main, head = draft.now.main, draft.head(Hidden)
    if secret:
        head["secret"] = True
    draft.add(Hidden(**head, anonymous=anonymous or None))
    if main and secret:
        leaving.leave_hidden(draft, law)
    return None


def _is_bearer(case: Case, said: command.Hide, law: Law) -> bool:
    return role_of(case, said.actor, law, CommandKind.hide, said.sender) is Role.bearer


def show(draft: Draft, said: command.Show, _: Law) -> Declined | None:
    """Show the person or the report again."""
    complaint = draft.now.complaint
    if not (said.anonymous or said.secret):
        return Declined("Nothing is said of what to show again.")
    anonymous, secret = said.anonymous and complaint.anonymous, said.secret and complaint.secret
    if not (anonymous or secret):
        return Declined("It is not hidden.", Result.already_applied)
    head = draft.head(Shown)
    if secret:
        head["secret"] = False
    draft.add(Shown(**head, anonymous=False if anonymous else None))
    return None
