"""Sends a statement's results to the client: its blocks as they arrive, the progress, and the summary at the end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

from embedded.clickhouse import revisions
from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import UNEXPECTED_PACKET_FROM_CLIENT, EngineError, ProtocolError, ServerError
from embedded.clickhouse.native.blocks import Column, fit_blocks, header_block
from embedded.clickhouse.native.writer import string, varint
from embedded.clickhouse.protocol import wire
from embedded.clickhouse.protocol.compress import Compressor
from embedded.clickhouse.protocol.connection import Channel, packed
from embedded.clickhouse.session.execution import Ended, Execution, Work
from embedded.clickhouse.session.statements import Statement

# Interval in which a running query checks its client's input and sends the progress (ClickHouse's interactive_delay).
_LOOK_S: Final = 0.1
# The number of rows before a limit needs a second run, because chDB gives it only with a JSON result. The second run
# happens only if the first one was shorter than this and gave at most _SECOND_RUN_ROWS rows, so it adds little time. A reader
# is not told the number: most of its queries are as short, and would take twice as long.
_SECOND_RUN_S: Final = 0.1
_SECOND_RUN_ROWS: Final = 10_000
# Statements that only read the catalogue. They can run again to find the column types of an empty result.
_CATALOGUE: Final = frozenset({"SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"})
# ClickHouse sends no progress during an INSERT. This server sends it after this time, so that the client of a long
# INSERT does not give up.
_INSERT_QUIET_S: Final = 1.0
_QUERIES: Final = frozenset({"SELECT", "WITH", "(", "FROM", "VALUES"})
_EXTREMES: Final = re.compile(r"\bextremes\s*=\s*1", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Answer:
    """The answer to one query: where and how it is sent, and what was sent so far.

    Attributes:
        channel: The client's socket.
        revision: The revision that both sides agreed on.
        codec: The method byte and the compressor for blocks; None if blocks are sent uncompressed.
        extremes: Whether the query's settings ask for extremes.
        timezone: The `session_timezone` of the query; empty for the server's own.
        describe: Returns the result's columns as DESCRIBE gives them; empty if it fails or the statement is not a query.
        rows: The number of rows of the result sent so far, without totals and extremes.
        blocks: The number of blocks with these rows.
        size: The number of bytes of the result that chDB returned so far.
        cancelled: Whether the client cancelled the query.
        quiet_s: Time after ``begun`` in which no progress is sent, in seconds.
        begun: The start of the query, on the monotonic clock, in seconds.
    """

    channel: Channel
    revision: int
    codec: tuple[int, Compressor] | None
    extremes: bool = False
    timezone: str = ""
    describe: Callable[[], Sequence[Column]] = tuple
    rows: int = 0
    blocks: int = 0
    size: int = 0
    cancelled: bool = False
    quiet_s: float = 0.0
    begun: float = field(default_factory=time.monotonic)

    def tell_timezone(self) -> None:
        """Send the query's `session_timezone`, if it has one and the client's revision knows such a packet.

        The client uses it for times whose type names no time zone.
        """
        if self.timezone and self.revision >= revisions.TIMEZONE_UPDATES:
            self.channel.send(varint(wire.SERVER_TIMEZONE_UPDATE), string(self.timezone))

    def data(self, block: bytes, kind: int = wire.SERVER_DATA) -> None:
        """Send one block, which already has the form for the client's revision, in a packet of the type `kind`.

        The block is compressed with the answer's codec, if it has one. Nothing is counted.
        """
        table = b"\x00" if self.revision >= revisions.TEMPORARY_TABLES else b""
        self.channel.send(varint(kind), table, packed(block, self.codec))

    def native(self, chunk: bytes, kind: int = wire.SERVER_DATA) -> None:
        """Send the blocks of one chunk from chDB in packets of the type `kind`: result (the default), totals or extremes.

        Only blocks of the result are counted. A header block, with columns but no rows, precedes the first of them, because
        clients take the types from it.

        Raises:
            ServerError: This server does not support the type of a column.
            ConnectionLostError: The client left, or did not read within the timeout.
        """
        try:
            for block in fit_blocks(chunk, self.revision, self.describe):
                if kind == wire.SERVER_DATA:
                    if not self.blocks:
                        self.data(header_block(block.columns, self.revision))
                    self.rows += block.rows
                    self.blocks += 1
                self.data(block.data, kind)
        except ProtocolError as error:
            raise ServerError(error.code, error.text) from error


def run(
    engine: Engine,
    connection: EngineConnection,
    query: wire.Query,
    what: tuple[Statement, Answer],
    *,
    apart: EngineConnection | None = None,
) -> None:
    """Run a statement and send its whole result to the client. The caller then sends the packet that ends the answer.

    An INSERT whose rows come as blocks is not run here; see `run_insert`. If the client cancels, the statement is stopped, and
    no error is raised.

    Args:
        engine: The engine that stops the statement if the client cancels or leaves.
        connection: The connection that runs the statement.
        query: The query packet.
        what: The statement in the packet, and the `Answer` that sends the result.
        apart: A second connection, for which the names in the statement mean the same. With it the statement is described only if a
            type is not clear from the blocks, because that takes as long as to analyse the statement. Without it, before it runs.

    Raises:
        ServerError: The statement failed, or this server does not support the type of a column.
        ProtocolError: The client sent a packet other than a cancel while the statement ran; the statement was stopped.
        ConnectionLostError: The client left, or did not read within the timeout; a statement that still ran was stopped.
    """
    statement, answer = what
    answer.tell_timezone()
    answer.describe = cache(partial(_describe, apart or connection, query, statement))
    if apart is None:
        answer.describe()
    execution = Execution(engine, connection, Work(statement.text, query.parameters))
    _finish(execution, answer)
    if answer.cancelled:
        return
    if statement.verb in _QUERIES or answer.blocks:
        took_s = time.monotonic() - answer.begun
        _tell_progress(execution, answer)
        _sum_up(engine, connection, query, what, took_s=took_s)
        _tell_progress(execution, answer)
        answer.data(header_block((), answer.revision))
    elif statement.verb in _CATALOGUE:
        _empty_header(connection, query, statement, answer)


def run_insert(engine: Engine, connection: EngineConnection, text: str, what: tuple[wire.Query, Answer]) -> None:
    """Run an INSERT after all its rows were received, until it ends. It has no result.

    If it takes longer than 1 s, its progress is sent every 0.1 s from then on. If the client cancels, it is stopped, and no
    error is raised.

    Args:
        engine: The engine that stops the INSERT if the client cancels or leaves.
        connection: The connection that runs the INSERT.
        text: The INSERT in the form that reads its rows from a file; see `Insert.reading`.
        what: The query packet, and the `Answer` that sends the progress.

    Raises:
        EngineError: The INSERT failed.
        ProtocolError: The client sent a packet other than a cancel while the INSERT ran; the INSERT was stopped.
        ConnectionLostError: The client left, or did not read within the timeout; the INSERT was stopped.
    """
    query, answer = what
    answer.begun, answer.quiet_s = time.monotonic(), _INSERT_QUIET_S
    _finish(Execution(engine, connection, Work(text, query.parameters)), answer)


def _finish(execution: Execution, answer: Answer) -> None:
    """Send the statement's blocks and its progress to the client until the statement ends.

    If the client cancels, or if an error occurs, stop the statement. The error is raised again.
    """
    try:
        _stream(execution, answer)
    except BaseException:
        execution.stop()
        raise
    if answer.cancelled:
        execution.stop()


def _stream(execution: Execution, answer: Answer) -> None:
    """Send the statement's blocks and its progress to the client until the statement ends or the client cancels.

    A cancel sets ``answer.cancelled``; it does not stop the statement.
    """
    with suppress(Ended):
        while not answer.cancelled:
            chunk = execution.next_block(_LOOK_S)
            if chunk is not None:
                answer.size += len(chunk)
                answer.native(chunk)
            elif time.monotonic() - answer.begun >= answer.quiet_s:
                _tell_progress(execution, answer)
            if answer.channel.has_input():
                packet = answer.channel.packet_type()
                if packet != wire.CLIENT_CANCEL:
                    raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came during a query")
                answer.cancelled = True


def _tell_progress(execution: Execution, answer: Answer) -> None:
    answer.channel.send(wire.progress(execution.progress(), answer.revision))


def _sum_up(
    engine: Engine, connection: EngineConnection, query: wire.Query, what: tuple[Statement, Answer], *, took_s: float
) -> None:
    """Send what follows the blocks of a query's result: a header if there are none, totals and extremes if any, and the profile.

    To get the totals, the extremes and the number of rows before a limit, this function runs the query a second time. It does
    so for each query WITH TOTALS or with extremes; for a query with only a LIMIT, only if the first run took less than 0.1 s and
    gave at most 10,000 rows, and never for a reader. Without a second run, the profile has no number of rows before the limit.
    """
    statement, answer = what
    if not answer.blocks:
        _empty_header(connection, query, statement, answer)
    before_limit: int | None = None
    extremes = answer.extremes or _EXTREMES.search(statement.text) is not None
    reader = connection.account is not None and connection.account.reads_only
    short = took_s < _SECOND_RUN_S and answer.rows <= _SECOND_RUN_ROWS and not reader
    if statement.totals or extremes or (statement.limited and short):
        summary = connection.summary(statement.text, query.parameters)
        before_limit = summary.get("rows_before_limit_at_least")
        _send_summary(engine, answer, summary)
    answer.channel.send(wire.profile_info(answer.rows, answer.blocks, answer.size, before_limit))


def _columns(summary: dict[str, Any]) -> list[Column]:
    return [Column(name=str(column["name"]), type=str(column["type"])) for column in summary["meta"]]


def _send_summary(engine: Engine, answer: Answer, summary: dict[str, Any]) -> None:
    columns = _columns(summary)
    if totals := summary.get("totals"):
        answer.native(engine.native(columns, [totals]), wire.SERVER_TOTALS)
    if extremes := summary.get("extremes"):
        answer.native(engine.native(columns, [extremes["min"], extremes["max"]]), wire.SERVER_EXTREMES)


def _describe(connection: EngineConnection, query: wire.Query, statement: Statement) -> list[Column]:
    """Return the columns of a query's result; empty if DESCRIBE fails or the statement is not a query."""
    if statement.verb in _QUERIES:
        with suppress(EngineError):
            return [column for column, _ in connection.describe(f"({statement.text})", query.parameters)]
    return []


def _empty_header(connection: EngineConnection, query: wire.Query, statement: Statement, answer: Answer) -> None:
    """Send the names and types of the columns of an empty result, because chDB's Native output for it has none.

    To learn them, SHOW, DESCRIBE, EXPLAIN and EXISTS are run a second time. Nothing is sent if the columns stay unknown.
    """
    columns = answer.describe()
    if not columns and statement.verb in _CATALOGUE:
        with suppress(EngineError):
            columns = _columns(connection.summary(statement.text, query.parameters))
    if columns:
        answer.data(header_block(columns, answer.revision))
