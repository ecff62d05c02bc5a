"""Judges whether ClickHouse has the rows of the records that the sink has passed; otherwise nobody would notice a lost database."""

from collections.abc import Mapping
from typing import Final

from complaints.bus.admin import GroupAdmin
from complaints.contract import CASE_EVENTS
from ops.answers import Answers
from ops.doctor import Finding, Level
from sinks.clickhouse.sink import GROUP

UNSTORED: Final = 1_000
"""Offsets at the end of a partition that may have no row: transaction markers, and records that became dead letters."""

WHAT: Final = "rows of the sink"


def stored(store: Answers, admin: GroupAdmin) -> Finding:
    """Compare the last rows of facts with the sink's progress.

    Raises:
        LaporError: ClickHouse or Kafka does not answer, or a table is missing.
    """
    rows = store.execute("SELECT kafka_partition, max(kafka_offset) FROM case_event_rows GROUP BY kafka_partition")
    return judged(
        dict(rows),
        passed={at[1]: offset for at, offset in admin.group_offsets(GROUP).items() if at[0] == CASE_EVENTS},
        first={at[1]: offset for at, offset in admin.first_offsets(CASE_EVENTS).items()},
    )


def judged(last: Mapping[int, int], *, passed: Mapping[int, int], first: Mapping[int, int]) -> Finding:
    """Judge the rows of facts.

    Args:
        last: the offset of the last row, by partition; a partition without rows is missing.
        passed: the offset at which the sink goes on, by partition.
        first: the offset of the first record that Kafka still has, by partition.
    """
    behind = {
        partition: offset - 1 - last.get(partition, first.get(partition, 0) - 1) for partition, offset in passed.items()
    }
    lost = [partition for partition, missing in behind.items() if missing > (UNSTORED if last else 0)]
    if not lost:
        return Finding(what=WHAT, level=Level.ok, detail="ClickHouse has what the sink has passed")
    return Finding(
        what=WHAT,
        level=Level.fail,
        detail=f"{GROUP} has passed {sum(behind[one] for one in lost)} offsets of {CASE_EVENTS} of which ClickHouse has no row"
        f" (partitions {', '.join(map(str, sorted(lost)))}): rows were lost",
        advice=f"stop the sinks, `lapor offsets set {GROUP} --to earliest`, start them: rows replace themselves. A database that is made"
        " anew is filled by itself. docs/operations.md, Filling ClickHouse again",
    )
