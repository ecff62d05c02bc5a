"""The Twitter door: looks at our mentions, oldest first, and moves its mark only when all of them are safe."""

import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import dataclass
from pathlib import Path

import structlog

from channels.intake import Intake
from channels.safe import Receipt
from channels.twitter.budget import BudgetSpent, ReadBudget
from channels.twitter.client import RateLimited, XClient
from channels.twitter.hint import Hint
from channels.twitter.parse import NAME, inbound
from channels.twitter.sender import XSender
from channels.twitter.threads import joined
from complaints.errors import ConfigurationError, ContractViolation, MalformedMessage, UnavailableError
from complaints.runtime import telemetry
from complaints.storage.durable import write_durably

log = structlog.get_logger()

LONGEST_PAUSE_S = 900.0
"""X counts its rate limits in windows of 15 minutes."""

HINT_S = 0.2
"""How late a hint of the stream is seen."""

KEEP_TIMEOUT_S = 60.0
"""How long the messages of one look may take to be safe; Kafka and the spool each answer within seconds."""


class Mark:
    """The id of the newest mention that is safe, on disk."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made at the first move."""
        self._path = path

    def read(self) -> str | None:
        """Return the mark, or None before the first.

        Raises:
            ConfigurationError: the file holds no mark.
        """
        try:
            return str(int(json.loads(self._path.read_text())["since_id"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{self._path} holds no mark ({error}); remove it: mentions are read again, and none becomes a second complaint"
            ) from error

    def move(self, since_id: str) -> None:
        """Put the mark on disk: whole or not at all."""
        write_durably(self._path, json.dumps({"since_id": since_id}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how much the door reads.

    Attributes:
        poll_s: seconds between two looks.
        budget: of posts in a month.
        hint: says when to look at once; None without a stream.
    """

    poll_s: float
    budget: ReadBudget
    hint: Hint | None = None


class TwitterChannel:
    """The door that citizens reach by mentioning our account."""

    name = NAME

    def __init__(self, client: XClient, *, mark: Mark, account: str, pace: Pace, turned: Callable[[], None]) -> None:
        """Keep the parts.

        Args:
            client: X.
            mark: where we were.
            account: our account, without the @.
            pace: how often and how much to read.
            turned: is called each time the loop turns.
        """
        self.sender = XSender(client)
        self._client = client
        self._mark = mark
        self._account = account
        self._pace = pace
        self._turned = turned

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Look again and again (see Channel)."""
        pause_s = self._pace.poll_s
        if self._pace.hint is not None:
            self._pace.hint.start(stop)
        while not stop.is_set():
            self._turned()
            try:
                self._look(intake, stop)
                pause_s = self._pace.poll_s
            except BudgetSpent as error:
                pause_s = LONGEST_PAUSE_S
                self._client.unread(str(error))
                log.warning("the read budget is spent", error=str(error))
            except RateLimited as error:
                pause_s = min(max((error.until_s or 0) - time.time(), self._pace.poll_s), LONGEST_PAUSE_S)
                telemetry.RETRIES.labels("x-rate-limit").inc()
                log.warning("rate limited", pause_s=round(pause_s))
            except (UnavailableError, OSError) as error:  # too late, or no room for the mark: the posts come again
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
                telemetry.RETRIES.labels("x-mentions").inc()
                log.warning("no mentions", error=str(error), pause_s=round(pause_s))
            self._sleep(pause_s * random.uniform(1.0, 1.1), stop)  # noqa: S311  # jitter, no secret; never before X wants us

    def _sleep(self, pause_s: float, stop: threading.Event) -> None:
        until = time.monotonic() + pause_s
        hinted = self._pace.hint.heard if self._pace.hint is not None else None
        while (left := until - time.monotonic()) > 0 and not stop.wait(min(left, 5.0 if hinted is None else HINT_S)):
            self._turned()
            if hinted is not None and hinted.is_set() and pause_s < LONGEST_PAUSE_S:
                hinted.clear()
                return

    def _look(self, intake: Intake, stop: threading.Event) -> None:
        """Take all mentions since the mark. X gives the newest first, so a gap is healed only when the oldest page was read."""
        self._pace.budget.check()
        pages = []
        for current in self._client.mentions(self._mark.read()):
            self._turned()
            self._pace.budget.count(current.reads)
            pages.append(current)
        waiting, messages = set(), []
        for current in reversed(pages):
            for post in reversed(current.posts):
                try:
                    message = inbound(post, current, account=self._account)
                except MalformedMessage as error:
                    waiting.add(intake.reject(f"{NAME}/{post['id']}", payload=json.dumps(post).encode(), error=error))
                else:
                    if message is None:
                        telemetry.MESSAGES_IN.labels(NAME, "no_complaint").inc()
                    else:
                        messages.append(message)
        waiting |= {intake.accept(message) for message in joined(messages)}
        newest = max((int(post["id"]) for current in pages for post in current.posts), default=None)
        if self._all_safe(waiting, stop) and newest is not None:
            self._mark.move(str(newest))

    def _all_safe(self, waiting: "set[Future[Receipt]]", stop: threading.Event) -> bool:
        """Wait until all are safe. One that cannot be kept leaves the mark where it is: the posts come again."""
        deadline = time.monotonic() + KEEP_TIMEOUT_S
        while waiting:
            self._turned()
            if stop.is_set():
                return False
            done, waiting = wait(waiting, timeout=1.0, return_when=FIRST_EXCEPTION)
            for kept in done:
                self._check(kept)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(waiting)} mentions were not safe within {KEEP_TIMEOUT_S} s")
        return True

    def _check(self, kept: "Future[Receipt]") -> None:
        error = kept.exception()
        if isinstance(error, ContractViolation):
            log.error("a post that nothing can keep", error=str(error))  # no later look would end otherwise
        elif error is not None:
            raise error
