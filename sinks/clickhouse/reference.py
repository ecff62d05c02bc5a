"""Fills the tables that the rows refer to, agencies, regions, topics and the calendar, each time that the program's data changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sinks.clickhouse.client import Store
from sinks.clickhouse.migrate import made_of, note
from sinks.clickhouse.tables import on

Columns = Mapping[str, Sequence[Any]]
"""The values of each column of a table, by its name."""

NAME: Final = "reference"
"""How the ledger of sinks.clickhouse.migrate calls what these tables were filled with."""

_BELOW: Final = """
INSERT INTO agencies_next
SELECT concat('kel-', r.code), concat(r.name, ' ', r.regency), 'village', 'village', d.id, d.government_id, d.government, r.code
FROM regions_next AS r INNER JOIN agencies_next AS d ON d.id = concat('kec-', substring(r.code, 1, 8)) WHERE r.level = 'village'
"""
"""The offices of villages, which are too many to be sent."""


def refresh(store: Store, digest: str, tables: Callable[[], Mapping[str, Columns]], *, cluster: str = "") -> bool:
    """Fill the tables anew, unless they were filled with the same data. Whoever reads meanwhile has all rows of before, or of after.

    Raises:
        StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
        StoreRejected: a value does not fit its column.
    """
    if made_of(store, NAME) == digest:
        return False
    filled = tables()
    for name, columns in filled.items():
        store.execute(f"CREATE OR REPLACE TABLE {name}_next{on(cluster)} AS {name}")
        store.insert(f"{name}_next", columns, token=digest)
    store.execute(_BELOW)
    for name in filled:
        store.execute(f"EXCHANGE TABLES {name} AND {name}_next{on(cluster)}")
        store.execute(f"DROP TABLE {name}_next{on(cluster)}")
    note(store, NAME, digest)
    return True
