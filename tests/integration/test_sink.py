"""The sink on the real Kafka and the real ClickHouse engine: each event in its table once, whatever dies in between."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from complaints.bus import Record
from complaints.bus.envelope import AnyEvent, encode
from complaints.bus.step.held import fuses
from complaints.bus.step.place.positions import position_key
from complaints.case import Case
from complaints.contract import CASE_EVENTS, CASES
from complaints.errors import ConfigurationError, ContractViolation
from complaints.event import DatePrecision, Deadline, OccurredOn, Pin, Place
from complaints.fact import Fact, FactKind
from complaints.tracking import spaced
from embedded.clickhouse.accounts import REFERENCE, VIEWS
from sinks.clickhouse.client import Store, StoreRejected, ValueRejected
from sinks.clickhouse.migrate import LEDGER, migrate, note
from sinks.clickhouse.reference import refresh
from sinks.clickhouse.rows import TABLES, rows_of
from sinks.clickhouse.tables import PRESENT, schema
from tests.harness.events import DPU, PEMDA, dead_letter, delivery, landed, stored, told
from tests.harness.facts import answered, case, opened, refused, routed
from tests.harness.numbers import FINGERPRINT, number
from tests.harness.sink import SinkHouse, made_database, new_database
from tests.harness.support import KafkaServer, start_clickhouse, wait_until


def document(of: Case) -> Record:
    """Return the record of a case document, as the router's step writes it."""
    value = msgspec.json.encode(of)
    return Record(topic=CASES, key=of.tracking_code.encode(), value=value)


class Counted(Store):
    """ClickHouse, with the number of inserts so far."""

    inserts = 0

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]], *, token: str) -> None:
        """Insert and count."""
        super().insert(table, columns, token=token)
        self.inserts += 1


def fact(of: Fact, *, key: bytes | None = None) -> Record:
    """Return the record of a fact; with another key, in another partition."""
    record = encode(of, source="/tests")
    return record if key is None else record._replace(key=key)


@pytest.fixture
def house(kafka: KafkaServer, unmerged: str) -> Iterator[SinkHouse]:
    """An empty database and a group of this test's own."""
    made = SinkHouse(kafka.brokers, unmerged)
    yield made
    made.close()


@pytest.fixture
def empty(clickhouse_server: str) -> Iterator[Store]:
    """A database without tables."""
    with closing(Store(new_database(clickhouse_server))) as store:
        yield store


def test_tables_and_views_are_made_once(empty: Store) -> None:
    """The second start finds nothing to do. What is wide is compressed more, and what was inserted a day ago is merged into one part."""
    assert migrate(empty, fingerprint=FINGERPRINT) == [*schema().tables, "views"]
    assert migrate(empty, fingerprint=FINGERPRINT) == []
    zstd = "database = currentDatabase() AND compression_codec = 'CODEC(ZSTD(1))'"
    asked = f"SELECT DISTINCT name FROM system.columns WHERE {zstd} ORDER BY name"
    assert [name for (name,) in empty.execute(asked)] == ["deadlines", "explanation", "text", "title"]
    merged = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine_full LIKE '%force_merge_seconds = 86400%'"
    assert {name for (name,) in empty.execute(merged)} == set(schema().views.values())


def test_views_and_comments_are_made_anew_if_they_would_be_others(empty: Store) -> None:
    """A view is only a question; what an older program left of it goes."""
    migrate(empty, fingerprint=FINGERPRINT)
    empty.execute("CREATE OR REPLACE VIEW complaints AS SELECT 1 AS n")
    note(empty, "views", "another")
    assert migrate(empty, fingerprint=FINGERPRINT) == ["views"]
    assert empty.table("SELECT case_number FROM complaints")[1] == []


def test_a_column_that_is_missing_is_added_with_its_views(empty: Store) -> None:
    """An upgrade needs no statement by hand; what a table has more, as after a downgrade, is in no view."""
    migrate(empty, fingerprint=FINGERPRINT)
    empty.execute("ALTER TABLE complaint_rows DROP COLUMN parts, ADD COLUMN of_tomorrow String")
    assert migrate(empty, fingerprint=FINGERPRINT) == ["complaint_rows", "views"]
    assert empty.table("SELECT parts FROM complaints")[1] == []
    with pytest.raises(StoreRejected):
        empty.table("SELECT of_tomorrow FROM complaints")


def test_a_column_of_another_type_stops_the_start(empty: Store) -> None:
    """No rows would fit."""
    migrate(empty, fingerprint=FINGERPRINT)
    empty.execute("ALTER TABLE complaint_rows MODIFY COLUMN parts String")
    with pytest.raises(
        ConfigurationError, match=r"complaint_rows\.parts is of the type String instead of UInt16; fill"
    ):
        migrate(empty, fingerprint=FINGERPRINT)


def test_tables_of_an_older_program_are_refused_with_what_to_do(empty: Store) -> None:
    """They cannot be brought up to date: their rows may have tracking codes, which cannot be taken back."""
    empty.execute("CREATE TABLE migrations (number UInt16, name String) ENGINE = MergeTree ORDER BY number")
    with pytest.raises(ConfigurationError, match="older program: fill ClickHouse again"):
        migrate(empty, fingerprint=FINGERPRINT)


class ForACluster:
    """A store without tables that notes what would change something, and answers the rest from another store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.noted: list[str] = []

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Answer a query."""
        if sql.startswith("SELECT"):
            return [] if sql == PRESENT else self._store.execute(sql, parameters)
        self.noted += [] if sql.lstrip().startswith("INSERT") else [sql]
        return []

    def insert(self, *_: object, **__: object) -> None:
        """Insert nothing."""


def test_the_engine_reads_each_statement_for_a_cluster(empty: Store) -> None:
    """Each is for all servers: tables, which are replicated, columns that are added, views, comments, tables of reference, provinces."""
    migrate(empty, fingerprint=FINGERPRINT)
    cluster: Any = ForACluster(empty)
    migrate(cluster, fingerprint=FINGERPRINT, cluster="lapor", provinces=("33",))
    refresh(cluster, "a digest", lambda: {name: {} for name in REFERENCE}, cluster="lapor")
    added = [one for _, one in schema().changes({"topics": {"topic": "String"}}, "lapor") if one.startswith("ALTER")]
    for statement in (*cluster.noted, *added):
        assert empty.execute(f"EXPLAIN AST {statement}")
        assert "ON CLUSTER 'lapor'" in statement
        assert "ENGINE = Replicated" in statement or not statement.startswith("CREATE TABLE")
    assert {" ".join(one.split()[:2]) for one in cluster.noted} == {
        "CREATE TABLE", "CREATE OR", "CREATE DATABASE", "ALTER TABLE", "EXCHANGE TABLES", "DROP TABLE",
    }  # fmt: skip
    assert {one.split()[5] for one in cluster.noted if one.startswith("CREATE TABLE")} == {
        LEDGER.name,
        *schema().tables,
    }


def test_case_numbers_of_another_secret_are_refused(empty: Store) -> None:
    """One case would have two numbers, and no old one would lead back to its case."""
    migrate(empty, fingerprint=FINGERPRINT)
    with pytest.raises(ConfigurationError, match="made with another secret: set the right one"):
        migrate(empty, fingerprint="K-000000000000")


def test_clickhouse_knows_case_numbers_and_no_tracking_code(house: SinkHouse) -> None:
    """Whoever has a code reads and changes the case on the web. It is in no column, no text and no reason, of no table."""
    of, other = house.complaint(), house.complaint()
    for each in (of, other):
        written = f"kode saya {spaced(of.tracking_code)} atau {of.tracking_code.lower()}, {other.tracking_code}"
        said = replace(each, text=written, title=written[:60] + "…", continues=other.tracking_code)
        facts = [opened(said), routed(said), answered(said, text=f"Lihat {spaced(of.tracking_code)}."), refused(said)]
        house.send(*map(fact, facts), document(case(said, main=of.tracking_code)))
        house.send(*(encode(event, source="/tests") for event in (landed(said), told(said), delivery(said))))
    sink = house.sink()
    wait_until(lambda: sink.stored == 2 * (4 + 2 + 1 + 3), what="all rows")
    sink.stop()
    for table in (*TABLES, *VIEWS):
        found = str(house.store.table(f"SELECT * FROM {table}")).upper()
        for code in (of.tracking_code, other.tracking_code):
            assert code not in found, table
            assert spaced(code) not in found, table
    for view in set(VIEWS) - {"dead_letters"}:
        assert number(of.tracking_code) in str(house.store.table(f"SELECT * FROM {view}")), view
    asked = f"SELECT kind, other_number FROM links WHERE case_number = '{number(other.tracking_code)}' ORDER BY kind"
    linked = [("continues", number(other.tracking_code)), ("main", number(of.tracking_code))]
    assert house.store.execute(asked) == linked


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


@pytest.mark.parametrize("made", [0, 3, len(schema().tables)])
def test_a_start_that_was_interrupted_is_done_again(empty: Store, made: int) -> None:
    """After some of its statements, also between the last table and the views."""
    for statement in [*LEDGER.changes({}, ""), *(one for _, one in schema().changes({})[:made])]:
        empty.execute(statement)
    assert migrate(empty, fingerprint=FINGERPRINT) == [*list(schema().tables)[made:], "views"]
    assert migrate(empty, fingerprint=FINGERPRINT) == []


def test_every_topic_reaches_its_tables_and_views(house: SinkHouse) -> None:
    """With the present owner of each case, and no row for what the step keeps for itself or for a case that is gone."""
    of, other = house.complaint(), house.complaint()
    facts = [opened(of), routed(of), refused(of, DPU), routed(of, PEMDA, version=4, hop=1)]
    documents = [case(of), case(other), case(of, PEMDA, version=4, hop=1)]
    position = Record(topic=CASES, key=position_key("lapor-router"), value=b'{"offset": 1}')
    house.send(*map(fact, facts), *map(document, documents), position)
    house.send(*(encode(event, source="/tests") for event in (landed(of), told(of), delivery(of), dead_letter())))
    sink = house.sink()
    wait_until(lambda: sink.stored == 4 + 1 + 2 + 3 + 3 + 1, what="all rows")
    sink.stop()
    views = ("complaints", "dispositions", "case_events", "cases", "messages", "replies", "deliveries")
    assert [house.rows(view) for view in views] == [1, 2, 4, 2, 1, 1, 1]
    owners = dict(house.store.execute("SELECT complaint_id, owner_id FROM cases"))
    assert owners == {number.id(of.id): PEMDA.id, number.id(other.id): DPU.id}
    kinds = house.store.execute("SELECT kind FROM case_events ORDER BY version")
    assert [kind for (kind,) in kinds] == [FactKind.opened, FactKind.routed, FactKind.refused, FactKind.routed]
    assert house.rows("dead_letters") == 1
    ((waited_s,),) = house.store.execute("SELECT abs(dateDiff('second', appended_at, now64(3))) FROM complaint_rows")
    assert waited_s < 60  # Kafka's own clock, and not that of the complaint


def test_analysts_see_a_position_rounded_to_about_a_kilometre(house: SinkHouse) -> None:
    """In both views; no column has the whole one, and a report without a pin has none."""
    pin = Pin(latitude=-6.993215, longitude=110.420311)
    of, other = (replace(house.complaint(), place=Place(pin=found)) for found in (pin, None))
    house.send(*(fact(opened(each)) for each in (of, other)), *(document(case(each)) for each in (of, other)))
    sink = house.sink()
    wait_until(lambda: sink.stored == 2 + 2 + 2, what="all rows")
    sink.stop()
    for view in ("complaints", "cases"):
        found = house.store.table(f"SELECT complaint_id, latitude, longitude FROM {view}")[1]
        assert {row[0]: [round(value, 4) if value else value for value in row[1:]] for row in found} == {
            number.id(of.id): [-6.99, 110.42],
            number.id(other.id): [None, None],
        }
        assert "993215" not in str(house.store.table(f"SELECT * FROM {view}"))


def test_an_insert_that_is_repeated_with_its_token_adds_nothing(house: SinkHouse) -> None:
    """Another token does: the table itself takes what it is given."""
    columns: dict[str, list[Any]] = {"complaint_id": [uuid4()], "case_number": ["X"]}
    for token in ("a", "a", "b"):
        house.store.insert("complaint_rows", columns, token=token)
    assert house.rows("complaint_rows") == 2
    assert house.rows("complaints") == 1


def test_a_value_that_no_column_holds_is_refused_at_once(house: SinkHouse) -> None:
    """Waiting for ClickHouse would not make it fit; the connection is sound afterwards."""
    for hop in (300, -1, 1 << 70, "one"):
        with pytest.raises(ValueRejected):
            house.store.insert("disposition_rows", {"complaint_id": [uuid4()], "hop": [hop]}, token="a")
    assert house.rows("disposition_rows") == 0


def test_what_is_read_again_replaces_itself_wherever_it_is_on_kafka(house: SinkHouse) -> None:
    """After a refill, or in a topic that was made anew: the offsets are others, and may be smaller."""
    of = house.complaint()
    facts = [opened(of), routed(of), refused(of)]
    house.publish(100, key=b"a")  # so that the first offsets are large
    places, sink, stored = [], house.sink(), 200
    for key in (b"a", b"b"):
        places += house.send(*(fact(said, key=key) for said in facts))
        house.send(*(document(case(of))._replace(key=key) for _ in range(2)))
        others = (landed(of), told(of), delivery(of), dead_letter())
        house.send(*(encode(event, source="/tests")._replace(key=key) for event in others))
        stored += 3 + 2 + 2 + 4
        wait_until(lambda stored=stored: sink.stored == stored, what="all rows")  # type: ignore[misc]
    assert len({place.partition for place in places}) == 2
    sink.stop()
    for table in TABLES:
        assert (
            house.rows(f"{table} WHERE complaint_id = '{number.id(of.id)}'" if table != "dead_letter_rows" else table)
            >= 2
        )
    for view in ("complaints", "dispositions", "cases", "messages", "replies", "deliveries"):
        assert house.rows(f"{view} WHERE complaint_id = '{number.id(of.id)}'") == 1
    assert house.rows(f"case_events WHERE complaint_id = '{number.id(of.id)}'") == 3
    assert house.rows("dead_letters") == 1


def test_the_version_of_a_case_decides_and_not_the_order_of_reading(house: SinkHouse) -> None:
    """A refill reads old documents again while newer ones are there, from partitions in any order."""
    of, key = house.complaint(), uuid4().hex.encode()
    now = document(case(of, PEMDA, version=4, state="answered"))
    house.send(now)
    house.send(*(document(case(of, version=version))._replace(key=key) for version in (2, 3)))
    sink = house.sink()
    wait_until(lambda: sink.stored == 3, what="three documents")
    sink.stop()
    assert house.store.execute("SELECT version, state, owner_id FROM cases") == [(4, "answered", PEMDA.id)]


def test_the_later_outcome_and_the_later_dead_letter_of_one_id_count(house: SinkHouse) -> None:
    """Their own times decide, because a reply that was sent again has the same id."""
    of, later = house.complaint(), datetime(2026, 11, 4, tzinfo=UTC)
    events: list[AnyEvent] = [
        delivery(of, at=later, reason="b"),
        delivery(of, reason="a"),
        dead_letter(at=later),
        dead_letter(),
    ]
    for event in events:
        house.send(encode(event, source="/tests")._replace(key=uuid4().hex.encode()))
    sink = house.sink()
    wait_until(lambda: sink.stored == 4, what="four rows")
    sink.stop()
    assert house.store.execute("SELECT reason, at FROM deliveries") == [("b", later)]
    assert house.store.execute("SELECT at FROM dead_letters") == [(later,)]


def test_all_partitions_go_into_a_table_with_one_insert(house: SinkHouse) -> None:
    """A hundred small inserts a second would keep ClickHouse busy with merging."""
    counted = Counted(house.address)
    house.publish(200)
    sink = house.sink(store=counted)
    house.wait_for(200)
    sink.stop()
    assert counted.inserts <= 2 * sink.turns
    assert counted.inserts < 24


class Slow(Store):
    """ClickHouse, whose inserts take until `go`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.begun, self.go = Event(), Event()

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]], *, token: str) -> None:
        """Insert later."""
        self.begun.set()
        assert self.go.wait(30)
        super().insert(table, columns, token=token)


def test_the_next_batch_is_read_while_one_is_inserted(house: SinkHouse) -> None:
    """ClickHouse and the sink work at the same time; nothing is committed before it is inserted."""
    slow = Slow(house.address)
    sink = house.sink(store=slow)
    house.publish(3)
    assert slow.begun.wait(30)
    house.publish(3)
    before = sink.turns
    wait_until(lambda: sink.turns > before, what="another turn", timeout_s=30)
    assert house.waiting() == 6
    slow.go.set()
    house.wait_for(6)
    wait_until(lambda: house.waiting() == 0, what="the commit", timeout_s=30)


def test_what_nothing_follows_is_inserted_at_once(house: SinkHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interval gathers rows while more come. Of a quiet service an analyst need not wait for it."""
    monkeypatch.setattr("tests.harness.sink.INTERVAL_S", 3600.0)
    sink = house.sink()
    house.send(document(case(house.complaint())))
    wait_until(lambda: sink.stored == 1, what="the row", timeout_s=60)
    sink.stop()


def test_poison_becomes_a_dead_letter_and_the_rest_goes_on(house: SinkHouse) -> None:
    """Its dead letter is shown with its place, and what is too large for a column is no different."""
    key = uuid4().hex.encode()
    (at,) = house.send(Record(topic=CASE_EVENTS, key=key, value=b"no json"))
    house.send(fact(routed(house.complaint(), hop=300), key=key))
    house.publish(1, key=key)
    sink = house.sink()
    house.wait_for(1)
    house.wait_for(2, "dead_letters")
    sink.stop()
    shown = house.store.execute(
        "SELECT source_partition, source_offset, error_class FROM dead_letters ORDER BY source_offset"
    )
    assert shown[0] == (at.partition, at.offset, "ContractViolation")
    assert house.rows("dispositions") == 0


def test_failures_in_a_row_hold_their_partition_alone(house: SinkHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is behind them waits and the rest goes on, also after a restart; when a try succeeds, or an operator says so, it goes on.

    Foreign records do not count, and each dead letter is written once.
    """
    monkeypatch.setattr(fuses, "TRY_S", 3.0)
    bad = [encode(opened(house.complaint()), source="/tests")._replace(value=b"no json", key=b"one") for _ in range(3)]
    house.send(*[Record(topic=CASE_EVENTS, key=b"one", value=b"foreign")] * 5, *bad)
    house.publish(4, key=b"one")
    first = house.sink(fuse=3)
    house.wait_for(8, "dead_letters")
    house.publish(3, key=b"two")  # of another partition
    house.wait_for(3)
    first.stop()
    assert house.rows() == 3
    second = house.sink(fuse=3)
    house.wait_for(7)
    second.stop()
    assert house.rows("dead_letters") == 8


def test_dates_at_the_ends_of_the_calendar_are_stored(house: SinkHouse) -> None:
    """A slip in a year must not stop the sink."""
    first = replace(house.complaint(), occurred_on=OccurredOn(date=date.min, precision=DatePrecision.day))
    last = replace(house.complaint(), received_at=datetime(2299, 12, 31, tzinfo=UTC))
    due = Deadline(duty="forward", days=3, counted="working", begins=date.min, due=date.max, source="x")
    house.send(*map(fact, (opened(first), opened(last), routed(first, deadlines=(due,)))))
    house.send(document(case(first, deadlines=(due,))))
    sink = house.sink()
    house.wait_for(2)
    house.wait_for(1, "dispositions")
    house.wait_for(1, "cases")
    sink.stop()
    assert len(house.store.execute("SELECT occurred_on, received_at FROM complaints")) == 2


@pytest.mark.parametrize("year", [1, 1899, 2300, 9999])
def test_a_time_that_clickhouse_does_not_have_is_a_dead_letter(house: SinkHouse, year: int) -> None:
    """Of its row no client could read the time."""
    late = stored(opened(replace(house.complaint(), received_at=datetime(year, 5, 1, tzinfo=UTC))))
    with pytest.raises(ContractViolation, match="for its column"):
        rows_of(late, number)


def test_a_record_that_clickhouse_refuses_is_found_and_is_a_dead_letter(house: SinkHouse) -> None:
    """A value that nobody checked stops nothing: its batch is halved until the record is alone, and the log names its place."""
    wrong = {77: -1, 78: 1 << 70}

    class Unchecked(Store):
        def insert(self, table: str, columns: Mapping[str, Sequence[Any]], *, token: str) -> None:
            attempts = {"attempts": [wrong.get(one, one) for one in columns.get("attempts", ())]}
            super().insert(table, {**columns, **(attempts if "attempts" in columns else {})}, token=token)

    key, ids_ = uuid4().hex.encode(), {number: uuid4() for number in range(60, 90)}
    letters = [dead_letter(id=id_, attempts=number) for number, id_ in ids_.items()]
    places = house.send(*[encode(one, source="/tests")._replace(key=key) for one in letters])
    sink = house.sink(store=Unchecked(house.address))
    house.wait_for(30, "dead_letters")
    sink.stop()
    shown = house.store.execute("SELECT attempts, source_offset FROM dead_letters")
    assert sorted(one for one, _ in shown if one > 1) == [number for number in ids_ if number not in wrong]
    assert sorted(offset for one, offset in shown if one == 1) == [places[17].offset, places[18].offset]


def test_clickhouse_away_loses_nothing(kafka: KafkaServer, tmp_path: Path) -> None:
    """It is killed, events go on, it comes back: all are there once."""
    process, address = start_clickhouse(tmp_path / "ch")
    house = SinkHouse(kafka.brokers, made_database(address))
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
    wait_until(lambda: sink.stored == 20, what="the second five", timeout_s=60)
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
