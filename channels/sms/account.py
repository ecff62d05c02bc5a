"""The account of one link: it is bound while this process owns its mailbox, and sends texts to citizens."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

from channels.base import Letter, Page
from channels.futures import failed
from channels.sms.bind import DEFAULT_LIMITS, Bind
from channels.sms.links import Link
from channels.sms.segments import compose
from channels.sms.session import Handler
from channels.sms.window import Limits
from complaints.errors import Undeliverable, UpstreamUnavailable
from complaints.runtime.upstream import Upstream

STUCK_S: Final = 60.0
"""Seconds without progress after which a bind's thread counts as stuck: to connect, log in and pause takes at most 35."""


def account_name(link: Link) -> str:
    """Return the key of the mailbox of a link."""
    return f"sms/{link.name}"


class SmsAccount:
    """The account of one link (see channels.base.Account). Its bind runs in a thread of its own from `begin` to `end`."""

    polled = False

    def __init__(
        self, link: Link, *, handler: Handler, limits: Limits = DEFAULT_LIMITS, upstream: Upstream | None = None
    ) -> None:
        self.name = account_name(link)
        self.capacity = limits.size
        self.per_second = link.per_second
        self._alphabet = link.alphabet
        self.crash: Exception | None = None
        self._bind = Bind(link, handler=handler, turned=self._turned, limits=limits, upstream=upstream)
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._turned_s = 0.0

    @property
    def up(self) -> bool:
        """True if the link is bound, so that the SMSC takes texts from us."""
        return self._bind.up

    @property
    def stuck(self) -> bool:
        """True if the bind should be running but its thread makes no progress."""
        return self._stop is not None and time.monotonic() - self._turned_s > STUCK_S

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Bind, and bind again after each fault, until `end`. A link needs no cursor: the SMSC redelivers unanswered messages."""
        del cursor
        if self._stop is not None:
            return
        self._turned()
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(self._stop, self._thread), name=f"bind-{self.name}", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Unbind, once messages in progress are answered. Returns at once."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def join(self, timeout_s: float) -> bool:
        """Wait until the bind has ended; return whether it has."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def send(self, letter: Letter) -> "Future[str]":
        """Send a text; return a future of the SMSC's id of its last part, in the form of the ids in its receipts.

        The future fails with UpstreamUnavailable, Undeliverable or OutcomeUnknown (see channels.base.Account). It is done within
        channels.sms.window.PATIENCE_S if nothing has left. Otherwise the time for an answer is added, and for each further part, of which
        there are at most nine, that time and FINISH_S.
        """
        try:
            reference = letter.reply_id.bytes[-1]
            parts = compose(letter.text, address=letter.address, reference=reference, alphabet=self._alphabet)
        except Undeliverable as error:
            return failed(error)
        if self._stop is None:
            return failed(UpstreamUnavailable(f"the account {self.name} is not begun"))
        return self._bind.submit(parts)

    def page(self) -> Page | None:
        """Return None: an SMSC delivers unasked."""
        return None

    def committed(self) -> None:
        """Do nothing: there are no pages."""

    def _turned(self) -> None:
        self._turned_s = time.monotonic()

    def _run(self, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # the former bind unbinds first
        try:
            self._bind.run(stop)
        except Exception as error:  # noqa: BLE001  # a thread that dies in silence would leave the link deaf: the channel ends with it
            self.crash = error
