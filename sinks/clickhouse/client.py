"""The connection to ClickHouse by clickhouse-driver. It maps the driver's errors to ours and discards the connection after each."""

import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from clickhouse_driver import Client
from clickhouse_driver.errors import Error, ServerException, TypeMismatchError

from complaints.errors import LaporError, StoreUnavailable
from complaints.runtime.address import parse_address

RETRY_CODES = frozenset({
    3, 107, 159, 164, 202, 203, 209, 210, 236, 241, 242, 252, 285, 319, 394, 999, 74, 75, 76, 77, 173, 243, 298, 425, 439, 460, 573,
})  # fmt: skip
"""ClickHouse's codes for temporary errors: timeouts, too many queries or parts, memory, network, a read-only replica, a server that stops;
and, from 74 on, what its machine cannot do now: read, write or open a file of any kind, find space or a thread."""

VALUE_CODES = frozenset({6, 27, 38, 41, 53, 69, 70, 72, 131, 190, 321, 349, 407, 469, 691})
"""ClickHouse's codes for a value that it cannot read, convert or keep, for example ARGUMENT_OUT_OF_BOUND and VIOLATED_CONSTRAINT."""

CONNECT_TIMEOUT_S = 5.0
"""The maximum number of seconds to wait for a connection to ClickHouse."""

ANSWER_TIMEOUT_S = 60.0
"""The maximum number of seconds to wait for each part of an answer: ClickHouse sends an answer in blocks of rows."""

READING = {"readonly": 2}
"""The settings that make a query read-only: it can change nothing except its own settings."""

READONLY_CODE = 164
"""ClickHouse's code for a statement or a setting that a read-only user may not use."""

_WRITING = (struct.error, OverflowError, UnicodeEncodeError, TypeError, AttributeError)
"""The errors that the driver raises while it writes a value that it does not check."""

WHAT_WOULD_FIT = re.compile(r" Expected one of: .{200,}", re.DOTALL)
"""The long end of the message of a syntax error: the list of all words that ClickHouse would accept. After `SELEC`, it has pages."""


class StoreRejected(LaporError):
    """ClickHouse refuses a statement, or a value does not fit its column. Trying the same again would not help."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class ValueRejected(StoreRejected):
    """A value does not fit its column: another row of the same statement may be taken."""


class Store:
    """A connection to ClickHouse. Not thread-safe. After an error, the next statement makes a new connection."""

    def __init__(self, address: str, *, patience_s: float = ANSWER_TIMEOUT_S) -> None:
        """Store the address. The connection is made at the first statement.

        Raises:
            ConfigurationError: the address is not of that form.
        """
        self._address = parse_address(address, scheme="clickhouse", default_port=9000)
        self._patience_s = patience_s
        self._client: Client | None = None

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; a statement without a result returns no rows.

        Raises:
            StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
            StoreRejected: ClickHouse refuses the statement, or a value does not fit its column.
        """
        found: list[tuple[Any, ...]] = self._run(lambda client: client.execute(sql, parameters))
        return found

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a read-only query and return the names of its columns and its rows, both empty if the statement has no result.

        Raises:
            StoreUnavailable: ClickHouse does not answer, or answers with a temporary error.
            StoreRejected: ClickHouse refuses the statement, or the statement would change something.
        """
        answer = self._run(lambda client: _read(client, sql))
        if not isinstance(answer, tuple):
            return [], []
        rows, columns = answer
        return [name for name, _ in columns], rows

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]], *, token: str) -> None:
        """Insert rows as one block, or insert nothing if ClickHouse remembers the token from an earlier insert into the table.

        The tables of the sink remember the last 10,000 tokens.

        Args:
            table: the name of the table.
            columns: the values of each column, by its name; all columns have one value per row.
            token: a name for exactly these rows (`insert_deduplication_token`); other rows must have another token.

        Raises:
            StoreUnavailable: ClickHouse does not answer, or answers with a temporary error. The rows may have been inserted.
            StoreRejected: ClickHouse refuses the rows; ValueRejected if a value of one does not fit its column.
        """
        statement, values = f"INSERT INTO {table} ({', '.join(columns)}) VALUES", list(columns.values())
        settings = {"insert_deduplication_token": token}
        try:
            self._run(lambda client: client.execute(statement, values, settings=settings, columnar=True))
        except _WRITING as error:
            self.close()  # a part of the rows may have been written
            raise ValueRejected(f"a value does not fit its column: {error}", TypeMismatchError.code) from error

    def close(self) -> None:
        """Close the connection to ClickHouse if it is open. The next statement opens a new one."""
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
            kind = ValueRejected if error.code in VALUE_CODES else StoreRejected
            raise kind(_first_line(error), error.code) from error
        except (Error, OSError, EOFError) as error:  # the driver raises EOFError if the server went away
            self.close()
            if isinstance(error, TypeMismatchError):  # the driver itself notices that a value does not fit its column
                raise ValueRejected(f"a value does not fit its column: {error}", error.code) from error
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
