"""Builds the packets that report on a query: log lines, and the answer to each block of an INSERT."""

from __future__ import annotations

import socket
import struct
import threading
import time
from functools import lru_cache
from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.native.blocks import block_info
from embedded.clickhouse.native.writer import string, varint
from embedded.clickhouse.protocol import wire

# Values of send_logs_level that include the level Debug, which all lines here have.
LEVELS: Final = frozenset({"debug", "trace", "test"})
_DEBUG: Final = 7


def query_line(query: wire.Query, peer: str) -> str:
    """Return the line that ClickHouse logs at the start of a query: the client's address, the trace if any, and the text."""
    trace = f" OpenTelemetry traceparent '{query.traceparent}'" if query.traceparent else ""
    return f"(from {peer}){trace} {query.text} (stage: Complete)"


def packet(query_id: str, text: str, revision: int) -> bytes:
    """Return a log packet with one line for a query, at the level Debug and the present time. It is never compressed."""
    now = time.time()
    columns: tuple[tuple[str, str, bytes], ...] = (
        ("event_time", "DateTime", struct.pack("<I", int(now))),
        ("event_time_microseconds", "UInt32", struct.pack("<I", int(now % 1 * 1_000_000))),
        ("host_name", "String", string(socket.gethostname())),
        ("query_id", "String", string(query_id)),
        ("thread_id", "UInt64", struct.pack("<Q", threading.get_native_id())),
        ("priority", "Int8", struct.pack("<b", _DEBUG)),
        ("source", "String", string("executeQuery")),
        ("text", "String", string(text)),
    )
    return _block(wire.SERVER_LOG, columns, 1, revision)


@lru_cache
def profile_events(revision: int) -> bytes:
    """Return the ProfileEvents packet of this revision, which answers each block that a client sends for an INSERT.

    It has columns but no rows, because chDB counts no events for its clients.
    """
    columns: tuple[tuple[str, str, bytes], ...] = (
        ("host_name", "String", b""),
        ("current_time", "DateTime", b""),
        ("thread_id", "UInt64", b""),
        ("type", "Enum8('increment' = 1, 'gauge' = 2)", b""),
        ("name", "String", b""),
        ("value", "Int64", b""),
    )
    return _block(wire.SERVER_PROFILE_EVENTS, columns, 0, revision)


def _block(kind: int, columns: tuple[tuple[str, str, bytes], ...], rows: int, revision: int) -> bytes:
    custom = b"\x00" if revision >= revisions.CUSTOM_SERIALIZATION else b""
    parts = [varint(kind), b"\x00", block_info(revision), varint(len(columns)), varint(rows)]
    for name, type_name, data in columns:
        parts += [string(name), string(type_name), custom, data]
    return b"".join(parts)
