"""Past events through the router of now, into a shadow topic: who would move from whom to whom, and why.

It cannot message a citizen by construction: what it writes goes through a ShadowWriter, which knows one topic and no other, and it
never makes a reply.
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
"""No worker reads a topic of this name."""

SHADOW_RETENTION_MS = 7 * 24 * 3600 * 1000
"""A shadow is for comparing: a week is enough, and nobody has to clean up."""

MARK = ("lapor_replayed", b"true")
"""The header of everything that a replay writes."""

FLUSH_TIMEOUT_S = 60.0
LOOKUP = 1000
"""Complaints that are asked about in one query."""

Decide = Callable[[StoredRecord], Disposition | None]
"""The router of now: the disposition that answers a record; None where the record asks for none. Raises PoisonError."""


class ShadowWriter:
    """A writer that knows one topic, and that one is a shadow."""

    def __init__(self, producer: Producer, topic: str) -> None:
        """Keep the topic.

        Args:
            producer: Kafka.
            topic: must begin with SHADOW_PREFIX.

        Raises:
            ValueError: it does not.
        """
        if not topic.startswith(SHADOW_PREFIX):
            raise ValueError(f"a replay writes to {SHADOW_PREFIX}* only, not to {topic}")
        self._producer = producer
        self.topic = topic

    def write(self, dispositions: Sequence[Disposition]) -> None:
        """Write dispositions and wait until Kafka has them.

        Raises:
            BusUnavailable: it does not take them.
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
    """A complaint that the router of now gives to another body."""

    tracking_code: str
    before: AgencyRef
    after: AgencyRef
    why: str


@dataclass(slots=True)
class Summary:
    """What a replay did.

    Attributes:
        read: records read.
        written: dispositions written to the shadow topic.
        moved: complaints that would change hands.
        unreadable: records that are poison.
        replies: replies made; there is nothing that could make one.
        seconds: how long it took.
    """

    read: int = 0
    written: int = 0
    moved: int = 0
    unreadable: int = 0
    replies: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, float]:
        """Return the figures for the last line."""
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
    """Replay records.

    Args:
        batches: what was read (see Scanner.scan).
        decide: the router of now.
        writer: where its answers go.
        store: knows who owned what at each hop.
        moved: is told of each complaint that would change hands, once.

    Raises:
        BusUnavailable: Kafka does not give or take.
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
