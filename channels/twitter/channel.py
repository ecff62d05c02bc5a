"""The Twitter channel: our account on X, and the watch over the thread that reads its mentions."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from channels.base import Account, Letter, Page
from channels.intake import Intake
from channels.polling import Pauses, Polling
from channels.twitter.client import XClient
from channels.twitter.hint import Hint
from channels.twitter.parse import NAME, account_of
from channels.twitter.reader import LONGEST_PAUSE_S, MentionsReader, Pace
from channels.twitter.sender import CAPACITY, XSender

END_S: Final = 20.0
"""The maximum number of seconds that the end of the channel waits for the reading thread: a call takes twice the client's timeout."""


class XAccount:
    """The account of one username (see channels.base.Account)."""

    capacity = CAPACITY
    per_second: float | None = None
    polled = True

    def __init__(self, name: str, sender: XSender, *, polling: Polling, hint: Hint | None) -> None:
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


class TwitterChannel:
    """The channel that citizens reach by mentioning our account (see channels.base.Channel)."""

    name = NAME

    def __init__(
        self, client: XClient, *, account: str, intake: Intake, pace: Pace, turned: Callable[[], None]
    ) -> None:
        self._turned = turned
        reader = MentionsReader(client, account=account, intake=intake, pace=pace)
        pauses = Pauses(first_s=pace.poll_s, most_s=LONGEST_PAUSE_S)
        self._polling = Polling(NAME, reader, pauses=pauses)
        self._account = XAccount(account_of(account), XSender(client), polling=self._polling, hint=pace.hint)
        self.accounts: Sequence[Account] = (self._account,)

    def run(self, stop: threading.Event) -> None:
        """Watch the reading thread until `stop` is set, then end the account (see Channel)."""
        try:
            self._polling.watch(stop, self._turned)
        finally:
            self._account.end()
            self._polling.join(END_S)
