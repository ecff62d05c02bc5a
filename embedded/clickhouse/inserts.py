"""Takes an INSERT's blocks from the client and feeds them to the engine as they come."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Final

from embedded.clickhouse import logs, revisions, wire
from embedded.clickhouse.answers import Answer
from embedded.clickhouse.channel import Channel
from embedded.clickhouse.engine import EngineConnection, EngineInsert
from embedded.clickhouse.errors import UNEXPECTED_PACKET_FROM_CLIENT, EngineError, ProtocolError
from embedded.clickhouse.native import BlockHead, Column, header_block, read_block
from embedded.clickhouse.sql import Insert, literal, unquote

# Columns that no client sends: what they hold follows from others.
_COMPUTED: Final = frozenset({"MATERIALIZED", "ALIAS", "EPHEMERAL"})
# Enough of a block for the engine to work on while the next piece is read.
_FEED_BYTES: Final = 1 << 20


class _Cancelled(Exception):
    """The client cancelled."""


def insert_columns(connection: EngineConnection, insert: Insert) -> list[Column]:
    """The columns that an INSERT's blocks have, in their order.

    Raises:
        EngineError: The table or a column is unknown.
    """
    if insert.source is not None:
        return [column for column, _ in connection.describe(f"null({insert.structure})")]
    if insert.columns is None:
        found = connection.describe(insert.target)
        return [column for column, default in found if default not in _COMPUTED]
    names = [name.strip() for name in insert.columns.split(",")]
    described = connection.describe(insert.target)
    known = {column.name: column for column, _ in described}
    plain = [_bare(name) for name in names]
    if all(name in known for name in plain):
        return [known[name] for name in plain]
    # The engine knows what "* EXCEPT" and COLUMNS() stand for, and says well which column there is not.
    return [column for column, _ in connection.describe(f"(SELECT {insert.columns} FROM {insert.target})")]  # noqa: S608


def _bare(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] and name[0] in '`"':
        return unquote("'" + name[1:-1] + "'")
    return name


class _Feed:
    """Gathers a block's pieces, gives them to the engine, and keeps its refusal until the client has sent all."""

    def __init__(self, inserter: EngineInsert) -> None:
        self._inserter = inserter
        self._parts: list[bytes] = []
        self._size = 0
        self.refusal: EngineError | None = None

    def take(self, data: bytes) -> None:
        if self.refusal is None:
            self._parts.append(data)
            self._size += len(data)
            if self._size >= _FEED_BYTES:
                self.flush()

    def flush(self) -> None:
        data, self._parts, self._size = b"".join(self._parts), [], 0
        if data and self.refusal is None:
            try:
                self._inserter.append(data)
            except EngineError as error:
                self.refusal = error

    def finish(self) -> int:
        self.flush()
        if self.refusal is not None:
            raise self.refusal
        return self._inserter.finish()


def run(connection: EngineConnection, insert: Insert, columns: list[Column], answer: Answer) -> None:
    """Take the client's blocks until its empty one, and commit.

    Args:
        connection: Runs the INSERT, with the query's settings in place.
        insert: The statement.
        columns: What `insert_columns` said of it.
        answer: How the client is answered.

    Raises:
        EngineError: The INSERT failed; the client's blocks are read to their end, so that the connection goes on.
        ProtocolError: A packet or block is malformed.
        ConnectionLostError: The client left; nothing of what is unfinished is promised.
    """
    try:
        if insert.source is None:
            _run_stream(connection, insert, columns, answer)
        else:
            _run_from_file(connection, insert, columns, answer)
    except _Cancelled:
        answer.cancelled = True


def _run_stream(connection: EngineConnection, insert: Insert, columns: list[Column], answer: Answer) -> None:
    """Feed rows that go straight into their table as they come."""
    inserter = connection.insert(insert.text)
    try:
        feed = _Feed(inserter)
        _read_blocks(columns, answer, feed.take)
        _tell_events(answer, feed.finish())
    finally:
        inserter.cancel()


def _run_from_file(connection: EngineConnection, insert: Insert, columns: list[Column], answer: Answer) -> None:
    """Gather rows that a query reads through ``input()`` in a file, and let it read that."""
    with tempfile.NamedTemporaryFile(suffix=".native", dir=answer.spool_dir) as spool:
        _read_blocks(columns, answer, spool.write)
        spool.flush()
        source = f"file({literal(spool.name)}, 'Native', {insert.structure})"
        connection.execute(insert.text.replace(insert.source or "", source, 1))
    _tell_events(answer, None)


def _read_blocks(columns: list[Column], answer: Answer, sink: Callable[[bytes], object]) -> None:
    """Tell the client what blocks are due, and take them up to the empty one that ends them."""
    answer.data(header_block(columns, answer.revision))
    answer.tell_timezone()
    while True:
        packet = answer.channel.packet_type()
        if packet == wire.CLIENT_CANCEL:
            raise _Cancelled
        if packet != wire.CLIENT_DATA:
            raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came where a block of rows was due")
        parts: list[bytes] = []
        _, head = read_data(answer.channel, answer.revision, answer.codec is not None, sink_after_head(parts, sink))
        if not head.columns:
            return
        _tell_events(answer, None)


def _tell_events(answer: Answer, inserted_rows: int | None) -> None:
    """Answer one block; clients of this age wait for it."""
    if answer.revision >= revisions.PROFILE_EVENTS_IN_INSERT:
        answer.channel.send(logs.profile_events(inserted_rows, answer.revision))


def sink_after_head(parts: list[bytes], sink: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Hold the first bytes of a block back, as an empty block (the end) must not reach the engine."""

    def take(data: bytes) -> None:
        if not parts:
            parts.append(data)
            if data[:1] == b"\x00":
                return
        elif parts[0][:1] == b"\x00":
            return
        sink(data)

    return take


def read_data(
    channel: Channel, revision: int, compressed: bool, sink: Callable[[bytes], object] | None
) -> tuple[str, BlockHead]:
    """Read a data packet after its type.

    Returns:
        The name of the external table it belongs to, and what the block is.
    """
    name = channel.reader.text() if revision >= revisions.TEMPORARY_TABLES else ""
    head = read_block(channel.blocks(compressed=compressed), revision, sink)
    channel.end_block(compressed=compressed)
    return name, head
