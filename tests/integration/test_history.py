"""What is learnt from this installation's cases, on the real ClickHouse engine: decisions of people, and none of secret reports."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from ops.evaluate_labelled import labelled
from ops.history import decided
from sinks.clickhouse.client import Store
from sinks.clickhouse.migrate import migrate


@pytest.fixture
def store(clickhouse_server: str) -> Iterator[Store]:
    """A database with the tables and views."""
    server = Store(clickhouse_server)
    name = f"history_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    made = Store(f"{clickhouse_server}/{name}")
    migrate(made)
    yield made
    made.close()
    server.close()


def case(store: Store, number: int, *, owners: tuple[str, ...], secret: bool = False, kind: str = "") -> None:
    """Store a complaint with its dispositions, and perhaps an event."""
    key = f"'{UUID(int=number)}'"
    store.execute(
        "INSERT INTO complaint_rows (complaint_id, title, text, secret, regency_code, province_code, received_at)"
        f" SELECT {key}, 'judul', 'isi {number}', {secret}, '33.74', '33', now64(3)"
    )
    for hop, owner in enumerate(owners):
        triage = owner == "kemenpanrb"
        store.execute(
            "INSERT INTO disposition_rows (disposition_id, complaint_id, hop, owner_id, owner, triage)"
            f" SELECT generateUUIDv4(), {key}, {hop}, '{owner}', '{owner}', {triage}"
        )
    if kind:
        store.execute(
            f"INSERT INTO case_event_rows (event_id, complaint_id, kind) SELECT generateUUIDv4(), {key}, '{kind}'"
        )


def test_only_what_somebody_decided_is_learnt(store: Store) -> None:
    """Taken, answered or moved after a refusal; not what the router alone thought, a desk's case, or a secret one."""
    case(store, 1, owners=("dpu-33.74",))
    case(store, 2, owners=("dpu-33.74",), kind="diterima")
    case(store, 3, owners=("dpu-33.74", "dpu-33"))
    case(store, 4, owners=("dpu-33.74",), kind="ditanggapi", secret=True)
    case(store, 5, owners=("dpu-33.74", "kemenpanrb"))
    case(store, 6, owners=("pln",), kind="lewat tenggat")
    found = {report.text: report.best for report in labelled(decided(store))}
    assert found == {"isi 2": ("dpu-33.74",), "isi 3": ("dpu-33",)}
