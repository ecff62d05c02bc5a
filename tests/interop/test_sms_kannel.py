"""The SMS channel against Kannel's own test SMSC, drive_smpp, which floods with deliver_sm and enquire_link."""

import asyncio
import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.crypto import Keyring
from complaints.runtime.address import Address, parse_address
from tests.harness.sms import House
from tests.harness.support import free_port, wait_until
from tests.interop import kannel

pytestmark = pytest.mark.long

MESSAGES = 500
"""What it sends before it waits for a bearerbox to hand messages on."""

SMSBOX_PORT = 13001
"""drive_smpp looks for a bearerbox here, and ends where nobody listens; it is compiled in."""

RECEIVER, TRANSCEIVER = 0x01, 0x09


class AsReceiver:
    """Passes bytes both ways, and calls our transceiver bind a receiver's: drive_smpp is older than SMPP 3.4 and knows no other."""

    def __init__(self, smsc_port: int) -> None:
        self._smsc_port = smsc_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._carry, sock=self._listener))
        self._loop.run_forever()

    async def _carry(self, door_in: asyncio.StreamReader, door_out: asyncio.StreamWriter) -> None:
        smsc_in, smsc_out = await asyncio.open_connection("127.0.0.1", self._smsc_port)
        await asyncio.gather(self._pump(door_in, smsc_out, RECEIVER), self._pump(smsc_in, door_out, TRANSCEIVER))

    @staticmethod
    async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, command: int) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await source.readexactly(8)  # length and command of the bind or of its answer
            target.write(head[:7] + bytes([command]))
            while chunk := await source.read(65_536):
                target.write(chunk)
                await target.drain()
        target.close()

    def close(self) -> None:
        """Stop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()
        self._listener.close()


class DriveSmpp:
    """Kannel's test SMSC, with a listener where it looks for a bearerbox."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._bearerbox = socket.create_server(("127.0.0.1", SMSBOX_PORT))
        self.log = folder / "drive_smpp.log"
        with self.log.open("wb") as log:
            command = [str(kannel.DRIVE_SMPP), "-v", "0", "-p", str(port), "-m", str(MESSAGES)]
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        wait_until(lambda: "accept_thread" in self.said, what="drive_smpp")  # it ends with its first connection
        self._front = AsReceiver(port)

    @property
    def said(self) -> str:
        """Its log."""
        return self.log.read_text("latin-1")

    @property
    def address(self) -> Address:
        """Where it listens, for a channel that binds as a transceiver."""
        return parse_address(f"smpp://foo:bar@127.0.0.1:{self._front.port}", scheme="smpp", default_port=2775)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)
        self._front.close()
        self._bearerbox.close()


@pytest.fixture
def smsc(tmp_path: Path) -> Iterator[DriveSmpp]:
    """Kannel's, running."""
    kannel.install()
    made = DriveSmpp(tmp_path)
    yield made
    made.close()


@pytest.mark.timeout(700)
def test_each_message_of_kannels_flood_is_kept_and_answered(tmp_path: Path, keys: Keyring, smsc: DriveSmpp) -> None:
    """Without a window, an enquire_link behind each: all answered over one bind, none twice."""
    house = House(tmp_path, keys, [smsc])
    try:
        wait_until(lambda: len(house.came) >= MESSAGES, timeout_s=60, what="all messages")
        wait_until(lambda: answers(smsc) >= (MESSAGES, MESSAGES), what="the answers in Kannel's log")
        assert set(house.texts) == {str(number) for number in range(1, MESSAGES + 1)}
        assert "PANIC" not in smsc.said
        assert house.binds_up == 1
    finally:
        house.close()


def answers(smsc: DriveSmpp) -> tuple[int, int]:
    """Return how many answers of both kinds Kannel says it read."""
    said = smsc.said
    return said.count("of type deliver_sm_resp"), said.count("of type enquire_link_resp")
