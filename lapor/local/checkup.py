"""Collects the observations for `lapor doctor`, which package ops judges. No observation takes longer than a few seconds."""

import math
import os
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from complaints.bus.membership import LONGEST_WITHOUT_S
from complaints.contract import topics
from complaints.errors import ConfigurationError, LaporError
from complaints.runtime.settings import Settings
from complaints.runtime.telemetry import Heartbeat
from complaints.runtime.upstream import Upstream
from complaints.runtime.variables import misspelt
from complaints.storage.spool import waiting
from lapor.local.files import allotted, modelled
from lapor.local.note import Stack
from lapor.local.up import TOPICS
from lapor.processes.channels import CHANNELS
from lapor.processes.forks import is_process
from lapor.processes.routing import agencies
from lapor.processes.secret import require_known
from lapor.processes.wiring import (
    STEPS,
    WORKERS,
    administration,
    backlogs,
    board,
    cases,
    loops,
    open_transactions,
    upstreams_in,
)
from ops import doctor as look
from ops.casework.gone import orphans
from ops.doctor import Finding, Level
from ops.lag import OURS, SENDERS, held_up, is_judged, lag, service_of, spooled, view
from ops.reach import Since, reach
from ops.standing import declared_settings, leaders, partitions, standing
from ops.stored import WHAT, stored
from sinks.clickhouse.client import Store

PATIENCE_S = 5.0
"""Seconds to wait for each answer of Kafka and ClickHouse, which answer within milliseconds if they are healthy."""

READ_THE_LOG = "read its log in the folder logs of the data folder, or check LAPOR_KAFKA and LAPOR_CLICKHOUSE"


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield the findings, those on which others depend first."""
    yield look.disk(settings.data)
    yield from (look.misspelt(sentence) for sentence in misspelt(os.environ))
    stack = Stack.running(settings.data)
    files = [*_of_router(settings, stack)]
    yield from files
    yield _stack(settings, stack)
    starting = stack.starting if stack else []
    yield from _spools(settings)
    if settings.secret_path.exists() and (settings.kafka is None or TOPICS not in starting):
        yield look.guarded("secret", lambda: _secret(settings), READ_THE_LOG)
    yield from (look.not_ready(name) for name in starting)
    if settings.kafka is not None and TOPICS not in starting:
        yield from _kafka(settings.kafka, settings.data, stack)
    if settings.clickhouse is not None and "sink" not in starting:  # the sink creates the tables
        yield look.guarded("clickhouse", lambda: _clickhouse(settings), READ_THE_LOG)
        if settings.kafka is not None and TOPICS not in starting:
            yield look.guarded(WHAT, lambda: _stored(settings), READ_THE_LOG)
        if all(one.level is not Level.fail for one in files):  # otherwise it is uncertain which agencies exist
            yield look.guarded("owners", lambda: _owners(settings), READ_THE_LOG)
    if settings.view_url is not None and settings.view_key is not None and "view" not in starting:
        yield from _view(settings)
    if stack is not None:
        turning = {loop for service in (*CHANNELS, *WORKERS) for loop in loops(service)} - set(starting)
        ours = {name: pid for name, pid in stack.services.items() if name in turning}
        # embedded servers have no heartbeat; they are checked by their protocols
        yield from look.loops(settings.data, ours)
        yield from look.restarts(settings.data, stack.restarts, now=time.time())
        if (address := stack.addresses.get("dashboard")) is not None and not stack.starting:
            pid = stack.services.get("dashboard", 0)
            runs = is_process(pid, stack.births.get("dashboard", 0.0), stack.booted)
            yield look.dashboard(address, pid if runs else 0)
    yield from look.others(settings.data, STEPS)
    yield from _upstreams(settings, stack)


def _of_router(settings: Settings, stack: Stack | None) -> Iterator[Finding]:
    """Yield a finding for the model and one for the allotments, if they are set: `lapor up` does not start with a mistake in them."""
    started = min((stack.births[name] for name in WORKERS if name in stack.births), default=0.0) if stack else 0.0
    if settings.model is not None:
        yield look.of_router("model", settings.model, modelled, started=started)
    if settings.allotments is not None:
        yield look.of_router("allotments", settings.allotments, allotted, started=started)


def _stack(settings: Settings, stack: Stack | None) -> Finding:
    data = settings.data
    if stack is not None:
        level, seen = (Level.wait, "is starting") if stack.starting else (Level.ok, "runs")
        return Finding(what="stack", level=level, detail=f"{seen} in {data} (pid {stack.pid})")
    former = Stack.read(data) or Stack()
    left = sorted(
        name for name, pid in former.services.items() if is_process(pid, former.births.get(name, 0.0), former.booted)
    )
    if left:
        return Finding(
            what="stack",
            level=Level.fail,
            detail=f"`lapor up` (pid {former.pid}) in {data} has ended, but what it started still runs: {', '.join(left)}",
            advice="nothing restarts them if they end; run `lapor up` again: it ends them and starts new ones",
        )
    return Finding(
        what="stack",
        level=Level.fail if settings.kafka is None else Level.ok,
        detail=f"none runs in {data}",
        advice="start one with `lapor up`, or give the folder of a running one with --data-dir or LAPOR_DATA",
    )


def _spools(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each channel that has had a spool in this folder."""
    for name in CHANNELS:
        if (settings.spool_folder / f"{name}.db").exists():
            yield look.guarded(f"spool of {name}", partial(_spool, settings, name), READ_THE_LOG)


def _spool(settings: Settings, name: str) -> Finding:
    waits, log = waiting(settings.spool_folder / f"{name}.db"), str(look.log_of(settings.data, name))
    return spooled(name, waits, log=log, now=time.time())


def _secret(settings: Settings) -> Finding:
    try:
        return Finding(what="secret", level=Level.ok, detail=f"{require_known(settings)}, as before")
    except ConfigurationError as error:
        return Finding(what="secret", level=Level.fail, detail=str(error))


def _kafka(brokers: str, data: Path, stack: Stack | None) -> Iterator[Finding]:
    try:
        with administration(brokers, timeout_s=PATIENCE_S) as admin:
            there = admin.found(topics())
            yield from leaders(there)
            yield look.kafka(admin.end_offsets)
            control = board(brokers).read()
            yield partitions(control, topics(), there)
            yield declared_settings(topics(), there)
        yield from standing(control, now=time.time())
        places = [(topic, at) for topic, one in there.items() for at in range(one.partitions)]
        yield from held_up(open_transactions(brokers, places, timeout_s=PATIENCE_S), now=time.time())
        found = backlogs(brokers, look.READERS, timeout_s=PATIENCE_S)
    except LaporError as error:
        yield Finding(what="kafka", level=Level.fail, detail=str(error), advice=READ_THE_LOG)
        return
    for backlog in found:
        service = service_of(backlog.group)
        unused = stack is not None and backlog.group.startswith(SENDERS) and service not in stack.services
        if unused or not is_judged(
            backlog
        ):  # the group of a channel that is not set up has positions, and nobody reads for it
            continue
        if stack is None:
            needed = backlog.group.startswith(OURS) and (backlog.members > 0 or not backlog.group.startswith(SENDERS))
            yield lag(backlog, needed=needed, now=time.time())
        elif (
            service not in stack.starting
        ):  # records that waited while the stack was stopped are no fault while it starts
            needed = service in stack.services or backlog.group in look.READERS
            yield lag(backlog, needed=needed, now=time.time(), pid=living(data, stack, service))


def living(data: Path, stack: Stack, service: str) -> int:
    """Return the pid of a group's reader if it has a fresh heartbeat and has run for long enough to be a member; else 0."""
    name = loops(service)[-1]
    age_s = Heartbeat.age_s(data / "heartbeats", name)
    works = age_s is not None and age_s < Heartbeat.STALE_AFTER_S
    joined = time.time() - stack.births.get(name, math.inf) > LONGEST_WITHOUT_S
    return stack.services.get(name, 0) if works and joined else 0


def _store(settings: Settings) -> closing[Store]:
    return closing(Store(settings.clickhouse_required(), patience_s=PATIENCE_S))


def _clickhouse(settings: Settings) -> Finding:
    with _store(settings) as store:
        return look.clickhouse(store)


def _stored(settings: Settings) -> Finding:
    with _store(settings) as store, administration(settings.kafka_required(), timeout_s=PATIENCE_S) as admin:
        return stored(store, admin)


def _owners(settings: Settings) -> Finding:
    with _store(settings) as store:
        return look.orphaned(list(orphans(store, agencies(settings).is_gone)))


def _view(settings: Settings) -> Iterator[Finding]:
    client, log = cases(settings), str(look.log_of(settings.data, "view"))
    yield from (view(url, said, log) for url, said in client.health())
    client.close()


def _upstreams(settings: Settings, stack: Stack | None) -> Iterator[Finding]:
    """Yield a finding for each account on which a running channel reports. Without a stack, `lapor run` may run a channel."""
    since = Since(started=stack.started, ready=stack.ready) if stack else Since()
    for name in CHANNELS:
        if stack is not None:
            runs = name in stack.services and name not in stack.starting
        else:
            age_s = Heartbeat.age_s(settings.data / "heartbeats", name)
            runs = age_s is not None and age_s < Heartbeat.STALE_AFTER_S
        if runs:
            for seen in Upstream.read(upstreams_in(settings.data), name):
                yield reach(name, seen, since=since, now=time.time())
