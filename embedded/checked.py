"""The requests to a stand-in's control interface, and the answer to an invalid one: 400 and an explanation."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]
"""An asynchronous function that answers one HTTP request."""


class Order(BaseModel):
    """The base of the requests that a test sends to a control interface. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def checked(handler: Handler) -> Handler:
    """Return a handler that answers like the given one, but answers an invalid request with 400 and a JSON explanation.

    A request counts as invalid if the given handler raises ValueError. The explanation is the error's text. For pydantic's
    ValidationError, which is a ValueError too, it lists each field at fault instead. Other errors are not caught.
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
