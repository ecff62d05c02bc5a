"""What a client of ClickHouse's native protocol may rely on when it talks to the embedded server."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client
from clickhouse_driver.dbapi import connect
from clickhouse_driver.errors import ErrorCodes, ServerException

PASSWORD = "rahasia"
CLIENT_HELLO = b"\x00\x04test\x01\x01" + b"\xc4\xa9\x03" + b"\x00\x07default\x07" + PASSWORD.encode()
# The driver knows no name for it.
AUTHENTICATION_FAILED = 516
SLOW = "SELECT sum(sleepEachRow(0.01)) FROM numbers(100000) SETTINGS max_block_size = 10"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of this module's own."""
    folder: Path = tmp_path_factory.mktemp("clickhouse")
    command = [sys.executable, "-m", "embedded.clickhouse", "--port", "0", "--data-dir", str(folder)]
    command += ["--password", PASSWORD, "--database", "lapor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready clickhouse://default@127.0.0.1:"), line
        assert PASSWORD not in line
        yield int(line.rsplit(":", 1)[1].split("/")[0])
        process.terminate()


def new_client(port: int, **options: Any) -> Client:
    """A client that may log in."""
    return Client("127.0.0.1", port, password=options.pop("password", PASSWORD), **options)


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    """A client that is logged in to the server's database."""
    with new_client(port) as client:
        yield client


def code_of(client: Client, query: str, **options: Any) -> int:
    """The code that a query is refused with."""
    with pytest.raises(ServerException) as refused:
        client.execute(query, **options)
    return int(refused.value.code)


# --- who comes in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"password": "salah"}, AUTHENTICATION_FAILED),
        ({"user": "orang lain"}, AUTHENTICATION_FAILED),
        ({"database": "tiada"}, ErrorCodes.UNKNOWN_DATABASE),
    ],
)
def test_a_wrong_hello_is_refused_with_its_code(port: int, options: dict[str, str], code: int) -> None:
    """Clients tell a wrong password from a wrong database by the code."""
    with new_client(port, **options) as client:
        assert code_of(client, "SELECT 1") == code


def test_the_database_of_the_hello_is_current(port: int, client: Client) -> None:
    """A client that names no database gets the server's; one that does gets that."""
    assert client.execute("SELECT currentDatabase()") == [("lapor",)]
    with new_client(port, database="system") as other:
        assert other.execute("SELECT currentDatabase()") == [("system",)]


@pytest.mark.parametrize("revision", [54032, 54058, 54401, 54429, 54448, 54453, 54454, 54459, 54468])
def test_old_clients_are_served(port: int, revision: int) -> None:
    """Whatever revision a client speaks, queries and inserts work, with compression and without."""
    for compression in (False, "lz4"):
        with new_client(port, client_revision=revision, compression=compression) as client:
            client.execute("CREATE OR REPLACE TABLE old (a UInt8, b Array(LowCardinality(String))) ENGINE = Memory")
            client.execute("INSERT INTO old VALUES", [(1, ["x", "y"]), (2, [])], settings={"max_block_size": 1000})
            assert client.execute("SELECT * FROM old ORDER BY a") == [(1, ["x", "y"]), (2, [])]


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELEC 1", ErrorCodes.SYNTAX_ERROR),
        ("", ErrorCodes.SYNTAX_ERROR),
        ("SELECT 1; SELECT 2", ErrorCodes.SYNTAX_ERROR),
        ("SELECT nope", ErrorCodes.UNKNOWN_IDENTIFIER),
        ("SELECT * FROM nope", ErrorCodes.UNKNOWN_TABLE),
        ("INSERT INTO nope (a) VALUES", ErrorCodes.UNKNOWN_TABLE),
        ("SELECT throwIf(number = 150000) FROM numbers(200000)", 395),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", 358),
        ("CREATE TABLE bad (a Nope) ENGINE = Memory", ErrorCodes.UNKNOWN_TYPE),
    ],
)
def test_a_refusal_has_clickhouses_code_and_the_connection_goes_on(client: Client, query: str, code: int) -> None:
    """The code decides whether a sink retries; the text says which table or column."""
    assert code_of(client, query) == code
    assert client.execute("SELECT 1") == [(1,)]


def test_a_refused_insert_is_told_after_its_blocks(client: Client) -> None:
    """A constraint is checked as rows arrive; the client reads the refusal and the table stays as it was."""
    client.execute("CREATE OR REPLACE TABLE checked (a UInt8, CONSTRAINT small CHECK a < 10) ENGINE = Memory")
    with pytest.raises(ServerException, match="VIOLATED_CONSTRAINT"):
        client.execute("INSERT INTO checked VALUES", [(50,)])
    assert client.execute("SELECT count() FROM checked") == [(0,)]


# --- settings ----------------------------------------------------------------------------------------------------


def test_settings_hold_for_their_query_only(client: Client) -> None:
    """A query's settings are applied to it and taken back after it, also after it failed."""
    asked = "SELECT value, changed FROM system.settings WHERE name = 'max_block_size'"
    assert client.execute(asked, settings={"max_block_size": 77}) == [("77", 1)]
    assert client.execute(asked)[0][1] == 0
    code_of(client, "SELECT nope", settings={"max_block_size": 77})
    assert client.execute(asked)[0][1] == 0


def test_a_session_keeps_what_it_set(port: int) -> None:
    """SET lasts for the connection and comes back after a query that brought another value."""
    asked = "SELECT value FROM system.settings WHERE name = 'max_block_size'"
    with new_client(port) as client:
        client.execute("SET max_block_size = 1234")
        assert client.execute(asked, settings={"max_block_size": 77}) == [("77",)]
        assert client.execute(asked) == [("1234",)]
    with new_client(port) as other:
        assert other.execute(asked) != [("1234",)]


def test_an_unknown_setting_is_ignored_unless_important(port: int, client: Client) -> None:
    """The protocol's flag decides."""
    assert client.execute("SELECT 1", settings={"no_such": 1}) == [(1,)]
    with new_client(port, settings_is_important=True) as strict:
        assert code_of(strict, "SELECT 1", settings={"no_such": 1}) == ErrorCodes.UNKNOWN_SETTING


def test_readonly_forbids_writing_for_its_query_only(client: Client) -> None:
    """A dashboard that sends readonly=1 cannot change data, whatever it sends; the session is free again after it."""
    client.execute("CREATE OR REPLACE TABLE r (a UInt8) ENGINE = Memory")
    assert client.execute("SELECT count() FROM r", settings={"readonly": 1}) == [(0,)]
    assert code_of(client, "DROP TABLE r", settings={"readonly": 1}) == ErrorCodes.READONLY
    assert code_of(client, "INSERT INTO r SELECT 1", settings={"readonly": 1}) == ErrorCodes.READONLY
    client.execute("DROP TABLE r")


def test_a_limit_on_the_result_is_obeyed(client: Client) -> None:
    """Limits that end a query reach the engine."""
    query = "SELECT number FROM system.numbers LIMIT 10"
    assert code_of(client, query, settings={"max_result_rows": 5}) == ErrorCodes.TOO_MANY_ROWS_OR_BYTES


def test_parameters_are_the_servers(port: int) -> None:
    """Parameters travel beside the query and need no quoting by the client."""
    with new_client(port, settings={"server_side_params": True}) as client:
        text = "a'b\\c\td\n"
        assert client.execute("SELECT {x:String}, {n:UInt8} + 1", {"x": text, "n": 3}) == [(text, 4)]


def test_the_session_time_zone_is_told(port: int) -> None:
    """Times without a zone are meant in the session's; the client is told which."""
    with new_client(port) as client:
        rows = client.execute(
            "SELECT toDateTime('2026-11-24 12:00:00')",
            settings={"session_timezone": "Asia/Jayapura", "use_client_time_zone": False},
        )
        assert rows == [(dt.datetime(2026, 11, 24, 12),)]  # noqa: DTZ001 - the driver's times without a zone


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
    with connect(host="127.0.0.1", port=port, password=PASSWORD) as connection, connection.cursor() as cursor:
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
    client.execute("INSERT INTO lapor.d (* EXCEPT(b)) VALUES", [(3, 4)])
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
            return int(client.execute(f"SELECT count() FROM side{number}")[0][0])  # noqa: S608 - the number is the test's own

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
    deadline = time.monotonic() + 10
    while running(client) != count:
        assert time.monotonic() < deadline, f"{running(client)} queries run, not {count}"
        time.sleep(0.02)


def test_cancel_stops_the_query(port: int, client: Client) -> None:
    """Cancel ends the query in the engine, not only its transport; the connection goes on."""
    with new_client(port) as slow:
        slow.execute_with_progress(SLOW)
        wait_for(client, 1)
        begun = time.monotonic()
        slow.cancel()
        assert time.monotonic() - begun < 5
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
    thread.join(10)
    assert codes == [ErrorCodes.QUERY_WAS_CANCELLED]


# --- what is no protocol -----------------------------------------------------------------------------------------


def answer_to(port: int, data: bytes) -> bytes:
    """Everything the server says to these bytes, until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connected:
        connected.sendall(data)
        connected.shutdown(socket.SHUT_WR)
        said = b""
        while chunk := connected.recv(65536):
            said += chunk
        return said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"\x07", b"UNEXPECTED_PACKET_FROM_CLIENT"),
        (b"\x00" + b"\xff" * 12, b"INCORRECT_DATA"),
        (CLIENT_HELLO + b"\x00\x63", b"UNKNOWN_PACKET_FROM_CLIENT"),
        (CLIENT_HELLO + b"\x00\x02", b"UNEXPECTED_PACKET_FROM_CLIENT"),
    ],
    ids=["http", "not a hello", "endless number", "unknown packet", "data without a query"],
)
def test_malformed_packets_end_their_connection_only(port: int, client: Client, data: bytes, said: bytes) -> None:
    """The client is told what was wrong, and nobody else notices."""
    assert said in answer_to(port, data)
    assert client.execute("SELECT 1") == [(1,)]


def test_a_hello_cut_short_is_just_a_client_that_left(port: int, client: Client) -> None:
    """Port scanners and crashed clients leave no trace."""
    assert answer_to(port, CLIENT_HELLO[:5]) == b""
    assert client.execute("SELECT 1") == [(1,)]


def test_a_corrupted_frame_is_told_by_its_checksum(port: int, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that were damaged on the way are not inserted."""
    client.execute("CREATE OR REPLACE TABLE damaged (a UInt32) ENGINE = Memory")
    monkeypatch.setattr("clickhouse_driver.streams.compressed.CityHash128", lambda _data: 1)
    with new_client(port, compression="lz4") as broken:
        assert code_of(broken, "INSERT INTO damaged VALUES", params=[(1,)]) == ErrorCodes.CHECKSUM_DOESNT_MATCH
    assert client.execute("SELECT count() FROM damaged") == [(0,)]
