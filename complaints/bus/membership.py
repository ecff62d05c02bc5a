"""A member's share of its group's partitions: it may be empty, but the group must assign it in time."""

import time
from collections.abc import Callable
from typing import Final

from complaints.errors import BusUnavailable

LONGEST_WITHOUT_S: Final = 25.0
"""Seconds of polling after which a member without a share restarts. Joining takes at most two sessions (profiles.GROUP_SESSION_MS).
Only a member that works on a batch with very slow answers makes its group wait longer; a restart then costs the others a second."""


class Membership:
    """Watches whether the group has given this member its share. For the consumer's thread.

    After a broker's pause of about a session, librdkafka 2.16 may revoke the share and never join again, while `poll` says nothing.
    """

    def __init__(self, group: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self._group, self._now_s = group, now_s
        self._has_share = False
        self._since: float | None = None

    def given(self) -> None:
        """Note that the group has given a share, which may be empty."""
        self._has_share, self._since = True, None

    def taken(self) -> None:
        """Note that the share was taken away or lost, all of it."""
        self._has_share = False

    def check(self) -> None:
        """Check that the group has not left this member without a share for too long. Call this after each poll.

        Raises:
            BusUnavailable: there has been no share for LONGEST_WITHOUT_S, so that the process must restart.
        """
        if self._has_share:
            return
        now_s = self._now_s()
        self._since = now_s if self._since is None else self._since
        if (without_s := now_s - self._since) >= LONGEST_WITHOUT_S:
            raise BusUnavailable(
                f"the group {self._group} has given this member no share for {without_s:.0f} s: Kafka is away, or the"
                " client has left the group and does not join again. A new start joins"
            )
