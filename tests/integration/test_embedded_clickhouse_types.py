"""Every column type of clickhouse-driver goes in and comes out again, with each compression."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from clickhouse_driver import Client

from tests.harness.clickhouse import new_client

COMPRESSIONS = ((False, "NONE"), ("lz4", "LZ4"), ("lz4hc", "LZ4HC"), ("zstd", "ZSTD"))
SETTINGS = {
    "allow_suspicious_low_cardinality_types": 1,
    "enable_json_type": 1,
    "allow_suspicious_types_in_order_by": 1,
    "flatten_nested": 0,
}
JAKARTA = ZoneInfo("Asia/Jakarta")
POINT = (3.0, 4.5)
RING = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]


class Colour(IntEnum):
    """An enum as the driver takes it."""

    RED = 1
    BLUE = 2


TYPES: list[tuple[str, list[Any]]] = [
    ("Int8", [-128, 0, 127]),
    ("Int16", [-(2**15), 2**15 - 1]),
    ("Int32", [-(2**31), 2**31 - 1]),
    ("Int64", [-(2**63), 2**63 - 1]),
    ("Int128", [-(2**127), 2**127 - 1]),
    ("Int256", [-(2**255), 2**255 - 1]),
    ("UInt8", [0, 255]),
    ("UInt16", [0, 2**16 - 1]),
    ("UInt32", [0, 2**32 - 1]),
    ("UInt64", [0, 2**64 - 1]),
    ("UInt128", [0, 2**128 - 1]),
    ("UInt256", [0, 2**256 - 1]),
    ("Float32", [-1.5, 0.0, float("inf")]),
    ("Float64", [-1.5, 1e308]),
    ("Bool", [True, False]),
    ("String", ["", "a", "ü" * 5000, "tab\tnul\0"]),
    ("FixedString(3)", ["abc", "de"]),
    ("Decimal(9, 4)", [Decimal("-12345.6789")]),
    ("Decimal(18, 5)", [Decimal("1234567890123.45678")]),
    ("Decimal(38, 10)", [Decimal("-1234567890123456789012345678.0123456789")]),
    ("Decimal(76, 2)", [Decimal("1234567890123456789012345678901234567890.25")]),
    ("Decimal32(2)", [Decimal("1.25")]),
    ("Decimal64(2)", [Decimal("1.25")]),
    ("Decimal128(2)", [Decimal("1.25")]),
    ("Decimal256(2)", [Decimal("1.25")]),
    ("Date", [dt.date(1970, 1, 1), dt.date(2149, 6, 6)]),
    ("Date32", [dt.date(1900, 1, 1), dt.date(2299, 12, 31)]),
    ("DateTime('Asia/Jakarta')", [dt.datetime(2026, 11, 24, 7, 0, tzinfo=JAKARTA)]),
    ("DateTime64(3, 'Asia/Jakarta')", [dt.datetime(2026, 11, 24, 7, 0, 0, 123000, tzinfo=JAKARTA)]),
    ("DateTime64(6, 'UTC')", [dt.datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=ZoneInfo("UTC"))]),
    ("Enum8('RED' = 1, 'BLUE' = 2)", ["RED", "BLUE"]),
    ("Enum16('RED' = 1, 'a''b, (c' = 3000)", ["RED", "a'b, (c"]),
    ("UUID", [uuid.UUID(int=0), uuid.UUID("6b7a2f0e-8d1c-4f43-9b5e-0a1b2c3d4e5f")]),
    ("IPv4", [IPv4Address("10.0.0.1")]),
    ("IPv6", [IPv6Address("2001:db8::1")]),
    ("Array(Int32)", [[], [1, 2, 3]]),
    ("Array(Array(Nullable(String)))", [[], [[], ["a", None]], [["b"]]]),
    ("Nullable(Int32)", [None, 1]),
    ("Nullable(String)", [None, "", "x"]),
    ("Nullable(DateTime64(3, 'UTC'))", [None, dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))]),
    ("Tuple(Int32, String)", [(1, "a"), (2, "b")]),
    ("Tuple(a Int32, b Tuple(String, Array(UInt8)))", [(1, ("a", [1, 2]))]),
    ("Nested(i Int32, s String)", [[(1, "a"), (2, "b")], []]),
    ("Map(String, UInt64)", [{}, {"a": 1, "b": 2}]),
    ("Map(String, Array(Nullable(UInt8)))", [{"a": [1, None]}, {"b": []}]),
    ("Map(LowCardinality(String), LowCardinality(String))", [{}, {"a": "x"}]),
    ("LowCardinality(String)", ["a", "b", "a", ""]),
    ("LowCardinality(Nullable(String))", ["a", None, "a"]),
    ("LowCardinality(Int64)", list(range(1000))),
    ("LowCardinality(Date)", [dt.date(2026, 1, 1)]),
    ("LowCardinality(FixedString(2))", ["ab", "cd"]),
    ("Array(LowCardinality(String))", [[], ["a", "b"], ["a"]]),
    ("Array(LowCardinality(Nullable(String)))", [[], ["a", None], ["a"]]),
    ("Tuple(LowCardinality(String), Array(LowCardinality(String)))", [("a", ["b"]), ("c", [])]),
    ("SimpleAggregateFunction(sum, Int64)", [1, 2]),
    ("SimpleAggregateFunction(anyLast, Nullable(String))", ["a", None]),
    ("Point", [POINT]),
    ("Ring", [RING]),
    ("Polygon", [[RING, RING]]),
    ("MultiPolygon", [[[RING], [RING, RING]]]),
    ("JSON", [{}, {"a": 1}, {"a": "x", "b": {"c": [1, 2]}}, {"d": [1, "x", {"e": 2.5}]}]),
    ("JSON(max_dynamic_paths = 1)", [{"a": 1, "b": 2, "c": "x"}]),
]


@pytest.fixture(scope="module")
def packed(port: int) -> Iterator[list[Client]]:
    """A client for each compression."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(
                new_client(port, compression=one, settings=SETTINGS | {"network_compression_method": name})
            )
            for one, name in COMPRESSIONS
        ]


def test_a_type_comes_back_as_it_went_in(packed: list[Client]) -> None:
    """What was inserted is selected, packed or not; the column beside it stays in step."""
    plain, *others = packed
    for number, (kind, values) in enumerate(TYPES):
        rows = [(at, value) for at, value in enumerate(values)]
        for client in (plain, others[number % len(others)]):
            client.execute("DROP TABLE IF EXISTS t")
            client.execute(f"CREATE TABLE t (n UInt32, v {kind}, after String DEFAULT 'z') ENGINE = Memory")
            assert client.execute("INSERT INTO t (n, v) VALUES", rows) == len(rows), kind
            selected, columns = client.execute("SELECT n, v, after FROM t ORDER BY n", with_column_types=True)
            assert [(row[0], row[1]) for row in selected] == rows, kind
            assert {row[2] for row in selected} == {"z"}, kind
            assert [name for name, _ in columns] == ["n", "v", "after"], kind


def test_intervals_are_selected(port: int) -> None:
    """Intervals exist in results only; the driver reads them as numbers."""
    units = ("Second", "Minute", "Hour", "Day", "Week", "Month", "Year")
    with new_client(port) as client:
        asked = ", ".join(f"toInterval{unit}(-10)" for unit in units)
        assert client.execute(f"SELECT {asked}, 'after'") == [(*[-10] * len(units), "after")]


def test_null_and_nothing_are_selected(port: int) -> None:
    """A bare NULL and an empty array have types that no table has."""
    with new_client(port) as client:
        assert client.execute("SELECT NULL, [], [NULL], 'after'") == [(None, [], [None], "after")]


def test_variant_and_dynamic_are_carried_through(port: int) -> None:
    """The driver cannot read them, but the columns after them, read by name, are where they belong."""
    query = (
        "SELECT toTypeName(v), s FROM (SELECT number::Variant(UInt64, String)::Dynamic AS v, 'z' AS s FROM numbers(3))"
    )
    with new_client(port) as client:
        assert client.execute(query) == [("Dynamic", "z")] * 3


def test_sparse_parts_are_sent_in_full(port: int) -> None:
    """A part stored sparsely is no different for a client."""
    with new_client(port) as client:
        client.execute(
            "CREATE OR REPLACE TABLE t (a Int32, b Tuple(Int32, String)) ENGINE = MergeTree ORDER BY tuple() "
            "SETTINGS ratio_of_defaults_for_sparse_serialization = 0.1"
        )
        rows = [(0, (0, ""))] * 50 + [(7, (1, "x"))]
        client.execute("INSERT INTO t VALUES", rows)
        assert sorted(client.execute("SELECT * FROM t")) == rows


def test_states_of_aggregates_are_refused_clearly(port: int) -> None:
    """States have no length of their own; the refusal names the type and the connection goes on."""
    with new_client(port) as client:
        with pytest.raises(Exception, match=r"AggregateFunction\(sum, UInt64\)"):
            client.execute("SELECT sumState(number), 1 FROM numbers(3)")
        assert client.execute("SELECT finalizeAggregation(sumState(number)) FROM numbers(3)") == [(3,)]


def test_numpy_reads_the_same(port: int) -> None:
    """The driver's NumPy columns read the same bytes."""
    with new_client(port, settings={"use_numpy": True}) as client:
        numbers, texts = client.execute("SELECT number, toString(number) FROM numbers(3)", columnar=True)
        assert numbers.tolist() == [0, 1, 2]
        assert texts.tolist() == ["0", "1", "2"]


def test_enum_members_are_inserted(port: int) -> None:
    """The driver takes members of Python enums."""
    with new_client(port) as client:
        client.execute("CREATE OR REPLACE TABLE t (v Enum8('RED' = 1, 'BLUE' = 2)) ENGINE = Memory")
        client.execute("INSERT INTO t VALUES", [(Colour.RED,), ("BLUE",)])
        assert client.execute("SELECT * FROM t") == [("RED",), ("BLUE",)]
