"""The commands of analysts: `lapor query`."""

import contextlib
import sys
from enum import StrEnum
from typing import Annotated

import typer

from lapor.commands.options import DataDir


class Format(StrEnum):
    """The forms in which `lapor query` prints rows: a table for people, tab-separated lines, or JSON lines."""

    table = "table"
    tsv = "tsv"
    json = "json"


def query(
    sql: Annotated[
        str,
        typer.Argument(
            help="A query that only reads, such as `SELECT channel, count() FROM complaints GROUP BY channel`."
        ),
    ] = "",
    *,
    form: Annotated[
        Format | None, typer.Option("--format", help="table, tsv or json. Default: a table for people, tsv for a pipe.")
    ] = None,
    connection: Annotated[
        bool, typer.Option("--connection", help="Print how Python, R, DBeaver, Metabase, Superset and Grafana connect.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="With --connection: as JSON, for programs.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Run a query as the account lapor_analyst, which only reads the views, and print its rows.

    The views are cases, complaints, dispositions, case_events, messages, replies, deliveries and dead_letters.
    """
    from lapor.commands.tables import format_clause, show_rows
    from lapor.local.note import started_in
    from lapor.processes.wiring import analysts_store

    if connection:
        _show_connection(data_dir, as_json=json)
        return
    if not sql:
        raise typer.BadParameter("say what to query, or give --connection", param_hint="SQL")
    if clause := format_clause(sql):
        hint = f"{clause} has no effect here: leave it out, and choose the form with --format table, tsv or json (JSON lines)"
        raise typer.BadParameter(hint, param_hint="SQL")
    with contextlib.closing(analysts_store(started_in(data_dir))) as store:
        names, rows = store.table(sql)
    show_rows(names, rows, form or (Format.table if sys.stdout.isatty() else Format.tsv))


def _show_connection(data_dir: DataDir, *, as_json: bool) -> None:
    import orjson

    from lapor.local.note import started_in
    from ops.analysts.connection import Connection

    settings = started_in(data_dir)
    native = settings.clickhouse_analyst or settings.clickhouse_required()
    found = Connection.of(native, settings.clickhouse_http)
    typer.echo(orjson.dumps(found.document()).decode() if as_json else found.lines(), nl=as_json)
