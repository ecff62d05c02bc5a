"""The filtered stream: sends its listeners each new public post that matches a rule, and an empty line after each silence.

Posts of protected accounts are not public.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson

from embedded.x.fields import Wanted, show
from embedded.x.posts import Post
from embedded.x.problems import Problem
from embedded.x.search import matcher
from embedded.x.store import XStore

_MOST_CONNECTIONS = 1  # connections at a time, as X allows per app
_MOST_WAITING = 10_000  # posts; a listener with a longer backlog is disconnected


class Streams:
    """The filtered stream and its listeners, the connections that read it.

    Args:
        store: the rules, and the accounts that posts refer to.
        keep_alive_s: time without a post, in seconds, after which a listener gets an empty line.
    """

    def __init__(self, store: XStore, keep_alive_s: float) -> None:
        self._store = store
        self._keep_alive_s = keep_alive_s
        self._listeners: dict[asyncio.Queue[bytes | None], Wanted] = {}

    @property
    def listeners(self) -> int:
        """The number of connected listeners."""
        return len(self._listeners)

    def open(self, wanted: Wanted) -> AsyncIterator[bytes]:
        """Register a listener and return its lines.

        The first line is empty. Then each post that `publish` sends is a line of JSON, with the fields that are wanted.
        An empty line comes after each silence of `keep_alive_s` seconds. The lines end when the stream is cut, and after a
        new post that came while 10,000 posts already waited for this listener.

        Raises:
            Problem: there is already a listener (status 429).
        """
        if len(self._listeners) >= _MOST_CONNECTIONS:
            raise _too_many()
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners[queue] = wanted
        return self._lines(queue)

    async def _lines(self, queue: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
        try:
            yield b"\r\n"
            while True:
                try:
                    line = await asyncio.wait_for(queue.get(), self._keep_alive_s)
                except TimeoutError:
                    line = b"\r\n"
                if line is None:
                    return
                yield line
        finally:
            self._listeners.pop(queue, None)

    def publish(self, post: Post) -> None:
        """Send a new post to all listeners if its author is not protected and it matches a rule.

        A listener for which 10,000 posts already wait gets neither this post nor the oldest of them, and its stream ends after
        the others.
        """
        author = self._store.users([post.author_id])[0]
        if not self._listeners or author.protected:
            return
        rules = [
            {"id": rule["id"], "tag": rule.get("tag", "")}
            for rule in self._store.rules()
            if matcher(rule["value"], self._store.username)(post)
        ]
        if not rules:
            return
        for queue, wanted in list(self._listeners.items()):
            answer: dict[str, Any] = show([post], wanted, self._store)
            answer["data"] = answer["data"][0]
            answer["matching_rules"] = rules
            if queue.full():
                self._listeners.pop(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(orjson.dumps(answer) + b"\r\n")

    def cut(self) -> None:
        """End every listener's connection and discard its waiting posts."""
        for queue in self._listeners:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)


def _too_many() -> Problem:
    detail = "This stream is currently at the maximum allowed connection limit."
    problem = Problem(429, detail, more={"connection_issue": "TooManyConnections", "title": "ConnectionException"})
    problem.body["type"] = "https://api.twitter.com/2/problems/streaming-connection"
    return problem
