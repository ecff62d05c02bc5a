"""Reads on which case of a citizen a message acts that is about an answer: it disputes, rates or only thanks. Pure."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from complaints.command import CommandKind
from conversation.citizen import DAY_MS, Document
from conversation.said import content, discontent, ratings
from conversation.said.orders import Act
from conversation.said.words import LONGEST_WORDS, SHORT_WORDS, TOLD_WORDS, WORDS, folded

ANSWERED_MS: Final = 30 * DAY_MS
"""For how long after an answer or a closing "belum" is taken for a disagreement. Ten working days are at most that long; the router knows
the day."""

CLOSED_MS: Final = 30 * DAY_MS
"""For how long after the closing a number is taken for a rating."""


class Thanks(NamedTuple):
    """The citizen only thanks or agrees: nothing is to be done, and nothing to be said."""


class OffScale(NamedTuple):
    """The citizen means to rate, with no rating, before the closing or after his withdrawal: he hears the scale, and when."""


def act_in(text: str, cases: Iterable[Document], at_ms: int) -> tuple[Document, Act | Thanks | OffScale] | None:
    """Return the case that a message acts on, and how; None if it is none of these messages.

    Args:
        text: the citizen's words.
        cases: those of his cases that the message can be about, the latest last.
        at_ms: when it came, in milliseconds since 1970.
    """
    latest = sorted(cases, key=told_ms)
    closed = [case for case in latest if case.get("closed_ms", 0) > at_ms - CLOSED_MS]
    if closed and (stars := ratings.stars(text)):
        return closed[-1], Act(CommandKind.rate, {"stars": stars})
    answered = answered_of(latest, at_ms)
    if not answered:
        return _rated_too_early(text, latest, at_ms)
    about = answered[0]
    words = content.plainly(text)
    is_glad = content.is_glad(text, words)
    is_thanks = is_glad and content.is_unreserved(words)
    if 0 < len(words) <= LONGEST_WORDS and discontent.is_dispute(words, glad=is_glad) and not is_thanks:
        return about, disputing(about)
    if ratings.is_off_scale(text) or ratings.stars(text):
        return about, OffScale()
    only_thanks = not WORDS.thanks.isdisjoint(words) and WORDS.plain.issuperset(words)
    if words and ((len(words) <= SHORT_WORDS and is_thanks) or only_thanks):
        return about, Thanks()
    return None


def _rated_too_early(text: str, cases: list[Document], at_ms: int) -> tuple[Document, OffScale] | None:
    """Return the case that was open again, or withdrawn, before it was rated; a number opens no withdrawn one."""
    if not ratings.only_rates(text):
        return None
    late = [case for case in cases if case.get("withdrawn_ms") or case.get("reopened_ms", 0) > at_ms - ANSWERED_MS]
    about = max(late, key=lambda case: max(case.get("withdrawn_ms", 0), case.get("reopened_ms", 0)), default=None)
    return None if about is None else (about, OffScale())


def answered_of(cases: Iterable[Document], at_ms: int) -> list[Document]:
    """Return the cases whose answer, or archiving, can still be disputed, the one of which the citizen heard last first."""
    found = [
        case
        for case in cases
        if (case.get("answered_ms") or case.get("archived_ms")) and told_ms(case) > at_ms - ANSWERED_MS
    ]
    return sorted(found, key=told_ms, reverse=True)


def told_ms(case: Document) -> int:
    """Return when the citizen was last told an answer, a closing or an archiving of a case."""
    latest: int = max(case.get(name, 0) for name in ("answered_ms", "closed_ms", "archived_ms"))
    return latest


def disputing(case: Document) -> Act:
    """Return the act by which a citizen says of an answered case that the matter is not settled."""
    return Act(CommandKind.reopen if case.get("closed_ms") or case.get("archived_ms") else CommandKind.disagree)


def told_again(text: str, cases: Iterable[Document], at_ms: int) -> list[Document]:
    """Return the answered cases of which a text may say that the matter goes on ("sampahnya menumpuk lagi"), the latest first.

    Whether it tells their matter is for the caller to see.
    """
    words = folded(text)
    if len(words) > TOLD_WORDS or WORDS.again.isdisjoint(words):
        return []
    plain = content.plainly(text)
    return [] if content.is_settled(text, plain) and content.is_unreserved(plain) else answered_of(cases, at_ms)
