"""The health check of containers: `python -m complaints.runtime.health [--within SECONDS] [NAME...]`.

It exits with 0 if the heartbeat of each named service is younger than SECONDS. Containers run it every few seconds, so it loads
only the standard library. Without a name it checks every heartbeat in the data folder.
"""

import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STALE_AFTER_S = 30.0
"""The same as complaints.runtime.telemetry.Heartbeat.STALE_AFTER_S, whose module takes 0.3 s to load. A test keeps them equal."""


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Print for each service the age of its heartbeat, or that it has none.

    Args:
        arguments: the names of services; none for all services that have a heartbeat. Before them `--within` and a number of seconds,
            instead of STALE_AFTER_S; a step's worker beats so often that 3 is enough.
        environment: the environment variables. LAPOR_DATA names the data folder.

    Returns:
        The exit status: 0 if there is at least one heartbeat and each is young enough, else 1. It is also 1 if a named service has no
            heartbeat or LAPOR_DATA is not set.
    """
    try:
        within_s, named = _split(arguments)
    except ValueError:
        sys.stdout.write("--within needs a number of seconds\n")
        return 1
    data = environment.get("LAPOR_DATA", "")
    if not data:
        sys.stdout.write("LAPOR_DATA is not set: it must name the data folder, which contains the heartbeats\n")
        return 1
    folder = Path(data) / "heartbeats"
    names = named or _names(folder)
    if not names:
        sys.stdout.write(f"no heartbeat in {folder}\n")
        return 1
    turning = [
        _turns(folder, name, within_s) for name in names
    ]  # a list, so that every service is printed, not only the first stale one
    return 0 if all(turning) else 1


def _split(arguments: Sequence[str]) -> tuple[float, list[str]]:
    """Return the number of seconds and the names.

    Raises:
        ValueError: `--within` has no number.
    """
    if arguments[:1] != ["--within"]:
        return STALE_AFTER_S, list(arguments)
    return float("".join(arguments[1:2])), list(arguments[2:])


def _names(folder: Path) -> list[str]:
    """Return the names of the services that have a heartbeat file in the folder, sorted. Drafts (.new) are left out."""
    return sorted(path.name for path in folder.glob("*") if path.suffix != ".new")


def _turns(folder: Path, name: str, within_s: float) -> bool:
    try:
        age_s = time.time() - (folder / name).stat().st_mtime
    except OSError:
        sys.stdout.write(f"{name}: no heartbeat yet\n")
        return False
    if age_s <= -STALE_AFTER_S:  # before a clock was set back, as for complaints.runtime.telemetry.Heartbeat.age_s
        age_s = math.inf
    sys.stdout.write(f"{name}: last heartbeat {'never' if math.isinf(age_s) else f'{max(0.0, age_s):.0f} s ago'}\n")
    return age_s < within_s


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], os.environ))
