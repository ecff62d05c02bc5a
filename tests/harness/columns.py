"""The columns of the tables, and which Python values fit them."""

from datetime import date
from typing import Any
from uuid import UUID

from lapor.local.analyst_pages import VALUES
from sinks.clickhouse.client import Store
from sinks.clickhouse.tables import schema


def columns() -> dict[str, dict[str, str]]:
    """Return the types of the columns that a row must fill, by the names of table and column."""
    return {
        table.name: {name: kind for name, kind in table.columns.items() if " DEFAULT " not in kind}
        for table in schema().tables.values()
    }


PLAIN = {"String": str, "UUID": UUID, "Date32": date, "Bool": bool, "Float32": float}


def fits(value: Any, kind: str) -> bool:
    """Return whether the driver can write a value into a column of a type: exactly the Python type, and the number in range."""
    name, _, inner = kind.removesuffix(")").partition("(")
    match name:
        case "LowCardinality" | "Nullable":
            return (name == "Nullable" and value is None) or fits(value, inner)
        case "Array":
            return type(value) is list and all(fits(each, inner) for each in value)
        case "Tuple":
            kinds = [field.split()[1] for field in inner.split(", ")]
            return type(value) is tuple and len(value) == len(kinds) and all(map(fits, value, kinds))
        case _ if name in PLAIN:
            return type(value) is PLAIN[name]
        case _:
            return type(value) is int and value in _numbers(name)


def _numbers(kind: str) -> range:
    """Return the numbers that a column of integers can hold; a time is a number of milliseconds."""
    kind = "Int64" if kind == "DateTime64" else kind
    bits = int(kind.removeprefix("U").removeprefix("Int"))
    return range(1 << bits) if kind.startswith("U") else range(-(1 << bits - 1), 1 << bits - 1)


def unlisted(store: Store) -> dict[str, set[str]]:
    """Return the values in the columns by which analysts filter that the data dictionary does not list, by column."""
    found: dict[str, set[str]] = {}
    for columns, listed in VALUES.items():
        for column in () if listed[-1].startswith("else ") else columns.split():
            view, _, name = column.partition(".")
            values = {value for (value,) in store.execute(f"SELECT DISTINCT arrayJoin(flatten([{name}])) FROM {view}")}
            if more := values - {"", *map(str, listed)}:
                found[column] = more
    return found
