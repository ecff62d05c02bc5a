"""Reads the client's packets of ClickHouse's native protocol and builds the server's."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.errors import TOO_MANY_BYTES, ProtocolError
from embedded.clickhouse.limits import MOST_NAMED
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.native.writer import string, varint
from embedded.clickhouse.protocol.client_info import MAX_NAME_BYTES, read_client_info

CLIENT_HELLO, CLIENT_QUERY, CLIENT_DATA, CLIENT_CANCEL, CLIENT_PING, CLIENT_TABLES_STATUS = range(6)
(
    SERVER_HELLO,
    SERVER_DATA,
    SERVER_EXCEPTION,
    SERVER_PROGRESS,
    SERVER_PONG,
    SERVER_END_OF_STREAM,
    SERVER_PROFILE_INFO,
    SERVER_TOTALS,
    SERVER_EXTREMES,
    SERVER_TABLES_STATUS,
    SERVER_LOG,
) = range(11)
SERVER_PROFILE_EVENTS: Final = 14
SERVER_TIMEZONE_UPDATE: Final = 17

# Flag of a setting that the server must know.
SETTING_IMPORTANT: Final = 1

# Limit for each text of a hello, which anybody may send.
MAX_HELLO_BYTES: Final = 4 << 10
# Limit for the text of a query.
MAX_QUERY_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerVersion:
    """The server's description of itself in its hello packet: ClickHouse's version, the time zone, and the host's name."""

    major: int
    minor: int
    patch: int
    timezone: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A client's hello packet. ``revision`` is the lower of the client's and `revisions.NEWEST`; both sides then use it."""

    client_name: str
    revision: int
    database: str
    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting in a query packet. If the server does not know it, that is an error if it is important; else it is ignored."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query packet.

    Attributes:
        query_id: The client's id for the query; it may be empty.
        text: The statement.
        settings: The settings for this query only.
        parameters: The values, by name, for the placeholders in the statement. In a packet they are SQL string literals.
        compressed: Whether blocks are compressed, in both directions.
        traceparent: OpenTelemetry's header; empty if the client sent no trace.
    """

    query_id: str
    text: str
    settings: tuple[Setting, ...] = ()
    parameters: Mapping[str, str]
    compressed: bool = False
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a query: the rows and bytes read, the rows to read in total, the time taken in nanoseconds, and the rows written.

    In a packet each number, including ``total_rows``, is the increase since the last packet; the rows written are not in it.
    """

    rows: int = 0
    bytes: int = 0
    total_rows: int = 0
    elapsed_ns: int = 0
    written_rows: int = 0


def read_hello(reader: ByteReader) -> Hello:
    """Read a hello packet, whose type was read before.

    Raises:
        ProtocolError: A name or the password is longer than `MAX_HELLO_BYTES`, or a number is longer than 64 bits.
    """
    name = reader.text(MAX_HELLO_BYTES)
    reader.varint()
    reader.varint()
    return Hello(
        client_name=name,
        revision=min(reader.varint(), revisions.NEWEST),
        database=reader.text(MAX_HELLO_BYTES),
        user=reader.text(MAX_HELLO_BYTES),
        password=reader.text(MAX_HELLO_BYTES),
    )


def hello(version: ServerVersion, revision: int) -> bytes:
    """Return the server's hello packet, which answers a client's hello, for a client of this revision."""
    parts = [
        varint(SERVER_HELLO),
        string("ClickHouse"),
        varint(version.major),
        varint(version.minor),
        varint(revisions.NEWEST),
    ]
    if revision >= revisions.SERVER_TIMEZONE:
        parts.append(string(version.timezone))
    if revision >= revisions.DISPLAY_NAME:
        parts.append(string(version.display_name))
    if revision >= revisions.VERSION_PATCH:
        parts.append(varint(version.patch))
    if revision >= revisions.PASSWORD_RULES:
        parts.append(varint(0))
    if revision >= revisions.INTERSERVER_SECRET_V2:
        # The nonce of the secret between servers; this server has no such secret.
        parts.append(bytes(8))
    return b"".join(parts)


def _read_settings(reader: ByteReader, revision: int, is_number: Callable[[str], bool]) -> tuple[Setting, ...]:
    settings = []
    while name := reader.text(MAX_NAME_BYTES):
        if revision >= revisions.SETTINGS_AS_STRINGS:
            important = bool(reader.varint() & SETTING_IMPORTANT)
            settings.append(Setting(name=name, value=reader.text(MAX_NAME_BYTES), important=important))
        else:
            value = str(reader.varint()) if is_number(name) else reader.text(MAX_NAME_BYTES)
            settings.append(Setting(name=name, value=value, important=True))
        _check_number(len(settings), "settings")
    return tuple(settings)


def _read_parameters(reader: ByteReader, most_bytes: int) -> dict[str, str]:
    parameters = {}
    while name := reader.text(MAX_NAME_BYTES):
        reader.varint()
        parameters[name] = reader.text(most_bytes)
        most_bytes -= len(parameters[name])
        _check_number(len(parameters), "placeholders")
    return parameters


def _check_number(count: int, what: str) -> None:
    if count > MOST_NAMED:
        raise ProtocolError(TOO_MANY_BYTES, f"A query comes with at most {MOST_NAMED} {what}")


def read_query(
    reader: ByteReader, revision: int, is_number: Callable[[str], bool], most_bytes: int = MAX_QUERY_BYTES
) -> Query:
    """Read a query packet, whose type was read before.

    Args:
        reader: The reader, positioned after the packet's type.
        revision: The revision that both sides agreed on.
        is_number: Returns whether the named setting is a number. Clients before revision 54429 write numbers as varints.
        most_bytes: The limit for the statement, and for all values of placeholders together.

    Raises:
        ProtocolError: A text is longer than its limit (``most_bytes`` for the statement, 1 MiB for names and most others), or a number
            is longer than 64 bits.
    """
    query_id = reader.text(MAX_NAME_BYTES)
    traceparent = read_client_info(reader, revision) if revision >= revisions.CLIENT_INFO else ""
    settings = _read_settings(reader, revision, is_number)
    if revision >= revisions.INTERSERVER_SECRET:
        reader.text(MAX_NAME_BYTES)
    reader.varint()
    compressed = bool(reader.varint())
    text = reader.text(most_bytes)
    parameters = _read_parameters(reader, most_bytes) if revision >= revisions.PARAMETERS else {}
    return Query(
        query_id=query_id,
        text=text,
        settings=settings,
        parameters=parameters,
        compressed=compressed,
        traceparent=traceparent,
    )


def exception(code: int, text: str) -> bytes:
    """Return an exception packet with a ClickHouse error code and a text, before which ``DB::Exception:`` is put.

    No nested exception follows, because chDB's text already contains the nested ones.
    """
    message = string(f"DB::Exception: {text}")
    return varint(SERVER_EXCEPTION) + struct.pack("<i", code) + string("DB::Exception") + message + string("") + b"\x00"


def progress(value: Progress, revision: int) -> bytes:
    """Return a progress packet for a client of this revision; older ones get fewer numbers."""
    parts = [varint(SERVER_PROGRESS), varint(value.rows), varint(value.bytes)]
    if revision >= revisions.TOTAL_ROWS_IN_PROGRESS:
        parts.append(varint(value.total_rows))
    if revision >= revisions.TOTAL_BYTES_IN_PROGRESS:
        parts.append(varint(0))
    if revision >= revisions.WRITE_INFO:
        parts += [varint(0), varint(0)]
    if revision >= revisions.QUERY_TIME_IN_PROGRESS:
        parts.append(varint(value.elapsed_ns))
    return b"".join(parts)


def profile_info(rows: int, blocks: int, size: int, before_limit: int | None) -> bytes:
    """Return a profile packet, which sums up a result.

    The packet ends with a flag which says that the two fields before it (whether a limit was applied, and the rows before
    the limit) are final. The flag is always set, as by ClickHouse: without it, the oldest clients would compute these
    fields from the streams of the running query, which only a server has.

    Args:
        rows: Rows of the result.
        blocks: Blocks of the result.
        size: Size of the result in bytes.
        before_limit: Rows before the limit; None if no limit was applied or the number is not known.
    """
    limited = before_limit is not None
    parts = [varint(SERVER_PROFILE_INFO), varint(rows), varint(blocks), varint(size)]
    parts += [bytes([limited]), varint(before_limit or 0), b"\x01"]
    return b"".join(parts)


def read_tables_status(reader: ByteReader) -> list[tuple[str, str]]:
    """Read a client's request for the status of tables, whose type was read before; return its (database, table) pairs.

    Raises:
        ProtocolError: There are more than 1,048,576 pairs, a name is longer than as many bytes, or the number of pairs is longer
            than 64 bits.
    """
    count = reader.length(MAX_NAME_BYTES)
    return [(reader.text(MAX_NAME_BYTES), reader.text(MAX_NAME_BYTES)) for _ in range(count)]


def tables_status(tables: Iterable[tuple[str, str]], revision: int) -> bytes:
    """Return the answer to a request for the status of tables. It says of each table that it is not replicated.

    Args:
        tables: Those (database, table) names of the request that exist; the answer lists no others.
        revision: The revision that both sides agreed on.
    """
    found = list(tables)
    read_only = b"\x00" if revision >= revisions.TABLE_READ_ONLY else b""
    parts = [varint(SERVER_TABLES_STATUS), varint(len(found))]
    parts += [string(database) + string(table) + b"\x00" + read_only for database, table in found]
    return b"".join(parts)
