"""One bind to one SMSC, kept up until told to stop: bound again after each fault, and open for what is to be sent."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog

from channels.futures import failed
from channels.sms.segments import Submit
from channels.sms.session import Handler, Session
from complaints.errors import MalformedMessage, UpstreamUnavailable
from complaints.runtime import telemetry
from complaints.runtime.settings import Address
from complaints.runtime.upstream import Account, Upstream

log = structlog.get_logger()

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
"""Backoff between two attempts to bind."""

WINDOW = 10
"""submit_sm in flight on a bind where no other number is set: what operators grant without asking."""


class Bind:
    """A transceiver session, kept up until told to stop. One thread runs it; `submit` may be called from any."""

    def __init__(
        self,
        address: Address,
        *,
        handler: Handler,
        turned: Callable[[], None],
        window: int = WINDOW,
        account: Account | None = None,
    ) -> None:
        """Keep the settings.

        Args:
            address: the SMSC, with system_id and password.
            handler: takes what is delivered.
            turned: is called each time the loop turns.
            window: submit_sm in flight at once.
            account: says how the SMSC is reached; None where nobody watches.
        """
        self.name = f"{address.host}:{address.port}"
        self._address = address
        self._handler = handler
        self._turned = turned
        self._window = window
        self._account = account or Upstream(None, "sms").account(self.name)
        self._session: Session | None = None

    @property
    def up(self) -> bool:
        """Whether the SMSC takes messages from us at this moment."""
        return self._session is not None

    def submit(self, parts: Sequence[Submit]) -> "Future[str]":
        """Send a message; from any thread.

        Returns:
            A future of the SMSC's id. It fails with UpstreamUnavailable where the message was not taken and may be later (the link is
            down or broke, the SMSC throttles or does not answer), and with Undeliverable where it never will be.
        """
        session = self._session
        if session is None:
            return failed(UpstreamUnavailable(f"the link to {self.name} is down"))
        return session.submit(parts)

    def _up(self) -> None:
        self._account.reached()
        self._turned()

    def run(self, stop: threading.Event) -> None:
        """Bind, serve, and bind again after a fault, until `stop` is set."""
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            started = time.monotonic()
            try:
                with Session(self._address, handler=self._handler, window=self._window) as session:
                    log.info("bound", smsc=self.name)
                    self._session = session
                    session.serve(stop, self._up)
            except (OSError, UpstreamUnavailable, MalformedMessage) as error:
                self._account.failed(error)
                log.warning("bind lost", smsc=self.name, error=str(error))
            finally:
                self._session = None
            self._turned()
            if time.monotonic() - started > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            if not stop.is_set():
                telemetry.RETRIES.labels("smpp-bind").inc()
                stop.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
