"""Results, inserts and cancellation: what the data that a client sends or reads may rely on."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from clickhouse_driver import Client
from clickhouse_driver.dbapi import connect
from clickhouse_driver.errors import ErrorCodes

from embedded.clickhouse.accounts import OPERATOR
from tests.harness.clickhouse import PASSWORD, code_of, new_client
from tests.harness.support import wait_until

SLOW = "SELECT sum(sleepEachRow(0.01)) FROM numbers(100000) SETTINGS max_block_size = 10"


# --- results -----------------------------------------------------------------------------------------------------


def test_an_empty_result_has_names_and_types(client: Client) -> None:
    """A client makes its columns from the header, also where no row follows."""
    assert client.execute("SELECT 1 AS a, 'x' AS b WHERE 0", with_column_types=True) == (
        [],
        [("a", "UInt8"), ("b", "String")],
    )
    assert client.execute("SHOW TABLES LIKE 'none'", with_column_types=True) == ([], [("name", "String")])


def test_totals_and_extremes_follow_the_rows(client: Client) -> None:
    """Both are sent as packets of their own; the driver adds them to the rows."""
    query = "SELECT number % 3 AS k, count() FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k"
    rows = [(0, 4), (1, 3), (2, 3)]
    assert client.execute(query) == [*rows, (0, 10)]
    assert client.execute(query, settings={"extremes": 1}) == [*rows, (0, 10), (0, 3), (2, 4)]


def test_progress_and_profile_are_true(client: Client) -> None:
    """What was read, out of how many, and how many rows there were before the limit."""
    client.execute("SELECT number FROM numbers(1000) ORDER BY number DESC LIMIT 5")
    last = client.last_query
    assert (last.progress.rows, last.progress.total_rows) == (1000, 1000)
    assert (last.profile_info.rows, last.profile_info.rows_before_limit) == (5, 1000)


def test_a_million_rows_stream(client: Client) -> None:
    """A large result comes block by block and in order, the first long before the last."""
    settings = {"max_block_size": 100_000}
    count = 0
    for at, row in enumerate(
        client.execute_iter("SELECT number, toString(number) FROM numbers(1000000)", settings=settings)
    ):
        assert row[0] == at
        count += 1
    assert count == 1_000_000


def test_a_format_is_the_clients_own_affair(client: Client) -> None:
    """FORMAT is for the program that shows the result; over this protocol there is one form."""
    assert client.execute("SELECT 1 AS a FORMAT JSON") == [(1,)]
    assert client.execute("SELECT 1 AS a FORMAT JSON SETTINGS max_threads = 1") == [(1,)]
    assert client.execute("SELECT ';' AS format -- FORMAT JSON;\n;") == [(";",)]


def test_statements_that_do_not_stream_answer_too(client: Client) -> None:
    """The catalogue's statements have results as well."""
    assert client.execute("EXISTS TABLE system.one") == [(1,)]
    assert ("dummy", "UInt8") in [row[:2] for row in client.execute("DESCRIBE TABLE system.one")]
    assert client.execute("EXPLAIN AST SELECT 1")


def test_dbapi_describes_its_result(port: int) -> None:
    """The driver's DB-API works as with any ClickHouse."""
    with (
        connect(host="127.0.0.1", port=port, user=OPERATOR, password=PASSWORD) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT number AS n FROM numbers(3)")
        assert cursor.description[0][0] == "n"
        assert cursor.fetchall() == [(0,), (1,), (2,)]


# --- inserts -----------------------------------------------------------------------------------------------------


def test_columns_are_the_ones_an_insert_names(client: Client) -> None:
    """Defaults fill the rest; what is computed is asked of nobody."""
    client.execute(
        "CREATE OR REPLACE TABLE d (a UInt8, b String DEFAULT 'b', `c d` UInt8 DEFAULT 9, m UInt8 MATERIALIZED a + 1) "
        "ENGINE = Memory"
    )
    client.execute("INSERT INTO d (`c d`, a) VALUES", [(1, 2)])
    client.execute("INSERT INTO operator.d (* EXCEPT(b)) VALUES", [(3, 4)])
    client.execute("INSERT INTO TABLE d FORMAT Native", [(5, "x", 6)])
    client.execute("INSERT INTO FUNCTION null('a UInt8') VALUES", [(1,)])
    client.execute("INSERT INTO d VALUES (7, 'in the text', 8)")
    rows = [(2, "b", 1, 3), (3, "b", 4, 4), (5, "x", 6, 6), (7, "in the text", 8, 8)]
    assert client.execute("SELECT a, b, `c d`, m FROM d ORDER BY a") == rows


def test_an_insert_may_read_its_rows_through_a_query(client: Client) -> None:
    """input() stands for the client's rows."""
    client.execute("CREATE OR REPLACE TABLE i (a UInt8) ENGINE = Memory")
    client.execute(
        "INSERT INTO i SELECT x + 1 FROM input('x UInt8, y String') WHERE y != 'no' FORMAT Native",
        [(1, "a"), (2, "no")],
    )
    assert client.execute("SELECT * FROM i") == [(2,)]


def test_a_token_makes_a_repeated_insert_count_once(client: Client) -> None:
    """A batch that is sent again after a lost answer is not stored twice; the token alone decides."""
    client.execute(
        "CREATE OR REPLACE TABLE once (a UInt32) ENGINE = MergeTree ORDER BY a "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    for token in ("topic:0:1:2", "topic:0:1:2", "topic:0:3:4"):
        client.execute("INSERT INTO once VALUES", [(1,), (2,)], settings={"insert_deduplication_token": token})
    assert client.execute("SELECT count() FROM once") == [(4,)]


def test_blocks_of_any_size_arrive_whole(client: Client) -> None:
    """A client cuts its rows into blocks; all of them are stored."""
    client.execute("CREATE OR REPLACE TABLE many (a UInt32, s String) ENGINE = MergeTree ORDER BY a")
    rows = [(at, "x" * (at % 300)) for at in range(50_000)]
    assert client.execute("INSERT INTO many VALUES", rows, settings={"insert_block_size": 777}) == len(rows)
    assert client.execute("SELECT count(), sum(length(s)) FROM many") == [
        (50_000, sum(at % 300 for at in range(50_000)))
    ]


def test_external_tables_live_for_their_query(client: Client) -> None:
    """Tables that come with a query are gone after it, also after it failed."""
    tables = [
        {
            "name": "ext",
            "structure": [("x", "Int32"), ("y", "Array(String)")],
            "data": [{"x": 1, "y": ["a"]}, {"x": 2, "y": []}],
        },
        {"name": "none", "structure": [("x", "Int32")], "data": []},
    ]
    query = "SELECT x, y, (SELECT count() FROM none) FROM ext ORDER BY x"
    assert client.execute(query, external_tables=tables) == [(1, ["a"], 0), (2, [], 0)]
    assert client.execute("SELECT count() FROM ext", external_tables=tables, settings={"readonly": 1}) == [(2,)]
    assert code_of(client, "SELECT nope FROM ext", external_tables=tables) == ErrorCodes.UNKNOWN_IDENTIFIER
    assert code_of(client, "SELECT * FROM ext") == ErrorCodes.UNKNOWN_TABLE


# --- several at once, and enough of it ---------------------------------------------------------------------------


def test_clients_do_not_wait_for_each_other(port: int) -> None:
    """Each client has its own connection to the engine: inserts and queries run side by side."""

    def work(number: int) -> int:
        with new_client(port) as client:
            client.execute(f"CREATE OR REPLACE TABLE side{number} (a UInt32) ENGINE = MergeTree ORDER BY a")
            for at in range(5):
                client.execute(f"INSERT INTO side{number} VALUES", [(at,)])
            return int(client.execute(f"SELECT count() FROM side{number}")[0][0])

    with new_client(port) as slow:
        slow.execute_iter("SELECT number FROM system.numbers")
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(8))) == [5] * 8


def running(client: Client) -> int:
    """How many slow queries run."""
    query = "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%processes%'"
    return int(client.execute(query)[0][0])


def wait_for(client: Client, count: int) -> None:
    """Wait until so many slow queries run."""
    wait_until(lambda: running(client) == count, what=f"{count} running queries")


def test_cancel_stops_the_query(port: int, client: Client) -> None:
    """Cancel ends the query in the engine, not only its transport; the connection goes on."""
    with new_client(port) as slow:
        slow.execute_with_progress(SLOW)
        wait_for(client, 1)
        begun = time.monotonic()
        slow.cancel()
        assert time.monotonic() - begun < 60  # by itself it would end after 1,000 s
        wait_for(client, 0)
        assert slow.execute("SELECT 1") == [(1,)]


def test_a_client_that_leaves_stops_its_query(port: int, client: Client) -> None:
    """Nobody reads the result any more, so nothing is computed for it."""
    slow = new_client(port)
    slow.execute_with_progress(SLOW)
    wait_for(client, 1)
    slow.disconnect()
    wait_for(client, 0)


def test_another_client_may_kill_a_query(port: int, client: Client) -> None:
    """KILL QUERY works, and the victim reads code 394."""
    codes: list[int] = []

    def run() -> None:
        with new_client(port) as slow:
            codes.append(code_of(slow, SLOW))

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(client, 1)
    client.execute("KILL QUERY WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%KILL%' ASYNC")
    thread.join(30)
    assert codes == [ErrorCodes.QUERY_WAS_CANCELLED]
