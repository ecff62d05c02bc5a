"""Each door with a real upstream before it, behind one small interface, so that one suite holds all of them to the ack rule."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import httpx

from channels.base import Channel
from channels.intake import Intake
from channels.sms.channel import SmsChannel
from channels.sms.memory import Memory
from channels.telegram.cursor import Mark as TelegramMark
from channels.twitter.channel import Mark, TwitterChannel
from channels.twitter.client import XClient
from channels.web.channel import WebChannel
from channels.webhook.channel import WebhookChannel
from channels.webhook.sources import read_sources
from complaints.crypto import Keyring
from complaints.runtime.settings import parse_address
from tests.harness.support import free_port, listens, wait_until
from tests.harness.telegram import telegram_door
from tests.harness.telegram_standin import Telegram
from tests.harness.twitter import twitter_pace
from tests.harness.web import Cases, correspondence, furnish
from tests.harness.webhook import hand_in, sources_file

PATIENCE_S = 6.0
"""How long an upstream waits for its answer in these tests; longer than a door waits for Kafka."""


class Driver(Protocol):
    """A door and its upstream."""

    def make(self, folder: Path) -> Channel:
        """Return the door as a process would have it after a start; what it must remember stands in the folder."""

    def say(self, text: str) -> bool:
        """Send a citizen's message; return whether upstream was told yes. Saying it again is a redelivery."""

    def close(self) -> None:
        """Stop the upstream."""


class Running:
    """A door that runs in a thread, until it is stopped or crashes."""

    def __init__(self, door: Channel, intake: Intake) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=door.run, args=(intake, self._stop))
        self._thread.start()

    def stop(self) -> None:
        """Stop it cleanly."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


def upstream(name: str, folder: Path, *arguments: str, port: int) -> subprocess.Popen[bytes]:
    """Start a stand-in and wait until it listens."""
    command = [sys.executable, "-m", f"embedded.{name}", "--data-dir", str(folder / name), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    wait_until(lambda: listens(port), what=name)
    return process


class Sms:
    """SMPP over a real socket."""

    def __init__(self, folder: Path) -> None:
        self._port, control = free_port(), free_port()
        self._control = f"http://127.0.0.1:{control}"
        arguments = ("--port", str(self._port), "--control-port", str(control), "--password", "secret08")
        self._process = upstream("smsc", folder, *arguments, port=control)

    def make(self, folder: Path) -> Channel:
        """One bind, and the durable memory of parts and texts."""
        address = parse_address(f"smpp://lapor:secret08@127.0.0.1:{self._port}", scheme="smpp", default_port=2775)
        memory = Memory(folder / "sms.db", window_s=86_400.0, part_timeout_s=1800.0)
        return SmsChannel([address], memory=memory, pseudonym=lambda text: text[-20:], turned=lambda: None)

    def say(self, text: str) -> bool:
        """Deliver once, without the SMSC's own retries; a missing bind is waited for."""
        wanted = {
            "source": "6281234567890",
            "destination": "1708",
            "text": text,
            "timeout_s": PATIENCE_S,
            "retry": False,
        }
        wait_until(lambda: bool(httpx.get(f"{self._control}/status").json()["binds"]), what="the bind")
        answer = httpx.post(f"{self._control}/deliver", json=wanted, timeout=PATIENCE_S * 2)
        return bool(answer.json().get("status") == 0)

    def close(self) -> None:
        """Stop the SMSC."""
        self._process.terminate()
        self._process.wait(30)


class Twitter:
    """X by its stand-in: yes is that the mark moved past the post."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._base = f"http://127.0.0.1:{port}"
        self._process = upstream("x", folder, "--port", str(port), port=port)
        self._mark: Mark | None = None

    def make(self, folder: Path) -> Channel:
        """A poller that looks ten times a second."""
        self._mark = Mark(folder / "mark.json")
        client = XClient(self._base, bearer_token="t", account="lapor1708")
        pace = twitter_pace(folder, poll_s=0.1)
        return TwitterChannel(client, mark=self._mark, account="lapor1708", pace=pace, turned=lambda: None)

    def say(self, text: str) -> bool:
        """Mention us; X never sends again by itself: the poller reads again what is beyond its mark."""
        post = {"author": "warga", "text": f"@lapor1708 {text}", "mentions": ["lapor1708"]}
        number = int(httpx.post(f"{self._base}/_standin/tweets", json=post).json()["id"])
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self._mark is not None
            if int(self._mark.read() or 0) >= number:
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Stop the stand-in."""
        self._process.terminate()
        self._process.wait(30)


class Web:
    """The API by real HTTP; a redelivery has the same idempotency key."""

    def __init__(self, _: Path) -> None:
        self._port = free_port()

    def make(self, folder: Path) -> Channel:
        """The door as it runs."""
        assert folder.exists()
        parts = furnish(folder, correspondence(folder), Cases())
        return WebChannel(host="127.0.0.1", port=self._port, parts=parts, turned=lambda: None)

    def say(self, text: str) -> bool:
        """Post as the mobile app does."""
        wait_until(lambda: listens(self._port), what="the web door")
        address = f"http://127.0.0.1:{self._port}/api/v1/complaints"
        try:
            answer = httpx.post(address, json={"text": text}, headers={"Idempotency-Key": text}, timeout=PATIENCE_S)
        except httpx.HTTPError:
            return False
        return answer.status_code in {202, 422}  # 422 tells the citizen that the message is kept and looked at

    def close(self) -> None:
        """Nothing to stop."""


class TelegramBot:
    """Telegram by its stand-in: yes is that the offset moved past the update, which else comes again."""

    def __init__(self, folder: Path) -> None:
        self._upstream = Telegram(folder / "telegram")
        self._mark: TelegramMark | None = None
        self._said: dict[str, int] = {}

    def make(self, folder: Path) -> Channel:
        """A poll that waits a second."""
        self._mark = TelegramMark(folder / "mark.json", bot_id=1708)
        keys = Keyring.from_secret(b"a secret of the tests, 32 bytes long")
        return telegram_door(self._upstream.base, folder, self._mark, keys=keys, turned=lambda: None)

    def say(self, text: str) -> bool:
        """Write to the bot; an update that is not confirmed is given again by Telegram itself."""
        if text not in self._said:
            self._said[text] = self._upstream.say(text)["update_id"]
        number = self._said[text]
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self._mark is not None
            if (self._mark.offset() or 0) > number:
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Stop the stand-in."""
        self._upstream.stop()


class Hooks:
    """A source of signed webhooks; a redelivery has the same webhook-id, which may not say what the text says."""

    def __init__(self, _: Path) -> None:
        self._port = free_port()

    def make(self, folder: Path) -> Channel:
        """The door as it runs."""
        return WebhookChannel(
            read_sources(sources_file(folder)),
            at=("127.0.0.1", self._port),
            pseudonym=lambda text: sha256(text.encode()).hexdigest(),
            turned=lambda: None,
        )

    def say(self, text: str) -> bool:
        """Hand in a complaint."""
        wait_until(lambda: listens(self._port), what="the webhook door")
        try:
            answer = hand_in(f"http://127.0.0.1:{self._port}", sha256(text.encode()).hexdigest(), text=text)
        except httpx.HTTPError:
            return False
        return answer.status_code == 202

    def close(self) -> None:
        """Nothing to stop."""


DRIVERS: dict[str, Callable[[Path], Driver]] = {
    "sms": Sms,
    "twitter": Twitter,
    "telegram": TelegramBot,
    "web": Web,
    "webhook": Hooks,
}


def fresh(text: str) -> str:
    """Return a text that was never sent before."""
    return f"{text} {uuid4().hex[:8]}"
