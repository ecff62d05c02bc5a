"""The pages and the API as a Starlette application; it holds no state of its own."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any
from uuid import uuid4

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.base import Outcome, Receipt
from channels.web.parse import FieldError, Submission, form_fields, from_form, from_json, inbound
from complaints import tracking
from complaints.errors import ContractViolation, MalformedMessage, TrackingCodeError, UnavailableError
from complaints.message import InboundMessage

Accept = Callable[[InboundMessage], "Future[Receipt]"]

RETRY_AFTER_S = "30"
"""What a client is told to wait when nothing can be kept."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_TITLES = {
    "Not Found": "Halaman ini tidak ada.",
    "Method Not Allowed": "Alamat ini tidak menerima permintaan seperti itu.",
}
"""What the framework says in English."""

_pages = Environment(loader=PackageLoader("channels.web"), autoescape=select_autoescape())


async def limited_body(request: Request, most: int) -> bytes:
    """Return the body.

    Raises:
        HTTPException: 413 as soon as it is or says that it is larger than `most` bytes; the rest is not read.
    """
    too_large = HTTPException(413, f"Laporan terlalu besar: paling banyak {most} byte.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise too_large
    return bytes(body)


class WebDoor:
    """The handlers. Each waits for the receipt before it says yes."""

    def __init__(self, accept: Accept, *, max_body_bytes: int) -> None:
        """Keep the parts.

        Args:
            accept: the intake's.
            max_body_bytes: of one request.
        """
        self._accept = accept
        self._max_body_bytes = max_body_bytes

    async def _kept(self, submission: Submission, key: str | None) -> Receipt:
        # accept may block while Kafka is away: not on the event loop
        waiting = await run_in_threadpool(self._accept, inbound(submission, idempotency_key=key))
        try:
            receipt = await asyncio.shield(
                asyncio.wrap_future(waiting)
            )  # a client that leaves does not undo what is kept
        except ContractViolation as error:
            raise HTTPException(413, "Laporan terlalu besar.") from error
        except UnavailableError as error:
            raise HTTPException(
                503, "Laporan belum dapat diterima. Silakan coba lagi sebentar.", headers={"Retry-After": RETRY_AFTER_S}
            ) from error
        if receipt.outcome is Outcome.dead_lettered:
            raise HTTPException(422, "Laporan tidak dapat dibaca; petugas akan memeriksanya.")
        return receipt

    async def post_api(self, request: Request) -> Response:
        """Take a complaint as JSON: 202 with its tracking code once it is safe."""
        found = from_json(await limited_body(request, self._max_body_bytes))
        if isinstance(found, list):
            return _problem(422, "Laporan belum lengkap atau tidak benar.", errors=found)
        receipt = await self._kept(found, request.headers.get("idempotency-key"))
        return JSONResponse({"id": str(receipt.complaint_id), "tracking_code": receipt.tracking_code}, status_code=202)

    async def form(self, request: Request) -> Response:
        """Show the empty form, or take a filled one; where a field is wrong, show it beside the field with all that was typed."""
        if request.method != "POST":
            return _page("form.html", values={"form_key": uuid4().hex}, errors={})
        try:
            fields = form_fields(await limited_body(request, self._max_body_bytes))
        except MalformedMessage as error:
            raise HTTPException(400, "Formulir ini tidak dapat dibaca.") from error
        found = from_form(fields)
        if isinstance(found, list):
            return _page("form.html", status=422, values=fields, errors={error.field: error.message for error in found})
        receipt = await self._kept(found, fields.get("form_key"))
        return RedirectResponse(f"/diterima/{receipt.tracking_code}", status_code=303)

    async def get_received(self, request: Request) -> Response:
        """Show the tracking code."""
        try:
            code = tracking.parse(request.path_params["code"])
        except TrackingCodeError as error:
            raise HTTPException(404, "Kode laporan ini tidak dikenal. Periksa lagi hurufnya.") from error
        return _page("received.html", code=code, spaced=tracking.spaced(code))

    async def get_health(self, _: Request) -> Response:
        """Say that the loop turns."""
        return JSONResponse({"status": "ok"})


def _page(name: str, *, status: int = 200, **values: Any) -> Response:
    return HTMLResponse(_pages.get_template(name).render(**values), status_code=status)


def _problem(status: int, title: str, errors: list[FieldError] | None = None, headers: Any = None) -> Response:
    """RFC 9457."""
    body: dict[str, Any] = {"title": title, "status": status}
    if errors:
        body["errors"] = [{"field": error.field, "message": error.message} for error in errors]
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.detail, error.detail)
    return _refusal(request, error.status_code, title, error.headers)


async def _broken(request: Request, _: Exception) -> Response:
    """Answer for a fault of our own; the fault itself is in the log."""
    return _refusal(request, 500, "Ada gangguan pada layanan kami. Silakan coba lagi sebentar.")


async def _left(_request: Request, _error: Exception) -> Response:
    """A client that went away in the middle of its request is no fault, and reads no answer."""
    return Response(status_code=400)


def _refusal(request: Request, status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    if request.url.path.startswith("/api/"):
        return _problem(status, title, headers=headers)
    answer = _page("refused.html", status=status, title=title)
    answer.headers.update(headers or {})
    return answer


class _SecurityHeaders:
    """Around everything, so that the answer to a fault of our own has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)


def application(accept: Accept, *, max_body_bytes: int) -> ASGIApp:
    """Return the application.

    Args:
        accept: the intake's.
        max_body_bytes: of one request.
    """
    door = WebDoor(accept, max_body_bytes=max_body_bytes)
    app = Starlette(
        routes=[
            Route("/", door.form, methods=["GET", "POST"]),
            Route("/diterima/{code}", door.get_received, methods=["GET"]),
            Route("/api/v1/complaints", door.post_api, methods=["POST"]),
            Route("/health", door.get_health, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _left, Exception: _broken},
    )
    return _SecurityHeaders(app)
