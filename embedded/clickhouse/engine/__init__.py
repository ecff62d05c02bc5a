"""All access to chDB: an engine over a data folder, connections for clients and the server, and errors with chDB's codes."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from embedded.clickhouse.accounts import Account, engine_users
from embedded.clickhouse.config import engine_config
from embedded.clickhouse.engine.connection import EngineConnection, told
from embedded.clickhouse.engine.watch import Turns, Watch
from embedded.clickhouse.limits import STUCK_S
from embedded.clickhouse.native.blocks import Column
from embedded.clickhouse.sql import literal, quote

__all__ = ["Engine", "EngineConnection"]

# Types of the settings that clients of a revision before 54429 write as numbers.
_NUMBER_TYPES: Final = frozenset(
    {"Bool", "UInt64", "Int64", "Seconds", "Milliseconds", "MaxThreads", "NonZeroUInt64", "UInt64Auto", "BoolAuto"}
)


class Engine:
    """The chDB engine over one data folder, with a connection of the server's own.

    Args:
        folder: The server's data folder. chDB's data go into its subfolder ``chdb``, which is created if missing.
        max_memory_bytes: The maximum memory of all queries together, in bytes.
        stuck_s: Seconds beyond the limit of a statement after which the process ends if it still runs.
        provinces: The provinces whose analysts have accounts of their own.

    Raises:
        EngineError: chDB cannot open the folder, or its list of settings cannot be read.
        OSError: The subfolder or the engine's configuration files cannot be written.
    """

    def __init__(
        self, folder: Path, *, max_memory_bytes: int, stuck_s: float = STUCK_S, provinces: Iterable[str] = ()
    ) -> None:
        self._chdb = _chdb_alone()
        self._folder = folder / "chdb"
        self._folder.mkdir(parents=True, exist_ok=True)
        config = folder / "engine.xml"
        users = folder / "users.xml"
        users.write_text(engine_users(provinces), encoding="utf-8")
        config.write_text(engine_config(users, max_memory_bytes), encoding="utf-8")
        self._address = f"{self._folder}?config-file={escape(str(config))}"
        self._lock = threading.Lock()
        self._watch, self._turns = Watch(stuck_s=stuck_s), Turns()
        self._control = self.connect("control")
        rows = self._control.rows("SELECT name, type, alias_for FROM system.settings")
        self._types = {str(name): str(kind) for name, kind, _ in rows}

    def connect(self, tag: str, account: Account | None = None) -> EngineConnection:
        """Open and return a connection to chDB with the rights and limits of an account, or of the server itself.

        Args:
            tag: The text by which `kill` finds the queries of this connection. Different clients have different tags.
            account: The account of the client; None for the server.

        Raises:
            EngineError: chDB cannot open the connection or set it up.
        """
        try:
            return EngineConnection(
                self._chdb.connect(self._address), tag, account, watch=self._watch, turns=self._turns
            )
        except RuntimeError as error:
            raise told(error) from error

    def knows_setting(self, name: str) -> bool:
        """Return whether ClickHouse has a setting of this name."""
        return name in self._types

    def is_number(self, name: str) -> bool:
        """Return whether a client of a protocol revision before 54429 writes the named setting as a number, not as text.

        False for a name that ClickHouse does not know.
        """
        return self._types.get(name) in _NUMBER_TYPES

    def kill(self, tag: str) -> None:
        """Ask chDB to stop the running queries of all connections with this tag, and return without waiting for their end.

        They end soon after with error code 394. Any thread may call this.

        Raises:
            EngineError: The KILL statement failed.
        """
        with self._lock:
            self._control.execute(f"KILL QUERY WHERE Settings['log_comment'] = {literal(tag)} ASYNC")

    def rows(self, text: str) -> list[list[Any]]:
        """Run a small query on the server's own connection and return its rows, each a list of values decoded from JSON.

        Any thread may call this.

        Raises:
            EngineError: The query failed.
        """
        with self._lock:
            return self._control.rows(text)

    def execute(self, text: str) -> None:
        """Run a statement on the server's own connection and ignore its result. Any thread may call this.

        Raises:
            EngineError: The statement failed.
        """
        with self._lock:
            self._control.execute(text)

    def native(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> bytes:
        """Convert a few rows into a block in Native format and return its bytes. Any thread may call this.

        Each row has one value per column, given as text, as in the result of `EngineConnection.summary`.

        Raises:
            EngineError: A value does not fit its column's type.
        """
        structure = ", ".join(f"{quote(column.name)} {column.type}" for column in columns)
        lines = "\n".join(json.dumps(row) for row in rows)
        text = f"SELECT * FROM format(JSONCompactStringsEachRow, {literal(structure)}, {literal(lines)})"  # noqa: S608
        with self._lock:
            return self._control.execute(text)

    def close(self) -> None:
        """Close the server's own connection to chDB. chDB shuts down only when the last connection of all is closed."""
        self._watch.close()
        self._control.close()


def _chdb_alone() -> Any:
    """Import chDB without pyarrow, which it needs only for Arrow tables. That saves 34 MiB and half a second."""
    known = "pyarrow" in sys.modules
    sys.modules.setdefault("pyarrow", None)  # type: ignore[arg-type]  # then an import of it fails
    try:
        import chdb
    finally:
        if not known:
            del sys.modules["pyarrow"]
    return chdb
