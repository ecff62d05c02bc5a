"""One connection to chDB: runs statements with the rights and limits of an account, and maps chDB's errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from math import inf
from typing import Any, Final

from embedded.clickhouse.accounts import Account, role_of
from embedded.clickhouse.engine.watch import Turns, Watch, leave
from embedded.clickhouse.errors import ABORTED, EngineError, engine_error
from embedded.clickhouse.native.blocks import Column
from embedded.clickhouse.protocol.wire import Progress
from embedded.clickhouse.sql import literal

# chDB's message for a statement that it can run only without streaming. chDB sends it before it runs anything.
_NOT_STREAMED: Final = "Streaming query is not supported"
# The formats in which a result is the sum of its parts. All others have a head, an end or marks between rows.
_HEADLESS: Final = frozenset({
    "Native", "RowBinary", "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "Raw", "CSV", "JSONEachRow", "JSONLines", "NDJSON",
    "JSONStringsEachRow", "JSONCompactEachRow", "JSONCompactStringsEachRow", "LineAsString", "Null",
})  # fmt: skip
_TIME_LIMIT: Final = "max_execution_time"


# The memory that a statement needed, which includes what a view read before it hid anything.
_TAKEN: Final = re.compile(r"would use [\d.]+ \w+ \(attempt to allocate chunk of [\d.]+ \w+\), ")


def told(error: RuntimeError, account: Account | None = None) -> EngineError:
    """Return chDB's error with its code and text. After a fatal error chDB runs no statement any more, so the process ends."""
    found = engine_error(_TAKEN.sub("", str(error)) if account and account.reads_only else str(error))
    if found.code == ABORTED and "fatal error" in found.text:
        leave(f"The engine is shutting down by itself: {found.text}")
    return found


class EngineConnection:
    """One connection to chDB, with its own current database, settings and temporary tables.

    Only one thread may use it at a time.

    Args:
        connection: The connection of the chdb package.
        tag: The text by which `Engine.kill` finds the queries of this connection.
        account: The account whose rights and limits apply; None for the server itself.
        watch: Ends the process if the engine does not stop a statement.
        turns: Limits how many statements of readers run at once.

    Attributes:
        account: The account.

    Raises:
        EngineError: The connection cannot be set up.
    """

    def __init__(
        self, connection: Any, tag: str, account: Account | None = None, *, watch: Watch, turns: Turns
    ) -> None:
        self._connection = connection
        self._watch, self._turns = watch, turns
        self._is_statement = False
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
        """Wait for the turn of one call of chDB, watch it, and map its error."""
        reader = self.account.name if self.account is not None and self.account.reads_only else ""
        with self._turns.of(reader) if self._is_statement and reader else nullcontext():
            try:
                with self._watch.within(self._limit_s, self.account.name if self.account else ""):
                    yield
            except RuntimeError as error:
                raise told(error, self.account) from error

    @contextmanager
    def statement(self, limit_s: str | None) -> Iterator[None]:
        """Treat what runs in the context as a statement of the client, which waits for its turn.

        Args:
            limit_s: The time limit that the client sent with it; None for the account's. An account without a limit ignores it.
        """
        before, self._is_statement = self._limit_s, True
        if before != inf and limit_s is not None:
            self._limit_s = min(before, float(limit_s))
        try:
            yield
        finally:
            self._limit_s, self._is_statement = before, False

    def stream(self, text: str, parameters: Mapping[str, str], form: str = "Native") -> Iterator[bytes]:
        """Run a query and yield its result as it arrives, in chunks of one or more whole blocks.

        Statements that chDB does not stream (such as SHOW or DDL) run to completion and yield their whole result as one chunk,
        or nothing if they have none. So does every statement with a format that has a head or an end.

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

        Unlike Native format, it includes the totals, the extremes and the number of rows before a limit, if the query has them. For
        totals of no rows chDB writes invalid JSON; the dict is then without all of these.

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

    def changed_settings(self) -> dict[str, str]:
        """Return the values, by name, of the settings that ClickHouse lists as changed from their defaults on this connection.

        Raises:
            EngineError: The query for them failed.
        """
        # one row, whatever the client set: max_result_rows, limit
        found = self.rows("SELECT groupArray((name, value)) FROM system.settings WHERE changed")
        return {str(name): str(value) for name, value in found[0][0]}

    def close(self) -> None:
        """Close this connection to chDB, which also ends any query that still runs on it; an error of chDB is ignored."""
        with suppress(RuntimeError):
            self._connection.close()
