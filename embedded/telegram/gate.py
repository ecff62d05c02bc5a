"""Admits or refuses calls of the Bot API: checks the token and applies the failures that a test ordered."""

import asyncio
import re
from collections import deque

from pydantic import Field

from embedded.checked import Order
from embedded.telegram.problems import Problem, too_many

_TOKEN = re.compile(r"\d+:[\w-]+")


class Fail(Order):
    """A request that the next `count` calls of a method, or of any method, fail or are delayed.

    Attributes:
        status: the HTTP status of the answers; 0 for normal answers that are only delayed.
        count: the number of calls.
        method: the method, in upper or lower case; "file" means file downloads, and an empty text any call or download.
        retry_after_s: the wait that an answer with status 429 asks for, in seconds.
        hang_s: the delay before each answer, in seconds.
    """

    status: int = Field(ge=0, le=599)
    count: int = Field(1, ge=1, le=100_000)
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
        self.failures: deque[Fail] = deque()
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
        failure = next((found for found in self.failures if found.method.lower() in {"", method.lower()}), None)
        if failure is None:
            return
        self.failures.remove(failure)
        await asyncio.sleep(failure.hang_s)
        if failure.status == 429:  # noqa: PLR2004 - its HTTP name says it
            raise too_many(failure.retry_after_s)
        if failure.status:
            raise Problem(failure.status)
