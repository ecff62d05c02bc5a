"""All access to chDB: one engine a data folder, one connection a client, and errors mapped to ClickHouse's codes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from embedded.clickhouse.errors import engine_error
from embedded.clickhouse.native.blocks import Column
from embedded.clickhouse.protocol.wire import Progress
from embedded.clickhouse.session.statements import literal, quote

# What chDB says of a statement that it runs, but not as a stream; it says so before it runs anything.
_NOT_STREAMED: Final = "Streaming query is not supported"
# Settings that clients before 54429 write as numbers.
_NUMBER_TYPES: Final = frozenset(
    {"Bool", "UInt64", "Int64", "Seconds", "Milliseconds", "MaxThreads", "NonZeroUInt64", "UInt64Auto", "BoolAuto"}
)

_CONFIG: Final = """<clickhouse>
  <logger><level>none</level></logger>
  <mark_cache_size>{mark_cache}</mark_cache_size>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <max_thread_pool_size>{threads}</max_thread_pool_size>
  <background_pool_size>2</background_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
</clickhouse>
"""
# Marks of the few tables here are small; ClickHouse's default of 5 GiB is for a machine of its own.
_MARK_CACHE_BYTES: Final = 16 << 20
# Enough for a dozen clients on a few cores; ClickHouse's default is 10,000.
_MAX_THREADS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingState:
    """A setting's value on a connection, and whether it differs from the default."""

    value: str
    changed: bool


class Engine:
    """chDB over one folder.

    Args:
        folder: Where chDB keeps its data; made if missing.
        max_memory_bytes: What all queries together may hold.

    Raises:
        EngineError: chDB cannot open the folder.
    """

    def __init__(self, folder: Path, *, max_memory_bytes: int) -> None:
        import chdb

        self._chdb = chdb
        self._folder = folder / "chdb"
        self._folder.mkdir(parents=True, exist_ok=True)
        config = folder / "engine.xml"
        text = _CONFIG.format(mark_cache=_MARK_CACHE_BYTES, memory=max_memory_bytes, threads=_MAX_THREADS)
        config.write_text(text, encoding="utf-8")
        self._address = f"{self._folder}?config-file={escape(str(config))}"
        self._lock = threading.Lock()
        self._control = self.connect("control")
        rows = self._control.rows("SELECT name, type, alias_for FROM system.settings")
        self._types = {str(name): str(kind) for name, kind, _ in rows}

    def connect(self, tag: str) -> EngineConnection:
        """Open one connection, whose queries `kill` finds by ``tag``."""
        try:
            return EngineConnection(self._chdb.connect(self._address), tag)
        except RuntimeError as error:
            raise engine_error(str(error)) from error

    def knows_setting(self, name: str) -> bool:
        """Whether ClickHouse has a setting of this name."""
        return name in self._types

    def is_number(self, name: str) -> bool:
        """Whether an old client writes this setting as a number."""
        return self._types.get(name) in _NUMBER_TYPES

    def kill(self, tag: str) -> None:
        """Ask the queries of a connection to stop; they end with code 394 soon after."""
        with self._lock:
            self._control.execute(f"KILL QUERY WHERE Settings['log_comment'] = {literal(tag)} ASYNC")

    def rows(self, text: str) -> list[list[Any]]:
        """Run a small query of the server's own, beside all clients."""
        with self._lock:
            return self._control.rows(text)

    def execute(self, text: str) -> None:
        """Run a statement of the server's own, beside all clients."""
        with self._lock:
            self._control.execute(text)

    def close(self) -> None:
        """Close the engine's own connection; chDB ends with its last one."""
        self._control.close()


class EngineConnection:
    """One client's connection: its database, settings and temporary tables. For one thread at a time."""

    def __init__(self, connection: Any, tag: str) -> None:
        self._connection = connection
        self.tag = tag
        self.execute(f"SET implicit_select = 0, log_comment = {literal(tag)}")

    def execute(self, text: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Run a statement to its end.

        Returns:
            Its result in Native format, empty if it has none.

        Raises:
            EngineError: It failed.
        """
        try:
            return bytes(self._connection.query(text, "Native", params=dict(parameters or {})).bytes())
        except RuntimeError as error:
            raise engine_error(str(error)) from error

    def stream(self, text: str, parameters: Mapping[str, str]) -> Iterator[bytes]:
        """Run a query, handing out its blocks in Native format as they come.

        Statements that chDB does not stream (SHOW, DDL) run to their end and give one chunk of all their blocks.

        Raises:
            EngineError: It failed, at any block.
        """
        try:
            result = self._connection.send_query(text, "Native", params=dict(parameters))
            with result:
                for chunk in result:
                    yield bytes(chunk.bytes())
        except RuntimeError as error:
            mapped = engine_error(str(error))
            if _NOT_STREAMED not in mapped.text:
                raise mapped from error
        else:
            return
        if data := self.execute(text, parameters):
            yield data

    def watch(self, report: Callable[[Progress], None] | None) -> None:
        """Call ``report`` with the totals so far while queries of this connection run; None ends it."""

        def callback(state: Mapping[str, int]) -> None:
            if report is not None:
                report(
                    Progress(
                        rows=state["read_rows"],
                        bytes=state["read_bytes"],
                        total_rows=state["total_rows_to_read"],
                        elapsed_ns=state["elapsed_ns"],
                    )
                )

        self._connection.set_progress_callback(callback if report else None)

    def summary(self, text: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Run a query for what Native format leaves out: totals, extremes, the rows before a limit."""
        try:
            result = self._connection.query(text, "JSONCompactStrings", params=dict(parameters))
            return dict(json.loads(result.bytes()))
        except RuntimeError as error:
            raise engine_error(str(error)) from error

    def native(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> bytes:
        """Turn rows of text, as `summary` gives them, into one Native block."""
        structure = ", ".join(f"{quote(column.name)} {column.type}" for column in columns)
        lines = "\n".join(json.dumps(row) for row in rows)
        return self.execute(
            f"SELECT * FROM format(JSONCompactStringsEachRow, {literal(structure)}, {literal(lines)})"  # noqa: S608
        )

    def rows(self, text: str, parameters: Mapping[str, str] | None = None) -> list[list[Any]]:
        """Run a small query and give its rows as JSON reads them."""
        try:
            data = self._connection.query(text, "JSONCompactEachRow", params=dict(parameters or {})).bytes()
        except RuntimeError as error:
            raise engine_error(str(error)) from error
        return [json.loads(line) for line in bytes(data).splitlines()]

    def describe(self, what: str, parameters: Mapping[str, str] | None = None) -> list[tuple[Column, str]]:
        """The columns of a table, a table function or a query in parentheses, each with its kind of default."""
        found = self.rows(f"DESCRIBE TABLE {what}", parameters)
        return [(Column(name=str(row[0]), type=str(row[1])), str(row[2])) for row in found]

    def setting_states(self, names: Sequence[str]) -> dict[str, SettingState]:
        """The present values of settings."""
        listed = ", ".join(literal(name) for name in names)
        found = self.rows(f"SELECT name, value, changed FROM system.settings WHERE name IN ({listed})")  # noqa: S608
        return {str(name): SettingState(value=str(value), changed=bool(changed)) for name, value, changed in found}

    def close(self) -> None:
        """End the connection; a stream that runs on it ends too."""
        with suppress(RuntimeError):
            self._connection.close()
