"""Runs the real Apache Kafka as one process that keeps acknowledged messages through kill -9 and restarts.

Process model: Python prepares the folder and then *becomes* Java by exec. There is one process and one pid. So the
parent process supervises the broker itself, SIGTERM reaches Kafka, kill -9 cannot leave a Java that holds the folder,
and no Python stays in memory. The alternative, a wrapper with PR_SET_PDEATHSIG, would need 20 MB more, work only on
Linux, and have to pass on every signal and the exit code.
"""

import ctypes
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from dataclasses import replace
from functools import partial
from pathlib import Path

from embedded.kafka.archive import Archive
from embedded.kafka.config import LOGGING_FILE, PROPERTIES_FILE, KafkaConfig, make_folders, settled, write_files
from embedded.kafka.errors import KafkaStartError
from embedded.kafka.jars import jars_of_home, locked_jars, read_lock
from embedded.kafka.java import find_java
from embedded.kafka.ready import announce_later

_FORMAT_TIMEOUT_S = 60.0
_HANDOVER_S = 5.0  # maximum wait for a killed predecessor to release the folder and the port
_POLL_S = 0.1
_PR_SET_PDEATHSIG = 1  # the option of prctl(2) that sets the signal at the parent's death


def prepare(config: KafkaConfig) -> list[str]:
    """Prepare everything that Kafka needs to start, and return its command line.

    It finds Java, finds the jars (or fetches these, the first time), waits at most 5 s in all until the folder and the ports
    are free, writes the settings, and formats the data folder if it is new. The messages in a folder that was used before do
    not change.

    Args:
        config: the settings. Ports that are 0 are replaced here; call `settled` first to know them.

    Returns:
        The path of Java and its arguments.

    Raises:
        KafkaStartError: something is missing or prevents the start; the text says what is wrong.
        OSError: a free port is wanted, but the host is not an IPv4 address of this machine, or the file with the cluster id
            cannot be written or read.
    """
    config = settled(config)
    return _prepared(config, _archive(config))


def _archive(config: KafkaConfig) -> Archive:
    """Return the archive of classes for the Java and the jars that are found; both are in it."""
    return Archive(java=find_java(), jars=_jars(config), cache=_cache(config) / "kafka")


def _prepared(config: KafkaConfig, archive: Archive) -> list[str]:
    try:
        make_folders(config)
        _wait_until_free(config)
        write_files(config)
    except OSError as error:
        raise KafkaStartError(f"The data folder {config.data_dir} cannot be written: {error}") from error
    archive.remove_if_it_crashes(config.log_file.parent)
    command = _java(config, archive)
    _format_once(config, command)
    return [*command, "kafka.Kafka", str(config.data_dir / PROPERTIES_FILE)]


def _java(config: KafkaConfig, archive: Archive) -> list[str]:
    """Return the command line of Java for this folder, without what it runs."""
    # Only the first-tier compiler (C1). Compared with the full one, Kafka starts 0.5 s sooner, with half the CPU and
    # 30 MB less, and is as fast on two cores (measured: 270,000 messages of 500 bytes per second in, 700,000 out).
    command = [str(archive.java.path), *archive.flags(), f"-Xms{min(64, config.heap_mb)}m", f"-Xmx{config.heap_mb}m"]
    command += ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData"]
    command += [f"-XX:ErrorFile={config.log_file.parent}/java-%p.log", "-Djava.awt.headless=true"]
    command += [*archive.java.flags(), f"-Dlapor.log.dir={config.log_file.parent}"]
    command += [f"-Dlog4j2.configurationFile={(config.data_dir / LOGGING_FILE).as_uri()}", "-cp", f"{archive.jars}/*"]
    return command


def environment() -> dict[str, str]:
    """Return the environment variables for the Java process: this process's, with MALLOC_ARENA_MAX=2.

    With it glibc uses at most two malloc arenas instead of eight per core, which saves memory.
    """
    return {**os.environ, "MALLOC_ARENA_MAX": "2"}


def run_foreground(config: KafkaConfig) -> None:
    """Replace this process by Kafka (exec), which listens at the configured address.

    The call does not return; the process ends when Kafka ends.

    Raises:
        KafkaStartError: Java or the jars are missing, the data folder is in use, a port is in use or cannot be opened for another
            reason, or the folder cannot be written or formatted, or has a comma in its path.
        OSError: a free port is wanted, but the host is not an IPv4 address of this machine; the file with the cluster id cannot be
            written or read; the file with the process id cannot be written; or the system cannot start Java or the process that
            announces Kafka.
    """
    config = settled(config)
    archive = _archive(config)
    command = _prepared(config, archive)
    config.pid_file.write_text(f"{os.getpid()}\n", "ascii")
    announce_later(config, then=partial(make_archive, config, archive))
    if config.die_with_parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # it survives exec
    os.execve(command[0], command, environment())  # noqa: S606 - see the module's docstring


def _jars(config: KafkaConfig) -> Path:
    """Return the path of the folder of Kafka's jars.

    They are those of the distribution in the setting `kafka_home` or, without it, in the environment variable
    LAPOR_KAFKA_HOME. If neither is set, they are those in the lock file, which are fetched if the cache does not have them.
    """
    home = config.kafka_home or os.environ.get("LAPOR_KAFKA_HOME")
    if home:
        return jars_of_home(Path(home))
    return locked_jars(_cache(config), read_lock())


def _cache(config: KafkaConfig) -> Path:
    from platformdirs import user_cache_path

    return config.cache_dir or user_cache_path("lapor")


def make_archive(config: KafkaConfig, archive: Archive) -> None:
    """Make the archive of classes if it is missing.

    Kafka's tool that formats a folder loads most classes of a broker; it formats one that is thrown away.
    """

    def formats(folder: Path) -> list[str]:
        scratch = replace(config, data_dir=folder)
        make_folders(scratch)
        write_files(scratch)
        return _format_command(scratch, _java(scratch, archive), _new_cluster_id())

    if not archive.path.exists():
        archive.make(formats)


def _wait_until_free(config: KafkaConfig) -> None:
    """Wait at most 5 s until no other process uses the data folder or the ports; a Kafka just killed needs a moment for it.

    Kafka's own lock on the folder is a lock of the operating system and ends with the process that holds it. The lock file
    that remains after a kill -9 does not lock anything.
    """
    deadline = time.monotonic() + _HANDOVER_S
    while True:
        problem = _in_the_way(config)
        if problem is None:
            return
        if time.monotonic() > deadline:
            raise KafkaStartError(problem)
        time.sleep(_POLL_S)


def _in_the_way(config: KafkaConfig) -> str | None:
    with (config.segments_dir / ".lock").open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = config.pid_file.read_text("ascii").strip() if config.pid_file.exists() else "unknown"
            return (
                f"Another Kafka (process {pid}) already works in {config.data_dir}. Use it, stop it with "
                f"`kill {pid}`, or choose another data folder."
            )
    for host, port in ((config.host, config.port), ("127.0.0.1", config.controller_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                return (
                    f"Kafka cannot listen on {host}:{port} ({error.strerror}). Choose another port, or if the "
                    f"program there is a Kafka you want to use: export LAPOR_KAFKA={host}:{port}"
                )
    return None


def _format_once(config: KafkaConfig, command: list[str]) -> None:
    """Format the data folder with Kafka's tool if it is new; do nothing if it is formatted.

    The cluster id is written to a file first, so that the next start after an interrupted one uses the same id.
    """
    if (config.segments_dir / "meta.properties").exists():
        return
    id_file = config.data_dir / "cluster-id"
    if not id_file.exists():
        id_file.write_text(_new_cluster_id() + "\n", "ascii")
    formats = _format_command(config, command, id_file.read_text("ascii").strip())
    try:
        ran = subprocess.run(  # noqa: S603 - the command was built here
            formats, capture_output=True, text=True, timeout=_FORMAT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KafkaStartError(f"Java could not format {config.segments_dir}: {error}") from error
    if ran.returncode:
        raise KafkaStartError(f"Kafka could not format {config.segments_dir}:\n{ran.stdout}{ran.stderr}")


def _format_command(config: KafkaConfig, command: list[str], cluster_id: str) -> list[str]:
    format_command = [*command, "kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", cluster_id]
    return [*format_command, "--config", str(config.data_dir / PROPERTIES_FILE)]


def _new_cluster_id() -> str:
    # Kafka's ids are 16 bytes in URL-safe base64. Kafka refuses ids that begin with a dash, so the first byte is fixed.
    return urlsafe_b64encode(b"L" + secrets.token_bytes(15)).decode().rstrip("=")
