"""The state of a citizen's mailbox: address, recent messages, unfinished long messages, cases with open questions, and texts that wait.

It is plain JSON. Each list is bounded by age and by number, so that no citizen's state grows for ever.
"""

from collections.abc import Iterable
from typing import Any, Final

from complaints.mail import MessageKind

Document = dict[str, Any]
"""The state, or a part of it, as plain data."""

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000

MESSAGES_MS: Final = 7 * DAY_MS
"""How long a message is remembered: as long as lapor.conversations retains messages. One that comes again within it lands where it first
landed."""

MOST_MESSAGES: Final = 300
"""The maximum number of messages that are remembered: more than one person writes in a week."""

MOST_CASES: Final = 200
"""The maximum number of cases of a citizen that are known here. The case itself is kept by the router, whatever is known here."""

MOST_WAITING: Final = 30
"""The maximum number of texts that wait for a citizen. Then the oldest text of somebody else's doing gives way, or the oldest
answer to a question, or else the oldest text, because the newest says how the case stands; it is on record as undeliverable."""

MOST_QUESTIONS: Final = 30
"""The maximum number of questions for a status whose addresses are kept until the case answers."""

MOST_TOLD: Final = 300
"""The maximum number of tellings that are remembered: an hour of the highest number per hour, of each of three causes."""

COMPLAINTS_KEPT: Final = 3
"""The number of complaints, the latest ones, that are kept whole so that an answer is read together with its complaint."""

LARGEST_COMPLAINT: Final = 60_000
"""Bytes of a complaint that is kept whole. A longer story is not read again together with its answer."""


REPEATED: Final = MessageKind.repeated.value


def new() -> Document:
    """Return the state of a citizen who has not written yet."""
    return {"messages": [], "groups": [], "cases": [], "told": [], "leaving": [], "waiting": [], "questions": []}


class Landing:
    """The places in the list by which the state remembers where a message landed. The time is in milliseconds since 1970."""

    ID: Final = 0
    AT: Final = 1
    WORDS: Final = 2
    KIND: Final = 3
    CODE: Final = 4
    COMPLAINT: Final = 5
    SECRET: Final = 6


def landing(state: Document, message_id: str) -> list[Any] | None:
    """Return where a message landed, or None if it has not come before."""
    for known in state["messages"]:
        if known[Landing.ID] == message_id:
            found: list[Any] = known
            return found
    return None


def same_words(state: Document, words: str, *, since_ms: int) -> list[Any] | None:
    """Return where a message with the same words landed; None if there is none, or if we have told the citizen something since.

    Only what has left for him counts as told. What we told because of that message itself does not count, nor what was noted without a
    cause: that we have received something.

    Args:
        state: of the citizen.
        words: the digest of the words; empty for a message without words.
        since_ms: the earliest time that counts, in milliseconds since 1970.
    """
    if not words:
        return None
    for known in reversed(state["messages"]):
        if known[Landing.WORDS] == words and known[Landing.KIND] != REPEATED and known[Landing.AT] >= since_ms:
            told = any(
                at > known[Landing.AT] and cause not in {"", known[Landing.ID]} for at, cause, _ in state["told"]
            )
            return None if told else list(known)
    return None


def remember(state: Document, known: list[Any]) -> None:
    """Remember where a message landed (see Landing)."""
    state["messages"] = [*state["messages"], known][-MOST_MESSAGES:]


def case_of(state: Document, code: str) -> Document | None:
    """Return what is known of the citizen's case with a tracking code, or None if the case is not his."""
    return _first(case for case in reversed(state["cases"]) if case["code"] == code)


def case_of_complaint(state: Document, complaint_id: str | None) -> Document | None:
    """Return what is known of the citizen's case of a complaint, or None if there is no complaint or it is not his."""
    return _first(case for case in reversed(state["cases"]) if complaint_id and case["id"] == complaint_id)


def case_in_thread(state: Document, thread: str) -> Document | None:
    """Return the citizen's latest case in a thread of the channel, or None if there is none."""
    return _first(case for case in reversed(state["cases"]) if case.get("thread") == thread)


def asked(state: Document, *, since_ms: int) -> list[Document]:
    """Return the citizen's cases in which a question is open, the one that was asked last first.

    Args:
        state: of the citizen.
        since_ms: a question that was asked earlier, in milliseconds since 1970, is no longer open.
    """
    found = [case for case in state["cases"] if case.get("asked_ms", 0) > since_ms]
    return sorted(found, key=_asked_ms, reverse=True)


def _asked_ms(case: Document) -> int:
    found: int = case["asked_ms"]
    return found


def add_case(state: Document, case: Document) -> None:
    """Add a case. Of older cases only the latest COMPLAINTS_KEPT keep the complaint whole."""
    cases = [*state["cases"], case][-MOST_CASES:]
    for older in cases[:-COMPLAINTS_KEPT]:
        older.pop("complaint", None)
    state["cases"] = cases


def prune(state: Document, at_ms: int) -> None:
    """Forget what is too old at a time in milliseconds since 1970."""
    since = at_ms - MESSAGES_MS
    if state["messages"] and state["messages"][0][Landing.AT] < since:
        state["messages"] = [known for known in state["messages"] if known[Landing.AT] >= since]
    if state["told"] and state["told"][0][0] < at_ms - DAY_MS:
        state["told"] = [one for one in state["told"] if one[0] >= at_ms - DAY_MS]
    state["told"] = state["told"][-MOST_TOLD:]
    state["leaving"] = [one for one in state["leaving"] if one[0] >= since][-MOST_TOLD:]
    state["questions"] = [one for one in state["questions"] if one[1] >= at_ms - DAY_MS][-MOST_QUESTIONS:]


def oldest_ms(state: Document) -> int | None:
    """Return the time of the oldest thing that is forgotten by age, in milliseconds since 1970; None if there is nothing."""
    messages = state["messages"]
    return messages[0][Landing.AT] if messages else None


def is_empty(state: Document) -> bool:
    """Return whether nothing is left that anybody could ask for."""
    return "silent_ms" not in state and not any(state[name] for name in ("messages", "groups", "cases", "waiting"))


def _first(cases: Iterable[Document]) -> Document | None:
    return next(iter(cases), None)
