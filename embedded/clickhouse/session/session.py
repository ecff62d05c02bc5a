"""Serves one client: its hello, then its queries, pings and requests for the status of tables, until it leaves or breaks the protocol."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final

from embedded.clickhouse import revisions
from embedded.clickhouse.access.gate import Gate
from embedded.clickhouse.accounts import Account
from embedded.clickhouse.errors import (
    LOGICAL_ERROR,
    UNEXPECTED_PACKET_FROM_CLIENT,
    UNKNOWN_PACKET_FROM_CLIENT,
    ConnectionLostError,
    ProtocolError,
    ServerError,
    of_this_machine,
)
from embedded.clickhouse.limits import PACKET_S, QUERY_BYTES
from embedded.clickhouse.native.writer import varint
from embedded.clickhouse.protocol import logs, wire
from embedded.clickhouse.protocol.compress import FRAME_BYTES, MAX_FRAME_BYTES, method_named
from embedded.clickhouse.protocol.connection import Channel
from embedded.clickhouse.session import inserts, results
from embedded.clickhouse.session.externals import ExternalTables
from embedded.clickhouse.session.results import Answer
from embedded.clickhouse.session.scope import External, Session, applied, known_settings, within
from embedded.clickhouse.session.statements import Insert, Statement, read_statement, without_rows
from embedded.clickhouse.sql import literal, quote, unquote

_HTTP_VERBS: Final = frozenset(b"GP")
_HTTP_ANSWER: Final = (
    b"HTTP/1.0 400 Bad Request\r\n\r\nThis is the native port; `lapor query --connection` names that of HTTP.\r\n"
)


class Conversation:
    """The conversation with one client: the answers to its packets.

    Args:
        channel: The client's connection.
        gate: Decides who may log in and what each account may do, before its engine.
        spools: The folder for rows that the engine has not read yet.
        version: The server's description of itself for the hello packet.
        peer: The client's address as host:port, for log lines.
    """

    def __init__(self, channel: Channel, gate: Gate, *, spools: Path, version: wire.ServerVersion, peer: str) -> None:
        self._channel = channel
        self._engine = gate.engine
        self._gate = gate
        self._spools = spools
        self._version = version
        self._peer = peer
        self._revision = 0

    def serve(self, known: Callable[[], None]) -> None:
        """Answer the client's packets, from its hello on, until it leaves or breaks the protocol.

        An error in one query is sent to the client, and the conversation goes on. A break of the protocol, and an error outside
        a query such as a failed login or an unknown database, is also sent to the client, but then the conversation ends.
        None of these is raised, and the loss of the connection is not raised either. A client that speaks HTTP gets an HTTP
        answer with the status 400.
        """
        with suppress(ConnectionLostError):
            try:
                self._converse(known)
            except ServerError as error:
                self._channel.send(wire.exception(error.code, error.text))
                self._channel.linger()

    def _converse(self, known: Callable[[], None]) -> None:
        hello = self._read_hello()
        if hello is None:
            return
        self._revision = hello.revision
        account = self._gate.admit(hello.user, hello.password)
        with self._gate.seat(account):
            known()
            if account.reads_only:
                self._channel.greeted(FRAME_BYTES, PACKET_S)
            else:
                self._channel.greeted(MAX_FRAME_BYTES)
            self._talk(account, self._gate.database(account, hello.database))

    def _talk(self, account: Account, database: str) -> None:
        tag = uuid.uuid4().hex
        with (
            closing(self._engine.connect(tag, account)) as connection,
            closing(self._engine.connect(tag, account)) as parser,
        ):
            session = Session(engine=self._engine, connection=connection, parser=parser, account=account)
            for one in (connection, parser):
                one.execute(f"USE {quote(database)}")
            self._channel.send(wire.hello(self._version, self._revision))
            if self._revision >= revisions.ADDENDUM:
                self._channel.reader.text()
            while True:
                self._packet(session, self._channel.packet_type())

    def _read_hello(self) -> wire.Hello | None:
        packet = self._channel.packet_type()
        if packet in _HTTP_VERBS:
            self._channel.send(_HTTP_ANSWER)
            return None
        if packet != wire.CLIENT_HELLO:
            raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came, but a hello was expected")
        return wire.read_hello(self._channel.reader)

    def _packet(self, session: Session, packet: int) -> None:
        if packet == wire.CLIENT_PING:
            self._channel.send(varint(wire.SERVER_PONG))
        elif packet == wire.CLIENT_QUERY:
            self._channel.expect_whole()
            most = QUERY_BYTES if session.account.reads_only else wire.MAX_QUERY_BYTES
            query = wire.read_query(self._channel.reader, self._revision, self._engine.is_number, most)
            self._query(session, query)
        elif packet == wire.CLIENT_TABLES_STATUS:
            self._tables_status(session)
        elif packet in {wire.CLIENT_HELLO, wire.CLIENT_DATA}:
            raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came outside a query")
        elif packet != wire.CLIENT_CANCEL:
            # A cancel that arrives after its query ended is late, but not an error.
            raise ProtocolError(UNKNOWN_PACKET_FROM_CLIENT, f"Unknown packet {packet} from client")

    def _tables_status(self, session: Session) -> None:
        asked = wire.read_tables_status(self._channel.reader)
        listed = ", ".join(f"({literal(database)}, {literal(table)})" for database, table in asked) or "('', '')"
        where = f"WHERE (database, name) IN ({listed})"
        found = session.parser.rows(f"SELECT database, name FROM system.tables {where}")  # noqa: S608
        status = wire.tables_status(((str(row[0]), str(row[1])) for row in found), self._revision)
        self._channel.send(status)

    def _query(self, session: Session, query: wire.Query) -> None:
        with ExitStack() as spools:
            sent = ExternalTables(session.account, self._spool, spools)
            externals = sent.read(self._channel, self._revision, compressed=query.compressed)
            self._channel.came_whole()
            try:
                self._answer(session, query, externals)
            except (ProtocolError, ConnectionLostError):
                raise
            except ServerError as error:
                self._channel.send(wire.exception(error.code, error.text))
            except OSError as error:
                failed = of_this_machine(error)
                self._channel.send(wire.exception(failed.code, failed.text))
            except Exception as error:  # noqa: BLE001 - a fault of ours in one statement ends no session
                traceback.print_exc()
                self._channel.send(wire.exception(LOGICAL_ERROR, f"A fault of this server: {error!r}"))
            else:
                self._channel.send(varint(wire.SERVER_END_OF_STREAM))

    def _spool(self) -> AbstractContextManager[IO[bytes]]:
        """Create a temporary file in the data folder for rows that the engine has not read yet. It is deleted when closed."""
        return NamedTemporaryFile(dir=self._spools, suffix=".native")

    def _answer(self, session: Session, query: wire.Query, externals: list[External]) -> None:
        text, rows = without_rows(query.text)
        statement, parameters, bounds = self._permitted(session, text, query)
        settings = known_settings(self._engine, query.settings)
        settings |= {name: within(settings.get(name, ""), most) for name, most in bounds.items()}
        effective = {**session.followed, **settings}
        codec = method_named(effective.get("network_compression_method", "")) if query.compressed else None
        answer = Answer(
            channel=self._channel,
            revision=self._revision,
            codec=codec,
            extremes=effective.get("extremes", "0") not in {"0", "false"},
            timezone=effective.get("session_timezone", ""),
        )
        self._tell_before(query, effective)
        if statement.verb == "SET":
            with applied(session, settings):
                pass
            settings = {}
        query = wire.Query(query_id=query.query_id, text=rows, parameters=parameters, compressed=query.compressed)
        try:
            if statement.insert is not None:
                self._insert(session, statement.insert, (query, answer), (settings, externals))
            else:
                parser, limit_s = session.parser, settings.get("max_execution_time")
                # a reader sends no tables and no SET, so a name means the same on its other connection
                apart = parser if session.account.reads_only else None
                with applied(session, settings, externals) as connection, parser.statement(limit_s):
                    results.run(self._engine, connection, query, (statement, answer), apart=apart)
        finally:
            if statement.verb == "SET":
                session.note_set()  # also if it failed: it may have set something

    def _permitted(
        self, session: Session, text: str, query: wire.Query
    ) -> tuple[Statement, dict[str, str], Mapping[str, int]]:
        """Return the permitted statement as the engine writes it, the values of its placeholders, and the bounds of its settings."""
        account = session.account
        self._gate.settings(account, ((setting.name, setting.value) for setting in query.settings))
        parameters = {name: unquote(value) for name, value in query.parameters.items()}
        permitted = self._gate.permit(account, session.parser, text, parameters)
        return read_statement(permitted.statement), parameters, permitted.bounds

    def _tell_before(self, query: wire.Query, settings: dict[str, str]) -> None:
        if settings.get("send_logs_level") in logs.LEVELS and self._revision >= revisions.SERVER_LOGS:
            line = logs.query_line(query, self._peer)
            self._channel.send(logs.packet(query.query_id, line, self._revision))

    def _insert(
        self,
        session: Session,
        insert: Insert,
        what: tuple[wire.Query, Answer],
        brought: tuple[dict[str, str], list[External]],
    ) -> None:
        """Run an INSERT whose rows are in the client's blocks or in the text of its query. The engine reads them from a file."""
        (query, answer), (settings, externals) = what, brought
        if query.text:  # the rows that were in it
            with self._spool() as spool:
                spool.write(query.text.encode("utf-8", "surrogateescape"))
                spool.flush()
                text = insert.reading(spool.name, insert.form)
                with applied(session, settings, externals) as connection:
                    results.run(self._engine, connection, query, (Statement(text=text, verb="INSERT"), answer))
            return
        # This comes before the query's settings: settings that limit results would limit the list of columns too.
        columns = inserts.insert_columns(session.connection, insert)
        with self._spool() as spool:
            if not inserts.receive(answer, columns, spool.write):
                return
            spool.flush()
            text = insert.reading(spool.name)
            if insert.source:
                sent = External(name=f"_input_{uuid.uuid4().hex}", columns=tuple(columns), file=Path(spool.name))
                externals, text = [*externals, sent], insert.selecting(sent.name)
            with applied(session, settings, externals) as connection:
                results.run_insert(self._engine, connection, text, what)
        inserts.tell_events(answer)
