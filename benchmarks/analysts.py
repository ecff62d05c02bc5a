"""How long each question of the guide takes on an invented history, and whether 500 MB are enough: python -m benchmarks.analysts [CASES].

Seconds are those of the clock; how many questions take more than one of a processor is counted beside them, for a machine with other work.

Ten million cases, the default, take 20 minutes to write and 12 GB of the temporary folder. The account is that of the analysts; the memory
is measured as the operator, who may set a limit.
"""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console

from benchmarks.figures import Figure, table
from benchmarks.processes import folder
from complaints.errors import StoreUnavailable
from embedded.clickhouse.accounts import ANALYST, DATA, OPERATOR, SINK
from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.limits import READER
from embedded.clickhouse.server import ClickHouseServer
from lapor.processes import reference
from ops.analysts.guide import SAMPLE, questions
from ops.analysts.history import History, write
from sinks.clickhouse.client import Store
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.reference import refresh

CASES: Final = 10_000_000
ROUNDS: Final = 3
LIMITS: Final = {**READER, "max_memory_usage": 500_000_000}
FIRST_ROWS: Final = "SELECT * FROM cases LIMIT 5"

PATIENCE_S: Final = 3600.0
"""To merge the facts of ten million cases into one part takes minutes."""


def main() -> int:
    """Write the history and print a figure for each query; 1 if a bar is missed."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    with ExitStack() as closes:
        data = closes.enter_context(folder())
        server = closes.enter_context(ClickHouseServer(ServerConfig(data_dir=data, port=0)))
        sink, analyst, operator = (
            closes.enter_context(closing(store(data, server.port, account))) for account in (SINK, ANALYST, OPERATOR)
        )
        migrate(sink, fingerprint="benchmark")
        refresh(sink, reference.digest(), reference.tables)
        began = time.monotonic()
        write(History(complaints=cases, days=1095, seed=1, until=SAMPLE.until), sink.execute)
        written = Figure(name=f"writing {cases} cases", value=time.monotonic() - began, unit="s")
        figures = [written, *measured(analyst, operator)]
    Console().print(table(figures))
    return 0 if all(figure.met for figure in figures) else 1


def store(data: Path, port: int, account: str) -> Store:
    """Return a connection as an account whose password is in the folder of the server."""
    password = (data / "passwords" / account).read_text("utf-8")
    return Store(f"clickhouse://{account}:{password}@127.0.0.1:{port}/{DATA}", patience_s=PATIENCE_S)


def measured(analyst: Store, operator: Store) -> list[Figure]:
    """Return the seconds of each query, and how many queries need more memory, and more than a second of a processor."""
    guide = [one for part in questions().values() for one in part]
    asked = {f"{number}. {one.ask}": one.on_the_sample() for number, one in enumerate(guide, 1)}
    figures, heavy, long = list[Figure](), 0, 0
    for name, sql in {FIRST_ROWS: FIRST_ROWS, **asked}.items():
        took = sorted(_seconds(analyst, sql, time.monotonic) for _ in range(ROUNDS))
        below = 0.05 if sql == FIRST_ROWS else 1.0
        long += _seconds(analyst, sql, time.process_time) > 1.0  # the engine runs in this process
        figures.append(Figure(name=name, value=median(took), unit="s", below=below, spread=(took[0], took[-1])))
        heavy += not _runs_in(operator, sql)
    return [
        *figures,
        Figure(name="queries that need more than 500 MB", value=heavy, unit="", below=1),
        Figure(name="queries that take more than 1 s of a processor", value=long, unit="", below=1),
    ]


def _seconds(analyst: Store, sql: str, clock: Callable[[], float]) -> float:
    began = clock()
    analyst.table(sql)
    return clock() - began


def _runs_in(operator: Store, sql: str) -> bool:
    try:
        operator.table(f"{sql} SETTINGS {', '.join(f'{name} = {value}' for name, value in LIMITS.items())}")
    except StoreUnavailable:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
