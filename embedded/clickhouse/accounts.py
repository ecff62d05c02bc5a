"""The accounts of ClickHouse, the rights of each, and the users files with which the engine and a real server enforce them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from embedded.clickhouse.limits import LONGEST_OF_ALL_S, QUERY_BYTES, READER

SINK: Final = "lapor_sink"
ANALYST: Final = "lapor_analyst"
OPERATOR: Final = "lapor_operator"

DATA: Final = "lapor"
"""The database of the sink. Analysts read its views; only the sink and operators may use the tables behind them."""

WORKBENCH: Final = "operator"
"""The database in which the operator may create any tables and views."""

VIEWS: Final = (
    "cases",
    "complaints",
    "dispositions",
    "case_events",
    "messages",
    "replies",
    "deliveries",
    "dead_letters",
    "links",
)
"""The views that analysts may read."""

REFERENCE: Final = ("agencies", "regions", "topics", "calendar")
"""The reference tables of the views, which analysts may also read."""

CATALOGUE: Final = (
    "one", "numbers", "numbers_mt", "databases", "tables", "columns", "functions", "table_functions", "table_engines",
    "data_type_families", "formats", "settings", "time_zones", "keywords", "aggregate_function_combinators",
)  # fmt: skip
"""The tables of the database `system` that analysts may read, because drivers query them for names and types. The engine omits the rows
about tables that the account may not see. Not included: queries of others (`processes`), logs, users, disks, the server's settings."""

TABLE_ENGINES: Final = (
    "MergeTree", "ReplacingMergeTree", "SummingMergeTree", "Memory", "Log", "TinyLog", "StripeLog", "Null", "Set", "Join",
)  # fmt: skip
"""The table engines that the operator may use. A table of such an engine stores its own rows and reads no other data."""

_TABLE: Final = "SELECT, INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, SHOW"
_CATALOGUE_RIGHTS: Final = (
    *(f"SELECT ON system.{table}" for table in CATALOGUE),
    "SELECT ON information_schema.*",
    "SELECT ON INFORMATION_SCHEMA.*",
)
_RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    SINK: (
        f"{_TABLE}, CREATE DATABASE, SYSTEM MERGES ON {DATA}*.*",
        "SELECT ON system.*",
        "TABLE ENGINE ON MergeTree",
        "TABLE ENGINE ON ReplacingMergeTree",
    ),
    ANALYST: (*(f"SELECT ON {DATA}.{view}" for view in (*VIEWS, *REFERENCE)), *_CATALOGUE_RIGHTS),
    OPERATOR: (
        f"{_TABLE}, CREATE DATABASE, DROP DATABASE ON {WORKBENCH}*.*",
        f"SELECT, SHOW ON {DATA}*.*",
        "SELECT ON system.*",
        "SELECT ON information_schema.*",
        "SELECT ON INFORMATION_SCHEMA.*",
        "CREATE TEMPORARY TABLE, KILL QUERY ON *.*",
        *(f"TABLE ENGINE ON {engine}" for engine in TABLE_ENGINES),
    ),
}  # fmt: skip
_OF_A_CLUSTER: Final = (
    "CLUSTER ON *.*",
    "TABLE ENGINE ON ReplicatedMergeTree",
    "TABLE ENGINE ON ReplicatedReplacingMergeTree",
)
"""The further rights of the sink on a real server in a cluster: without the first, the server refuses ON CLUSTER."""

# The server's own connection makes databases, ends queries and reads the catalogue. It has no right to files or addresses, nor has
# anybody else: a view that runs with the rights of its maker can lend none.
_OWN: Final = (
    "CREATE DATABASE, SHOW, KILL QUERY, CREATE TEMPORARY TABLE ON *.*",
    "SELECT ON *.*",
    "TABLE ENGINE ON Memory",
)
_SERVER: Final = "lapor_server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account.

    Attributes:
        name: The name by which a client logs in. It is also the name of its role in the engine.
        database: The database that is current if the client names none.
        reads_only: Whether its statements are restricted to what a reader may use.
        limits: The settings that apply to each of its queries, by name. A query may lower those in `MAY_SET`.
    """

    name: str
    database: str
    reads_only: bool = False
    limits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


ACCOUNTS: Final = (
    Account(name=SINK, database=DATA),
    Account(
        name=ANALYST,
        database=DATA,
        reads_only=True,
        limits=READER,
    ),
    Account(name=OPERATOR, database=WORKBENCH),
)


def accounts(provinces: Iterable[str] = ()) -> tuple[Account, ...]:
    """Return all accounts: the three of `ACCOUNTS`, and one for the analysts of each province, who may read only its own database.

    Args:
        provinces: Kemendagri's codes of provinces, of two digits.
    """
    regional = (
        Account(name=f"{ANALYST}_{code}", database=f"{DATA}_{code}", reads_only=True, limits=READER)
        for code in provinces
    )
    return (*ACCOUNTS, *regional)


def _rights(account: Account) -> tuple[str, ...]:
    return _RIGHTS.get(account.name) or (f"SELECT ON {account.database}.*", *_CATALOGUE_RIGHTS)


MAY_SET: Final = frozenset(
    {
        "max_execution_time", "max_threads", "max_block_size", "max_result_rows", "max_result_bytes",
        "result_overflow_mode", "extremes", "session_timezone", "join_use_nulls",
        "network_compression_method", "async_insert", "cast_string_to_dynamic_use_inference", "date_time_input_format",
        "date_time_output_format", "output_format_json_quote_64bit_integers", "output_format_native_write_json_as_string",
        "output_format_csv_crlf_end_of_line",
    }
)  # fmt: skip
"""The settings that an analyst's client may send with a query. They limit or format its own result. Not included: limits on rows read
and on memory, whose errors would reveal how much a view hides."""

READER_FORMS: Final = (
    "TabSeparated", "TSV", "CSV", "JSON", "NDJSON", "Native", "RowBinary", "Pretty", "Vertical", "Markdown", "Values", "XML", "Parquet",
    "Arrow", "ORC", "Avro", "MsgPack", "Null", "SQLInsert",
)  # fmt: skip
"""Prefixes of the names of the formats in which an analyst may get a result. None of them needs a schema or template in a file."""


def engine_users(provinces: Iterable[str] = ()) -> str:
    """Return the text of the users file for chDB, with the accounts for these provinces.

    Each of chDB's connections logs in as ``default``; it then takes the role of its account and drops all others.
    """
    roles = {**{account.name: _rights(account) for account in accounts(provinces)}, _SERVER: _OWN}
    listed = "".join(f"    <{name}>{_grants(rights)}</{name}>\n" for name, rights in roles.items())
    # Without the first two locks, VALUES would execute functions in the text of rows. Without the third, a materialised view of the
    # operator's would write with the rights of all roles.
    locks = {
        "input_format_values_interpret_expressions": "0",
        "input_format_values_deduce_templates_of_expressions": "0",
        "default_materialized_view_sql_security": "INVOKER",
        "default_normal_view_sql_security": "INVOKER",
    }
    return f"""<clickhouse>
  <profiles><default>
    <max_execution_time>{LONGEST_OF_ALL_S}</max_execution_time>
    <max_query_size>{QUERY_BYTES}</max_query_size>
{"".join(f"    <{name}>{value}</{name}>" for name, value in locks.items())}
    <constraints>
      <max_execution_time><min>1</min><max>{LONGEST_OF_ALL_S}</max></max_execution_time>
{"".join(f"      <{name}><const/></{name}>" for name in locks)}
    </constraints>
  </default></profiles>
  <quotas><default/></quotas>
  <roles>
{listed}  </roles>
  <users><default>
    <no_password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
    {_grants(tuple(roles), verb="GRANT ")}
  </default></users>
</clickhouse>
"""


def role_of(account: Account | None) -> str:
    """Return the engine's role for an account; for None, the role of the server itself."""
    return _SERVER if account is None else account.name


def server_users(provinces: Iterable[str] = ()) -> str:
    """Return the text of the users file for a real ClickHouse server, which has the same accounts with the same rights.

    The password of an account comes from a variable such as CLICKHOUSE_SINK_PASSWORD, or CLICKHOUSE_ANALYST_31_PASSWORD for a province.
    """
    reader = next(account for account in ACCOUNTS if account.reads_only)
    limits = "".join(f"    <{name}>{value}</{name}>\n" for name, value in reader.limits.items())
    bounds = "".join(
        f"      <{name}><min>1</min><max>{value}</max><changeable_in_readonly/></{name}>\n"
        for name, value in reader.limits.items()
        if name in MAY_SET  # a reader cannot change the others
    )
    free = "".join(
        f"      <{name}><changeable_in_readonly/></{name}>\n" for name in sorted(MAY_SET - reader.limits.keys())
    )
    users = "".join(
        f"    <{account.name}>\n"
        f'      <password from_env="CLICKHOUSE_{account.name.removeprefix("lapor_").upper()}_PASSWORD"/>\n'
        f"      <networks><ip>::/0</ip></networks>\n"
        f"      <profile>{'lapor_reader' if account.reads_only else 'default'}</profile>\n"
        f"      <quota>default</quota>\n"
        f"      <default_database>{account.database}</default_database>\n"
        f"      {_grants(_rights(account) + (_OF_A_CLUSTER if account.name == SINK else ()))}\n"
        f"    </{account.name}>\n"
        for account in accounts(provinces)
    )
    return f"""<!-- Made by `python -m embedded.clickhouse.access`. The accounts of docs/operations.md, for a real server. -->
<clickhouse>
  <profiles><lapor_reader>
    <readonly>1</readonly>
{limits}    <constraints>
{bounds}{free}    </constraints>
  </lapor_reader></profiles>
  <users>
    <default remove="remove"/>
{users}  </users>
</clickhouse>
"""


def _grants(rights: tuple[str, ...], *, verb: str = "GRANT ") -> str:
    return "<grants>" + "".join(f"<query>{verb}{right}</query>" for right in rights) + "</grants>"


def kept_passwords(folder: Path, provinces: Iterable[str] = ()) -> dict[str, str]:
    """Return the password of each account by name, from the files in a folder that have the accounts' names.

    A missing file is created with a new password; only its owner can read it.

    Raises:
        OSError: The folder cannot be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {account.name: _kept(folder / account.name) for account in accounts(provinces)}


def _kept(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    password = secrets.token_hex(12)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(password)
    return password
