"""How the Twitter door answers: a post of ours below the citizen's, on the thread that it began."""

import time
from concurrent.futures import Future
from typing import Protocol

from channels.base import Letter
from channels.twitter.client import RateLimited
from complaints.errors import LaporError

LIMITED_S = 60.0
"""How long nothing is posted after a 429 that does not say for how long."""


class Posts(Protocol):
    """Posts for our account."""

    def reply(self, text: str, *, to: str) -> str:
        """Post below another post and return the new one's id.

        Raises:
            UpstreamUnavailable: X does not take it now.
            Undeliverable: it never will: the post is gone or hidden from us.
        """


class XSender:
    """Sends letters as posts."""

    def __init__(self, posts: Posts) -> None:
        """Keep X."""
        self._posts = posts
        self._limited_until_s = 0.0

    def send(self, letter: Letter) -> "Future[str]":
        """Post the letter below the citizen's post (see Sends)."""
        answer: Future[str] = Future()
        try:
            if time.time() < self._limited_until_s:
                raise RateLimited(self._limited_until_s)  # X ends the access of who goes on asking
            answer.set_result(self._posts.reply(letter.text, to=letter.address["post"]))
        except LaporError as error:
            if isinstance(error, RateLimited):
                self._limited_until_s = error.until_s or time.time() + LIMITED_S
            answer.set_exception(error)
        return answer
