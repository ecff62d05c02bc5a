"""A whole stack as an operator runs it: `lapor up` in a folder, and commands against it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from complaints.crypto import Keyring, load_secret
from lapor.local.note import Stack
from tests.harness import command, warm
from tests.harness.command import Ran
from tests.harness.support import wait_until

LAPOR = [sys.executable, "-m", "lapor"]
START_S = 180.0
"""The first start fetches Kafka's jars."""


class RunningStack:
    """`lapor up`, and what is asked of it."""

    def __init__(self, folder: Path, *, wait: bool = True, **settings: str) -> None:
        self.folder = folder
        self._log = folder.parent / "up.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
        self._settings = settings | {"LAPOR_DATA": str(folder)}
        self._environment = environment | self._settings
        with self._log.open("w") as log:
            self.process = subprocess.Popen([*LAPOR, "up"], env=self._environment, stdout=log, stderr=log)
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until it says ready."""

        def ready() -> bool:
            assert self.process.poll() is None, self.printed
            return "ready." in self.printed

        wait_until(ready, timeout_s=START_S, what="the stack")

    @property
    def printed(self) -> str:
        """What `lapor up` has printed."""
        return self._log.read_text()

    def run(self, *arguments: str) -> Ran:
        """Run a command against the stack, in this process."""
        return command.run(*arguments, environment=self._environment)

    def last_json(self, *arguments: str) -> dict[str, Any]:
        """Run a command in a process of its own, and return the JSON object of its last line."""
        log = self.folder.parent / f"{uuid4()}.log"
        status = warm.run("lapor", *arguments, log=log, **self._settings).wait(240)
        assert status == 0, log.read_text()
        found: dict[str, Any] = json.loads(log.read_text().splitlines()[-1])
        return found

    def query(self, sql: str) -> list[list[str]]:
        """Ask ClickHouse; rows of texts, without the names of the columns."""
        answer = self.run("query", sql)
        assert answer.returncode == 0, answer.stderr
        return [line.split("\t") for line in answer.stdout.splitlines()[1:]]

    def number(self, code: str) -> str:
        """Return the case number of a tracking code."""
        return Keyring.from_secret(load_secret(self.folder / "secret")).numbers(code)

    @property
    def note(self) -> Stack:
        """What runs where."""
        found = Stack.running(self.folder)
        assert found is not None
        return found

    def kill(self, service: str) -> int:
        """Kill a service as a power cut would; return the pid that it had."""
        pid = self.note.services[service]
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self) -> int:
        """Press Ctrl-C; return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


class Stacks:
    """One folder and the stack that runs in it, at first with settings that let it fail, or at once without any."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: RunningStack | None = None
        self._is_well = False

    @property
    def running(self) -> RunningStack:
        """What runs."""
        assert self._running is not None
        return self._running

    def ailing(self, **settings: str) -> RunningStack:
        """Start one with settings, and do not wait for it."""
        self.stop()
        self._running, self._is_well = RunningStack(self.folder, wait=False, **settings), False
        return self._running

    def well(self) -> RunningStack:
        """Return one without settings, which is ready."""
        if self._running is None or not self._is_well:
            self.stop()
            self._running, self._is_well = RunningStack(self.folder), True
        return self._running

    def stop(self) -> None:
        """Stop what runs."""
        if self._running is not None and self._running.process.poll() is None:
            self._running.stop()


def complaints(count: int) -> list[dict[str, str]]:
    """Return complaints of our own making: no two alike, of every length, with what phones put into texts."""
    places = [
        "Kota Semarang",
        "Kabupaten Bantul",
        "Kota Bandung",
        "Jakarta Timur",
        "Kab. Garut",
        "Kota Medan",
        "Pontianak",
    ]
    subjects = [
        "jalan berlubang di depan pasar",
        "lampu jalan mati sudah seminggu",
        "sampah menumpuk di TPS",
        "e-KTP belum jadi juga",
        "air PDAM mati sejak kemarin",
        "pungli di kelurahan, diminta 50 ribu tanpa kuitansi",
        "guru honorer belum terima gaji tiga bulan 😭",
        "bansos PKH tidak cair",
        "macet karena parkir liar",
        "terima kasih, pelayanan puskesmas sekarang cepat",
    ]
    return [
        {
            "title": f"Laporan {number}" if number % 3 else "",
            "text": f"{subjects[number % 10]} di {places[number % 7]}, nomor rumah {number}. "
            + "Mohon segera ditindak. " * (number % 23),
        }
        for number in range(count)
    ]


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write a file that `lapor feed` reads."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path
