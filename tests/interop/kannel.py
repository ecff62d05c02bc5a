"""Kannel from Debian's packages: found, installed where that is allowed, or a failure that names the command."""

import os
import shutil
import subprocess
from pathlib import Path

DRIVE_SMPP = Path("/usr/lib/kannel/test/drive_smpp")
BEARERBOX = Path("/usr/sbin/bearerbox")

COMMAND = "apt-get update && apt-get install -y kannel kannel-extras"


class KannelError(RuntimeError):
    """Kannel is not there and cannot be installed; the text says what to run."""


def installed() -> None:
    """See to it that Kannel is there.

    Raises:
        KannelError: it is not, and this user or system cannot install it.
    """
    if DRIVE_SMPP.exists() and BEARERBOX.exists():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise KannelError(f"Kannel is needed; on Debian or Ubuntu run as root: {COMMAND}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["/bin/sh", "-c", COMMAND], check=False, env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode != 0 or not DRIVE_SMPP.exists():
        raise KannelError(f"Kannel could not be installed; try `{COMMAND}`:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
