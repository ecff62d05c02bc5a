"""The commands of analysts: `lapor query`, `lapor dashboard`, and `lapor generate` for a history to learn on."""

import contextlib
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from socket import socket
from typing import Annotated

import typer

from lapor.commands.options import DataDir

MERGE_S = 3600.0
"""The maximum number of seconds for ClickHouse to merge the parts of a long history, of which a server tells nothing."""


class Format(StrEnum):
    """The forms in which `lapor query` prints rows: a table for people, tab-separated lines, or JSON lines."""

    table = "table"
    tsv = "tsv"
    json = "json"


def query(  # noqa: PLR0913  # each is an option
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
    province: Annotated[
        str, typer.Option(help="With --connection: the account of the analysts of a province, by its code, such as 33.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Run a query as the account lapor_analyst, which only reads the views, and print its rows.

    The views are cases, complaints, dispositions, case_events, messages, replies, deliveries, dead_letters and links; agencies, regions,
    topics and calendar are there to join with.
    """
    from lapor.commands.tables import format_clause, show_rows
    from lapor.local.note import started_in
    from lapor.processes.wiring import analysts_store

    if connection:
        _show_connection(data_dir, as_json=json, province=province)
        return
    if not sql:
        raise typer.BadParameter("say what to query, or give --connection", param_hint="SQL")
    if clause := format_clause(sql):
        hint = f"{clause} has no effect here: leave it out, and choose the form with --format table, tsv or json (JSON lines)"
        raise typer.BadParameter(hint, param_hint="SQL")
    with contextlib.closing(analysts_store(started_in(data_dir))) as store:
        names, rows = store.table(sql)
    show_rows(names, rows, form or (Format.table if sys.stdout.isatty() else Format.tsv))


def _show_connection(data_dir: DataDir, *, as_json: bool, province: str) -> None:
    import orjson

    from lapor.local.note import started_in
    from lapor.local.servers import address_of_province
    from ops.analysts.connection import Connection

    settings = started_in(data_dir)
    address = address_of_province(settings, province) if province else settings.clickhouse_analyst_required()
    found = Connection.of(address, settings.clickhouse_http)
    typer.echo(orjson.dumps(found.document()).decode() if as_json else found.lines(), nl=as_json)


class Into(StrEnum):
    """The account to which `lapor generate` writes."""

    clickhouse = "clickhouse"
    topics = "topics"


MOST_THROUGH_TOPICS = 200_000
"""The maximum number of cases through the topics: each is decided fact by fact, and leaves 13 kB on Kafka for ever."""


def generate(  # noqa: PLR0913  # each is an option
    *,
    complaints: Annotated[int, typer.Option(min=1, max=20_000_000, help="The number of cases.")] = 10_000,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Over how many days they came.")] = 365,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same cases.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day, at most today, the default.")
    ] = None,
    into: Annotated[
        Into,
        typer.Option(
            help="clickhouse: the rows that the sink would write. topics: records on Kafka, at most 200,000 cases."
        ),
    ] = Into.clickhouse,
    yes: Annotated[bool, typer.Option("--yes", help="Also if ClickHouse has cases already.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Write an invented history, to learn on: slow agencies, wrong doors, a flood, answers, ratings.

    Use an installation of its own: nothing takes the cases out again. Their normaliser_version is "history".

    Into clickhouse, no topic of Kafka or case of the service knows of them.

    Into topics, the router's own rules decide each fact, and the view and the sink read facts and cases as any others. First pause
    the router (`lapor pause lapor-router`); afterwards start it again and let it go on (`lapor resume lapor-router`). Then officers can
    act on the cases, and their deadlines go on. Nothing is sent to anybody, now or later: no citizen of these cases has an address.
    There are no duplicates among them, and `lapor replay` does not know them, because lapor.complaints has none.
    """
    from complaints.errors import ConfigurationError
    from lapor.local.note import started_in
    from lapor.local.progress import bars
    from lapor.processes import reference
    from lapor.processes.history import into_topics, require_paused
    from lapor.processes.wiring import store
    from ops.analysts.history import History, write
    from sinks.clickhouse.reference import refresh

    if into is Into.topics and complaints > MOST_THROUGH_TOPICS:
        raise typer.BadParameter(
            f"at most {MOST_THROUGH_TOPICS:,} cases go through the topics", param_hint="--complaints"
        )
    settings, now = started_in(data_dir), datetime.now(UTC)
    history = History(
        complaints=complaints, days=days, seed=seed, until=min((until or now).date(), now.date()), now=now
    )
    if into is Into.topics:
        require_paused(settings)
    with contextlib.closing(store(settings, patience_s=MERGE_S)) as sink:
        ((known,),) = sink.execute("SELECT uniqExact(complaint_id) FROM case_now")
        if known and not yes:
            raise ConfigurationError(
                f"ClickHouse has {known} cases already, with which these would mix; --yes adds them all the same"
            )
        refresh(sink, reference.digest(), reference.tables)
        with bars("cases", lines=into is Into.topics) as show:
            if into is Into.topics:
                made = into_topics(settings, history, sink, done=lambda done: show("cases", done, complaints))
            else:
                made = complaints
                write(history, sink.execute, lambda done: show("cases", done, complaints))
    first = history.until - timedelta(days=days - 1)
    later = f"; {complaints - made} more would come later today" if made < complaints else ""
    typer.echo(f"{made} cases of {first} to {history.until}{later}", err=True)


def dashboard(
    *,
    listen: Annotated[
        str, typer.Option(help="host:port to listen on. Who can reach it sees what analysts see.")
    ] = "127.0.0.1:8091",
    host: Annotated[
        list[str] | None,
        typer.Option(help="A further name by which browsers ask for it, such as a proxy's; repeatable. '*' is any."),
    ] = None,
    inherited: Annotated[int | None, typer.Option("--socket", hidden=True)] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the main figures as a page, until Ctrl-C: volume, deadlines, wrong doors, backlog, answers, ratings.

    They are the guide's own queries. Filters are in the address, each figure is there as CSV. The plots need vl-convert-python:
    `pip install 'lapor-pipeline[dashboard]'`. `lapor up` serves the same page.
    """
    from complaints.runtime.address import parse_address
    from complaints.runtime.http_server import configured_socket
    from lapor.local.note import started_in
    from lapor.processes.run_dashboard import run_dashboard

    settings = started_in(data_dir)
    if inherited is not None:
        run_dashboard(settings, socket(fileno=inherited), hosts=host or (), rests=True)
        return
    at = parse_address(f"http://{listen}", scheme="http", default_port=8091)
    listener = configured_socket(at.host, at.port, setting="--listen")
    shown = f"[{at.host}]" if ":" in at.host else at.host
    with contextlib.suppress(KeyboardInterrupt):
        typer.echo(f"The dashboard is at http://{shown}:{listener.getsockname()[1]}/ until you press Ctrl-C.", err=True)
        run_dashboard(settings, listener, hosts=[shown, *(host or ())])
