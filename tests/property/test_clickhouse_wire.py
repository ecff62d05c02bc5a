"""The protocol's codec reads back what it wrote, however it is cut, and raises nothing but its own errors."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embedded.clickhouse import revisions
from embedded.clickhouse.errors import ConnectionLostError, ProtocolError, ServerError
from embedded.clickhouse.native.blocks import fit_blocks, read_block
from embedded.clickhouse.native.reader import ByteReader
from embedded.clickhouse.native.typetext import parse_type
from embedded.clickhouse.native.writer import string, varint
from embedded.clickhouse.protocol import wire
from embedded.clickhouse.protocol.compress import checksum, frames, method_named, read_frame
from embedded.clickhouse.session.statements import read_statement, without_rows
from embedded.clickhouse.sql import literal, unquote
from tests.harness.tables import each_row

REVISIONS = st.sampled_from([54032, 54429, 54453, 54454, 54459, revisions.NEWEST])
SIZES = st.integers(1, 40)


def chunks(data: bytes, size: int) -> Callable[[], bytes]:
    """Hand out data in pieces of one size, then say that the client left."""
    pieces: Iterator[bytes] = (data[at : at + size] for at in range(0, len(data), size))

    def pull() -> bytes:
        for piece in pieces:
            return piece
        raise ConnectionLostError("the end")

    return pull


def reader(data: bytes, size: int = 1 << 20) -> ByteReader:
    """A reader of data that arrives in pieces."""
    return ByteReader(chunks(data, size))


@given(st.integers(0, 2**64 - 1), SIZES)
def test_numbers_come_back(value: int, size: int) -> None:
    """Every 64-bit number survives."""
    assert reader(varint(value), size).varint() == value


@given(st.binary(max_size=400), SIZES)
def test_strings_come_back(data: bytes, size: int) -> None:
    """Also bytes that are no UTF-8 survive as text."""
    text = data.decode("utf-8", "surrogateescape")
    assert reader(string(text), size).text() == text


@given(st.lists(st.binary(max_size=300), max_size=30), st.binary(max_size=5), SIZES)
def test_strings_are_skipped_exactly(strings: list[bytes], after: bytes, size: int) -> None:
    """What is walked over is passed on, and what follows is not."""
    data = b"".join(varint(len(each)) + each for each in strings)
    source = reader(data + after, size)
    seen: list[bytes] = []
    source.relay(seen.append)
    source.skip_strings(len(strings))
    source.relay(None)
    assert b"".join(seen) == data
    assert source.take(len(after)) == after


@given(st.binary(min_size=1, max_size=5000), st.sampled_from(["LZ4", "LZ4HC", "ZSTD", "NONE"]), SIZES)
def test_frames_come_back(data: bytes, method: str, size: int) -> None:
    """Each codec gives back what it was given."""
    assert read_frame(reader(b"".join(frames(data, *method_named(method))), size)) == data


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["LZ4", "ZSTD", "NONE"]), st.data())
def test_a_damaged_frame_is_refused(data: bytes, method: str, draw: st.DataObject) -> None:
    """No flipped bit gets through."""
    frame = bytearray(b"".join(frames(data, *method_named(method))))
    bit = draw.draw(st.integers(0, len(frame) * 8 - 1))
    frame[bit // 8] ^= 1 << bit % 8
    with pytest.raises((ProtocolError, ConnectionLostError)):
        read_frame(reader(bytes(frame)))


@given(st.integers(0, 255), st.integers(1, 2**32 - 1), st.binary(max_size=100))
@example(method=0x90, size=2**32 - 1, packed=b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8)
def test_a_frame_cannot_claim_what_it_does_not_hold(method: int, size: int, packed: bytes) -> None:
    """A valid checksum over nonsense is still refused, without reserving what it claims."""
    body = struct.pack("<BII", method, len(packed) + 9, size) + packed
    with suppress(ProtocolError, ConnectionLostError):
        assert len(read_frame(reader(checksum(body) + body))) == size


def block(columns: list[tuple[str, str, bytes]], rows: int, *, custom: bool) -> bytes:
    """A block's bytes after its info."""
    mark = b"\x00" if custom else b""
    parts = [varint(len(columns)), varint(rows)]
    for name, kind, data in columns:
        parts += [string(name), string(kind), mark, data]
    return b"".join(parts)


@given(
    st.lists(st.tuples(st.text(max_size=10), st.lists(st.text(max_size=200), min_size=3, max_size=3)), max_size=4),
    REVISIONS,
    SIZES,
)
def test_a_block_is_the_same_for_every_revision(columns: list[tuple[str, list[str]]], revision: int, size: int) -> None:
    """What a client of any revision sends is what chDB reads, and what chDB gives is what the client would send."""
    bodies = [(name, "String", b"".join(string(text) for text in texts)) for name, texts in columns]
    plain = block(bodies, 3, custom=False)
    sent = next(fit_blocks(plain, revision)).data
    seen: list[bytes] = []
    head = read_block(reader(sent, size), revision, seen.append)
    assert b"".join(seen) == plain
    assert [column.name for column in head.columns] == [name for name, _, _ in bodies]


@settings(max_examples=300)
@given(st.binary(max_size=300), REVISIONS)
def test_reading_noise_raises_only_own_errors(data: bytes, revision: int) -> None:
    """Whatever bytes come, the session ends with a packet's error or with the client's absence."""
    readers: list[Callable[[ByteReader], object]] = [
        wire.read_hello,
        lambda source: wire.read_query(source, revision, lambda name: name > "m"),
        wire.read_tables_status,
        lambda source: read_block(source, revision, None),
        read_frame,
    ]
    for read in readers:
        for end in range(len(data), 0, -1):
            with suppress(ProtocolError, ConnectionLostError):
                read(reader(data[:end]))


TYPE_WORDS = st.sampled_from(
    ["Array", "Tuple", "Map", "Nullable", "LowCardinality", "String", "UInt8", "(", ")", ", ", "'", "JSON", "Dynamic", "Variant", "a "]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(TYPE_WORDS, max_size=12).map("".join), st.binary(max_size=200))
def test_any_type_is_read_or_refused(kind: str, data: bytes) -> None:
    """A type's text comes from the network; it is understood or refused."""
    sent = block([("c", kind, data)], 3, custom=False)
    with suppress(ProtocolError, ConnectionLostError):
        read_block(reader(sent), 51000, None)


def test_a_deep_type_does_not_exhaust_the_stack() -> None:
    """Ten thousand arrays in one another are refused."""
    sent = block([("c", "Array(" * 10_000 + "UInt8" + ")" * 10_000, b"")], 1, custom=False)
    with pytest.raises(ProtocolError, match="deep"):
        read_block(reader(sent), 51000, None)


@given(st.text(max_size=60))
def test_type_texts_raise_only_own_errors(text: str) -> None:
    """Parsing never raises outside the tree."""
    with suppress(ProtocolError):
        parse_type(text)


@given(st.text(max_size=80))
@example(text="INSERT INTO")
@example(text="INSERT INTO t (a")
@example(text="INSERT INTO FUNCTION")
@example(text="INSERT INTO t SELECT * FROM input(")
def test_any_text_is_a_statement_or_refused(text: str) -> None:
    """The engine judges the grammar; classifying never fails in any other way than by refusing."""
    for statement in (text, f"INSERT INTO t {text}", f"SELECT {text}"):
        try:
            read_statement(statement)
        except ServerError:
            continue


@given(st.text(max_size=60))
def test_literals_come_back(text: str) -> None:
    """Quoting and unquoting are each other's inverse, as parameters depend on it."""
    assert unquote(literal(text)) == text


@each_row
def test_inserts_that_wait_for_the_client_are_told_apart(text: str, waits: bool) -> None:
    """Taking one for the other leaves client and server waiting for each other."""
    assert (read_statement(text).insert is not None and not without_rows(text)[1]) == waits
