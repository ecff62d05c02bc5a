"""One link as an account of ours: it binds while this process owns its mailbox, and sends texts to citizens."""

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
"""Seconds without a turn after which a bind's thread is stuck: a connection, a log-in and the pause after them take 35 at most."""


def account_name(link: Link) -> str:
    """Return the key of the mailbox of a link."""
    return f"sms/{link.name}"


class SmsAccount:
    """An account on one link (see channels.base.Account). The bind has a thread of its own while the account is begun."""

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
        """Whether the SMSC takes texts from us at this moment."""
        return self._bind.up

    @property
    def stuck(self) -> bool:
        """Whether the thread of a bind that should run makes no progress."""
        return self._stop is not None and time.monotonic() - self._turned_s > STUCK_S

    def begin(self, cursor: Mapping[str, Any] | None) -> None:
        """Bind, and bind again after each fault, until `end`. A link has no cursor: the SMSC delivers again what was not answered."""
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
        """Unbind, after what is in work is answered. Returns at once."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def join(self, timeout_s: float) -> bool:
        """Wait until the bind has ended; return whether it has."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def send(self, letter: Letter) -> "Future[str]":
        """Send a text; return a future of the SMSC's id of its last part, in the form of the ids in its reports.

        The future fails with UpstreamUnavailable, Undeliverable or OutcomeUnknown (see channels.base.Account). It is done within
        the patience of the window (channels.sms.window.PATIENCE_S) if nothing has left, and within the time for an answer and FINISH_S
        for each further part, of which there are at most nine.
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
        """Return None: an SMSC delivers by itself."""
        return None

    def committed(self) -> None:
        """Do nothing: there are no pages."""

    def _turned(self) -> None:
        self._turned_s = time.monotonic()

    def _run(self, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # the former bind takes its leave first
        try:
            self._bind.run(stop)
        except Exception as error:  # noqa: BLE001  # a thread that dies in silence would leave the link deaf: the channel ends with it
            self.crash = error
