"""Shows and sets the offsets at which a step goes on in its mailbox, and the sink in its topics."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from complaints.bus import Offsets
from complaints.bus.admin import Administration, GroupAdmin
from complaints.contract import Topic
from complaints.errors import ConfigurationError
from sinks.clickhouse.rows import TOPICS
from sinks.clickhouse.sink import GROUP

PATIENCE_S: Final = 20.0
"""Seconds to wait until a group has no members: Kafka drops a stopped worker after 6 s, and one that keeps failing pauses for 10 s."""

PAUSE_S: Final = 0.2

EARLIEST, LATEST = "earliest", "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a step in one partition of its mailbox.

    Attributes:
        partition: the number of the partition.
        first: the offset of the first record that Kafka still has.
        end: the offset after the last record.
        committed: the offset of the next record to handle that the group has committed; None if it has committed none.
    """

    partition: int
    first: int
    end: int
    committed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time to go on from.

    Attributes:
        at_ms: the time in milliseconds since 1970.
    """

    at_ms: int


Target = str | int | Moment
"""The place to go on: EARLIEST, LATEST, an offset, or the first record at or after a time."""


def sources_of(reader: str, declared: Mapping[str, Topic]) -> Sequence[str]:
    """Return the names of the topics that a reader reads: the mailbox of a step, or the topics of the sink.

    Raises:
        ConfigurationError: there is no such step, and it is not the sink.
    """
    found = {name: (topic.name,) for topic in declared.values() for name in topic.steps} | {GROUP: TOPICS}
    if reader not in found:
        raise ConfigurationError(
            f"there is no step {reader!r}; the steps are {', '.join(sorted(found.keys() - {GROUP}))}, and the sink is {GROUP}"
        )
    return found[reader]


def progress(admin: GroupAdmin, step: str, mailbox: str) -> Sequence[Progress]:
    """Return the progress of a step in each partition of its mailbox.

    Raises:
        BusUnavailable: Kafka did not answer.
    """
    first, ends, known = admin.first_offsets(mailbox), admin.end_offsets(mailbox), admin.group_offsets(step)
    return [
        Progress(partition=partition, first=first[topic, partition], end=end, committed=known.get((topic, partition)))
        for (topic, partition), end in sorted(ends.items())
    ]


def offsets_of(admin: GroupAdmin, mailbox: str, to: Target, *, partitions: Collection[int] = ()) -> Offsets:
    """Return the offset of a target in each partition of a mailbox.

    Args:
        admin: asks Kafka.
        mailbox: the topic.
        to: where to go on.
        partitions: the partitions; empty for all.

    Raises:
        BusUnavailable: Kafka did not answer.
        ConfigurationError: there is no such partition, or a partition has no such offset.
    """
    first, ends = admin.first_offsets(mailbox), admin.end_offsets(mailbox)
    if unknown := sorted(set(partitions) - {partition for _, partition in ends}):
        raise ConfigurationError(f"{mailbox} has no partition {unknown[0]}; it has 0 to {len(ends) - 1}")
    match to:
        case Moment(at_ms=at_ms):
            found = admin.offsets_at(mailbox, at_ms)
        case int():
            found = dict.fromkeys(ends, to)
        case _:
            found = first if to == EARLIEST else ends
    wanted = {at: found[at] for at in ends if not partitions or at[1] in partitions}
    for at, offset in wanted.items():
        if not first[at] <= offset <= ends[at]:
            raise ConfigurationError(
                f"{at[0]}/{at[1]} has no offset {offset}: Kafka has {first[at]} to {ends[at]}. Name the partition with"
                " --topic-partition if the offset is for one of them"
            )
    return wanted


def moves(
    found: Iterable[Progress], wanted: Mapping[int, int], *, mailbox: str, refused: Collection[int]
) -> Iterator[str]:
    """Yield a sentence without a full stop for each partition in which a step would skip records, or handle some again.

    Args:
        found: the step's progress.
        wanted: the next offset to handle, by partition.
        mailbox: the step's mailbox.
        refused: the partitions that wait for an operator. Their committed offsets say nothing about the records that Kafka has.
    """
    for one in found:
        place, offset = f"{mailbox}/{one.partition}", wanted.get(one.partition, one.end)
        before = min(offset if one.committed is None else one.committed, one.end)
        if one.partition not in wanted:
            continue
        if one.partition in refused:
            yield (
                f"{place} is refused: if its position is why, the {one.end - offset} records from {offset} on would be handled, and none"
                f" of the {offset - one.first} before it"
            )
        elif offset > before:
            yield f"{offset - before} records of {place} that are not handled would be skipped"
        elif offset < before:
            yield (
                f"{before - offset} records of {place} would be handled again, and what they send sent again, unless the position in the"
                " state topic is later"
            )


def set_offsets(admin: Administration, step: str, offsets: Offsets, *, patience_s: float = PATIENCE_S) -> None:
    """Set the offsets at which a step goes on, once its group has no members.

    Args:
        admin: asks Kafka.
        step: the step's name.
        offsets: the next offset to handle in each partition.
        patience_s: seconds to wait until stopped members have left the group.

    Raises:
        BusUnavailable: Kafka did not answer.
        ConfigurationError: the step has workers that run.
    """
    deadline = time.monotonic() + patience_s
    while members := admin.members(step):
        if time.monotonic() > deadline:
            raise ConfigurationError(
                f"{step} has workers that run ({', '.join(members)}), and they would overwrite what is set: stop them and try again."
                " Kafka forgets a stopped worker after 6 s"
            )
        time.sleep(PAUSE_S)
    admin.set_group_offsets(step, offsets)
