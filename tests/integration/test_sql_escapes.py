"""What an analyst with a password can do to the embedded ClickHouse: read the views, and nothing else, however it is written."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
import yaml
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException
from clickhouse_driver.streams import native

from embedded.clickhouse import revisions
from embedded.clickhouse.access.reading import places_of
from embedded.clickhouse.accounts import ACCOUNTS, ANALYST, DATA, OPERATOR, SINK
from embedded.clickhouse.errors import ProtocolError
from embedded.clickhouse.limits import CLIENTS, is_within
from embedded.clickhouse.native.blocks import Column, header_block
from embedded.clickhouse.native.writer import string, varint
from embedded.clickhouse.protocol.connection import Channel
from embedded.clickhouse.session.externals import ExternalTables
from embedded.clickhouse.session.scope import within
from tests.harness.clickhouse import PASSWORD, new_client, served
from tests.harness.tables import row_by_row

SECRET = "a-word-that-nobody-may-read"
"""It is in a file that the server's user can read, and in a table that analysts may not read."""

FAULT = "A fault of this server"
"""What a client hears of an exception that nobody has foreseen."""

LARGE_FRAME = bytes(16) + b"\x82" + (100).to_bytes(4, "little") + (1 << 30).to_bytes(4, "little") + bytes(91)
"""The beginning of a packed block that says that it unpacks to 1 GiB."""

REFUSED = {47, 62, 358, 452, 456, 497}
"""The codes of refusals: an unknown name, bad syntax, a file, a locked setting, a missing parameter; for most of them no right."""


@pytest.fixture(scope="module")
def secret(port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the secret, and a database with one view of what analysts may read."""
    path: Path = tmp_path_factory.mktemp("secret") / "secret"
    path.write_text(SECRET)
    with new_client(port, user=SINK) as sink:
        sink.execute("CREATE TABLE case_now (id UInt32, text String, at DateTime64(3, 'UTC'), tags Array(String), "
                     "due Array(Tuple(duty String, day Date32))) ENGINE = ReplacingMergeTree ORDER BY id")  # fmt: skip
        sink.execute("CREATE VIEW cases DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * FROM case_now FINAL")
        sink.execute(
            "CREATE VIEW complaints DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT id, text FROM case_now FINAL"
        )
        sink.execute("CREATE TABLE hidden (word String) ENGINE = MergeTree ORDER BY word")
        sink.execute("INSERT INTO hidden VALUES", [(SECRET,)])
        sink.execute(
            "INSERT INTO case_now SELECT number, toString(number), now64(3), ['a', 'b'], [('accept', today())] FROM numbers(100)"
        )
    return path


@pytest.fixture
def analyst(port: int, secret: Path) -> Iterator[Client]:
    """A client that is logged in as an analyst."""
    assert secret.exists()
    with new_client(port, user=ANALYST) as client:
        yield client


STATEMENTS: dict[str, str] = yaml.safe_load((Path(__file__).parents[1] / "data" / "sql_statements.yaml").read_text())


def written(section: str, secret: Path) -> list[str]:
    """Return the statements of a section of the table, with the path of the secret."""
    text = STATEMENTS[section].strip().replace("\n  ", "\0").replace("{file}", str(secret))
    return [line.replace("\0", "\n  ") for line in text.splitlines()]


def outcome(client: Client, text: str) -> str:
    """Return "refused", or what came back."""
    parameters = {"t": "hidden", "d": DATA, "name": "/etc/passwd"}
    try:
        rows = client.execute(text, parameters)
    except ServerException as error:
        return "refused" if error.code in REFUSED and SECRET not in str(error) else f"code {error.code}: {error}"
    return repr(rows)[:200]


def test_no_escape_is_open_to_an_analyst(analyst: Client, secret: Path, port: int) -> None:
    """Every way that was tried to read a file, another's query or a hidden table, to write, to call out or to lift a limit is refused."""
    before = secret.read_bytes()
    found = {text: outcome(analyst, text) for text in written("refused_to_the_analyst", secret)}
    assert {text: got for text, got in found.items() if got != "refused"} == {}
    assert len(found) > 49 + 60
    assert secret.read_bytes() == before
    assert not list(secret.parent.glob("*.*"))
    with new_client(port, user=OPERATOR) as operator:
        assert operator.execute("SELECT count() FROM lapor.hidden") == [(1,)]


def test_a_search_takes_no_more_at_once_than_ends_in_time(analyst: Client) -> None:
    """Rows times their size are bounded, whatever the client sets, and words that are searched for in any case are short."""
    rows = "concat(repeat('a', 1000000), toString(number))"
    words = f"{'a' * 18}b{'a' * 18}"
    for searching in (f"positionCaseInsensitiveUTF8({rows}, '{words}')", f"{rows} ILIKE '%{words[2:]}'"):
        with pytest.raises(ServerException, match="memory limit exceeded"):
            analyst.execute(f"SELECT sum({searching}) FROM numbers(450)", settings={"max_block_size": 65_000})
        assert analyst.execute(f"SELECT sum({searching}) FROM numbers(2)", settings={"max_block_size": 1}) == [(0,)]
        longer = searching.replace(words[2:], words * 2)
        assert outcome(analyst, f"SELECT sum({longer}) FROM numbers(2)") == "refused"
    assert analyst.execute(f"SELECT length(max({rows})) FROM numbers(70)") == [(1_000_001,)], (
        "it holds for searches only"
    )
    assert analyst.execute("SELECT count() FROM cases WHERE text ILIKE '%jalan%' AND match(text, '[0-9]{3}')") == [(0,)]


@row_by_row
def test_what_a_parameter_stands_for_is_checked(port: int, secret: Path, text: str, parameters: dict[str, str]) -> None:
    """The values of placeholders are in the statement that is checked, and a text among them stays a text."""
    assert secret.exists()
    with new_client(port, user=ANALYST, settings={"server_side_params": True}) as client:
        if text == "SELECT {p:String}":
            assert client.execute(text, parameters) == [(parameters["p"],)]
            return
        with pytest.raises(ServerException) as refused:
            client.execute(text, parameters)
        assert refused.value.code in REFUSED
    assert not Path("/tmp/an-analyst-wrote-this").exists()  # noqa: S108  # where it would be


@pytest.fixture
def operator(port: int, secret: Path) -> Iterator[Client]:
    """A client that is logged in as the operator, whose database has the table t and the view v of it."""
    assert secret.exists()
    with new_client(port, user=OPERATOR) as client:
        client.execute("CREATE OR REPLACE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
        client.execute("DROP TABLE IF EXISTS v")
        client.execute("CREATE MATERIALIZED VIEW v ENGINE = Memory AS SELECT a FROM t")
        yield client


def said(client: Client, text: str) -> str:
    """Return what a statement leads to: its rows, or the text of the exception."""
    try:
        return repr(client.execute(text))
    except ServerException as error:
        return str(error)
    except EOFError:
        return "the session ended"


def test_the_operator_reads_no_file_and_changes_nothing_of_the_sink(operator: Client, secret: Path) -> None:
    """The operator has a database of his own; files, addresses, the sink's tables and the limits are not his."""
    found = {text: said(operator, text) for text in written("refused_to_the_operator", secret)}
    refused = {
        text for text, got in found.items() if got.startswith("Code: ") and SECRET not in got and FAULT not in got
    }
    assert {text: got for text, got in found.items() if text not in refused} == {}
    operator.execute(f"INSERT INTO t VALUES (1); INSERT INTO t SELECT length(file('{secret}'))")
    assert operator.execute("SELECT * FROM t") == operator.execute("SELECT * FROM v") == [(1,)]
    assert operator.execute("SELECT * FROM lapor.hidden") == [(SECRET,)]
    assert [one.name for one in secret.parent.iterdir()] == [secret.name]


@pytest.mark.parametrize("user", [ANALYST, OPERATOR])
def test_what_an_account_needs_is_answered(port: int, secret: Path, user: str) -> None:
    """Statements of the same kind as the escapes run as they are: these are refused for what they do and not for their form."""
    with new_client(port, user=user) as client:
        found = {text: said(client, text) for text in written(f"runs_for_{user.replace('lapor', 'the')}", secret)}
    assert {text: got for text, got in found.items() if got.startswith(("Code: ", "the session ended"))} == {}


class Steady(Client):  # type: ignore[misc]
    """A client that keeps its connection after an exception, so that its next statement shows whether the session goes on."""

    def disconnect(self) -> None:
        """Be ready for the next statement."""
        self.connection.is_query_executing = False


@pytest.mark.parametrize("user", [ANALYST, OPERATOR])
def test_no_statement_ends_a_session(port: int, secret: Path, user: str) -> None:
    """Of statements put together at random from those of the table each is answered or refused, and the session goes on."""
    draw, client = random.Random(26), Steady("127.0.0.1", port, user=user, password=PASSWORD)
    known = [text.split(" ") for section in STATEMENTS for text in written(section, secret)]
    for number in range(75):
        one, other = draw.choice(known), draw.choice(known)
        text = " ".join([*one[: draw.randint(1, len(one))], *other[draw.randint(0, len(other)) :]])
        if one[0] != "INSERT":  # which waits for rows
            got = said(client, text)
            assert FAULT not in got, text
            assert said(client, f"SELECT {number}") == f"[({number},)]", text
    Client.disconnect(client)


def test_an_analyst_sees_the_names_of_the_views_only(analyst: Client) -> None:
    """The catalogue has no row of a table that the account may not read."""
    names = {"cases", "complaints"}
    assert {name for (name,) in analyst.execute("SHOW TABLES")} == names
    assert {name for (name,) in analyst.execute("SELECT name FROM system.tables WHERE database = 'lapor'")} == names
    assert {name for (name,) in analyst.execute("SELECT table FROM system.columns WHERE database = 'lapor'")} == names


@row_by_row
def test_no_setting_lifts_a_limit(analyst: Client, settings: dict[str, object], code: int) -> None:
    """A client gives settings by name and from a list; numbers that are limits it can only lower, and not to "none"."""
    with pytest.raises(ServerException) as refused:
        analyst.execute("SELECT 1", settings=settings)
    assert refused.value.code == code
    allowed = {"max_execution_time": 5, "max_threads": 1, "max_result_rows": 10, "readonly": 2}
    assert analyst.execute("SELECT 1", settings=allowed) == [(1,)]


def test_a_query_without_end_ends_by_itself(analyst: Client) -> None:
    """Time and memory have a limit that the analyst can only make smaller, and it holds again after a query that lowered it."""
    started = time.monotonic()
    endless = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"
    with pytest.raises(ServerException) as late:
        analyst.execute(endless, settings={"max_execution_time": 1})
    assert late.value.code == 159
    assert time.monotonic() - started < 20
    with pytest.raises(ServerException) as large:
        analyst.execute("SELECT groupArray(randomString(1000000)) FROM numbers(100000)")
    assert large.value.code == 241
    rows = analyst.execute(
        "SELECT name, value FROM system.settings WHERE name IN ('max_execution_time', 'max_memory_usage') ORDER BY name"
    )
    assert rows == [("max_execution_time", "60"), ("max_memory_usage", str(1 << 30))]


@pytest.mark.parametrize("database", ["system", "operator", "information_schema", "nowhere"])
def test_a_reader_has_one_database(port: int, secret: Path, database: str) -> None:
    """A bare name in its queries cannot mean a table of another database."""
    assert secret.exists()
    with new_client(port, user=ANALYST, database=database) as client, pytest.raises(ServerException) as refused:
        client.execute("SELECT 1")
    assert refused.value.code == 81


def test_a_reader_s_result_has_all_of_its_types(analyst: Client) -> None:
    """Also the zone of a time, and the columns of a result without rows."""
    _, columns = analyst.execute("SELECT 1 AS n, toDateTime(0, 'Asia/Jakarta') AS at", with_column_types=True)
    assert columns == [("n", "UInt8"), ("at", "DateTime('Asia/Jakarta')")]
    assert analyst.execute("SELECT 1 AS a WHERE 0", with_column_types=True) == ([], [("a", "UInt8")])


def test_what_a_reader_gives_with_a_query_is_for_that_query_only(analyst: Client) -> None:
    """Then its limits are those of its account again."""
    given = {"max_threads": 1, "max_execution_time": 5, "session_timezone": "Asia/Jayapura", "readonly": 2}
    names = ", ".join(f"'{name}'" for name in given)
    asked = f"SELECT name, value FROM system.settings WHERE name IN ({names}) ORDER BY name"  # our own names
    before = analyst.execute(asked)
    assert dict(analyst.execute(asked, settings=given)) == {name: str(value) for name, value in given.items()} | {
        "readonly": "0"
    }
    assert analyst.execute(asked) == before


@pytest.mark.parametrize("user", ["default", "lapor", "lapor_server", "", "LAPOR_ANALYST", "lapor_sink\0"])
def test_there_are_three_accounts(port: int, user: str) -> None:
    """Nobody logs in as the engine's own user, whatever the password is."""
    for password in (PASSWORD, ""):
        with new_client(port, user=user, password=password) as client, pytest.raises(ServerException) as refused:
            client.execute("SELECT 1")
        assert refused.value.code in {516, 194}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '" + " (alias (children 1) " * 12000 + "'",
        "SELECT 1 AS `" + " (alias (children 1) " * 12000 + "`",
        "SELECT " + "$a$ $b$ " * 20000,
        "SELECT " + "(" * 100000,
        "SELECT " + "-" * 100000 + "1",
        "SELECT " + "1," * 90000 + "1",
        "SELECT " + "[" * 400 + "]" * 400,
        "/*" * 100000,
        "'" * 100001,
        "INSERT " + "$a$ $b$ " * 20000,
        "SELECT `a\n Function file`, `b\nSelectWithUnionQuery` FROM cases",
    ],
    ids=range(11),
)
def test_no_text_makes_the_server_slow_or_stops_it(analyst: Client, text: str) -> None:
    """The one who sent it goes on after seconds, and others are served meanwhile."""
    started = time.monotonic()
    try:
        analyst.execute(text)
    except ServerException as error:
        assert error.code != 49  # noqa: PT017 - either is right
    assert time.monotonic() - started < 10
    assert analyst.execute("SELECT 1") == [(1,)]


@pytest.mark.parametrize("user", [ANALYST, OPERATOR])
def test_no_account_fills_the_server(port: int, secret: Path, user: str) -> None:
    """One too many hears a code after which clients come again, and what to do; the sink has its place."""
    assert secret.exists()
    clients = [new_client(port, user=user) for _ in range(CLIENTS + 1)]
    try:
        for client in clients[:CLIENTS]:
            client.execute("SELECT 1")
        with pytest.raises(ServerException, match="let the pool of your tool be smaller") as refused:
            clients[CLIENTS].execute("SELECT 1")
        assert refused.value.code == 202
        with new_client(port, user=SINK) as sink:
            assert sink.execute("SELECT 1") == [(1,)]
    finally:
        for client in clients:
            client.disconnect()


def doubling(names: int, joined: str) -> str:
    """Return a statement in which each name stands for two of the one before."""
    later = (f"c{number} AS (SELECT {joined.format(f'c{number - 1}')})" for number in range(1, names))
    return f"WITH c0 AS (SELECT 1 AS k), {', '.join(later)} SELECT * FROM c{names - 1}"


@pytest.mark.parametrize(
    "text",
    [
        doubling(30, "a.k AS k FROM {0} AS a, {0} AS b"),
        doubling(30, "k FROM {0} WHERE k IN (SELECT k FROM {0})"),
        doubling(12, "k FROM {0} WHERE k IN (SELECT k FROM {0})"),
        f"SELECT length([{','.join('1' * 400_000)}])",
        f"SELECT length([{','.join('a' * 20_000)}])",
        "SELECT " + "abs(" * 200 + "1" + ")" * 200,
        "SELECT * FROM " + "(SELECT * FROM " * 30 + "numbers(1)" + ")" * 30,
        "SELECT match(repeat('xa', 500000), '(.{1,30}){1,30}y')",
        "SELECT match(repeat('xa', 500000), '(\\Q(\\E.{1,30}){1,30}y')",
        "WITH range(200000) AS r SELECT arraySum(arrayMap(x -> indexOf(r, x), r))",
        "SELECT count() FROM numbers(1000000) WHERE has(range(1000000), number + 1e7)",
        "WITH repeat('a', 1000000) AS r SELECT arrayCount(x -> position(r, toString(x)) > 0, range(1000000))",
        "SELECT count() FROM numbers(1000000) WHERE repeat('a', 1000000) LIKE concat('%', toString(number), '%b')",
        "SELECT " + ", ".join(f"match(text, 'a.{{90}}{number}')" for number in range(10)) + " FROM cases",
        "WITH mapFromArrays(range(1000000), range(1000000)) AS m SELECT arraySum(arrayMap(x -> m[x + 1e9], range(1000000)))",
        "WITH mapFromArrays(range(9), range(9)) AS m SELECT arraySum(arrayMap(x -> mapContains(m, x + 1e9), range(9)))",
        "SELECT arraySum(arrayMap(x -> hasSubsequence(repeat('ab', 1000000), toString(x)), range(9)))",
        "SELECT arraySum(arrayMap(x -> multiSearchAny('ab', [toString(x)]), range(9)))",
        "SELECT arraySum(arrayMap(x -> length(substringUTF8(repeat('éa', 1000000), x, 1)), range(9)))",
        "WITH rpad('é', 1000000, 'a') AS t SELECT arraySum(arrayMap(x -> length(leftUTF8(t, x)), range(9)))",
        "SELECT length(range(1000000))",
        "SELECT arrayMap(x -> x, range(10001))",
        "WITH (SELECT groupArray(number) FROM numbers(50000)) AS r SELECT arrayMap(x -> length(arrayIntersect(r, [x])), r)",
        "SELECT arrayMap(x -> JSONHas((SELECT groupConcat(number) FROM numbers(50000)), toString(x)), [1])",
    ],
    ids=range(24),
)
def test_a_statement_that_costs_too_much_is_refused_at_once_and_says_what_to_do(analyst: Client, text: str) -> None:
    """The engine reads and searches without a look at its clock, so what it may read and search for is bounded."""
    began = time.monotonic()
    with pytest.raises(ServerException, match=r"Ask for less in one statement|searches for a text"):
        analyst.execute(text)
    assert time.monotonic() - began < 10
    assert analyst.execute("SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    ("pattern", "places"),
    [("(ab{3}c){2}", 10), (r"\d{4}-\d{2}", 7), ("[)({]{2,}x", 3), ("a)b(", 3), ("", 0), (r"\(a{3}", 4)],
)
def test_the_places_of_a_pattern_are_counted_with_its_repetitions(pattern: str, places: int) -> None:
    """A search may be at each of them at every character."""
    assert places_of(pattern) == places


def test_nothing_tells_a_reader_how_much_a_view_reads(analyst: Client, operator: Client) -> None:
    """A view reads a text before it hides it, and the rows that it leaves out: neither progress nor the error of a limit counts them."""

    def told(client: Client) -> tuple[int, int]:
        client.execute("SELECT sum(length(text)) FROM lapor.cases")
        seen = client.last_query.progress
        return seen.rows, seen.bytes

    assert told(analyst) == (0, 0)
    assert min(told(operator)) >= 100
    for limit in ("max_bytes_to_read", "max_rows_to_read", "max_memory_usage"):
        with pytest.raises(ServerException) as refused:
            analyst.execute("SELECT 1", settings={limit: 1_000_000})
        assert refused.value.code == 452
    with pytest.raises(ServerException, match=r"memory limit exceeded: maximum: 1\.00 GiB"):
        analyst.execute("SELECT groupArray(randomString(1000000)) FROM numbers(100000)")


@pytest.mark.parametrize("number", ["9" * 6000, "\u0663", "\u00b2", "", "-1", "1e9", "+1"])
def test_a_number_is_a_few_digits(analyst: Client, number: str) -> None:
    """Anything else is no limit, and no fault of the server."""
    for name in ("max_threads", "max_execution_time"):
        with pytest.raises(ServerException) as refused:
            analyst.execute("SELECT 1", settings={name: number})
        assert refused.value.code == 452
    assert not is_within(number, 1 << 62)
    assert within(number, 1024) == "1024"


def test_a_query_that_comes_byte_by_byte_has_no_more_time(tmp_path: Path) -> None:
    """Whoever has logged in, too, holds no connection by sending slowly: all of a query comes within its time."""
    with served(tmp_path, packet_timeout_s=1.0) as port, new_client(port, user=ANALYST) as client:
        client.execute("SELECT 1")
        slow = client.connection.socket
        slow.sendall(varint(1) + varint(200))  # a query, and an id of 200 bytes
        assert drip(slow) == b""
        with new_client(port, user=ANALYST) as another:
            assert another.execute("SELECT 1") == [(1,)]


def drip(slow: socket.socket) -> bytes | None:
    """Send a byte now and then until something comes back, and return it: nothing if the connection was ended; None if none came."""
    slow.settimeout(0.1)
    for _ in range(150):
        try:
            slow.sendall(b"x")
            return slow.recv(1)
        except TimeoutError:
            pass
        except ConnectionError:
            return b""
    return None


def test_a_reader_sends_no_tables(analyst: Client) -> None:
    """A table that comes with a query would be a temporary one, with types of the client's choice."""
    sent = [{"name": "cases", "structure": [("a", "Int32")], "data": [{"a": 1}]}]
    with pytest.raises(ServerException) as refused:
        analyst.execute("SELECT * FROM cases", external_tables=sent)
    assert refused.value.code == 497


def test_a_table_that_is_refused_is_not_read_first(analyst: Client) -> None:
    """A few kilobytes unpack to gigabytes: the connection ends with an error at the first rows, whatever else is to come."""
    analyst.execute("SELECT 1")
    connection = analyst.connection
    connection.send_query("SELECT 1")
    connection.fout.flush()
    head = b"\x01\x00\x02\xff\xff\xff\xff\x00\x01" + varint(1 << 30) + string("a") + string("UInt8") + b"\x00"
    connection.socket.sendall(varint(2) + string("t") + head + bytes(1 << 10))  # of 1 GiB
    with pytest.raises(ServerException) as refused:
        analyst.receive_result()
    assert refused.value.code == 497


def test_a_reader_s_frame_is_no_larger_than_clients_make_them(port: int, secret: Path) -> None:
    """A frame is unpacked whole before what is in it can be refused."""
    assert secret.exists()
    with new_client(port, user=ANALYST, compression="lz4") as client:
        client.execute("SELECT 1")
        client.connection.send_query("SELECT 1")
        client.connection.fout.flush()
        client.connection.socket.sendall(varint(2) + string("t") + LARGE_FRAME)
        with pytest.raises(ServerException) as refused:
            client.receive_result()
        assert refused.value.code == 132


def test_tables_that_come_with_a_query_have_a_limit(tmp_path: Path) -> None:
    """They go to files as they come, up to a size for all of them; a larger one ends with an error that names it."""
    sent = header_block([Column(name="a", type="UInt8")], 0)[2:]
    block = b"\x01" + varint(8 << 10) + sent + bytes(8 << 10)
    packets = varint(2) + string("t") + block + varint(2) + string("") + b"\x00\x00"
    with ExitStack() as kept:
        listener = kept.enter_context(socket.create_server(("127.0.0.1", 0)))
        theirs = kept.enter_context(socket.create_connection(listener.getsockname()))
        ours = kept.enter_context(listener.accept()[0])
        theirs.sendall(packets + packets)
        channel = Channel(ours, idle_timeout_s=30, hello_timeout_s=30, io_timeout_s=30)

        def tables(most_bytes: int) -> ExternalTables:
            return ExternalTables(ACCOUNTS[-1], lambda: NamedTemporaryFile(dir=tmp_path), kept, most_bytes)

        revision = revisions.TEMPORARY_TABLES
        assert revision < revisions.BLOCK_INFO
        (table,) = tables(len(block)).read(channel, revision, compressed=False)
        assert table.file.read_bytes() == block
        with pytest.raises(ProtocolError, match="at most 1000 bytes"):
            tables(1000).read(channel, revision, compressed=False)


def test_a_statement_that_is_too_long_is_refused_before_it_is_split(operator: Client) -> None:
    """Rows behind VALUES or FORMAT do not count; a reader sends no long text at all."""
    with pytest.raises(ServerException) as refused:
        operator.execute("SELECT " + "(" * (4 << 20))
    assert refused.value.code == 62
    with pytest.raises(ServerException, match="max_query_size"):
        operator.execute("INSERT INTO t SELECT " + "'\\" * (1 << 20))
    operator.execute("INSERT INTO t FORMAT TabSeparated\n" + "7\n" * (1 << 20))
    assert operator.execute("SELECT count(), sum(a) FROM t") == [(1 << 20, 7 << 20)]


@pytest.mark.parametrize("sent", [b"", b"\x00"])
def test_connections_that_say_nothing_or_little_take_no_place_from_the_sink(tmp_path: Path, sent: bytes) -> None:
    """Nobody needs a password to open one; the oldest gives way to a new one, and each is closed soon, also with half a hello."""
    with served(tmp_path, max_clients=4, hello_timeout_s=3.0) as port:
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(400)]
        for one in silent:
            with suppress(OSError):
                one.sendall(sent)
        with new_client(port, user=SINK) as sink:
            assert sink.execute("SELECT 1") == [(1,)]
        silent[-1].settimeout(30)
        assert silent[-1].recv(1) == b""
        for one in silent:
            one.close()


def test_a_hello_that_comes_byte_by_byte_has_no_more_time(tmp_path: Path) -> None:
    """The time is for the whole hello, and not from one byte to the next."""
    with served(tmp_path, hello_timeout_s=1.0) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"\x00\xc8\x01")  # a hello, and a name of 200 bytes
        assert drip(slow) == b""


@row_by_row
def test_the_type_of_a_sent_table_is_a_type(
    operator: Client, secret: Path, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    """The operator sends tables with a query; a type with more behind it makes none."""
    monkeypatch.setattr(native, "write_column", lambda *_, **__: None)  # the driver knows no such type
    table = {"name": "sent", "structure": [("a", sent.format(file=secret))], "data": []}
    with pytest.raises(ServerException) as refused:
        operator.execute("SELECT * FROM sent", external_tables=[table])
    assert refused.value.code != 81
    assert SECRET not in str(refused.value)
    assert FAULT not in str(refused.value)


@pytest.mark.parametrize("name", ["additional_result_filter", "select", "filter", "order", "format_schema"])
def test_the_operator_gives_no_setting_of_text(port: int, secret: Path, name: str) -> None:
    """Its text may be SQL, which no reading of the statement sees."""
    with new_client(port, user=OPERATOR) as operator, pytest.raises(ServerException) as refused:
        operator.execute("SELECT 1", settings={name: f"throwIf(1, file('{secret}'))"})
    assert refused.value.code == 452
    assert SECRET not in str(refused.value)
