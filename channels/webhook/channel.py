"""The webhook channel: takes signed complaints at /hooks/{source}, and answers 202 only after a complaint is safe."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.base import Account
from channels.intake import Intake
from channels.webhook.parse import NAME, account_of, inbound
from channels.webhook.sender import WebhookAccount, client
from channels.webhook.sources import Source
from complaints.errors import ContractViolation, MalformedMessage, UnavailableError
from complaints.limits import BODY_BYTES
from complaints.runtime.http_server import configured_socket, serve

RETRY_AFTER_S = "30"
"""Seconds after which a source should try again if nothing can be kept now."""


class WebhookChannel:
    """The channel of other systems. Each source has an account, by which replies are sent to it."""

    name = NAME

    def __init__(
        self,
        intake: Intake,
        sources: Mapping[str, Source],
        *,
        at: tuple[str, int],
        pseudonym: Callable[[str], str],
        turned: Callable[[], None],
    ) -> None:
        self._intake = intake
        self._sources = sources
        self._at = at
        self._pseudonym = pseudonym
        self._turned = turned
        self._http = client()
        self.accounts: Sequence[Account] = [WebhookAccount(source, self._http) for source in sources.values()]

    def run(self, stop: threading.Event) -> None:
        """Serve (see Channel).

        Raises:
            ConfigurationError: it cannot listen on the address.
        """
        try:
            serve(self.application(), configured_socket(*self._at, setting="LAPOR_WEBHOOK"), stop, self._turned)
        finally:
            self._http.close()

    def application(self) -> Starlette:
        """Return the HTTP application."""

        async def health(_: Request) -> Response:
            return JSONResponse({"status": "ok"})

        return Starlette(
            routes=[
                Route("/hooks/{source}", self._post, methods=["POST"]),
                Route("/health", health, methods=["GET"]),
            ]
        )

    async def _post(self, request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if body is None:
            return _problem(413, f"at most {BODY_BYTES} bytes")
        source = self._sources.get(request.path_params["source"])
        if source is None or not source.signed(body, request.headers):
            return _problem(401, "no valid signature of a source that is known here")
        return await self._take(body, source, request.headers["webhook-id"])

    async def _take(self, body: bytes, source: Source, webhook_id: str) -> Response:
        refusal: Response | None = None
        try:
            message = inbound(
                body, source=source.name, webhook_id=webhook_id, pseudonym=self._pseudonym, shared=source.shared
            )
            keep = partial(self._intake.take, replace(message, keyword_region=source.region or None))
        except MalformedMessage as error:  # it is signed, so it is no noise: keep it, and tell the source the error
            refusal, name = _problem(400, str(error)), f"{source.name}/{webhook_id}"
            keep = partial(self._intake.reject, body, error, name=name, account=account_of(source.name))
        try:
            # this call may block while Kafka is away, so it must not run on the event loop
            waiting = await run_in_threadpool(keep)
            # if the source disconnects, the message is kept nevertheless
            receipt = await asyncio.shield(asyncio.wrap_future(waiting))
        except ContractViolation:
            return _problem(413, "more than can be kept")
        except UnavailableError:
            return _problem(503, "it cannot be kept now; send it again", {"Retry-After": RETRY_AFTER_S})
        return refusal or JSONResponse({"id": str(receipt.message_id)}, 202)


async def _body(request: Request) -> bytes | None:
    """Return the body, or None if it is too large; then the rest is not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def _problem(status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error (RFC 9457)."""
    body = {"title": title, "status": status}
    return JSONResponse(body, status, headers, media_type="application/problem+json")
