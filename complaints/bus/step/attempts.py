"""Remembers over a crash which records were in hand, so that a record that kills its worker three times becomes a dead letter."""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from complaints.bus import StoredRecord
from complaints.errors import PoisonError

DEATHS: Final = 3
"""How often a record may be in hand alone when the worker dies. Once or twice may be chance: the machine was short of memory."""


class KillsTheWorker(PoisonError):
    """A record that was in hand alone each time the worker died."""


class Attempts:
    """The records in hand, noted in a file before they are handled.

    After a death the records that were in hand are handled one by one. The file needs no fsync: it must outlive the process, not the
    machine.
    """

    def __init__(self, path: Path) -> None:
        """Read what a former process had in hand.

        Args:
            path: of the file.
        """
        self._path = path
        self._until: dict[int, int] = {}
        self._deaths: dict[tuple[int, int], int] = {}
        try:
            noted = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return
        self._until = {partition: end for partition, _, end, _ in noted}
        for partition, first, end, deaths in noted:
            if end == first + 1:
                self._deaths[partition, first] = deaths + 1

    def batch_of(self, records: Sequence[StoredRecord]) -> int:
        """Return how many of the records may be handled together: one, if the first was in hand when the worker died."""
        first = records[0]
        return 1 if first.offset < self._until.get(first.partition, 0) else len(records)

    def begin(self, records: Sequence[StoredRecord]) -> int:
        """Note the records that are about to be handled, and return how often a single record was in hand at a death.

        Args:
            records: of one batch, not empty.
        """
        spans: dict[int, tuple[int, int]] = {}
        for record in records:
            first, _ = spans.get(record.partition, (record.offset, 0))
            spans[record.partition] = (first, record.offset + 1)
        deaths = self._deaths.get((records[0].partition, records[0].offset), 0) if len(records) == 1 else 0
        noted = [[partition, first, end, deaths] for partition, (first, end) in spans.items()]
        with contextlib.suppress(OSError):  # a full disk must not stop a worker that can still commit
            self._path.write_text(json.dumps(noted), "utf-8")
        return deaths

    def close(self) -> None:
        """Forget the records: the worker ends in an orderly way."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
