"""`python -m complaints.health [NAME]`: its exit status says whether a service's loop turns; it loads the standard library only.

For health checks of containers, which run it every few seconds. Without a name it looks at every heartbeat in the data folder.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STALE_AFTER_S = 30.0
"""The same as complaints.runtime.telemetry.Heartbeat.STALE_AFTER_S, whose module takes 0.3 s to load; a test holds the two together."""


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Say how long ago each loop turned.

    Args:
        arguments: names of services; none for all that have a heartbeat.
        environment: names the data folder in LAPOR_DATA.

    Returns:
        The exit status: 0 where every loop turned within STALE_AFTER_S seconds, else 1.
    """
    data = environment.get("LAPOR_DATA", "")
    if not data:
        sys.stdout.write("LAPOR_DATA is not set: it names the folder in which the heartbeats stand\n")
        return 1
    folder = Path(data) / "heartbeats"
    names = list(arguments) or _names(folder)
    if not names:
        sys.stdout.write(f"no heartbeat in {folder}\n")
        return 1
    turning = [_turns(folder, name) for name in names]  # all of them are said, not only the first that does not turn
    return 0 if all(turning) else 1


def _names(folder: Path) -> list[str]:
    """The services that have a heartbeat; a file that is just being written (.new) is none."""
    return sorted(path.name for path in folder.glob("*") if path.suffix != ".new")


def _turns(folder: Path, name: str) -> bool:
    try:
        age_s = time.time() - (folder / name).stat().st_mtime
    except OSError:
        sys.stdout.write(f"{name}: its loop has not turned yet\n")
        return False
    sys.stdout.write(f"{name}: its loop turned {age_s:.0f} s ago\n")
    return age_s < STALE_AFTER_S


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], os.environ))
