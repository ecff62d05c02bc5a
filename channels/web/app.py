"""The pages, the API and Open311 as one Starlette application; it holds no state of its own."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from channels.web.api import openapi
from channels.web.api.api import Api
from channels.web.case_wishes import WishPages
from channels.web.open311.endpoints import GeoReport
from channels.web.pages import Pages
from channels.web.parts import WebParts
from channels.web.refusals import broken, left, refused, too_often
from channels.web.responses import Handler, by_method, static_file
from channels.web.security import HEADERS, RateLimited, SecurityHeaders
from channels.web.service import Entry, WebService


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
    """Return the application.

    Args:
        intake: takes the messages.
        parts: the other parts that the handlers work with.
    """
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


__all__ = ["HEADERS", "application"]
