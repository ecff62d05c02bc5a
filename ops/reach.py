"""Judges what a channel reports about its upstream: reached, not reached yet, never reached, or no longer reached."""

from dataclasses import dataclass

from complaints.runtime.upstream import SENDER, Reach
from ops.doctor import Finding, Level

NOT_YET_S = 15.0
"""Seconds that the first answer may take: more than the timeout of an SMSC's answer to a bind (10 s)."""

PASSING_S = 300.0
"""Seconds for which a failure is only a warning: a restart of an SMSC or a platform's short fault passes, and upstream keeps messages."""

SETTINGS = {
    "sms": "LAPOR_SMPP",
    "twitter": "LAPOR_X_API, LAPOR_X_BEARER_TOKEN, LAPOR_X_USER_KEYS and LAPOR_X_ACCOUNT",
    "telegram": "LAPOR_TELEGRAM_API and LAPOR_TELEGRAM_TOKEN",
}
"""The settings that decide which upstream a channel reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The times at which the stack started, in seconds since 1970; zeros if no `lapor up` runs here.

    Attributes:
        started: when the stack started. An upstream reached before that may have been another one.
        ready: when the stack was ready. Before that, a channel had no time to reach its upstream.
    """

    started: float = 0.0
    ready: float = 0.0


def reach(channel: str, seen: Reach, *, since: Since, now: float) -> Finding:
    """Judge what a channel reports about one account.

    Args:
        channel: the name of the channel.
        seen: the channel's report.
        since: when the stack started.
        now: the present time in seconds since 1970.
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
        soon = f" (a fault after {_span(PASSING_S)})" if level is Level.warn else ""
        detail = f"not reached for {_span(now - reached)}{reason}{soon}"
    advice = f"no message can pass; check {SETTINGS.get(channel, 'its settings')}, the network and the upstream"
    if seen.account == SENDER:
        advice = "nothing is sent, while messages come in; the log of the channel says what failed"
    return Finding(what=f"upstream of {channel}, {seen.account}", level=level, detail=detail, advice=advice)


def _span(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004  # up to two minutes, seconds are more precise
        return f"{max(0.0, seconds):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004  # as above, for minutes
