"""Answers an invalid request to a stand-in's control interface with 400 and an explanation."""

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]


def checked(handler: Handler) -> Handler:
    """Wrap a handler so that an invalid request gets status 400 and a JSON body that explains the fault.

    The faults are a ValidationError of pydantic, whose details go into the answer, and any other ValueError.
    """

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            return JSONResponse({"error": "the request is not valid", "details": details}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    return guarded
