"""What analysts see of a report that was hidden after its rows were stored: never its tracking code, which opens the page of the case."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from sinks.clickhouse.client import Store
from sinks.clickhouse.migrate import migrate

HIDDEN, OTHER = "HHHHHHHHHHH", "AAAAAAAAAAA"


@pytest.fixture
def store(clickhouse_server: str) -> Iterator[Store]:
    """A database with all migrations applied."""
    server, name = Store(clickhouse_server), f"hidden_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    server.close()
    made = Store(f"{clickhouse_server}/{name}")
    migrate(made)
    yield made
    made.close()


def put(store: Store, table: str, **values: str | int | UUID | bool) -> None:
    """Store a row with some of its columns."""
    marks = ", ".join(f"%({name})s" for name in values)
    store.execute(f"INSERT INTO {table} ({', '.join(values)}) SELECT {marks}", values)


def test_who_hides_a_report_later_hides_its_code_in_every_view(store: Store) -> None:
    """In what was received, replied and delivered, and where another case names it: its main case, the one that continues it."""
    hidden, other = uuid4(), uuid4()
    put(store, "complaint_rows", complaint_id=hidden, tracking_code=HIDDEN)
    put(store, "complaint_rows", complaint_id=other, tracking_code=OTHER, continues=HIDDEN)
    put(store, "case_now", complaint_id=other, tracking_code=OTHER, continues=HIDDEN, version=1)
    for fact in ({"other": HIDDEN}, {"continued_as": HIDDEN}):
        put(store, "case_event_rows", event_id=uuid4(), complaint_id=other, tracking_code=OTHER, **fact)
    put(store, "case_event_rows", event_id=uuid4(), complaint_id=hidden, tracking_code=HIDDEN, continued_as=OTHER)
    for table in ("message_rows", "reply_rows", "delivery_rows"):
        for id_, code in ((hidden, HIDDEN), (other, OTHER)):
            put(store, table, **{f"{table.removesuffix('_rows')}_id": uuid4()}, complaint_id=id_, tracking_code=code)
        put(store, table, **{f"{table.removesuffix('_rows')}_id": uuid4()})
    views = ("complaints", "cases", "case_events", "messages", "replies", "deliveries")
    assert all(HIDDEN in str(store.table(f"SELECT * FROM {view}")) for view in views)
    put(store, "case_now", complaint_id=hidden, version=2, secret=True)
    for view in views:
        assert HIDDEN not in str(store.table(f"SELECT * FROM {view}"))
        assert OTHER in str(store.table(f"SELECT * FROM {view}"))
    assert store.execute("SELECT count() FROM replies WHERE secret") == [(1,)]
    assert store.execute(f"SELECT count() FROM case_events WHERE continued_as = '{OTHER}'") == [(0,)]
