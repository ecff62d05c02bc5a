"""Decides what follows from an account's answer: which outcome is recorded, and whether the text is tried again. Pure."""

from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Final, NamedTuple

import structlog

from channels.sending.texts import Text
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable, words
from complaints.mail import DeliveryOutcome

log = structlog.get_logger()

JITTER: Final = 0.25
"""The maximum share by which a pause is lengthened at random, so that texts that failed together are not retried together."""

ID_CHARACTERS: Final = 250
REASON_CHARACTERS: Final = 500
"""The maximum length of the upstream's identifier and of its reason, as recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long a text waits before it is tried again, in seconds.

    Attributes:
        first_s: the pause after the first failure of a text; each further one is twice as long.
        most_s: the longest pause of a text.
        link_first_s: the first pause of an account whose link fails; each further one is twice as long.
        link_most_s: the longest pause of an account.
    """

    first_s: float = 5.0
    most_s: float = 900.0
    link_first_s: float = 1.0
    link_most_s: float = 30.0

    def after(self, tries: int, chance: float) -> float:
        """Return the pause of a text that was tried in vain `tries` times before. `chance`, from 0 to 1, is its share of the jitter."""
        doubled: float = self.first_s * 2.0 ** min(tries, 30)
        return min(self.most_s, doubled * (1.0 + JITTER * chance))


class Verdict(NamedTuple):
    """The consequences of an account's answer to one text.

    Attributes:
        outcome: the outcome to record; None if the text has not left and is tried again.
        pause_s: the seconds until the text is tried again; None if it is settled.
        upstream_id: the upstream's identifier of the sent text.
        reason: why it was not sent, or why that is unknown.
    """

    outcome: DeliveryOutcome | None
    pause_s: float | None
    upstream_id: str = ""
    reason: str = ""


def judged(text: Text, answer: "Future[str]", *, pauses: Pauses, chance: float) -> Verdict:
    """Return what follows from the answer of an account.

    An error outside the contract says nothing about the text, so its outcome is unknown. A text whose outcome is unknown is never sent
    again, because it may have arrived. If it was a question, the reminder of the question, sent while it is open, makes up for it.
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
