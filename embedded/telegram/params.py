"""Reads the parameters of a Bot API call from the URL's query, a form, a multipart form or JSON."""

import json
from typing import Any

from starlette.requests import Request

from embedded.telegram.problems import bad


class Params:
    """The parameters of one request, by name. Numbers and objects may be sent as text, as Telegram allows."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @classmethod
    async def of(cls, request: Request) -> "Params":
        """Read the parameters of a request from its URL and its body; the body takes precedence. Files are ignored.

        Raises:
            Problem: the content type is JSON, but the body is not a JSON object (status 400). An empty
                body counts as an empty object.
        """
        values: dict[str, Any] = dict(request.query_params)
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind == "application/json":
            try:
                body = json.loads(await request.body() or b"{}")
            except ValueError as error:
                raise bad("can't parse JSON object") from error
            if not isinstance(body, dict):
                raise bad("can't parse JSON object")
            values |= body
        elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            async with request.form() as form:
                values |= {name: value for name, value in form.items() if isinstance(value, str)}
        return cls(values)

    def text(self, name: str, default: str = "") -> str:
        """Return the value of a parameter as text, or the default if it is absent."""
        value = self._values.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return the value of a parameter as a whole number, or the default if it is absent or not a number, as at Telegram."""
        try:
            return int(self._values.get(name, default))
        except (TypeError, ValueError):
            return default

    def object(self, name: str, kind: type) -> Any:
        """Return the value of a parameter that is a JSON object or array; None if it is absent or an empty text.

        Args:
            name: the name of the parameter.
            kind: dict for an object, list for an array.

        Raises:
            Problem: the value is not JSON, or not of this kind (status 400).
        """
        value = self._values.get(name)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError as error:
                raise bad(f"can't parse {name} JSON object") from error
        if value in (None, ""):
            return None
        if not isinstance(value, kind):
            raise bad(f"object expected as {name}" if kind is dict else f"array expected as {name}")
        return value
