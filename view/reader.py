"""Keeps the view's copy up to date: reads both topics for ever, and stores each batch together with its positions."""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from complaints.bus.step.contract import is_old
from complaints.bus.tail import Extent, Tail, last_of
from complaints.errors import BusUnavailable, UnavailableError
from complaints.runtime import telemetry
from view.freshness import Freshness
from view.news import News
from view.rows import TOPICS, changes_of
from view.store import Progress, Store

log = structlog.get_logger()

BATCH: Final = 2_000
"""Records per transaction: enough to make its cost small, and few enough that it takes well under a second."""

POLL_S: Final = 0.2
"""Seconds to wait for records."""

LOOK_S: Final = 1.0
"""Seconds between two looks at the ends of the topics."""

KEEP_UP_S: Final = 60.0
"""Seconds between two writes of the time up to which the copy is up to date."""

PAUSE_S: Final = 1.0
"""Seconds to wait after Kafka or the disk failed."""


class Reader:
    """The loop that reads. No unreadable record, failure of Kafka or full disk ends it."""

    def __init__(  # noqa: PLR0913  # the parts of a loop
        self,
        tail: Tail,
        store: Store,
        *,
        number: Callable[[str], str],
        freshness: Freshness,
        news: News,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._tail, self._store, self._freshness, self._news, self._now = tail, store, freshness, news, now
        self._number = number
        self._topic_ids: dict[str, str] = {}
        self._look_at = self._keep_up_at = 0.0
        self._seen_ms = 0

    def run(self, stop: threading.Event, heartbeat: Callable[[], None]) -> None:
        """Read until `stop` is set.

        Raises:
            UnavailableError: the copy is broken; the next start makes another one.
        """
        while not stop.is_set():
            try:
                self._begin()
                while not stop.is_set():
                    self._round()
                    heartbeat()
            except UnavailableError as error:
                if self._store.broken:
                    raise
                log.warning("the view cannot read on", error=str(error))
                telemetry.RETRIES.labels("view").inc()
                heartbeat()
                stop.wait(PAUSE_S)
        self._tail.close()

    def _now_ms(self) -> int:
        return int(self._now() * 1000)

    def _begin(self) -> None:
        """Start to read at the copy's positions. A copy that does not fit its topic is deleted and begun anew.

        Raises:
            BusUnavailable: Kafka does not answer.
            UnavailableError: the disk cannot be read or written.
        """
        at_ms, positions, anew = self._now_ms(), dict[tuple[str, int], int](), False
        extents = self._tail.extents()
        for topic in TOPICS:
            extent, held = extents[topic], self._store.progress(topic)
            if held is None or (why := self._misfit(topic, held, extent)):
                if held is not None:
                    log.warning("the view's copy is made anew", topic=topic, why=why)
                held = Progress(
                    extent.topic_id, at_ms, {number: span.first for number, span in extent.partitions.items()}
                )
                self._store.begin(topic, held)
                anew = True
            positions |= {(topic, number): offset for number, offset in held.next.items()}
        self._topic_ids = {topic: extents[topic].topic_id for topic in TOPICS}
        self._freshness.begin(positions, extents, at_ms, anew=anew)
        self._tail.start(positions)
        self._look_at, self._seen_ms = 0.0, at_ms

    def _misfit(self, topic: str, held: Progress, extent: Extent) -> str:
        """Return why a copy of a topic cannot be continued; empty if it can.

        Raises:
            BusUnavailable: Kafka does not answer.
        """
        if held.topic_id != extent.topic_id:
            return "it is of another topic with this name"
        if is_old(held.at_ms, self._now_ms()):
            return "it is older than the tombstones of the topic, or of a time to come"
        if held.next.keys() != extent.partitions.keys():
            return "the topic has other partitions"
        if any(not span.first <= held.next[number] <= span.end for number, span in extent.partitions.items()):
            return "it is ahead of the topic, or the topic has lost records that it has not read"
        if self._tail.regrown({(topic, number): last for number, last in held.last.items()}):
            return "the topic has lost records that it has read, and has others in their place"
        return ""

    def _round(self) -> None:
        found = self._tail.poll(max_records=BATCH, timeout_s=POLL_S)
        if found.next:
            changes = changes_of(found.records, self._number)
            for record, reason in changes.unreadable:
                log.error("a record cannot be read and is skipped", position=str(record.position), reason=reason)
                telemetry.VIEW_RECORDS.labels("unreadable").inc()
            self._store.apply(changes, found.next, last_of(found.records))
            self._freshness.read(found.records, found.next)
            telemetry.VIEW_RECORDS.labels("read").inc(len(found.records))
            self._news.tell(changes.codes)
        if time.monotonic() >= self._look_at:
            self._look()
            self._look_at = time.monotonic() + LOOK_S

    def _look(self) -> None:
        """Compare the copy with the ends of the topics, and make it anew if it cannot be continued."""
        at_ms = self._now_ms()
        try:
            extents = self._tail.extents()
        except BusUnavailable as error:  # what is read already can still be served; `behind_ms` grows
            log.warning("the ends of the topics are not known", error=str(error))
        else:
            if is_old(self._seen_ms, at_ms) or any(
                extents[topic].topic_id != known for topic, known in self._topic_ids.items()
            ):
                self._begin()
                return
            self._seen_ms = at_ms
            self._freshness.looked(extents, at_ms)
        behind_ms = self._freshness.behind_ms(self._now_ms())
        telemetry.VIEW_BEHIND.set(-1 if behind_ms is None else behind_ms / 1000)
        if self._freshness.ready and behind_ms is not None and time.monotonic() >= self._keep_up_at:
            self._store.keep_up(self._now_ms() - behind_ms)
            self._keep_up_at = time.monotonic() + KEEP_UP_S
