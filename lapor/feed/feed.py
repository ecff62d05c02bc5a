"""Sends complaints through the real channels of a running stack, and waits until each has an owner in ClickHouse."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

import httpx

from channels.sms.numbers import e164
from complaints.bus import Offsets, Scanner
from complaints.bus.envelope import decode
from complaints.contract import DEAD_LETTERS, MESSAGE_EVENTS
from complaints.crypto import Keyring
from complaints.errors import BusUnavailable, PoisonError, StoreUnavailable, UpstreamUnavailable
from complaints.event import DeadLetter
from complaints.mail import MessageEvent
from complaints.runtime.settings import Settings
from complaints.tracking import Numbers
from lapor.feed.items import Item
from lapor.feed.upstreams import SENDERS, Upstreams
from ops.answers import Answers

SILENCE_S = 90.0
"""Seconds without any news after which complaints without an owner are reported as missing."""

LOOK_EVERY_S = 0.5
"""Seconds between two queries of Kafka and ClickHouse."""

ASK_AT_ONCE = 2000
"""Number of complaints that one ClickHouse query asks about."""


Told = Callable[[str, int], None]
"""A function that shows progress: "sent" or "owned", and the total so far."""


def _tell_nobody(_what: str, _count: int) -> None:
    return


@dataclass(slots=True)
class Outcome:
    """The outcome of the items that were sent.

    Attributes:
        ids: the complaint id of each item, by its index in the list; None while it is unknown.
        refused: the reason of each item that a channel refused, by its index.
        owners: the name of the latest owner, by complaint id.
        stored: the complaints that are in ClickHouse.
        dead_letters: the number of dead letters written since the start.
        broken: the number of broken messages that were sent on purpose.
        seconds: the duration.
    """

    ids: list[UUID | None]
    refused: dict[int, str] = field(default_factory=dict)
    owners: dict[UUID, str] = field(default_factory=dict)
    stored: set[UUID] = field(default_factory=set)
    dead_letters: int = 0
    broken: int = 0
    seconds: float = 0.0

    @property
    def missing(self) -> list[int]:
        """The indexes of the items that a channel accepted but that have no owner in ClickHouse."""
        return [
            place
            for place, found in enumerate(self.ids)
            if place not in self.refused and (found is None or found not in self.owners)
        ]

    @property
    def settled(self) -> bool:
        """True if everything that was sent is accounted for: by an owner and a row, or by a dead letter."""
        known = {found for found in self.ids if found is not None}
        return self.dead_letters >= self.broken + len(self.missing) and not known - self.stored

    @property
    def seen(self) -> int:
        """A number that grows with every new observation."""
        return sum(found is not None for found in self.ids) + len(self.owners) + len(self.stored) + self.dead_letters

    def as_json(self) -> dict[str, float]:
        """Return the figures for the last line of the output."""
        taken = [found for place, found in enumerate(self.ids) if place not in self.refused]
        return {
            "sent": len(taken),
            "owned": sum(found in self.owners for found in taken),
            "stored": sum(found in self.stored for found in taken),
            "dead_letters": self.dead_letters,
            "lost": max(0, len(self.missing) - max(0, self.dead_letters - self.broken)),
            "seconds": round(self.seconds, 1),
        }


class Feed:
    """Sends complaints to the channels of one stack."""

    def __init__(
        self, upstreams: Upstreams, *, keys: Keyring, number: Numbers, scanner: Scanner, store: Answers
    ) -> None:
        self._upstreams = upstreams
        self._keys = keys
        self._number = number
        self._scanner = scanner
        self._store = store

    def run(
        self,
        items: Sequence[Item],
        *,
        rate: float | None = None,
        broken: Sequence[Item] = (),
        told: Told = _tell_nobody,
    ) -> Outcome:
        """Send all items, and wait until each has an owner or nothing new has happened for SILENCE_S seconds.

        Args:
            items: the complaints.
            rate: messages per second; None means as fast as the channels answer.
            broken: messages that cannot become complaints. They are sent first, and each is expected to become a dead letter.
            told: called with the progress.

        Raises:
            ConfigurationError: a channel cannot be fed.
            BusUnavailable: Kafka does not answer at the start, or for SILENCE_S seconds.
            StoreUnavailable: ClickHouse does not answer for SILENCE_S seconds.
        """
        self._upstreams.check([*items, *broken])
        started = time.monotonic()
        from_here = {topic: self._scanner.ends(topic) for topic in (MESSAGE_EVENTS, DEAD_LETTERS)}
        outcome = Outcome([None] * len(items), broken=len(broken))
        for item in broken:
            self._upstreams.send(item)
        self._send_all(items, outcome, rate, told)
        self._follow(items, outcome, from_here, told)
        outcome.seconds = time.monotonic() - started
        return outcome

    def _send_all(self, items: Sequence[Item], outcome: Outcome, rate: float | None, told: Told) -> None:
        started = time.monotonic()

        def send(place: int) -> None:
            if rate is not None:
                time.sleep(max(0.0, started + place / rate - time.monotonic()))
            try:
                outcome.ids[place] = self._upstreams.send(items[place])
            except (UpstreamUnavailable, httpx.HTTPError) as error:
                outcome.refused[place] = str(error) or repr(error)

        with ThreadPoolExecutor(SENDERS) as pool:
            for done, _ in enumerate(pool.map(send, range(len(items))), 1):
                told("sent", done)

    def _follow(self, items: Sequence[Item], outcome: Outcome, from_here: dict[str, Offsets], told: Told) -> None:
        """Look until everything is accounted for, or nothing new has happened for SILENCE_S seconds. Meanwhile a server may be away."""
        by_sender = {
            self._keys.pseudonym("sms", e164(item.sender)): place
            for place, item in enumerate(items)
            if item.channel == "sms"
        }
        news, before = time.monotonic(), 0
        while True:
            silent = time.monotonic() - news > SILENCE_S
            try:
                self._find_texts(by_sender, outcome, from_here)
                self._find_dead(outcome, from_here)
                self._find_owners(outcome)
            except (BusUnavailable, StoreUnavailable):
                if silent:
                    raise
            else:
                told("owned", len(outcome.owners))
                if outcome.settled or silent:
                    return
                if (seen := outcome.seen) != before:
                    news, before = time.monotonic(), seen
            time.sleep(LOOK_EVERY_S)

    def _find_texts(self, by_sender: dict[str, int], outcome: Outcome, from_here: dict[str, Offsets]) -> None:
        if all(outcome.ids[place] is not None for place in by_sender.values()):
            return
        for batch in self._scanner.scan(MESSAGE_EVENTS, start=from_here[MESSAGE_EVENTS]):
            for record in batch:
                try:
                    event = decode(record, MessageEvent)
                except PoisonError:  # an event about a reply
                    continue
                place = by_sender.get(event.citizen)
                if place is not None and event.complaint_id is not None:
                    outcome.ids[place] = event.complaint_id

    def _find_dead(self, outcome: Outcome, from_here: dict[str, Offsets]) -> None:
        found = set()
        for batch in self._scanner.scan(DEAD_LETTERS, start=from_here[DEAD_LETTERS]):
            found |= {decode(record, DeadLetter).id for record in batch}
        outcome.dead_letters = len(found)

    def _find_owners(self, outcome: Outcome) -> None:
        done = outcome.stored & outcome.owners.keys()
        wanted = iter([found for found in outcome.ids if found is not None and found not in done])
        while chunk := tuple(islice(wanted, ASK_AT_ONCE)):
            own = {self._number.id(one): one for one in chunk}
            asked = {"ids": tuple(own)}
            outcome.stored |= {own[row[0]] for row in self._store.execute(_STORED, asked)}
            outcome.owners |= {own[row[0]]: row[1] for row in self._store.execute(_OWNED, asked)}


_STORED = "SELECT complaint_id FROM complaints WHERE complaint_id IN %(ids)s"
_OWNED = "SELECT complaint_id, owner FROM cases WHERE complaint_id IN %(ids)s"


def make_feed(settings: Settings) -> Feed:
    """Return a feed for the stack that runs in the data folder of the settings.

    Raises:
        ConfigurationError: no Kafka or ClickHouse is known.
    """
    from lapor.local.note import Stack
    from lapor.processes.secret import keyring
    from lapor.processes.wiring import case_numbers, scanner, store

    settings.kafka_required()  # comes first: if no stack runs, this is the right error
    stack = Stack.running(settings.data)
    keys = keyring(settings)
    return Feed(
        Upstreams(controls=stack.controls if stack else {}, web=settings.web, keys=keys),
        keys=keys,
        number=case_numbers(settings),
        scanner=scanner(settings),
        store=store(settings),
    )
