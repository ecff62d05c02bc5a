"""kill -9 of each part in the middle of a feed: the supervisor starts it again, and nothing is lost."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.stack import LAPOR, RunningStack, complaints, write_jsonl
from tests.harness.support import wait_until

PARTS = ("router", "sink", "view", "kafka", "clickhouse")


def fed_while_killing(folder: Path, parts: tuple[str, ...], count: int, rate: float) -> dict[str, float]:
    """Feed complaints and kill each part once meanwhile; return what the feed says."""
    stack = RunningStack(folder / "data")
    try:
        file = write_jsonl(folder / "feed.jsonl", complaints(count))
        command = [*LAPOR, "feed", str(file), "--channel", "mixed", "--rate", str(rate)]
        feed = subprocess.Popen(
            command, env=stack._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for part in parts:
            time.sleep(count / rate / (len(parts) + 1))
            assert feed.poll() is None
            before = stack.kill(part)
            wait_until(lambda part=part, before=before: stack.note.services[part] != before, what=f"a new {part}")  # type: ignore[misc]
        out, err = feed.communicate(timeout=170)
        assert feed.returncode == 0, out + err
        assert stack.query("SELECT count(), uniqExact(complaint_id) FROM complaints") == [[str(count), str(count)]]
        assert stack.query("SELECT count() FROM cases WHERE owner = ''") == [["0"]]
        wait_until(lambda: told(stack) == count, what="a word to every citizen", timeout_s=90)
        result: dict[str, float] = json.loads(out.splitlines()[-1])
        return result
    finally:
        stack.stop()


def told(stack: RunningStack) -> int:
    """Return how many complaints' citizens have heard from us, on their own channel: on the web the page of the case says it."""
    ((count,),) = stack.query(
        "SELECT uniqExact(complaint_id) FROM (SELECT complaint_id FROM deliveries WHERE outcome = 'sent'"
        " UNION ALL SELECT complaint_id FROM replies WHERE channel = 'web')"
    )
    return int(count)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_872_complaints_survive_the_death_of_every_part(tmp_path: Path) -> None:
    """Router, sink, view, Kafka and ClickHouse, each once: all sent, owned, stored and answered, none lost."""
    result = fed_while_killing(tmp_path, PARTS, count=872, rate=40.0)
    assert {name: result[name] for name in ("sent", "owned", "stored", "lost")} == {
        "sent": 872,
        "owned": 872,
        "stored": 872,
        "lost": 0,
    }


@pytest.mark.long
@pytest.mark.timeout(600)
def test_doors_and_stand_ins_die_too(tmp_path: Path) -> None:
    """The SMSC, X and the three doors: what upstream was not told yes for, it sends again."""
    result = fed_while_killing(tmp_path, ("sms", "twitter", *PARTS, "sms"), count=1500, rate=30.0)
    assert (result["sent"], result["lost"]) == (1500, 0)
