"""Makes the channel's responses: pages for people, static files, problem+json for programs."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from channels.web.messages import NAME
from channels.web.parse import FieldError
from complaints import wording
from normalizer.emergency import OCCASION

_NUMBER = re.compile(r"\b\d{3}\b")

Handler = Callable[[Request], Awaitable[Response]]

STATIC = {"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}


class _Assets(NamedTuple):
    """The static files by name, the tags of their content by name, and the templates of the pages."""

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
    pages.filters["dialled"] = dialled
    pages.globals["static"] = lambda name: f"/static/{tags[name]}/{name}"
    return _Assets(static, tags, pages)


def dialled(text: str) -> Markup:
    """Return a text as HTML, with the emergency number as a link to dial it wherever our own sentence states it."""
    sentence = str(escape(wording.text(OCCASION, NAME)))
    link = _NUMBER.sub(r'<a href="tel:\g<0>">\g<0></a>', sentence)
    return Markup(str(escape(text)).replace(sentence, link))  # noqa: S704  # escaped before


def page(name: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page from its template."""
    return HTMLResponse(_assets().pages.get_template(name).render(**values), status_code=status)


def static_file(request: Request) -> Response:
    """Return a static file. Its address changes with its content, so a browser may cache it for ever."""
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


def by_method(**handlers: Handler) -> tuple[Handler, list[str]]:
    """Return one handler for all methods of an address, and their names. With separate routes, "Allow" would list only one method."""

    async def serve(request: Request) -> Response:
        return await handlers["get" if request.method == "HEAD" else request.method.lower()](request)

    return serve, [name.upper() for name in handlers]
