"""The webhook: Telegram posts each update to us, and gets 200 only after the update is safe."""

import hmac
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import structlog

from channels.telegram.albums import QUIET_S, album_of
from complaints.errors import MalformedMessage, UnavailableError
from complaints.limits import BODY_BYTES

log = structlog.get_logger()

MOST_BODY_BYTES = BODY_BYTES
"""The maximum size of an update in bytes. Updates have a few thousand, because files are never part of them."""

GATHER_TIMEOUT_S = 180.0
"""The maximum seconds until an album is safe, with its files fetched and stored."""

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  # a header's name

Update = Mapping[str, Any]
Process = Callable[[list[Update]], None]
Reject = Callable[[str, bytes, Exception], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The address to which Telegram posts updates.

    Attributes:
        url: the public HTTPS address that leads to ours.
        host: the host to listen on.
        port: the port to listen on.
        secret: the secret that Telegram sends with each update.
    """

    url: str
    host: str
    port: int
    secret: str


@dataclass(slots=True)
class _Group:
    updates: list[Update] = field(default_factory=list)
    last_s: float = 0.0
    done: "Future[None]" = field(default_factory=Future)


class Gathering:
    """Collects the updates of an album. They come in concurrent requests, whose threads wait here until all are safe. Thread-safe."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._groups: dict[str, _Group] = {}

    def take(self, update: Update) -> None:
        """Take an update, and return once it is safe, together with its album.

        Raises:
            UnavailableError, TimeoutError: it is not safe.
        """
        name = album_of(update)
        if not name:
            self._process([update])
            return
        with self._lock:
            first = name not in self._groups
            group = self._groups.setdefault(name, _Group())
            group.updates.append(update)
            group.last_s = time.monotonic()
        if first:
            self._lead(name, group)
        group.done.result(GATHER_TIMEOUT_S)

    def _lead(self, name: str, group: _Group) -> None:
        while (left := group.last_s + QUIET_S - time.monotonic()) > 0:
            time.sleep(left)
        with self._lock:
            del self._groups[name]
        try:
            self._process(sorted(group.updates, key=_number))
        except BaseException as error:  # the threads that wait must get any error
            group.done.set_exception(error)
            raise
        group.done.set_result(None)


def _number(update: Update) -> int:
    found = update.get("update_id")
    return found if isinstance(found, int) else 0


def application(hook: Hook, process: Process, reject: Reject) -> Any:
    """Return the ASGI application that Telegram calls.

    Args:
        hook: the webhook with the secret that Telegram must send.
        process: takes updates; returns once they are safe, and raises UnavailableError if they are not.
        reject: keeps a body that is not an update; takes its name, its bytes and the error.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    gathering = Gathering(process)

    def taken(body: bytes) -> None:
        try:
            update = json.loads(body)
            fault = (
                None if isinstance(update, dict) else MalformedMessage("no update as Telegram documents it: no object")
            )
        except (ValueError, RecursionError) as error:
            fault = MalformedMessage(f"no update as Telegram documents it: {type(error).__name__}")
        if fault is None:
            gathering.take(update)
        else:
            reject(sha256(body).hexdigest(), body, fault)

    async def post(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), hook.secret.encode()):
            return Response(status_code=401)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY_BYTES:
                return Response(status_code=413)
        try:
            await run_in_threadpool(taken, bytes(body))
        except (UnavailableError, TimeoutError) as error:
            log.warning("an update is not safe: Telegram brings it again", error=str(error))
            return Response(status_code=503, headers={"Retry-After": "5"})
        return Response(status_code=200)

    return Starlette(routes=[Route("/{path:path}", post, methods=["POST"])])
