"""Reads the external tables that a client sends with a query, into files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import IO, Final

from embedded.clickhouse.accounts import Account
from embedded.clickhouse.errors import ACCESS_DENIED, TOO_MANY_BYTES, UNEXPECTED_PACKET_FROM_CLIENT, ProtocolError
from embedded.clickhouse.native.blocks import Column
from embedded.clickhouse.protocol import wire
from embedded.clickhouse.protocol.connection import Channel
from embedded.clickhouse.session import inserts
from embedded.clickhouse.session.scope import External

MOST_BYTES: Final = 1 << 30
"""The maximum size of all tables that come with one query."""


class ExternalTables:
    """The temporary tables that follow one query packet. Their rows are written to files as they arrive.

    Args:
        account: The client's account. One that only reads may not send rows: the first rows are an error that ends its connection.
        spool: Creates a file, which is deleted when its context ends.
        kept: The stack that ends these contexts.
        most_bytes: The maximum size of all tables together.
    """

    def __init__(
        self,
        account: Account,
        spool: Callable[[], AbstractContextManager[IO[bytes]]],
        kept: ExitStack,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._account = account
        self._spool = spool
        self._kept = kept
        self._most_bytes = self._left = most_bytes
        self._files: dict[str, IO[bytes]] = {}

    def read(self, channel: Channel, revision: int, *, compressed: bool) -> list[External]:
        """Read the tables, which end with a block without columns, and return them in the order of their first blocks.

        Raises:
            ProtocolError: The account may not send them, they are too large, or a packet or block is malformed or unexpected.
            ConnectionLostError: The client left or was silent for too long.
        """
        columns: dict[str, tuple[Column, ...]] = {}
        while True:
            packet = channel.packet_type()
            if packet != wire.CLIENT_DATA:
                raise ProtocolError(UNEXPECTED_PACKET_FROM_CLIENT, f"Packet {packet} came, but a block was expected")
            name, head = inserts.read_data(channel, revision, compressed, self._sink)
            if not head.columns:
                break
            columns.setdefault(name, head.columns)
        for file in self._files.values():
            file.flush()
        # "_data" is the name that ClickHouse gives to a table without one.
        return [
            External(name=name or "_data", columns=columns[name], file=Path(file.name))
            for name, file in self._files.items()
        ]

    def _sink(self, name: str) -> Callable[[bytes], object]:
        return inserts.unless_empty(partial(self._take, name))

    def _take(self, name: str, data: bytes) -> None:
        if self._account.reads_only:
            raise ProtocolError(ACCESS_DENIED, f"{self._account.name} may not send tables with a query")
        self._left -= len(data)
        if self._left < 0:
            raise ProtocolError(
                TOO_MANY_BYTES, f"The tables that come with a query have at most {self._most_bytes} bytes"
            )
        if name not in self._files:
            self._files[name] = self._kept.enter_context(self._spool())
        self._files[name].write(data)
