"""All access to chDB: an engine over a data folder, connections for clients and the server, and errors with chDB's codes."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from embedded.clickhouse.accounts import Account, engine_users, role_of
from embedded.clickhouse.config import engine_config
from embedded.clickhouse.errors import ABORTED, EngineError, engine_error
from embedded.clickhouse.native.blocks import Column
from embedded.clickhouse.protocol.wire import Progress
from embedded.clickhouse.sql import literal, quote
from embedded.clickhouse.watch import STUCK_S, Watch, leave

# chDB's message for a statement that it can run only without streaming. chDB sends it before it runs anything.
_NOT_STREAMED: Final = "Streaming query is not supported"
# The formats in which a result is the sum of its parts. All others have a head, an end or marks between rows.
_HEADLESS: Final = frozenset({
    "Native", "RowBinary", "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "Raw", "CSV", "JSONEachRow", "JSONLines", "NDJSON",
    "JSONStringsEachRow", "JSONCompactEachRow", "JSONCompactStringsEachRow", "LineAsString", "Null",
})  # fmt: skip
_TIME_LIMIT: Final = "max_execution_time"
# Types of the settings that clients of a revision before 54429 write as numbers.
_NUMBER_TYPES: Final = frozenset(
    {"Bool", "UInt64", "Int64", "Seconds", "Milliseconds", "MaxThreads", "NonZeroUInt64", "UInt64Auto", "BoolAuto"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingState:
    """The value of a ClickHouse setting on a connection; ``changed`` tells whether ClickHouse lists it as changed from the default."""

    value: str
    changed: bool


class Engine:
    """The chDB engine over one data folder, with a connection of the server's own.

    Args:
        folder: The server's data folder. chDB's data go into its subfolder ``chdb``, which is created if missing.
        max_memory_bytes: The maximum memory of all queries together, in bytes.
        stuck_s: Seconds beyond the limit of a statement after which the process ends if it still runs.

    Raises:
        EngineError: chDB cannot open the folder, or its list of settings cannot be read.
        OSError: The subfolder or the engine's configuration files cannot be written.
    """

    def __init__(self, folder: Path, *, max_memory_bytes: int, stuck_s: float = STUCK_S) -> None:
        self._chdb = _chdb_alone()
        self._folder = folder / "chdb"
        self._folder.mkdir(parents=True, exist_ok=True)
        config = folder / "engine.xml"
        users = folder / "users.xml"
        users.write_text(engine_users(), encoding="utf-8")
        config.write_text(engine_config(users, max_memory_bytes), encoding="utf-8")
        self._address = f"{self._folder}?config-file={escape(str(config))}"
        self._lock = threading.Lock()
        self._watch = Watch(stuck_s=stuck_s)
        self._control = self.connect("control")
        rows = self._control.rows("SELECT name, type, alias_for FROM system.settings")
        self._types = {str(name): str(kind) for name, kind, _ in rows}

    def connect(self, tag: str, account: Account | None = None) -> EngineConnection:
        """Open and return a connection to chDB with the rights and limits of an account, or of the server itself.

        Args:
            tag: The text by which `kill` finds the queries of this connection. Different clients have different tags.
            account: The account of the client; None for the server.

        Raises:
            EngineError: chDB cannot open the connection or set it up.
        """
        try:
            return EngineConnection(self._chdb.connect(self._address), tag, account, watch=self._watch)
        except RuntimeError as error:
            raise _told(error) from error

    def knows_setting(self, name: str) -> bool:
        """Return whether ClickHouse has a setting of this name."""
        return name in self._types

    def is_number(self, name: str) -> bool:
        """Return whether a client of a protocol revision before 54429 writes the named setting as a number, not as text.

        False for a name that ClickHouse does not know.
        """
        return self._types.get(name) in _NUMBER_TYPES

    def kill(self, tag: str) -> None:
        """Ask chDB to stop the running queries of all connections with this tag, and return without waiting for their end.

        They end soon after with error code 394. Any thread may call this.

        Raises:
            EngineError: The KILL statement failed.
        """
        with self._lock:
            self._control.execute(f"KILL QUERY WHERE Settings['log_comment'] = {literal(tag)} ASYNC")

    def rows(self, text: str) -> list[list[Any]]:
        """Run a small query on the server's own connection and return its rows, each a list of values decoded from JSON.

        Any thread may call this.

        Raises:
            EngineError: The query failed.
        """
        with self._lock:
            return self._control.rows(text)

    def execute(self, text: str) -> None:
        """Run a statement on the server's own connection and ignore its result. Any thread may call this.

        Raises:
            EngineError: The statement failed.
        """
        with self._lock:
            self._control.execute(text)

    def native(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> bytes:
        """Convert a few rows into a block in Native format and return its bytes. Any thread may call this.

        Each row has one value per column, given as text, as in the result of `EngineConnection.summary`.

        Raises:
            EngineError: A value does not fit its column's type.
        """
        structure = ", ".join(f"{quote(column.name)} {column.type}" for column in columns)
        lines = "\n".join(json.dumps(row) for row in rows)
        text = f"SELECT * FROM format(JSONCompactStringsEachRow, {literal(structure)}, {literal(lines)})"  # noqa: S608
        with self._lock:
            return self._control.execute(text)

    def close(self) -> None:
        """Close the server's own connection to chDB. chDB shuts down only when the last connection of all is closed."""
        self._watch.close()
        self._control.close()


def _told(error: RuntimeError) -> EngineError:
    """Return chDB's error with its code and text. After a fatal one no statement of anybody runs any more: the process ends."""
    told = engine_error(str(error))
    if told.code == ABORTED and "fatal error" in told.text:
        leave(f"The engine is shutting down by itself: {told.text}")
    return told


def _chdb_alone() -> Any:
    """Import chDB without pyarrow, which it imports if it can, and needs for tables of Arrow alone: 34 MiB and half a second."""
    known = "pyarrow" in sys.modules
    sys.modules.setdefault("pyarrow", None)  # type: ignore[arg-type]  # then an import of it fails
    try:
        import chdb
    finally:
        if not known:
            del sys.modules["pyarrow"]
    return chdb


class EngineConnection:
    """One connection to chDB, with its own current database, settings and temporary tables.

    Only one thread may use it at a time.

    Args:
        connection: The connection of the chdb package.
        tag: The text by which `Engine.kill` finds the queries of this connection.
        account: The account whose rights and limits hold; None for the server itself.
        watch: Ends the process if the engine does not stop a statement.

    Attributes:
        account: The account.

    Raises:
        EngineError: The connection cannot be set up.
    """

    def __init__(self, connection: Any, tag: str, account: Account | None = None, *, watch: Watch) -> None:
        self._connection = connection
        self._watch = watch
        self.tag = tag
        self.account = account
        self._limit_s: float = account.limits.get(_TIME_LIMIT, inf) if account else inf
        limits = "".join(f", {name} = {value}" for name, value in (account.limits if account else {}).items())
        self.execute(f"SET implicit_select = 0, log_comment = {literal(tag)}{limits}")
        self.execute(f"SET ROLE {role_of(account)}")

    def execute(self, text: str, parameters: Mapping[str, str] | None = None, form: str = "Native") -> bytes:
        """Run a statement to completion.

        Args:
            text: The statement.
            parameters: The values, by name, for placeholders such as ``{name:String}`` in the statement.
            form: The format of the result.

        Returns:
            The whole result as bytes; empty if the statement has none.

        Raises:
            EngineError: The statement failed.
        """
        with self._engine_at_work():
            return bytes(self._connection.query(text, form, params=dict(parameters or {})).bytes())

    @contextmanager
    def _engine_at_work(self) -> Iterator[None]:
        """Watch one call of chDB, and map its error."""
        try:
            with self._watch.within(self._limit_s, self.account.name if self.account else ""):
                yield
        except RuntimeError as error:
            raise _told(error) from error

    @contextmanager
    def limited(self, given: str | None) -> Iterator[None]:
        """Hold the statements in the context to a limit of time that a client gave, if this account has one."""
        before = self._limit_s
        if before != inf and given is not None:
            self._limit_s = min(before, float(given))
        try:
            yield
        finally:
            self._limit_s = before

    def stream(self, text: str, parameters: Mapping[str, str], form: str = "Native") -> Iterator[bytes]:
        """Run a query and yield its result as it arrives, in chunks of one or more whole blocks.

        Statements that chDB does not stream (such as SHOW or DDL) run to completion and yield their whole result as one chunk,
        or nothing if they have none. So does every statement with a format that has a head or an end.

        Args:
            text: The statement.
            parameters: The values of its placeholders.
            form: The format of the result.

        Raises:
            EngineError: The query failed. This can happen before any chunk, also after earlier ones were yielded.
        """
        if form not in _HEADLESS:
            yield self.execute(text, parameters, form)
            return
        try:
            with self._engine_at_work():
                result = self._connection.send_query(text, form, params=dict(parameters))
            with result:
                chunks = iter(result)
                while (chunk := self._next(chunks)) is not None:
                    yield chunk
        except EngineError as error:
            if _NOT_STREAMED not in error.text:
                raise
        else:
            return
        if data := self.execute(text, parameters, form):
            yield data

    def _next(self, chunks: Iterator[Any]) -> bytes | None:
        with self._engine_at_work():
            chunk = next(chunks, None)
            return None if chunk is None else bytes(chunk.bytes())

    def watch(self, report: Callable[[Progress], None] | None) -> None:
        """Call ``report`` from now on whenever a query on this connection makes progress; None stops these calls.

        The argument of ``report`` holds the totals since the start of the query, not increases.
        """

        def callback(state: Mapping[str, int]) -> None:
            if report is not None:
                report(
                    Progress(
                        rows=state["read_rows"],
                        bytes=state["read_bytes"],
                        total_rows=state["total_rows_to_read"],
                        elapsed_ns=state["elapsed_ns"],
                        written_rows=state["written_rows"],
                    )
                )

        self._connection.set_progress_callback(callback if report else None)

    def summary(self, text: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Run a query and return its whole result as a dict in ClickHouse's format JSONCompactStrings.

        Unlike Native format, it includes the totals, the extremes and the number of rows before a limit, if the query has them. chDB
        writes the totals of no rows in a wrong order: then they, and all else, are missing.

        Raises:
            EngineError: The query failed.
        """
        try:
            return dict(json.loads(self.execute(text, parameters, "JSONCompactStrings")))
        except ValueError:
            return {"meta": []}

    def rows(self, text: str, parameters: Mapping[str, str] | None = None) -> list[list[Any]]:
        """Run a small query and return its rows, each a list of values decoded from JSON.

        Raises:
            EngineError: The query failed.
        """
        return [json.loads(line) for line in self.execute(text, parameters, "JSONCompactEachRow").splitlines()]

    def describe(self, what: str, parameters: Mapping[str, str] | None = None) -> list[tuple[Column, str]]:
        """Return the columns of a table, a table function or a query.

        Args:
            what: The table or table function as SQL text, or a query in parentheses.
            parameters: The values for the placeholders in it.

        Returns:
            For each column, in order, a pair: the `Column` (name and type), and its kind of default (for instance
            MATERIALIZED; empty if none).

        Raises:
            EngineError: The table is unknown or the query is wrong.
        """
        found = self.rows(f"DESCRIBE TABLE {what}", parameters)
        return [(Column(name=str(row[0]), type=str(row[1])), str(row[2])) for row in found]

    def setting_states(self, names: Sequence[str]) -> dict[str, SettingState]:
        """Return the current state of each named setting on this connection, by name; unknown names are left out.

        Raises:
            EngineError: The query for the states failed.
        """
        listed = ", ".join(literal(name) for name in names)
        found = self.rows(f"SELECT name, value, changed FROM system.settings WHERE name IN ({listed})")  # noqa: S608
        return {str(name): SettingState(value=str(value), changed=bool(changed)) for name, value, changed in found}

    def close(self) -> None:
        """Close this connection to chDB, which also ends any query that still runs on it; an error of chDB is ignored."""
        with suppress(RuntimeError):
            self._connection.close()
