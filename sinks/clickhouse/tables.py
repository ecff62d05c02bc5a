"""The tables of ClickHouse as tables.yaml declares them, and the statements that make them or bring them up to date. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from complaints.errors import ConfigurationError

TOKENS: Final = 10_000
"""How many of the latest inserts a table remembers by their tokens: one that is repeated after a broken connection is not done again."""

MERGED_AFTER_S: Final = 86_400
"""The age in seconds at which the parts of a table are merged into one, whatever their sizes. FINAL costs nothing in one part and little
with a few small ones beside it, but beside several large ones a query of ten million cases takes ten times as long."""

PRESENT: Final = "SELECT table, name, type FROM system.columns WHERE database = currentDatabase()"
"""The query for the columns that there are."""

_WIDE: Final = frozenset({"text", "title", "explanation", "deadlines"})
"""The columns that are compressed by ZSTD: sentences take a third less room than by LZ4, which is ClickHouse's own choice."""

_OF_DUTY: Final = (
    "Nullable(Date32) DEFAULT "
    "arrayElementOrNull(tupleElement(deadlines, '{part}'), indexOf(tupleElement(deadlines, 'duty'), '{duty}'))"
)
_DEFAULT: Final = re.compile(r" DEFAULT .*")
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        name: its name.
        key: the columns by which it is sorted; of rows with equal ones the last counts, if it has rows of the sink.
        version: the column by which that is decided; empty for the order in which they come.
        columns: the types of its columns, by their names, in order.
        replaces: whether rows with equal keys replace each other.
        duties: the duties of which it has the last day and the day of doing as columns (complaints.disposition.Duty).
    """

    name: str
    key: tuple[str, ...]
    version: str
    columns: Mapping[str, str]
    replaces: bool
    duties: tuple[str, ...] = ()

    def create(self, cluster: str) -> str:
        """Return the statement that makes the table, on one server or, given its name, on all servers of a cluster."""
        columns = [_declared(name, kind) for name, kind in self.columns.items()]
        if "case_number" in self.columns and self.key == ("complaint_id",):
            columns.append("INDEX by_number case_number TYPE bloom_filter GRANULARITY 1")
        replicated = "Replicated" if cluster else ""
        replacing = "Replacing" if self.replaces else ""
        remembered = "replicated" if cluster else "non_replicated"
        return (
            f"CREATE TABLE IF NOT EXISTS {self.name}{on(cluster)} ({', '.join(columns)}) "
            f"ENGINE = {replicated}{replacing}MergeTree({self.version}) ORDER BY ({', '.join(self.key)}) "
            f"SETTINGS {remembered}_deduplication_window = {TOKENS}"
        )

    def kept(self, cluster: str) -> str:
        """Return the statement that gives the table, new or not, the settings that may change."""
        return f"ALTER TABLE {self.name}{on(cluster)} MODIFY SETTING min_age_to_force_merge_seconds = {MERGED_AFTER_S}"

    def changes(self, present: Mapping[str, str], cluster: str) -> Iterator[str]:
        """Yield the statements that bring a table up to date.

        Raises:
            ConfigurationError: a column has another type, which no statement here changes.
        """
        if not present:
            yield self.create(cluster)
            return
        for name, kind in self.columns.items():
            if name not in present:
                yield f"ALTER TABLE {self.name}{on(cluster)} ADD COLUMN IF NOT EXISTS {_declared(name, kind)}"
            elif _plain(present[name]) != _plain(_DEFAULT.sub("", kind)):
                raise ConfigurationError(f"{self.name}.{name} is of the type {present[name]} instead of {kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All that analysts' views are made of."""

    tables: Mapping[str, Table]
    views: Mapping[str, str]

    def changes(self, present: Mapping[str, Mapping[str, str]], cluster: str = "") -> list[tuple[str, str]]:
        """Return the statements that make or change what is not as declared, each with the name of its table.

        Raises:
            ConfigurationError: a column has another type than declared.
        """
        tables = self.tables.values()
        return [(one.name, each) for one in tables for each in one.changes(present.get(one.name, {}), cluster)]


def on(cluster: str) -> str:
    """Return the clause that makes a statement one of all servers of a cluster; empty for one server."""
    return f" ON CLUSTER '{cluster}'" if cluster else ""


@cache
def schema() -> Schema:
    """Return what tables.yaml declares."""
    text = files(__package__).joinpath("tables.yaml").read_text("utf-8")
    declared = yaml.safe_load(text)
    filled = set(declared["views"].values())
    return Schema(
        tables=MappingProxyType({name: _table(name, of, filled) for name, of in declared["tables"].items()}),
        views=MappingProxyType(declared["views"]),
    )


def _table(name: str, of: Mapping[str, Any], filled: set[str]) -> Table:
    columns = {column: kind for group in of["columns"] for column, kind in group.items()}
    duties = tuple(of.get("duties", ()))
    columns |= {f"{duty}_{part}": _OF_DUTY.format(part=part, duty=duty) for duty in duties for part in ("due", "done")}
    return Table(
        name=name,
        key=tuple(of["key"]),
        version=of.get("version", ""),
        columns=MappingProxyType(columns),
        replaces=name in filled,
        duties=duties,
    )


def _declared(name: str, kind: str) -> str:
    return f"{name} {kind}{' CODEC(ZSTD(1))' if name in _WIDE else ''}"


def _plain(kind: str) -> str:
    return _BLANKS.sub("", kind)
