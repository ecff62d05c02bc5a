"""The whole pipeline on one machine: embedded servers where no address is set, then every service, supervised."""

import fcntl
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import psutil

from complaints.crypto import load_or_create_secret
from complaints.errors import ConfigurationError, UnavailableError
from complaints.runtime.settings import Settings, parse_address
from lapor.local.note import Stack
from lapor.local.supervisor import Service, Supervisor, end_leftovers
from lapor.processes.channels import CHANNELS, PASSWORD_CHARACTERS
from lapor.processes.services import METRICS_PORT
from lapor.processes.wiring import WORKERS, loops

LOOPBACK = "127.0.0.1"

DOORS = "doors"
"""The process, and the log, that all doors share here; where each is a container of its own, nothing else changes."""

KAFKA_START_S = 300.0
"""The first start downloads 45 MB of jars over what may be a village's line."""

START_S = 60.0

STAND_IN_POLL_S = "0.5"
"""How often the Twitter door looks at the stand-in, which has no rate limit and costs nothing; the real X is asked less often."""


class Up:
    """A stack that is being started, runs, and is stopped."""

    def __init__(self, settings: Settings, *, say: Callable[[str], None]) -> None:
        """Keep the settings.

        Args:
            settings: what is set is used, what is not is started.
            say: is told of progress.
        """
        self._settings = settings
        self._say = say
        me = psutil.Process()
        self.stack = Stack(pid=me.pid, started=me.create_time())
        self.supervisor = Supervisor(settings.data, changed=self._note)

    @property
    def settings(self) -> Settings:
        """The settings with the addresses of what was started."""
        found = {name: value for name, value in self.stack.addresses.items() if getattr(self._settings, name) is None}
        return self._settings.model_copy(update=found)

    def start(self, stop: threading.Event) -> None:
        """Start everything and return when all of it is ready, or when `stop` is set meanwhile.

        Raises:
            ConfigurationError: a setting is wrong, or a stack already runs in the folder.
            UnavailableError: something did not start; the text has the end of its log.
        """
        data = self._settings.data
        former = Stack.read(data)
        if former is not None:
            end_leftovers({former.services[name]: born for name, born in former.births.items()})
        load_or_create_secret(self._settings.secret_path)
        self._remember_ports(former)
        for step in (self._kafka, self._clickhouse, self._smsc, self._x, self._telegram, self._prepare, self._services):
            if not stop.is_set():
                step()

    def stop(self) -> None:
        """Stop everything; the data stays."""
        self.supervisor.stop()
        # The addresses stay in the note, so that the next start takes the same ports where they are free.
        Stack(addresses=self.stack.addresses, controls=self.stack.controls).write(self._settings.data)

    def _note(self, service: Service) -> None:
        if service.process is not None:
            try:
                born = psutil.Process(service.process.pid).create_time()
            except psutil.NoSuchProcess:
                return
            for name in service.beats or (service.name,):
                self.stack.services[name], self.stack.births[name] = service.process.pid, born
            self.stack.write(self._settings.data)

    def _remember_ports(self, former: Stack | None) -> None:
        """Take the ports of the last time where they are free, so that addresses that people wrote down stay right."""
        self._former = (
            {} if former is None else {**former.addresses, **{f"{k}-control": v for k, v in former.controls.items()}}
        )

    def _port(self, name: str) -> int:
        known = urlsplit(
            self._former.get(name, "") if "//" in self._former.get(name, "") else f"//{self._former.get(name, '')}"
        ).port
        return known if known and _is_free(known) else _free_port()

    def _embedded(
        self,
        name: str,
        *arguments: str,
        ready: Callable[[], bool],
        timeout_s: float = START_S,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._say(f"starting the embedded {name}")
        module = name.removesuffix("-api")  # Telegram's door has Telegram's name
        command = [
            sys.executable,
            "-m",
            f"embedded.{module}",
            "--data-dir",
            str(self._settings.data / name),
            *arguments,
        ]
        service = Service(name=name, command=command, environment=environment)
        self.supervisor.start(service)
        self.supervisor.wait(service, ready, timeout_s=timeout_s)

    def _kafka(self) -> None:
        if self._settings.kafka is not None:
            return
        from embedded.kafka.errors import KafkaStartError
        from embedded.kafka.ready import wait_ready

        port = self._port("kafka")

        def ready() -> bool:
            try:
                wait_ready(LOOPBACK, port, 0.5)
            except KafkaStartError:
                return False
            return True

        self._embedded("kafka", "--port", str(port), ready=ready, timeout_s=KAFKA_START_S)
        self.stack.addresses["kafka"] = f"{LOOPBACK}:{port}"

    def _clickhouse(self) -> None:
        if self._settings.clickhouse is not None:
            return
        port, password = self._port("clickhouse"), _kept_password(self._settings.data / "clickhouse-password")
        arguments = ("--port", str(port), "--user", "lapor", "--database", "lapor")
        hidden = {"LAPOR_CLICKHOUSE_PASSWORD": password}  # an argument would stand in everybody's list of processes
        # it listens when its engine is there, so a connection is proof enough
        self._embedded("clickhouse", *arguments, ready=lambda: not _is_free(port), environment=hidden)
        self.stack.addresses["clickhouse"] = f"clickhouse://lapor:{password}@{LOOPBACK}:{port}/lapor"

    def _smsc(self) -> None:
        if self._settings.smpp is not None:
            return
        port, control = self._port("smpp"), self._port("smsc-control")
        password = secrets.token_hex(PASSWORD_CHARACTERS // 2)
        arguments = ("--port", str(port), "--control-port", str(control), "--password", password)
        self._embedded("smsc", *arguments, ready=lambda: not _is_free(control))
        self.stack.addresses["smpp"] = f"smpp://lapor:{password}@{LOOPBACK}:{port}"
        self.stack.controls["smsc"] = f"http://{LOOPBACK}:{control}"

    def _x(self) -> None:
        if self._settings.x_api is not None:
            return
        port = self._port("x_api")
        self._embedded("x", "--port", str(port), ready=lambda: not _is_free(port))
        self.stack.addresses["x_api"] = self.stack.controls["x"] = f"http://{LOOPBACK}:{port}"

    def _telegram(self) -> None:
        if self._settings.telegram_api is not None:
            return
        port = self._port("telegram_api")
        self._embedded("telegram-api", "--port", str(port), ready=lambda: not _is_free(port))
        self.stack.addresses["telegram_api"] = self.stack.controls["telegram"] = f"http://{LOOPBACK}:{port}"

    def _web_address(self) -> None:
        if self._settings.web is None:
            self.stack.addresses["web"] = f"{LOOPBACK}:{self._port('web')}"

    def _prepare(self) -> None:
        """Make the topics before anybody needs them; the sink makes the tables. In a process of its own: this one stays small."""
        self._say("making topics")
        made = subprocess.run(
            [sys.executable, "-m", "lapor", "topics"],
            env=os.environ | self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise UnavailableError(made.stderr.strip().removeprefix("lapor: "))

    def _services(self) -> None:
        """Start the doors and the workers, and wait until every loop turns."""
        self._web_address()
        for name in WORKERS:
            self._service(name, name)
        # webhooks come from systems that are named in a file: without it there is nobody to let in
        self._service(DOORS, *(name for name in CHANNELS if name != "webhook" or self._settings.webhook))
        self._say("waiting for every loop to turn")
        for service in self.supervisor.services:
            if service.beats:
                self.supervisor.wait(service, partial(self.supervisor.has_turned, service), timeout_s=START_S)
        host, port = self.settings.web.rsplit(":", 1) if self.settings.web else (LOOPBACK, "0")
        deadline = time.monotonic() + START_S
        while _is_free(int(port), host) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _service(self, name: str, *parts: str) -> None:
        """Start a process; doors share one, and with it the gazetteer, which is most of their memory."""
        self._say(f"starting {', '.join(parts)}")
        command = [sys.executable, "-m", "lapor", "run", *parts]
        beats = tuple(loop for part in parts for loop in loops(part))
        environment = self._environment() | self.metrics_of(name)
        self.supervisor.start(Service(name=name, command=command, environment=environment, beats=beats))

    def metrics_of(self, name: str) -> dict[str, str]:
        """A port of its own for each process: the router has the one that is set, the sink and the doors the next two."""
        if self._settings.metrics is None:
            return {}
        at = parse_address(f"http://{self._settings.metrics}", scheme="http", default_port=METRICS_PORT)
        return {"LAPOR_METRICS": f"{at.host}:{at.port + [*WORKERS, DOORS].index(name)}"}

    def _environment(self) -> dict[str, str]:
        """What a service is told beside what the operator set."""
        found = {f"LAPOR_{key.upper()}": value for key, value in self.stack.addresses.items()}
        if "x_api" in self.stack.addresses and "LAPOR_X_POLL_S" not in os.environ:
            found["LAPOR_X_POLL_S"] = STAND_IN_POLL_S
        # glibc gives each thread an arena of its own otherwise: tens of MiB a process that nobody uses
        return found | {"LAPOR_DATA": str(self._settings.data), "MALLOC_ARENA_MAX": "2"}


@contextmanager
def sole(data: Path) -> Iterator[None]:
    """Hold the data folder: two stacks in one folder would take each other's data.

    Raises:
        ConfigurationError: another stack holds it, or it cannot be written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise ConfigurationError(
            f"the data folder {data} cannot be written ({error}); choose another with --data-dir"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(
                f"a stack already runs in {data}: stop it first, or choose another folder with --data-dir"
            ) from error
        yield


def _kept_password(path: Path) -> str:
    """Return the password of the embedded ClickHouse, made at the first start."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        password = secrets.token_hex(12)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        return password


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) != 0
