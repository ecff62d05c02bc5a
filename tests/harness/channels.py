"""Each door with a real upstream before it, behind one small interface, so that one suite holds all of them to the ack rule."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx

from channels.base import Channel
from channels.intake import Intake
from channels.sms import pdu
from channels.sms.channel import SmsChannel
from channels.sms.links import read_links
from channels.twitter.channel import TwitterChannel
from channels.twitter.client import UserKeys, XClient
from channels.twitter.reader import Pace
from channels.web.channel import WebChannel
from channels.web.parse import SHORTEST_KEY
from channels.webhook.channel import WebhookChannel
from channels.webhook.sources import read_sources
from complaints.crypto import Keyring
from tests.harness import warm
from tests.harness.support import free_port, listens, wait_until
from tests.harness.telegram import telegram_channel
from tests.harness.telegram_standin import Telegram
from tests.harness.web import furnish
from tests.harness.web_cases import Cases
from tests.harness.webhook import hand_in, sources_file

PATIENCE_S = 6.0
"""How long an upstream waits for its answer in these tests; longer than a door waits for Kafka."""


class Driver(Protocol):
    """A channel and its upstream.

    Attributes:
        name: of the channel.
        later: the answer that means "no for now: send it again"; None if it asks upstream itself.
        answered: the last answer to upstream; None if there was none.
        patience_s: how long it waits for an answer.
    """

    name: str
    later: int | None
    answered: int | None
    patience_s: float

    def make(self, folder: Path, intake: Intake) -> Channel:
        """Return the channel as a process has it after a start, with a folder that is empty at first."""

    def say(self, text: str) -> bool:
        """Send a citizen's message; return whether upstream was told yes. Saying it again is a redelivery."""

    def close(self) -> None:
        """Stop the upstream."""


class Running:
    """A door that runs in a thread, until it is stopped or crashes."""

    def __init__(self, channel: Channel) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=channel.run, args=(self._stop,))
        self._thread.start()

    def stop(self) -> None:
        """Stop it cleanly."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


def upstream(name: str, folder: Path, *arguments: str, port: int) -> warm.Running:
    """Start a stand-in and wait until it listens."""
    log = folder / f"{name}.log"
    process = warm.run(f"embedded.{name}", "--data-dir", str(folder / name), *arguments, log=log)
    wait_until(lambda: listens(port), what=name)
    return process


class Sms:
    """SMPP over a real socket."""

    name = "sms"
    later: int | None = pdu.TEMPORARY
    answered: int | None = None
    patience_s = PATIENCE_S

    def __init__(self, folder: Path) -> None:
        self._port, control = free_port(), free_port()
        self._control = f"http://127.0.0.1:{control}"
        arguments = ("--port", str(self._port), "--control-port", str(control), "--password", "secret08")
        self._process = upstream("smsc", folder, *arguments, port=control)

    def make(self, folder: Path, intake: Intake) -> Channel:
        """Return the channel with one bind, whose account is begun: the sender step is not part of this suite."""
        assert folder.exists()
        links = read_links(f"smpp://lapor:secret08@127.0.0.1:{self._port}")
        channel = SmsChannel(links, intake=intake, turned=lambda: None)
        channel.accounts[0].begin(None)
        return channel

    def say(self, text: str) -> bool:
        """Deliver once, without the SMSC's own retries; a missing bind is waited for."""
        wanted = {
            "source": "6281234567890",
            "destination": "1708",
            "text": text,
            "timeout_s": self.patience_s,
            "retry": False,
        }
        wait_until(lambda: bool(httpx.get(f"{self._control}/status").json()["binds"]), what="the bind")
        answer = httpx.post(f"{self._control}/deliver", json=wanted, timeout=self.patience_s * 2)
        self.answered = answer.json().get("status")
        return bool(self.answered == 0)

    def close(self) -> None:
        """Stop the SMSC."""
        self._process.terminate()
        self._process.wait(30)


class Polled:
    """A channel that polls: yes is that the committed cursor is past the message."""

    later: int | None = None
    answered: int | None = None
    patience_s = PATIENCE_S

    def __init__(self) -> None:
        self._reached = 0
        self._begun = threading.Event()

    def seen(self, channel: Channel, name: str, *, number: int = 0) -> Channel:
        """Note how far a number of the cursor of an account is committed, and return the channel."""
        account = channel.accounts[number]
        begin, committed = account.begin, account.committed
        self._begun.clear()

        def begun(cursor: Mapping[str, Any] | None) -> None:
            begin(cursor)
            self._begun.set()

        def noted() -> None:
            page = account.page()
            self._reached = max(self._reached, int((page.cursor if page else {}).get(name, 0)))
            committed()

        account.begin, account.committed = begun, noted  # type: ignore[method-assign]  # the real ones are called too
        return channel

    def passed(self, number: int) -> bool:
        """Wait until the cursor has reached a number, and return whether it has in time; a process that joins its group is waited for."""
        wait_until(self._begun.is_set, timeout_s=60, what="the account")
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            if self._reached >= number:
                return True
            time.sleep(0.05)
        return False


class Twitter(Polled):
    """X by its stand-in."""

    name = "twitter"
    number = 0

    def __init__(self, folder: Path) -> None:
        super().__init__()
        port = free_port()
        self._base = f"http://127.0.0.1:{port}"
        self._process = upstream("x", folder, "--port", str(port), port=port)

    def make(self, folder: Path, intake: Intake) -> Channel:
        """Return the channel, which looks ten times a second."""
        assert folder.exists()
        keys = UserKeys.parse("a:b:c:d")
        client = XClient(self._base, bearer_token="t", account="lapor1708", user_keys=keys)
        pace = Pace(poll_s=0.1, monthly=1_000_000, now=lambda: datetime.now(UTC), messages_s=0.1)
        made = TwitterChannel(client, account="lapor1708", intake=intake, pace=pace, turned=lambda: None)
        return self.seen(made, "since_id", number=self.number)

    def say(self, text: str) -> bool:
        """Mention us; X never sends again by itself: what is behind the cursor is read again."""
        post = {"author": "warga", "text": f"@lapor1708 {text}", "mentions": ["lapor1708"]}
        return self.passed(int(httpx.post(f"{self._base}/_standin/tweets", json=post).json()["id"]))

    def close(self) -> None:
        """Stop the stand-in."""
        self._process.terminate()
        self._process.wait(30)


class TwitterDirect(Twitter):
    """The direct messages of X."""

    number = 1

    def say(self, text: str) -> bool:
        """Send us a direct message."""
        said = {"author": "warga", "text": text}
        return self.passed(int(httpx.post(f"{self._base}/_standin/messages", json=said).json()["id"]))


class Web:
    """The API by real HTTP; a redelivery has the same idempotency key."""

    name = "web"
    later: int | None = 503
    answered: int | None = None
    patience_s = PATIENCE_S

    def __init__(self, _: Path) -> None:
        self._port = free_port()

    def make(self, folder: Path, intake: Intake) -> Channel:
        """Return the channel as it runs."""
        return WebChannel(intake, ("127.0.0.1", self._port), furnish(folder, Cases()), turned=lambda: None)

    def say(self, text: str) -> bool:
        """Post as the mobile app does."""
        wait_until(lambda: listens(self._port), what="the web door")
        address = f"http://127.0.0.1:{self._port}/api/v1/complaints"
        try:
            answer = httpx.post(
                address,
                json={"text": text},
                headers={"Idempotency-Key": text.ljust(SHORTEST_KEY, "-")},
                timeout=self.patience_s,
            )
        except httpx.HTTPError:
            return False
        self.answered = answer.status_code
        return self.answered == 202

    def close(self) -> None:
        """Nothing to stop."""


class TelegramBot(Polled):
    """Telegram by its stand-in, each with a bot of its own: the update ids of another stand-in begin anew."""

    name = "telegram"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._token = f"{uuid4().int % 10**9}:the-only_token"
        self._upstream = Telegram(folder / "telegram", "--token", self._token)
        self._said: dict[str, int] = {}

    def make(self, folder: Path, intake: Intake) -> Channel:
        """Return the channel, whose poll waits a second."""
        keys = Keyring.from_secret(b"a secret of the tests, 32 bytes long")
        made = telegram_channel(self._upstream.base, folder, intake, keys=keys, token=self._token)
        return self.seen(made, "offset")

    def say(self, text: str) -> bool:
        """Write to the bot; an update that is not confirmed is given again by Telegram itself."""
        if text not in self._said:
            self._said[text] = self._upstream.say(text)["update_id"]
        return self.passed(self._said[text] + 1)

    def close(self) -> None:
        """Stop the stand-in."""
        self._upstream.stop()


class Hooks:
    """A source of signed webhooks; a redelivery has the same webhook-id, which may not say what the text says."""

    name = "webhook"
    later: int | None = 503
    answered: int | None = None
    patience_s = PATIENCE_S

    def __init__(self, _: Path) -> None:
        self._port = free_port()

    def make(self, folder: Path, intake: Intake) -> Channel:
        """Return the channel as it runs."""
        return WebhookChannel(
            intake,
            read_sources(sources_file(folder)),
            at=("127.0.0.1", self._port),
            pseudonym=lambda text: sha256(text.encode()).hexdigest(),
            turned=lambda: None,
        )

    def say(self, text: str) -> bool:
        """Hand in a complaint."""
        wait_until(lambda: listens(self._port), what="the webhook door")
        try:
            base, number = f"http://127.0.0.1:{self._port}", sha256(text.encode()).hexdigest()
            answer = hand_in(base, number, timeout_s=self.patience_s, text=text)
        except httpx.HTTPError:
            return False
        self.answered = answer.status_code
        return self.answered == 202

    def close(self) -> None:
        """Nothing to stop."""


POLLED = frozenset({"twitter", "twitter-direct", "telegram"})
"""The channels, and the part of one, that ask upstream for messages."""

DRIVERS: dict[str, Callable[[Path], Driver]] = {
    "sms": Sms,
    "twitter": Twitter,
    "twitter-direct": TwitterDirect,
    "telegram": TelegramBot,
    "web": Web,
    "webhook": Hooks,
}


def fresh(text: str) -> str:
    """Return a text that was never sent before."""
    return f"{text} {uuid4().hex[:8]}"
