"""`lapor generate` writes an invented history into ClickHouse: as many cases as it is asked for, and none among real ones by a slip."""

import sys
from collections.abc import Callable

import pytest

from complaints.runtime.settings import Settings
from lapor.cli import main
from ops.analysts import history
from sinks.clickhouse.client import Store
from tests.harness.columns import unlisted
from tests.harness.sink import empty, migrated

ASKED = ("--complaints", "40", "--days", "30", "--until", "2025-11-30")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def database(clickhouse_server: str) -> str:
    """One of a test's own: a history is written by moving its tables."""
    return migrated(clickhouse_server)


@pytest.fixture
def generate(store: Store, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on a database that the settings name; returns its status and what it said."""
    for setting in Settings.model_fields:
        monkeypatch.delenv(f"LAPOR_{setting.upper()}", raising=False)
    monkeypatch.setenv("LAPOR_CLICKHOUSE", database)
    assert store.execute("SELECT count() FROM case_now") == [(0,)]

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["lapor", "generate", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


def test_as_many_cases_as_asked_for_of_those_days(generate: Run, store: Store) -> None:
    """With all that the views show of them, in values that the data dictionary lists, and the tables that they are joined with."""
    assert generate(*ASKED)[0] == 0
    days = "min(received_day) >= '2025-10-30' AND max(received_day) <= '2025-11-30'"
    assert store.execute(f"SELECT count(), {days} FROM cases") == [(40, 1)]
    for view in (
        "complaints",
        "dispositions",
        "case_events",
        "messages",
        "replies",
        "deliveries",
        "agencies",
        "calendar",
    ):
        assert store.execute(f"SELECT count() > 0 FROM {view}") == [(1,)], view
    assert unlisted(store) == {}


def test_a_history_until_today_ends_now(generate: Run, store: Store) -> None:
    """It has all its cases, and what has not happened yet is in none of them. Nor is there a last day after today."""
    for until in ((), ("--until", "2100-01-01", "--yes")):
        assert generate("--complaints", "2000", "--days", "3", *until)[0] == 0
        assert store.execute("SELECT count(), max(received_at) > now() - INTERVAL 2 DAY FROM cases") == [(2000, 1)]
        assert store.execute("SELECT count() FROM cases WHERE greatest(received_at, changed_at) > now()") == [(0,)]
        for view in ("complaints", "dispositions", "case_events", "messages", "replies", "deliveries", "dead_letters"):
            assert store.execute(f"SELECT count() FROM {view} WHERE at > now()") == [(0,)], view


def test_nothing_is_mixed_into_cases_that_are_there_unless_asked_for(generate: Run, store: Store) -> None:
    """The same seed gives the same cases, which replace themselves; another one gives others."""
    generate(*ASKED)
    status, told = generate(*ASKED, "--seed", "2")
    assert (status, told.count("\n")) == (2, 1)
    assert "ClickHouse has 40 cases already" in told
    assert generate(*ASKED, "--yes")[0] == 0
    assert store.execute("SELECT count() FROM cases") == [(40,)]
    assert generate(*ASKED, "--seed", "2", "--yes")[0] == 0
    assert store.execute("SELECT count() FROM cases") == [(80,)]


def test_a_long_history_is_written_in_rounds(generate: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round has the cases that it would have in one, each of them once. It reads none of those before, and leaves nothing behind."""
    generate(*ASKED)
    ids = "SELECT count(), sum(cityHash64(complaint_id, received_at, topic, owner_id)) FROM cases"
    in_one = store.execute(ids)
    monkeypatch.setattr(history, "MOST_AT_ONCE", 15)
    everything = (
        "SELECT * FROM (SELECT count() FROM case_event_rows) AS facts, (SELECT count() FROM delivery_rows) AS outcomes"
    )
    in_one_round = store.execute(everything)
    empty(store)
    assert generate(*ASKED)[0] == 0
    assert store.execute(ids) == in_one
    assert store.execute(everything) == in_one_round, "without FINAL: no row is written twice"
    assert store.execute("SHOW TABLES LIKE 'history%'") == []
    assert store.execute("SELECT count() = uniqExact(delivery_id) FROM delivery_rows FINAL") == [(1,)]
