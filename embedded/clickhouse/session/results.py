"""Sends a client what a statement gives: its blocks as they come, what was read, and what sums it up."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import UNEXPECTED_PACKET_FROM_CLIENT, EngineError, ProtocolError, ServerError
from embedded.clickhouse.native.blocks import Column, fit_blocks, header_block
from embedded.clickhouse.protocol import revisions, wire
from embedded.clickhouse.protocol.compress import Compressor
from embedded.clickhouse.protocol.connection import Channel, packed
from embedded.clickhouse.session.execution import Ended, Execution
from embedded.clickhouse.session.statements import Statement

# How often a running query looks at its client and tells it what was read (ClickHouse's interactive_delay).
_LOOK_S: Final = 0.1
# The rows before a limit cost a second run, as chDB tells them only with a JSON result. It is made where the
# first run took less than this, so that no query takes more than this longer.
_SECOND_RUN_S: Final = 0.1
_SECOND_RUN_ROWS: Final = 10_000
# Statements that only read the catalogue and can be run again for the types of an empty result.
_CATALOGUE: Final = frozenset({"SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"})
# ClickHouse tells no progress of an insert; a long one is told of so that its client does not give it up.
_INSERT_QUIET_S: Final = 1.0
_QUERIES: Final = frozenset({"SELECT", "WITH", "(", "FROM", "VALUES"})
_EXTREMES: Final = re.compile(r"\bextremes\s*=\s*1", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Answer:
    """How one query is answered.

    Attributes:
        channel: Where to.
        revision: The revision both sides agreed on.
        codec: How blocks are compressed, None for not at all.
        extremes: Whether the query's settings ask for extremes.
        quiet_s: How long nothing is told while no block comes.
        columns: What DESCRIBE said of the result beforehand; empty where it said nothing.
        timezone: The `session_timezone` of the query, empty for the server's own.
    """

    channel: Channel
    revision: int
    codec: tuple[int, Compressor] | None
    extremes: bool = False
    timezone: str = ""
    columns: Sequence[Column] = ()
    rows: int = 0
    blocks: int = 0
    size: int = 0
    cancelled: bool = False
    quiet_s: float = 0.0
    begun: float = field(default_factory=time.monotonic)

    def tell_timezone(self) -> None:
        """Tell in which time zone the query's times without one are meant."""
        if self.timezone and self.revision >= revisions.TIMEZONE_UPDATES:
            self.channel.send(wire.varint(wire.SERVER_TIMEZONE_UPDATE), wire.string(self.timezone))

    def data(self, block: bytes, kind: int = wire.SERVER_DATA) -> None:
        """Send one block, already fitted to the client's revision."""
        table = b"\x00" if self.revision >= revisions.TEMPORARY_TABLES else b""
        self.channel.send(wire.varint(kind), table, packed(block, self.codec))

    def native(self, chunk: bytes, kind: int = wire.SERVER_DATA) -> None:
        """Send the blocks of one chunk of chDB's; a header goes before the first, as clients take types from it.

        Raises:
            ServerError: A column's type cannot be carried.
        """
        try:
            for block in fit_blocks(chunk, self.revision, self.columns):
                if kind == wire.SERVER_DATA:
                    if not self.blocks:
                        self.data(header_block(block.columns, self.revision))
                    self.rows += block.rows
                    self.blocks += 1
                self.data(block.data, kind)
        except ProtocolError as error:
            raise ServerError(error.code, error.text) from error


def run(engine: Engine, connection: EngineConnection, query: wire.Query, what: tuple[Statement, Answer]) -> None:
    """Run a query or another statement, and answer it up to the end of its data.

    Args:
        engine: Stops the statement if the client cancels or leaves.
        connection: Runs it.
        query: The packet.
        what: The statement read from it, and how to answer.

    Raises:
        EngineError: The statement failed.
        ConnectionLostError: The client left; the statement was stopped.
    """
    statement, answer = what
    answer.tell_timezone()
    answer.columns = _describe(connection, query, statement)
    execution = Execution(engine, connection, statement.text, query.parameters)
    _finish(execution, answer)
    if answer.cancelled:
        return
    if statement.verb in _QUERIES or answer.blocks:
        took_s = time.monotonic() - answer.begun
        _tell_progress(execution, answer)
        _sum_up(connection, query, statement, answer, took_s)
        _tell_progress(execution, answer)
        answer.data(header_block((), answer.revision))
    elif statement.verb in _CATALOGUE:
        _empty_header(connection, query, statement, answer)


def run_insert(engine: Engine, connection: EngineConnection, text: str, what: tuple[wire.Query, Answer]) -> None:
    """Run an INSERT whose rows are there; it has no result.

    Raises:
        EngineError: The INSERT failed.
        ConnectionLostError: The client left; the INSERT was stopped.
    """
    query, answer = what
    answer.begun, answer.quiet_s = time.monotonic(), _INSERT_QUIET_S
    _finish(Execution(engine, connection, text, query.parameters), answer)


def _finish(execution: Execution, answer: Answer) -> None:
    """Pass blocks on until the statement has ended, by itself or because the client wants no more of it."""
    try:
        _stream(execution, answer)
    except BaseException:
        execution.stop()
        raise
    if answer.cancelled:
        execution.stop()


def _stream(execution: Execution, answer: Answer) -> None:
    """Pass blocks on until the statement ends or is cancelled."""
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
                    raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came while a query ran")
                answer.cancelled = True


def _tell_progress(execution: Execution, answer: Answer) -> None:
    answer.channel.send(wire.progress(execution.progress(), answer.revision))


def _sum_up(
    connection: EngineConnection, query: wire.Query, statement: Statement, answer: Answer, took_s: float
) -> None:
    """Send an empty result's header, totals and extremes, and the profile."""
    if not answer.blocks:
        _empty_header(connection, query, statement, answer)
    before_limit: int | None = None
    extremes = answer.extremes or _EXTREMES.search(statement.text) is not None
    short = took_s < _SECOND_RUN_S and answer.rows <= _SECOND_RUN_ROWS
    if statement.totals or extremes or (statement.limited and short):
        summary = connection.summary(statement.text, query.parameters)
        before_limit = summary.get("rows_before_limit_at_least")
        _send_summary(connection, answer, summary)
    answer.channel.send(wire.profile_info(answer.rows, answer.blocks, answer.size, before_limit))


def _columns(summary: dict[str, Any]) -> list[Column]:
    return [Column(name=str(column["name"]), type=str(column["type"])) for column in summary["meta"]]


def _send_summary(connection: EngineConnection, answer: Answer, summary: dict[str, Any]) -> None:
    columns = _columns(summary)
    if totals := summary.get("totals"):
        answer.native(connection.native(columns, [totals]), wire.SERVER_TOTALS)
    if extremes := summary.get("extremes"):
        answer.native(connection.native(columns, [extremes["min"], extremes["max"]]), wire.SERVER_EXTREMES)


def _describe(connection: EngineConnection, query: wire.Query, statement: Statement) -> list[Column]:
    """What a query will give, found without running it; empty if DESCRIBE cannot tell."""
    if statement.verb in _QUERIES:
        with suppress(EngineError):
            return [column for column, _ in connection.describe(f"({statement.text})", query.parameters)]
    return []


def _empty_header(connection: EngineConnection, query: wire.Query, statement: Statement, answer: Answer) -> None:
    """Tell names and types of a result without rows, of which Native format says nothing."""
    columns = answer.columns
    if not columns and statement.verb in _CATALOGUE:
        with suppress(EngineError):
            columns = _columns(connection.summary(statement.text, query.parameters))
    if columns:
        answer.data(header_block(columns, answer.revision))
