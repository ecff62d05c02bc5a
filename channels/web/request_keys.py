"""What the API must not forget: the keys that clients named their requests by."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

from complaints.errors import ConfigurationError, UnavailableError

KEY_AGE_S = 7 * 86_400
"""A client that tries again after a week names another request by that key."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    scope TEXT, key TEXT, fingerprint TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_at ON keys (at);
"""


class RequestKeys:
    """A small SQLite file, fsynced at each write. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Open it, made the first time.

        Raises:
            ConfigurationError: it cannot be opened.
        """
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
            self._base.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"the memory of requests {path} cannot be opened ({error})") from error

    def claim(self, scope: str, key: str, fingerprint: str) -> bool:
        """Note that a client names a request by a key; False where it named another request so.

        Args:
            scope: whose key it is.
            key: the client's.
            fingerprint: of the request.

        Raises:
            UnavailableError: the disk does not take it.
        """
        now = int(time())
        with self._transaction() as base:
            base.execute("DELETE FROM keys WHERE at < ?", (now - KEY_AGE_S,))
            base.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?) ON CONFLICT (scope, key) DO NOTHING",
                (scope, key, fingerprint, now),
            )
            (known,) = base.execute("SELECT fingerprint FROM keys WHERE scope = ? AND key = ?", (scope, key)).fetchone()
        return bool(known == fingerprint)

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._base.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._base.execute("BEGIN IMMEDIATE")
                try:
                    yield self._base
                except BaseException:
                    self._base.execute("ROLLBACK")
                    raise
                self._base.execute("COMMIT")
            except sqlite3.Error as error:
                raise UnavailableError(f"the memory of requests: {error}") from error
