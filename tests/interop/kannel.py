"""Kannel from Debian's packages: a gateway and a driver of SMPP that others wrote."""

from pathlib import Path

from tests.harness import debian

DRIVE_SMPP = Path("/usr/lib/kannel/test/drive_smpp")
BEARERBOX = Path("/usr/sbin/bearerbox")


def install() -> None:
    """Make sure that Kannel is there.

    Raises:
        NotInstalledError: it is missing and cannot be installed.
    """
    for program in (DRIVE_SMPP, BEARERBOX):
        debian.ensure(str(program), "kannel", "kannel-extras")
