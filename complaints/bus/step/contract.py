"""The contract of a step with its user: one pure function from the state of a key and a record to outputs and the next state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from complaints.bus import Record, StoredRecord
from complaints.errors import ConfigurationError


class Keep(Enum):
    """The sign that a state stays as it is."""

    keep = 0


KEEP: Final = Keep.keep
"""The state stays as it is; nothing is written for it."""

RESERVED: Final = b"\x00"
"""The first byte of the keys in the state topic that are the step's own. No state has such a key, and readers of states skip them."""

TOMBSTONES_MS: Final = 20 * 3_600_000
"""Maximum age of a copy of a state topic in milliseconds: the topic keeps tombstones for 24 hours, and an older copy may hold keys that
were deleted since."""


SKEW_MS: Final = 60_000
"""Milliseconds that a copy's time may be ahead of this machine's clock: clocks are corrected by less. A later time tells no age."""


def is_old(at_ms: int, now_ms: int) -> bool:
    """Return whether a copy of a state topic may lack deletions, because it is too old or its time is in the future (age unknown)."""
    return not -SKEW_MS <= now_ms - at_ms <= TOMBSTONES_MS


class NewerFormat(ConfigurationError):
    """A state that only a newer version of this program can read: that is for all partitions to say, because the program is the same."""


def newer_format(place: str, found: int, newest: int) -> NewerFormat:
    """Return the error of a state that only a newer version of this program can read."""
    return NewerFormat(
        f"a state in {place} has format {found}, and this program knows {newest} at most: a newer version has run here; run that"
        " version or a later one"
    )


class State(NamedTuple):
    """The state of a key.

    Attributes:
        value: the bytes that the function made of it, in the step's present format.
        due_ms: when the key's timer is due, in milliseconds since 1970; None if it has none.
    """

    value: bytes
    due_ms: int | None = None


class Effect(NamedTuple):
    """The result of the function for one record.

    Attributes:
        state: the next state of the record's key; KEEP to leave it, None to delete it.
        outputs: records to write, to any topic, in this order.
    """

    state: State | Keep | None = KEEP
    outputs: tuple[Record, ...] = ()


Function = Callable[[State | None, StoredRecord], Effect]
"""The user's function. Pure: no clock, no I/O. A record on which it raises becomes a dead letter."""

MakeTimer = Callable[[bytes, int], Record]
"""Returns the timer record of a key, for the step's own mailbox, from the key and `due_ms`.

Its id must derive from both, because a timer may fire twice.
"""

MakeDeadLetter = Callable[[StoredRecord, Exception, int], tuple[Record, ...]]
"""Returns the dead letter of a record, and other records to write for it, from the record, the error and the number of attempts."""

Upgrade = Callable[[bytes], bytes]
"""Turns the bytes of a state in one format into the next format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTopics:
    """A step as Kafka knows it: its name and its two topics. Several steps may share a mailbox and a state topic.

    Attributes:
        name: the consumer group, and the beginning of every worker's transactional id.
        mailbox: the one topic that the step reads.
        states: its compacted state topic, with as many partitions as the mailbox.
        format: the number of the format in which the step reads and writes states.
        reads: returns whether a record of the mailbox is for this step, and not only for another one that shares it.
        owns: returns whether a key of the state topic is this step's; it need not handle the keys that begin with RESERVED.
    """

    name: str
    mailbox: str
    states: str
    format: int = 1
    reads: Callable[[StoredRecord], bool] = lambda _: True
    owns: Callable[[bytes], bool] = lambda _: True


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec(StepTopics):
    """A step that is a pure function: its topics and its function.

    Attributes:
        function: see Function.
        dead_letter: see MakeDeadLetter.
        timer: see MakeTimer; None if no state of this step has a timer.
        upgrades: by the number of an older format, the function that turns a state into the next format.
    """

    function: Function
    dead_letter: MakeDeadLetter
    timer: MakeTimer | None = None
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)
