"""X's error answers, in the forms of its documentation."""

from typing import Any

from starlette.responses import JSONResponse

_TITLES = {400: "Invalid Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
_TITLES |= {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
_KINDS = "https://api.twitter.com/2/problems/"


class Problem(Exception):
    """An error that becomes the answer to a request.

    Attributes:
        status: HTTP status.
        body: the JSON of the answer, with a title, a type and a detail.
        headers: additional HTTP headers of the answer.
    """

    def __init__(self, status: int, detail: str = "", *, more: dict[str, Any] | None = None) -> None:
        title = _TITLES.get(status, "Error")
        super().__init__(detail or title)
        self.status = status
        self.body: dict[str, Any] = {"title": title, "type": "about:blank", "status": status}
        self.body |= {"detail": detail or title} | (more or {})
        self.headers: dict[str, str] = {}

    def response(self) -> JSONResponse:
        """Return the HTTP response for this problem."""
        return JSONResponse(self.body, self.status, self.headers, media_type="application/problem+json")


def invalid(parameter: str, value: str, message: str) -> Problem:
    """Return the problem for a request whose parameter has a value that is not valid (status 400).

    `message` is the text for people.
    """
    problem = Problem(400, "One or more parameters to your request was invalid.")
    problem.body |= {"errors": [{"parameters": {parameter: [value]}, "message": message}]}
    problem.body["type"] = _KINDS + "invalid-request"
    del problem.body["status"]
    return problem


def missing(parameter: str, value: str) -> dict[str, Any]:
    """Return the entry for the `errors` list of a 200 answer that says that there is no account with this id or username."""
    about = {"value": value, "resource_id": value, "parameter": parameter, "resource_type": "user"}
    detail = f"Could not find user with {parameter}: [{value}]."
    return about | {"title": "Not Found Error", "detail": detail, "type": _KINDS + "resource-not-found"}
