"""Judges how far a consumer group, a spool or the view is behind, by the age of the oldest waiting record, not the number of records."""

from collections.abc import Iterator, Mapping
from typing import Any

from complaints.bus import Backlog, TopicPartition
from complaints.bus.membership import LONGEST_WITHOUT_S
from complaints.storage.spool import Waiting
from ops.doctor import CLOCKS_DIFFER_S, Finding, Level

SLOW_S = 60.0
"""Age in seconds above which there is a warning. A complaint gets its owner within a second, and the partitions of a killed worker get a
new worker within twenty seconds, so a minute is unusual."""

STUCK_S = 300.0
"""Age in seconds above which there is a failure: longer than every restart and every burst that the pipeline was measured with."""

SENDERS = "lapor-sender-"
"""Prefix of the groups of the senders; the name of the channel follows."""

ORDERS = "lapor-router-control-"
"""Prefix of the groups that read orders to all routers. Each router has its own group, which starts at the end of the topic, commits only
after an order, and remains when the router ends. So the backlog of such a group means nothing."""

OURS = "lapor-"
"""Prefix of all groups of the pipeline."""


OPEN_S = 30.0
"""Seconds that a transaction may be open: longer than any of the pipeline's, including those of killed workers, which Kafka aborts."""

HELD_S = 300.0
"""Seconds after which an open transaction is a fault: meanwhile no citizen gets a reply."""


def held_up(began: Mapping[TopicPartition, int], *, now: float) -> Iterator[Finding]:
    """Yield a warning, later a fault, if open transactions hold up partitions. Lag does not show the records behind them.

    Args:
        began: when the first open transaction of each partition that has one began, in milliseconds since 1970.
        now: the present time in seconds since 1970.
    """
    ages = {at: now - ms / 1000 for at, ms in began.items() if now - ms / 1000 > OPEN_S}
    if ages:
        places = ", ".join(f"{topic}/{partition} for {age_s:.0f} s" for (topic, partition), age_s in ages.items())
        topic, partition = min(ages)
        yield Finding(
            what="transactions",
            level=Level.fail if max(ages.values()) > HELD_S else Level.warn,
            detail=f"an open transaction holds up {places}: nobody reads what came after it",
            advice="Kafka ends it after the time that its producer has set, at most 15 minutes unless the broker allows more; one that"
            f" it does not end is found with `kafka-transactions.sh find-hanging --topic {topic} --partition {partition}`",
        )


def is_judged(backlog: Backlog) -> bool:
    """Return whether the backlog of the group means anything, which that of a group for orders to the routers does not."""
    return not backlog.group.startswith(ORDERS)


def lag(backlog: Backlog, *, needed: bool, now: float, pid: int = 0) -> Finding:
    """Judge the backlog of a group.

    Args:
        backlog: the records that wait.
        needed: whether a process must read for the group. An abandoned group is at most a warning.
        now: the present time in seconds since 1970.
        pid: the pid of its reader, if the reader has a fresh heartbeat and has had time to join the group; else 0.
    """
    age_s = None if backlog.oldest_ms is None else max(0.0, now - backlog.oldest_ms / 1000)
    if pid and not backlog.members:
        return Finding(
            what=f"lag of {backlog.group}",
            level=Level.fail,
            detail=f"{_detail(backlog, age_s)}, although its process lives (pid {pid}): it has lost its group",
            advice=f"it should end by itself within {LONGEST_WITHOUT_S:.0f} s and join again; if not, restart it (pid {pid})",
        )
    worst = Level.fail if needed else Level.warn
    if backlog.deleted:
        level = worst
    elif not backlog.waiting:
        level = Level.warn if needed and not backlog.members else Level.ok
    elif age_s is None:
        level = Level.warn
    elif age_s > STUCK_S:
        level = worst
    else:
        level = Level.warn if age_s > SLOW_S else Level.ok
    return Finding(
        what=f"lag of {backlog.group}",
        level=level,
        detail=_detail(backlog, age_s),
        advice=_advice(backlog, needed=needed),
    )


def spooled(channel: str, waits: Waiting, *, log: str, now: float) -> Finding:
    """Judge the spool of a channel: its messages were acknowledged, but nobody reads them before Kafka has them.

    Args:
        channel: the name of the channel.
        waits: the content of its spool.
        log: the path of the channel's log.
        now: the present time in seconds since 1970.
    """
    age_s = None if waits.since is None else now - waits.since.timestamp()
    if not waits.number:
        level = Level.ok
    elif age_s is None or age_s < -CLOCKS_DIFFER_S:
        level = Level.warn
    else:
        level = Level.fail if age_s > STUCK_S else Level.warn if age_s > SLOW_S else Level.ok
    if age_s is None:
        old = ", nobody knows since when"
    elif age_s < -CLOCKS_DIFFER_S:
        old = f", the oldest by its own time from {-age_s:.0f} s ahead of now: the clock was wrong then, or is now"
    else:
        old = f", the oldest for {max(0.0, age_s):.0f} s"
    return Finding(
        what=f"spool of {channel}",
        level=level,
        detail=f"{waits.number} messages that were acknowledged wait for Kafka{old}" if waits.number else "empty",
        advice=f"start Kafka, and the channel if it does not run: it drains by itself, in order. If both run, Kafka refuses a record:"
        f" {log} and `lapor topics check` say why",
    )


def view(url: str, said: Mapping[str, Any] | str, log: str) -> Finding:
    """Judge a copy of the view: whether it answers, and how old its oldest unread record is.

    Args:
        url: its address.
        said: its answer about its health, or the reason why it does not answer.
        log: the path of its log.
    """
    what = f"view {url}"
    if isinstance(said, str):
        advice = f"start `lapor run view`, or read {log}; until then nobody can see or act on a case"
        return Finding(what=what, level=Level.fail, detail=said, advice=advice)
    waiting = sum(one["waiting"] for one in said["partitions"])
    records = f"{waiting} record{'' if waiting == 1 else 's'} not read"
    if not said["ready"]:
        return Finding(what=what, level=Level.wait, detail=f"catching up, {records}")
    if said["behind_ms"] is None:
        return Finding(
            what=what, level=Level.warn, detail=f"nobody knows how far behind, {records}", advice=f"read {log}"
        )
    age_s = said["behind_ms"] / 1000
    level = Level.fail if age_s > STUCK_S else Level.warn if age_s > SLOW_S else Level.ok
    detail = f"at most {age_s:.0f} s behind, {records}"
    return Finding(what=what, level=level, detail=detail, advice=f"it is too slow, or Kafka is away: read {log}")


def _detail(backlog: Backlog, age_s: float | None) -> str:
    if not backlog.waiting:
        seen = "nothing waits"
    else:
        oldest = "the oldest could not be read in time" if age_s is None else f"the oldest for {age_s:.0f} s"
        seen = f"{backlog.waiting} record{'s wait' if backlog.waiting > 1 else ' waits'}, {oldest}"
    if backlog.deleted:
        seen += f"; Kafka has deleted {backlog.deleted} before they were read, or they were markers of transactions"
    return seen if backlog.members else f"{seen}; no member reads"


def _advice(backlog: Backlog, *, needed: bool) -> str:
    service = service_of(backlog.group)
    if backlog.deleted:
        return (
            f"restart `lapor run {service}`: it goes on at the first record that is there, and writes a dead letter that says what is"
            " missing. Raise the topic's retention (kafka-configs.sh): `lapor topics apply` keeps it"
        )
    if not backlog.waiting:
        return ""
    if backlog.members:
        again = f"read its log, or start another `lapor run {service}`" if service else "read the log of its members"
        return f"it is stuck, paused or too slow: {again}"
    start = f"start `lapor run {service}`" if service else "start its reader"
    if needed:
        return start
    delete = f"if the group is no longer needed, delete it: kafka-consumer-groups.sh --delete --group {backlog.group}"
    kept = ". A channel that is set up later goes on at its position in lapor.accounts"
    return f"{start}; {delete}{kept if backlog.group.startswith(SENDERS) else ''}"


def service_of(group: str) -> str:
    """Return the service that reads for a group: a worker, or the channel whose sender it is; empty for a foreign group."""
    if group.startswith(SENDERS):
        return group.removeprefix(SENDERS)
    return group.removeprefix(OURS) if group.startswith(OURS) else ""
