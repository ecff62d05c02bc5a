"""Measures how long the loops of a service have been silent, by the watcher's own clock: a system clock that is set changes nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from complaints.runtime.telemetry import Heartbeat

LONGEST_LOOK_S: Final = 1.0
"""The most that the time between two looks counts: if the whole machine stood still, the service is not to blame."""


class Pulse:
    """The heartbeats of one service since its last start. A heartbeat is a change of its file, whatever time the file has."""

    def __init__(self, folder: Path, names: Sequence[str], *, now: float) -> None:
        """Note what a former process has left: it counts for nothing.

        Args:
            folder: of the heartbeats of all services.
            names: of the service's heartbeats.
            now: the present monotonic time in seconds.
        """
        self._folder, self._looked_at = folder, now
        self._stamps = {name: Heartbeat.stamp(folder, name) for name in names}
        self._silent_s: dict[str, float] = {}

    def silence(self, now: float) -> tuple[str, float] | None:
        """Return the most silent loop, and for how many seconds it has been silent; None until each has had a heartbeat.

        Args:
            now: the present monotonic time in seconds.
        """
        passed_s, self._looked_at = min(now - self._looked_at, LONGEST_LOOK_S), now
        for name, before in self._stamps.items():
            stamp = Heartbeat.stamp(self._folder, name)
            if stamp != before:
                self._stamps[name], self._silent_s[name] = stamp, 0.0
            elif name in self._silent_s:
                self._silent_s[name] += passed_s
        if len(self._silent_s) < len(self._stamps):
            return None
        return max(self._silent_s.items(), key=lambda one: one[1])
