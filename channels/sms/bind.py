"""One bind to one SMSC: bound again after each fault until it must stop, and ready to send texts meanwhile."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog

from channels.futures import failed
from channels.sms.links import Link
from channels.sms.pace import Pace
from channels.sms.segments import Submit
from channels.sms.session import Handler, Session
from channels.sms.window import Limits, Window
from complaints.errors import MalformedMessage, UpstreamUnavailable
from complaints.runtime import telemetry
from complaints.runtime.upstream import Account, Upstream

log = structlog.get_logger()

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
"""The first and the longest pause between two tries to bind, in seconds."""

DEFAULT_LIMITS = Limits()
"""The limits that operators grant by default."""


class Bind:
    """A transceiver session that is renewed after each fault. One thread runs it; `submit` may be called from any thread."""

    def __init__(
        self,
        link: Link,
        *,
        handler: Handler,
        turned: Callable[[], None],
        limits: Limits = DEFAULT_LIMITS,
        upstream: Upstream | None = None,
    ) -> None:
        self._link = link
        self._handler = handler
        self._turned = turned
        self._limits = limits
        self._upstream = upstream or Upstream(None, "sms")
        self._pace = Pace(link.per_second)
        self._session: Session | None = None

    @property
    def up(self) -> bool:
        """True if it is bound, so that the SMSC takes texts from us."""
        return self._session is not None

    def submit(self, parts: Sequence[Submit]) -> "Future[str]":
        """Send a text, from any thread. See Window for the outcomes of the future."""
        session = self._session
        if session is None:
            return failed(UpstreamUnavailable(f"the link {self._link.name} is down"))
        return session.submit(parts)

    def run(self, stop: threading.Event) -> None:
        """Bind, serve, and bind again after a fault, until `stop` is set."""
        account, pause_s = self._upstream.account(self._link.name), FIRST_PAUSE_S
        while not stop.is_set():
            started = time.monotonic()
            try:
                self._serve(account, stop)
            except (OSError, UpstreamUnavailable, MalformedMessage) as error:
                account.failed(error)
                log.warning("bind lost", link=self._link.name, error=str(error))
            finally:
                self._session = None
            self._turned()
            if time.monotonic() - started > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            if not stop.is_set():
                telemetry.RETRIES.labels("smpp-bind").inc()
                stop.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _serve(self, account: Account, stop: threading.Event) -> None:
        def turned() -> None:
            account.reached()
            self._turned()

        window = Window(self._limits, pace=self._pace, id_of=self._link.submitted_id)
        with Session(self._link.address, handler=self._handler, window=window) as session:
            log.info("bound", link=self._link.name)
            self._session = session
            session.serve(stop, turned)
