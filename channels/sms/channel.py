"""The SMS channel: an account for each link to an operator's SMSC, and the watch over their threads."""

import threading
from collections.abc import Callable, Sequence

from channels.intake import Intake
from channels.sms.account import SmsAccount
from channels.sms.bind import DEFAULT_LIMITS
from channels.sms.links import Link, twins
from channels.sms.receiver import Receiver
from channels.sms.session import LEAVE_S
from channels.sms.window import Limits
from complaints.runtime.upstream import Upstream

WATCH_S = 0.5
"""Seconds between two checks of the binds' threads."""

END_S = LEAVE_S + 15.0
"""The maximum seconds that the channel waits for its binds to end: a connection that is being made cannot be given up at once."""


class SmsChannel:
    """The channel that citizens reach by texting our short code (see channels.base.Channel)."""

    name = "sms"

    def __init__(
        self,
        links: Sequence[Link],
        *,
        intake: Intake,
        turned: Callable[[], None],
        limits: Limits = DEFAULT_LIMITS,
        upstream: Upstream | None = None,
    ) -> None:
        self._turned = turned
        self.accounts = tuple(
            SmsAccount(
                link,
                handler=Receiver(link, intake=intake, twins=twins(link, links)).take,
                limits=limits,
                upstream=upstream,
            )
            for link in links
        )

    def run(self, stop: threading.Event) -> None:
        """Watch the binds until `stop` is set, then end them. If one crashes, raise its error, so that the whole channel is restarted."""
        try:
            while not stop.wait(WATCH_S):
                for account in self.accounts:
                    if account.crash is not None:
                        raise account.crash
                if not any(account.stuck for account in self.accounts):
                    self._turned()
        finally:
            for account in self.accounts:
                account.end()
            for account in self.accounts:
                account.join(END_S)
