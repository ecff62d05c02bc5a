"""Waits until the embedded Kafka can serve clients, and announces it at the terminal; needs no client library and no topic."""

import os
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

from embedded.kafka.config import KafkaConfig
from embedded.kafka.errors import KafkaStartError

START_TIMEOUT_S = 60.0  # 2 s is usual, 5 s after a kill -9; many segments to check take longer
_POLL_S = 0.05
_REPLY_TIMEOUT_S = 2.0
_FIND_COORDINATOR, _VERSION, _CORRELATION = 10, 0, 1  # the header of the request in Kafka's protocol
_LOG_TAIL_LINES = 12
_LEAST_URGENT = 19  # the greatest nice value: other processes take precedence


def wait_ready(
    host: str, port: int, timeout_s: float = START_TIMEOUT_S, *, alive: Callable[[], bool] = lambda: True
) -> float:
    """Wait until the broker can serve producers and consumer groups; return the time it took, in seconds.

    The check asks for the coordinator of a consumer group. A new broker then creates its offsets topic, so that the
    first real group does not have to wait for it.

    Args:
        host: the broker's address.
        port: the broker's port.
        timeout_s: maximum time to wait, in seconds.
        alive: returns whether Kafka's process still runs; called after each failed attempt, and False ends the wait.

    Raises:
        KafkaStartError: the broker did not answer in time, or `alive` returned False.
    """
    start = time.monotonic()
    while (waited := time.monotonic() - start) < timeout_s:
        if _coordinator_answers(host, port):
            return time.monotonic() - start
        if not alive():
            raise KafkaStartError(f"Kafka stopped before it answered at {host}:{port}.")
        time.sleep(_POLL_S)
    raise KafkaStartError(f"Kafka did not answer at {host}:{port} within {waited:.0f} s.")


def _coordinator_answers(host: str, port: int) -> bool:
    """Ask the broker for the coordinator of a consumer group; return whether an answer without an error code came."""
    client, group = b"lapor", b"lapor-ready"
    body = struct.pack(">hhih", _FIND_COORDINATOR, _VERSION, _CORRELATION, len(client)) + client
    body += struct.pack(">h", len(group)) + group
    try:
        with socket.create_connection((host, port), _REPLY_TIMEOUT_S) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            reply = connection.recv(4 + 6, socket.MSG_WAITALL)
    except OSError:
        return False
    if len(reply) < 4 + 6:
        return False
    correlation, error = struct.unpack(">ih", reply[4:])
    return bool(correlation == _CORRELATION and error == 0)


def announce_later(config: KafkaConfig, *, then: Callable[[], None]) -> None:
    """Start a small process that prints one line to stdout as soon as Kafka answers. Call it just before this process becomes Kafka.

    The small process is forked twice, so that no process has to wait for it. It ends when Kafka answers, when Kafka has
    ended, or after 60 s. In the last two cases it prints the reason and the end of Kafka's log to stderr.

    Args:
        config: the settings of this Kafka.
        then: what the small process does when Kafka has answered, before it ends; all other processes take precedence.
    """
    kafka_pid = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    if os.fork():
        os._exit(0)
    try:
        _announce(config, kafka_pid, then)
    finally:
        os._exit(0)


def _announce(config: KafkaConfig, kafka_pid: int, then: Callable[[], None]) -> None:
    host = config.advertised_host
    try:
        wait_ready(host, config.port, alive=lambda: _is_running(kafka_pid))
    except KafkaStartError as error:
        sys.stderr.write(f"{error}\nThe end of {config.log_file}:\n{log_tail(config.log_file)}\n")
        sys.stderr.flush()
    else:
        sys.stdout.write(f"Kafka answers at {config.bootstrap} (pid {kafka_pid}, data in {config.data_dir})\n")
        sys.stdout.flush()
        os.nice(_LEAST_URGENT)
        then()


def _is_running(pid: int) -> bool:
    """Return whether the process with this id exists and is not a zombie; on a system without /proc a zombie counts as well."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except OSError:  # no /proc on this system, but the signal found the process
        return True
    return state not in {"Z", "X"}


def log_tail(path: Path) -> str:
    """Return the last 12 lines of Kafka's log file, or a line with the reason why it cannot be read."""
    try:
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-_LOG_TAIL_LINES:])
    except OSError as error:
        return f"  (no log: {error.strerror})"
