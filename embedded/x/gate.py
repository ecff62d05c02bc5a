"""Admits or refuses API requests: checks credentials and the rate limit, and applies the failures that a test ordered."""

import time
from collections import deque
from dataclasses import dataclass

from pydantic import Field
from starlette.requests import Request

from embedded.checked import Order
from embedded.x.config import XConfig
from embedded.x.problems import Problem


@dataclass(slots=True)
class _Window:
    """The rate-limit window of one endpoint: the number of requests in it, and its end in seconds since 1970."""

    used: int = 0
    resets_at: float = 0.0


class Fail(Order):
    """A request that the next `count` API requests whose path contains `path` fail with the HTTP status `status`.

    Requests with missing or wrong credentials do not count. `reset_s` is the time until the rate limit resets, in seconds,
    for the headers of the failed answers; None means the end of the current rate-limit window.
    """

    status: int = Field(ge=400, le=599)
    count: int = Field(1, ge=1, le=100_000)
    path: str = ""
    reset_s: float | None = None


class Gate:
    """The checks that each request passes before its endpoint runs.

    Attributes:
        limit: the maximum number of requests per endpoint in one rate-limit window.
        window_s: the length of a window in seconds.
        failures: the ordered failures. Each is used once, by the first request with valid credentials that it applies to.
    """

    def __init__(self, config: XConfig) -> None:
        self.limit = config.rate_limit
        self.window_s = float(config.rate_window_s)
        self.failures: deque[Fail] = deque()
        self._token = config.bearer_token
        self._windows: dict[str, _Window] = {}

    def admit(self, request: Request, endpoint: str) -> dict[str, str]:
        """Admit a request, count it and return the rate-limit headers for its answer.

        Args:
            request: the request.
            endpoint: the name of the endpoint, whose rate limit applies.

        Raises:
            Problem: the credentials are missing or wrong (401); a failure was ordered for this request (the failure's
                status); or the rate limit is reached (429). The first of these that applies is raised, and the request is
                not counted.
        """
        self._authenticate(request.headers.get("authorization", ""))
        window = self._windows.setdefault(endpoint, _Window())
        now = time.time()
        if now >= window.resets_at:
            window.used, window.resets_at = 0, now + self.window_s
        failure = self._failure(request.url.path)
        if failure is not None:
            problem = Problem(failure.status)
            reset_at = window.resets_at if failure.reset_s is None else now + failure.reset_s
            problem.headers = self._headers(0 if failure.status == 429 else self.limit - window.used, reset_at)  # noqa: PLR2004
            raise problem
        if window.used >= self.limit:
            problem = Problem(429)
            problem.headers = self._headers(0, window.resets_at)
            raise problem
        window.used += 1
        return self._headers(self.limit - window.used, window.resets_at)

    def forget(self) -> None:
        """Forget all counted requests, so that every endpoint starts a new window. Call it after a change of the limit."""
        self._windows.clear()

    def _authenticate(self, authorization: str) -> None:
        """Check the Authorization header of a request.

        It must have the configured bearer token (any if none is configured), or be an OAuth 1.0a header with a key and a
        signature, which are not verified.
        """
        kind, _, credentials = authorization.partition(" ")
        if kind.lower() == "bearer" and credentials and self._token in {None, credentials}:
            return
        if kind == "OAuth" and "oauth_consumer_key=" in credentials and "oauth_signature=" in credentials:
            return
        raise Problem(401)

    def _failure(self, path: str) -> Fail | None:
        for failure in self.failures:
            if failure.path in path:
                self.failures.remove(failure)
                return failure
        return None

    def _headers(self, remaining: int, resets_at: float) -> dict[str, str]:
        headers = {"x-rate-limit-limit": str(self.limit), "x-rate-limit-remaining": str(max(0, remaining))}
        return headers | {"x-rate-limit-reset": str(int(resets_at) + 1)}
