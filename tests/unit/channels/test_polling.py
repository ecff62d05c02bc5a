"""A polled account: one page at a time, in one thread, and no error of the upstream ends it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from channels import polling
from channels.base import Page
from channels.intake import Intake
from channels.polling import AskedToWait, Pauses, Polling, Reader, Waits, record_of
from complaints.crypto import Keyring
from complaints.errors import CredentialsRefused, UpstreamUnavailable
from complaints.limits import MESSAGE_BYTES
from complaints.mail import Received
from complaints.storage.spool import Spool
from tests.harness.fakes import MemoryProducer
from tests.harness.support import message, wait_until
from tests.harness.there import there

PAUSES = Pauses(first_s=0.01, most_s=0.05)


class Numbers:
    """An upstream whose pages are numbers; it raises what it is told to before the next one."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.reads = list(errors), list[tuple[int, float]]()

    def read(self, cursor: Mapping[str, Any] | None, waits: Waits) -> Page | None:
        """Return the next number."""
        waits.sleep(0.01)
        at = (cursor or {"at": 0})["at"]
        self.reads.append((at, time.monotonic()))
        if self.errors:
            raise self.errors.pop(0)
        return Page(records=(), cursor={"at": at + 1})


@contextmanager
def begun(upstream: Reader, cursor: Mapping[str, Any] | None) -> Iterator[Polling]:
    """Give an account that is polled from a cursor on, and end it."""
    polled = Polling("telegram", upstream, pauses=PAUSES)
    polled.begin(cursor)
    yield polled
    polled.end()
    polled.join(5)


def at(polled: Polling) -> int:
    """Return the number of the page that comes."""
    wait_until(lambda: polled.page() is not None, what="the page")
    return int(there(polled.page()).cursor["at"])


def test_the_same_page_comes_until_it_is_committed() -> None:
    """Meanwhile nothing is read."""
    numbers = Numbers()
    with begun(numbers, None) as polled:
        assert [at(polled), at(polled)] == [1, 1]
        time.sleep(0.1)
        assert len(numbers.reads) == 1
        polled.committed()
        assert at(polled) == 2


def test_a_page_that_is_not_committed_ends_with_the_account() -> None:
    """Whoever begins next reads it again; a late commit changes nothing."""
    with begun(Numbers(), {"at": 7}) as polled:
        assert at(polled) == 8
        polled.end()
        assert polled.page() is None
        polled.committed()
        polled.begin({"at": 7})
        polled.begin({"at": 99})
        assert at(polled) == 8


@pytest.mark.parametrize(
    "error",
    [UpstreamUnavailable("away"), OSError("no disk"), CredentialsRefused("refused"), AskedToWait("later", 0.05)],
    ids=repr,
)
def test_no_error_of_the_upstream_ends_the_account(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same is read again, after a pause."""
    monkeypatch.setattr(polling, "REFUSED_PAUSE_S", 0.05)
    numbers = Numbers(error, error)
    with begun(numbers, {"at": 7}) as polled:
        assert at(polled) == 8
        assert [number for number, _ in numbers.reads] == [7, 7, 7]
        assert polled.crash is None


def test_a_fault_of_our_own_program_ends_the_channel() -> None:
    """A thread that dies in silence would leave the account deaf."""
    polled = Polling("telegram", Numbers(RuntimeError("a slip")), pauses=PAUSES)
    polled.begin(None)
    with pytest.raises(RuntimeError, match="a slip"):
        polled.watch(threading.Event(), lambda: None)


def test_a_thread_that_is_stuck_stops_the_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor then ends the process."""
    monkeypatch.setattr(polling, "TURN_S", 0.01)
    monkeypatch.setattr(polling, "STUCK_S", 0.1)
    hang, stop, beats = threading.Event(), threading.Event(), list[float]()

    class Hanging:
        def read(self, _cursor: Mapping[str, Any] | None, _waits: Waits) -> Page | None:
            hang.wait(30)
            return None

    with begun(Hanging(), None) as polled:
        watcher = threading.Thread(target=polled.watch, args=(stop, lambda: beats.append(time.monotonic())))
        watcher.start()
        wait_until(lambda: polled.stuck, what="the end of the signs of life")
        count = len(beats)
        time.sleep(0.1)
        assert 0 < count <= len(beats) <= count + 1
        stop.set()
        hang.set()
        watcher.join(5)


def test_a_message_that_is_too_large_becomes_one_that_cannot_be_read(keys: Keyring, tmp_path: Any) -> None:
    """An upstream that is polled would give it again for ever."""
    spool = Spool(tmp_path / "spool.db", max_bytes=1 << 20)
    intake = Intake("sms", keyring=keys, producer=MemoryProducer(), spool=spool)
    record = record_of(intake, message("x" * (MESSAGE_BYTES + 1), upstream_id="7"))
    intake.close()
    found = msgspec.json.decode(record.value, type=Received)
    assert found.error_class == "ContractViolation"
