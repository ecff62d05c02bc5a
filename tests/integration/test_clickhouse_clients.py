"""The tools of analysts, unchanged, with the embedded ClickHouse: Python's, and everything that speaks JDBC."""

from __future__ import annotations

import datetime as dt

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from embedded.clickhouse.accounts import ANALYST, OPERATOR
from tests.harness.clickhouse import PASSWORD

ACCOUNTS = pytest.mark.parametrize("account", [OPERATOR, ANALYST])


@pytest.fixture
def port(sample: tuple[int, int]) -> int:
    """The HTTP port of a server."""
    return sample[1]


def connected(port: int, account: str) -> Client:
    """A client of the official Python library."""
    return clickhouse_connect.get_client(host="127.0.0.1", port=port, username=account, password=PASSWORD)


@ACCOUNTS
def test_the_python_library_reads_rows_and_frames(port: int, account: str) -> None:
    """As rows, as a pandas and as a polars data frame, as a stream, with values bound on the server and on the client."""
    with connected(port, account) as client:
        assert client.ping()
        assert client.query("SELECT number, toString(number) FROM numbers(3)").result_rows == [
            (0, "0"),
            (1, "1"),
            (2, "2"),
        ]
        assert client.query("SELECT {x:Int32} + 1", parameters={"x": 4}).result_rows == [(5,)]
        assert client.query("SELECT %(x)s", parameters={"x": "a'b"}).result_rows == [("a'b",)]
        frame = client.query_df("SELECT number AS n, toDate(number) AS d FROM numbers(3)")
        assert list(frame["n"]) == [0, 1, 2]
        arrow = client.query_df_arrow("SELECT 'x' AS a, [1, 2] AS b, NULL AS c", dataframe_library="polars")
        assert arrow.rows() == [("x", [1, 2], None)]
        with client.query_row_block_stream("SELECT number FROM numbers(100000)") as blocks:
            assert sum(map(len, blocks)) == 100_000
        with pytest.raises(DatabaseError, match="Code: 47"):
            client.query("SELECT nosuch")


def test_the_python_library_writes(port: int) -> None:
    """Rows of columns of many types, and the number of rows that it wrote."""
    with connected(port, OPERATOR) as client:
        client.command(
            "CREATE OR REPLACE TABLE z (a UInt32, t DateTime64(3, 'UTC'), n Nullable(Float64), l Array(LowCardinality(String))) "
            "ENGINE = MergeTree ORDER BY a"
        )
        at = dt.datetime(2026, 1, 1, 7, tzinfo=dt.UTC)
        rows = [[number, at, None if number % 2 else 1.5, ["a", "b"]] for number in range(1000)]
        assert client.insert("z", rows, column_names=["a", "t", "n", "l"]).written_rows == 1000
        found = client.query("SELECT count(), sum(a), min(t), countIf(n IS NULL), any(l) FROM z").result_rows
        assert found == [(1000, 499_500, at.replace(tzinfo=None), 500, ["a", "b"])]
