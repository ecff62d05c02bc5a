"""The processes of channels: what a sender lacks stops no intake."""

import threading
from pathlib import Path

import pytest

from channels.sending import run
from channels.sending.accounts import Accounts
from channels.sending.run import Apart
from channels.sending.spec import SenderSpec
from complaints.bus.step.options import WorkerOptions
from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.runtime.upstream import SENDER, Upstream
from lapor.processes import run_channels
from lapor.processes.run_channels import again_each_minute, in_order, run_together
from tests.harness.sending_account import FakeAccount


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (ConfigurationError("lapor-sender-webhook has no position"), "has no position"),
        (RecursionError("of a citizen"), "an error of this program (RecursionError); the log says where"),
    ],
)
def test_a_sender_that_fails_is_told_and_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: Keyring, fault: Exception, shown: str
) -> None:
    """A group without a position, an error that nobody foresaw: the channels of the process go on, and doctor names what has not begun."""
    monkeypatch.setattr(run_channels, "FAILED_AGAIN_S", 0.3)
    stop, tries, reasons = threading.Event(), list[str](), list[str]()

    def send() -> None:
        tries.append("try")
        if len(tries) == 1:
            raise fault
        (told,) = Upstream.read(tmp_path, "webhook")
        tries.append(told.account)

    def beat() -> None:
        (told,) = Upstream.read(tmp_path, "webhook")
        reasons.append(told.reason)

    spec = SenderSpec(channel="webhook", keyring=keys)
    options = WorkerOptions(brokers="", ordinal=0, folder=tmp_path, heartbeat=beat)
    monkeypatch.setattr(run, "members", lambda _, __: None)
    apart = Apart(spec, Accounts("webhook", [FakeAccount("webhook/a", polled=False)]), options)
    again_each_minute(send, Upstream(tmp_path, "webhook"), apart=apart, stop=stop)
    assert tries == ["try", "try", SENDER]
    assert reasons[-1].startswith("No message of a citizen comes in by webhook/a. ")
    assert reasons[-1].endswith(shown)


def test_of_two_processes_whose_senders_fail_one_is_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: Keyring
) -> None:
    """What citizens write comes in by one bind, whoever works: the first process, until a sender of the other is in the group."""
    spec, group = SenderSpec(channel="sms", keyring=keys), list[str]()
    monkeypatch.setattr(run, "members", lambda _, __: frozenset(group))
    monkeypatch.setattr(run, "ASK_S", 0.0)
    processes = [Accounts("sms", [FakeAccount("sms/a", polled=False)]) for _ in range(2)]
    aparts = [
        Apart(spec, ours, WorkerOptions(brokers="", ordinal=number, folder=tmp_path))
        for number, ours in enumerate(processes)
    ]

    def bound() -> list[list[str]]:
        for apart in aparts:
            apart.look()
        return [list(ours.begun) for ours in processes]

    for apart in aparts:
        apart.begin()
    assert bound() == [["sms/a"], []]
    group.append(f"{spec.topics.name}-1")
    assert bound() == [[], []]  # the sender that works again binds itself
    group.clear()
    assert bound() == [["sms/a"], []]


@pytest.mark.parametrize("hangs", [False, True])
def test_an_intake_ends_after_its_sender_and_waits_for_it_only_so_long(
    monkeypatch: pytest.MonkeyPatch, *, hangs: bool
) -> None:
    """The accounts of the sender hear answers by the connections of the channel."""
    monkeypatch.setattr(run_channels, "FINISH_S", 0.2 if hangs else 60.0)
    stop, served, ended = threading.Event(), threading.Event(), list[str]()

    def serve(end: threading.Event) -> None:
        end.wait()
        ended.append("intake")
        served.set()

    def send() -> None:
        stop.wait()
        if hangs:
            served.wait()
        ended.append("sender")

    works = in_order(serve, send, stop)
    stop.set()
    run_together(works, stop)
    assert ended == (["intake", "sender"] if hangs else ["sender", "intake"])
