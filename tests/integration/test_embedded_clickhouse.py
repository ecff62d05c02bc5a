"""What a client of ClickHouse's native protocol may rely on when it talks to the embedded server."""

from __future__ import annotations

import datetime as dt
import socket

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ErrorCodes, ServerException

from embedded.clickhouse.accounts import ANALYST
from tests.harness.clickhouse import PASSWORD, code_of, new_client
from tests.harness.tables import row_by_row

CLIENT_HELLO = b"\x00\x04test\x01\x01" + b"\xc4\xa9\x03" + b"\x00\x0elapor_operator\x07" + PASSWORD.encode()
# The driver knows no name for these.
AUTHENTICATION_FAILED = 516
# For a database that the account may not see, whether it exists or not.
ACCESS_DENIED = 497


# --- who comes in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"password": "salah"}, AUTHENTICATION_FAILED),
        ({"user": "orang lain"}, AUTHENTICATION_FAILED),
        ({"database": "tiada"}, ACCESS_DENIED),
    ],
)
def test_a_wrong_hello_is_refused_with_its_code(port: int, options: dict[str, str], code: int) -> None:
    """Clients tell a wrong password from a wrong database by the code."""
    with new_client(port, **options) as client:
        assert code_of(client, "SELECT 1") == code


def test_the_database_of_the_hello_is_current(port: int, client: Client) -> None:
    """A client that names no database gets that of its account; one that does gets that."""
    assert client.execute("SELECT currentDatabase()") == [("operator",)]
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


@row_by_row
def test_a_refusal_has_clickhouses_code_and_the_connection_goes_on(client: Client, query: str, code: int) -> None:
    """The code decides whether a sink retries; the text says which table or column."""
    assert code_of(client, query) == code
    assert client.execute("SELECT 1") == [(1,)]


def test_what_one_account_may_run_another_may_not(port: int, client: Client) -> None:
    """The check of a statement is remembered for its account alone."""
    made = "CREATE TABLE IF NOT EXISTS mine (a UInt8) ENGINE = Memory"
    with new_client(port, user=ANALYST) as analyst:
        for _ in range(2):
            client.execute(made)
            assert code_of(analyst, made) == ACCESS_DENIED


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


def test_a_session_hears_the_log_that_it_set(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """Until it is set otherwise; the lines reach the client and not the server's own output."""
    with new_client(port) as client, caplog.at_level("INFO", logger="clickhouse_driver.log"):
        client.execute("SET send_logs_level = 'trace'")
        client.execute("SELECT 'heard'")
        client.execute("SET send_logs_level = 'none'")
        client.execute("SELECT 'unheard'")
    said = " ".join(record.getMessage() for record in caplog.records)
    assert "SELECT 'heard'" in said
    assert "unheard" not in said


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


# --- what is no protocol -----------------------------------------------------------------------------------------


def answer_to(port: int, data: bytes) -> bytes:
    """Everything the server says to these bytes, until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connected:
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
