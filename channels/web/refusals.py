"""The answers to refused and failed requests: a page, problem+json or a GeoReport error, never the framework's English."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from channels.web.open311 import documents
from channels.web.responses import page, problem

_TITLES = {
    "Not Found": "Halaman ini tidak ada.",
    "Method Not Allowed": "Alamat ini tidak menerima permintaan seperti itu.",
}
"""What the framework says in English."""


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
