"""Lists the dead letters on Kafka: the place and the reason of each, without the citizen's words."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from complaints.bus import Position, Scanner, StoredRecord
from complaints.bus.envelope import decode
from complaints.contract import DEAD_LETTERS
from complaints.errors import ContractViolation
from complaints.event import DeadLetter
from sinks.clickhouse.rows.dead_letters import shown_reason

REASON_CHARACTERS: Final = 160
"""The maximum length of a reason in the list, so that a letter is one line; `show` prints all of it."""

SENDERS: Final = "/senders/"
SINK: Final = "/sinks/clickhouse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A dead letter without its content.

    Attributes:
        id: the id of the letter.
        at: when it was made.
        by: the service that made it, as `lapor run` names it.
        channel: the channel that could not read the message; empty if the letter is of a record.
        place: the position of the record on Kafka; None if a channel could not read the message.
        reason: the error's class, and its message if it is an error of complaints.errors.
        position: the position of the letter on Kafka.
        payload_bytes: the number of bytes that the letter keeps.
    """

    id: UUID
    at: datetime
    by: str
    channel: str
    place: Position | None
    reason: str
    position: Position
    payload_bytes: int

    @property
    def kind(self) -> tuple[str, str, str]:
        """The topic or channel, the service and the reason without the record's position: equal for letters with the same fault."""
        own = "" if self.place is None else str(self.place)
        reason = " ".join(self.reason.replace(own, "it").split()) if own else self.reason
        return self.place.topic if self.place else self.channel, self.by, _short(reason)

    def has(self, text: str) -> bool:
        """Return whether the reason contains a text, in upper or lower case."""
        return text.casefold() in self.reason.casefold()

    def __str__(self) -> str:
        """Return the letter as one line of the list."""
        at = self.at.astimezone(UTC)
        return f"{self.id}  {at:%Y-%m-%d %H:%M:%S}  {self.place or self.channel}  {_short(self.reason)}"


def find(scanner: Scanner, *, topic: str = "", by: str = "", since_ms: int | None = None) -> Mapping[UUID, Found]:
    """Return the dead letters by id, the oldest first. Of several with the same id, the latest counts.

    Args:
        scanner: reads Kafka.
        topic: only letters of records in this topic; empty for all.
        by: only letters that this service made; empty for all.
        since_ms: only letters that reached Kafka at or after this time, in milliseconds since 1970.

    Raises:
        BusUnavailable: Kafka did not answer in time.
    """
    letters = (found for batch in scanner.scan(DEAD_LETTERS, since_ms=since_ms) for found in map(_found, batch))
    wanted = [
        found
        for found in letters
        if found is not None
        and (not topic or (found.place is not None and found.place.topic == topic))
        and (not by or found.by == by)
    ]
    return {found.id: found for found in sorted(wanted, key=lambda found: found.at)}


def counts(letters: Iterable[Found], without: Container[UUID] = ()) -> Iterator[str]:
    """Yield a line for each kind of letters (see Found.kind) with their number, the largest number first.

    Args:
        letters: the letters.
        without: the ids of letters to leave out.
    """
    for (place, by, reason), number in Counter(
        found.kind for found in letters if found.id not in without
    ).most_common():
        yield f"{number}  {place}  {by}  {reason}"


def letter_at(scanner: Scanner, position: Position) -> DeadLetter:
    """Return a dead letter with its content.

    Raises:
        ContractViolation: it is no longer at the position.
        BusUnavailable: Kafka did not answer in time.
    """
    record = scanner.read(position)
    if record is None:
        raise ContractViolation(f"{position} is not on Kafka any more")
    return decode(record, DeadLetter)


def described(found: Found, letter: DeadLetter) -> Iterator[str]:
    """Yield the lines that show a dead letter: its places, reason and headers, and the size of its content but not the content."""
    yield f"id        {found.id}"
    yield f"made      {found.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC by {found.by}"
    yield f"place     {found.place or letter.source_key}"
    yield f"letter    {found.position}"
    yield f"reason    {found.reason}"
    yield f"attempts  {letter.attempts}"
    yield f"content   {found.payload_bytes} bytes"
    for name, value in letter.headers.items():
        yield f"header    {name}: {value}"


def _found(record: StoredRecord) -> Found | None:
    """Return the dead letter in a record, without its content; None if the record is not one."""
    try:
        letter = decode(record, DeadLetter)
    except ContractViolation:
        return None
    place = None
    if letter.source_topic and letter.source_partition is not None and letter.source_offset is not None:
        place = Position(letter.source_topic, letter.source_partition, letter.source_offset)
    return Found(
        id=letter.id,
        at=letter.at,
        by=_service(dict(record.headers).get("ce_source", b"").decode("utf-8", "replace")),
        channel=letter.channel or "",
        place=place,
        reason=f"{letter.error_class}: {shown_reason(letter.error_class, letter.reason)}",
        position=record.position,
        payload_bytes=len(letter.payload),
    )


def _service(source: str) -> str:
    """Return the service that has this CloudEvents source."""
    return "sink" if source == SINK else source.removeprefix(SENDERS).lstrip("/")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= REASON_CHARACTERS else f"{line[:REASON_CHARACTERS]}..."
