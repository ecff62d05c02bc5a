"""The sink: inserts the events of the topics into the tables of ClickHouse, each batch only once, even after a crash.

The sink notes the end of a batch on Kafka before it inserts the batch, and commits that end afterwards. After a crash the next owner of
the partition finds the note and inserts exactly the same batch with the same token, and ClickHouse ignores a batch whose token it knows
(docs/adr/0004-cuts-noted-before-the-insert.md).
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import stamina
import structlog

from complaints.bus import BatchConsumer, Producer, StoredRecord, TopicPartition
from complaints.bus.deadletter import of_record
from complaints.bus.envelope import encode
from complaints.errors import PoisonError, StoreUnavailable
from complaints.runtime import telemetry
from complaints.runtime.fuse import Fuse
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import TABLES, Row

log = structlog.get_logger()

GROUP = "lapor-sink"
SOURCE = "/sinks/clickhouse"

POLL_S = 0.1
"""The maximum number of seconds that one poll waits. So the end of an interval is noticed at most this much later."""

STORE_PATIENCE_S = 120.0
"""Seconds that ClickHouse may be away (for a restart, say) before the sink stops and is restarted. Meanwhile nothing is committed."""

FLUSH_TIMEOUT_S = 30.0
"""The maximum number of seconds to wait until Kafka has acknowledged the dead letters of a batch."""


@dataclass(slots=True)
class Pending:
    """The records of one partition that were read but not yet inserted.

    Attributes:
        start: the first offset that is not yet inserted.
        cut: the end (exclusive) that a former owner noted for the batch at `start`; None if it noted none.
        records: the records, in order.
    """

    start: int
    cut: int | None
    records: list[StoredRecord] = field(default_factory=list)

    def take(self) -> list[StoredRecord]:
        """Remove the records of the next batch from the pending ones and return them, in order.

        The batch has all pending records. If a former owner of the partition noted the end of a batch that it began to insert, the batch
        has the records before that end; the list is empty until all of these were read.
        """
        if self.cut is None:
            batch, self.records = self.records, []
            return batch
        if not self.records or self.records[-1].offset < self.cut - 1:
            return []
        batch = [record for record in self.records if record.offset < self.cut]
        self.records = self.records[len(batch) :]
        self.cut = None
        return batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The two limits at which the sink inserts the records that it has read: a number of records and a time; the first one reached counts.

    Attributes:
        most_rows: the number of records that were read and not yet inserted; also the maximum of one poll.
        interval_s: the number of seconds since the last insert.
    """

    most_rows: int
    interval_s: float


class Sink:
    """A worker that copies events from Kafka to ClickHouse. Not thread-safe: one thread owns it."""

    def __init__(self, consumer: BatchConsumer, store: Store, producer: Producer, pace: Pace, fuse: Fuse) -> None:
        """Store the parts, and ask the consumer to report partitions that go to another sink.

        Args:
            consumer: reads the topics of TABLES for GROUP.
            store: ClickHouse, with all migrations applied.
            producer: writes the dead letters.
            pace: the limits at which records are inserted.
            fuse: stops the sink when there are too many dead letters.
        """
        self._consumer = consumer
        self._store = store
        self._producer = producer
        self._pace = pace
        self._fuse = fuse
        self._pending: dict[TopicPartition, Pending] = {}
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
            FuseBlown: there are too many dead letters; the batch is not committed.
        """
        self._turned = turned
        due = time.monotonic() + self._pace.interval_s
        while not stop.is_set():
            turned(self._stored)
            self._read(self._consumer.poll(max_records=self._pace.most_rows, timeout_s=POLL_S))
            held = sum(len(pending.records) for pending in self._pending.values())
            if held >= self._pace.most_rows or time.monotonic() >= due:
                self._insert()
                due = time.monotonic() + self._pace.interval_s
        self._insert()
        self._consumer.close()

    def _read(self, records: Sequence[StoredRecord]) -> None:
        unknown = {(record.topic, record.partition) for record in records} - self._pending.keys()
        if unknown:
            self._take_over(unknown, records)
        for record in records:
            self._pending[record.topic, record.partition].records.append(record)

    def _take_over(self, partitions: Collection[TopicPartition], records: Sequence[StoredRecord]) -> None:
        marks = self._consumer.committed()
        for at in partitions:
            offset, note = marks.get(at, (-1, ""))
            first = next(record.offset for record in records if (record.topic, record.partition) == at)
            start = offset if offset >= 0 else first
            cut = int(note) if note.isdigit() and int(note) > start else None
            self._pending[at] = Pending(start, cut)

    def _let_go(self, partitions: Collection[TopicPartition]) -> None:
        """Insert the records of partitions that go to another sink, and forget them.

        If ClickHouse is away for more than 5 s, this is logged and not raised, and the records are forgotten too; any other error is raised
        before they are. The next owner of a partition reads again what was not inserted. An empty collection means that all partitions were
        lost without warning: then nothing is inserted, and all records are forgotten.
        """
        if partitions:
            try:
                self._insert(partitions, patience_s=5.0)
            except StoreUnavailable as error:
                log.warning("partitions handed over before their records were inserted", error=str(error))
        for at in partitions or list(self._pending):
            self._pending.pop(at, None)

    def _insert(self, only: Collection[TopicPartition] | None = None, *, patience_s: float = STORE_PATIENCE_S) -> None:
        batches = {
            at: batch
            for at, pending in self._pending.items()
            if (only is None or at in only) and (batch := pending.take())
        }
        if not batches:
            return
        starts = {at: self._pending[at].start for at in batches}
        ends = {at: batch[-1].offset + 1 for at, batch in batches.items()}
        self._consumer.commit(starts, {at: str(end) for at, end in ends.items()})
        for at, batch in batches.items():
            self._insert_one(at, batch, f"{at[0]}:{at[1]}:{starts[at]}:{ends[at] - 1}", patience_s)
            self._pending[at].start = ends[at]
        self._consumer.commit(ends)

    def _insert_one(self, at: TopicPartition, batch: list[StoredRecord], token: str, patience_s: float) -> None:
        table = TABLES[at[0]]
        rows = self._rows(batch)
        if not rows:
            return
        columns = list(rows[0])
        for attempt in stamina.retry_context(on=StoreUnavailable, attempts=None, timeout=patience_s, wait_max=5.0):
            with attempt:
                self._turned(self._stored)
                if attempt.num > 1:
                    telemetry.RETRIES.labels("clickhouse-insert").inc()
                self._store.insert(table.name, columns, [tuple(row.values()) for row in rows], token=token)
        self._stored += len(rows)
        telemetry.ROWS_STORED.labels(table.name).inc(len(rows))

    def _rows(self, batch: list[StoredRecord]) -> list[Row]:
        """Return the table rows for the records of a batch. A record that is not valid gives no row: it is written as a dead letter.

        It returns only after Kafka has acknowledged all these dead letters.

        Raises:
            BusUnavailable: Kafka did not acknowledge a dead letter.
            FuseBlown: there are too many dead letters.
        """
        rows, letters = [], []
        for record in batch:
            try:
                rows.append(TABLES[record.topic].row(record))
                self._fuse.count(dead=False)
            except PoisonError as error:
                self._fuse.count(dead=True)
                letters.append(self._producer.send(encode(of_record(record, error), source=SOURCE)))
                telemetry.DEAD_LETTERS.labels("sink").inc()
        if letters:
            self._producer.flush(FLUSH_TIMEOUT_S)
            for letter in letters:
                letter.result(0)
        return rows
