"""Analysts of a province on the embedded ClickHouse: its own cases alone, in each view."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from embedded.clickhouse.accounts import ANALYST, DATA, SINK, VIEWS, kept_passwords, server_users
from embedded.clickhouse.config import ServerConfig
from embedded.clickhouse.server import ClickHouseServer
from sinks.clickhouse.client import Store, StoreRejected
from sinks.clickhouse.migrate import migrate

OWN, OTHER = "33", "35"


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The connection of an analyst of Central Java, beside cases of East Java."""
    tmp_path = tmp_path_factory.mktemp("clickhouse")
    with ClickHouseServer(ServerConfig(data_dir=tmp_path, port=0, provinces=(OWN,))) as server:
        passwords = kept_passwords(tmp_path / "passwords", (OWN,))

        def store(account: str, database: str) -> Store:
            return Store(f"clickhouse://{account}:{passwords[account]}@127.0.0.1:{server.port}/{database}")

        with closing(store(SINK, DATA)) as sink:
            assert migrate(sink, fingerprint="x", provinces=(OWN,))
            for province, told in ((OWN, OWN), (OTHER, OTHER), (OWN, ""), (OTHER, OWN), (OWN, OTHER)):
                of_case = {"complaint_id": uuid4(), "case_number": f"K-{province}"}
                _put(sink, "case_now", **of_case, province_code=province)
                _put(sink, "complaint_rows", **of_case, province_code=told)
                for table in ("disposition_rows", "case_event_rows"):
                    _put(sink, table, event_id=uuid4(), **of_case, **({} if "disp" in table else {"other": "K-x"}))
                for kind in ("message", "reply", "delivery"):
                    _put(sink, f"{kind}_rows", **{f"{kind}_id": uuid4()}, **of_case)
        with closing(store(f"{ANALYST}_{OWN}", f"{DATA}_{OWN}")) as made:
            yield made


def _put(sink: Store, table: str, **values: object) -> None:
    marks = ", ".join(f"%({name})s" for name in values)
    sink.execute(f"INSERT INTO {table} ({', '.join(values)}) SELECT {marks}", values)


def test_an_analyst_of_a_province_reads_its_own_cases_alone(analyst: Store) -> None:
    """In each view, by where the case is now, whatever place was told first; and nothing of the database of all."""
    for view in set(VIEWS) - {"dead_letters"}:
        assert analyst.table(f"SELECT case_number FROM {view}")[1] == [(f"K-{OWN}",)] * 3, view
    assert analyst.table("SELECT count() FROM regions")[1] == [(0,)]
    for view in (*VIEWS, "case_now"):
        with pytest.raises(StoreRejected):
            analyst.table(f"SELECT count() FROM {DATA}.{view}")
    with pytest.raises(StoreRejected):
        analyst.table("SELECT count() FROM dead_letters")


_ALIEN = f"'K-{OTHER}'"
_FAILS_FOR_ALIENS = (
    f"WHERE intDiv(1, case_number != {_ALIEN})",
    f"WHERE toUInt8(if(case_number = {_ALIEN}, 'x', '1')) = 1",
    f"GROUP BY intDiv(1, case_number != {_ALIEN})",
    f"AS a JOIN cases AS b ON a.complaint_id = b.complaint_id WHERE intDiv(1, a.case_number != {_ALIEN})",
)


@pytest.mark.parametrize("view", ["cases", "complaints"])
def test_no_condition_is_asked_of_a_row_of_another_province(analyst: Store, view: str) -> None:
    """The engine may push it below the view, beside the view's own: that comes first, and what it refuses is never computed.

    An error would tell what is in the row. It rests on a setting of the engine, which nobody may give.
    """
    for condition in _FAILS_FOR_ALIENS:
        assert analyst.table(f"SELECT count() FROM {view} {condition}")[1] == [(3,)], condition
    with pytest.raises(StoreRejected):
        analyst.table(f"SELECT count() FROM {view} SETTINGS short_circuit_function_evaluation = 'disable'")


def test_a_real_server_has_the_account_with_the_same_rights() -> None:
    """`python -m embedded.clickhouse.access 33` prints it."""
    assert f"<query>GRANT SELECT ON {DATA}_{OWN}.*</query>" in server_users((OWN,))
    assert f"{ANALYST}_{OWN}" not in server_users()
