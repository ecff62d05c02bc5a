"""The web application of ClickHouse's HTTP interface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from embedded.clickhouse.accounts import Account
from embedded.clickhouse.errors import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    LOGICAL_ERROR,
    NOT_IMPLEMENTED,
    READONLY,
    SESSION_IS_LOCKED,
    SETTING_CONSTRAINT_VIOLATION,
    SYSTEM_ERROR,
    TIMEOUT_EXCEEDED,
    TOO_MANY_BYTES,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    ServerError,
    of_this_machine,
    too_large,
)
from embedded.clickhouse.http import asked
from embedded.clickhouse.http.running import MOST_BODY_BYTES, Running
from embedded.clickhouse.limits import MOST_WAITED_BYTES, QUERY_BYTES, READ_S
from embedded.clickhouse.protocol.wire import ServerVersion
from embedded.clickhouse.session.execution import Ended

_STATUS: Final = {
    **dict.fromkeys((AUTHENTICATION_FAILED, ACCESS_DENIED, SETTING_CONSTRAINT_VIOLATION, READONLY), 403),
    **dict.fromkeys((46, 47, 50, 56, 60, 63, 73, 81, 115), 404),
    **dict.fromkeys((TOO_MANY_BYTES, 192), 413),
    **dict.fromkeys((TOO_MANY_SIMULTANEOUS_QUERIES, SESSION_IS_LOCKED, SYSTEM_ERROR), 503),
    LOGICAL_ERROR: 500,
    NOT_IMPLEMENTED: 501,
    TIMEOUT_EXCEEDED: 408,
}
"""The HTTP status for each error code. 404 is for an unknown function, column, table, format, database or setting. Every other code, which
is about the statement or its data, has the status 400."""

_TYPES: Final = {
    "JSON": "application/json; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8",
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
    "XML": "application/xml; charset=UTF-8",
    "Pretty": "text/plain; charset=UTF-8",
    "Vertical": "text/plain; charset=UTF-8",
    "Markdown": "text/markdown; charset=UTF-8",
}
"""The media type of a format, by the beginning of its name. All others have `application/octet-stream`."""

_IN_MEMORY_BYTES: Final = 1 << 20
_OK: Final = "Ok.\n"


class Http:
    """The application. It can handle several requests at the same time.

    Args:
        running: Makes the `Running` of one request.
        version: The server's description of itself.
        packet_timeout_s: The maximum time until an analyst's whole body, or the next piece of another client's, arrives, in seconds.
    """

    def __init__(self, running: Callable[[], Running], version: ServerVersion, *, packet_timeout_s: float) -> None:
        self._running = running
        self._packet_timeout_s = packet_timeout_s
        self._headers = {
            "x-clickhouse-server-display-name": version.display_name,
            "x-clickhouse-timezone": version.timezone,
        }
        methods = ["GET", "POST", "PUT"]
        self.app = Starlette(
            routes=[
                Route("/", self._answer, methods=methods),
                Route("/ping", _ping),
                Route("/replicas_status", _ping),
            ]
        )

    async def _answer(self, request: Request) -> Response:
        pairs = request.query_params.multi_items()
        if request.method in {"GET", "HEAD"} and "query" not in request.query_params:
            return PlainTextResponse(_OK, headers=self._headers)
        running = self._running()
        try:
            wanted = asked.read("GET" if request.method == "HEAD" else request.method, pairs, request.headers)
            account = running.admit(wanted)
            with SpooledTemporaryFile(_IN_MEMORY_BYTES) as body:
                await self._receive(request, body, account)
                await run_in_threadpool(
                    running.start,
                    wanted,
                    body,
                    coding=request.headers.get("content-encoding", ""),
                    accepts=request.headers.get("accept-encoding", ""),
                )
            pieces = _pieces(request, running)
            result = await _whole(pieces, running.keep()) if wanted.waits else _begun(await anext(pieces), pieces)
            return _Answer(_closed(result, running), headers=self._described(running), media_type=_type(running))
        except BaseException as error:
            await asyncio.shield(run_in_threadpool(running.close))
            if isinstance(error, OSError) and not isinstance(error, ConnectionError):
                error = of_this_machine(error)
            if not isinstance(error, ServerError):
                raise
            return self._failed(error)

    async def _receive(self, request: Request, body: IO[bytes], account: Account) -> None:
        """Write the body of a request to a file, and set the file's position to its beginning.

        An analyst's whole body has one timeout. For any other client, whose body may have many rows, each piece has its own.
        """
        within_s, size = self._packet_timeout_s, 0
        most = QUERY_BYTES if account.reads_only else MOST_BODY_BYTES
        try:
            async with asyncio.timeout(within_s) as time:
                async for piece in request.stream():
                    size += len(piece)
                    if size > most:
                        raise too_large("A body", most)
                    await run_in_threadpool(body.write, piece)
                    if not account.reads_only:
                        time.reschedule(asyncio.get_running_loop().time() + within_s)
        except TimeoutError as error:
            raise ServerError(
                TIMEOUT_EXCEEDED, f"The body did not come within {within_s:.0f} seconds: send it at once"
            ) from error
        body.seek(0)

    def _described(self, running: Running) -> dict[str, str]:
        """Return the headers that describe a result."""
        done = running.progress
        summary = {
            "read_rows": str(done.rows),
            "read_bytes": str(done.bytes),
            "written_rows": str(done.written_rows),
            "result_rows": str(running.rows),
            "total_rows_to_read": str(done.total_rows),
            "elapsed_ns": str(done.elapsed_ns),
        }
        headers = self._headers | {
            "x-clickhouse-query-id": running.query_id,
            "x-clickhouse-format": running.form,
            "x-clickhouse-summary": json.dumps(summary, separators=(",", ":")),
        }
        if running.timezone:
            headers["x-clickhouse-timezone"] = running.timezone
        if running.coding:
            headers["content-encoding"] = running.coding
        return headers

    def _failed(self, error: ServerError) -> Response:
        headers = self._headers | {"x-clickhouse-exception-code": str(error.code)}
        text = f"Code: {error.code}. DB::Exception: {error.text}\n"
        return PlainTextResponse(text, _STATUS.get(error.code, 400), headers)


class _Answer(StreamingResponse):
    """A result with a time limit, because a client that does not read it occupies a connection of its account."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.timeout(READ_S):
            await super().__call__(scope, receive, send)


async def _ping(_: Request) -> Response:
    return PlainTextResponse(_OK)


async def _whole(pieces: AsyncIterator[bytes], kept: IO[bytes]) -> AsyncIterator[bytes]:
    """Return a result that is sent only when it is complete, and that is buffered in a file until then."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > MOST_WAITED_BYTES:
            raise ServerError(
                TOO_MANY_BYTES,
                f"A result that is waited for has at most {MOST_WAITED_BYTES} bytes: ask without wait_end_of_query, or for less",
            )
        await run_in_threadpool(kept.write, piece)
    kept.seek(0)
    return _read(kept)


async def _read(kept: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await run_in_threadpool(kept.read, _IN_MEMORY_BYTES):
        yield piece


async def _begun(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _pieces(request: Request, running: Running) -> AsyncIterator[bytes]:
    """Yield the pieces of a result, then its end. If the client disconnects meanwhile, an error stops the statement."""
    while True:
        try:
            piece = await run_in_threadpool(running.piece)
        except Ended:
            yield await run_in_threadpool(running.last)
            return
        if piece is not None:
            yield piece
        elif await request.is_disconnected():
            raise ConnectionResetError("the client left")


async def _closed(result: AsyncIterator[bytes], running: Running) -> AsyncIterator[bytes]:
    """Yield a result. An error in the middle drops the connection, so that no client mistakes a part for the whole."""
    try:
        async for piece in result:
            yield piece
    finally:
        await asyncio.shield(run_in_threadpool(running.close))


def _type(running: Running) -> str:
    return next((type_ for form, type_ in _TYPES.items() if running.form.startswith(form)), "application/octet-stream")
