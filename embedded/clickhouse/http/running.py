"""Runs the statement of one HTTP request and returns its result piece by piece. All of it blocks, so it must run in a thread."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import IO, Final

from embedded.clickhouse.access.gate import Gate
from embedded.clickhouse.accounts import Account
from embedded.clickhouse.errors import NOT_IMPLEMENTED, READONLY, EngineError, ProtocolError, ServerError
from embedded.clickhouse.http.asked import Asked
from embedded.clickhouse.http.coding import Coder, accepted, expand, framing
from embedded.clickhouse.http.sessions import Sessions
from embedded.clickhouse.limits import QUERY_BYTES
from embedded.clickhouse.native.blocks import fit_blocks
from embedded.clickhouse.protocol.wire import Progress, Setting
from embedded.clickhouse.session.execution import Execution, Work
from embedded.clickhouse.session.scope import Session, applied, known_settings, within
from embedded.clickhouse.session.statements import Statement, read_statement, rows_offset, too_long

MOST_BODY_BYTES: Final = 4 << 30
"""The maximum size of the content of a body with rows, in bytes."""

_LOOK_S: Final = 0.1
_COUNTED_BYTES: Final = 256 << 10
_READS: Final = frozenset({"SELECT", "WITH", "(", "FROM", "VALUES", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"})
_DEFAULT_FORM: Final = "TabSeparated"
_BLOCKS: Final = "Native"
_TEXT_ENCODING: Final = "surrogateescape"

Spool = Callable[[], AbstractContextManager[IO[bytes]]]
"""Makes a temporary file."""


class Running:
    """The run of one statement. It must always be closed, which stops the statement if it still runs.

    Args:
        gate: Decides what each account may run.
        sessions: The named sessions.
        spool: Makes files for rows.

    Attributes:
        form: The format of the result.
        coding: The Content-Encoding of the result; empty if it is not compressed.
        query_id: The id of the query.
        timezone: The time zone of the session; empty for the server's own.
        rows: The number of rows of a short result that is sent when complete, set by `last`; otherwise 0. The engine does not report it,
            so the result itself is read again. JDBC treats a result of 0 rows as empty.
    """

    def __init__(self, gate: Gate, sessions: Sessions, spool: Spool) -> None:
        self._gate, self._sessions, self._spool = gate, sessions, spool
        self._closing = ExitStack()
        self._execution: Execution | None = None
        self._coder: Coder
        self._account: Account
        self._counted: bytes | None = None
        self.form = self.coding = self.query_id = self.timezone = ""
        self.rows = self._revision = 0

    def admit(self, asked: Asked) -> Account:
        """Log the client of a request in and return its account. This comes before its body is read, so that nobody else can send one.

        Raises:
            ServerError: There is no such account, the password is wrong, or the account has too many clients.
        """
        account = self._gate.admit(asked.user, asked.password)
        self._closing.enter_context(self._gate.seat(account))
        self._account = account
        return account

    def start(self, asked: Asked, body: IO[bytes], *, coding: str, accepts: str) -> None:
        """Start the statement of a request whose client has logged in.

        Raises:
            ServerError: The account may not run the statement, or the statement or the body is wrong.
        """
        account = self._account
        text, content = self._content(account, asked, body, coding)
        session = self._closing.enter_context(self._sessions.use(account, asked))
        self._gate.settings(account, asked.settings)
        start = rows_offset(text)
        permitted = self._gate.permit(account, session.parser, text[:start], asked.parameters)
        statement = read_statement(permitted.statement)
        if not asked.changes and statement.verb not in _READS:
            raise ServerError(READONLY, "A GET changes nothing: send this statement by POST")
        settings = known_settings(
            self._gate.engine, [Setting(name=name, value=value, important=True) for name, value in asked.settings]
        )
        settings |= {name: within(settings.get(name, ""), most) for name, most in permitted.bounds.items()}
        self._name(asked, {**session.followed, **settings}, statement, accepts)
        self._gate.form(account, self.form)
        self._counted = b"" if asked.waits else None
        offset = len(text[:start].encode("utf-8", _TEXT_ENCODING))
        self._run(session, asked, (statement, settings), (content, offset))

    def _content(self, account: Account, asked: Asked, body: IO[bytes], coding: str) -> tuple[str, IO[bytes]]:
        """Return the statement's text, with the beginning of its rows, and the file that has the text of the URL and then the body."""
        content = self._closing.enter_context(self._spool())
        if asked.text:
            content.write(asked.text.encode("utf-8", _TEXT_ENCODING) + b"\n")
        most = QUERY_BYTES if account.reads_only else MOST_BODY_BYTES
        expand(body, content, coding=coding, framed=asked.framed, most=most)
        content.seek(0)
        text = content.read(QUERY_BYTES + 1).decode("utf-8", _TEXT_ENCODING)
        if rows_offset(text) is None and len(text) > QUERY_BYTES:
            raise too_long()
        return text, content

    def _name(self, asked: Asked, effective: dict[str, str], statement: Statement, accepts: str) -> None:
        self.form = statement.form or asked.form or _DEFAULT_FORM
        self._revision = asked.revision if self.form == _BLOCKS else 0
        self.query_id = asked.query_id or str(uuid.uuid4())
        self.timezone = effective.get("session_timezone", "")
        if asked.frames:
            self._coder = framing(effective.get("network_compression_method", ""))
        else:
            self.coding, self._coder = accepted(accepts if asked.compresses else "")

    def _run(
        self,
        session: Session,
        asked: Asked,
        what: tuple[Statement, dict[str, str]],
        rows: tuple[IO[bytes], int],
    ) -> None:
        (statement, settings), text = what, what[0].text
        if statement.insert is not None:
            if statement.insert.source:
                raise ServerError(NOT_IMPLEMENTED, "input() is served over the native protocol only")
            sent = self._closing.enter_context(self._spool())
            content, offset = rows
            content.seek(offset)
            shutil.copyfileobj(content, sent)
            sent.flush()
            text = statement.insert.reading(sent.name, statement.insert.form)
        connection = self._closing.enter_context(applied(session, settings if statement.verb != "SET" else {}))
        self._execution = Execution(self._gate.engine, connection, Work(text, asked.parameters, self.form))
        if statement.verb == "SET":
            self._closing.callback(session.note_set)

    def piece(self) -> bytes | None:
        """Wait up to a tenth of a second for the next piece of the result, and return it encoded; None if there is none yet.

        Raises:
            Ended: There are no more pieces.
            ServerError: The statement failed.
        """
        assert self._execution is not None
        block = self._execution.next_block(_LOOK_S)
        if block is None:
            return None
        if self._counted is not None:
            self._counted = self._counted + block if len(self._counted) + len(block) <= _COUNTED_BYTES else None
        if self._revision:
            try:
                block = b"".join(one.data for one in fit_blocks(block, self._revision))
            except ProtocolError as error:
                raise ServerError(error.code, error.text) from error
        return self._coder.code(block)

    def last(self) -> bytes:
        """Return the bytes that end the result, and count its rows. Call it after the last piece."""
        if self._counted:
            with suppress(EngineError):  # some formats cannot be read
                counting = f"SELECT count() FROM format({self.form}, unhex('{self._counted.hex()}'))"  # noqa: S608  # hexadecimal digits
                self.rows = int(self._gate.engine.rows(counting)[0][0])
        return self._coder.end()

    def keep(self) -> IO[bytes]:
        """Return a file for a result that is sent when complete. It is deleted when this object is closed."""
        return self._closing.enter_context(self._spool())

    @property
    def progress(self) -> Progress:
        """The progress: the numbers of rows and bytes that the statement has read and written so far."""
        return Progress() if self._execution is None else self._execution.totals

    def close(self) -> None:
        """Stop the statement if it still runs, and release the session and the files."""
        try:
            if self._execution is not None:
                self._execution.stop()
        finally:
            with suppress(ServerError):
                self._closing.close()
