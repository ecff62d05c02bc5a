"""Bounds the HTTP connections on which nobody who has logged in waits for an answer: the oldest gives way."""

from __future__ import annotations

import asyncio
from typing import Any

from complaints.runtime.http_protocol import TimedProtocol
from embedded.clickhouse.strangers import Strangers

Peer = tuple[str, int] | None
"""The address of a client, which uvicorn gives to its connection and to each of its requests."""


class Guests:
    """The open connections of one HTTP server. Only the thread of its event loop uses it.

    Args:
        most: The maximum number of connections without a client who has logged in and waits.
    """

    def __init__(self, most: int) -> None:
        self._open: dict[Peer, asyncio.Transport] = {}
        self._strangers = Strangers[Peer](most, lambda peer: self._open[peer].abort())

    def protocol(self, *args: Any, **options: Any) -> asyncio.Protocol:
        """Return what serves one connection."""
        return _Connection(self, *args, **options)

    def came(self, peer: Peer, connection: asyncio.Transport) -> None:
        """Count a new connection of a client."""
        self._open[peer] = connection
        self._strangers.meet(peer)

    def went(self, peer: Peer, connection: asyncio.Transport) -> None:
        """Count a connection no longer that has ended, unless its client has come again from the same port before that was seen."""
        if self._open.get(peer) is connection:
            del self._open[peer]
            self._strangers.forget(peer)

    def logged_in(self, peer: Peer) -> None:
        """Let a connection live as long as its request."""
        self._strangers.forget(peer)

    def answered(self, peer: Peer) -> None:
        """Count a connection as one that anybody may hold, from now on, unless it has ended."""
        if peer in self._open:
            self._strangers.meet(peer)


class _Connection(TimedProtocol):
    def __init__(self, guests: Guests, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guests = guests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._guests.came(self.client, self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._guests.went(self.client, self.transport)
        super().connection_lost(exc)
