"""The connection to ClickHouse, where the embedded engine does not do as a server with users does."""

from typing import Any

import pytest
from clickhouse_driver.errors import ServerException

from sinks.clickhouse.client import READONLY_CODE, Store, StoreRejected


class Server:
    """Answers for a user: one who may change things, or one who may only read and so may not set anything either."""

    def __init__(self, *, may_set: bool) -> None:
        self._may_set = may_set

    def execute(self, sql: str, *, settings: dict[str, Any] | None = None, **_: bool) -> Any:
        """Answer as ClickHouse does."""
        if "getSetting" in sql:
            return [(0 if self._may_set else 1,)]
        if "SETTINGS readonly" in sql and settings:
            raise ServerException("Cannot modify 'readonly' setting in readonly mode", READONLY_CODE)
        if settings and not self._may_set:
            raise ServerException("Cannot modify 'readonly' setting in readonly mode", READONLY_CODE)
        if settings is None and self._may_set:
            raise AssertionError("it was run with the right to change things")
        if not sql.startswith("SELECT"):
            raise ServerException("Cannot execute query in readonly mode", READONLY_CODE)
        return [(1,)], [("n", "UInt8")]

    def disconnect(self) -> None:
        """Let go."""


@pytest.mark.parametrize("may_set", [True, False])
def test_whoever_may_read_reads_and_nobody_changes(monkeypatch: pytest.MonkeyPatch, may_set: bool) -> None:
    """Also a user whose profile is read-only, as an analyst's should be."""
    store = Store("clickhouse://ana:x@127.0.0.1/lapor")
    monkeypatch.setattr(store, "_client", Server(may_set=may_set))
    assert store.table("SELECT 1 AS n") == (["n"], [(1,)])
    for sql in ("DROP TABLE complaints", "INSERT INTO a SETTINGS readonly = 0 SELECT 1"):
        monkeypatch.setattr(store, "_client", Server(may_set=may_set))
        with pytest.raises(StoreRejected, match="only read"):
            store.table(sql)
