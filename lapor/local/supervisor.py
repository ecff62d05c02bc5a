"""Keeps processes running: starts them, restarts them if they die or their heartbeat stops, and stops them cleanly."""

import contextlib
import json
import select
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
import structlog

from complaints.errors import UnavailableError
from complaints.runtime.telemetry import Heartbeat
from lapor.local.pulse import Pulse, waits_of
from lapor.processes.forks import Fork, Program, born, fork

log = structlog.get_logger()

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.3, 10.0
"""First and longest pause, in seconds, between two starts of a process that keeps dying. The pause doubles each time."""

STEADY_S = 20.0
"""Seconds after which a running process counts as healthy: its next restart has the shortest pause."""

START_S = 120.0
"""Seconds within which a service must have its first heartbeat after a start; otherwise it counts as stuck."""

STOP_TIMEOUT_S = 15.0
"""Seconds that a service has to finish after SIGTERM. Then it is killed; no acknowledged message is lost by that."""

REAP_TIMEOUT_S = 15.0
"""Seconds that a killed service has until its last thread has ended."""

WATCH_EVERY_S = 0.2
"""Seconds between two checks of all services."""

END_LOOK_S = 0.02
"""Seconds between two checks whether services have ended, while a person waits."""

MOST_RESTARTS_KEPT = 50
"""Number of restart times kept per service: more than a crash loop causes in the minutes that `lapor doctor` looks back."""

LOG_BYTES = 20 << 20
"""Size in bytes above which a log file is set aside at the next start of its service."""


@dataclass(slots=True, kw_only=True)
class Service:
    """A process to keep running.

    Attributes:
        name: the name for people and for the log file.
        command: the program and its arguments.
        forked: whether the command is `python -m MODULE ...` and its process a fork (see lapor.processes.forks).
        environment: variables in addition to this process's environment.
        beats: the names of the heartbeats that its loops write.
        rank: services of one rank are stopped together, those of the highest rank first.
        stale_s: seconds without a heartbeat after which it is killed and started again at once.
        listener: a listening socket that the process gets. It is started only when somebody connects, and may end when nobody does.
        process: the process, once it was started.
        started: monotonic time of the last start, in seconds.
        restarts: the number of restarts.
        restarted: the times of the last MOST_RESTARTS_KEPT restarts, in seconds since 1970.
        pause_s: the pause before the next start, in seconds.
        due: monotonic time of the next start, in seconds.
        hung: why it was killed: which loop was silent, and for how long; empty if it did not hang.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    beats: tuple[str, ...] = ()
    rank: int = 0
    stale_s: float = Heartbeat.STALE_AFTER_S
    forked: bool = False
    listener: socket.socket | None = None
    process: Program | Fork | None = None
    started: float = 0.0
    restarts: int = 0
    restarted: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_RESTARTS_KEPT))
    pause_s: float = FIRST_PAUSE_S
    due: float = 0.0
    hung: str = ""

    @property
    def alive(self) -> bool:
        """True if its process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def is_wanted(self) -> bool:
        """True if its process must run: always, or if it has a listener, while a connection waits there."""
        return self.listener is None or bool(select.select([self.listener], [], [], 0)[0])

    @property
    def rests(self) -> bool:
        """True if it has a listener, and its process has not been started or has ended by itself."""
        return self.listener is not None and (self.process is None or self.process.poll() == 0)


class Supervisor:
    """Keeps services running until `stop`, which stops them rank by rank."""

    def __init__(self, data: Path, *, changed: Callable[[Service], None]) -> None:
        """Start without services.

        Args:
            data: the data folder, with the folders of logs and heartbeats.
            changed: called after each start of a service.
        """
        self._logs = data / "logs"
        self._heartbeats = data / "heartbeats"
        self._changed = changed
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._pulses: dict[str, Pulse] = {}
        self._begun: dict[str, int] = {}
        self.services: list[Service] = []

    def start(self, service: Service) -> None:
        """Start a service and keep it running; one with a listener when somebody connects."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{service.name}.log"
        self._begun[service.name] = log.stat().st_size if log.exists() else 0
        with self._lock:
            self.services.append(service)
            if service.listener is None:
                self._launch(service)
        if not self._watcher.is_alive():
            self._watcher.start()

    def wait(
        self, service: Service, ready: Callable[[], bool], *, timeout_s: float, stop: threading.Event | None = None
    ) -> None:
        """Wait until a service is ready, or until `stop` is set.

        Raises:
            UnavailableError: it was not ready within `timeout_s` seconds, or kept dying. The text contains the end of its log.
        """
        deadline, stop = time.monotonic() + timeout_s, stop or threading.Event()
        while not (stop.is_set() or ready()):
            if time.monotonic() > deadline or service.restarts > 3:  # noqa: PLR2004  # the fault will not pass
                raise UnavailableError(f"{service.name} does not start; its log says:\n{self.log_tail(service.name)}")
            stop.wait(0.1)

    def beat_age_s(self, service: Service) -> float | None:
        """Return the age in seconds of the oldest of the service's heartbeats; None until all loops have had one since the last start."""
        ages = [Heartbeat.age_s(self._heartbeats, name) for name in service.beats]
        known = [age for age in ages if age is not None and age < time.monotonic() - service.started]
        return max(known) if known and len(known) == len(ages) else None

    def has_turned(self, service: Service) -> bool:
        """Return whether all loops of the service have had a heartbeat since its last start."""
        return self.beat_age_s(service) is not None

    def log_tail(self, name: str, lines: int = 15) -> str:
        """Return the last lines of a service's log, without those of former supervisors."""
        try:
            with (self._logs / f"{name}.log").open("rb") as log:
                log.seek(self._begun.get(name, 0))
                return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"

    def stop(self, *, at_once: bool = False) -> None:
        """Stop all services, those of the highest rank first, and wait for them. The processes that a service started end with it.

        Args:
            at_once: whether to kill them, if what they would still write is not needed.
        """
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        for rank in sorted({service.rank for service in self.services}, reverse=True):
            alive = [service.process for service in self.services if service.rank == rank and service.alive]
            _end([process for process in alive if process is not None], patience_s=0.0 if at_once else STOP_TIMEOUT_S)
        for service in self.services:
            if service.listener is not None:
                service.listener.close()

    def _launch(self, service: Service) -> None:
        log = self._logs / f"{service.name}.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
            self._begun[service.name] = 0
        self._pulses[service.name] = Pulse(self._heartbeats, service.beats, now=time.monotonic())
        files = [] if service.listener is None else [service.listener.fileno()]
        make = fork if service.forked else partial(Program, files=files)
        service.process = make(service.command, service.environment, log=log)
        service.started = time.monotonic()
        service.hung = ""
        self._changed(service)

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_EVERY_S):
            with self._lock:
                for service in self.services:
                    self._look_at(service)

    def _note_end(self, service: Service) -> None:
        """Write to the service's log how its process ended, because a killed process has not written it."""
        status = service.process.returncode if service.process else None
        how = (
            f"ended with status {status}"
            if status is None or status >= 0
            else f"ended by {signal.Signals(-status).name}"
        )
        if service.hung:
            how = f"was killed because it hung: {service.hung}; what it did then is in the lines above"
        line = {"event": f"{service.name} {how}", "pid": service.process.pid if service.process else None}
        line |= {"level": "warning", "service": "supervisor", "timestamp": datetime.now(UTC).isoformat()}
        with contextlib.suppress(OSError), (self._logs / f"{service.name}.log").open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")

    def _why_stuck(self, service: Service, process: Program | Fork, now: float) -> str:
        """Return a sentence that says which loop of a service is stuck, and for how long; empty if none is."""
        silence = self._pulses[service.name].silence(now, partial(waits_of, process.pid))
        if silence is None:
            late = now - service.started > START_S
            return f"not every loop had a heartbeat within {START_S:.0f} s of its start" if late else ""
        name, silent_s = silence
        if silent_s <= service.stale_s:
            return ""
        return (
            f"the loop {name} had no heartbeat for {silent_s:.1f} s, and may be without one for {service.stale_s:.0f} s"
        )

    def _look_at(self, service: Service) -> None:
        now = time.monotonic()
        if service.alive:
            if (
                service.beats
                and service.process is not None
                and (why := self._why_stuck(service, service.process, now))
            ):
                service.hung = why
                service.process.kill()  # the process runs, but a loop is stuck
                _await([service.process], WATCH_EVERY_S)
            if service.alive:
                return
        if service.due < service.started:  # it has just ended
            self._note_end(service)
            if service.hung or now - service.started > STEADY_S:
                service.pause_s = FIRST_PAUSE_S
            else:
                service.pause_s = min(service.pause_s * 2, LONGEST_PAUSE_S)
            service.due = now + (0.0 if service.hung else service.pause_s)  # others wait for a service that hung
        if now >= service.due and service.is_wanted:
            if not service.rests:
                service.restarts += 1
                service.restarted.append(time.time())
            try:
                self._launch(service)
            except OSError as error:  # too little memory, too many processes or a full disk may pass; keep watching
                service.started = now
                log.warning("a service cannot be started", service=service.name, error=str(error))


def _end(processes: Sequence[Program | Fork], *, patience_s: float) -> None:
    """End services and the processes that they started, such as the child in which Kafka formats its folder."""
    if patience_s:
        for process in processes:
            process.terminate()
    _await(processes, patience_s)
    for process in processes:
        process.kill()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
        time.sleep(END_LOOK_S)  # until their last threads have ended, and they are reaped


def _await(processes: Sequence[Program | Fork], timeout_s: float) -> None:
    """Wait until all processes have ended, at most `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not all(process.has_ended() for process in processes) and time.monotonic() < deadline:
        time.sleep(END_LOOK_S)


def end_leftovers(processes: Mapping[int, float], booted: float) -> list[int]:
    """End the services of a supervisor that was killed, and return their pids.

    Args:
        processes: the start time of each process by its pid, in seconds since 1970. A process with the same pid but another start time
            is left alone.
        booted: the machine's boot time by the clock of these start times (see born).
    """
    ours = []
    for pid, started in processes.items():
        try:
            process = psutil.Process(pid)
            if abs(born(process, booted) - started) < 1.0:
                process.send_signal(signal.SIGTERM)
                ours.append(process)
        except psutil.NoSuchProcess:
            continue
    _, stubborn = psutil.wait_procs(ours, timeout=STOP_TIMEOUT_S)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=STOP_TIMEOUT_S)
    return [process.pid for process in ours]
