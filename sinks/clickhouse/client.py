"""The connection to ClickHouse: clickhouse-driver, its errors mapped to ours. A connection is discarded after any error."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clickhouse_driver import Client
from clickhouse_driver.errors import Error, ServerException, TypeMismatchError

from complaints.errors import LaporError, StoreUnavailable
from complaints.runtime.settings import parse_address

RETRY_CODES = frozenset({3, 107, 159, 164, 202, 203, 209, 210, 241, 242, 252, 285, 319, 425, 999})
"""ClickHouse's codes for temporary errors: timeouts, too many queries or parts, memory, network, a read-only replica."""

CONNECT_TIMEOUT_S = 5.0
"""The maximum number of seconds to wait for a connection to ClickHouse."""

ANSWER_TIMEOUT_S = 60.0
"""The maximum number of seconds that one block of an answer may take."""

READING = {"readonly": 2}
"""The settings of a read-only query: it can change nothing except its own settings."""

READONLY_CODE = 164
"""ClickHouse's code for a statement or a setting that a read-only user may not use."""

WHAT_WOULD_FIT = re.compile(r" Expected one of: .{200,}", re.DOTALL)
"""The long end of a syntax error. ClickHouse lists every word that it would accept there: after `SELEC` that is its whole grammar."""


class StoreRejected(LaporError):
    """ClickHouse refuses the statement and will always refuse it.

    Attributes:
        code: ClickHouse's error code.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Store:
    """A connection to ClickHouse. Not thread-safe."""

    def __init__(self, address: str, *, patience_s: float = ANSWER_TIMEOUT_S) -> None:
        """Store the address. The connection is made at the first statement.

        Args:
            address: clickhouse://user:password@host:port/database.
            patience_s: the maximum number of seconds that one block of an answer may take.

        Raises:
            ConfigurationError: the address is not of that form.
        """
        self._address = parse_address(address, scheme="clickhouse", default_port=9000)
        self._patience_s = patience_s
        self._client: Client | None = None

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows.

        Raises:
            StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
            StoreRejected: ClickHouse refuses the statement.
        """
        found: list[tuple[Any, ...]] = self._run(lambda client: client.execute(sql, parameters))
        return found

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a query and return its column names and its rows (see `execute`). A statement that would change something is refused."""
        answer = self._run(lambda client: _read(client, sql))
        if not isinstance(answer, tuple):
            return [], []
        rows, columns = answer
        return [name for name, _ in columns], rows

    def stream(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
        """Run a query and yield its rows as they arrive (see `execute`)."""
        yield from self._run(lambda client: client.execute_iter(sql, parameters))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], *, token: str) -> None:
        """Insert rows as one block. A second insert with the same token changes nothing (see `execute`).

        Args:
            table: the name of the table.
            columns: the names of the columns, in the order of each row.
            rows: the rows to insert.
            token: the name of exactly these rows (`insert_deduplication_token`).
        """
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES"
        self._run(lambda client: client.execute(statement, rows, settings={"insert_deduplication_token": token}))

    def close(self) -> None:
        """Close the connection. The next statement opens a new one."""
        if self._client is not None:
            self._client.disconnect()
            self._client = None

    def _run(self, work: Any) -> Any:
        try:
            return work(self._connected())
        except ServerException as error:
            self.close()
            if error.code in RETRY_CODES:
                raise StoreUnavailable(f"ClickHouse cannot run the statement now: {error}") from error
            raise StoreRejected(_first_line(error), error.code) from error
        except TypeMismatchError as error:  # the driver itself notices that a value does not fit its column
            self.close()
            raise StoreRejected(f"a value does not fit its column: {error}", error.code) from error
        except (Error, OSError, EOFError) as error:  # the driver raises EOFError if the server went away
            self.close()
            raise StoreUnavailable(f"no ClickHouse at {self._address.host}:{self._address.port}: {error!r}") from error

    def _connected(self) -> Client:
        if self._client is None:
            self._client = Client(
                host=self._address.host,
                port=self._address.port,
                user=self._address.user or "default",
                password=self._address.password.get_secret_value(),
                database=self._address.path or "default",
                connect_timeout=CONNECT_TIMEOUT_S,
                send_receive_timeout=self._patience_s,
                client_name="lapor",
            )
        return self._client


def _read(client: Client, sql: str) -> Any:
    try:
        try:
            return client.execute(sql, with_column_types=True, settings=READING)
        except ServerException as error:
            # A read-only user may not even set `readonly`. ClickHouse is asked whether the user is one, so that a query with
            # `SETTINGS readonly = 0` is not run again without the limit.
            if "Cannot modify" not in str(error.message) or not client.execute("SELECT getSetting('readonly')")[0][0]:
                raise
            return client.execute(sql, with_column_types=True)
    except ServerException as error:
        if error.code == READONLY_CODE:
            raise StoreRejected("this statement changes ClickHouse; here you can only read", error.code) from error
        raise


def _first_line(error: ServerException) -> str:
    return WHAT_WOULD_FIT.sub("", str(error.message).split("Stack trace:")[0].strip())
