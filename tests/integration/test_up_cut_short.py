"""`lapor up` that is stopped while it starts stops everything that it started, at every stage, and says so in its note."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from complaints.crypto import load_or_create_secret
from lapor.local.note import Stack
from tests.harness.support import wait_until

PROMPT_S = 30.0
"""Nobody presses Ctrl-C a second time before; a service alone may take 15 s."""


class Starting:
    """`lapor up` that has not said ready yet, and all that runs for it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self._log = folder / "data", folder / "up.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
        environment = kept | settings | {"LAPOR_DATA": str(self.folder), "PYTHONUNBUFFERED": "1"}
        with self._log.open("w") as out:
            command = [
                "env",
                "--default-signal=HUP,INT",
                sys.executable,
                "-m",
                "lapor",
                "up",
            ]  # nohup and a shell in the background have them ignored
            self.process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)

    @property
    def said(self) -> str:
        """What it printed so far."""
        return self._log.read_text()

    def log_of(self, name: str) -> str:
        """Return the log of a service, empty where there is none yet."""
        path = self.folder / "logs" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def running(self) -> dict[psutil.Process, str]:
        """Return all processes that work in its folder, with their command lines."""
        found = {}
        for process in psutil.process_iter():
            try:
                line = " ".join(process.cmdline())
                if str(self.folder) in line or process.environ().get("LAPOR_DATA") == str(self.folder):
                    found[process] = line
            except psutil.Error:  # it has ended, or is another user's
                continue
        return found

    def seen(self, what: str) -> bool:
        """Return whether a process runs that has something in its command line."""
        return any(what in line for line in self.running().values())

    def kill(self) -> None:
        """Leave nothing behind, whatever went wrong: a stack that nobody stops takes a third of a processor from all later tests."""
        for process in self.running():
            with suppress(psutil.Error):
                process.kill()

    def stop(self, number: signal.Signals) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PROMPT_S)


@pytest.fixture
def dead_proxy() -> Iterator[str]:
    """An address that takes connections and never answers: a download that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def elsewhere(address: str) -> dict[str, str]:
    """Return the settings by which all servers but Kafka run elsewhere, at an address that never answers."""
    at = address.removeprefix("http://")
    return {
        "LAPOR_CLICKHOUSE": f"clickhouse://x:y@{at}/lapor",
        "LAPOR_SMPP": f"smpp://lapor:lapor@{at}",
        "LAPOR_X_API": address,
        "LAPOR_TELEGRAM_API": address,
    }


def stopped_at(starting: Starting, stage: Callable[[], bool], number: signal.Signals) -> None:
    """Send a signal at a stage, and look at what is left."""
    try:
        wait_until(stage, timeout_s=90, what="the stage")
        status = starting.stop(number)
        left = list(starting.running().values())
    finally:
        starting.kill()
    assert status == 130, starting.said
    assert "ready." not in starting.said
    assert "stopped before everything was ready" in starting.said
    assert left == []
    note = Stack.read(starting.folder)
    assert note is not None
    assert (note.pid, note.services, note.starting) == (0, {}, [])


def test_a_start_is_stopped_while_jars_are_fetched(tmp_path: Path, dead_proxy: str) -> None:
    """The line may be slow: nobody wants to wait five minutes for a stop."""
    proxies = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), dead_proxy)
    starting = Starting(tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"), **proxies, **elsewhere(dead_proxy))
    stopped_at(starting, lambda: "Fetching Apache Kafka" in starting.log_of("kafka"), signal.SIGINT)


def test_a_start_is_stopped_while_kafka_formats_its_folder_and_forgets_no_port(tmp_path: Path, dead_proxy: str) -> None:
    """A Java that is the child of a service ends too, with the terminal. The ports of servers that it did not come to are kept.

    People wrote the address of the form down.
    """
    (tmp_path / "data").mkdir()
    Stack(addresses={"web": "127.0.0.1:8123"}, controls={"smsc": "http://127.0.0.1:8124"}).write(tmp_path / "data")
    load_or_create_secret(tmp_path / "data" / "secret")  # as a start before has made it
    starting = Starting(tmp_path, **elsewhere(dead_proxy))
    stopped_at(starting, lambda: starting.seen("StorageTool"), signal.SIGHUP)
    note = Stack.read(starting.folder)
    assert note is not None
    assert (note.addresses["web"], note.controls["smsc"]) == ("127.0.0.1:8123", "http://127.0.0.1:8124")


def test_a_start_is_stopped_while_topics_are_created(tmp_path: Path, dead_proxy: str) -> None:
    """Of servers that run elsewhere and do not answer: what makes the topics ends too."""
    starting = Starting(tmp_path, LAPOR_KAFKA=dead_proxy.removeprefix("http://"), **elsewhere(dead_proxy))
    log = starting.folder / "logs" / "topics.log"
    stopped_at(starting, lambda: "creating topics" in starting.said and log.exists(), signal.SIGTERM)
    assert "starting" not in starting.said


def test_a_start_is_stopped_while_it_waits_for_its_services(tmp_path: Path) -> None:
    """Kafka, which runs by then, is stopped too, and keeps its port for the next start; by a service manager."""
    starting = Starting(tmp_path)
    stopped_at(starting, lambda: "waiting" in starting.said, signal.SIGTERM)
    note = Stack.read(starting.folder)
    assert note is not None
    assert "kafka" in note.addresses


def test_a_reader_that_goes_away_leaves_nothing_behind(tmp_path: Path) -> None:
    """`lapor up | head -1`: the next line cannot be printed, which ends the start."""
    folder = tmp_path / "data"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
    up = subprocess.Popen(
        [sys.executable, "-m", "lapor", "up"],
        env=environment | {"LAPOR_DATA": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert up.stdout is not None
    up.stdout.readline()
    up.stdout.close()
    assert up.wait(120) != 0
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
    ]
