"""What the channels say of their upstreams, against SMSCs and stand-ins that are away, silent or unwilling."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from channels.sms import bind as bind_module
from channels.sms import session
from channels.sms.bind import Bind
from channels.sms.links import Link
from channels.telegram.client import TelegramClient
from complaints.errors import UpstreamUnavailable
from complaints.runtime.address import Address, parse_address
from complaints.runtime.upstream import Reach, Upstream
from tests.harness.sms import BIND_RESP, OddSmsc, frame
from tests.harness.support import free_port, wait_until
from tests.harness.telegram_standin import TOKEN, Telegram

Bound = Callable[[Address], None]


def said(folder: Path, channel: str) -> Reach:
    """Return what a channel says of its only account."""
    (found,) = Upstream.read(folder, channel)
    return found


@pytest.fixture
def bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bound]:
    """Runs a bind to an address, in a thread, until the test ends."""
    monkeypatch.setattr(session, "ANSWER_TIMEOUT_S", 0.5)  # ten seconds are for operators
    monkeypatch.setattr(bind_module, "LONGEST_PAUSE_S", 0.2)
    stop, threads = threading.Event(), list[threading.Thread]()

    def run(address: Address) -> None:
        link = Link(name="lapor@smsc", address=address)
        made = Bind(link, handler=lambda *_: None, turned=lambda: None, upstream=Upstream(tmp_path, "sms"))
        threads.append(threading.Thread(target=made.run, args=(stop,)))
        threads[-1].start()
        wait_until(lambda: bool(Upstream.read(tmp_path, "sms")), what="the first word")

    yield run
    stop.set()
    for thread in threads:
        thread.join(15)
        assert not thread.is_alive()


@pytest.fixture
def smsc() -> Iterator[OddSmsc]:
    """One that says what it is told to."""
    made = OddSmsc("lapor")
    yield made
    made.close()


def at(port: int) -> Address:
    """Return an SMSC's address."""
    return parse_address(f"smpp://lapor:secret08@127.0.0.1:{port}", scheme="smpp", default_port=2775)


def failing(folder: Path, reason: str) -> Callable[[], bool]:
    """Return the question whether the bind fails for a reason."""
    return lambda: reason in said(folder, "sms").reason


def test_an_smsc_that_nobody_runs(tmp_path: Path, bound: Bound) -> None:
    """Its machine says so at once."""
    bound(at(free_port()))
    wait_until(failing(tmp_path, "Connection refused"), what="the reason")
    assert said(tmp_path, "sms").reached is None


def test_an_smsc_that_takes_the_connection_and_never_answers(tmp_path: Path, bound: Bound) -> None:
    """The port is open, so a look from outside finds all well."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        bound(at(listener.getsockname()[1]))
        wait_until(failing(tmp_path, "does not answer bind_transceiver"), what="the reason")
    assert said(tmp_path, "sms").reached is None


def test_an_smsc_that_refuses_the_password(tmp_path: Path, bound: Bound, smsc: OddSmsc) -> None:
    """By the name that stands in every operator's manual; the password itself is told to nobody."""
    bound(smsc.address)
    smsc.accept(frame(BIND_RESP, 1, status=0x0E))
    wait_until(failing(tmp_path, "ESME_RINVPASWD (0x0e)"), what="the reason")
    assert said(tmp_path, "sms").reached is None
    assert "secret08" not in (tmp_path / "sms.json").read_text()


def test_a_link_that_breaks_was_reached_before(tmp_path: Path, bound: Bound, smsc: OddSmsc) -> None:
    """A restart of the SMSC is no failure yet."""
    bound(smsc.address)
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    wait_until(lambda: said(tmp_path, "sms").reached is not None, what="the bind")
    assert said(tmp_path, "sms").failing is None
    smsc.drop()
    wait_until(failing(tmp_path, "closed the connection"), what="the break")
    found = said(tmp_path, "sms")
    assert found.reached is not None
    assert found.failing is not None


@pytest.fixture(scope="module")
def telegram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """The stand-in."""
    made = Telegram(tmp_path_factory.mktemp("telegram") / "data")
    yield made
    made.stop()


def test_telegram_is_away(tmp_path: Path) -> None:
    """Nobody listens."""
    client = TelegramClient(f"http://127.0.0.1:{free_port()}", token=TOKEN, upstream=Upstream(tmp_path, "telegram"))
    with pytest.raises(UpstreamUnavailable):
        client.me().result(15)
    client.close()
    assert "does not answer" in said(tmp_path, "telegram").reason
    assert TOKEN not in (tmp_path / "telegram.json").read_text()


def test_telegram_answers_and_an_answer_of_later_is_one_too(tmp_path: Path, telegram: Telegram) -> None:
    """429 comes from Telegram itself: it is reached."""
    client = TelegramClient(telegram.base, token=TOKEN, upstream=Upstream(tmp_path, "telegram"))
    client.me().result(15)
    first = said(tmp_path, "telegram").reached
    assert first is not None
    telegram.fail(429, method="getMe", retry_after_s=1)
    with pytest.raises(UpstreamUnavailable):
        client.me().result(15)
    client.close()
    assert said(tmp_path, "telegram").failing is None
