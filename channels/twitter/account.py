"""Our account on X: it reads our mentions while this process owns its mailbox, and posts replies."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from channels.base import Letter, Page
from channels.polling import Polling
from channels.twitter.hint import Hint
from channels.twitter.sender import CAPACITY, XSender


class XAccount:
    """The account of one username (see channels.base.Account)."""

    capacity = CAPACITY
    per_second: float | None = None
    polled = True

    def __init__(self, name: str, sender: XSender, *, polling: Polling, hint: Hint | None) -> None:
        """Keep the parts; X is not called before `begin`.

        Args:
            name: the name of the account.
            sender: posts replies.
            polling: reads mentions.
            hint: says when to look at once; None without a stream.
        """
        self.name = name
        self._sender, self._polling, self._hint = sender, polling, hint
        self._stop: threading.Event | None = None

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Read mentions behind a cursor, and be ready to send."""
        if self._stop is not None:
            return
        self._stop = threading.Event()
        self._sender.begin()
        self._polling.begin(cursor)
        if self._hint is not None:
            self._hint.start(self._stop)

    def end(self) -> None:
        """Stop to read. Replies on their way may still be answered."""
        if self._stop is None:
            return
        self._stop.set()
        self._stop = None
        self._polling.end()
        self._sender.end()
        if self._hint is not None:
            self._hint.close()

    def send(self, letter: Letter) -> "Future[str]":
        """Post a reply; the future returns its id, which is empty if X had it already and its id is not known."""
        return self._sender.send(letter)

    def page(self) -> Page | None:
        """Return the mentions that were read, or None."""
        return self._polling.page()

    def committed(self) -> None:
        """Go on behind the page."""
        self._polling.committed()
