"""Reads our mentions page by page, each after the one before it is committed, within the limits of the settings."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from channels.base import Page
from channels.intake import Intake
from channels.polling import AskedToWait, Waits, record_of
from channels.twitter.client import XClient
from channels.twitter.cursor import Place
from channels.twitter.hint import Hint
from channels.twitter.parse import NAME, Found, account_of, inbound
from channels.twitter.threads import joined
from complaints.bus import Record
from complaints.errors import MalformedMessage
from complaints.message import InboundMessage
from complaints.runtime import telemetry

log = structlog.get_logger()

LONGEST_PAUSE_S: Final = 900.0
"""The longest pause in seconds: X counts its rate limits in windows of 15 minutes."""

WARN_AT: Final = 0.8
"""The share of the month's budget at which an operator is warned, with days left to act."""


MESSAGES_S: Final = 65.0
"""Seconds between two requests for direct messages: X allows 15 in 15 minutes (docs.x.com, "Rate limits")."""


class BudgetSpent(AskedToWait):
    """The month's budget of posts is used up. Reading waits for the next month, or for a larger LAPOR_X_MONTHLY_READS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how much is read.

    Attributes:
        poll_s: seconds between two requests for mentions.
        monthly: the maximum number of posts to read per month, which X bills.
        now: returns the present time in UTC, by which X counts months.
        hint: signals when to look at once; None without a stream.
        messages_s: seconds between two requests for direct messages.
    """

    poll_s: float
    monthly: int
    now: Callable[[], datetime]
    hint: Hint | None = None
    messages_s: float = MESSAGES_S


class MentionsReader:
    """Reads the mentions of our account (see channels.polling.Reader)."""

    def __init__(self, client: XClient, *, account: str, intake: Intake, pace: Pace) -> None:
        self._client, self._account, self._intake, self._pace = client, account, intake, pace
        self._next_s = 0.0

    def read(self, cursor: Mapping[str, Any] | None, waits: Waits) -> Page | None:
        """Return the newest uncommitted mentions of the gap, at most 100, oldest first; None if there are none (see Reader)."""
        place = Place.of(cursor)
        if not place.until_id:
            wake = self._pace.hint.heard if self._pace.hint is not None else None
            waits.sleep(max(0.0, self._next_s - time.monotonic()), wake)
        month = f"{self._pace.now():%Y-%m}"
        self._check(place, month)
        found = self._client.mentions(place.since_id or None, until_id=place.until_id or None)
        self._next_s = time.monotonic() + self._pace.poll_s
        after = place.after([int(post["id"]) for post in found.posts], older=found.next_token is not None)
        after = self._counted(after, found.reads, month)
        if after == place:
            return None
        return Page(records=self._records(found), cursor=after.cursor())

    def _check(self, place: Place, month: str) -> None:
        """Raise BudgetSpent if the month's posts are used up."""
        share = place.share(self._pace.monthly, month)
        telemetry.X_READS_SHARE.set(share)
        if share >= 1:
            spent = (
                f"{place.read} of {self._pace.monthly} posts of {month} are read; raise LAPOR_X_MONTHLY_READS or wait"
            )
            self._client.unread(spent)
            raise BudgetSpent(spent, LONGEST_PAUSE_S)

    def _counted(self, place: Place, posts: int, month: str) -> Place:
        if not posts:
            return place
        before, counted = place.share(self._pace.monthly, month), place.counted(posts, month)
        share = counted.share(self._pace.monthly, month)
        telemetry.X_READS_SHARE.set(share)
        if before < WARN_AT <= share:
            log.warning("most of the month's posts are read", read=counted.read, monthly=self._pace.monthly)
        return counted

    def _records(self, found: Found) -> tuple[Record, ...]:
        records: list[Record] = []
        messages: list[InboundMessage] = []
        for post in reversed(found.posts):
            try:
                message = inbound(post, found, account=self._account)
            except MalformedMessage as error:
                content = json.dumps(post).encode()
                account = account_of(self._account)
                records.append(self._intake.rejected(content, error, name=str(post["id"]), account=account)[0])
                continue
            if message is None:
                telemetry.MESSAGES_IN.labels(NAME, "no_complaint").inc()
            else:
                messages.append(message)
        return (*records, *(record_of(self._intake, message) for message in joined(messages)))
