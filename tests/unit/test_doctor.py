"""What is up, what is not and what to do: a finding for each, and a look that fails is a finding too."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from complaints.bus import Offsets
from complaints.contract import CASE_EVENTS, COMPLAINTS, topics
from complaints.errors import StoreUnavailable
from complaints.runtime.telemetry import Heartbeat
from ops import doctor
from ops.doctor import MOST_LAG, Finding


class Cluster:
    """An Admin of a cluster that holds so many records in each partition of some topics."""

    def __init__(self, held: Mapping[str, int], groups: Mapping[str, Offsets] | None = None) -> None:
        self._held, self._groups = held, groups or {}

    def ensure_topics(self, replication: int = -1) -> list[str]:
        """All are there."""
        assert replication
        return []

    def create_like(self, name: str, like: str, *, retention_ms: int = -1) -> None:
        """Nobody asks for it here."""

    def end_offsets(self, topic: str) -> Offsets:
        """Return the ends of two partitions."""
        return {(topic, partition): self._held.get(topic, 0) for partition in range(2)}

    def group_offsets(self, group: str) -> Offsets:
        """Return what a group has done."""
        return self._groups.get(group, {})

    def close(self) -> None:
        """Nothing is open."""


def findings(cluster: Cluster) -> dict[str, Finding]:
    """Return what is found, by name."""
    return {finding.what: finding for finding in doctor.kafka(cluster)}


def test_topics_and_records_are_counted() -> None:
    """And workers that are near the end are well."""
    done: Offsets = {(COMPLAINTS, 0): 4, (COMPLAINTS, 1): 5}
    found = findings(Cluster({COMPLAINTS: 5}, {"lapor-router": done, "lapor-sink": done}))
    assert found["kafka"].detail == f"{len(topics())} topics, 10 records"
    assert (found["lag of lapor-router"].well, found["lag of lapor-router"].detail) == (True, "1 records")


def test_a_worker_far_behind_is_told_with_what_to_do() -> None:
    """Lag is the sum over partitions."""
    done: Offsets = {(COMPLAINTS, 0): 0, (COMPLAINTS, 1): MOST_LAG}
    found = findings(Cluster({COMPLAINTS: MOST_LAG + 1}, {"lapor-router": done}))["lag of lapor-router"]
    assert (found.well, found.detail) == (False, f"{MOST_LAG + 2} records")
    assert "lapor run router" in found.advice


def test_a_worker_that_never_read_is_behind_by_all_there_is() -> None:
    """No progress is not the same as no lag."""
    found = findings(Cluster({COMPLAINTS: MOST_LAG, CASE_EVENTS: 1}))
    assert found["lag of lapor-router"].detail == f"{2 * MOST_LAG + 2} records"
    assert not found["lag of lapor-sink"].well


class Tables:
    """A ClickHouse that answers, or does not."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Count."""
        assert parameters is None
        if self._error:
            raise self._error
        return [(872,)] if "FROM complaints" in sql else [(1,)]


def test_clickhouse_says_what_it_holds() -> None:
    """Complaints and dead letters."""
    assert doctor.clickhouse(Tables()).detail == "872 complaints, 1 dead letters"


def test_a_look_that_fails_is_a_finding_with_its_advice() -> None:
    """The other looks go on."""
    away = Tables(StoreUnavailable("no ClickHouse at 127.0.0.1:9000"))
    found = doctor.guarded("clickhouse", lambda: doctor.clickhouse(away), "start it")
    assert found == Finding("clickhouse", well=False, detail="no ClickHouse at 127.0.0.1:9000", advice="start it")


def test_a_fault_of_our_own_is_not_hidden_as_a_finding() -> None:
    """Only errors of the tree are expected."""
    with pytest.raises(ZeroDivisionError):
        doctor.guarded("x", lambda: Finding("x", well=bool(1 // 0)), "")


def test_the_disk_is_looked_at_before_the_folder_is_there(tmp_path: Path) -> None:
    """At the nearest folder above it."""
    found = doctor.disk(tmp_path / "not" / "yet")
    assert str(tmp_path) in found.detail
    assert "MiB free" in found.detail


def test_a_loop_that_turns_one_that_is_stuck_and_one_that_never_turned(tmp_path: Path) -> None:
    """Each by its heartbeat; a service without one is not well, for its loop should have turned long ago."""
    for name in ("sms", "router"):
        Heartbeat(tmp_path / "heartbeats", name).beat()
    stale = time.time() - Heartbeat.STALE_AFTER_S - 1
    os.utime(tmp_path / "heartbeats" / "router", (stale, stale))
    found = {finding.what: finding for finding in doctor.loops(tmp_path, {"sms": 1, "router": 2, "web": 3})}
    assert {name: finding.well for name, finding in found.items()} == {"sms": True, "router": False, "web": False}
    assert "never turned (pid 3)" in found["web"].detail
    assert found["router"].advice.endswith("router.log")
