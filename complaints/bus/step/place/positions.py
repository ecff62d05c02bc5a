"""The offset at which a partition goes on, from the position that each transaction writes and from an operator's decision."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from msgspec import Struct, json

from complaints.bus.deleted import Gap
from complaints.bus.foreign import decoded
from complaints.bus.step.contract import RESERVED
from complaints.errors import ConfigurationError

OPERATOR: Final = "lapor offsets set"
"""The writer of a position that an operator has set."""


class Mark(NamedTuple):
    """A record by which a log is recognised. If the log lost its end and grew again, a later record has this offset.

    Attributes:
        offset: the offset of the record.
        at_ms: when Kafka appended it, in milliseconds since 1970.
        epoch: the epoch of the leader that appended it; -1 if not known. A restarted broker has a later one, whatever its clock says.
    """

    offset: int
    at_ms: int
    epoch: int = -1


NO_MARK: Final = Mark(-1, 0)
"""No record is known."""


class Position(NamedTuple):
    """A place in a partition of a mailbox.

    Attributes:
        offset: the next offset to handle.
        writer: the transactional id of the worker that wrote it.
        topic_id: the id of its mailbox; empty if it is not known.
        last: the last record before it.
    """

    offset: int
    writer: str = ""
    topic_id: str = ""
    last: Mark = NO_MARK


class Log(NamedTuple):
    """A partition of a mailbox as Kafka has it.

    Attributes:
        topic_id: the id of the mailbox. A topic that is deleted and made anew has another one.
        first: the offset of the first record that Kafka still has.
        end: the offset after the last record.
        regrown: whether it has other records before the position than those that were handled.
        kept: returns, for an epoch and an offset, the offset up to it before which no record is of a later epoch.
    """

    topic_id: str
    first: int
    end: int
    regrown: bool = False
    kept: Callable[[int, int], int] = lambda _, end: end


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The known positions of a partition, from which the offset at which it goes on is derived.

    Attributes:
        committed: the offset that the group has committed.
        position: the position that the last transaction wrote into the state topic.
        accepted: the position that an operator has set since then.
        lost: the offsets by which the former copy on this disk was ahead of the topic; this loss is not reported yet.
    """

    committed: Position | None = None
    position: Position | None = None
    accepted: Position | None = None
    lost: Gap | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of the copy of one partition.

    Attributes:
        topic_id: the id of the state topic that it was copied from.
        offset: the next offset of the state topic to read.
        at_ms: when it was last written, in milliseconds since 1970.
        known: what the state topic says about the position in the mailbox.
        last: the last record of the state topic that was copied.
    """

    topic_id: str
    offset: int
    at_ms: int
    known: Known
    last: Mark

    @classmethod
    def read(cls, value: bytes) -> "Progress | None":
        """Return the progress that a store holds; None if an older program wrote it: then the copy is made anew."""
        return decoded(value, cls)

    def written(self) -> bytes:
        """Return the bytes that `read` decodes."""
        return json.encode(replace(self, known=replace(self.known, committed=None)))


class _Written(Struct, kw_only=True):
    """The value of the record of a position."""

    offset: int
    writer: str
    topic: str = ""
    last: Mark = NO_MARK
    states: str | None = None
    """The id of the state topic that has the states up to it."""


def position_key(step: str) -> bytes:
    """Return the key of the record in the state topic that holds a partition's position in the mailbox.

    Args:
        step: the step's name: steps that share a state topic each have a position.
    """
    return RESERVED + b"position/" + step.encode()


def accepted_key(step: str) -> bytes:
    """Return the key of the record in the state topic with which an operator decides where a step goes on in another mailbox."""
    return RESERVED + b"accepted/" + step.encode()


def written(position: Position, states_id: str) -> bytes:
    """Return the value of the record of a position."""
    offset, writer, topic_id, last = position
    return json.encode(_Written(offset=offset, writer=writer, topic=topic_id, last=last, states=states_id))


def read(value: bytes | None, states_id: str) -> Position | None:
    """Return the position in a record; None if it has none that can be read or used: then the position before it counts.

    Args:
        value: the value of the record.
        states_id: the id of the state topic. A worker under which the topic was made anew may have written positions of the former one
        into the new one, which lacks the former states.
    """
    said = decoded(value or b"", _Written)
    if said is None or said.states not in {None, states_id}:
        return None
    return Position(said.offset, said.writer, said.topic, said.last)


def start_of(step: str, place: str, states: str, *, known: Known, log: Log) -> tuple[int, Gap | None]:
    """Return the offset at which a partition goes on, and the offsets that Kafka deleted before they were handled.

    That is the later of the committed offset and the position in the state topic, because a broker that was killed may forget committed
    offsets without an error. But a worker commits an offset only together with a position, so a committed offset after the position shows
    that the state topic has lost its end. An operator's decision counts if the position cannot be used, because it is of another mailbox,
    beyond the log, or in a log that has grown again.

    Raises:
        ConfigurationError: nothing is known, or what is known is not of this log, and an operator has to decide.
    """
    accepted, why = known.accepted, _doubt(step, place, states, known=known, log=log)
    if why is None:
        return _behind(max(_offsets(known), default=0), log)
    if accepted is None or accepted.topic_id != log.topic_id or accepted.offset > log.end:
        raise ConfigurationError(why)
    return _behind(accepted.offset, log)


def _doubt(step: str, place: str, states: str, *, known: Known, log: Log) -> str | None:
    """Return why the committed offset and the position do not determine where a partition goes on; None if they do (see start_of)."""
    position, committed, offsets = known.position, known.committed, _offsets(known)
    if position is not None and position.topic_id not in {"", log.topic_id}:
        return (
            f"{place} was made anew: its topic has the id {log.topic_id}, and the position {position.offset} of {step} in {states} is"
            f" of {position.topic_id}. The records of the new topic are not those that {step} has handled. Decide where to go on, and"
            f" say so with {order_for(step, place, 'earliest')} for all that is there"
        )
    if position is not None and log.regrown:
        last = "" if position.last == NO_MARK else f", of which the last one was at {position.last.offset}"
        return (
            f"{place} has other records before the offset {position.offset} than those that {step} has handled{last}: Kafka has lost its"
            f" end, and it has grown again: {_later(step, place, position, log)}"
        )
    if committed is not None and is_ahead(committed, position):
        return (
            f"{step} has committed the offset {committed.offset} of {place}, and {states} {_has(position)}: it was made anew, or has"
            f" lost records, and with them states. Restore Kafka from a copy that has them, or go on with the states that are there:"
            f" {order_for(step, place, behind_handled(committed, log))}, or another place"
        )
    if offsets and max(offsets) > log.end:
        return (
            f"{step} has handled {place} up to {max(offsets)}, and Kafka has it only up to {log.end}: it has lost records, or was restored"
            f" from a copy. All that is left of before is handled: {_later(step, place, position, log)}"
        )
    if offsets or log.end == 0:  # nothing was ever in it: there is only one place to begin
        return None
    return (
        f"{step} has no position in {place}: neither a committed offset nor one in {states}. Decide where to go on, and say so with"
        f" {order_for(step, place, 'earliest')} for all that is there, or another place"
    )


def _offsets(known: Known) -> list[int]:
    return [at.offset for at in (known.position, known.committed) if at is not None]


def is_ahead(committed: Position | None, position: Position | None) -> bool:
    """Return whether the state topic has lost the position that a worker wrote together with the committed offset."""
    if committed is None or not committed.writer:  # an operator's offset has no position
        return False
    return position is None or committed.offset > position.offset


def order_for(step: str, place: str, to: str | int) -> str:
    """Return the command for one partition, in backticks: for all partitions it would also move those that are sound."""
    return f"`lapor offsets set {step} --topic-partition {place.rpartition('/')[2]} --to {to} --yes`"


def _later(step: str, place: str, position: Position | None, log: Log) -> str:
    """Return the advice how to go on after the last record that was handled."""
    order = order_for(step, place, log.end if position is None else behind_handled(position, log))
    if position is None or position.last.epoch < 0:
        return f"go on behind it with {order}; what has come since in the place of what was lost is not handled then"
    return f"go on with all that has come since, and with nothing twice: {order}"


def behind_handled(position: Position, log: Log) -> int:
    """Return the offset after all handled records that a log still has. Without a known epoch, all before the position count as such.

    In a log that was made anew nothing was handled.
    """
    if position.topic_id not in {"", log.topic_id}:
        return log.first
    most = min(position.offset, log.end)
    return max(log.first, most if position.last.epoch < 0 else log.kept(position.last.epoch, most))


def _has(position: Position | None) -> str:
    return "has no position of it" if position is None else f"has only the position {position.offset}"


def _behind(offset: int, log: Log) -> tuple[int, Gap | None]:
    """Return the offset to go on at, and the gap if Kafka has deleted records from the wanted offset on."""
    return (offset, None) if offset >= log.first else (log.first, Gap(offset, log.first))
