"""Keeps the named sessions of HTTP clients between their requests: current database, settings and temporary tables."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from embedded.clickhouse.access.gate import Gate
from embedded.clickhouse.accounts import Account
from embedded.clickhouse.errors import (
    SESSION_IS_LOCKED,
    SESSION_NOT_FOUND,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    ServerError,
)
from embedded.clickhouse.http.asked import Asked
from embedded.clickhouse.limits import SESSIONS
from embedded.clickhouse.session.scope import Session
from embedded.clickhouse.sql import quote


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A named session, and on the monotonic clock when it expires and when it was last used."""

    session: Session
    until: float
    used: float
    closing: ExitStack
    lock: threading.Lock = field(default_factory=threading.Lock)


class Sessions:
    """The sessions of one server. Any thread may use them."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._guard = threading.Lock()

    @contextmanager
    def use(self, account: Account, asked: Asked) -> Iterator[Session]:
        """Return the session of a request: the named one, or a new one that ends with the context.

        Raises:
            EngineError: The database is unknown.
            ServerError: The named session is in use by another request, does not exist although it must, or is one too many; or the
                account may not use the database.
        """
        if not asked.session:
            with ExitStack() as closing:
                yield self._opened(account, asked, closing)
            return
        kept = self._take(account, asked)
        try:
            if asked.database:
                database = self._gate.database(account, asked.database)
                kept.session.connection.execute(f"USE {quote(database)}")
            yield kept.session
        finally:
            kept.used = time.monotonic()
            kept.until = kept.used + asked.session_s
            kept.lock.release()

    def _take(self, account: Account, asked: Asked) -> _Kept:
        """Return a named session, locked for the request."""
        with self._guard:
            self._forget_old()
            kept = self._kept.get((account.name, asked.session))
            if kept is None:
                if asked.must_exist:
                    raise ServerError(SESSION_NOT_FOUND, f"There is no session {asked.session}")
                if not self._has_room(account):
                    raise ServerError(
                        TOO_MANY_SIMULTANEOUS_QUERIES, f"At most {SESSIONS} sessions of {account.name} are kept at once"
                    )
                with ExitStack() as closing:
                    session = self._opened(account, asked, closing)
                    kept = _Kept(
                        session=session, until=time.monotonic(), used=time.monotonic(), closing=closing.pop_all()
                    )
                self._kept[account.name, asked.session] = kept
            if not kept.lock.acquire(blocking=False):
                raise ServerError(SESSION_IS_LOCKED, f"Session {asked.session} is locked by another request")
            return kept

    def _opened(self, account: Account, asked: Asked, closing: ExitStack) -> Session:
        tag = uuid.uuid4().hex
        connection = self._gate.engine.connect(tag, account)
        closing.callback(connection.close)
        parser = self._gate.engine.connect(tag, account)
        closing.callback(parser.close)
        connection.execute(f"USE {quote(self._gate.database(account, asked.database))}")
        return Session(engine=self._gate.engine, connection=connection, parser=parser, account=account)

    def _has_room(self, account: Account) -> bool:
        """Return whether an account may have one more session. If it has too many, the one that was idle for longest is closed."""
        of_account = [name for name in self._kept if name[0] == account.name]
        if len(of_account) < SESSIONS:
            return True
        idle = [name for name in of_account if not self._kept[name].lock.locked()]
        if idle:
            self._kept.pop(min(idle, key=lambda name: self._kept[name].used)).closing.close()
        return bool(idle)

    def _forget_old(self) -> None:
        now = time.monotonic()
        for name, kept in list(self._kept.items()):
            if kept.until < now and not kept.lock.locked():
                del self._kept[name]
                kept.closing.close()

    def close(self) -> None:
        """Close all sessions."""
        with self._guard:
            for kept in self._kept.values():
                kept.closing.close()
            self._kept.clear()
