"""What follows from what a channel says of its upstream: reached, not yet, never, or not any more."""

from dataclasses import dataclass

from complaints.runtime.upstream import Reach
from ops.doctor import Finding, Level

NOT_YET_S = 15.0
"""A first answer may take so long: more than an SMSC is given to answer a bind (10 s)."""

PASSING_S = 300.0
"""An operator's SMSC that restarts, a platform's hiccup: a channel heals that by itself, and upstream keeps the messages meanwhile."""

SETTINGS = {
    "sms": "LAPOR_SMPP",
    "twitter": "LAPOR_X_API, LAPOR_X_BEARER_TOKEN and LAPOR_X_ACCOUNT",
    "telegram": "LAPOR_TELEGRAM_API and LAPOR_TELEGRAM_TOKEN",
}
"""What decides which upstream a channel reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """When the stack began, in seconds since 1970; zeros where no `lapor up` runs here.

    Attributes:
        started: what was reached before may have been another upstream.
        ready: until then a channel had no time to reach anything.
    """

    started: float = 0.0
    ready: float = 0.0


def reach(channel: str, seen: Reach, *, since: Since, now: float) -> Finding:
    """Conclude from what a channel says of one account.

    Args:
        channel: its name.
        seen: what it says.
        since: when the stack began.
        now: seconds since 1970.
    """
    reached = seen.reached if seen.reached is not None and seen.reached >= since.started else None
    reason = f": {seen.reason}" if seen.reason else ""
    if reached is None:
        tried_s = now - max(seen.tried, since.ready)
        level = Level.wait if tried_s < NOT_YET_S else Level.fail
        detail = f"not reached yet{reason}" if level is Level.wait else f"never reached in {_span(tried_s)}{reason}"
    elif seen.failing is None:
        level, detail = Level.ok, f"reached {_span(now - reached)} ago"
    else:
        failing_s = now - max(seen.failing, since.started)
        level = Level.warn if failing_s < PASSING_S else Level.fail
        detail = f"not reached for {_span(now - reached)}{reason}"
    advice = f"no message comes in or goes out by it; check {SETTINGS.get(channel, 'its settings')}, the network and the other side"
    return Finding(what=f"upstream of {channel}, {seen.account}", level=level, detail=detail, advice=advice)


def _span(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004  # seconds say more up to two minutes
        return f"{max(0.0, seconds):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004  # as above, for minutes
