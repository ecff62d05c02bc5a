"""How the Twitter door answers: a post of ours below the citizen's, on the thread that it began."""

from concurrent.futures import Future
from typing import Protocol

from channels.base import Letter
from complaints.errors import LaporError


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

    def send(self, letter: Letter) -> "Future[str]":
        """Post the letter below the citizen's post (see Sends)."""
        answer: Future[str] = Future()
        try:
            answer.set_result(self._posts.reply(letter.text, to=letter.address["post"]))
        except LaporError as error:
            answer.set_exception(error)
        return answer
