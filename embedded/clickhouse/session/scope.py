"""Keeps a client's state between queries, and applies the settings and external tables of one query only while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from embedded.clickhouse.accounts import Account
from embedded.clickhouse.engine import Engine, EngineConnection
from embedded.clickhouse.errors import UNKNOWN_SETTING, ServerError
from embedded.clickhouse.limits import is_within
from embedded.clickhouse.native.blocks import Column
from embedded.clickhouse.protocol.wire import Setting
from embedded.clickhouse.sql import literal, quote

# Settings that this server sets on every connection, and sets again if a query changed them.
_OWN: Final = {"implicit_select": "0"}
# Set after the other settings and restored before them, because a small value forbids all but the shortest statements.
_QUERY_SIZE: Final = "max_query_size"
# With zero, progress is always due and chDB waits without end, so zero is replaced by 1, the shortest delay.
_INTERACTIVE_DELAY: Final = "interactive_delay"
# Handled by this server only: chDB would write its log lines, with the texts of queries, to this process's stderr.
_LOGS_LEVEL: Final = "send_logs_level"
# Settings of the session that change what this server itself does.
FOLLOWED: Final = ("session_timezone", "extremes", "network_compression_method", "send_logs_level")


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A temporary table that the client sent with a query; ``file`` holds its blocks in Native format."""

    name: str
    columns: tuple[Column, ...]
    file: Path


@dataclass(slots=True, kw_only=True)
class Session:
    """The state of one client that lasts from one query to the next.

    Attributes:
        engine: The engine.
        connection: The client's own connection.
        parser: A second one on which no client's statement runs, so that the client's settings do not change how statements are parsed.
        account: The account that the client logged in to.
        followed: The values, by name, that SET statements gave to the settings that this server itself uses (see `FOLLOWED`).
    """

    engine: Engine
    connection: EngineConnection
    parser: EngineConnection
    account: Account
    followed: dict[str, str] = field(default_factory=dict)
    _changed: dict[str, str] | None = field(default=None, init=False, repr=False)

    def changed(self) -> Mapping[str, str]:
        """Return the values of the settings that are changed between queries, by name. They are read at first use and again after a SET.

        Raises:
            EngineError: The query for them failed.
        """
        if self._changed is None:
            self._changed = self.connection.changed_settings()
        return self._changed

    def note_set(self) -> None:
        """Update ``followed`` after the client ran a SET statement.

        If the client set `send_logs_level`, reset it in chDB, which would otherwise write log lines to this process's stderr.

        Raises:
            EngineError: A statement that reads or resets the settings failed.
        """
        self._changed = None
        changed = self.changed()
        self.followed = {name: value for name, value in changed.items() if name in FOLLOWED}
        if _LOGS_LEVEL in changed:
            self.connection.execute(f"SET {_LOGS_LEVEL} = DEFAULT")
            self._changed = None


def known_settings(engine: Engine, settings: Sequence[Setting]) -> dict[str, str]:
    """Return the values, by name, of those of a query's settings that ClickHouse knows; others are left out.

    A zero for `interactive_delay` becomes 1, because chDB would wait without end with zero.

    Raises:
        ServerError: A setting that the client marked as important is unknown.
    """
    known: dict[str, str] = {}
    for setting in settings:
        if engine.knows_setting(setting.name):
            too_soon = setting.name == _INTERACTIVE_DELAY and setting.value.strip() == "0"
            known[setting.name] = "1" if too_soon else setting.value
        elif setting.important:
            raise ServerError(UNKNOWN_SETTING, f"Unknown setting '{setting.name}'")
    return known


def within(given: str, most: int) -> str:
    """Return the value that the client gave to a setting if it is from 1 to `most`; otherwise return `most`."""
    return given.strip() if is_within(given, most) else str(most)


def _set(connection: EngineConnection, values: dict[str, str]) -> None:
    listed = ", ".join(f"{quote(name)} = {value}" for name, value in values.items())
    if listed:
        connection.execute(f"SET {listed}")


def _apply(connection: EngineConnection, settings: dict[str, str]) -> None:
    last = (_QUERY_SIZE, "readonly")
    _set(connection, {name: literal(value) for name, value in settings.items() if name not in last})
    _set(connection, {name: literal(settings[name]) for name in last if name in settings})


def _restore(connection: EngineConnection, names: Sequence[str], before: Mapping[str, str]) -> None:
    own = {**_OWN, "log_comment": connection.tag}
    values = {}
    for name in names:
        value = own.get(name, before.get(name))
        values[name] = "DEFAULT" if value is None else literal(value)
    _set(connection, {name: value for name, value in values.items() if name == _QUERY_SIZE})
    _set(connection, {name: value for name, value in values.items() if name != _QUERY_SIZE})


@contextmanager
def applied(
    session: Session, settings: dict[str, str], externals: Sequence[External] = ()
) -> Iterator[EngineConnection]:
    """Create a query's external tables and apply its settings; when the context ends, drop the tables and restore the settings.

    The connection is the session's own. Only a query that sets `readonly` to another value than 0 gets a separate one, because no
    setting can be changed on a read-only connection, not even to undo it. For a reader it is not applied, since its statements only
    read. `send_logs_level` is never applied.

    Args:
        session: The client's session.
        settings: The values of the query's settings by name; see `known_settings`.
        externals: The temporary tables that the client sent with the query.

    Yields:
        The connection to run the query on.

    Raises:
        EngineError: A setting's value is not valid, or a table could not be created, filled or dropped.
    """
    reads_only = session.account.reads_only
    settings = {
        name: value
        for name, value in settings.items()
        if name != _LOGS_LEVEL and not (reads_only and name == "readonly")
    }
    if settings.get("readonly", "0") != "0":
        with _sibling(session) as sibling:
            for external in externals:
                _make(sibling, external)
            _apply(sibling, settings)
            with sibling.statement(settings.get("max_execution_time")):
                yield sibling
        return
    connection = session.connection
    with _tables(connection, externals):
        before: Mapping[str, str] = {}
        if reads_only:  # it cannot SET anything
            before = {name: str(most) for name, most in session.account.limits.items()}
        elif settings:
            before = session.changed()
        try:
            _apply(connection, settings)
            with connection.statement(settings.get("max_execution_time")):
                yield connection
        finally:
            _restore(connection, list(settings), before)


@contextmanager
def _sibling(session: Session) -> Iterator[EngineConnection]:
    """Open a second connection with the current database and the changed settings of the session's own connection.

    The context yields it, and closes it at the end.
    """
    database = session.connection.rows("SELECT currentDatabase()")[0][0]
    sibling = session.engine.connect(session.connection.tag, session.account)
    try:
        sibling.execute(f"USE {quote(str(database))}")
        found = session.connection.rows("SELECT name, value FROM system.settings WHERE changed AND NOT readonly")
        own = {*_OWN, "log_comment", "database"}
        _set(sibling, {str(name): literal(str(value)) for name, value in found if name not in own})
        yield sibling
    finally:
        sibling.close()


@contextmanager
def _tables(connection: EngineConnection, externals: Sequence[External]) -> Iterator[None]:
    """Create a query's external tables, fill them from their files, and drop them when the context ends."""
    made: list[str] = []
    try:
        for external in externals:
            _make(connection, external)
            made.append(external.name)
        yield
    finally:
        for name in made:
            connection.execute(f"DROP TEMPORARY TABLE IF EXISTS {quote(name)}")


def _type_of(connection: EngineConnection, sent: str) -> str:
    """Return a type that a client sent as the engine writes it. The engine raises an error if the text is more than a type."""
    asked = "SELECT toTypeName(defaultValueOfTypeName({sent:String}))"
    return str(connection.rows(asked, {"sent": sent})[0][0])


def _make(connection: EngineConnection, external: External) -> None:
    columns = ", ".join(f"{quote(column.name)} {_type_of(connection, column.type)}" for column in external.columns)
    connection.execute(f"CREATE TEMPORARY TABLE {quote(external.name)} ({columns}) ENGINE = Memory")
    source = f"FROM INFILE {literal(str(external.file))} COMPRESSION 'none' FORMAT Native"
    connection.execute(f"INSERT INTO {quote(external.name)} {source}")
