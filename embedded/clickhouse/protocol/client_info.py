"""Passes over the client info in a query packet."""

from __future__ import annotations

from typing import Final

from embedded.clickhouse import revisions
from embedded.clickhouse.native.reader import ByteReader

_INTERFACE_TCP: Final = 1
_INTERFACE_HTTP: Final = 2
_TRACE_BYTES: Final = 24  # of OpenTelemetry's trace and span
# Limit for names (databases, users and so on) and most other strings; a query's text may be longer.
MAX_NAME_BYTES: Final = 1 << 20


def skip_client_info(reader: ByteReader, revision: int) -> None:
    """Read and discard the client info in a query packet.

    Raises:
        ProtocolError: A text is longer than `MAX_NAME_BYTES`, or a number is longer than 64 bits.
    """
    if reader.u8() == 0:
        return
    _skip_texts(reader, 3)
    if revision >= revisions.INITIAL_QUERY_START_TIME:
        reader.u64()
    interface = reader.u8()
    _skip_client(reader, interface, revision)
    if revision >= revisions.QUOTA_KEY_IN_CLIENT_INFO:
        _skip_texts(reader, 1)
    if revision >= revisions.DISTRIBUTED_DEPTH:
        reader.varint()
    if interface == _INTERFACE_TCP and revision >= revisions.VERSION_PATCH:
        reader.varint()
    if revision >= revisions.OPENTELEMETRY and reader.u8():
        reader.skip(_TRACE_BYTES)
        _skip_texts(reader, 1)
        reader.u8()
    if revision >= revisions.PARALLEL_REPLICAS:
        _skip_numbers(reader, 3)


def _skip_client(reader: ByteReader, interface: int, revision: int) -> None:
    """Discard the description of the client, whose fields depend on how it reached the first server: by TCP, by HTTP, or none."""
    if interface == _INTERFACE_TCP:
        _skip_texts(reader, 3)
        _skip_numbers(reader, 3)
    if interface == _INTERFACE_HTTP:
        reader.u8()
        _skip_texts(reader, 1 + (revision >= revisions.FORWARDED_FOR) + (revision >= revisions.REFERER))


def _skip_texts(reader: ByteReader, count: int) -> None:
    for _ in range(count):
        reader.text(MAX_NAME_BYTES)


def _skip_numbers(reader: ByteReader, count: int) -> None:
    for _ in range(count):
        reader.varint()
