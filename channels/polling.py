"""Polls an upstream in a thread, page by page: each page is read only after the one before it and its cursor are committed."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import structlog

from channels.base import Page
from channels.intake import Intake
from complaints.bus import Record
from complaints.errors import ConfigurationError, ContractViolation, UnavailableError, UpstreamUnavailable
from complaints.limits import BODY_BYTES
from complaints.message import InboundMessage
from complaints.runtime import telemetry

log = structlog.get_logger()

T = TypeVar("T")

TURN_S: Final = 0.5
"""Seconds between two checks whether a wait must end."""

REFUSED_PAUSE_S: Final = 60.0
"""Seconds between two tries while the upstream refuses our credentials: a person must correct them, and upstream tolerates few tries."""

STUCK_S: Final = 120.0
"""Seconds without a heartbeat after which a reading thread counts as stuck. Storing one file may take half of this."""

Cursor = Mapping[str, Any]


class Ended(UnavailableError):
    """The account ends: stop waiting."""


class AskedToWait(UpstreamUnavailable):
    """The upstream says when it may be asked again.

    Attributes:
        pause_s: the seconds until then.
    """

    def __init__(self, text: str, pause_s: float) -> None:
        super().__init__(text)
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Waits for a thread of a channel, with heartbeats, and until the thread must end.

    Attributes:
        stop: the signal to end.
        beat: the heartbeat, called at least every second during a wait.
    """

    stop: threading.Event
    beat: Callable[[], None]

    def answer(self, future: "Future[T]", timeout_s: float, *, cancel: bool = True) -> T:
        """Return the result of a future, or raise its error.

        Args:
            future: the future.
            timeout_s: the maximum number of seconds to wait for it.
            cancel: whether to cancel it if it does not come in time.

        Raises:
            Ended: the thread must end.
            UpstreamUnavailable: the future did not come in time.
        """
        deadline = time.monotonic() + timeout_s
        while not future.done():
            self.beat()
            late = time.monotonic() > deadline
            if self.stop.is_set() or late:
                if cancel:
                    future.cancel()
                raise UpstreamUnavailable(f"no answer in {timeout_s:.0f} s") if late else Ended("the account ends")
            wait([future], timeout=TURN_S)
        return future.result()

    def sleep(self, pause_s: float, wake: threading.Event | None = None) -> None:
        """Wait for a time, or until `wake` is set, which is then cleared.

        Raises:
            Ended: the thread must end.
        """
        until, step_s = time.monotonic() + pause_s, TURN_S if wake is None else TURN_S / 2
        while (left := until - time.monotonic()) > 0 and not self.stop.wait(min(left, step_s)):
            self.beat()
            if wake is not None and wake.is_set():
                wake.clear()
                return
        if self.stop.is_set():
            raise Ended("the account ends")


class Reader(Protocol):
    """Reads one upstream. All calls come from one thread at a time."""

    def read(self, cursor: Cursor | None, waits: Waits) -> Page | None:
        """Return the next page after a committed cursor, or None if nothing came for a while.

        Args:
            cursor: the position to read on from; None for the beginning.
            waits: must be used for each wait.

        Raises:
            UnavailableError, OSError: the caller must try the same again, after a pause.
            ConfigurationError: a person must correct something first, for example the credentials.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long to wait between two tries after an error, in seconds.

    Attributes:
        first_s: half of the pause after the first error; each further pause is twice as long. Also the least pause when asked to wait.
        most_s: the longest pause.
    """

    first_s: float
    most_s: float

    def grown(self, pause_s: float) -> float:
        """Return the pause that follows a pause of `pause_s`, which is 0 at first."""
        return min(max(pause_s * 2, self.first_s * 2), self.most_s)


@dataclass(slots=True)
class _Session:
    """The time from `begin` to `end`. The reading thread sets the page, and the sender's thread clears it."""

    waits: Waits
    page: Page | None = None
    committed: threading.Event = field(default_factory=threading.Event)


class Polling:
    """The part of an account that receives (see channels.base.Account). All methods are called from the sender's thread."""

    def __init__(self, channel: str, reader: Reader, *, pauses: Pauses) -> None:
        self._channel, self._reader, self._pauses = channel, reader, pauses
        self._session: _Session | None = None
        self._thread: threading.Thread | None = None
        self._alive_s = 0.0
        self.crash: Exception | None = None
        """The error that ended the thread. The channel must then end too, else the account would receive nothing."""

    @property
    def stuck(self) -> bool:
        """True if the thread should be reading but has not sent a heartbeat for STUCK_S."""
        return self._session is not None and time.monotonic() - self._alive_s > STUCK_S

    def begin(self, cursor: Cursor | None) -> None:
        """Start to read after a cursor. Does nothing if it reads already."""
        if self._session is not None:
            return
        self._beat()
        session = self._session = _Session(Waits(stop=threading.Event(), beat=self._beat))
        name, before = f"poll-{self._channel}", self._thread
        self._thread = threading.Thread(target=self._run, args=(session, cursor, before), name=name, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop reading. A page that is not committed is dropped; the next process that begins reads it again."""
        session, self._session = self._session, None
        if session is not None:
            session.waits.stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def page(self) -> Page | None:
        """Return the page that was read and is not committed yet, or None."""
        return None if self._session is None else self._session.page

    def committed(self) -> None:
        """Clear the page, which is committed, so that the thread reads on."""
        session = self._session
        if session is not None and session.page is not None:
            telemetry.MESSAGES_IN.labels(self._channel, "published").inc(len(session.page.records))
            session.page = None
            session.committed.set()

    def watch(self, stop: threading.Event, turned: Callable[[], None]) -> None:
        """Call the heartbeat `turned` while the reading thread is not stuck, until `stop` is set. Raise its error if it crashes."""
        while not stop.wait(TURN_S):
            if self.crash is not None:
                raise self.crash
            if not self.stuck:
                turned()

    def _beat(self) -> None:
        self._alive_s = time.monotonic()

    def _run(self, session: _Session, cursor: Cursor | None, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        try:
            self._read(session, cursor)
        except Ended:
            pass
        except Exception as error:  # noqa: BLE001  # a thread that dies in silence would leave the account deaf
            self.crash = error

    def _read(self, session: _Session, cursor: Cursor | None) -> None:
        while True:
            look = partial(self._reader.read, cursor, session.waits)
            page = persist(look, session.waits, what=f"{self._channel}-page", pauses=self._pauses)
            if page is not None:
                self._hand_over(session, page)
                cursor = page.cursor

    @staticmethod
    def _hand_over(session: _Session, page: Page) -> None:
        """Offer a page to the sender, and wait until it is committed."""
        session.committed.clear()
        session.page = page
        while not session.committed.is_set():
            session.waits.beat()
            if session.waits.stop.is_set():
                raise Ended("the account ends")
            session.committed.wait(TURN_S)


def persist(step: Callable[[], T], waits: Waits, *, what: str, pauses: Pauses) -> T:
    """Call a step until it succeeds, with a pause after each failure of the upstream, the disk or our credentials. Return its result.

    Args:
        step: may raise UnavailableError or OSError, or ConfigurationError, after which it is called again every minute.
        waits: how to wait.
        what: the name of the step in the metric of retries.
        pauses: the pauses between two tries.

    Raises:
        Ended: the thread must end.
    """
    pause_s = 0.0
    while True:
        waits.beat()
        if waits.stop.is_set():
            raise Ended("the account ends")
        try:
            return step()
        except Ended:
            raise
        except AskedToWait as error:
            wait_s = min(max(error.pause_s, pauses.first_s), pauses.most_s)
            log.warning("asked to wait", what=what, reason=str(error), pause_s=round(wait_s))
        except (UnavailableError, OSError) as error:
            wait_s = pause_s = pauses.grown(pause_s)
            log.warning("no answer as it should be", what=what, error=str(error), pause_s=round(pause_s, 1))
        except ConfigurationError as error:
            wait_s = REFUSED_PAUSE_S
            log.error("a person must correct this", what=what, error=str(error), pause_s=wait_s)  # noqa: TRY400  # the text says it all
        telemetry.RETRIES.labels(what).inc()
        waits.sleep(wait_s * random.uniform(1.0, 1.1))  # noqa: S311  # jitter, no secret; never sooner than the upstream asked


def record_of(intake: Intake, message: InboundMessage) -> Record:
    """Return the record of a message, or of an unreadable one if it is too large: else the upstream would return it again for ever."""
    try:
        return intake.record(message)[0]
    except ContractViolation as error:
        body, name = message.body[:BODY_BYTES], message.upstream_id
        return intake.rejected(body, error, name=name, account=message.account)[0]
