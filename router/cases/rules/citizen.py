"""What the citizen does with his case beside adding to it. Each function adds the facts, or returns why the command is not possible."""

from datetime import datetime
from typing import Final, get_args

from complaints.command import CITIZEN, CLOCK, CommandKind
from complaints.fact import FactKind, Result
from complaints.telling import PUBLIC
from complaints.values import Source
from normalizer.zones import local_day
from router.cases.document.plain import Document
from router.cases.draft import Declined, Draft
from router.cases.inbound import Inbound
from router.cases.roles import Law, Role, role_of
from router.cases.rules import leaving
from router.cases.rules.owner import words
from router.deadlines import province_of

_SOURCES: Final = frozenset(get_args(Source))


def disagree(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Open the case again because its answer does not settle the matter.

    Of a closed case only what was said within the days counts: the channel received it before the clock closed, or, if the owner closed
    the case before its day, by that day. A supporter whose citizen is not content is handled by itself again.
    """
    case = draft.now
    if case["state"] == "selesai" and not _in_time(case, record):
        return Declined("The case is closed: the citizen can ask to reopen it.")
    leaving.open_again(draft, law, text=words(record))
    return None


def _in_time(case: Document, record: Inbound) -> bool:
    """Return whether the citizen's word was received before the case closed, or by the day on which the clock would have closed it."""
    said, closed = datetime.fromisoformat(record.body["received_at"]), datetime.fromisoformat(case["ended_at"])
    due = next((one["due"] for one in case["deadlines"] if one["duty"] == "close"), "")
    return said < closed or (case["ended_by"] != CLOCK and local_day(said, province_of(case)).isoformat() <= due)


def reopen(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Open an ended or answered case again."""
    leaving.open_again(draft, law, text=words(record))
    return None


def rate(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Note the rating. A later one replaces it."""
    stars, rating = record.body.get("stars"), draft.now.get("rating")
    if stars is None:
        return Declined("A rating has 1 to 5 stars.")
    if rating and rating["stars"] == stars and rating["text"] == words(record):
        return Declined("This rating was already given.", Result.already_applied)
    draft.add(FactKind.rated, stars=stars, text=words(record))
    return None


def withdraw(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """End the case because the citizen takes the complaint back. It is kept, and open again at his next word.

    A triage desk records it on his behalf only with the source of his word; whoever has the case never does, since it would be rid of it,
    except the national administrator, who has none above him.
    """
    source, actor = record.body.get("source"), record.body["actor"]
    if actor == CITIZEN:
        draft.add(FactKind.withdrawn, text=words(record))
        return None
    if actor == draft.now["owner"]["id"] and actor != law.administrator_id:
        return Declined(
            "The owner of a case cannot withdraw it: another desk of the place, or the national administrator, records it."
        )
    if source not in _SOURCES or not words(record):
        return Declined("Only the citizen withdraws: say how he said so (walk-in, letter or call) and what he said.")
    draft.add(FactKind.withdrawn, text=words(record), source=source)
    return None


def hide(draft: Draft, record: Inbound, law: Law) -> Declined | None:
    """Hide the person or the report from now on: whoever has the code may, since it protects. A secret report is nobody's supporter.

    Where everybody reads the code, only the citizen may: what is hidden is told in private, and not everybody can be told so.
    """
    complaint = draft.now["complaint"]
    if complaint["channel"] in PUBLIC and _is_bearer(draft.now, record, law):
        return Declined("Only the citizen can hide a report whose code everybody reads, from the account that sent it.")
    wanted = _named(record)
    if not wanted:
        return Declined("Nothing is said of what to hide.")
    new = dict.fromkeys([name for name in wanted if not complaint.get(name)], True)
    if not new:
        return Declined("It is hidden already.", Result.already_applied)
    main = draft.now.get("main")
    draft.add(FactKind.hidden, **new)
    if main and "secret" in new:
        leaving.leave_hidden(draft, law)
    return None


def _is_bearer(case: Document, record: Inbound, law: Law) -> bool:
    return role_of(case, record.body["actor"], law, CommandKind.hide, record.body.get("sender")) is Role.bearer


def show(draft: Draft, record: Inbound, _: Law) -> Declined | None:
    """Show the person or the report again."""
    wanted = _named(record)
    if not wanted:
        return Declined("Nothing is said of what to show again.")
    hidden = [name for name in wanted if draft.now["complaint"].get(name)]
    if not hidden:
        return Declined("It is not hidden.", Result.already_applied)
    draft.add(FactKind.shown, **dict.fromkeys(hidden, False))
    return None


def _named(record: Inbound) -> list[str]:
    return [name for name in ("anonymous", "secret") if record.body.get(name)]
