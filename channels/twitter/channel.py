"""The Twitter channel: our account on X, and the watch over the thread that reads its mentions."""

import threading
from collections.abc import Callable, Sequence
from typing import Final

from channels.base import Account
from channels.intake import Intake
from channels.polling import Pauses, Polling
from channels.twitter.account import XAccount
from channels.twitter.client import XClient
from channels.twitter.parse import NAME, account_of
from channels.twitter.reader import LONGEST_PAUSE_S, MentionsReader, Pace
from channels.twitter.sender import XSender

END_S: Final = 20.0
"""The maximum number of seconds that the end of the channel waits for the reading thread: a call takes twice the client's timeout."""


class TwitterChannel:
    """The channel that citizens reach by mentioning our account (see channels.base.Channel)."""

    name = NAME

    def __init__(
        self, client: XClient, *, account: str, intake: Intake, pace: Pace, turned: Callable[[], None]
    ) -> None:
        """Keep the parts. X is not called before the account is begun.

        Args:
            client: calls X.
            account: the username of our account, without the @.
            intake: makes the records.
            pace: how often and how much to read.
            turned: the heartbeat, which is called as long as the reading thread is not stuck.
        """
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
