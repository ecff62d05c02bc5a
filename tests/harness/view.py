"""A view as a process that can be killed, with a client, and records for it."""

import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from kafka import KafkaAdminClient
from pydantic import SecretStr

from complaints.bus import Record
from complaints.bus.kafka_python import KafkaPythonAdmin
from complaints.bus.tail import Extent, Span
from complaints.contract import CASE_EVENTS, CASES, topics
from complaints.errors import BusUnavailable
from complaints.runtime.http_server import listening_socket, serve
from ops.topics import apply
from tests.harness import warm
from tests.harness.cases.made import stored
from tests.harness.numbers import number, secret_file
from tests.harness.support import free_port, listens, wait_until
from view.client import ViewClient
from view.freshness import Freshness
from view.http import View, application
from view.news import News
from view.rows import changes_of
from view.store import Store

KEY = SecretStr("a key of the tests")


def delete_topics(brokers: str, *topics: str) -> None:
    """Delete topics, and wait until they are gone."""
    client = KafkaAdminClient(bootstrap_servers=brokers)
    client.delete_topics(list(topics))
    wait_until(lambda: not set(topics) & set(client.list_topics()), what="the end of the topics")
    client.close()


def remake_topics(brokers: str) -> None:
    """Delete the topics of cases with all that former tests wrote, and make them anew."""
    delete_topics(brokers, CASES, CASE_EVENTS)
    admin = KafkaPythonAdmin(brokers)
    wait_until(lambda: _made(admin), what="new topics")
    admin.close()


def _made(admin: KafkaPythonAdmin) -> bool:
    try:
        apply(admin, [topics()[CASES], topics()[CASE_EVENTS]])
    except BusUnavailable:  # the broker is still deleting the former ones
        return False
    return True


class ServedView:
    """The view's real HTTP application on a real socket, with a copy that a test fills by hand."""

    def __init__(self, folder: Path, *, ready: bool = True) -> None:
        """Serve it."""
        self.store, self.freshness, self.news = Store(folder / "cases.db"), Freshness(), News()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        if ready:
            self.catch_up()
        self._stop = threading.Event()
        app = application(View(self.store, freshness=self.freshness, news=self.news, now=lambda: 1.5), KEY)
        listener = listening_socket("127.0.0.1", self.port)
        self._thread = threading.Thread(target=serve, args=(app, listener, self._stop, lambda: None))
        self._thread.start()
        wait_until(lambda: listens(self.port), what="the view")

    def catch_up(self) -> None:
        """Let it have read everything one second ago."""
        self.freshness.begin({(CASES, 0): 0}, {CASES: Extent("t", {0: Span(0, 0)})}, 500, anew=False)

    def put(self, *records: Record) -> None:
        """Let it read records."""
        changes = changes_of([stored(record) for record in records], number)
        self.store.apply(changes, {})
        self.news.tell(changes.codes)

    def get(self, path: str, key: str | None = KEY.get_secret_value(), **query: str) -> httpx.Response:
        """Ask for something, with a key or without one."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.get(self.url + path, params=query, headers=headers)

    def post(self, path: str, body: str) -> httpx.Response:
        """Send something, with the key."""
        return httpx.post(self.url + path, content=body, headers={"Authorization": f"Bearer {KEY.get_secret_value()}"})

    def stop(self) -> None:
        """Stop serving; the copy stays open."""
        self._stop.set()
        self._thread.join(20)

    def close(self) -> None:
        """Stop it."""
        self.stop()
        self.store.close()


@dataclass
class ViewProcess:
    """A view with a folder and a port of its own."""

    brokers: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: warm.Running | None = None

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "view.log").read_text()

    def start(self, *, ready: bool = True) -> None:
        """Start it, and wait until it has caught up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "LAPOR_KAFKA": self.brokers,
            "LAPOR_DATA": str(self.folder),
            "LAPOR_VIEW": f"127.0.0.1:{self.port}",
            "LAPOR_VIEW_KEY": KEY.get_secret_value(),
            "LAPOR_SECRET_FILE": str(secret_file(self.folder)),
        }
        self.process = warm.run("lapor", "run", "view", log=self.folder / "view.log", **environment)
        if ready:
            wait_until(lambda: self.health().status_code == 200, what="a view that has caught up")

    def health(self) -> httpx.Response:
        """Return what it says about itself; 599 if it does not answer."""
        try:
            return httpx.get(f"{self.url}/health", headers={"Authorization": f"Bearer {KEY.get_secret_value()}"})
        except httpx.HTTPError:
            return httpx.Response(599)

    def client(self) -> ViewClient:
        """Return a client of it."""
        return ViewClient([self.url], key=KEY)

    def stop(self) -> None:
        """Stop it cleanly."""
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(30) == 0, self.log[-2000:]

    def kill(self) -> None:
        """Kill it as a lack of memory would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def end(self) -> None:
        """End it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
