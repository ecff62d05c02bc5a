"""Lets a request in or not: the token, and the failures that were asked for."""

import asyncio
import re
from collections import deque
from dataclasses import dataclass

from embedded.telegram.problems import Problem, too_many

_TOKEN = re.compile(r"\d+:[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure to answer with.

    Attributes:
        status: HTTP status; 0 for no answer of its own, after a hang.
        method: the method that it is for, in small letters; any if empty.
        retry_after_s: what a 429 says.
        hang_s: seconds that pass before the answer.
    """

    status: int
    method: str = ""
    retry_after_s: int = 1
    hang_s: float = 0.0


class Gate:
    """What stands before every method."""

    def __init__(self, token: str | None) -> None:
        self.failures: deque[Failure] = deque()
        self._token = token

    def authenticate(self, token: str) -> int:
        """Return the bot's id, which its token begins with.

        Raises:
            Problem: the token is none, or not the right one.
        """
        if not _TOKEN.fullmatch(token):
            raise Problem(404)
        if self._token not in {None, token}:
            raise Problem(401)
        return int(token.partition(":")[0])

    async def admit(self, method: str) -> None:
        """Let a call in.

        Raises:
            Problem: it is to fail.
        """
        failure = next((found for found in self.failures if found.method in {"", method.lower()}), None)
        if failure is None:
            return
        self.failures.remove(failure)
        await asyncio.sleep(failure.hang_s)
        if failure.status == 429:  # noqa: PLR2004 - its HTTP name says it
            raise too_many(failure.retry_after_s)
        if failure.status:
            raise Problem(failure.status)
