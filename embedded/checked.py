"""Answers those who write wrongly to a stand-in's control side."""

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]


def checked(handler: Handler) -> Handler:
    """Answer 400 with words for what a caller wrote wrongly."""

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            return JSONResponse({"error": "the request is not as it must be", "details": details}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    return guarded
