"""`lapor doctor` tells the truth of a stack that starts, of upstreams that were never reached, and of a service that keeps ending.

One folder lives through all of it: its stack comes to its end, starts with other settings, and at last well for the other tests.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from lapor.local.note import Stack
from ops.doctor import CRASH_LOOP
from ops.reach import NOT_YET_S
from tests.e2e.stack import RunningStack, Stacks
from tests.harness import command
from tests.harness.support import wait_until
from tests.harness.telegram_standin import Telegram

Said = dict[str, tuple[str, str]]


def doctor(stack: RunningStack) -> tuple[int, Said]:
    """Return the exit status, and what stands before and behind each finding."""
    answer = stack.run("doctor")
    lines = [line for line in answer.stdout.splitlines() if not line.startswith("     ->")]
    said = [line[5:].partition(": ") for line in lines]
    return answer.returncode, {
        what: (line[:4].strip(), detail) for line, (what, _, detail) in zip(lines, said, strict=True)
    }


def failures(stack: RunningStack) -> set[str]:
    """Return what has failed."""
    return {what for what, (seen, _) in doctor(stack)[1].items() if seen == "FAIL"}


@pytest.fixture(scope="module")
def ailing(stacks: Stacks) -> Iterator[RunningStack]:
    """A stack that is starting, with an SMSC that takes connections and never answers, and a token that Telegram refuses."""
    telegram = Telegram(stacks.folder.parent / "telegram")
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield stacks.ailing(
            LAPOR_SMPP=f"smpp://lapor:secret08@127.0.0.1:{listener.getsockname()[1]}",
            LAPOR_TELEGRAM_API=telegram.base,
            LAPOR_TELEGRAM_TOKEN="1708:another_token",
        )
    telegram.stop()


@pytest.fixture
def started(ailing: RunningStack) -> RunningStack:
    """It, once it is ready."""
    ailing.wait_ready()
    return ailing


def test_a_stack_that_starts_says_what_it_waits_for(ailing: RunningStack) -> None:
    """Exit status 2 from the first moment on, with every part that is planned; a feed says the same and what to do."""
    wait_until(lambda: Stack.running(ailing.folder) is not None, what="the note")
    status, said = doctor(ailing)
    assert status == 2
    assert said["stack"][0] == "wait"
    for part in ("topics", "conversation", "router", "sink", "sms", "sms-sender", "web"):
        assert said[part] == ("wait", "starting")
    file = ailing.folder.parent / "one.jsonl"
    file.write_text(json.dumps({"title": "", "text": "jalan rusak"}))
    fed = ailing.run("feed", str(file), "--channel", "web")
    assert fed.returncode == 1
    assert f"the stack in {ailing.folder} is still starting: " in fed.stderr
    assert "lapor doctor" in fed.stderr
    assert "LAPOR_" not in fed.stderr


def test_it_is_never_well_before_all_is_there(ailing: RunningStack) -> None:
    """A script that waits for exit status 0 must not send too soon."""
    while Stack.read(ailing.folder) and (note := Stack.running(ailing.folder)) and note.starting:
        status, said = doctor(ailing)
        note = Stack.running(ailing.folder)
        if note is not None and note.starting:
            assert status == 2, said
        time.sleep(0.3)  # each look costs the start
    ailing.wait_ready()


def test_a_channel_that_never_reached_its_upstream_is_a_failure(ailing: RunningStack) -> None:
    """With the reason, and without the secret; the other channels are well, in the same process."""
    accounts = ("upstream of sms", "upstream of telegram")

    def both_failed() -> bool:
        said = doctor(ailing)[1]
        found = [seen for what, (seen, _) in said.items() if what.startswith(accounts)]
        return found == ["FAIL", "FAIL"]

    wait_until(both_failed, timeout_s=NOT_YET_S + 60, what="two failures")
    status, said = doctor(ailing)
    assert status == 1
    reasons = {what.split(",")[0]: detail for what, (_, detail) in said.items() if what.startswith("upstream")}
    assert "does not answer bind_transceiver" in reasons["upstream of sms"]
    assert "LAPOR_TELEGRAM_TOKEN" in reasons["upstream of telegram"]
    assert said["upstream of twitter, @lapor1708"][0] == "ok"
    assert not any(what.startswith("upstream of web") for what in said)
    for loop in ("sms", "telegram", "twitter", "web"):
        assert said[loop][0] == "ok"
    assert said["restarts"][0] == "ok"
    shown = ailing.run("doctor").stdout
    assert "another_token" not in shown
    assert "secret08" not in shown


def test_each_group_is_listed_with_its_lag(started: RunningStack) -> None:
    """Those of the conversation and of the senders too, which are what a citizen waits for; but not that of a channel that does not run."""
    said = doctor(started)[1]
    for group in ("conversation", "router", "sink", "sender-sms", "sender-twitter", "sender-telegram"):
        assert said[f"lag of lapor-{group}"][0] == "ok"
    assert "lag of lapor-sender-webhook" not in said


def test_what_nobody_handles_is_told_with_its_age(started: RunningStack) -> None:
    """A sink that hangs, seconds before it would be taken for stuck."""
    sink = started.note.services["sink"]
    os.kill(sink, signal.SIGSTOP)
    try:
        report(started)
        wait_until(
            lambda: "the oldest for " in doctor(started)[1]["lag of lapor-sink"][1], what="the complaint", timeout_s=20
        )
    finally:
        os.kill(sink, signal.SIGCONT)


def _is_another(stack: RunningStack, than: int) -> bool:
    return stack.note.services["router"] != than


def test_a_crash_loop_is_a_failure_with_its_log(started: RunningStack) -> None:
    """One restart is worth a word; the third within minutes is no accident."""
    seen = []
    for number in range(1, CRASH_LOOP + 1):
        killed = started.kill("router")
        wait_until(partial(_is_another, started, killed), what="the restart", timeout_s=60)
        seen.append(doctor(started)[1]["restarts of router"][0])
        assert len(started.note.restarts["router"]) == number
    assert seen == ["warn"] * (CRASH_LOOP - 1) + ["FAIL"]
    answer = started.run("doctor")
    assert answer.returncode == 1
    assert str(started.folder / "logs" / "router.log") in answer.stdout


def test_a_supervisor_that_is_gone_is_told_and_what_it_left(started: RunningStack) -> None:
    """Its services go on, and nobody starts them again when they end."""
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.wait(10)
    status, said = doctor(started)
    assert (status, said["stack"][0]) == (1, "FAIL")
    assert "router" in said["stack"][1]


def report(stack: RunningStack) -> str:
    """Report something by the API, and return its code."""
    address = f"http://{stack.note.addresses['web']}/api/v1/complaints"
    taken = httpx.post(address, json={"text": "lampu mati di Kota Medan"}, trust_env=False)
    assert taken.status_code == 202
    return str(taken.json()["tracking_code"])


def test_a_start_without_clickhouse_takes_and_answers_messages_and_says_what_fails(stacks: Stacks) -> None:
    """Rows are late and nothing else, in the folder of the one that was killed: the host of ClickHouse may come back an hour after ours."""
    late = stacks.ailing(LAPOR_CLICKHOUSE="clickhouse://x:y@127.0.0.1:9/lapor")
    late.wait_ready()
    assert "sink does not start; its log says:\nlapor: no ClickHouse at 127.0.0.1:9" in late.printed
    assert "the others go on" in late.printed
    wait_until(lambda: {"clickhouse", "sink"} <= failures(late), what="the failures", timeout_s=60)
    assert failures(late) <= {"clickhouse", "sink", "restarts of sink", "rows of the sink", "owners"}
    status, said = doctor(late)
    assert (status, said["stack"][0]) == (1, "ok")
    code = report(late)
    wait_until(lambda: late.run("case", "show", code).returncode == 0, what="the case", timeout_s=60)


def test_ctrl_c_stops_all_and_keeps_the_data(stacks: Stacks) -> None:
    """The next start takes the same addresses, and has all complaints, of the first stack too."""
    late = stacks.running
    note = late.note
    assert late.stop() == 0
    assert not [pid for pid in note.services.values() if psutil.pid_exists(pid)]
    again = stacks.well()
    wait_until(lambda: again.query("SELECT count() FROM complaints") == [["2"]], what="both complaints", timeout_s=60)
    assert again.note.addresses["kafka"] == note.addresses["kafka"]


def test_without_a_stack_the_settings_are_looked_at(tmp_path: Path) -> None:
    """As on a server, where `lapor up` does not run; servers that never answer hold nobody up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPOR_")}
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        at = f"127.0.0.1:{silent.getsockname()[1]}"
        environment |= {
            "LAPOR_DATA": str(tmp_path),
            "LAPOR_KAFKA": at,
            "LAPOR_CLICKHOUSE": f"clickhouse://lapor@{at}/lapor",
        }
        answer = command.run("doctor", environment=environment)
    assert answer.returncode == 1
    assert "ok   stack: none runs in" in answer.stdout
    for server in ("kafka", "clickhouse"):
        assert f"FAIL {server}: " in answer.stdout
