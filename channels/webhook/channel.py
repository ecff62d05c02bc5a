"""The webhook door: takes signed complaints at /hooks/{source}, and says 202 only when one is safe."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.intake import Intake
from channels.safe import Outcome
from channels.webhook.parse import NAME, faceless, inbound
from channels.webhook.sender import WebhookSender
from channels.webhook.sources import Source
from complaints.errors import ContractViolation, MalformedMessage, UnavailableError
from complaints.runtime.http_server import configured_socket, serve

MOST_BODY_BYTES = 1 << 20
"""Files stand in it by their address only; Kafka takes no larger record."""

RETRY_AFTER_S = "30"


class WebhookChannel:
    """The door of other systems."""

    name = NAME

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        at: tuple[str, int],
        pseudonym: Callable[[str], str],
        turned: Callable[[], None],
    ) -> None:
        """Keep the parts.

        Args:
            sources: by name.
            at: host and port to listen on.
            pseudonym: hides what a source may have written into its identifiers.
            turned: is called each time the loop turns.
        """
        self._sources = sources
        self._at = at
        self._pseudonym = pseudonym
        self._turned = turned
        self._sender = WebhookSender(sources)

    @property
    def sender(self) -> WebhookSender:
        """How it answers."""
        return self._sender

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Serve (see Channel).

        Raises:
            ConfigurationError: the address cannot be listened on.
        """
        host, port = self._at
        listener = configured_socket(host, port, setting="LAPOR_WEBHOOK")

        async def post(request: Request) -> Response:
            return await self._post(request, intake)

        async def health(_: Request) -> Response:
            return JSONResponse({"status": "ok"})

        routes = [Route("/hooks/{source}", post, methods=["POST"]), Route("/health", health, methods=["GET"])]
        try:
            serve(Starlette(routes=routes), listener, stop, self._turned)
        finally:
            self._sender.close()

    async def _post(self, request: Request, intake: Intake) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if body is None:
            return _said(413, f"at most {MOST_BODY_BYTES} bytes")
        source = self._sources.get(request.path_params["source"])
        if source is None or not source.signed(body, request.headers):
            return _said(401, "no valid signature of a source that is known here")
        return await self._taken(body, source.name, request.headers["webhook-id"], intake)

    async def _taken(self, body: bytes, source: str, webhook_id: str, intake: Intake) -> Response:
        fault = ""
        try:
            message = inbound(body, source=source, webhook_id=webhook_id, pseudonym=self._pseudonym)
            waiting = await run_in_threadpool(intake.accept, message)
        except MalformedMessage as error:  # signed, so somebody meant it: kept, and the source told what is wrong
            fault = str(error)
            key = f"{NAME}/{self._pseudonym(f'{source}/{webhook_id}')}"
            kept = partial(intake.reject, key, payload=faceless(body), error=error)
            waiting = await run_in_threadpool(kept)
        try:
            # a source that leaves does not undo what is kept
            receipt = await asyncio.shield(asyncio.wrap_future(waiting))
        except ContractViolation:
            return _said(413, "more than can be kept")
        except UnavailableError:
            return _said(503, "it cannot be kept now; send it again", {"Retry-After": RETRY_AFTER_S})
        if fault:
            return _said(400, fault)
        code = receipt.tracking_code if receipt.outcome is not Outcome.dead_lettered else None
        return JSONResponse({"id": str(receipt.complaint_id), "tracking_code": code}, 202)


async def _body(request: Request) -> bytes | None:
    """Return the body, or None where it is too large; the rest is then not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            return None
    return bytes(body)


def _said(status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    """RFC 9457."""
    body = {"title": title, "status": status}
    return JSONResponse(body, status, headers, media_type="application/problem+json")
