"""Starts and supervises the whole pipeline on one machine: an embedded server for each address that is not set, then every service."""

import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from complaints.contract import FEW_PARTITIONS, PARTITIONS
from complaints.crypto import Keyring, load_or_create_secret, load_secret
from complaints.errors import UnavailableError
from complaints.runtime.address import parse_address
from complaints.runtime.http_server import configured_socket
from complaints.runtime.settings import Settings
from lapor.local.files import require_readable, require_sound
from lapor.local.note import FILES, Stack, with_addresses
from lapor.local.ports import LOOPBACK, is_free, kept_password, port_of_last_time
from lapor.local.servers import missing, servers_for
from lapor.local.supervisor import Service, Supervisor, end_leftovers
from lapor.processes.channels import CHANNELS
from lapor.processes.forks import born, end_parent, fork
from lapor.processes.secret import of_folder, require_same
from lapor.processes.services import METRICS_PORT
from lapor.processes.wiring import WORKERS, loops, stale_after_s

TOPICS = "topics"
"""The name of the start step that creates the topics, after the servers and before the services."""

TOGETHER = "channels"
"""The name of the process, and of its log, that all channels share here. In containers each channel has its own process."""

LATE = frozenset({"clickhouse", "sink", "view", "neighbours"})
"""The parts that may be late: without them messages are taken and answered, and only reading and comparing wait."""

WORKERS_RANK, CHANNELS_RANK = 1, 2
"""Channels stop first, then the workers, which may still have records to handle, then the servers."""

START_S = 60.0
"""Seconds for a service to start."""

LOOK_EVERY_S = 0.05
"""Seconds between two checks whether a part is ready and whether the start must stop."""

STAND_IN_POLL_S = "0.5"
"""Seconds between two polls of the X stand-in, which has no rate limit and costs nothing. The real X is polled less often."""


class Up:
    """A stack that can be started and stopped."""

    def __init__(self, settings: Settings, *, say: Callable[[str], None]) -> None:
        """Keep the settings.

        Args:
            settings: a server whose address is set is used; for any other address an embedded server is started.
            say: called with each line of progress.
        """
        self._settings = settings
        self._say = say
        me = psutil.Process()
        self._stop = threading.Event()
        self._note_lock = threading.Lock()
        self._former: dict[str, str] = {}
        self._kept = Stack()
        self.stack = Stack(pid=me.pid, started=me.create_time())
        self.supervisor = Supervisor(settings.data, changed=self._note)

    @property
    def settings(self) -> Settings:
        """The settings, with the addresses of the servers that were started."""
        return with_addresses(self._settings, self.stack.addresses)

    def start(self, stop: threading.Event) -> None:
        """Start everything. Return when everything is ready, or soon after `stop` is set; then call the method `stop`.

        A part that may be late (see LATE) and does not start is said, tried again for ever, and a failure for `lapor doctor`.

        Raises:
            ConfigurationError: a setting is wrong, the model or an allotment has a mistake, or the note or the secret in the data folder
                cannot be read.
            UnavailableError: another part did not start; the text contains the end of its log.
        """
        data, self._stop = self._settings.data, stop
        require_readable(self._settings)
        require_sound(self._settings)
        known = Stack.read(data)
        former = known or Stack()
        # If the ports of the last start are free, they are used again, so that addresses that people know stay valid.
        self._former = {**former.addresses, **{f"{name}-control": url for name, url in former.controls.items()}}
        self._kept = Stack(addresses=former.addresses, controls=former.controls)
        end_leftovers({former.services[name]: at for name, at in former.births.items()}, former.booted)
        self._require_secret(is_new=known is None)
        self.stack.starting = self._planned()
        self.stack.write(data)
        for step in (self._servers, self._prepare, self._services):
            if not stop.is_set():
                step()

    def _require_secret(self, *, is_new: bool) -> None:
        """Make the secret of a new installation, or check that it is unchanged: else acknowledged messages would be unreadable."""
        data, path = self._settings.data, self._settings.secret_path
        is_made_here = is_new and self._settings.secret_file is None
        keys = Keyring.from_secret(load_or_create_secret(path) if is_made_here else load_secret(path))
        if (known := of_folder(data)) is not None:
            require_same(keys, known, f"the folder {data}", path)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop everything and keep the data; `at_once` kills the processes, for a folder that is deleted afterwards."""
        self.supervisor.stop(at_once=at_once)
        end_parent()
        # The addresses stay in the note so that the next start can use the same ports. If this start was interrupted, that includes
        # the addresses of servers that it did not reach.
        addresses, controls = self._kept.addresses | self.stack.addresses, self._kept.controls | self.stack.controls
        Stack(addresses=addresses, controls=controls).write(self._settings.data)

    def _planned(self) -> list[str]:
        """Return the names of all parts that a start waits for, in order."""
        return [
            *missing(self._settings),
            TOPICS,
            *(loop for part in (*WORKERS, *self._channels()) for loop in loops(part)),
        ]

    def _channels(self) -> list[str]:
        # the webhook channel needs a file that names the sources, so it is started only if it is configured
        return [name for name in CHANNELS if name != "webhook" or self._settings.webhook]

    def _note(self, service: Service) -> None:
        if service.process is None:
            return
        try:
            at = born(psutil.Process(service.process.pid), self.stack.booted)
        except psutil.NoSuchProcess:
            return
        with self._note_lock:
            for name in service.beats or (service.name,):
                self.stack.services[name], self.stack.births[name] = service.process.pid, at
            if service.restarted:
                self.stack.restarts[service.name] = list(service.restarted)
            self.stack.write(self._settings.data)

    def _ready(self, *names: str) -> None:
        """Note that the start no longer waits for these parts. If it is being stopped, they may not be ready, and nothing is noted."""
        if self._stop.is_set():
            return
        with self._note_lock:
            self.stack.starting = [name for name in self.stack.starting if name not in names]
            self.stack.ready = 0.0 if self.stack.starting else time.time()
            self.stack.write(self._settings.data)

    def _port(self, name: str) -> int:
        return port_of_last_time(self._former, name)

    def _servers(self) -> None:
        """Start an embedded server for each address that is not set, all at once, and wait for each."""
        servers = servers_for(self._settings, self._port)
        for server in servers:
            if self._stop.is_set():
                return
            self._say(f"starting the embedded {server.service.name}")
            self.supervisor.start(server.service)
            self.stack.addresses |= server.addresses
            self.stack.controls |= server.controls
        for server in servers:
            self._wait(server.service, server.ready, timeout_s=server.timeout_s)
            self._ready(server.service.name)

    def _wait(self, service: Service, ready: Callable[[], bool], *, timeout_s: float) -> None:
        """Wait until a part is ready; of one that may be late only until it is known that it does not start."""
        try:
            self.supervisor.wait(service, ready, timeout_s=timeout_s, stop=self._stop)
        except UnavailableError as error:
            if service.name not in LATE:
                raise
            self._say(
                f"{error}\n  the others go on: {service.name} is tried for ever, and `lapor doctor` fails until it is well"
            )

    def _web_address(self) -> None:
        if self._settings.web is None:
            self.stack.addresses["web"] = f"{LOOPBACK}:{self._port('web')}"

    def _view_address(self) -> None:
        """Choose the view's address and key. If LAPOR_VIEW_URL is set, the web channel reads that view instead."""
        given, addresses = self._settings, self.stack.addresses
        if given.view is None:
            addresses["view"] = f"{LOOPBACK}:{self._port('view')}"
        if given.view_url is None:
            addresses["view_url"] = f"http://{given.view or addresses['view']}"
        if given.view_key is None:
            addresses["view_key"] = kept_password(given.data / "view-key")

    def _files(self) -> None:
        """Note the model and the allotments of the router, so that every command knows the agencies that they add."""
        for name in FILES:
            path: Path | None = getattr(self._settings, name)
            if path is None:
                self.stack.addresses.pop(name, None)
            else:
                self.stack.addresses[name] = str(path.resolve())

    def _prepare(self) -> None:
        """Create the topics before the services need them, in a separate process to keep this one small. The sink creates the tables."""
        self._say("creating topics")
        deadline, log = time.monotonic() + START_S, self._settings.data / "logs" / f"{TOPICS}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        environment = self._environment() | {"LAPOR_PARTITIONS": str(self._partitions())}
        made = fork([sys.executable, "-m", "lapor", "topics", "apply"], environment, log=log)
        while made.poll() is None:
            if self._stop.wait(LOOK_EVERY_S) or time.monotonic() > deadline:
                made.kill()
        if made.returncode and not self._stop.is_set():
            said = log.read_text("utf-8", "replace").rpartition("lapor: ")[2].strip()
            raise UnavailableError(said or f"the topics were not created within {START_S} s")
        self._ready(TOPICS)

    def _partitions(self) -> int:
        """Return the number of partitions of a new installation: fewer if Kafka is embedded than on a cluster."""
        given = self._settings
        return given.partitions or (PARTITIONS if given.kafka else FEW_PARTITIONS)

    def _services(self) -> None:
        """Start the workers and the channels, and wait for the first heartbeat of every loop."""
        self._web_address()
        self._view_address()
        self._files()
        dashboard = self._dashboard()
        for name in WORKERS:
            self._service(name, name)
        self._service(TOGETHER, *self._channels())
        self._say("waiting for the first heartbeat of every loop")
        for service in self.supervisor.services:
            if service.beats:
                self._wait(service, partial(self.supervisor.has_turned, service), timeout_s=START_S)
                if service.name != TOGETHER:
                    self._ready(*service.beats)
        host, port = self.settings.web.rsplit(":", 1) if self.settings.web else (LOOPBACK, "0")
        deadline = time.monotonic() + START_S
        while is_free(int(port), host) and time.monotonic() < deadline and not self._stop.wait(LOOK_EVERY_S):
            pass
        self._ready(*self.stack.starting)
        if dashboard is not None and not self._stop.is_set():
            self.supervisor.start(dashboard)

    def _dashboard(self) -> Service | None:
        """Listen for visitors of the dashboard, and return its service; None if there is no account for analysts.

        Its process runs only while somebody looks, so that an idle stack has no memory for it.
        """
        if self.settings.clickhouse_analyst is None:
            return None
        given = self._settings.dashboard or f"{LOOPBACK}:{self._port('dashboard')}"
        host, port = given.rsplit(":", 1)
        listener = configured_socket(host.strip("[]"), int(port), setting="LAPOR_DASHBOARD")
        self.stack.addresses["dashboard"] = given
        command = [sys.executable, "-m", "lapor", "dashboard", "--socket", str(listener.fileno()), "--host", host]
        return Service(
            name="dashboard",
            command=command,
            environment=self._environment(),
            rank=CHANNELS_RANK,
            listener=listener,
        )

    def _service(self, name: str, *parts: str) -> None:
        """Start a process. The channels share one process, which takes less memory than five."""
        self._say(f"starting {', '.join(parts)}")
        command = [sys.executable, "-m", "lapor", "run", *parts]
        beats = tuple(loop for part in parts for loop in loops(part))
        environment = self._environment() | self.metrics_of(name)
        service = Service(
            name=name,
            command=command,
            forked=True,
            rank=CHANNELS_RANK if name == TOGETHER else WORKERS_RANK,
            environment=environment,
            beats=beats,
            stale_s=max(map(stale_after_s, parts)),
        )
        self.supervisor.start(service)

    def metrics_of(self, name: str) -> dict[str, str]:
        """Return the metrics setting of a process: the router gets the port of LAPOR_METRICS, the others the ports after it."""
        if self._settings.metrics is None:
            return {}
        at = parse_address(f"http://{self._settings.metrics}", scheme="http", default_port=METRICS_PORT)
        return {"LAPOR_METRICS": f"{at.host}:{at.port + [*WORKERS, TOGETHER].index(name)}"}

    def _environment(self) -> dict[str, str]:
        """Return the variables that a service gets in addition to this process's environment."""
        found = {f"LAPOR_{key.upper()}": value for key, value in self.stack.addresses.items()}
        if "x_api" in self.stack.addresses:
            paces = ("LAPOR_X_POLL_S", "LAPOR_X_MESSAGES_POLL_S")
            found |= {name: STAND_IN_POLL_S for name in paces if name not in os.environ}
        if self._settings.demo_clock:
            found["LAPOR_DEMO_CLOCK"] = str(self._settings.demo_clock)
        # otherwise glibc gives each thread its own arena, which wastes tens of MiB per process
        return found | {"LAPOR_DATA": str(self._settings.data), "MALLOC_ARENA_MAX": "2"}
