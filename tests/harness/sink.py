"""A sink on real servers: an empty database, a group of its own that begins at the present end, and workers that start and stop."""

import threading
from contextlib import closing
from uuid import UUID, uuid4

from confluent_kafka import Consumer, TopicPartition

from complaints import ids
from complaints.bus import Position, Record
from complaints.bus.confluent import ConfluentConsumer, ConfluentProducer, ConfluentScanner
from complaints.bus.envelope import encode
from complaints.bus.step.held.orders import Orders
from complaints.event import Complaint
from sinks.clickhouse.client import Store
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import TABLES, TOPICS
from sinks.clickhouse.sink import Pace, Sink
from tests.harness.events import complaint
from tests.harness.facts import opened
from tests.harness.numbers import FINGERPRINT, number
from tests.harness.support import wait_until

INTERVAL_S = 0.1


def new_database(clickhouse: str) -> str:
    """Make a database without tables, and return its address."""
    name = f"lapor_{uuid4().hex}"
    with closing(Store(clickhouse)) as server:
        server.execute(f"CREATE DATABASE {name}")
    return f"{clickhouse}/{name}"


def migrated(clickhouse: str) -> str:
    """Make a database with all tables and views, and return its address."""
    with closing(Store(address := new_database(clickhouse))) as store:
        migrate(store, fingerprint=FINGERPRINT)
    return address


def made_database(clickhouse: str) -> str:
    """Make a database with the tables and views, which takes a second, and return its address."""
    store = Store(address := migrated(clickhouse))
    for table in TABLES:  # a merge would hide what was inserted twice
        store.execute(f"SYSTEM STOP MERGES {table}")
    store.close()
    return address


def empty(store: Store) -> None:
    """Delete the rows of all tables but those of reference."""
    for table in TABLES:
        store.execute(f"TRUNCATE TABLE {table}")


class SinkHouse:
    """What a test of the sink asks for."""

    def __init__(self, brokers: str, database: str) -> None:
        """Empty the database and put the group at the end of every topic."""
        self.brokers, self.address, self.name = brokers, database, f"sink-{uuid4().hex}"
        self.store = Store(database)
        empty(self.store)
        self._running: list[Running] = []
        self.producer = ConfluentProducer(brokers)
        self.scanner = ConfluentScanner(brokers)
        # It subscribes to nothing, and so is no member of the group that the workers would wait for.
        self._mark = Consumer({"bootstrap.servers": brokers, "group.id": self.name, "enable.auto.commit": False})
        ends = [TopicPartition(*at, end) for topic in TOPICS for at, end in self.scanner.ends(topic).items()]
        self._mark.commit(offsets=ends, asynchronous=False)

    def send(self, *records: Record) -> list[Position]:
        """Write records and wait until Kafka has them."""
        return [answer.result(30) for answer in [self.producer.send(record) for record in records]]

    def publish(self, count: int, *, key: bytes | None = None) -> list[UUID]:
        """Write facts that open a case, all with one key where one is given, and return the ids of the complaints."""
        made = [self.complaint() for _ in range(count)]
        records = [encode(opened(event), source="/tests") for event in made]
        if key is not None:
            records = [Record(topic=r.topic, key=key, value=r.value, headers=r.headers) for r in records]
        self.send(*records)
        return [event.id for event in made]

    def complaint(self) -> Complaint:
        """Return a complaint that nobody else has."""
        return complaint(id=ids.message_id("sms", uuid4().hex))

    def sink(self, *, most_rows: int = 1000, store: Store | None = None, fuse: int = 1000) -> "Running":
        """Start a worker."""
        self._running.append(Running(self, store or Store(self.address), most_rows, fuse))
        return self._running[-1]

    def rows(self, table: str = "complaint_rows") -> int:
        """Return how many rows a table or a view has."""
        ((count,),) = self.store.execute(f"SELECT count() FROM {table}")
        return int(count)

    def wait_for(self, count: int, table: str = "complaint_rows") -> None:
        """Wait until a table has so many rows."""
        wait_until(lambda: self.rows(table) >= count, what=f"{count} rows in {table}", timeout_s=60)

    def waiting(self) -> int:
        """Return how many records the group has not committed yet."""
        ends = {at: end for topic in TOPICS for at, end in self.scanner.ends(topic).items()}
        committed = self._mark.committed([TopicPartition(*at) for at in ends], timeout=10)
        return sum(ends[one.topic, one.partition] - one.offset for one in committed)

    def close(self) -> None:
        """Let go of everything, also of what a test that failed has left."""
        for one in self._running:
            one.stop()
        self._mark.close()
        self.producer.close()
        self.scanner.close()
        self.store.close()


class Running:
    """A worker in a thread, as its process runs it."""

    def __init__(self, house: SinkHouse, store: Store, most_rows: int, fuse: int = 1000) -> None:
        self._consumer = ConfluentConsumer(house.brokers, group=house.name, topics=list(TOPICS))
        self._store = store
        self._orders = Orders(house.brokers, house.name)
        self._orders.begin()
        pace = Pace(most_rows=most_rows, interval_s=INTERVAL_S, fuse=fuse)
        self._sink = Sink(self._consumer, store, house.producer, pace, self._orders, number=number)
        self._stop, self.stored = threading.Event(), 0
        self.turns = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._sink.run(self._stop, self._turned)
        finally:
            self._orders.close()
            self._store.close()

    def _turned(self, stored: int) -> None:
        self.turns += 1
        self.stored = stored

    def stop(self) -> None:
        """Stop it cleanly."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
