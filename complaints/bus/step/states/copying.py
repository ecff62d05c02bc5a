"""Copies one partition of a state topic, record by record."""

import time
from dataclasses import replace
from typing import NamedTuple

from confluent_kafka import Message

from complaints.bus.step.contract import RESERVED, NewerFormat, StepTopics
from complaints.bus.step.place.positions import (
    NO_MARK,
    Known,
    Position,
    Progress,
    accepted_key,
    position_key,
)
from complaints.bus.step.place.positions import read as read_position
from complaints.bus.step.states.records import mark_of, read_state
from complaints.bus.step.states.store import Change
from complaints.errors import ConfigurationError


class At(NamedTuple):
    """A partition of the state topic, and the offsets of it to copy."""

    partition: int
    start: int
    end: int


class Copy:
    """One partition that is being copied.

    Attributes:
        partition: its number.
        first: the offset at which the copy began.
        next: the offset that is to be read next.
        end: the offset after the last record that is to be read.
        bad: the keys whose last records are no states.
        known: what the topic says about the position in the mailbox.
        last: the last record that was read.
        moved_at: when a record was last read, by a monotonic clock.
        former: the position of the copy on the disk, if that does not fit the topic and may be the only copy of some states: then only the
        topic's own position is read.
    """

    def __init__(
        self, spec: StepTopics, topic_id: str, at: At, *, held: Progress | None, former: Position | None
    ) -> None:
        self._spec, self._topic_id = spec, topic_id
        self._position_key, self._accepted_key = position_key(spec.name), accepted_key(spec.name)
        self.partition, self.first, self.end = at
        self.next, self.former = self.first, former
        self.bad: dict[bytes, ConfigurationError] = {}
        self.known = Known() if held is None else held.known
        self.last = NO_MARK if held is None else held.last
        self.moved_at = time.monotonic()

    def take(self, message: Message) -> list[Change]:
        """Take the next record, and return the changes to the store.

        Raises:
            NewerFormat: it is a state of a newer format than this program knows.
        """
        self.last = mark_of(message)
        self.next = self.last.offset + 1
        key, value = message.key() or b"", message.value()
        if key == self._position_key:
            position = read_position(value, self._topic_id)
            self.known = self.known if position is None else Known(position=position, lost=self.known.lost)
        elif key == self._accepted_key:
            self.known = replace(self.known, accepted=read_position(value, self._topic_id) or self.known.accepted)
        elif self.former is None and not key.startswith(RESERVED) and self._spec.owns(key):
            # the rest belongs to other steps with this state topic
            self.bad.pop(key, None)
            try:
                return [Change(key, None if value is None else read_state(message, value, self._spec.format))]
            except NewerFormat:
                raise
            except ConfigurationError as error:
                self.bad[key] = error
        return []

    def progress(self, now_ms: int) -> Progress:
        """Return the progress of the copy."""
        return Progress(self._topic_id, self.next, now_ms, self.known, self.last)
