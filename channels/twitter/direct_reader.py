"""Reads the direct messages to our account: page by page back to the last committed one, and then returns them oldest first."""

import json
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from channels.base import Page
from channels.intake import Intake
from channels.polling import Waits, record_of
from channels.twitter.client import PAGE_SIZE, XClient
from channels.twitter.direct import account_of, inbound, name_of
from channels.twitter.faults import RequestRefused
from channels.twitter.parse import NAME
from complaints.bus import Record
from complaints.errors import MalformedMessage
from complaints.runtime import telemetry

MOST_HELD: Final = 10_000
"""The maximum number of events in memory until the last committed one is reached. If there are more, the newest are read again later."""

Event = Mapping[str, Any]


class DirectReader:
    """Reads direct messages (see channels.polling.Reader).

    A request to X has no lower end, and X returns the newest page first. At least `poll_s` pass between two requests, also for an older
    page, because X allows few (docs.x.com, "Rate limits": 15 in 15 minutes).
    """

    def __init__(self, client: XClient, *, account: str, intake: Intake, poll_s: float) -> None:
        """Keep the parts; nothing is read yet.

        Args:
            client: calls X.
            account: the username of our account, without the @.
            intake: makes the records.
            poll_s: seconds between two requests.
        """
        self._client, self._account, self._intake, self._poll_s = client, account, intake, poll_s
        self._next_s = 0.0
        self._own_id = ""
        self._since, self._whole = 0, False
        self._token: str | None = None
        self._held: deque[Event] = deque(maxlen=MOST_HELD)

    def read(self, cursor: Mapping[str, Any] | None, waits: Waits) -> Page | None:
        """Return the oldest uncommitted events, at most 100, oldest first; None if none are known yet (see Reader)."""
        since = _since(cursor)
        if since != self._since:
            self._begin(since)
        if not self._whole:
            waits.sleep(max(0.0, self._next_s - time.monotonic()))
            try:
                self._look()
            finally:
                self._next_s = time.monotonic() + self._poll_s
        if not self._whole:
            return None
        some = [self._held.pop() for _ in range(min(PAGE_SIZE, len(self._held)))]
        if not self._held:
            self._whole = False
        if not some:
            return None
        self._since = _id(some[-1])
        return Page(records=self._records(some), cursor={"since_id": str(self._since)})

    def _begin(self, since: int) -> None:
        """Start again from the newest event."""
        self._since, self._whole, self._token = since, False, None
        self._held.clear()

    def _look(self) -> None:
        """Hold the events of the next page, which is older than the one before it. After an error the same page is asked for again."""
        try:
            self._own_id = self._client.account_id()
            found = self._client.direct_messages(self._token)
        except RequestRefused:  # X may no longer know the token
            self._begin(self._since)
            raise
        lowest = _id(self._held[-1]) if self._held else None
        new = [one for one in found.events if _id(one) > self._since and (lowest is None or _id(one) < lowest)]
        self._held.extend(sorted(new, key=_id, reverse=True))
        goes_on = not found.events or (bool(new) and min(map(_id, found.events)) > self._since)
        self._token = found.next_token if goes_on else None
        self._whole = self._token is None

    def _records(self, events: list[Event]) -> tuple[Record, ...]:
        records = []
        for event in events:
            try:
                message = inbound(event, account=self._account, own_id=self._own_id)
            except MalformedMessage as error:
                content, account = json.dumps(event).encode(), account_of(self._account)
                records.append(self._intake.rejected(content, error, name=name_of(event), account=account)[0])
                continue
            if message is None:
                telemetry.MESSAGES_IN.labels(NAME, "no_complaint").inc()
            else:
                records.append(record_of(self._intake, message))
        return tuple(records)


def _id(event: Event) -> int:
    return int(event["id"])


def _since(cursor: Mapping[str, Any] | None) -> int:
    """Return the id of the last committed event; 0 if there is none, or the cursor is damaged."""
    found = (cursor or {}).get("since_id")
    return int(found) if isinstance(found, str) and found.isascii() and found.isdigit() else 0
