"""Telegram's error answers, in the form of its documentation."""

from typing import Any

from starlette.responses import JSONResponse

_TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
_TITLES |= {429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}

WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Problem(Exception):
    """An error that becomes the answer to a call of the Bot API.

    Attributes:
        status: HTTP status, which is also the error_code in the body.
        body: the JSON of the answer.
    """

    def __init__(self, status: int, detail: str = "", **parameters: int) -> None:
        title = _TITLES.get(status, "Error")
        super().__init__(detail or title)
        self.status = status
        description = f"{title}: {detail}" if detail else title
        self.body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = parameters

    def response(self) -> JSONResponse:
        """Return the HTTP response for this problem."""
        return JSONResponse(self.body, self.status)


def bad(detail: str) -> Problem:
    """Return the problem for a request that is not valid (status 400); `detail` says why."""
    return Problem(400, detail)


def too_many(retry_after_s: int) -> Problem:
    """Return the problem for a bot that sends too many requests (status 429); it may retry after this time in seconds."""
    return Problem(429, f"retry after {retry_after_s}", retry_after=retry_after_s)
