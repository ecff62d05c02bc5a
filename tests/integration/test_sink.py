"""The sink on the real Kafka and the real ClickHouse engine: each event in its table once, whatever dies in between."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from complaints.bus import Record
from complaints.bus.envelope import AnyEvent, encode
from complaints.contract import COMPLAINTS
from complaints.errors import ConfigurationError
from complaints.event import CaseEventKind, Deadline, OccurredOn
from sinks.clickhouse.client import Store, StoreRejected
from sinks.clickhouse.migrate import LEDGER, migrate, migrations
from sinks.clickhouse.sink import Pending
from tests.harness.events import DPU, PEMDA, dead_letter, disposition, poison, refusal
from tests.harness.sink import SinkHouse, partition_of
from tests.harness.support import KafkaServer, start_clickhouse, wait_until

DIES_AFTER_ITS_FIRST_INSERT = """
import os, signal, sys
from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import TABLES
from complaints.runtime.fuse import Fuse
from sinks.clickhouse.sink import Pace, Sink
import threading

class Mortal(Store):
    def insert(self, table, columns, rows, *, token):
        super().insert(table, columns, rows, token=token)
        print(len(rows), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

brokers, group, address = sys.argv[1:]
consumer = ConfluentConsumer(brokers, group=group, topics=list(TABLES))
sink = Sink(consumer, Mortal(address), ConfluentProducer(brokers), Pace(most_rows=1000, interval_s=1.0), Fuse(1000))
sink.run(threading.Event(), lambda _: None)
"""


@pytest.fixture
def house(kafka: KafkaServer, clickhouse_server: str) -> Iterator[SinkHouse]:
    """A database and a group of this test's own."""
    made = SinkHouse(kafka.brokers, clickhouse_server)
    yield made
    made.close()


@pytest.fixture
def empty(clickhouse_server: str) -> Iterator[Store]:
    """A database without tables."""
    server = Store(clickhouse_server)
    name = f"empty_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    store = Store(f"{clickhouse_server}/{name}")
    yield store
    store.close()
    server.close()


def test_each_migration_is_applied_once(empty: Store) -> None:
    """The second start finds nothing to do."""
    assert migrate(empty) == [migration.name for migration in migrations()]
    assert migrate(empty) == []
    assert empty.execute("SELECT count() FROM migrations") == [(len(migrations()),)]


def test_a_migration_that_was_changed_after_it_was_applied_stops_the_start(empty: Store) -> None:
    """Tables would no longer be what the files say."""
    migrate(empty)
    empty.execute("ALTER TABLE migrations UPDATE checksum = 'another' WHERE number = 1 SETTINGS mutations_sync = 2")
    with pytest.raises(ConfigurationError, match=r"0001_\w+\.sql was changed after it was applied"):
        migrate(empty)


def test_a_query_of_an_analyst_changes_nothing(house: SinkHouse) -> None:
    """Nobody can drop a view by a slip: no start would make it again."""
    for sql in ("DROP TABLE complaints", "TRUNCATE TABLE complaint_rows", "CREATE TABLE mine (a Int8) ENGINE = Memory"):
        with pytest.raises(StoreRejected, match="only read"):
            house.store.table(sql)
    assert house.store.table("SELECT count() AS n FROM complaints SETTINGS max_threads = 1") == (["n"], [(0,)])


def test_a_slip_in_sql_is_told_without_the_whole_grammar(house: SinkHouse) -> None:
    """ClickHouse names three hundred words that could stand there."""
    with pytest.raises(StoreRejected, match="Syntax error") as told:
        house.store.table("SELEC 1")
    assert len(str(told.value)) < 300


def test_an_interrupted_migration_is_taken_up_where_it_stopped(empty: Store) -> None:
    """In the middle of a file, and between the last statement and its note."""
    first = migrations()[0]
    empty.execute(LEDGER)
    for statement in first.statements[:2]:
        empty.execute(statement)
    assert first.name in migrate(empty)
    empty.execute("ALTER TABLE migrations DELETE WHERE number = 2 SETTINGS mutations_sync = 2")
    assert migrate(empty) == [migrations()[1].name]


def test_every_topic_reaches_its_table_and_its_view(house: SinkHouse) -> None:
    """With the present owner beside each complaint."""
    case, other = house.complaint(), house.complaint()
    events: list[AnyEvent] = [
        case,
        other,
        disposition(case),
        disposition(other),
        refusal(case, DPU),
        disposition(case, PEMDA, hop=1),
    ]
    house.send(*(encode(event, source="/tests") for event in (*events, dead_letter())))
    sink = house.sink()
    house.wait_for(1, "dead_letters")
    house.wait_for(3, "dispositions")
    house.wait_for(2, "cases WHERE owner_id != ''")
    house.wait_for(1, "case_events")
    sink.stop()
    owners = dict(house.store.execute("SELECT complaint_id, owner_id FROM cases"))
    assert owners == {case.id: PEMDA.id, other.id: DPU.id}
    assert house.store.execute("SELECT kind FROM case_events") == [(CaseEventKind.not_ours.value,)]


def test_an_insert_that_is_repeated_with_its_token_adds_nothing(house: SinkHouse) -> None:
    """Another token does: the table itself takes what it is given."""
    columns, row = ["complaint_id", "tracking_code"], (uuid4(), "X")
    for token in ("a", "a", "b"):
        house.store.insert("complaint_rows", columns, [row], token=token)
    assert house.rows("complaint_rows") == 2
    assert house.rows("complaints") == 1


def test_a_value_that_no_column_holds_is_refused_at_once(house: SinkHouse) -> None:
    """Waiting for ClickHouse would not make it fit; the connection is sound afterwards."""
    with pytest.raises(StoreRejected):
        house.store.insert("disposition_rows", ["complaint_id", "hop"], [(uuid4(), 300)], token="a")
    assert house.rows("disposition_rows") == 0


def test_an_event_that_stands_twice_is_shown_once(house: SinkHouse) -> None:
    """A redelivery or a router's second answer: the views are right before ClickHouse has merged anything."""
    case = house.complaint()
    twice = [encode(event, source="/tests") for event in (case, disposition(case), refusal(case, DPU), dead_letter())]
    sink = house.sink()
    tables = ("complaint", "disposition", "case_event", "dead_letter")
    for count in (1, 2):
        house.send(*twice)
        for table in tables:
            house.wait_for(count, f"{table}_rows")
    for table in tables:
        assert house.rows(f"{table}s") == 1
    assert house.rows("cases") == 1
    sink.stop()


def test_killed_between_insert_and_commit_it_inserts_the_same_cut_again(house: SinkHouse) -> None:
    """More has come since, and still the raw table has every row once."""
    key = uuid4().hex.encode()
    before = house.publish(5, key=key)
    arguments = [sys.executable, "-c", DIES_AFTER_ITS_FIRST_INSERT, house.brokers, house.name, house.address]
    killed = subprocess.run(arguments, capture_output=True, timeout=60, check=False)
    assert killed.returncode == -9, killed.stderr
    assert (int(killed.stdout), house.rows()) == (5, 5)
    after = house.publish(7, key=key)
    sink = house.sink()
    wait_until(lambda: sink.stored == 12, what="all twelve")  # five of them were inserted again, and ClickHouse knew
    sink.stop()
    found = [row[0] for row in house.store.execute("SELECT complaint_id FROM complaint_rows")]
    assert sorted(found) == sorted(before + after)


def test_a_noted_cut_waits_until_all_of_it_was_read(house: SinkHouse) -> None:
    """The same batch or none: a smaller one would have another token."""
    key = uuid4().hex.encode()
    start = partition_of(house, key)
    house.note(start, start.offset + 3)
    house.publish(2, key=key)
    sink = house.sink()
    wait_until(lambda: sink.turns > 20, what="some turns")
    assert house.rows() == 0
    house.publish(2, key=key)
    house.wait_for(4)
    sink.stop()


def test_pending_gives_the_noted_batch_first_and_the_others_after_it() -> None:
    """Offsets may have gaps: the cut is a place, not a count."""
    pending = Pending(10, 14, [poison(COMPLAINTS, offset) for offset in (10, 12)])
    assert pending.take() == []
    pending.records += [poison(COMPLAINTS, offset) for offset in (15, 16)]
    assert [record.offset for record in pending.take()] == [10, 12]
    assert [record.offset for record in pending.take()] == [15, 16]
    assert pending.take() == []


def test_poison_becomes_a_dead_letter_and_the_rest_goes_on(house: SinkHouse) -> None:
    """Its dead letter is shown with its place, and what is too large for a column is no different."""
    key = uuid4().hex.encode()
    case = house.complaint()
    (at,) = house.send(Record(topic=COMPLAINTS, key=key, value=b"no json"))
    house.send(encode(disposition(case, hop=300), source="/tests"))
    house.publish(1, key=key)
    sink = house.sink()
    house.wait_for(1)
    house.wait_for(2, "dead_letters")
    sink.stop()
    shown = house.store.execute(
        "SELECT source_partition, source_offset, error_class FROM dead_letters ORDER BY source_topic"
    )
    assert shown[0] == (at.partition, at.offset, "ContractViolation")
    assert house.rows("dispositions") == 0


def test_a_topic_full_of_poison_blows_the_fuse_and_nothing_of_it_is_committed(house: SinkHouse) -> None:
    """The fault is then in the deployment; after it is mended the same records are read again."""
    for _ in range(3):
        house.send(Record(topic=COMPLAINTS, key=b"one partition", value=b"no json"))
    blown = house.sink(fuse=3)
    wait_until(lambda: blown.crash is not None, timeout_s=60, what="the blown fuse")
    assert house.rows("dead_letters") == 0
    blown.stop()
    mended = house.sink(fuse=1000)
    house.wait_for(3, "dead_letters")
    mended.stop()


def test_dates_at_the_ends_of_the_calendar_are_stored(house: SinkHouse) -> None:
    """A slip in a year must not stop the sink."""
    first = house.complaint().model_copy(update={"occurred_on": OccurredOn(date=date.min, precision="day")})
    last = house.complaint().model_copy(update={"received_at": datetime(9999, 12, 31, tzinfo=UTC)})
    due = Deadline(duty="forward", working_days=3, due=date.max, source="x")
    house.send(*(encode(event, source="/tests") for event in (first, last, disposition(first, deadlines=(due,)))))
    sink = house.sink()
    house.wait_for(2)
    house.wait_for(1, "dispositions")
    sink.stop()
    assert len(house.store.execute("SELECT occurred_on, received_at FROM complaints")) == 2


def test_clickhouse_away_loses_nothing(kafka: KafkaServer, tmp_path: Path) -> None:
    """It is killed, events go on, it comes back: all are there once."""
    process, address = start_clickhouse(tmp_path / "ch")
    house = SinkHouse(kafka.brokers, address)
    sink = house.sink()
    house.publish(5)
    house.wait_for(5)
    process.kill()
    process.wait(30)
    house.publish(5)
    turns = sink.turns
    wait_until(lambda: sink.turns > turns + 2, what="tries")
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "embedded.clickhouse", "--port", port, "--data-dir", str(tmp_path / "ch")]
    again = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: sink.stored == 10, what="the second five", timeout_s=60)
    sink.stop()
    assert (house.rows("complaint_rows"), house.rows("complaints")) == (10, 10)
    house.close()
    again.terminate()
    again.wait(30)


def test_two_sinks_share_the_partitions_and_hand_over(house: SinkHouse) -> None:
    """One joins and leaves while events flow: each row once, also in the raw table."""
    first = house.sink(most_rows=50)
    published = len(house.publish(300))
    house.wait_for(published)
    second = house.sink(most_rows=50)

    def shared() -> bool:
        nonlocal published
        published += len(house.publish(20))
        return second.stored > 0

    wait_until(shared, what="a share of the second", timeout_s=60)
    second.stop()
    published += len(house.publish(300))
    house.wait_for(published)
    first.stop()
    assert house.rows() == published
