"""How many rows a second a sink moves from Kafka to ClickHouse when a million facts wait, beside bare inserts of the same rows."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import orjson
import psutil
from confluent_kafka import Producer

from benchmarks import texts
from benchmarks.analysts import store
from benchmarks.figures import Figure
from benchmarks.processes import Say, explained, folder, free_port, installed, kafka, process, seconds, wait_until
from benchmarks.step.million_cases import by_owner, handled, received_at
from complaints import tracking
from complaints.bus import Record, StoredRecord
from complaints.bus.confluent import profiles
from complaints.command import Accept, Answer
from complaints.contract import CASE_EVENTS
from complaints.crypto import Keyring
from complaints.errors import LaporError, UnavailableError
from complaints.runtime.settings import Settings
from complaints.tracking import Numbers
from embedded.clickhouse.accounts import DATA, OPERATOR, SINK
from lapor.processes.routing import router
from lapor.processes.secret import keyring
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep
from router.routing import Router
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import facts, rows_of
from sinks.clickhouse.rows.values import Row

RATE: Final = 40_000
"""The minimum rate, in rows a second."""

SHARE: Final = 0.5
"""The minimum share of the rate of bare inserts."""

TEMPLATES: Final = 2_000
"""Number of complaints whose facts are repeated with other ids and codes, and with a number in the text, which is masked anew."""

BLOCK: Final = 20_000
BLOCKS: Final = 5
"""Rows of a bare insert, as many as the sink's batch has records, and the number of facts of the bare inserts, in such blocks."""

LEAST: Final = 5 * BLOCK
"""Minimum number of facts: the rate is that from the first insert to the last, so there must be several."""

PATIENCE_S: Final = 300.0

_KEY: Final = b"a secret of no installation"
_ANSWER: Final = "Sudah kami tindak lanjuti, terima kasih atas laporannya."


def measure(*, events: int, sinks: int, say: Say) -> list[Figure]:
    """Write facts, let sinks of one group insert them into an empty database, and insert the same rows again without them.

    Raises:
        UnavailableError: the facts are too few, or something did not start or stopped making progress.
    """
    if events < LEAST:
        raise UnavailableError(f"the sink is measured with at least {LEAST:,} facts: --events {LEAST // 5}")
    with folder() as data, kafka(data) as brokers, _clickhouse(data) as port:
        settings = installed(data / "lapor")
        made = lives(keyring(settings))
        _fill(brokers, events, made)
        say(f"{events:,} facts are on Kafka")
        account = (data / "clickhouse" / "passwords" / SINK).read_text("utf-8")
        environment = {
            "LAPOR_KAFKA": brokers,
            "LAPOR_DATA": str(data / "lapor"),
            "LAPOR_CLICKHOUSE": f"clickhouse://{SINK}:{account}@127.0.0.1:{port}/{DATA}",
        }
        with closing(store(data / "clickhouse", port, OPERATOR)) as asks, ExitStack() as running:
            started = []
            for ordinal in range(sinks):
                log, of_own = data / f"sink-{ordinal}.log", {"LAPOR_ORDINAL": str(ordinal)}
                running.enter_context(explained(log))
                started.append(running.enter_context(process(["lapor", "run", "sink"], log, environment | of_own)))
            rate, busy_us = _rate(asks, events, started)
        say(f"{sinks} of the sink: {rate:,.0f} rows/s, {busy_us:.1f} us of processor time a row")
        with closing(store(data / "clickhouse", port, SINK)) as bare:
            alone = _bare(bare, made)
        say(f"bare inserts: {alone:,.0f} rows/s")
    return [
        Figure(name=f"sink: {events:,} facts, {sinks} of it", value=rate, unit="rows/s", at_least=RATE),
        Figure(name="sink: processor time of a row", value=busy_us, unit="us"),
        Figure(name="sink: bare inserts of its rows", value=alone, unit="rows/s"),
        Figure(name="sink: share of bare inserts", value=rate / alone, unit="", at_least=SHARE),
    ]


def lives(keys: Keyring) -> list["Life"]:
    """Return the facts of cases that came, were accepted and answered."""
    law, at = router(Settings.read()), datetime.now(UTC)
    return [_life(received_at(one, at), law, at) for one in texts.records(TEMPLATES, Normaliser.load(), keys)]


class Life(NamedTuple):
    """The facts of a case: their headers and values, and what a copy has otherwise: its code, its id and its text."""

    code: bytes
    id: bytes
    text: bytes
    facts: list[Record]

    def copied(self, number: int) -> Iterator[Record]:
        """Yield the facts of another case that differs in these."""
        new = UUID(int=number)
        code = tracking.code_for(new, key=_KEY).encode()
        for one in self.facts:
            value = one.value.replace(self.code, code).replace(self.id, str(new).encode())
            value = value.replace(self.text, b"%b %d" % (self.text, number))
            yield Record(topic=one.topic, key=code, value=value, headers=one.headers)


def _life(complaint: Record, law: Router, at: datetime) -> Life:
    step = CaseStep(law)
    state, written = handled(step, None, complaint, at)
    case = orjson.loads(state.value)
    for command in (Accept, Answer):
        state, more = handled(step, state, by_owner(command, case, at, text=_ANSWER), at)
        written += more
    text = orjson.dumps(case["complaint"]["text"])[1:-1]
    facts = [one for one in written if one.topic == CASE_EVENTS]
    return Life(case["tracking_code"].encode(), case["complaint_id"].encode(), text, facts)


def _copies(templates: Sequence[Life]) -> Iterator[Record]:
    return (one for number, life in enumerate(cycle(templates)) for one in life.copied(number))


def _fill(brokers: str, events: int, templates: Sequence[Life]) -> None:
    """Write this number of facts, without a transaction."""
    producer = Producer(profiles.writer(brokers, timeout_s=60.0))
    for number, one in enumerate(islice(_copies(templates), events)):
        producer.produce(one.topic, one.value, one.key, headers=list(one.headers))
        if not number % 1000:
            producer.poll(0)
    producer.flush(60.0)


@contextmanager
def _clickhouse(data: Path) -> Iterator[int]:
    port, log = free_port(), data / "clickhouse.log"
    command = ["embedded.clickhouse", "--port", str(port), "--data-dir", str(data / "clickhouse")]
    with process(command, log, {}) as server:
        wait_until(
            lambda: "ready " in log.read_text("utf-8"),
            timeout_s=60,
            what="ClickHouse",
            alive=lambda: server.poll() is None,
        )
        yield port


def _rate(asks: Store, events: int, sinks: Sequence[subprocess.Popen[bytes]]) -> tuple[float, float]:
    """Return the rows of all tables a second, from the first insert to the last, and the sinks' processor time of one in microseconds."""
    own = [psutil.Process(sink.pid) for sink in sinks]

    def busy() -> float:
        return sum(map(seconds, own))

    def rows(table: str) -> int:
        try:
            ((count,),) = asks.execute(f"SELECT count() FROM {table}")  # noqa: S608  # one of our tables
        except LaporError:  # the sink has not made the tables yet
            return 0
        return int(count)

    def wait(count: int, what: str) -> None:
        wait_until(
            lambda: rows(facts.CASE_EVENTS) >= count,
            timeout_s=PATIENCE_S,
            what=what,
            alive=lambda: all(sink.poll() is None for sink in sinks),
        )

    wait(1, "the first insert")
    began, busy_s, before = time.monotonic(), busy(), sum(map(rows, facts.TABLES))
    wait(events, "the last insert")
    took_s, busy_s, inserted = time.monotonic() - began, busy() - busy_s, sum(map(rows, facts.TABLES)) - before
    return inserted / took_s, busy_s * 1e6 / inserted


def _bare(store: Store, templates: Sequence[Life]) -> float:
    """Insert rows as the sink makes them, ready made, a block at a time, and return how many a second."""
    number, tables, took = Numbers(_KEY), dict[str, list[Row]](), 0.0
    for offset, one in enumerate(islice(_copies(templates), BLOCKS * BLOCK)):
        for table, row in rows_of(StoredRecord(one.topic, 0, offset, one.key, one.value, one.headers, 0), number):
            tables.setdefault(table, []).append(row)
    for table, rows in tables.items():
        store.execute(f"CREATE TABLE bare_{table} AS {table}")
        for first in range(0, len(rows), BLOCK):
            some = rows[first : first + BLOCK]
            columns = dict(zip(some[0], zip(*(row.values() for row in some), strict=True), strict=True))
            began = time.monotonic()
            store.insert(f"bare_{table}", columns, token=f"{table} {first}")
            took += time.monotonic() - began
    return sum(map(len, tables.values())) / took
