"""The web channel: serves the pages, the API and Open311 over HTTP until it must stop."""

import threading
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from channels.base import Account
from channels.web.api import openapi
from channels.web.api.api import Api
from channels.web.case_wishes import WishPages
from channels.web.messages import NAME
from channels.web.open311 import documents
from channels.web.open311.endpoints import GeoReport
from channels.web.pages import Pages
from channels.web.parts import WebParts
from channels.web.responses import Handler, by_method, page, problem, static_file
from channels.web.security import RateLimited, SecurityHeaders
from channels.web.service import Entry, WebService
from complaints.runtime.http_server import behind_proxies, configured_socket, serve

_TITLES = {
    "Not Found": "Halaman ini tidak ada.",
    "Method Not Allowed": "Alamat ini tidak menerima permintaan seperti itu.",
}
"""Translations of the framework's English errors."""


def refusal(path: str, status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error response: problem+json under /api/, XML or JSON under /open311/, and otherwise a page."""
    if path.startswith("/api/"):
        return problem(status, title, headers=headers)
    if path.startswith("/open311/"):
        body, media_type = documents.errors(status, title, xml=not path.endswith(".json"))
        return Response(body, status_code=status, headers=headers, media_type=media_type)
    answer = page("refused.html", status=status, title=title)
    answer.headers.update(headers or {})
    return answer


async def refused(request: Request, error: Exception) -> Response:
    """Return the response for an HTTPException."""
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.detail, error.detail)
    return refusal(request.url.path, error.status_code, title, error.headers)


async def broken(request: Request, _: Exception) -> Response:
    """Return the response for a fault of our own; the fault itself is in the log."""
    return refusal(request.url.path, 500, "Ada gangguan pada layanan kami. Silakan coba lagi sebentar.")


async def left(_request: Request, _error: Exception) -> Response:
    """Return a response for a client that disconnected in the middle of its request: that is no fault, and nobody reads it."""
    return Response(status_code=400)


def too_often(path: str, wait_s: int) -> Response:
    """Return the response for a client that sends too many requests."""
    title = f"Terlalu banyak permintaan dari alamat Anda. Silakan coba lagi dalam {wait_s} detik."
    return refusal(path, 429, title, {"Retry-After": str(wait_s)})


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _static(request: Request) -> Response:
    return static_file(request)


async def _openapi(request: Request) -> Response:
    return JSONResponse(openapi.document(needs_key=request.app.state.needs_key))


def _route(path: str, **handlers: Handler) -> Route:
    handler, methods = by_method(**handlers)
    return Route(path, handler, methods=methods)


def application(intake: Entry, parts: WebParts) -> ASGIApp:
    """Return the ASGI application with all routes, rate limits and security headers."""
    service = WebService(intake, parts)
    pages, wishes, api = Pages(service, parts), WishPages(service, parts), Api(service, parts)
    app = Starlette(
        routes=[
            _route("/", get=pages.get_form, post=pages.post_form),
            Route("/kabupaten-kota", pages.get_regencies, methods=["GET"]),
            Route("/diterima/{code}", pages.get_received, methods=["GET"]),
            Route("/lacak", pages.get_search, methods=["GET"]),
            _route("/lacak/{code}", get=pages.get_case, post=pages.post_case),
            _route("/lacak/{code}/lupakan", get=wishes.get_forget, post=wishes.post_forget),
            _route("/lacak/{code}/{wish}", get=wishes.get, post=wishes.post),
            Route("/api/v1/complaints", api.post_complaint, methods=["POST"]),
            Route("/api/v1/complaints/{code}", api.get_complaint, methods=["GET"]),
            Route("/api/v1/complaints/{code}/{wish}", api.post_wish, methods=["POST"]),
            Route("/api/v1/attachments", api.post_attachment, methods=["POST"]),
            Route("/api/v1/openapi.json", _openapi, methods=["GET"]),
            *GeoReport(service, parts).routes(),
            Route("/static/{tag}/{name}", _static, methods=["GET"]),
            Route("/health", _health, methods=["GET"]),
        ],
        exception_handlers={HTTPException: refused, ClientDisconnect: left, Exception: broken},
    )
    app.state.needs_key = parts.keys.asked_for
    limited = RateLimited(app, limits=parts.limits, keys=parts.keys, refuse=too_often)
    return SecurityHeaders(limited)


class WebChannel:
    """The channel of browsers and of the mobile app. It has no account: citizens read all replies on the page of the case."""

    name = NAME
    accounts: Sequence[Account] = ()

    def __init__(
        self, intake: Entry, at: tuple[str, int], parts: WebParts, *, turned: Callable[[], None], proxies: str = ""
    ) -> None:
        """Keep the settings.

        Args:
            intake: takes the messages.
            at: the host and the port to listen on.
            parts: the other parts that the handlers use.
            turned: the heartbeat, called in each round of the loop.
            proxies: addresses and networks, separated by commas, of proxies that are trusted to state the client's address.
        """
        self._intake = intake
        self._at = at
        self._parts = parts
        self._turned = turned
        self._proxies = proxies

    def run(self, stop: threading.Event) -> None:
        """Serve (see Channel).

        Raises:
            ConfigurationError: it cannot listen on the address.
        """
        app = application(self._intake, self._parts)
        if self._proxies:
            app = behind_proxies(app, self._proxies)
        serve(app, configured_socket(*self._at, setting="LAPOR_WEB"), stop, self._turned)
