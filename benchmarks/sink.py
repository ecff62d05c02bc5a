"""How many rows a second the sink makes and inserts, beside clickhouse-driver alone with the same rows: python -m benchmarks.sink.

The records are those of cases of the router that were added to, refused and answered. Both run in one process against one embedded server,
in turns. Kafka, which hands out a hundred thousand records a second, is left out.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import orjson

from benchmarks.case_speed import write_records
from complaints.bus import StoredRecord
from complaints.bus.step.contract import State
from complaints.contract import CASE_EVENTS, CASES
from complaints.crypto import Keyring
from embedded.clickhouse.accounts import DATA, SINK
from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.server import ClickHouseServer
from router.cases.step import CaseStep
from router.routing import Router
from sinks.clickhouse.client import Store
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import rows_of

TURNS: Final = 5
AT_ONCE: Final = 5_000
"""Records of one batch, as the sink takes behind a backlog (lapor.processes.services)."""

_Tables = Mapping[str, Mapping[str, Sequence[Any]]]


def records() -> Iterator[StoredRecord]:
    """Yield the facts and the documents of cases, as the router writes them."""
    step, states = CaseStep(Router.load()), dict[bytes, State]()
    with TemporaryDirectory() as folder:
        path = Path(folder, "records.jsonl")
        write_records(path)
        rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    for number, (key, value, headers, at_ms) in enumerate(rows):
        told = tuple((name, text.encode()) for name, text in headers)
        effect = step(
            states.get(key.encode()),
            StoredRecord("lapor.complaints", 0, number, key.encode(), value.encode(), told, at_ms),
        )
        if isinstance(effect.state, State):
            states[key.encode()] = effect.state
            yield StoredRecord(CASES, 0, number, key.encode(), effect.state.value, (), at_ms)
        for record in effect.outputs:
            if record.topic == CASE_EVENTS:
                yield StoredRecord(
                    CASE_EVENTS, 0, number, record.key or b"", record.value or b"", tuple(record.headers), at_ms
                )


def batches(of: Sequence[StoredRecord], keys: Keyring) -> Iterator[_Tables]:
    """Yield the columns of each table for each batch, as the sink makes them."""
    number = keys.numbers
    for first in range(0, len(of), AT_ONCE):
        tables: dict[str, list[dict[str, Any]]] = {}
        for record in of[first : first + AT_ONCE]:
            for table, row in rows_of(record, number):
                tables.setdefault(table, []).append(row)
        yield {
            table: dict(zip(rows[0], zip(*(row.values() for row in rows), strict=True), strict=True))
            for table, rows in tables.items()
        }


def main() -> None:
    """Measure and print each turn and the medians."""
    keys, found = Keyring.from_secret(b"of the benchmarks, 32 bytes long"), list(records())
    ours, bare = list[float](), list[float]()
    with ExitStack() as closes:
        folder = Path(closes.enter_context(TemporaryDirectory()))
        server = closes.enter_context(ClickHouseServer(ServerConfig(data_dir=folder, port=0)))
        password = (folder / "passwords" / SINK).read_text("utf-8")
        store = closes.enter_context(closing(Store(f"clickhouse://{SINK}:{password}@127.0.0.1:{server.port}/{DATA}")))
        migrate(store, fingerprint="benchmark")
        made = list(batches(found, keys))
        rows = sum(len(next(iter(columns.values()))) for tables in made for columns in tables.values())
        for turn in range(TURNS):
            bare.append(_insert(store, iter(made), rows))
            keys = Keyring.from_secret(b"of the benchmarks, 32 bytes long")  # which remembers no number
            ours.append(_insert(store, batches(found, keys), rows))
            sys.stdout.write(
                f"{turn + 1}: {rows} rows, sink {ours[-1]:.0f}/s, clickhouse-driver alone {bare[-1]:.0f}/s\n"
            )
    sys.stdout.write(
        f"median: sink {median(ours):.0f} rows/s, clickhouse-driver alone {median(bare):.0f}, ratio {median(ours) / median(bare):.2f}\n"
    )


def _insert(store: Store, made: Iterator[_Tables], rows: int) -> float:
    began = time.perf_counter()
    for tables in made:
        for table, columns in tables.items():
            store.insert(table, columns, token=uuid4().hex)
    return rows / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
