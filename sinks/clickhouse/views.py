"""The views that analysts read, made from the tables. Pure.

FINAL: each key once, also before ClickHouse has merged its parts. The account of the analysts has no right to the tables: a view runs with
the rights of the sink, which makes it. What a view hides follows from the type or the name of a column, so that a new column is hidden
unless somebody decides otherwise:

* A report that was ever secret stays so. Who hides it later hides also what came before: every free text, its number, where it is, its
  place below the regency, and there the name of an office.
* Who is not to be named, as in any secret report, has no `reporter` and no time finer than the hour: what one message did to two cases of
  a person would be known by the millisecond, and a public post by its time.
* No view has a record's place on Kafka or the times of its way here: of what is missing between two of them the time would be known.
* Which case names which other one is in `links` alone, if neither is hidden.
"""

from collections.abc import Iterator
from typing import Final

from sinks.clickhouse.tables import Schema, Table, on

_OF_CASES: Final = "case_now"
_PARTS: Final = {"duties": "duty", "duties_due": "due", "duties_done": "done"}
"""The columns of `cases` with one part each of all its deadlines: ClickHouse reads a part alone if the query of the table names it, and
otherwise each deadline whole, which takes ten times as long."""

_OFFICES: Final = {
    "owner_id": "owner", "first_owner_id": "first_owner", "previous_owner_id": "", "actor": "", "recorded_by": "", "ended_by": "",
}  # fmt: skip
"""The columns with the id of an office, each with the one that has its name."""

_NAMED: Final = {name: id_ for id_, name in _OFFICES.items() if name}

_UNNAMED: Final = "secret OR anonymous"

_SINGLE: Final = {
    "secret": "toBool(r.secret OR hidden)",
    "reporter": "if(unnamed, '', r.reporter)",
    "agency_id": "if(hidden, '', r.agency_id)",
}

_LINKS: Final = {
    "continues": ("complaint_rows", "'continues'", "continues", _UNNAMED),
    "continued_as": ("case_event_rows", "kind", "continued_as", _UNNAMED),
    "main": (_OF_CASES, "'main'", "main", "secret"),
    "other": ("case_event_rows", "kind", "other", "secret"),
}
"""The columns that name another case: the table, what it is called, the column, and the condition on which either case is not named."""

_ON_KAFKA: Final = ("appended_at", "kafka_partition", "kafka_offset", "stored_at")
"""The columns that no view has. Only `links` has those of _LINKS."""

_BELOW: Final = r"(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$"
_SUPPORTED: Final = "seconded"


def views(schema: Schema, cluster: str = "") -> list[str]:
    """Return the statements that make the views, on one server or on all of a cluster."""
    return [*(_view(name, schema.tables[table], cluster) for name, table in schema.views.items()), _links(cluster)]


def regional(schema: Schema, database: str, province: str, cluster: str = "") -> list[str]:
    """Return the statements that make the database of a province: the same views, of the cases alone that are in it now."""
    own = f"{database}_{province}"
    made = [f"CREATE DATABASE IF NOT EXISTS {own}{on(cluster)}"]
    for name in (*schema.views, "links", *schema.tables.keys() - schema.views.values()):
        where, own_cases = "", f"province_code = '{province}'"
        if name == "dead_letters":
            continue  # they are of no province
        if name == "cases":
            where = f" WHERE {own_cases}"
        elif name in schema.views or name == "links":
            where = f" WHERE complaint_id IN (SELECT complaint_id FROM {database}.cases WHERE {own_cases})"
        made.append(_made(f"{own}.{name}", f"SELECT * FROM {database}.{name}{where}", cluster))
    return made


def _view(name: str, table: Table, cluster: str) -> str:
    """Return the statement that makes a view of one SELECT, whose row is `r`: ClickHouse reads one that is nested for twice as long."""
    hidden, unnamed = _flags(table)
    known, shown = [], {column: f"r.{column}" for column in _columns(table)}
    if hidden:
        known = [f"{hidden} AS hidden", f"{unnamed} AS unnamed"]
        shown |= _replaced(table)
    if table.name == _OF_CASES:
        known += _KNOWN
        shown |= {column: f"r.deadlines.{part}" for column, part in _PARTS.items()} | dict(_added(table.duties))
    columns = ", ".join(f"{expression} AS {column}" for column, expression in shown.items())
    begins = f"WITH {', '.join(known)} " if known else ""
    return _made(name, f"{begins}SELECT {columns} FROM {table.name} AS r FINAL", cluster)


def _links(cluster: str) -> str:
    """Return the statement that makes the view of the cases that name another one."""
    parts = (
        f"SELECT complaint_id, case_number, {kind} AS kind, {column} AS other_number FROM {table} FINAL "
        f"WHERE {column} != '' AND complaint_id NOT IN (SELECT complaint_id FROM {_OF_CASES} WHERE {flags}) AND {column} NOT IN "
        f"(SELECT case_number FROM complaint_rows WHERE complaint_id IN (SELECT complaint_id FROM {_OF_CASES} WHERE {flags}))"
        for table, kind, column, flags in _LINKS.values()
    )
    return _made("links", " UNION ALL ".join(parts), cluster)


def _made(name: str, query: str, cluster: str) -> str:
    return f"CREATE OR REPLACE VIEW {name}{on(cluster)} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS {query}"


def _columns(table: Table) -> dict[str, str]:
    return {name: kind for name, kind in table.columns.items() if name not in _LINKS and name not in _ON_KAFKA}


def _flags(table: Table) -> tuple[str, str]:
    """Return the conditions on which the report of a row is hidden, and its reporter is not to be named; empty if a row is of no report."""
    own = " OR ".join(f"r.{flag}" for flag in ("secret", "anonymous") if flag in table.columns)
    if table.name == _OF_CASES:
        return "r.secret", own
    if "complaint_id" not in table.columns:
        return "", ""
    hidden, unnamed = (
        f"ifNull(r.complaint_id IN (SELECT complaint_id FROM {_OF_CASES} WHERE {flags}), false)"
        for flags in ("secret", _UNNAMED)
    )
    return hidden, f"{own} OR {unnamed}" if own else unnamed


def _replaced(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the columns that are not always shown as they are, each with its expression."""
    for column, kind in _columns(table).items():
        by_name = _by_name(column)
        if column == "text" and "kind" in table.columns:  # what a supporter added is in his own case, which he can hide
            by_name = f"if(hidden OR r.kind = '{_SUPPORTED}', '', r.text)"
        if expression := by_name or _by_type(column, kind):
            yield column, expression


def _by_name(column: str) -> str:
    """Return the expression for a column that its name decides; empty for any other."""
    if column in _OFFICES:
        return f"if(hidden, replaceRegexpOne(r.{column}, '{_BELOW}', '\\\\1'), r.{column})"
    if column in _NAMED:
        return f"if(hidden AND match(r.{_NAMED[column]}, '{_BELOW}'), 'an office below the regency', r.{column})"
    return _SINGLE.get(column, "")


def _by_type(column: str, kind: str) -> str:
    """Return the expression for a column that its type decides; empty for one that is always shown."""
    if "DateTime64" in kind:
        return f"if(unnamed, toStartOfHour(r.{column}), r.{column})"
    if kind == "String":
        return f"if(hidden, '', r.{column})"
    return f"if(hidden, NULL, r.{column})" if kind == "Nullable(Float32)" else ""


_KNOWN: Final = (
    "(SELECT (groupArray(working_number), toInt32(min(day)) - 1) FROM (SELECT working_number, day FROM calendar ORDER BY day)) AS worked",
    "day -> toInt32(worked.1[toInt32(day) - worked.2]) AS working_number_of",
    "toDate32(now('Asia/Jakarta')) AS today",
    "toDate32(r.ended_at, 'Asia/Jakarta') AS ended_day",
)
"""The columns to which the expressions of _added refer."""


def _added(duties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the columns that `cases` has besides those of its rows, each with its expression: they change from day to day."""
    yield "working_days", "working_number_of(ifNull(ended_day, today)) - working_number_of(r.received_day)"
    for duty in duties:
        # the service itself closes an answered case, at the midnight after the last day
        last = f"r.{duty}_due + 1" if duty == "close" else f"r.{duty}_due"
        yield f"{duty}_overdue", f"ifNull({last} < coalesce(r.{duty}_done, ended_day, today), false)"
