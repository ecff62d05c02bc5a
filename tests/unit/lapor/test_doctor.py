"""What is up, what is not and what to do: a finding for each, and a look that fails is a finding too."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from complaints.bus import Backlog, Offsets, Record
from complaints.bus.admin import TopicFound
from complaints.bus.membership import LONGEST_WITHOUT_S
from complaints.contract import COMPLAINTS, CONVERSATIONS, topics
from complaints.errors import StoreUnavailable
from complaints.runtime.settings import Settings
from complaints.runtime.telemetry import Heartbeat
from complaints.runtime.upstream import Reach
from complaints.storage.spool import Spool, waiting
from lapor.local.checkup import findings, living
from lapor.local.note import Stack
from ops import doctor
from ops.casework.gone import is_gone, orphans
from ops.doctor import CALM_S, CRASH_LOOP, LOOK_BACK_S, READERS, Finding, Level
from ops.lag import SLOW_S, STUCK_S, held_up, is_judged, lag, service_of, spooled
from ops.reach import Since, reach
from ops.standing import declared_settings, leaders
from ops.stored import judged
from router.agencies.registry import Agency, Registry
from router.allotments.edition import Allotments, Edition
from sinks.clickhouse.rows import TOPICS as SINK_TOPICS
from tests.harness.tables import each, each_row, row_by_row
from tests.harness.there import there


def test_a_broken_allotment_or_model_is_a_fault_before_a_router_stops_at_it(tmp_path: Path) -> None:
    """The file is read as the router reads it at its start; the finding names the mistake with its line."""
    model, folder = tmp_path / "model.json", tmp_path / "allotments"
    folder.mkdir()
    model.write_text("{}")
    (folder / "33.74.yaml").write_text("government: pemda-99.99\neditions: [{since: 2026-01-01, source: x}]\n")
    settings = Settings(data=tmp_path, model=model, allotments=folder)
    found = {one.what: one for one in findings(settings) if one.what in {"model", "allotments"}}
    assert found["model"].level is found["allotments"].level is Level.fail
    assert "is not a model of this version" in found["model"].detail
    assert "33.74.yaml:1: `government` is no government's id" in found["allotments"].detail
    (folder / "33.74.yaml").write_text("government: pemda-33.74\neditions: [{since: 2026-01-01, source: x}]\n")
    found = {one.what: one for one in findings(settings) if one.what == "allotments"}
    assert (found["allotments"].level, found["allotments"].detail) == (Level.ok, f"of 1 governments ({folder})")


def test_a_misspelt_variable_is_worth_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was to set has its default, and nothing else would say so."""
    monkeypatch.setenv("LAPOR_ALOTMENTS", "/etc/lapor")
    (found,) = [one for one in findings(Settings.read(data=tmp_path)) if one.what == "settings"]
    assert (found.level, "LAPOR_ALLOTMENTS" in found.detail) == (Level.warn, True)


def test_a_file_that_changed_after_the_start_is_worth_a_word(tmp_path: Path) -> None:
    """A service reads it at its start only."""
    path = tmp_path / "33.74.yaml"
    path.write_text("")
    os.utime(path, (NOW, NOW))
    os.utime(tmp_path, (NOW, NOW))
    starts = (0.0, NOW - 3, NOW - 1, NOW + 1)
    levels = [doctor.of_router("allotments", tmp_path, str, started=at).level for at in starts]
    assert levels == [Level.ok, Level.warn, Level.ok, Level.ok]
    found = doctor.of_router("allotments", tmp_path, str, started=NOW - 3)
    assert found.detail.endswith(
        "changed after the stack started: the running services may use what was there before, or nothing"
    )


def test_a_file_that_changed_before_the_services_started_is_in_use(tmp_path: Path) -> None:
    """The servers come first: what was written while they started is what the services read."""
    folder = tmp_path / "allotments"
    folder.mkdir()
    (folder / "33.74.yaml").write_text("government: pemda-33.74\neditions: [{since: 2026-01-01, source: x}]\n")
    settings, me = Settings(data=tmp_path, allotments=folder), psutil.Process()
    now = time.time()
    for born, level in ((now + 30, Level.ok), (now - 30, Level.warn)):
        births = {"kafka": now - 60, "router": born, "view": now + 40}
        Stack(pid=me.pid, started=me.create_time(), births=births).write(tmp_path)
        (found,) = (one for one in findings(settings) if one.what == "allotments")
        assert found.level is level


def ends_of(topic: str) -> Offsets:
    """Return the ends of two partitions, in a cluster that holds complaints only."""
    return {(topic, partition): 5 if topic == COMPLAINTS else 0 for partition in range(2)}


def test_topics_and_records_are_counted() -> None:
    """Both partitions of each."""
    assert doctor.kafka(ends_of).detail == f"{len(topics())} topics, 10 records"


def test_each_reader_is_asked_about_all_that_it_reads() -> None:
    """A topic that is left out here would be read by nobody, and doctor would say that all is well."""
    assert set(READERS["lapor-sink"]) == set(SINK_TOPICS)
    assert READERS["lapor-router"] == (COMPLAINTS,)


@row_by_row
def test_the_exit_status_is_that_of_the_worst(levels: list[Level], status: int) -> None:
    """1 where something is wrong, also while it starts; 2 where nothing is wrong and not all is there; a warning is no failure."""
    assert doctor.exit_status(levels) == status


def test_advice_stands_below_what_is_not_well() -> None:
    """What is well needs none."""
    assert Finding(what="disk", level=Level.ok, detail="much free", advice="free some").lines == [
        "ok   disk: much free"
    ]
    assert Finding(what="disk", level=Level.fail, detail="full", advice="free some").lines == [
        "FAIL disk: full",
        "     -> free some",
    ]


NOW = 1_800_000_000.0


def backlog(waiting: int = 0, age_s: float | None = None, *, members: int = 1, group: str = "lapor-router") -> Backlog:
    """Return what waits for a group."""
    oldest = None if age_s is None else int((NOW - age_s) * 1000)
    return Backlog(group=group, members=members, waiting=waiting, oldest_ms=oldest)


@each(
    ("behind", "level", "detail"),
    [
        (backlog(), Level.ok, "nothing waits"),
        (backlog(50_000, SLOW_S - 1), Level.ok, "50000 records wait, the oldest for 59 s"),
        (backlog(1, SLOW_S + 1), Level.warn, "1 record waits, the oldest for 61 s"),
        (backlog(1, STUCK_S + 1), Level.fail, "1 record waits, the oldest for 301 s"),
        (backlog(1, STUCK_S + 1, members=0), Level.fail, "1 record waits, the oldest for 301 s; no member reads"),
        (backlog(members=0), Level.warn, "nothing waits; no member reads"),
        (backlog(7), Level.warn, "7 records wait, the oldest could not be read in time"),
        (backlog(1, -5), Level.ok, "1 record waits, the oldest for 0 s"),
    ],
)
def test_lag_is_judged_by_the_age_of_the_oldest_record(behind: Backlog, level: Level, detail: str) -> None:
    """Many records of a burst are no fault, and one that is stuck is; a producer's clock may be ahead of ours."""
    found = lag(behind, needed=True, now=NOW)
    assert (found.what, found.level, found.detail) == ("lag of lapor-router", level, detail)


def test_a_group_that_nobody_needs_is_worth_a_word_and_no_failure() -> None:
    """A channel was closed, or somebody tried something out: the advice says how to be rid of it, but never of one that must be there."""
    found = lag(backlog(9, 9e6, members=0, group="lapor-sender-webhook"), needed=False, now=NOW)
    assert found.level is Level.warn
    assert "`lapor run webhook`" in found.advice
    assert "--delete --group lapor-sender-webhook" in found.advice
    assert "set up later goes on at its position" in found.advice
    assert "--delete" not in lag(backlog(3, 900, members=0), needed=True, now=NOW).advice


@row_by_row
def test_the_advice_names_the_service_that_reads(group: str, service: str) -> None:
    """The group of somebody else has none of ours."""
    assert service_of(group) == service


def test_the_orders_group_of_a_router_that_ended_says_nothing() -> None:
    """Each router has one of its own for its life; old ones would be behind for ever."""
    assert not is_judged(backlog(3, 900, members=0, group="lapor-router-control-0a"))
    assert not is_judged(backlog(3, 900, members=1, group="lapor-router-control-0a"))
    assert is_judged(backlog(3, 900, members=0))


def test_a_further_worker_that_was_killed_is_a_failure(tmp_path: Path) -> None:
    """Nothing restarts it; one that ended on purpose has removed its file, and other loops are judged elsewhere."""
    for name in ("router-1", "conversation-2", "sms-sender"):
        Heartbeat(tmp_path / "heartbeats", name).beat()
    os.utime(tmp_path / "heartbeats" / "conversation-2", (time.time() - 100, time.time() - 100))
    dead, well = doctor.others(tmp_path, {"router", "conversation"})
    assert (dead.what, dead.level) == ("worker 2 of conversation", Level.fail)
    assert "LAPOR_ORDINAL=2 lapor run conversation" in dead.advice
    assert (well.what, well.level) == ("worker 1 of router", Level.ok)


def test_a_heartbeat_of_the_future_is_no_sign_of_life(tmp_path: Path) -> None:
    """The clock was set back since: nothing is known of its age."""
    Heartbeat(tmp_path / "heartbeats", "loop").beat()
    os.utime(tmp_path / "heartbeats" / "loop", (time.time() + 3600, time.time() + 3600))
    assert there(Heartbeat.age_s(tmp_path / "heartbeats", "loop")) > Heartbeat.STALE_AFTER_S
    (found,) = doctor.loops(tmp_path, {"loop": 1})
    assert (found.level, "inf" in found.detail) == (Level.fail, False)


@pytest.mark.parametrize(
    ("ages_s", "level", "detail"),
    [
        ([LOOK_BACK_S + 1], Level.ok, "none in the last 10 minutes"),
        ([70], Level.warn, "1 in the last 10 minutes, the last 70 s ago"),
        ([10.0 * number for number in range(CRASH_LOOP, 0, -1)], Level.fail, "the last 10 s ago"),
        ([CALM_S + 30, CALM_S + 20, CALM_S + 10], Level.warn, f"the last {CALM_S + 10:.0f} s ago"),
        (
            [-7170, -7173, -7176],
            Level.warn,
            "the last at a time that is ahead of now: the clock was wrong then, or is now",
        ),
    ],
    ids=["last night", "once", "a crash loop", "a crash loop that is over", "before the clock was set back"],
)
def test_restarts_are_shown_and_a_crash_loop_is_a_failure(
    tmp_path: Path, ages_s: list[float], level: Level, detail: str
) -> None:
    """With the log that says why. "The last -7176 s ago" was a crash loop until the clock had come so far."""
    (found,) = doctor.restarts(tmp_path, {"router": [NOW - age for age in ages_s], "sink": []}, now=NOW)
    assert (found.level, found.detail.endswith(detail)) == (level, True), found.detail
    assert found.what == ("restarts" if level is Level.ok else "restarts of router")
    assert (str(tmp_path / "logs" / "router.log") in found.advice) == (level is not Level.ok)


STARTED = Since(started=NOW - 1000, ready=NOW - 980)


@each_row
def test_an_upstream_is_judged_by_when_it_was_reached(seen: dict[str, Any], level: Level, detail: str) -> None:
    """Never reached is a failure soon, reached once and away now only after minutes."""
    found = reach("sms", Reach(account="lapor@smsc:2775", **seen), since=STARTED, now=NOW)
    assert (found.what, found.level, found.detail) == ("upstream of sms, lapor@smsc:2775", level, detail)
    assert "LAPOR_SMPP" in found.advice


def test_a_channel_that_is_ready_only_now_has_its_time() -> None:
    """It may have been made long before the rest of a slow start."""
    seen = Reach(account="bot 1", tried=NOW - 100)
    assert reach("telegram", seen, since=Since(started=NOW - 100, ready=NOW - 2), now=NOW).level is Level.wait


class Tables:
    """A ClickHouse that answers, or does not."""

    def __init__(self, error: Exception | None = None, *, recent: int = 0) -> None:
        self._error, self._recent = error, recent

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Count."""
        assert parameters is None
        if self._error:
            raise self._error
        if "WHERE" in sql:
            return [(self._recent,)]
        return [(872,)] if "FROM complaints" in sql else [(1,)]


def test_rows_that_were_lost_are_a_fault_though_nothing_waits_for_the_sink() -> None:
    """All of them, at any number; some, beyond what has no row for another reason."""
    first, passed = {0: 0, 1: 500}, {0: 20, 1: 4_000}
    whole = judged({0: 18, 1: 3_990}, passed=passed, first=first)
    nothing = judged({}, passed=passed, first=first)
    some = judged({0: 18, 1: 900}, passed=passed, first=first)
    assert (whole.level, nothing.level, some.level) == (Level.ok, Level.fail, Level.fail)
    assert "3520 offsets" in nothing.detail
    assert "(partitions 1)" in some.detail
    assert "lapor offsets set lapor-sink --to earliest" in nothing.advice
    assert judged({}, passed={}, first=first).level is Level.ok  # it has not begun
    assert judged({}, passed={0: 0, 1: 500}, first=first).level is Level.ok  # there was nothing


def test_dead_letters_of_the_last_day_are_a_warning_with_the_question_to_ask() -> None:
    """What a citizen was thanked for may be among them. Without new ones ClickHouse says what it holds."""
    well, found = doctor.clickhouse(Tables()), doctor.clickhouse(Tables(recent=1))
    assert (well.level, well.detail) == (Level.ok, "872 complaints, 1 dead letters")
    assert (found.level, found.detail) == (Level.warn, "872 complaints, 1 dead letters, 1 of them within a day")
    assert "lapor deadletters list" in found.lines[1]


def test_open_cases_of_units_that_no_longer_exist_are_a_warning_with_their_numbers_and_the_command() -> None:
    """Deleted from a file, or taken away by an edition; an office that a secret case hides is no such unit."""
    pemda = Agency("pemda-33.74", "", "government", None, "33.74")
    edition = Edition("33.74", date(2026, 1, 1), "", {}, {}, gone={"dpu-33.74": pemda})
    allotments = Allotments({"33.74": (edition,)}, date(2026, 11, 26))
    codes: dict[str, list[str]] = {
        "lampu-33.74": ["K-7QH2M9XB4TPD", ""],
        "dpu-33.74": ["K-2Q74GVWWCE30"],
        "dishub-33.74": ["K-TPH3CPFVJBW0"],
        "kec-33.74": [""],
    }

    def execute(sql: str, asked: Mapping[str, Any]) -> list[tuple[str]]:
        assert "FROM cases" in sql
        assert {"closed", "answered"}.isdisjoint(asked["open"])
        assert "routed" in asked["open"]
        return [(one,) for one in (codes[asked["owner"]] if "owner" in asked else codes)]

    store: Any = SimpleNamespace(execute=execute)
    found = doctor.orphaned(list(orphans(store, lambda one: is_gone(one, Registry.load(), allotments))))
    assert (found.what, found.level) == ("owners", Level.warn)
    assert found.detail == (
        "open cases of units that no longer exist: 3; dpu-33.74 (1): K-2Q74GVWWCE30; lampu-33.74 (2): K-7QH2M9XB4TPD, (secret)"
    )
    assert "lapor case reroute" in found.advice
    none = doctor.orphaned(list(orphans(store, lambda _: False)))
    assert (none.level, none.detail) == (Level.ok, "the owner of every open case exists")


def test_a_look_that_fails_is_a_finding_with_its_advice() -> None:
    """The other looks go on. Only errors of the tree are expected: a fault of our own is not hidden."""
    away = Tables(StoreUnavailable("no ClickHouse at 127.0.0.1:9000"))
    found = doctor.guarded("clickhouse", lambda: doctor.clickhouse(away), "start it")
    assert found == Finding(
        what="clickhouse", level=Level.fail, detail="no ClickHouse at 127.0.0.1:9000", advice="start it"
    )
    with pytest.raises(ZeroDivisionError):
        doctor.guarded("x", lambda: Finding(what=str(1 // 0), level=Level.ok), "")


def test_the_fullest_disk_of_the_data_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool or the states may be on a disk of their own; of one disk the data folder itself is named."""
    for name in ("spool", "steps", "logs"):
        (tmp_path / name).mkdir()
    free = {tmp_path: 9 << 30, tmp_path / "spool": 5 << 20}
    monkeypatch.setattr(doctor, "_disk_of", lambda folder: free.get(folder, 9 << 30))
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=free[folder]))
    found = doctor.disk(tmp_path)
    assert (found.level, found.detail) == (Level.fail, f"5 MiB free at {tmp_path / 'spool'}")
    free[tmp_path / "spool"] = 10 << 30
    assert doctor.disk(tmp_path).detail == f"9216 MiB free at {tmp_path}"


def test_the_disk_is_looked_at_before_the_folder_is_there(tmp_path: Path) -> None:
    """At the nearest folder above it."""
    found = doctor.disk(tmp_path / "not" / "yet")
    assert str(tmp_path) in found.detail
    assert "MiB free" in found.detail


@pytest.mark.parametrize(
    ("age_s", "level"), [(SLOW_S - 5, Level.ok), (SLOW_S + 5, Level.warn), (STUCK_S + 5, Level.fail)]
)
def test_what_waits_in_a_spool_is_shown_by_its_number_and_the_age_of_the_oldest(
    tmp_path: Path, age_s: float, level: Level
) -> None:
    """Also while its channel is at work on it, and after it was killed; it has the thresholds of lag."""
    spool = Spool(tmp_path / "spool" / "sms.db", max_bytes=1 << 20)
    for age in (age_s, 0):
        at = datetime.fromtimestamp(time.time() - age, UTC).isoformat().encode()
        spool.append(Record(topic="t", key=b"k", value=b"v", headers=(("ce_time", at),))).result(30)
    try:
        (found,) = [one for one in findings(Settings.read(data=tmp_path)) if one.what == "spool of sms"]
    finally:
        spool.close()
    assert found.level is level
    assert found.detail.startswith(f"2 messages that were acknowledged wait for Kafka, the oldest for {age_s:.0f}"[:-1])
    assert "`lapor topics check`" in found.advice


def test_a_spool_that_is_empty_or_broken_is_a_finding(tmp_path: Path) -> None:
    """Read without a channel that has it open; one that cannot be read is a fault."""
    for name in ("sms", "web"):
        Spool(tmp_path / "spool" / f"{name}.db", max_bytes=1 << 20).close()
    (tmp_path / "spool" / "web.db").write_bytes(b"no database")
    found = {one.what: one for one in findings(Settings.read(data=tmp_path)) if one.what.startswith("spool")}
    assert (found["spool of sms"].level, found["spool of sms"].detail) == (Level.ok, "empty")
    assert found["spool of web"].level is Level.fail


@each(
    ("said", "level", "detail"),
    [
        (
            "2027-01-15T08:05:00+00:00",
            Level.warn,
            ", the oldest by its own time from 300 s ahead of now: the clock was wrong",
        ),
        ("2027-01-15T08:00:01Z", Level.ok, ", the oldest for 0 s"),
        ("2027-01-15T07:58:00", Level.warn, ", the oldest for 120 s"),
        ("yesterday", Level.warn, ", nobody knows since when"),
    ],
)
def test_a_spool_whose_time_cannot_be_is_worth_a_look(tmp_path: Path, said: str, level: Level, detail: str) -> None:
    """A clock that was ahead would make all seem new; what is no time, or has no zone, is no fault of doctor's."""
    (tmp_path / "sms.db").unlink(missing_ok=True)
    spool = Spool(tmp_path / "sms.db", max_bytes=1 << 20)
    spool.append(Record(topic="t", key=b"k", value=b"v", headers=(("ce_time", said.encode()),))).result(30)
    spool.close()
    found = spooled("sms", waiting(tmp_path / "sms.db"), log="sms.log", now=NOW)
    assert (found.level, detail in found.detail) == (level, True)


def test_a_reader_that_lives_and_has_lost_its_group_is_a_fault_at_once() -> None:
    """Its heartbeat is fresh and it reads nothing: nobody would look before the oldest record is minutes old."""
    found = lag(backlog(1, 2, members=0), needed=True, now=NOW, pid=77)
    assert (found.level, "has lost its group" in found.detail) == (Level.fail, True)
    assert "restart it (pid 77)" in found.advice
    assert lag(backlog(1, 2), needed=True, now=NOW, pid=77).level is Level.ok


def test_a_reader_counts_as_living_once_it_has_had_time_to_join(tmp_path: Path) -> None:
    """By the heartbeat of what reads for the group: of a channel with accounts that is its sender."""
    old, new = time.time() - 2 * LONGEST_WITHOUT_S, time.time()
    stack = Stack(services={"router": 1, "sms": 2, "sms-sender": 3, "sink": 4, "conversation": 5})
    stack.births = {"router": old, "sms": old, "sms-sender": old, "sink": new, "conversation": old}
    for name in ("router", "sms", "sms-sender", "sink"):
        Heartbeat(tmp_path / "heartbeats", name).beat()
    groups = ("router", "sms", "sink", "conversation", "")
    assert [living(tmp_path, stack, service) for service in groups] == [1, 3, 0, 0, 0]


def test_an_open_transaction_is_worth_a_look_once_it_is_older_than_any_of_ours() -> None:
    """What came behind it is no lag that anybody can see."""
    began = {("lapor.sends", 2): int(NOW - 40) * 1000, ("lapor.cases", 0): int(NOW - 2) * 1000}
    (found,) = held_up(began, now=NOW)
    assert (found.level, found.detail[:56]) == (Level.warn, "an open transaction holds up lapor.sends/2 for 40 s: nob")
    assert "find-hanging --topic lapor.sends --partition 2`" in found.advice
    assert list(held_up(began, now=NOW - 20)) == []
    assert [one.level for one in held_up(began, now=NOW + 300)] == [Level.fail]


def test_a_topic_that_takes_less_than_is_declared_is_a_fault() -> None:
    """Kafka would refuse messages that are within our limits, and only the channels' logs would say so."""
    declared = topics()[CONVERSATIONS]
    right = TopicFound(partitions=3, settings=dict(declared.settings))
    wrong = replace(right, settings={**declared.settings, "max.message.bytes": "900"})
    assert declared_settings({CONVERSATIONS: declared}, {CONVERSATIONS: right}).level is Level.ok
    found = declared_settings({CONVERSATIONS: declared}, {CONVERSATIONS: wrong})
    assert found.level is Level.fail
    assert found.detail.startswith(f"{CONVERSATIONS} has max.message.bytes=900, declared is ")
    assert "`lapor topics apply`" in found.advice


def test_partitions_without_a_leader_are_named() -> None:
    """Steps that have touched one wait as a whole, so it is the first to be corrected; all well is no line."""
    whole, broken = TopicFound(partitions=3, settings={}), TopicFound(partitions=3, settings={}, leaderless=(0, 2))
    assert list(leaders({"a": whole})) == []
    (found,) = leaders({"b": broken, "a": whole})
    assert (found.level, found.detail) == (Level.fail, "no broker that is there has b/0, b/2")


def test_a_loop_that_turns_one_that_is_stuck_and_one_that_never_turned(tmp_path: Path) -> None:
    """Each by its heartbeat; a service without one is not well, for its loop should have turned long ago."""
    for name in ("sms", "router"):
        Heartbeat(tmp_path / "heartbeats", name).beat()
    stale = time.time() - Heartbeat.STALE_AFTER_S - 1
    os.utime(tmp_path / "heartbeats" / "router", (stale, stale))
    found = {finding.what: finding for finding in doctor.loops(tmp_path, {"sms": 1, "router": 2, "web": 3})}
    levels = {name: finding.level for name, finding in found.items()}
    assert levels == {"sms": Level.ok, "router": Level.fail, "web": Level.fail}
    assert "no heartbeat yet (pid 3)" in found["web"].detail
    assert found["router"].advice.endswith("router.log")
