"""Admits or refuses calls of the Bot API: checks the token and applies the failures that a test ordered."""

import asyncio
import re
from collections import deque
from dataclasses import dataclass

from embedded.telegram.problems import Problem, too_many

_TOKEN = re.compile(r"\d+:[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure or delay of one call of the Bot API, which a test ordered.

    Attributes:
        status: HTTP status of the answer; 0 for a normal answer after the delay.
        method: the method that fails, in lower case; "file" for a download; any call or download if empty.
        retry_after_s: the wait that an answer with status 429 asks for, in seconds.
        hang_s: delay before the answer, in seconds.
    """

    status: int
    method: str = ""
    retry_after_s: int = 1
    hang_s: float = 0.0


class Gate:
    """The checks that each method call and each file download passes before it is answered.

    Args:
        token: the only token that is accepted; if None, any number with a colon and letters, digits, `_` or `-` after it.

    Attributes:
        failures: the ordered failures. Each is used once, by the first call that it applies to.
    """

    def __init__(self, token: str | None) -> None:
        self.failures: deque[Failure] = deque()
        self._token = token

    def authenticate(self, token: str) -> int:
        """Check the token of a call and return the bot's id, which is the number before the colon.

        Raises:
            Problem: the text does not have the form of a token (404), or a token is configured and the text is another one (401).
        """
        if not _TOKEN.fullmatch(token):
            raise Problem(404)
        if self._token not in {None, token}:
            raise Problem(401)
        return int(token.partition(":")[0])

    async def admit(self, method: str) -> None:
        """Admit a call, unless a failure was ordered for its method or for any; the first such failure is then used up.

        The failure first delays the call by its `hang_s`. If its status is 0, the call is then admitted.

        Raises:
            Problem: the failure has another status, which is the status of the answer.
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
