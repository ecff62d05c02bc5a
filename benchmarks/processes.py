"""Starts what is measured as processes of their own, and leaves none of them behind."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.contract import topics
from complaints.crypto import load_or_create_secret
from complaints.errors import UnavailableError
from complaints.runtime.settings import Settings
from embedded.kafka.ready import wait_ready
from ops.topics import apply

Say = Callable[[str], None]

LOOPBACK = "127.0.0.1"

KAFKA_START_S = 300.0
"""The first start downloads Kafka's jars."""

STOP_S = 30.0
"""A service may take 15 s to finish what it holds; the whole stack stops one after the other."""

LOG_LINES = 15


@contextmanager
def process(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m arguments` until the block ends.

    Args:
        arguments: the module and its arguments.
        log: takes what it prints.
        environment: what it gets beside ours, of which no LAPOR_ setting is passed on.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
    with log.open("ab") as out:
        running = subprocess.Popen(  # noqa: S603  # our own command line
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=clean | dict(environment),
            start_new_session=True,  # Ctrl-C is for us, who stop it in order
        )
    try:
        yield running
    finally:
        stop(running)


def stop(running: subprocess.Popen[bytes]) -> None:
    """End a process, and see that it has ended."""
    running.terminate()
    try:
        running.wait(STOP_S)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def wait_until(
    ready: Callable[[], bool], *, timeout_s: float, what: str, alive: Callable[[], bool] = lambda: True
) -> None:
    """Wait until something is so.

    Raises:
        UnavailableError: it was not in time, or the process that should have done it has ended.
    """
    deadline = time.monotonic() + timeout_s
    while not ready():
        if not alive():
            raise UnavailableError(f"{what}: the process ended")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{what}: not within {timeout_s:.0f} s")
        time.sleep(0.1)


@contextmanager
def explained(log: Path) -> Iterator[None]:
    """Put the end of a log into an error, since the log goes with its folder."""
    try:
        yield
    except UnavailableError as error:
        tail = log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:]
        raise UnavailableError("\n".join([str(error), "the end of its log:", *tail])) from error


@contextmanager
def folder() -> Iterator[Path]:
    """Give a fresh folder, and remove it."""
    with tempfile.TemporaryDirectory(prefix="lapor-bench-", ignore_cleanup_errors=True) as path:
        yield Path(path)


def installed(data: Path) -> Settings:
    """Return the settings of a new installation in a folder; its secret is made if there is none."""
    settings = Settings.read(data=data)
    load_or_create_secret(settings.secret_path)
    return settings


@contextmanager
def kafka(data: Path) -> Iterator[str]:
    """Run the real Kafka with all declared topics, and give its address."""
    port, log = free_port(), data / "kafka.log"
    command = ["embedded.kafka", "--port", str(port), "--data-dir", str(data / "kafka")]
    with process(command, log, {}) as server:
        wait_ready(LOOPBACK, port, KAFKA_START_S, alive=lambda: server.poll() is None)
        admin = KafkaPythonAdmin(f"{LOOPBACK}:{port}")
        apply(admin, topics().values())
        admin.close()
        yield f"{LOOPBACK}:{port}"


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def spent() -> dict[str, float]:
    """Return the processor time of the processes that this one has started and that still run, in seconds, by their names."""
    by_name: dict[str, float] = {}
    for one in psutil.Process().children(recursive=True):
        by_name[one.name()] = by_name.get(one.name(), 0.0) + seconds(one)
    return by_name


def seconds(one: psutil.Process) -> float:
    """Return the processor time of a process in seconds."""
    times = one.cpu_times()
    return times.user + times.system
