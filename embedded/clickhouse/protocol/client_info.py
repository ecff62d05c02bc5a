"""Reads the client info in a query packet, of which only OpenTelemetry's trace is kept."""

from __future__ import annotations

from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.native.reader import ByteReader

_INTERFACE_TCP: Final = 1
_INTERFACE_HTTP: Final = 2
# Limit for names (databases, users and so on) and most other strings; a query's text may be longer.
MAX_NAME_BYTES: Final = 1 << 20


def _read_trace(reader: ByteReader) -> str:
    if reader.u8() == 0:
        return ""
    first, second, span = reader.u64(), reader.u64(), reader.u64()
    reader.text(MAX_NAME_BYTES)
    return f"00-{first:016x}{second:016x}-{span:016x}-{reader.u8():02x}"


def _read_client(reader: ByteReader, interface: int, revision: int) -> None:
    """Read and discard the description of the client.

    Its fields depend on how the client reached the first server: by TCP or by HTTP. For any other way there are none.
    """
    if interface == _INTERFACE_TCP:
        for _ in range(3):
            reader.text(MAX_NAME_BYTES)
        for _ in range(3):
            reader.varint()
    if interface != _INTERFACE_HTTP:
        return
    reader.u8()
    reader.text(MAX_NAME_BYTES)
    if revision >= revisions.FORWARDED_FOR:
        reader.text(MAX_NAME_BYTES)
    if revision >= revisions.REFERER:
        reader.text(MAX_NAME_BYTES)


def read_client_info(reader: ByteReader, revision: int) -> str:
    """Read the client info in a query packet and return only OpenTelemetry's trace.

    Args:
        reader: The reader, positioned at the client info.
        revision: The revision that both sides agreed on.

    Returns:
        The trace as a traceparent header; empty if there is none.

    Raises:
        ProtocolError: A text is longer than `MAX_NAME_BYTES`, or a number is longer than 64 bits.
    """
    if reader.u8() == 0:
        return ""
    for _ in range(3):
        reader.text(MAX_NAME_BYTES)
    if revision >= revisions.INITIAL_QUERY_START_TIME:
        reader.u64()
    interface = reader.u8()
    _read_client(reader, interface, revision)
    if revision >= revisions.QUOTA_KEY_IN_CLIENT_INFO:
        reader.text(MAX_NAME_BYTES)
    if revision >= revisions.DISTRIBUTED_DEPTH:
        reader.varint()
    if interface == _INTERFACE_TCP and revision >= revisions.VERSION_PATCH:
        reader.varint()
    trace = _read_trace(reader) if revision >= revisions.OPENTELEMETRY else ""
    if revision >= revisions.PARALLEL_REPLICAS:
        for _ in range(3):
            reader.varint()
    return trace
