"""The Twitter channel: our account on X with its posts and its direct messages, and the watch over the threads that read them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from channels.base import Account, Letter, Page
from channels.intake import Intake
from channels.polling import Pauses, Polling
from channels.twitter import direct
from channels.twitter.client import XClient
from channels.twitter.direct_reader import DirectReader
from channels.twitter.hint import Hint
from channels.twitter.parse import NAME, account_of
from channels.twitter.reader import LONGEST_PAUSE_S, MentionsReader, Pace
from channels.twitter.sender import CAPACITY, XSender

END_S: Final = 20.0
"""The maximum seconds that the channel waits for a reading thread to end: a call takes up to twice the client's timeout."""


class XAccount:
    """The account for the posts, or for the direct messages, of our username (see channels.base.Account)."""

    capacity = CAPACITY
    per_second: float | None = None
    polled = True

    def __init__(self, name: str, sender: XSender, *, polling: Polling, hint: Hint | None) -> None:
        self.name = name
        self._sender, self._polling, self._hint = sender, polling, hint
        self._stop: threading.Event | None = None

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Start to read after a cursor, and get ready to send."""
        if self._stop is not None:
            return
        self._stop = threading.Event()
        self._sender.begin()
        self._polling.begin(cursor)
        if self._hint is not None:
            self._hint.start(self._stop)

    def end(self) -> None:
        """Stop reading. Replies on their way may still be answered."""
        if self._stop is None:
            return
        self._stop.set()
        self._stop = None
        self._polling.end()
        self._sender.end()
        if self._hint is not None:
            self._hint.close()

    def send(self, letter: Letter) -> "Future[str]":
        """Send a reply; the future returns its id, which is empty if X has it already and the id cannot be found."""
        return self._sender.send(letter)

    def page(self) -> Page | None:
        """Return the page that was read and is not committed yet, or None."""
        return self._polling.page()

    def committed(self) -> None:
        """Read on after the page, which is committed."""
        self._polling.committed()


class TwitterChannel:
    """The channel that citizens reach by mentioning our account, or by a message to it (see channels.base.Channel)."""

    name = NAME

    def __init__(
        self, client: XClient, *, account: str, intake: Intake, pace: Pace, turned: Callable[[], None]
    ) -> None:
        self._turned = turned
        reader = MentionsReader(client, account=account, intake=intake, pace=pace)
        pauses = Pauses(first_s=pace.poll_s, most_s=LONGEST_PAUSE_S)
        self._polling = Polling(NAME, reader, pauses=pauses)
        messages = DirectReader(client, account=account, intake=intake, poll_s=pace.messages_s)
        self._messages = Polling(NAME, messages, pauses=Pauses(first_s=pace.messages_s, most_s=LONGEST_PAUSE_S))
        self._ours = (
            XAccount(account_of(account), XSender(client), polling=self._polling, hint=pace.hint),
            XAccount(direct.account_of(account), XSender(client), polling=self._messages, hint=None),
        )
        self.accounts: Sequence[Account] = self._ours

    def run(self, stop: threading.Event) -> None:
        """Watch the reading threads until `stop` is set, then end the accounts (see Channel)."""
        try:
            self._polling.watch(stop, self._turn)
        finally:
            for account in self._ours:
                account.end()
            self._polling.join(END_S)
            self._messages.join(END_S)

    def _turn(self) -> None:
        """Send a heartbeat, unless the thread that reads direct messages is stuck. If it crashed, raise its error."""
        if self._messages.crash is not None:
            raise self._messages.crash
        if not self._messages.stuck:
            self._turned()
