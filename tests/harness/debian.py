"""Programs from Debian's packages that a test needs: found, installed if that is allowed, or a failure that names the command."""

import os
import shutil
import subprocess
from pathlib import Path

INSTALL_S = 800
"""How long an installation may take: some 100 MB over a slow line."""


class NotInstalledError(RuntimeError):
    """A program is missing and cannot be installed; the text says what to run."""


def ensure(program: str, *packages: str) -> str:
    """Return the path of a program, after installing its packages if it is missing.

    Args:
        program: its name, or its path if it is not on PATH.
        packages: Debian's packages that bring it.

    Raises:
        NotInstalledError: it is missing, and this user or system cannot install it.
    """
    if (found := _found(program)) is not None:
        return found
    wanted = f"apt-get update && apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NotInstalledError(f"{program} is needed; on Debian or Ubuntu run as root: {wanted}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (wanted.partition(" && ")[2], wanted):  # the lists of packages may be there already
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
        )
        if done.returncode == 0 and (found := _found(program)) is not None:
            return found
    raise NotInstalledError(
        f"{program} could not be installed; try `{wanted}`:\n{done.stdout[-500:]}{done.stderr[-1500:]}"
    )


def _found(program: str) -> str | None:
    if "/" in program:
        return program if Path(program).exists() else None
    return shutil.which(program)
