"""Our bot as an account: it polls while this process owns its mailbox, unless updates are brought to a webhook, and sends replies."""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

from channels.base import Letter, Page
from channels.futures import failed
from channels.polling import Polling
from channels.telegram.sender import TelegramSender
from complaints.errors import UpstreamUnavailable

CAPACITY: Final = 30
"""The number of texts that wait for Telegram's answer at the same time."""

PER_SECOND: Final = 25.0
"""Texts per second: Telegram takes at most about 30 messages per second from a bot (Bots FAQ, "My bot is hitting limits")."""


class TelegramAccount:
    """An account on one bot (see channels.base.Account)."""

    capacity = CAPACITY
    per_second: float | None = PER_SECOND

    def __init__(self, name: str, sender: TelegramSender, *, polling: Polling | None) -> None:
        """Keep the parts; Telegram is not called before `begin`.

        Args:
            name: the name of the account.
            sender: sends replies.
            polling: reads updates; None if they are brought to a webhook.
        """
        self.name = name
        self._sender, self._polling = sender, polling
        self.polled = polling is not None
        self._begun = False

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Poll behind a cursor, and be ready to send."""
        self._begun = True
        if self._polling is not None:
            self._polling.begin(cursor)

    def end(self) -> None:
        """Stop to poll. Texts on their way may still be answered."""
        self._begun = False
        if self._polling is not None:
            self._polling.end()

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply; the future returns the id of its last message."""
        if not self._begun:
            return failed(UpstreamUnavailable(f"the account {self.name} is not begun"))
        return self._sender.send(letter)

    def page(self) -> Page | None:
        """Return the updates that were read, or None."""
        return None if self._polling is None else self._polling.page()

    def committed(self) -> None:
        """Go on behind the page."""
        if self._polling is not None:
            self._polling.committed()
