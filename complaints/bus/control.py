"""The orders in the control topic: which steps are paused, which partitions are held or refused, and how many partitions there are.

The topic is compacted: the last record of each key counts, and so a pause and a hold outlast every restart.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson
from msgspec import Struct

from complaints.bus import Record, StoredRecord
from complaints.bus.foreign import decoded
from complaints.contract import CONTROL

PARTITIONS_KEY: Final = b"partitions"
"""The key of the record with the number of partitions of all mailboxes and states."""

NO_WAY_BACK: Final = (
    "Kafka cannot take partitions away, and nothing moves records back: restore Kafka from a copy of before, or make a new installation, in"
    " which no case goes on"
)
"""The decisions that an operator can make about a topic that has grown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a partition is held.

    Attributes:
        since_ms: since when, in milliseconds since 1970.
        failures: how many of the step's own records in a row had become dead letters.
        error: the class of the last one's error.
        partition: the mailbox partition of the last one.
        offset: the offset of the last one.
    """

    since_ms: int
    failures: int
    error: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a worker does not begin with a partition until an operator has decided something.

    Attributes:
        since_ms: since when, in milliseconds since 1970.
        partition: its number.
        why: the sentence that says what to do.
    """

    since_ms: int
    partition: int
    why: str


class _Said(Struct):
    """The fields of any record of the topic; a record without any of them revokes the order of its key."""

    since_ms: int | None = None
    why: str | None = None
    partitions: int | None = None


@dataclass(slots=True)
class Control:
    """The orders in force after the records of the control topic.

    Attributes:
        paused: by the name of each paused step, since when, in milliseconds since 1970.
        held: the held partitions by the name of the step and the partition. The sink has a name for each topic: lapor-sink/TOPIC.
        refused: the refused partitions, in the same way. A partition is refused or held, not both.
        partitions: the number of partitions of all mailboxes and states; None if it is not on record.
    """

    paused: dict[str, int] = field(default_factory=dict)
    held: dict[tuple[str, int], Hold] = field(default_factory=dict)
    refused: dict[tuple[str, int], Refusal] = field(default_factory=dict)
    partitions: int | None = None

    def take(self, records: Iterable[StoredRecord | Record]) -> "Control":
        """Apply records in their order. One without a value revokes the order of its key; one that cannot be read changes nothing."""
        for record in records:
            with suppress(ValueError):  # of the key
                self._take(record.key or b"", record.value or b"{}")
        return self

    def _take(self, key: bytes, value: bytes) -> None:
        step, _, number = key.decode().rpartition("/")
        said = decoded(value, _Said)
        if said is None:
            return
        if key == PARTITIONS_KEY:
            self.partitions = said.partitions
        elif step:
            at = (step, int(number))
            why = decoded(value, Refusal) if said.why else decoded(value, Hold)
            if why is None and said.since_ms is not None:
                return
            self.held.pop(at, None)
            self.refused.pop(at, None)
            if isinstance(why, Refusal):
                self.refused[at] = why
            elif why is not None:
                self.held[at] = why
        elif said.since_ms is None:
            self.paused.pop(number, None)
        else:
            self.paused[number] = said.since_ms


class Board(Protocol):
    """The control topic, for commands and for `lapor doctor`."""

    def read(self) -> Control:
        """Return the orders in force now.

        Raises:
            BusUnavailable: Kafka did not answer, or has no such topic.
        """

    def write(self, records: Sequence[Record]) -> None:
        """Write records, which workers obey within a second.

        Raises:
            BusUnavailable: Kafka did not accept them.
        """


def pause(step: str, *, since_ms: int) -> Record:
    """Return the record that pauses a step."""
    return Record(CONTROL, step.encode(), orjson.dumps({"since_ms": since_ms}))


def resume(step: str) -> Record:
    """Return the record that ends the pause of a step."""
    return Record(CONTROL, step.encode(), b"{}")


def hold(step: str, why: Hold | Refusal) -> Record:
    """Return the record that holds a partition of a step's mailbox, or marks it as refused."""
    return Record(CONTROL, f"{step}/{why.partition}".encode(), orjson.dumps(why))


def release(step: str, partition: int) -> Record:
    """Return the record that ends the hold of a partition, or its refusal: its worker tries it again at once."""
    return Record(CONTROL, f"{step}/{partition}".encode(), b"{}")


def partitions(number: int) -> Record:
    """Return the record of the number of partitions with which all mailboxes and states were made."""
    return Record(CONTROL, PARTITIONS_KEY, orjson.dumps({"partitions": number}))
