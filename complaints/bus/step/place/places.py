"""Keeps what is known about the position of each partition of a mailbox that a worker holds, and decides where it goes on."""

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
            kept: as `Log.kept`, with the partition as its first argument.
        """
        self._spec, self._member, self._topic_id, self._committed = spec, member, topic_id, committed
        self._kept = kept
        self._known: dict[int, Known] = {}
        self.proof = Proof()
        self._regrown = set[int]()
        self.gaps: dict[int, Gap] = {}
        """By partition, the offsets that Kafka deleted before they were handled or lost afterwards, until a later position is committed."""

    def begin(self, partition: int, known: Known, first: int, end: int) -> int:
        """Return the offset at which a partition begins whose states are complete.

        Raises:
            ConfigurationError: an operator has to decide (see start_of).
        """
        self._known[partition] = replace(known, committed=self._committed.get(partition))
        return self._begin(partition, first, end)

    def begin_anew(self, partition: int, first: int, end: int) -> int:
        """Return the offset at which a partition begins that has other records before its position than those that were handled.

        Raises:
            ConfigurationError: no operator has decided where.
        """
        self._regrown.add(partition)
        return self._begin(partition, first, end)

    def _begin(self, partition: int, first: int, end: int) -> int:
        place, known = f"{self._spec.mailbox}/{partition}", self._known[partition]
        there = self._log(partition, first, end)
        position = known.position
        if position is not None and position.last == NO_MARK and position.offset > end:
            self._regrown.add(partition)  # no record would show it later, when the log has grown beyond the position
        offset, gap = start_of(self._spec.name, place, self._spec.states, known=known, log=there)
        handled = position if position is not None and position.offset == offset and not there.regrown else None
        self.proof.begin(partition, handled, first=there.first)
        if (gap := gap or known.lost) is not None:
            self.gaps[partition] = gap
            event = "lost after it was handled" if gap.handled else "deleted unread"
            log.error(event, step=self._spec.name, at=place, first=gap.first, end=gap.end)
        return offset

    def behind(self, partition: int, position: Position, first: int, end: int) -> int:
        """Return the offset after all handled records before a position that a partition still has (see behind_handled)."""
        return behind_handled(position, self._log(partition, first, end))

    def _log(self, partition: int, first: int, end: int) -> Log:
        return Log(self._topic_id, first, end, partition in self._regrown, partial(self._kept, partition))

    def drop(self, partition: int) -> None:
        """Forget the findings about a partition that had begun and is refused now."""
        self.proof.wrong.discard(partition)
        self.gaps.pop(partition, None)

    def again(self, partition: int) -> None:
        """Check the records before the position of a partition that is tried again once more, because Kafka may have been restored.

        If no record could prove it, the log counts as another one until an operator decides.
        """
        known = self._known.get(partition)
        if known is not None and known.position is not None and known.position.last != NO_MARK:
            self._regrown.discard(partition)

    def is_committed(self, partition: int, offset: int) -> bool:
        """Return whether an offset needs no commit: the group had it from the start, no operator decided since, and no gap is open.

        An operator's decision counts until a position follows; otherwise a later loss would be taken for the one that he accepted.
        """
        committed, known = self._committed.get(partition), self._known.get(partition)
        is_said = known is not None and known.accepted is not None
        return committed is not None and committed.offset == offset and not is_said and partition not in self.gaps

    def at(self, offsets: Mapping[int, int]) -> dict[int, Position]:
        """Return the positions for offsets that are next to be handled, with the worker, the mailbox's id and the last record before."""
        return {
            partition: Position(offset, self._member, self._topic_id, self.proof.last(partition, offset))
            for partition, offset in offsets.items()
        }

    def handled(self, positions: Mapping[int, Position]) -> None:
        """Note that positions are committed."""
        self.proof.handled(positions)
        self.gaps = {at: gap for at, gap in self.gaps.items() if at not in positions}


def committed_as(mailbox: str, partition: int, position: Position) -> ConfluentPartition:
    """Return the offset that a worker commits for a position, with the writer as its metadata."""
    return ConfluentPartition(mailbox, partition, position.offset, position.writer, position.last.epoch)


def position_of(at: ConfluentPartition) -> Position:
    """Return the position for which a worker committed an offset (see committed_as)."""
    epoch = -1 if at.leader_epoch is None else at.leader_epoch
    return Position(at.offset, at.metadata or "", last=Mark(at.offset - 1, 0, epoch))
