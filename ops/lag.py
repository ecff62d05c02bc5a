"""What follows from how far behind a consumer group is: judged by the age of the oldest record that waits, not by how many do."""

from complaints.bus.confluent.backlog import Backlog
from ops.doctor import Finding, Level

SLOW_S = 60.0
"""A complaint has its owner within a second, and a killed worker's partitions have a new one within twenty: a minute is unusual."""

STUCK_S = 300.0
"""Five minutes outlast every restart and every burst that the pipeline was measured with: a citizen waits, and nobody works at it."""

REPLIES = "lapor-replies-"
ORDERS = "lapor-router-control-"
"""Each router reads the orders to all by a group of its own, which it leaves behind when it ends: without a member it says nothing."""

OURS = "lapor-"


def is_of_the_past(backlog: Backlog) -> bool:
    """Return whether the group belonged to a process that has ended and that no other takes over from."""
    return backlog.group.startswith(ORDERS) and not backlog.members


def lag(backlog: Backlog, *, needed: bool, now: float) -> Finding:
    """Conclude from a group's backlog.

    Args:
        backlog: what waits.
        needed: whether somebody must read for the group; a group that was left behind is worth a word, and no failure.
        now: seconds since 1970.
    """
    age_s = None if backlog.oldest_ms is None else max(0.0, now - backlog.oldest_ms / 1000)
    worst = Level.fail if needed else Level.warn
    if not backlog.waiting:
        level = Level.warn if needed and not backlog.members else Level.ok
    elif age_s is None:
        level = Level.warn
    elif age_s > STUCK_S:
        level = worst
    else:
        level = Level.warn if age_s > SLOW_S else Level.ok
    return Finding(what=f"lag of {backlog.group}", level=level, detail=_detail(backlog, age_s), advice=_advice(backlog))


def _detail(backlog: Backlog, age_s: float | None) -> str:
    if not backlog.waiting:
        seen = "nothing waits"
    else:
        oldest = "the oldest could not be read in time" if age_s is None else f"the oldest for {age_s:.0f} s"
        seen = f"{backlog.waiting} record{'s wait' if backlog.waiting > 1 else ' waits'}, {oldest}"
    return seen if backlog.members else f"{seen}; no member reads"


def _advice(backlog: Backlog) -> str:
    if not backlog.waiting:
        return ""
    service = service_of(backlog.group)
    if backlog.members:
        again = f"start another `lapor run {service}`, or read its log" if service else "read the log of its members"
        return f"it is stuck, paused or too slow: {again}"
    start = f"start `lapor run {service}`" if service else "start its reader"
    return f"{start}; a group that nobody needs any more can be deleted: kafka-consumer-groups.sh --delete --group {backlog.group}"


def service_of(group: str) -> str:
    """Return the service that reads for a group: a worker, or a channel for its replies; empty where the group is not ours."""
    if group.startswith(ORDERS):
        return "router"
    if group.startswith(REPLIES):
        return group.removeprefix(REPLIES)
    return group.removeprefix(OURS) if group.startswith(OURS) else ""
