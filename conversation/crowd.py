"""Tells when one citizen opens too many cases at once: what else he writes then is kept with the latest case, and he hears so once."""

from typing import Final
from uuid import UUID

from complaints.limits import MOST_ADDITIONS
from complaints.mail import ReplyKind
from complaints.message import InboundMessage
from complaints.tracking import spaced
from complaints.wording import text
from conversation.citizen import KnownCase
from conversation.turn import Turn

MOST_OPENED: Final = 5
"""The number of cases that one citizen opens within WITHIN_MS: more than anybody tells of in that time."""

WITHIN_MS: Final = 600_000
"""Ten minutes."""


def taken_by(turn: Turn, message: InboundMessage) -> KnownCase | None:
    """Return the case that takes a message which would open one too many; None if it may open one.

    The times are those of the records. A case that is full, withdrawn, archived or closed takes none; if all are, he may.
    """
    cases = turn.state.cases
    if not message.sender or message.shared or len(cases) < MOST_OPENED:
        return None
    if turn.at_ms - cases[-MOST_OPENED].opened_ms >= WITHIN_MS:
        return None
    takes = [case for case in cases[-MOST_OPENED:] if case.is_alive and case.additions < MOST_ADDITIONS]
    return takes[-1] if takes else None


def say_once(turn: Turn, message: InboundMessage, id_: UUID, case: KnownCase) -> None:
    """Tell the citizen where his messages are kept, unless he has heard it within WITHIN_MS."""
    if turn.at_ms - turn.state.crowd_ms >= WITHIN_MS:
        turn.state.crowd_ms = turn.at_ms
        said = text("crowd", message.channel, code=spaced(case.code))
        turn.say(message, id_, ReplyKind.small_talk, said, secret=case.secret or case.anonymous)
