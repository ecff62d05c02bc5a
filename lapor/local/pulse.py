"""Measures how long the loops of a service have been silent, by the watcher's monotonic clock, which no clock change affects."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from complaints.runtime.telemetry import Heartbeat

LONGEST_LOOK_S: Final = 1.0
"""The most seconds of silence that one look adds: if the whole machine stood still, the service is not at fault."""

SUSPECT_S: Final = 1.0
"""The silence in seconds from which on the service's waits for a processor are measured."""

Waits = Mapping[int, int]
"""The nanoseconds that each thread of a process, by its number, was ready to run but had no processor."""


def waits_of(pid: int) -> Waits:
    """Return the waits of a process's threads; empty if the system does not report them (Linux does: proc(5), schedstat)."""
    found = {}
    with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended meanwhile, or there is no such file
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found[int(thread.name)] = int((thread / "schedstat").read_text("ascii").split()[1])
    return found


class Pulse:
    """The heartbeats of one service since its last start. Any change of a heartbeat's file counts, whatever its time is."""

    def __init__(self, folder: Path, names: Sequence[str], *, now: float) -> None:
        """Note the heartbeats that a former process has left, so that they do not count.

        Args:
            folder: the folder of all heartbeats.
            names: the names of the service's heartbeats.
            now: the present monotonic time in seconds.
        """
        self._folder, self._looked_at = folder, now
        self._stamps = {name: Heartbeat.stamp(folder, name) for name in names}
        self._silent_s: dict[str, float] = {}
        self._waits: Waits = {}

    def silence(self, now: float, waits: Callable[[], Waits] = dict) -> tuple[str, float] | None:
        """Return the most silent loop, and for how many seconds it has been silent; None until each loop has had a heartbeat.

        The time that a thread of the service waited for a processor does not count: an overloaded machine would otherwise kill services
        that work, and so get more to do.

        Args:
            now: the present monotonic time in seconds.
            waits: returns the waits of the service's threads. It is called only if a loop is silent.
        """
        passed_s, self._looked_at = min(now - self._looked_at, LONGEST_LOOK_S), now
        before, self._waits = self._waits, self._waits_now(waits)
        waited_s = max((self._waits[at] - before[at] for at in before.keys() & self._waits.keys()), default=0) / 1e9
        passed_s = max(0.0, passed_s - waited_s)
        for name, former in self._stamps.items():
            stamp = Heartbeat.stamp(self._folder, name)
            if stamp != former:
                self._stamps[name], self._silent_s[name] = stamp, 0.0
            elif name in self._silent_s:
                self._silent_s[name] += passed_s
        if len(self._silent_s) < len(self._stamps):
            return None
        return max(self._silent_s.items(), key=lambda one: one[1])

    def _waits_now(self, waits: Callable[[], Waits]) -> Waits:
        return waits() if max(self._silent_s.values(), default=0.0) > SUSPECT_S else {}
