"""Who a worker is: its ordinal, its transactional id, and the disk that it keeps its states on. One worker per ordinal."""

import fcntl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from confluent_kafka.admin import AdminClient

from complaints.bus.step import kafka
from complaints.errors import ConfigurationError

RIVAL_PATIENCE_S: Final = 2 * kafka.SESSION_TIMEOUT_MS / 1000
"""How long a worker waits for another with its ordinal to disappear: longer than the group remembers a dead one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A worker's identity.

    Attributes:
        member: the transactional id and the group instance id.
        client: the client id, which names the disk.
        lock: the open lock file; it frees the ordinal on this disk when it is closed.
    """

    member: str
    client: str
    lock: IO[str]


def claim(folder: Path, *, step: str, ordinal: int) -> Identity:
    """Claim an ordinal on this disk.

    Args:
        folder: the worker's own folder.
        step: the step's name.
        ordinal: the worker's number, from 0.

    Raises:
        ConfigurationError: a worker with this ordinal runs on this disk, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        disk = folder / "disk"
        if not disk.exists():
            disk.write_text(uuid4().hex, "utf-8")
        lock = (folder / "lock").open("w")
        name = disk.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written: {error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise ConfigurationError(
            f"worker {ordinal} of {step} already runs on this machine, in {folder}: give this one another ordinal"
        ) from error
    member = kafka.transactional_id(step, ordinal)
    return Identity(member, f"{member}/{name}", lock)


def await_sole(admin: AdminClient, identity: Identity, *, step: str, ordinal: int) -> None:
    """Wait until no worker on another disk has this ordinal.

    Kafka would let the later one win, and both would fence each other for ever.

    Raises:
        ConfigurationError: another one runs and stays.
    """
    deadline = time.monotonic() + RIVAL_PATIENCE_S
    while host := kafka.rival(admin, group=step, member=identity.member, client=identity.client):
        if time.monotonic() > deadline:
            raise ConfigurationError(
                f"worker {ordinal} of {step} already runs on {host}: give this one another ordinal, or stop that one"
            )
        time.sleep(kafka.PAUSE_S)
