"""Counts the posts that we read in a month, which X bills, and says when to stop."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from complaints.errors import UpstreamUnavailable
from complaints.runtime import telemetry
from complaints.storage.durable import write_durably

log = structlog.get_logger()

WARN_AT = 0.8


class BudgetSpent(UpstreamUnavailable):
    """The month's posts are read: the next ones wait for the next month, or for a larger LAPOR_X_MONTHLY_READS."""


class ReadBudget:
    """The month's count, on disk."""

    def __init__(self, path: Path, *, monthly: int, now: Callable[[], datetime]) -> None:
        """Read the count.

        Args:
            path: the file; it is made at the first count. One that cannot be read begins the month anew.
            monthly: posts that may be read in a month.
            now: the present, in UTC as X counts.
        """
        self._path = path
        self._monthly = monthly
        self._now = now
        self._month, self._read = self._kept()
        telemetry.X_READS_SHARE.set(self._read / monthly)

    def _kept(self) -> tuple[str, int]:
        try:
            kept = json.loads(self._path.read_text())
            return str(kept["month"]), int(kept["read"])
        except FileNotFoundError:
            return "", 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the month's reads are not known, counting anew", path=str(self._path), error=str(error))
            return "", 0

    @property
    def share(self) -> float:
        """How much of the month's budget is used; 1 is all of it."""
        return self._read / self._monthly if self._month == self._this_month() else 0.0

    def check(self) -> None:
        """Let a look begin.

        Raises:
            BudgetSpent: the month's posts are read.
        """
        if self.share >= 1:
            raise BudgetSpent(
                f"{self._read} of {self._monthly} posts of {self._month} are read; raise LAPOR_X_MONTHLY_READS or wait"
            )

    def count(self, posts: int) -> None:
        """Count posts that X gave us.

        Raises:
            OSError: the disk does not take it.
        """
        before, month = self.share, self._this_month()
        self._read = posts + (self._read if month == self._month else 0)
        self._month = month
        telemetry.X_READS_SHARE.set(self.share)
        if before < WARN_AT <= self.share:
            log.warning("most of the month's posts are read", read=self._read, monthly=self._monthly)
        if posts:
            write_durably(self._path, json.dumps({"month": self._month, "read": self._read}))

    def _this_month(self) -> str:
        return f"{self._now():%Y-%m}"
