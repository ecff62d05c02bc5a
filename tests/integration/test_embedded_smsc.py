"""The embedded SMSC stores and forwards like a real one: nothing it was asked to deliver is lost while it waits."""

import asyncio
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import smpp34
import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm
from hypothesis import given
from hypothesis import strategies as st

from embedded.smsc import Delivery, Part, Smsc, SmscConfig, split
from embedded.smsc.text import read
from lapor.processes.channels import PASSWORD_CHARACTERS
from tests.harness.support import wait_until
from tests.harness.tables import row_by_row

ROOT = Path(__file__).parents[2]
LONG = "Jalan berlubang [RT 05] {pasar} seharga 10€, " * 8
PASSWORD = "lapor"
EMOJI = "banjir 🌊 di depan sekolah 😭 " * 12


class Centre:
    """One SMSC as a process of its own, started as a user would."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-m", "embedded.smsc", "--port", "0", "--control-port", "0"]
        self.output = data_dir.with_suffix(".out")
        with self.output.open("w") as file:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(data_dir)], cwd=ROOT, stdin=subprocess.PIPE, stdout=file, stderr=file
            )
        found = re.search(r"answers at \S+:(\d+) \(control (\S+),", self.says("answers at"))
        assert found is not None
        self.port = int(found[1])
        self.http = httpx.Client(base_url=found[2], timeout=70)

    def says(self, text: str) -> str:
        """Wait until the text was printed and return all that was."""
        wait_until(lambda: text in self.output.read_text(), what=text)
        return self.output.read_text()

    def deliver(self, **message: object) -> dict[str, Any]:
        """Ask for a delivery and return the answer."""
        answer: dict[str, Any] = self.http.post("/deliver", json={"source": "6281234567890", **message}).json()
        return answer

    def type_line(self, line: str) -> None:
        """Type a line at its terminal."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        self.http.close()
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        if self.process.stdin is not None:
            self.process.stdin.close()
        return code


class Listener:
    """A client of another make (smpplib), which answers each message as the test says."""

    def __init__(self, port: int, answer: Callable[[Any], int] = lambda _pdu: 0) -> None:
        self.heard: list[Part] = []
        self.client = smpplib.client.Client("127.0.0.1", port, allow_unknown_opt_params=True, timeout=30)
        self.client.connect()

        def received(pdu: Any) -> int:
            status = answer(pdu)
            if status == 0:
                octets = pdu.short_message or b""
                self.heard.append(Part(octets=octets, data_coding=pdu.data_coding, esm_class=pdu.esm_class))
            return status

        self.client.set_message_received_handler(received)
        self.client.bind_transceiver(system_id="lapor", password="lapor")
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        try:
            self.client.listen()
        except (OSError, smpplib.exceptions.ConnectionError):
            return

    def text(self) -> str:
        """Put the parts that were taken together by their numbers, each once."""
        parts = {(one.reference, one.number): one.text for one in map(read, self.heard)}
        return "".join(parts[key] for key in sorted(parts))

    def close(self) -> None:
        """End without a goodbye, as a killed process does."""
        if self.client._socket is not None:
            self.client._socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(30)
        self.client.disconnect()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A running SMSC."""
    started = Centre(tmp_path / "smsc")
    yield started
    if started.process.poll() is None:
        started.stop()


def bind_raw(port: int) -> socket.socket:
    """Bind with bare octets; what the SMSC then sends is read as it is on the wire."""
    connection = socket.create_connection(("127.0.0.1", port), 5)
    body = b"lapor\0lapor\0\0\x34\0\0\0"
    connection.sendall(struct.pack(">IIII", 16 + len(body), 9, 0, 1) + body)
    assert struct.unpack(">II", read_raw(connection)[4:12]) == (0x8000_0009, 0)
    return connection


def read_raw(connection: socket.socket) -> bytes:
    """Read one whole PDU."""
    head = connection.recv(4, socket.MSG_WAITALL)
    return head + connection.recv(int.from_bytes(head) - 4, socket.MSG_WAITALL)


def answer_raw(connection: socket.socket, pdu: bytes, command: int = 0x8000_0005, status: int = 0) -> None:
    """Answer one PDU."""
    body = b"\0" if command == 0x8000_0005 else b""
    connection.sendall(struct.pack(">III", 16 + len(body), command, status) + pdu[12:16] + body)


@given(st.text(max_size=600), st.integers(0, 0xFFFF))
def test_no_character_is_cut_in_two(text: str, reference: int) -> None:
    """Each part can be read alone, fits in a short message, and all together are the text."""
    text = text.encode("utf-8", "ignore").decode()
    parts = split(text, reference=reference)
    assert "".join(read(part).text for part in parts) == text
    assert [read(part).number for part in parts] == list(range(1, len(parts) + 1))
    assert all(len(part.octets) <= (160 if part.data_coding == 0 else 140) for part in parts)


@row_by_row
def test_parts_are_as_long_as_a_phone_makes_them(text: str, lengths: list[int]) -> None:
    """GSM-7 holds 160 or 153 septets, UCS-2 70 or 67 units; an escape or a surrogate pair moves on whole."""
    header = 6 if len(lengths) > 1 else 0
    assert [len(part.octets) - header for part in split(text, reference=7)] == lengths


def test_the_password_of_a_new_smsc_can_be_set_for_our_door() -> None:
    """SMPP has room for eight characters, and the settings refuse more."""
    config = SmscConfig(data_dir=Path("unused"))
    assert config.password == PASSWORD
    assert len(config.password) <= PASSWORD_CHARACTERS


def test_only_the_right_password_binds(centre: Centre) -> None:
    """A bind with another name or password is refused with the status the standard has for it."""
    for system_id, password, status in (("lapor", "no", 0x0E), ("other", "lapor", 0x0F)):
        client = smpplib.client.Client("127.0.0.1", centre.port, allow_unknown_opt_params=True, timeout=30)
        client.connect()
        with pytest.raises(smpplib.exceptions.PDUError) as caught:
            client.bind_transceiver(system_id=system_id, password=password)
        assert caught.value.args[1] == status
        client.disconnect()


READ_BACK = [("jalan rusak", 1), (LONG, 3), (EMOJI, 6)]


def test_a_client_of_another_make_reads_it(centre: Centre) -> None:
    """The library smpplib gets every part, and the parts make the text that was typed."""
    listener = Listener(centre.port)
    for text, parts in READ_BACK:
        answer = centre.deliver(text=text)
        assert [part["status"] for part in answer["parts"]] == [0] * parts
        assert [read(part).number for part in listener.heard] == list(range(1, parts + 1))
        assert listener.text() == text
        listener.heard.clear()
    listener.close()


def test_a_temporary_refusal_is_tried_again(centre: Centre) -> None:
    """Status 0x64 and 0x58 bring the message again until it is taken; the parts that were taken do not come again."""
    answers = iter([0x64, 0, 0x58, 0, 0, 0, 0])
    asked = []

    def answer(pdu: Any) -> int:
        asked.append(read(Part(octets=pdu.short_message, data_coding=0, esm_class=pdu.esm_class)).number)
        return next(answers)

    listener = Listener(centre.port, answer)
    assert [part["attempts"] for part in centre.deliver(text=LONG)["parts"]] == [2, 1, 2]
    assert asked[:3] == [1, 2, 3]
    assert sorted(asked[3:]) == [1, 3]
    assert listener.text() == LONG
    listener.close()


def test_a_final_refusal_is_the_last_word(centre: Centre) -> None:
    """Any other status is told to the one who typed, and the message does not come again."""
    listener = Listener(centre.port, lambda _pdu: 0x65)
    answer = centre.deliver(text="x")
    assert (answer["status"], answer["parts"][0]["attempts"]) == (0x65, 1)
    listener.close()


def test_what_a_killed_client_did_not_answer_comes_to_the_next(centre: Centre) -> None:
    """After a client dies amid a long message its next bind gets exactly the parts that were not answered."""
    first = bind_raw(centre.port)
    answers: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(centre.deliver(text=LONG)))
    thread.start()
    pdus = [read_raw(first) for _ in range(3)]
    answer_raw(first, pdus[1])
    wait_until(lambda: centre.http.get("/status").json()["binds"][0]["in_flight"] == 2, what="the answer")
    first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    first.close()
    time.sleep(0.3)
    assert not answers
    second = Listener(centre.port)
    thread.join(30)
    assert answers[0]["status"] == 0
    assert sorted(read(part).number for part in second.heard) == [1, 3]
    second.close()


def test_an_answer_comes_at_once(centre: Centre) -> None:
    """Twenty messages one after the other take no 40 ms each: Nagle's delay is off on the control side.

    The best of ten rounds counts: the delay would be in each, and other work on the machine is not.
    """
    listener = Listener(centre.port)

    def round_s() -> float:
        start = time.monotonic()
        for _ in range(20):
            assert centre.deliver(text="x")["status"] == 0
        return time.monotonic() - start

    assert any(round_s() < 0.5 for _ in range(10))
    listener.close()


def test_without_a_bind_the_wait_is_bounded(centre: Centre) -> None:
    """With nobody bound the message waits as long as was asked, and the answer says that nobody spoke."""
    response = centre.http.post("/deliver", json={"source": "628", "text": "x", "timeout_s": 0.3})
    assert response.status_code == 504
    assert response.json() == {"status": None, "parts": [{"status": None, "command": None, "attempts": 0}]}


def test_what_was_sent_is_joined_and_outlives_a_kill(centre: Centre, tmp_path: Path) -> None:
    """A long reply is shown as one message, its receipts come, and a kill -9 of the SMSC forgets neither."""
    listener = Listener(centre.port)
    parts, coding, esm_class = smpplib.gsm.make_parts("Terima kasih, kode Anda LPR-1 €. " * 7)
    for part in parts:
        listener.client.send_message(
            source_addr="1708",
            destination_addr="6281",
            short_message=part,
            data_coding=coding,
            esm_class=esm_class,
            registered_delivery=True,
        )
    centre.says("SMS to 6281: Terima kasih")
    wait_until(lambda: len(listener.heard) == len(parts), what="the receipts")
    (message,) = centre.http.get("/sent").json()["sent"]
    assert message["text"] == "Terima kasih, kode Anda LPR-1 €. " * 7
    assert (message["parts"], message["registered_delivery"]) == (len(parts), 1)
    receipts = [re.match(rb"id:(\S+) .*stat:DELIVRD", part.octets) for part in listener.heard]
    assert sorted(found[1].decode() for found in receipts if found) == message["message_ids"]
    assert {part.esm_class for part in listener.heard} == {0x04}
    listener.close()
    centre.stop(signal.SIGKILL)
    again = Centre(tmp_path / "smsc")
    assert again.http.get("/sent").json() == {"sent": [message], "next": 1}
    assert again.http.get("/sent?since=1").json() == {"sent": [], "next": 1}
    assert again.stop() == 0


def test_raw_octets_go_out_as_they_are(centre: Centre) -> None:
    """Octets that no phone would send reach the client unchanged, and its nack is told."""
    client = bind_raw(centre.port)
    answers: list[dict[str, Any]] = []
    asked = {"payload_hex": "0500", "esm_class": 0x40, "data_coding": 8, "retry": False}
    thread = threading.Thread(target=lambda: answers.append(centre.deliver(**asked)))
    thread.start()
    pdu = read_raw(client)
    sent = smpp34.decode(pdu)
    assert isinstance(sent, smpp34.DeliverSm)
    assert (sent.short_message, sent.esm_class, sent.data_coding) == (b"\x05\x00", 0x40, 8)
    answer_raw(client, pdu, command=0x8000_0000, status=3)
    thread.join(30)
    assert (answers[0]["status"], answers[0]["parts"][0]["command"]) == (3, 0x8000_0000)
    client.close()


def test_wrong_requests_are_told(centre: Centre) -> None:
    """A mistake in a request is answered with 400 and words."""
    for wrong in ({"source": "1"}, {"text": "ж" * 99_999}, {"payload_hex": "zz"}, {"text": 5}, {"texxt": "x"}):
        response = centre.http.post("/deliver", json=wrong)
        assert response.status_code == 400, wrong
        assert response.json()["error"]


def test_garbage_does_not_end_the_service(centre: Centre) -> None:
    """A stream out of step is cut off with a nack; everyone else goes on."""
    connection = socket.create_connection(("127.0.0.1", centre.port), 5)
    connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert struct.unpack(">III", read_raw(connection)[:12]) == (16, 0x8000_0000, 2)
    assert connection.recv(1) == b""
    connection.close()
    assert centre.http.get("/status").json()["binds"] == []


def test_typed_lines_are_delivered(centre: Centre) -> None:
    """A line `NUMBER: text` at the terminal is an SMS; the bind that took it counts it."""
    listener = Listener(centre.port)
    centre.type_line("6281234567890: listrik padam")
    centre.says("SMS from 6281234567890: taken")
    assert listener.text() == "listrik padam"
    (bind,) = centre.http.get("/status").json()["binds"]
    assert (bind["system_id"], bind["bind"], bind["delivered"]) == ("lapor", "bind_transceiver", 1)
    listener.close()


def test_asked_for_failures_happen(centre: Centre) -> None:
    """`/fail` has the next submit_sm refused with the given status; `/cut` breaks the binds."""
    client = bind_raw(centre.port)
    centre.http.post("/fail", json={"status": 0x58, "count": 1})
    submit = smpp34.SubmitSm("1708", "6281", b"x", sequence_number=9).encode()
    client.sendall(submit + submit)
    assert [int.from_bytes(read_raw(client)[8:12]) for _ in range(2)] == [0x58, 0]
    assert centre.http.post("/cut").json() == {"cut": 1}
    assert client.recv(1) == b""
    client.close()


def in_process(tmp_path: Path, **settings: Any) -> Smsc:
    """Return an SMSC for the test's own event loop."""
    return Smsc(SmscConfig(data_dir=tmp_path, port=0, **settings))


def test_a_half_open_client_is_cut_off(tmp_path: Path) -> None:
    """A client that is connected but silent loses its bind, and its messages wait for one that lives."""

    async def scenario() -> tuple[list[Any], Delivery]:
        settings = {"enquire_link_s": 0.5, "response_timeout_s": 2.0}
        async with in_process(tmp_path, **settings) as smsc:
            dead = await asyncio.to_thread(bind_raw, smsc.port)
            delivery = asyncio.create_task(smsc.deliver("628", "x", timeout_s=60))
            for _ in range(600):  # half a minute at the most
                if not smsc.status()["binds"]:
                    break
                await asyncio.sleep(0.05)
            binds = smsc.status()["binds"]
            alive = smpp34.Client("127.0.0.1", smsc.port, "lapor", PASSWORD, bind_type="TRX")
            await alive.connect()
            result = await delivery
            await alive.stop()
            dead.close()
            return binds, result

    binds, delivery = asyncio.run(scenario())
    assert binds == []
    assert delivery.status == 0


def test_it_carries_the_load_of_a_disaster(tmp_path: Path) -> None:
    """More than 1,500 messages a second are delivered and answered on one bind, in the best of five rounds."""
    count = 6000

    async def round_per_s(folder: Path) -> float:
        async with in_process(folder) as smsc:
            client = smpp34.Client("127.0.0.1", smsc.port, "lapor", PASSWORD, bind_type="TRX", inbound_capacity=9999)
            esme = await client.connect()

            async def drain() -> None:
                while isinstance(await esme.next(), smpp34.DeliverSmEvent):
                    pass

            drained = asyncio.create_task(drain())
            start = time.monotonic()
            results = await asyncio.gather(
                *(smsc.deliver(f"62812{n:07d}", "banjir setinggi lutut") for n in range(count))
            )
            took_s = time.monotonic() - start
            assert {result.status for result in results} == {0}
            drained.cancel()
            await client.stop()
            return count / took_s

    assert any(asyncio.run(round_per_s(tmp_path / str(number))) > 1500 for number in range(5))


def test_importing_starts_nothing() -> None:
    """Importing the package opens no port and loads no web server."""
    code = "import embedded.smsc, sys, json; print(json.dumps([m for m in ('uvicorn',) if m in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []
