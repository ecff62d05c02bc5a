"""The door's answers: pages for people, problem+json for programs, GeoReport errors for Open311; never the framework's English."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from channels.web.open311 import documents
from channels.web.parse import FieldError

Handler = Callable[[Request], Awaitable[Response]]

STATIC = {"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}

_TITLES = {
    "Not Found": "Halaman ini tidak ada.",
    "Method Not Allowed": "Alamat ini tidak menerima permintaan seperti itu.",
}
"""What the framework says in English."""


class _Assets(NamedTuple):
    """The scripts, styles and pictures by name, the tag of each one's content, and the templates of the pages."""

    files: Mapping[str, bytes]
    tags: Mapping[str, str]
    pages: Environment


@cache
def _assets() -> _Assets:
    static = {name: files(__package__).joinpath("static", name).read_bytes() for name in STATIC}
    tags = {name: sha256(data).hexdigest()[:16] for name, data in static.items()}
    pages = Environment(
        loader=PackageLoader("channels.web"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    pages.globals["static"] = lambda name: f"/static/{tags[name]}/{name}"
    return _Assets(static, tags, pages)


def page(name: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page from its template."""
    return HTMLResponse(_assets().pages.get_template(name).render(**values), status_code=status)


def static_file(request: Request) -> Response:
    """Return a script, style or picture; its address changes with its content, so that it is kept for ever."""
    name, tag = request.path_params["name"], request.path_params["tag"]
    if _assets().tags.get(name) != tag:
        raise HTTPException(404)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "public, max-age=31536000, immutable"}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(_assets().files[name], media_type=STATIC[name], headers=headers)


def problem(
    status: int, title: str, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error for programs (RFC 9457)."""
    body: dict[str, Any] = {"title": title, "status": status}
    if errors:
        body["errors"] = [
            {name: value for name, value in asdict(error).items() if value or name != "suggestions"} for error in errors
        ]
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


def refusal(path: str, status: int, title: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error in the form that the path's readers expect."""
    if path.startswith("/api/"):
        return problem(status, title, headers=headers)
    if path.startswith("/open311/"):
        body, media_type = documents.errors(status, title, xml=not path.endswith(".json"))
        return Response(body, status_code=status, headers=headers, media_type=media_type)
    answer = page("refused.html", status=status, title=title)
    answer.headers.update(headers or {})
    return answer


async def refused(request: Request, error: Exception) -> Response:
    """Answer for what was refused on purpose."""
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.detail, error.detail)
    return refusal(request.url.path, error.status_code, title, error.headers)


async def broken(request: Request, _: Exception) -> Response:
    """Answer for a fault of our own; the fault itself is in the log."""
    return refusal(request.url.path, 500, "Ada gangguan pada layanan kami. Silakan coba lagi sebentar.")


async def left(_request: Request, _error: Exception) -> Response:
    """A client that went away in the middle of its request is no fault, and reads no answer."""
    return Response(status_code=400)


def too_often(path: str, wait_s: int) -> Response:
    """Answer a client that asks too often."""
    title = f"Terlalu banyak permintaan dari alamat Anda. Silakan coba lagi dalam {wait_s} detik."
    return refusal(path, 429, title, {"Retry-After": str(wait_s)})


def by_method(**handlers: Handler) -> tuple[Handler, list[str]]:
    """Return one handler for an address that takes several methods, and their names: the framework would tell only one as allowed."""

    async def serve(request: Request) -> Response:
        return await handlers["get" if request.method == "HEAD" else request.method.lower()](request)

    return serve, [name.upper() for name in handlers]
