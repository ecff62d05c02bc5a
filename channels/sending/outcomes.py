"""What follows from the outcome of a submit: what is told, and whether the text is tried again. Pure."""

from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Final, NamedTuple

import structlog

from channels.sending.texts import Text
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable, words
from complaints.mail import DeliveryOutcome

log = structlog.get_logger()

JITTER: Final = 0.25
"""By how much of itself a pause may be longer, so that texts that failed together do not come back together."""

ID_CHARACTERS: Final = 250
REASON_CHARACTERS: Final = 500
"""What is kept of the upstream's identifier and of its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long a text waits before it is tried again, in seconds.

    Attributes:
        first_s: after it could not leave for the first time; then it doubles.
        most_s: at most.
        link_first_s: how long an account pauses whose texts cannot leave, at first; then it doubles.
        link_most_s: the same at most.
    """

    first_s: float = 5.0
    most_s: float = 900.0
    link_first_s: float = 1.0
    link_most_s: float = 30.0

    def after(self, tries: int, chance: float) -> float:
        """Return the pause of a text."""
        doubled: float = self.first_s * 2.0 ** min(tries, 30)
        return min(self.most_s, doubled * (1.0 + JITTER * chance))


class Verdict(NamedTuple):
    """What follows from an outcome.

    Attributes:
        outcome: what is told; None if nothing has left and nothing is told.
        pause_s: after how many seconds the text is tried again; None if it is settled.
        upstream_id: the upstream's identifier of the sent text.
        reason: why it was not sent, or why that is unknown.
    """

    outcome: DeliveryOutcome | None
    pause_s: float | None
    upstream_id: str = ""
    reason: str = ""


def judged(text: Text, answer: "Future[str]", *, pauses: Pauses, chance: float) -> Verdict:
    """Return what follows from the answer of an account.

    An error that the contract does not know says nothing about the text, so its outcome is unknown. A text whose outcome is unknown is
    never sent again: it may have arrived, and a question has its own reminder, which is only sent while the question is open.
    """
    try:
        return Verdict(DeliveryOutcome.sent, None, upstream_id=words(answer.result(), ID_CHARACTERS))
    except UpstreamUnavailable as error:
        return Verdict(None, pauses.after(text.tries, chance), reason=_said(error))
    except Undeliverable as error:
        return Verdict(DeliveryOutcome.undeliverable, None, reason=_said(error))
    except OutcomeUnknown as error:
        return Verdict(DeliveryOutcome.unknown, None, reason=_said(error))
    except (Exception, CancelledError) as error:
        log.exception("an account broke its contract", account=text.send.account, reply=str(text.send.id))
        return Verdict(DeliveryOutcome.unknown, None, reason=type(error).__name__)


def _said(error: Exception) -> str:
    return words(error, REASON_CHARACTERS)
