"""Routes past events again with the present router, into a shadow topic: shows which cases would change their owner, and why.

A replay cannot send a message to a citizen: it writes only through a ShadowWriter, which can write only to its shadow topic, and it never
makes a reply.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from complaints.bus import Batch, Position, Producer, Record, StoredRecord
from complaints.bus.envelope import encode
from complaints.errors import PoisonError
from complaints.event import AgencyRef, Disposition
from ops.cases import Answers

SHADOW_PREFIX = "lapor.shadow."
"""The start of the names of shadow topics. No worker reads such a topic."""

SHADOW_RETENTION_MS = 7 * 24 * 3600 * 1000
"""The number of milliseconds for which Kafka keeps a shadow topic's records. A week is enough for a comparison; then Kafka deletes them."""

MARK = ("lapor_replayed", b"true")
"""The header of each record that a replay writes."""

FLUSH_TIMEOUT_S = 60.0
"""The maximum number of seconds to wait until Kafka has acknowledged a batch of dispositions."""

LOOKUP = 1000
"""The maximum number of complaints whose former owners are looked up in one query."""

Decide = Callable[[StoredRecord], Disposition | None]
"""The present router: returns the disposition for a record, or None if the record needs none. Raises PoisonError if it is poison."""


class ShadowWriter:
    """Writes dispositions to one shadow topic. It cannot write to any other topic."""

    def __init__(self, producer: Producer, topic: str) -> None:
        """Store the producer and the topic, after a check of the topic's name.

        Args:
            producer: the connection to Kafka.
            topic: the name of the topic; it must begin with SHADOW_PREFIX.

        Raises:
            ValueError: the name does not begin with SHADOW_PREFIX.
        """
        if not topic.startswith(SHADOW_PREFIX):
            raise ValueError(f"a replay writes only to {SHADOW_PREFIX}*, not to {topic}")
        self._producer = producer
        self.topic = topic

    def write(self, dispositions: Sequence[Disposition]) -> None:
        """Write dispositions, each with the header MARK, and wait until Kafka has acknowledged them.

        Raises:
            BusUnavailable: Kafka did not acknowledge all of them within FLUSH_TIMEOUT_S seconds.
        """
        sent: list[Future[Position]] = [self._producer.send(self._shadow(disposition)) for disposition in dispositions]
        self._producer.flush(FLUSH_TIMEOUT_S)
        for answer in sent:
            answer.result(0)

    def _shadow(self, disposition: Disposition) -> Record:
        record = encode(disposition, source="/ops/replay", topic=self.topic)
        return Record(topic=self.topic, key=record.key, value=record.value, headers=(*record.headers, MARK))


@dataclass(frozen=True, slots=True)
class Move:
    """A complaint that the present router gives to another agency than before.

    Attributes:
        tracking_code: the tracking code of the complaint.
        before: the owner at this hop according to ClickHouse.
        after: the owner that the present router chose at the same hop.
        why: the router's explanation, an Indonesian sentence.
    """

    tracking_code: str
    before: AgencyRef
    after: AgencyRef
    why: str


@dataclass(slots=True)
class Summary:
    """The figures of a replay.

    Attributes:
        read: the number of records read.
        written: the number of dispositions written to the shadow topic.
        moved: the number of dispositions with another owner than before.
        unreadable: the number of records that are poison.
        replies: the number of replies made; always 0, because nothing in a replay can make one.
        seconds: the duration of the replay.
    """

    read: int = 0
    written: int = 0
    moved: int = 0
    unreadable: int = 0
    replies: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, float]:
        """Return the figures by name, as `lapor replay` prints them in its last line; seconds are rounded to milliseconds."""
        return {
            "read": self.read,
            "written": self.written,
            "moved": self.moved,
            "unreadable": self.unreadable,
            "replies": self.replies,
            "seconds": round(self.seconds, 3),
        }


def replay(
    batches: Iterator[Batch], *, decide: Decide, writer: ShadowWriter, store: Answers, moved: Callable[[Move], None]
) -> Summary:
    """Route past records again, write the dispositions to the shadow topic, and return the figures.

    Poison is counted and passed over. A disposition that ClickHouse has no former owner for counts as not moved.

    Args:
        batches: the records (see Scanner.scan).
        decide: the present router.
        writer: writes the new dispositions.
        store: ClickHouse, which knows the owner of each complaint at each hop.
        moved: called once for each disposition whose owner is another one than before.

    Raises:
        BusUnavailable: Kafka cannot be read or written.
        StoreUnavailable: ClickHouse does not answer.
    """
    summary, started = Summary(), time.monotonic()
    seen: set[UUID] = set()
    for batch in batches:
        answers: list[Disposition] = []
        for record in batch:
            summary.read += 1
            try:
                found = decide(record)
            except PoisonError:
                summary.unreadable += 1
                continue
            if found is not None:
                answers.append(found)
        writer.write(answers)
        summary.written += len(answers)
        new = {answer.id: answer for answer in answers if answer.id not in seen}
        for move in _moves(list(new.values()), store):
            summary.moved += 1
            moved(move)
        seen.update(new)
    summary.seconds = time.monotonic() - started
    return summary


def _moves(answers: Sequence[Disposition], store: Answers) -> Iterator[Move]:
    rest = iter(answers)
    while chunk := list(islice(rest, LOOKUP)):
        before = _owners(store, [answer.complaint_id for answer in chunk])
        for answer in chunk:
            former = before.get((answer.complaint_id, answer.hop))
            if former is not None and former.id != answer.owner.id:
                yield Move(answer.tracking_code, former, answer.owner, answer.explanation)


def _owners(store: Answers, complaints: Sequence[UUID]) -> Mapping[tuple[UUID, int], AgencyRef]:
    rows = store.execute(
        "SELECT complaint_id, hop, owner_id, owner FROM dispositions WHERE complaint_id IN %(ids)s",
        {"ids": tuple(complaints)},
    )
    return {(complaint, hop): AgencyRef(id=owner_id, name=owner) for complaint, hop, owner_id, owner in rows}
