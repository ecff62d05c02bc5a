"""What a client of ClickHouse's HTTP interface may rely on when it talks to the embedded server."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import lz4.frame  # type: ignore[import-untyped]
import psutil
import pytest
import zstandard
from clickhouse_driver import Client

from complaints.runtime.strangers import STRANGERS
from embedded.clickhouse.accounts import ANALYST, OPERATOR
from embedded.clickhouse.http.coding import accepted
from embedded.clickhouse.limits import MOST_WAITED_BYTES, SESSIONS
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.protocol.compress import LZ4, ZSTD, frames, method_named, read_frame
from tests.harness.clickhouse import PASSWORD, new_client, served, start, stop
from tests.harness.support import free_port, wait_until
from tests.harness.tables import row_by_row

Ports = tuple[int, int]


@pytest.fixture
def http(ports: Ports) -> Iterator[httpx.Client]:
    """The operator, by HTTP."""
    with httpx.Client(base_url=f"http://127.0.0.1:{ports[1]}", auth=(OPERATOR, PASSWORD), timeout=60) as client:
        yield client


@pytest.fixture
def analyst(ports: Ports) -> Iterator[httpx.Client]:
    """An analyst, by HTTP."""
    with httpx.Client(base_url=f"http://127.0.0.1:{ports[1]}", auth=(ANALYST, PASSWORD), timeout=60) as client:
        yield client


@pytest.fixture
def table(ports: Ports) -> Iterator[str]:
    """An empty table of two columns."""
    with new_client(ports[0]) as native:
        native.execute("CREATE OR REPLACE TABLE pairs (a UInt8, b String) ENGINE = MergeTree ORDER BY a")
        yield "pairs"


def rows_of(ports: Ports) -> list[tuple[int, str]]:
    """What is in the table."""
    with new_client(ports[0]) as native:
        found: list[tuple[int, str]] = native.execute("SELECT a, b FROM pairs ORDER BY a")
        return found


# --- who comes in ------------------------------------------------------------------------------------------------


def test_a_probe_needs_no_account(ports: Ports) -> None:
    """Load balancers ask /ping, and some the root."""
    for path in ("/ping", "/", "/replicas_status"):
        assert httpx.get(f"http://127.0.0.1:{ports[1]}{path}").text == "Ok.\n"


def test_credentials_come_by_header_by_basic_or_in_the_address(ports: Ports) -> None:
    """Each kind of client has its own way; a wrong password has ClickHouse's code by each of them."""
    address = f"http://127.0.0.1:{ports[1]}/?query=SELECT+currentUser()"
    by_header = {"X-ClickHouse-User": OPERATOR, "X-ClickHouse-Key": PASSWORD}
    for options in ({"headers": by_header}, {"auth": (OPERATOR, PASSWORD)}):
        assert httpx.get(address, **options).status_code == 200
    assert httpx.get(f"{address}&user={OPERATOR}&password={PASSWORD}").status_code == 200
    for options in ({"headers": by_header | {"X-ClickHouse-Key": "salah"}}, {"auth": (OPERATOR, "salah")}, {}):
        refused = httpx.get(address, **options)
        assert (refused.status_code, refused.headers["X-ClickHouse-Exception-Code"]) == (403, "516")


# --- results -----------------------------------------------------------------------------------------------------


@row_by_row
def test_a_result_has_the_format_that_was_asked_for(http: httpx.Client, options: dict[str, Any], begins: str) -> None:
    """By the statement, else by the header, else by the address, else tab-separated."""
    given = {"query": "SELECT 1 AS a, 'x' AS b", **options.get("params", {})}
    got = http.get("/", params=given, headers=options.get("headers", {}))
    assert got.text.startswith(begins)


def test_placeholders_and_settings_are_parameters_of_the_address(http: httpx.Client) -> None:
    """A value is no SQL, whatever it contains."""
    given = {"query": "SELECT {n:UInt8} + 1, {s:String}", "param_n": "4", "param_s": "a'; DROP TABLE x"}
    assert http.get("/", params=given).text == "5\ta\\'; DROP TABLE x\n"
    limited = http.get("/", params={"query": "SELECT number FROM numbers(100)", "max_result_rows": "10"})
    assert limited.headers["X-ClickHouse-Exception-Code"] == "396"


def test_the_answer_tells_its_query_its_format_and_its_numbers(http: httpx.Client) -> None:
    """Drivers read them: JDBC takes a result of no rows for empty, unless it waited for the end."""
    got = http.post("/", params={"wait_end_of_query": "1", "query_id": "q-1"}, content="SELECT number FROM numbers(7)")
    assert (got.headers["X-ClickHouse-Query-Id"], got.headers["X-ClickHouse-Format"]) == ("q-1", "TabSeparated")
    summary = json.loads(got.headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["result_rows"]) == ("7", "7")
    assert got.headers["X-ClickHouse-Timezone"]


def test_the_numbers_of_an_analyst_tell_nothing_of_what_a_view_reads(analyst: httpx.Client) -> None:
    """A view reads a text before it hides it. The rows of the result are there."""
    got = analyst.post("/", params={"wait_end_of_query": "1"}, content="SELECT number FROM numbers(7)")
    summary = json.loads(got.headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["read_bytes"], summary["total_rows_to_read"]) == ("0", "0", "0")
    assert summary["result_rows"] == "7"


@pytest.mark.parametrize(("name", "status"), [("session_timeout", 400), ("max_threads", 403), ("max_block_size", 200)])
def test_a_number_of_thousands_of_digits_is_no_fault_of_the_server(
    analyst: httpx.Client, name: str, status: int
) -> None:
    """Python reads no such number. It is above each limit; that of a block holds whatever is asked."""
    got = analyst.get("/", params={"query": "SELECT 1", "session_id": "a", name: "9" * 6000})
    assert got.status_code == status, got.text


def test_a_long_result_comes_piece_by_piece(http: httpx.Client) -> None:
    """Its beginning is there before its end: a notebook can show it."""
    with http.stream("GET", "/", params={"query": "SELECT number FROM numbers(20000000) FORMAT RowBinary"}) as got:
        pieces = got.iter_raw()
        first = next(pieces)
        assert len(first) < 160_000_000
        assert len(first) + sum(map(len, pieces)) == 160_000_000


def test_results_are_compressed_as_the_client_takes_it(http: httpx.Client) -> None:
    """As HTTP names it, or in ClickHouse's own frames."""
    asked = {"query": "SELECT number FROM numbers(1000)", "enable_http_compression": "1"}
    plain = http.get("/", params=asked, headers={"Accept-Encoding": "identity"}).content
    for coding, expand in (("gzip", gzip.decompress), ("deflate", zlib.decompress), ("lz4", lz4.frame.decompress)):
        with http.stream("GET", "/", params=asked, headers={"Accept-Encoding": coding}) as got:
            assert got.headers["Content-Encoding"] == coding
            assert expand(b"".join(got.iter_raw())) == plain
    framed = http.get("/", params={"query": asked["query"], "compress": "1"}).content
    assert read_frame(ByteReader(iter([framed]).__next__)) == plain


@row_by_row
def test_a_coding_of_the_weight_0_is_not_taken_and_the_preferred_one_is(accepts: str, coding: str) -> None:
    """With blanks around the marks or without (RFC 9110, 12.4.2 and 12.5.3)."""
    assert accepted(accepts)[0] == coding


# --- rows --------------------------------------------------------------------------------------------------------


def test_rows_come_after_the_statement_in_one_text_or_two(ports: Ports, http: httpx.Client, table: str) -> None:
    """Also rows that are bytes, of which some look like the end of a line."""
    assert http.post("/", params={"query": f"INSERT INTO {table} FORMAT CSV"}, content='1,"x"\n').status_code == 200
    assert http.post("/", content=f"INSERT INTO {table} VALUES (2, 'y'), (3, 'z');").status_code == 200
    http.post("/", content=f"INSERT INTO {table} FORMAT RowBinary\n".encode() + b"\x0a\x01\x0a").raise_for_status()
    http.post("/", params={"query": f"INSERT INTO {table} FORMAT RowBinary"}, content=b"\x0b\x00").raise_for_status()
    http.post("/", params={"query": f"INSERT INTO {table}"}, content="VALUES (12, 'w')").raise_for_status()
    assert rows_of(ports) == [(1, "x"), (2, "y"), (3, "z"), (10, "\n"), (11, ""), (12, "w")]


def test_rows_may_be_compressed(ports: Ports, http: httpx.Client, table: str) -> None:
    """As HTTP names it, or in ClickHouse's own frames, of which there may be several."""
    asked = {"query": f"INSERT INTO {table} FORMAT CSV"}
    packings = {"gzip": gzip.compress, "deflate": zlib.compress, "lz4": lz4.frame.compress, "zstd": zstandard.compress}
    for number, (coding, pack) in enumerate(packings.items()):
        body = pack(f'{number},"{coding}"\n'.encode())
        http.post("/", params=asked, content=body, headers={"Content-Encoding": coding}).raise_for_status()
    framed = b"".join(b"".join(frames(row, LZ4, method_named("LZ4")[1])) for row in (b'8,"a"\n', b'9,"b"\n'))
    http.post("/", params=asked | {"decompress": "1"}, content=framed).raise_for_status()
    assert rows_of(ports) == [(0, "gzip"), (1, "deflate"), (2, "lz4"), (3, "zstd"), (8, "a"), (9, "b")]


def test_a_damaged_body_writes_nothing(ports: Ports, http: httpx.Client, table: str) -> None:
    """Not even what came before the damage."""
    asked, body = {"query": f"INSERT INTO {table} FORMAT CSV"}, gzip.compress(b'1,"x"\n' * 1000)
    for coding, damaged in (("gzip", body[:-20]), ("gzip", b"no gzip"), ("zstd", b"no zstd"), ("lz4", b"no lz4")):
        refused = http.post("/", params=asked, content=damaged, headers={"Content-Encoding": coding})
        assert (refused.status_code, refused.headers["X-ClickHouse-Exception-Code"]) == (400, "271"), coding
    cut = b"".join(frames(b'1,"x"\n', LZ4, method_named("LZ4")[1]))[:-3]
    assert http.post("/", params=asked | {"decompress": "1"}, content=cut).status_code == 400
    assert http.post("/", params=asked, content=body, headers={"Content-Encoding": "br"}).status_code == 501
    assert rows_of(ports) == []


# --- what is refused ---------------------------------------------------------------------------------------------


@row_by_row
def test_an_error_has_its_code_and_its_status(http: httpx.Client, query: str, status: int, code: str) -> None:
    """Clients tell by the code what is wrong, and proxies by the status."""
    refused = http.get("/", params={"query": query})
    assert (refused.status_code, refused.headers["X-ClickHouse-Exception-Code"]) == (status, code)
    assert refused.text.startswith(f"Code: {code}. DB::Exception: ")


def test_an_error_in_the_middle_breaks_the_answer_off(http: httpx.Client) -> None:
    """Who has read a part must not take it for the whole."""
    query = "SELECT throwIf(number = 1000000) FROM numbers(2000000) FORMAT RowBinary"
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/", params={"query": query, "max_block_size": "1000", "max_threads": "1"})


@row_by_row
def test_an_analyst_has_the_same_rights_by_http(analyst: httpx.Client, options: dict[str, Any], code: str) -> None:
    """Whatever a parameter, a header or a format is good for elsewhere."""
    refused = analyst.post("/", **options)
    assert refused.headers.get("X-ClickHouse-Exception-Code") == code, refused.text


def test_a_format_is_a_name_and_no_sql(http: httpx.Client) -> None:
    """The server counts the rows of a short result with the name of its format in a statement of its own."""
    sent = {"X-ClickHouse-Format": "CSV, 'a UInt8', '1') UNION ALL SELECT count() FROM format(CSV"}
    refused = http.post("/", params={"wait_end_of_query": "1"}, content="SELECT 1", headers=sent)
    assert refused.headers["X-ClickHouse-Exception-Code"] == "73"


def test_a_name_that_no_header_can_carry_is_refused_and_leaves_nothing_open(http: httpx.Client) -> None:
    """Ten of them, and the engine still answers."""
    for _ in range(10):
        refused = http.post("/", params={"query_id": "Laporan é"}, content="SELECT 1")
        assert refused.headers["X-ClickHouse-Exception-Code"] == "36"
    assert http.get("/", params={"query": "SELECT 1"}).text == "1\n"


def test_a_body_that_unpacks_to_more_than_it_says_takes_no_memory(analyst: httpx.Client) -> None:
    """Frame behind frame: each is unpacked piece by piece, and the whole is bounded."""
    bomb = b"".join(zstandard.compress(bytes(1 << 20)) for _ in range(200))
    refused = analyst.post("/", content=bomb, headers={"Content-Encoding": "zstd"})
    assert refused.headers["X-ClickHouse-Exception-Code"] == "307"
    framed = zstandard.compress(b"SELECT 1") + zstandard.compress(bytes(1 << 20))
    body = b"".join(frames(b"SELECT 1", ZSTD, lambda _: framed))
    assert analyst.post("/", params={"decompress": "1"}, content=body).headers["X-ClickHouse-Exception-Code"] == "271"


def test_of_too_many_sessions_the_one_that_was_idle_longest_is_forgotten(analyst: httpx.Client) -> None:
    """A client names a new one each time that it starts."""
    for number in range(SESSIONS + 1):
        asked = {"session_id": f"many-{number}", "session_timeout": "3600", "query": "SELECT 1"}
        assert analyst.get("/", params=asked).text == "1\n"
    gone = analyst.get("/", params={"session_id": "many-0", "session_check": "1", "query": "SELECT 1"})
    assert gone.headers["X-ClickHouse-Exception-Code"] == "372"


def test_an_analysts_body_is_no_larger_than_a_statement(analyst: httpx.Client) -> None:
    """Neither as it comes nor expanded."""
    large = b"SELECT '" + b"x" * (2 << 20) + b"'"
    for body, headers in ((large, {}), (gzip.compress(large), {"Content-Encoding": "gzip"})):
        assert analyst.post("/", content=body, headers=headers).headers["X-ClickHouse-Exception-Code"] == "307"


# --- sessions and ends -------------------------------------------------------------------------------------------


def test_a_named_session_keeps_its_tables_and_settings(http: httpx.Client, ports: Ports) -> None:
    """For the account that named it, and as long as one request at a time uses it."""
    session = {"session_id": "s-1"}
    http.post("/", params=session, content="CREATE TEMPORARY TABLE mine (a UInt8)").raise_for_status()
    http.post("/", params=session, content="INSERT INTO mine VALUES (7)").raise_for_status()
    http.post("/", params=session, content="SET max_result_rows = 5").raise_for_status()
    assert http.get("/", params=session | {"query": "SELECT a FROM mine"}).text == "7\n"
    assert http.get("/", params={"query": "SELECT a FROM mine"}).status_code == 404
    too_many = http.get("/", params=session | {"query": "SELECT number FROM numbers(10)"})
    assert too_many.headers["X-ClickHouse-Exception-Code"] == "396"
    other = {"session_id": "s-1", "session_check": "1", "query": "SELECT 1"}
    unknown = httpx.get(f"http://127.0.0.1:{ports[1]}/", params=other, auth=(ANALYST, PASSWORD))
    assert unknown.headers["X-ClickHouse-Exception-Code"] == "372"


def test_a_client_that_leaves_ends_its_query(ports: Ports) -> None:
    """Nobody waits for its result any more."""
    count = "SELECT count() FROM numbers(1000000000000)"
    request = f"GET /?query={count.replace(' ', '+')}&user={OPERATOR}&password={PASSWORD} HTTP/1.1\r\nHost: x\r\n\r\n"
    with new_client(ports[0]) as native:
        with socket.create_connection(("127.0.0.1", ports[1])) as leaving:
            leaving.sendall(request.encode())
            wait_until(lambda: running(native) == 1, timeout_s=20, what="the query")
        wait_until(lambda: running(native) == 0, timeout_s=20, what="its end")


def running(native: Client) -> int:
    """How many of the long queries run."""
    asked = "SELECT count() FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%processes%'"
    return int(native.execute(asked)[0][0])


# --- what it may cost --------------------------------------------------------------------------------------------


def told_early(port: int, password: str, *, slow: bool = False) -> bytes:
    """Begin a request whose body never comes whole, and return what is answered meanwhile."""
    credentials = f"X-ClickHouse-User: {ANALYST}\r\nX-ClickHouse-Key: {password}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{credentials}Content-Length: 1000000\r\n\r\nSELECT".encode())
        answer = b""
        wire.settimeout(0.2 if slow else 30)
        for _ in range(150):
            try:
                while more := wire.recv(65536):
                    answer += more
                    wire.settimeout(0.2)
                break
            except TimeoutError:
                if answer:  # the server closes the connection only when it is tired of us
                    break
                wire.sendall(b" ")
            except ConnectionError:
                break
        return answer


def test_nobody_sends_a_body_who_has_not_logged_in(ports: Ports) -> None:
    """A stranger's gigabytes are not kept on the disk until his password is read: he is answered before they come."""
    assert b"x-clickhouse-exception-code: 516" in told_early(ports[1], "salah")


def test_who_has_not_logged_in_takes_no_files_from_others(ports: Ports, analyst: httpx.Client) -> None:
    """Nobody needs a password to open a connection. The oldest one gives way, and no request of somebody who has logged in does."""
    long = {"query": "SELECT number FROM numbers(2000000) FORMAT RowBinary"}
    with ExitStack() as opened, analyst.stream("GET", "/", params=long) as read_slowly:
        silent = [
            opened.enter_context(socket.create_connection(("127.0.0.1", ports[1]))) for _ in range(STRANGERS + 64)
        ]
        silent[0].settimeout(5)  # before a client is left that sends no headers
        assert silent[0].recv(1) == b""
        silent[-1].setblocking(False)  # its only argument
        with pytest.raises(BlockingIOError):
            silent[-1].recv(1)
        assert len(read_slowly.read()) == 16_000_000
        assert analyst.get("/", params={"query": "SELECT 1"}).text == "1\n"


def test_a_body_that_comes_byte_by_byte_has_no_more_time(tmp_path: Path) -> None:
    """The time is for all of an analyst's statement, and not from one byte to the next."""
    with served(tmp_path, http_port=(port := free_port()), packet_timeout_s=1.0):
        assert b"x-clickhouse-exception-code: 159" in told_early(port, PASSWORD, slow=True)


def test_an_analyst_s_statement_costs_no_more_by_http(analyst: httpx.Client) -> None:
    """It has the same limits, and they say what to do; a result that is waited for is not kept without end."""
    long = analyst.post("/", content=f"SELECT length([{','.join('1' * 40_000)}])")
    assert (long.status_code, "Ask for less in one statement" in long.text) == (400, True)
    assert analyst.post("/", content="SELECT 1" + " " * (1 << 20)).status_code == 413
    large = f"SELECT repeat('x', 1000000) FROM numbers({(MOST_WAITED_BYTES // 1_000_000) + 2})"
    waited = analyst.post("/?wait_end_of_query=1", content=large)
    assert (waited.status_code, "wait_end_of_query" in waited.text) == (413, True)
    assert len(analyst.post("/", content=large).content) > MOST_WAITED_BYTES


def test_results_that_are_waited_for_take_no_memory(tmp_path: Path) -> None:
    """All of them together: each is in a file until its client has read it, however many do so slowly."""
    process, _ = start(tmp_path, http_port=(number := free_port()))
    asked = "SELECT repeat('x', 1000) FROM numbers(60000) FORMAT TSV"
    head = f"X-ClickHouse-User: {ANALYST}\r\nX-ClickHouse-Key: {PASSWORD}\r\nContent-Length: {len(asked)}\r\n\r\n"
    with ExitStack() as closing:
        closing.callback(stop, process)
        measured = psutil.Process(process.pid)

        def wait_for_one() -> None:
            wire = closing.enter_context(socket.create_connection(("127.0.0.1", number), timeout=60))
            wire.sendall(f"POST /?wait_end_of_query=1 HTTP/1.1\r\nHost: x\r\n{head}{asked}".encode())
            assert wire.recv(12) == b"HTTP/1.1 200"

        wait_for_one()
        before = measured.memory_info().rss
        for _ in range(6):
            wait_for_one()
        assert measured.memory_info().rss - before < 3 * 60_000_000


def test_no_account_takes_the_sessions_of_another(analyst: httpx.Client, http: httpx.Client) -> None:
    """Each account has a number of its own: what one forgets for a new one is never the other's."""
    http.post("/?session_id=kept", content="CREATE TEMPORARY TABLE mine (a UInt8)").raise_for_status()
    for number in range(SESSIONS + 1):
        analyst.post(f"/?session_id=mine-{number}", content="SELECT 1").raise_for_status()
    assert http.post("/?session_id=kept&session_check=1", content="SELECT count() FROM mine").text == "0\n"
