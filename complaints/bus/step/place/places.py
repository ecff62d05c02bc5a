"""Keeps, for each partition of a mailbox that a worker holds, what is known of the place at which it goes on, and says where that is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import structlog
from confluent_kafka import TopicPartition as ConfluentPartition

from complaints.bus.deleted import Gap
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.place.positions import NO_MARK, Known, Log, Mark, Position, behind_handled, start_of
from complaints.bus.step.place.proof import Proof

log = structlog.get_logger()


class Places:
    """The places of the partitions that a worker holds now. For the worker's thread."""

    def __init__(
        self,
        spec: StepTopics,
        member: str,
        topic_id: str = "",
        committed: Mapping[int, Position] = {},
        kept: Callable[[int, int, int], int] = lambda _, __, end: end,
    ) -> None:
        """Begin with what the group has committed.

        Args:
            spec: the step.
            member: the transactional id of the worker, which is noted with each position so that a successor knows whom to fence.
            topic_id: the id of the mailbox now.
            committed: the committed offset of each partition that has one.
            kept: returns for a partition what `Log.kept` does.
        """
        self._spec, self._member, self._topic_id, self._committed = spec, member, topic_id, committed
        self._kept = kept
        self._known: dict[int, Known] = {}
        self.proof = Proof()
        self._regrown = set[int]()
        self.gaps: dict[int, Gap] = {}
        """What Kafka deleted of partitions before it was handled, or lost after that, until a position behind it is committed."""

    def begin(self, partition: int, known: Known, first: int, end: int) -> int:
        """Return where a partition begins whose states are complete.

        Raises:
            ConfigurationError: an operator has to decide (see start_of).
        """
        self._known[partition] = replace(known, committed=self._committed.get(partition))
        return self._begin(partition, first, end)

    def begin_anew(self, partition: int, first: int, end: int) -> int:
        """Return where a partition begins that has other records before its position than those that were handled.

        Raises:
            ConfigurationError: no operator has said where.
        """
        self._regrown.add(partition)
        return self._begin(partition, first, end)

    def _begin(self, partition: int, first: int, end: int) -> int:
        place, known = f"{self._spec.mailbox}/{partition}", self._known[partition]
        there = self._log(partition, first, end)
        position = known.position
        if position is not None and position.last == NO_MARK and position.offset > end:
            self._regrown.add(partition)  # no record would tell later, when it has grown beyond the position
        offset, gap = start_of(self._spec.name, place, self._spec.states, known=known, log=there)
        handled = position if position is not None and position.offset == offset and not there.regrown else None
        self.proof.begin(partition, handled, first=there.first)
        if (gap := gap or known.lost) is not None:
            self.gaps[partition] = gap
            event = "lost after it was handled" if gap.handled else "deleted unread"
            log.error(event, step=self._spec.name, at=place, first=gap.first, end=gap.end)
        return offset

    def behind(self, partition: int, position: Position, first: int, end: int) -> int:
        """Return the offset behind all that a partition still has of what was handled up to a position (see behind_handled)."""
        return behind_handled(position, self._log(partition, first, end))

    def _log(self, partition: int, first: int, end: int) -> Log:
        return Log(self._topic_id, first, end, partition in self._regrown, partial(self._kept, partition))

    def drop(self, partition: int) -> None:
        """Forget what was to be said of a partition that has begun, and is refused now."""
        self.proof.wrong.discard(partition)
        self.gaps.pop(partition, None)

    def again(self, partition: int) -> None:
        """Look anew at what is before the position of a partition that is tried again: Kafka may have been restored.

        Where no record would tell, the partition counts as another one until an operator decides.
        """
        known = self._known.get(partition)
        if known is not None and known.position is not None and known.position.last != NO_MARK:
            self._regrown.discard(partition)

    def is_committed(self, partition: int, offset: int) -> bool:
        """Return whether the group had committed an offset when the partition was given, and nothing has been said or is to be said since.

        What an operator has said counts until a position follows; a later loss would otherwise be taken for what he has accepted.
        """
        committed, known = self._committed.get(partition), self._known.get(partition)
        is_said = known is not None and known.accepted is not None
        return committed is not None and committed.offset == offset and not is_said and partition not in self.gaps

    def at(self, offsets: Mapping[int, int]) -> dict[int, Position]:
        """Return what is to be known of offsets that are next to be handled."""
        return {
            partition: Position(offset, self._member, self._topic_id, self.proof.last(partition, offset))
            for partition, offset in offsets.items()
        }

    def handled(self, positions: Mapping[int, Position]) -> None:
        """Note that positions are committed."""
        self.proof.handled(positions)
        self.gaps = {at: gap for at, gap in self.gaps.items() if at not in positions}


def committed_as(mailbox: str, partition: int, position: Position) -> ConfluentPartition:
    """Return what a worker commits for a position."""
    return ConfluentPartition(mailbox, partition, position.offset, position.writer, position.last.epoch)


def position_of(at: ConfluentPartition) -> Position:
    """Return the position of which a worker has committed this."""
    epoch = -1 if at.leader_epoch is None else at.leader_epoch
    return Position(at.offset, at.metadata or "", last=Mark(at.offset - 1, 0, epoch))
