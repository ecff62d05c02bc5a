"""The sink: inserts the events of the topics into the tables of ClickHouse, with one insert per table for all partitions.

While one batch is inserted, in a second thread, the next one is read. It commits on Kafka what it has inserted. After a crash the next
owner of a partition inserts some rows again, and these replace themselves (docs/adr/0024-one-insert-per-table.md).
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import stamina
import structlog

from complaints.bus import BatchConsumer, Position, Producer, Record, StoredRecord, TopicPartition
from complaints.bus.deadletter import of_record
from complaints.bus.deleted import Gap, lost
from complaints.bus.envelope import encode
from complaints.bus.step.held.fuses import Counted, Fuses
from complaints.bus.step.held.orders import Orders
from complaints.errors import ContractViolation, PoisonError, StoreUnavailable
from complaints.runtime import telemetry
from complaints.tracking import Numbers
from sinks.clickhouse.client import Store, ValueRejected
from sinks.clickhouse.rows import TOPICS, rows_of
from sinks.clickhouse.rows.values import Row, Values

log = structlog.get_logger()

GROUP = "lapor-sink"
SOURCE = "/sinks/clickhouse"

POLL_RECORDS = 1_000
"""The maximum number of records of one poll: few enough that the processor's cache still has them when their rows are made."""

POLL_S = 0.2
"""The maximum number of seconds that one poll waits: less before the end of an interval."""

STORE_PATIENCE_S = 120.0
"""Seconds that ClickHouse may be away (for a restart, say) before the sink stops and is restarted. Meanwhile nothing is committed."""

HANDOVER_S = 5.0
"""The same before partitions go to another sink."""

FLUSH_TIMEOUT_S = 30.0
"""The maximum number of seconds to wait until Kafka has acknowledged the dead letters of a batch."""


@dataclass(slots=True)
class _Done:
    """The values of the records that were read.

    Attributes:
        counted: what they mean for the fuses, by topic.
        tables: the values of the rows by the name of their table, each with its record.
        offsets: the next offset of each partition.
        written: what is to be written: dead letters, and what was decided of partitions.
        dead: how many dead letters are among them.
    """

    counted: dict[str, Counted]
    tables: dict[str, list[tuple[StoredRecord, Values]]] = field(default_factory=dict)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    written: list[Record] = field(default_factory=list)
    dead: int = 0


_Made = list[tuple[str, Values]]
"""The values of the rows of a record, each with the name of its table."""

_Taken = Mapping[TopicPartition, Mapping[int, tuple[StoredRecord, _Made | PoisonError]]]
"""Records by their partitions and offsets, each with its rows, or with the reason why it has none."""

_Refused = list[tuple[Position, PoisonError]]
"""The records that ClickHouse does not take, each with the reason."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """A batch that is being inserted.

    Attributes:
        taken: its records.
        done: what they amount to.
        refused: the future of those that ClickHouse does not take.
    """

    taken: _Taken
    done: _Done
    refused: Future[_Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The two limits at which the sink inserts the records that it has read: a number of records and a time; the first one reached counts.

    If no record comes for POLL_S seconds, it inserts earlier; while a batch is being inserted, only if the number is reached.

    Attributes:
        most_rows: the number of records that were read and not yet inserted.
        interval_s: the number of seconds since the last insert.
        fuse: how many of our own records in a row that become dead letters hold their partition.
    """

    most_rows: int
    interval_s: float
    fuse: int = 1_000


def say_deleted(producer: Producer, at: TopicPartition, gap: Gap) -> None:
    """Write the dead letter of records that Kafka deleted before the sink had inserted them.

    Raises:
        BusUnavailable: Kafka did not take it.
    """
    record, error = lost(GROUP, *at, gap)
    log.error("dead letter", at=at, reason=str(error))
    producer.send(encode(of_record(record, error), source=SOURCE)).result(FLUSH_TIMEOUT_S)


class Sink:
    """A worker that copies events from Kafka to ClickHouse. Not thread-safe: one thread owns it. A second one of its own inserts."""

    def __init__(  # noqa: PLR0913  # the parts of a worker
        self,
        consumer: BatchConsumer,
        store: Store,
        producer: Producer,
        pace: Pace,
        orders: Orders,
        *,
        number: Numbers,
    ) -> None:
        """Store the parts, and ask the consumer to report partitions that go to another sink."""
        self._consumer = consumer
        self._store = store
        self._producer = producer
        self._pace = pace
        self._orders = orders
        self._fuses = {name: Fuses(f"{GROUP}/{name}", pace.fuse, orders, partitions=0) for name in TOPICS}
        self._number = number
        self._pending: dict[TopicPartition, dict[int, tuple[StoredRecord, _Made | PoisonError]]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}
        self._flight: _Flight | None = None
        self._inserting = ThreadPoolExecutor(1, "insert")
        self._stored = 0
        self._turned: Callable[[int], None] = lambda _: None
        consumer.on_revoke(self._let_go)

    def run(self, stop: threading.Event, turned: Callable[[int], None]) -> None:
        """Read and insert until `stop` is set. Then insert the remaining records and close the consumer.

        Args:
            stop: the event that ends the loop; another thread sets it.
            turned: the heartbeat: it is called in each turn of the loop, and before each try to insert, with the number of rows inserted so
                far.

        Raises:
            StoreUnavailable: ClickHouse was away for more than STORE_PATIENCE_S seconds.
            StoreRejected: ClickHouse refuses a statement, which means a fault in the program.
            BusUnavailable: Kafka cannot be read or written.
        """
        self._turned = turned
        due = time.monotonic() + self._pace.interval_s
        while not stop.is_set():
            turned(self._stored)
            self._orders.look()
            if self._flight and self._flight.refused.done():
                self._land()
            self._hold()
            wait_s = POLL_S if self._flight else min(POLL_S, max(0.0, due - time.monotonic()))
            most = min(self._pace.most_rows, POLL_RECORDS)
            self._read(came := self._consumer.poll(max_records=most, timeout_s=wait_s))
            is_full = sum(map(len, self._pending.values())) >= self._pace.most_rows
            if is_full or (self._flight is None and (not came or time.monotonic() >= due)):
                self._insert()
                due = time.monotonic() + self._pace.interval_s
        self._insert()
        self._land()
        self._inserting.shutdown()
        self._consumer.close()

    def _read(self, records: Sequence[StoredRecord]) -> None:
        for record in records:
            made: _Made | PoisonError
            try:
                made = [(table, self._values(table, row)) for table, row in rows_of(record, self._number)]
            except PoisonError as error:
                made = error
            self._pending.setdefault((record.topic, record.partition), {})[record.offset] = record, made

    def _values(self, table: str, row: Row) -> Values:
        """Return the values of a row, which take a third of its room. All rows of a table have their columns in one order."""
        if table not in self._columns:
            self._columns[table] = tuple(row)
        return tuple(row.values())

    def _let_go(self, partitions: Collection[TopicPartition]) -> None:
        """Insert the records of partitions that go to another sink, and forget them.

        If ClickHouse is away for more than 5 s, this is logged and not raised, and the records are forgotten too; any other error is raised
        before they are. The next owner of a partition reads again what was not inserted. An empty collection means that all partitions were
        lost without warning: then nothing is inserted, and all records are forgotten.
        """
        if partitions:
            try:
                self._land(HANDOVER_S)
                self._insert(partitions, patience_s=HANDOVER_S)
                self._land()
            except (StoreUnavailable, TimeoutError) as error:
                log.warning("partitions handed over before their records were inserted", error=str(error))
        self._flight = None
        for at in partitions or list(self._pending):
            self._pending.pop(at, None)

    def _insert(self, only: Collection[TopicPartition] | None = None, *, patience_s: float = STORE_PATIENCE_S) -> None:
        """Begin to insert the records that were read, after those before them were inserted."""
        self._land()
        taken = {at: self._pending.pop(at) for at in list(self._pending) if only is None or at in only}
        if taken:
            done = self._decide(taken, {})
            self._flight = _Flight(taken, done, self._inserting.submit(self._insert_tables, done, patience_s))

    def _land(self, timeout_s: float | None = None) -> None:
        """Wait until the batch is inserted, if there is one, and commit it.

        What was read behind records that were left out is forgotten: these must be read again first.

        Raises:
            TimeoutError: it was not inserted in time.
        """
        if self._flight is None:
            return
        taken, done = self._flight.taken, self._flight.done
        refused: dict[Position, PoisonError] = {}
        found = self._flight.refused.result(timeout_s)
        self._flight = None
        while found:
            refused |= dict(found)  # what was inserted replaces itself
            done = self._decide(taken, refused)
            found = self._insert_tables(done, STORE_PATIENCE_S)
        self._write(done)
        self._consumer.commit(done.offsets)
        for topic, counted in done.counted.items():
            self._fuses[topic].committed(counted)
        for at in taken:
            if done.offsets.get(at) != max(taken[at]) + 1:
                self._pending.pop(at, None)
        self._hold({(topic, at) for topic, counted in done.counted.items() for at in counted.released})

    def _hold(self, released: Collection[TopicPartition] = ()) -> None:
        waiting = {(topic, at) for topic, fuses in self._fuses.items() for at in fuses.waiting()}
        self._consumer.hold(waiting, again=released)

    def _insert_tables(self, done: _Done, patience_s: float) -> _Refused:
        return [one for table, rows in done.tables.items() for one in self._insert_rows(table, rows, patience_s)]

    def _insert_rows(self, table: str, rows: Sequence[tuple[StoredRecord, Values]], patience_s: float) -> _Refused:
        """Insert rows, and return the records of those that ClickHouse does not take for a value. They are found by halving."""
        try:
            self._insert_block(table, [row for _, row in rows], patience_s)
        except ValueRejected as error:
            if len(rows) > 1:
                halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
                return [one for half in halves for one in self._insert_rows(table, half, patience_s)]
            ((record, _),) = rows
            log.exception("dead letter", at=str(record.position), table=table, code=error.code)
            why = ContractViolation(f"ClickHouse refuses a value of its row in {table} (code {error.code})")
            return [(record.position, why)]
        return []

    def _insert_block(self, table: str, rows: Sequence[Values], patience_s: float) -> None:
        columns = dict(zip(self._columns[table], zip(*rows, strict=True), strict=True))
        token = f"{uuid4().hex}:{table}"
        for attempt in stamina.retry_context(on=StoreUnavailable, attempts=None, timeout=patience_s, wait_max=5.0):
            with attempt:
                self._turned(self._stored)
                if attempt.num > 1:
                    telemetry.RETRIES.labels("clickhouse-insert").inc()
                self._store.insert(table, columns, token=token)
        self._stored += len(rows)
        telemetry.ROWS_STORED.labels(table).inc(len(rows))

    def _decide(self, taken: _Taken, refused: Mapping[Position, PoisonError]) -> _Done:
        """Return what records amount to.

        A record that is not valid gives no row: it becomes a dead letter. Behind one that lets its partition be held nothing is done.
        """
        done = _Done({topic: Counted() for topic in self._fuses})
        for (topic, partition), read in taken.items():
            counted, fuses = done.counted[topic], self._fuses[topic]
            for record in fuses.tried([record for record, _ in read.values()]):
                if partition in counted.held:
                    break
                rows, error = read[record.offset][1], None
                if refused and record.position in refused:
                    rows = refused[record.position]
                if isinstance(rows, PoisonError):
                    error = rows
                    done.written.append(encode(of_record(record, error), source=SOURCE))
                    done.dead += 1
                else:
                    for table, row in rows:
                        done.tables.setdefault(table, []).append((record, row))
                if error or counted.failures.get(partition) != 0:
                    done.written += fuses.count(counted, record, error, now_ms=time.time_ns() // 1_000_000)
                done.offsets[topic, partition] = record.offset + 1
        return done

    def _write(self, done: _Done) -> None:
        """Write dead letters, and return only after Kafka has acknowledged all of them.

        Raises:
            BusUnavailable: Kafka did not acknowledge one.
        """
        if not done.written:
            return
        answers = [self._producer.send(record) for record in done.written]
        self._producer.flush(FLUSH_TIMEOUT_S)
        for answer in answers:
            answer.result(0)
        telemetry.DEAD_LETTERS.labels("sink").inc(done.dead)
