"""Reads the blocks that a client sends, and finds the columns that those of an INSERT must have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.engine import EngineConnection
from embedded.clickhouse.errors import UNEXPECTED_PACKET_FROM_CLIENT, ProtocolError
from embedded.clickhouse.native.blocks import BlockHead, Column, header_block, read_block
from embedded.clickhouse.protocol import logs, wire
from embedded.clickhouse.protocol.client_info import MAX_NAME_BYTES
from embedded.clickhouse.protocol.connection import Channel
from embedded.clickhouse.session.results import Answer
from embedded.clickhouse.session.statements import Insert
from embedded.clickhouse.sql import unquote

# Kinds of default of columns that no client sends, because their values are computed from other columns.
_COMPUTED: Final = frozenset({"MATERIALIZED", "ALIAS", "EPHEMERAL"})


def insert_columns(connection: EngineConnection, insert: Insert) -> list[Column]:
    """Return the names and types of the columns that the client's blocks for an INSERT must have, in order.

    If the statement calls ``input()``, they are the columns that ``input()`` declares. Otherwise, if it has a column list,
    they are the columns that the list names. Otherwise they are all columns of the table except those of the kinds
    MATERIALIZED, ALIAS and EPHEMERAL.

    Raises:
        EngineError: The table or a column is unknown, or the argument of ``input()`` is not valid.
    """
    if insert.source:
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
    # The engine resolves "* EXCEPT" and COLUMNS(), and its error names the unknown column.
    return [column for column, _ in connection.describe(f"(SELECT {insert.columns} FROM {insert.target})")]  # noqa: S608


def _bare(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] and name[0] in '`"':
        return unquote("'" + name[1:-1] + "'")
    return name


def receive(answer: Answer, columns: Sequence[Column], sink: Callable[[bytes], object]) -> bool:
    """Send the client the expected columns, then receive its blocks up to the one without columns that marks their end.

    Args:
        answer: The answer to the INSERT; the blocks come from its channel.
        columns: The result of `insert_columns` for the statement.
        sink: Receives the blocks without that last one, in pieces, in the Native format that chDB reads.

    Returns:
        True if all blocks came, including the last; False if the client cancelled, which also sets ``answer.cancelled``.

    Raises:
        ProtocolError: A packet or block is malformed, unexpected or has an unsupported column type.
        ConnectionLostError: The client left or was silent for too long.
    """
    answer.data(header_block(columns, answer.revision))
    answer.tell_timezone()
    while True:
        packet = answer.channel.packet_type()
        if packet == wire.CLIENT_CANCEL:
            answer.cancelled = True
            return False
        if packet != wire.CLIENT_DATA:
            raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came, but a block was expected")
        _, head = read_data(answer.channel, answer.revision, answer.codec is not None, lambda _: unless_empty(sink))
        if not head.columns:
            return True
        tell_events(answer)


def tell_events(answer: Answer) -> None:
    """Send the client a ProfileEvents packet without rows, if its revision waits for one after each block that it sent."""
    if answer.revision >= revisions.PROFILE_EVENTS_IN_INSERT:
        answer.channel.send(logs.profile_events(answer.revision))


def unless_empty(sink: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Return a sink for the bytes of one block, which passes them on to the given sink.

    It passes nothing on if the block has no columns and so only marks the end of the blocks.
    """
    is_empty: bool | None = None

    def take(data: bytes) -> None:
        nonlocal is_empty
        if is_empty is None:
            is_empty = data[:1] == b"\x00"
        if not is_empty:
            sink(data)

    return take


def read_data(
    channel: Channel, revision: int, compressed: bool, sink: Callable[[str], Callable[[bytes], object]]
) -> tuple[str, BlockHead]:
    """Read a data packet, whose type was read before.

    Args:
        channel: The client's connection.
        revision: The revision that both sides agreed on.
        compressed: Whether the block is compressed.
        sink: Returns, for the name of an external table, what receives the block's bytes, in pieces, in the Native format that
            chDB reads.

    Returns:
        The name of the external table that the block belongs to (empty if none), and the block's columns and number of rows.

    Raises:
        ProtocolError: The block is malformed or has an unsupported column type.
        ConnectionLostError: The client left or was silent for too long.
    """
    name = channel.reader.text(MAX_NAME_BYTES) if revision >= revisions.TEMPORARY_TABLES else ""
    head = read_block(channel.blocks(compressed=compressed), revision, sink(name))
    channel.end_block(compressed=compressed)
    return name, head
