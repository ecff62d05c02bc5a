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
_DUTIES: Final = ["forward", "first_follow_up", "complete", "close", "statute_completeness", "statute_decision"]
"""The duties that have columns of their own in `cases` (complaints.event.Duty)."""

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
    "secret": "toBool(secret OR hidden)",
    "reporter": "if(unnamed, '', reporter)",
    "agency_id": "if(hidden, '', agency_id)",
}

_LINKS: Final = {
    "continues": ("complaint_rows", "'continues'", "continues", _UNNAMED),
    "continued_as": ("case_event_rows", "kind", "continued_as", _UNNAMED),
    "main": (_OF_CASES, "'main'", "main", "secret"),
    "other": ("case_event_rows", "kind", "other", "secret"),
}
"""The columns that name another case: the table, what it is called, the column, and the condition on which either case is not named."""

_ON_KAFKA: Final = ("appended_at", "kafka_partition", "kafka_offset", "stored_at")
"""The columns that no view has; nor has any but `links` those of _LINKS."""

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
    hidden, unnamed = _flags(table)
    shown = ", ".join(f"{expression} AS {column}" for column, expression in _replaced(table))
    whole = f"SELECT * EXCEPT (hidden, unnamed) REPLACE ({shown})" if hidden else "SELECT *"
    flags = f", {hidden} AS hidden, {unnamed} AS unnamed" if hidden else ""
    begins, more, parts = "", "", ""
    if table.name == _OF_CASES:
        parts = "".join(f", deadlines.{part} AS {column}" for column, part in _PARTS.items())
        begins, more = f"WITH {_CALENDAR} ", "".join(f", {expression} AS {column}" for column, expression in _added())
    rows = f"SELECT {', '.join(_columns(table))}{parts}{flags} FROM {table.name} FINAL"
    return _made(name, f"{begins}{whole}{more} FROM ({rows})", cluster)


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
    if table.name == _OF_CASES:
        return "secret", _UNNAMED
    if "complaint_id" not in table.columns:
        return "", ""
    own = " OR ".join(flag for flag in ("secret", "anonymous") if flag in table.columns)
    hidden, unnamed = (
        f"ifNull(complaint_id IN (SELECT complaint_id FROM {_OF_CASES} WHERE {flags}), false)"
        for flags in ("secret", _UNNAMED)
    )
    return hidden, f"{own} OR {unnamed}" if own else unnamed


def _replaced(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the columns that are not always shown as they are, each with its expression."""
    for column, kind in _columns(table).items():
        by_name = _by_name(column)
        if column == "text" and "kind" in table.columns:  # what a supporter added is in his own case, which he can hide
            by_name = f"if(hidden OR kind = '{_SUPPORTED}', '', text)"
        if expression := by_name or _by_type(column, kind):
            yield column, expression


def _by_name(column: str) -> str:
    """Return the expression for a column that its name decides; empty for any other."""
    if column in _OFFICES:
        return f"if(hidden, replaceRegexpOne({column}, '{_BELOW}', '\\\\1'), {column})"
    if column in _NAMED:
        return f"if(hidden AND match({_NAMED[column]}, '{_BELOW}'), 'an office below the regency', {column})"
    return _SINGLE.get(column, "")


def _by_type(column: str, kind: str) -> str:
    """Return the expression for a column that its type decides; empty for one that is always shown."""
    if "DateTime64" in kind:
        return f"if(unnamed, toStartOfHour({column}), {column})"
    if kind == "String":
        return f"if(hidden, '', {column})"
    return f"if(hidden, NULL, {column})" if kind == "Nullable(Float32)" else ""


_CALENDAR: Final = """
    (SELECT groupArray(working_number) FROM (SELECT working_number FROM calendar ORDER BY day)) AS worked,
    (SELECT toDate32(min(day)) FROM calendar) AS first_day,
    toDate32(ended_at, 'Asia/Jakarta') AS ended_day,
    day -> toInt32(worked[dateDiff('day', first_day, day) + 1]) AS working_number_of,
    toDate32(now('Asia/Jakarta')) AS today
"""


def _added() -> Iterator[tuple[str, str]]:
    """Yield the columns that `cases` has besides those of its rows, each with its expression."""
    yield "received_day", "toDate32(received_at, 'Asia/Jakarta')"
    yield (
        "owner_level",
        (
            r"multiIf(NOT match(owner_id, '-[0-9]{2}(\\.[0-9]+)*$'), 'national', match(owner_id, '-[0-9]{2}$'), 'province', "
            r"match(owner_id, '-[0-9]{2}\\.[0-9]{2}$'), 'regency', match(owner_id, '-[0-9]{2}(\\.[0-9]{2}){2}$'), 'district', 'village')"
        ),
    )
    yield "working_days", "working_number_of(ifNull(ended_day, today)) - working_number_of(received_day)"
    for duty in _DUTIES:
        at = f"indexOf(duties, '{duty}')"
        yield f"{duty}_due", f"if({at} = 0, NULL, duties_due[{at}])"
        yield f"{duty}_done", f"if({at} = 0, NULL, duties_done[{at}])"
        # the service itself closes an answered case, at the midnight after the last day
        last = f"{duty}_due + 1" if duty == "close" else f"{duty}_due"
        yield f"{duty}_overdue", f"ifNull({last} < coalesce({duty}_done, ended_day, today), false)"
