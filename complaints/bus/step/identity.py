"""The identity of a worker: its ordinal, its transactional id, and the disk that keeps its states. One worker per ordinal."""

import fcntl
import time
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname
from typing import IO, Final
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from complaints.bus.confluent import profiles
from complaints.bus.step import kafka
from complaints.bus.step.options import WorkerOptions
from complaints.errors import BusUnavailable, ConfigurationError

RIVAL_PATIENCE_S: Final = 2 * profiles.STEP_SESSION_MS / 1000
"""Seconds that a worker waits for another one with its ordinal to disappear: longer than the group remembers a dead one."""

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""The file with the random id that Linux draws at each start of the machine."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A worker's identity, which nobody else has as long as `lock` is open.

    Attributes:
        member: the transactional id and the group instance id.
        client: the client id, which names the disk and the machine.
        lock: the open lock file; it frees the ordinal on this disk when it is closed.
        producer: may begin transactions under the id.
    """

    member: str
    client: str
    lock: IO[str]
    producer: Producer


def claim(step: str, options: WorkerOptions) -> Identity:
    """Claim an ordinal, and fence the former process that had it: what it left open is aborted, and it can commit nothing more.

    This is quick unless another worker has the ordinal. A process that replaces a dead one does it first, before it loads anything,
    because until then the readers of the step's outputs may wait for a transaction that the dead one left open.

    Raises:
        ConfigurationError: another worker with this ordinal runs, or the folder cannot be written.
        BusUnavailable: Kafka did not answer in time.
    """
    member = kafka.transactional_id(step, options.ordinal)
    lock, disk = _lock(options.folder, step=step, ordinal=options.ordinal)
    client = f"{member}/{disk}"
    try:
        _await_sole(AdminClient(profiles.admin(options.brokers)), client, step=step, options=options)
        producer = Producer(profiles.transactional(options.brokers, member))
        kafka.init_transactions(producer, member, options.heartbeat)
    except BaseException:
        lock.close()
        raise
    return Identity(member, client, lock, producer)


def _lock(folder: Path, *, step: str, ordinal: int) -> tuple[IO[str], str]:
    """Return the open lock file of a folder, and the name of the disk that the folder is on, with the machine's.

    Raises:
        ConfigurationError: a worker with this ordinal runs on this disk, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        disk = folder / "disk"
        if not disk.exists():
            disk.write_text(uuid4().hex, "utf-8")
        lock = (folder / "lock").open("w")
        name = _name_of(disk)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written: {error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise ConfigurationError(
            f"worker {ordinal} of {step} already runs on this machine, in {folder}: give this one another ordinal,"
            " for example LAPOR_ORDINAL=1"
        ) from error
    return lock, name


def _name_of(disk: Path) -> str:
    """Return the name of a disk and its machine.

    A copy of the folder has the same text, but is another file; a clone of the volume has the same files, but is another device, or is on
    a machine that has another name or was started another time. A machine that starts again has a new name for its disk, too: its worker
    waits until the group has forgotten the former one, which is dead.

    Raises:
        OSError: the disk cannot be read.
    """
    boot = BOOT.read_text("utf-8").strip() if BOOT.exists() else ""
    found = disk.stat()
    return "-".join((disk.read_text("utf-8"), str(found.st_ino), str(found.st_dev), gethostname(), boot))


def _await_sole(admin: AdminClient, client: str, *, step: str, options: WorkerOptions) -> None:
    """Wait until no worker on another disk has this ordinal.

    Kafka would let the later one win, and both would fence each other for ever.

    Raises:
        ConfigurationError: another one runs and stays.
        BusUnavailable: Kafka did not answer in time.
    """
    deadline = time.monotonic() + RIVAL_PATIENCE_S
    member = kafka.transactional_id(step, options.ordinal)
    while True:
        options.heartbeat()
        late = time.monotonic() > deadline
        try:
            host = kafka.rival(admin, group=step, member=member, client=client)
        except BusUnavailable:
            if late:
                raise
        else:
            if not host:
                return
            if late:
                raise ConfigurationError(
                    f"worker {options.ordinal} of {step} already runs on {host}: give this one another LAPOR_ORDINAL, or stop that one"
                )
        time.sleep(kafka.PAUSE_S)
