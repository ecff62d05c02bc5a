"""How fast a link may submit: a token bucket whose rate halves when the SMSC throttles, and then grows slowly (AIMD). Pure."""

from collections import deque
from typing import Final

SLOWEST: Final = 1.0
"""The lowest rate of a link, in submits per second: it must find out whether the SMSC takes messages again."""

GROWTH: Final = 1.0
"""Submits per second that a link gains per second without throttling. An SMSC that grants 10 then refuses about one in 30."""

PAUSE_S: Final = 1.0
"""Seconds without a submit after the SMSC has throttled: most SMSCs count by the second."""

BURST_S: Final = 0.05
"""The size of a burst, as the submits of this many seconds, so that a fast link needs no wake-up for each submit."""


class Pace:
    """The rate of one link, kept over its connections. For one thread at a time. All times are seconds of the same clock."""

    def __init__(self, per_second: float | None = None) -> None:
        """Start at the rate that the operator grants, in submits per second; None means no limit until the SMSC throttles."""
        self._most = per_second
        self._rate = per_second
        self._tokens = 1.0
        self._at_s = self._slowed_s = self._free_s = float("-inf")
        self._taken: deque[float] = deque(maxlen=10_000)

    @property
    def rate(self) -> float | None:
        """The present limit in submits per second; None if there is none."""
        return self._rate

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until the next submit may leave; 0 if it may leave now."""
        if now_s < self._free_s:
            return self._free_s - now_s
        if self._rate is None:
            return 0.0
        past_s = now_s - self._at_s if self._at_s > float("-inf") else 0.0
        self._at_s = now_s
        if self._slowed_s > float("-inf"):
            grown = self._rate + GROWTH * past_s
            self._rate = grown if self._most is None else min(self._most, grown)
        self._tokens = min(max(1.0, self._rate * BURST_S), self._tokens + self._rate * past_s)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._rate

    def left(self) -> None:
        """Note that a submit leaves."""
        self._tokens -= 1

    def taken(self, now_s: float) -> None:
        """Note that the SMSC has accepted a submit."""
        self._taken.append(now_s)

    def throttled(self, now_s: float, *, left_s: float) -> None:
        """Note that the SMSC has throttled a submit: halve the rate, and pause.

        Args:
            now_s: the present time.
            left_s: when the submit left. If the link has been slowed since, the refusal is ignored: it says nothing about the new rate.
        """
        if left_s < self._free_s:
            return
        accepted = sum(1 for at_s in self._taken if at_s > now_s - 1)
        present = accepted if self._rate is None else min(self._rate, max(accepted, 2 * SLOWEST))
        self._rate = max(SLOWEST, present / 2)
        self._slowed_s = now_s
        self._free_s = self._at_s = now_s + PAUSE_S
        self._tokens = 1.0
