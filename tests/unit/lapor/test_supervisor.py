"""The supervisor on real processes: what dies or no longer turns is started again, and all stop in order."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from complaints.errors import UnavailableError
from complaints.runtime.http_server import listening_socket
from complaints.runtime.telemetry import Heartbeat
from lapor.local import supervisor as module
from lapor.local.pulse import Pulse, waits_of
from lapor.local.supervisor import FIRST_PAUSE_S, LOG_BYTES, WATCH_EVERY_S, Service, Supervisor, end_leftovers
from lapor.processes import forks
from lapor.processes.forks import end_parent
from tests.harness.support import wait_until
from tests.harness.there import there

SLEEPS = "import os, time; os.write(1, b'up\\n'); time.sleep(60)"  # a print without buffer writes a line in two parts
ENDS_SLOWLY = """
import pathlib, signal, sys, time
def end(*_):
    with open('order', 'a') as order:
        order.write(sys.argv[1])
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path('ready-' + sys.argv[1]).touch()
time.sleep(60)
"""
BEATS_ONCE = """
import sys, time, pathlib
from complaints.runtime.telemetry import Heartbeat
Heartbeat(pathlib.Path(sys.argv[1]), 'worker').beat()
time.sleep(60)
"""
BEATS_FOR_EVER = """
import sys, time, pathlib
from complaints.runtime.telemetry import Heartbeat
beat = Heartbeat(pathlib.Path(sys.argv[1]), 'worker')
while True:
    beat.beat()
    time.sleep(0.1)
"""
HAS_A_CHILD = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', sys.argv[1]])
pathlib.Path('child').write_text(str(child.pid))
time.sleep(60)
"""


ANSWERS_ONCE = """
import socket, sys
at, status = map(int, sys.argv[1:])
with socket.socket(fileno=at) as listener:
    listener.setblocking(True)
    listener.accept()[0].sendall(b'here')
sys.exit(status)
"""


def python(name: str, code: str, *arguments: str, beats: bool = False) -> Service:
    """Return a service that runs some code."""
    return Service(name=name, command=[sys.executable, "-c", code, *arguments], beats=(name,) if beats else ())


@pytest.fixture
def started() -> list[str]:
    """Who was started, in order."""
    return []


@pytest.fixture
def supervisor(tmp_path: Path, started: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """Keeps nothing yet; its services run in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setattr(forks, "PARENT", "lapor.processes.forking")  # what services share takes seconds to load
    made = Supervisor(tmp_path, changed=lambda service: started.append(service.name))
    yield made
    made.stop()
    end_parent()
    assert not any(service.alive for service in made.services)


def pid(service: Service) -> int:
    """Return the process of now."""
    assert service.process is not None
    return service.process.pid


def test_what_dies_is_started_again(supervisor: Supervisor, started: list[str]) -> None:
    """With a log of both lives that says, as JSON, how the first one ended; whoever wants to know is told of each start."""
    service = python("worker", SLEEPS)
    supervisor.start(service)
    wait_until(lambda: "up" in supervisor.log_tail("worker"), what="the first life")
    first = pid(service)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: service.alive and pid(service) != first, what="the second life")
    wait_until(lambda: supervisor.log_tail("worker").splitlines().count("up") == 2, what="its log")
    assert service.restarts == 1
    assert started == ["worker", "worker"]
    (line,) = [json.loads(line) for line in supervisor.log_tail("worker").splitlines() if line.startswith("{")]
    assert line["event"] == "worker ended by SIGKILL"


@pytest.mark.parametrize("status", [0, 3])
def test_what_has_a_listener_runs_only_when_somebody_connects(
    supervisor: Supervisor, started: list[str], status: int
) -> None:
    """Each visitor is served, whether the process before ended by itself or died. Only its death is a restart."""
    with listening_socket("127.0.0.1", 0) as listener:
        service = python("page", ANSWERS_ONCE, str(listener.fileno()), str(status))
        service.listener = listener
        supervisor.start(service)
        time.sleep(3 * WATCH_EVERY_S)
        assert started == []
        for visits in (1, 2):
            with socket.create_connection(listener.getsockname(), timeout=30) as visitor:
                assert visitor.recv(4) == b"here"
            assert started == ["page"] * visits
            wait_until(lambda: not service.alive, what="its end")
        time.sleep(3 * WATCH_EVERY_S)
        assert (started, service.restarts) == (["page"] * 2, int(status != 0))


def test_what_keeps_dying_is_started_at_growing_pauses(supervisor: Supervisor) -> None:
    """A wrong setting does not fill the disk with logs. The times are kept: who looks later sees whether it is a crash loop."""
    service, before = python("broken", "import time; print(time.monotonic(), flush=True)"), time.time()
    supervisor.start(service)

    def lives() -> list[float]:
        return [float(line) for line in supervisor.log_tail("broken").splitlines() if not line.startswith("{")]

    wait_until(lambda: len(lives()) >= 3, what="three lives")
    first, second, third, *_ = lives()
    assert second - first > FIRST_PAUSE_S * 2  # at the least: how long a process takes to start is added
    assert third - second > FIRST_PAUSE_S * 4
    wait_until(lambda: len(service.restarted) == service.restarts >= 2, what="the times of two restarts")
    assert all(before <= at <= time.time() for at in service.restarted)


def test_what_does_not_start_says_the_end_of_its_log(supervisor: Supervisor) -> None:
    """The operator reads the reason at once. The log is kept over runs: an error of a former one would be taken for the reason."""
    log = supervisor._logs / "broken.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("an error of yesterday\n")
    service = python("broken", "raise SystemExit('no room on the moon')")
    supervisor.start(service)
    wait_until(lambda: "moon" in supervisor.log_tail("broken"), what="its last words")
    assert "yesterday" not in supervisor.log_tail("broken")
    with pytest.raises(UnavailableError, match=r"(?s)broken does not start.*no room on the moon"):
        supervisor.wait(service, lambda: False, timeout_s=0.5)


def test_a_loop_that_no_longer_turns_is_killed_and_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    """It runs, but it does nothing: only its heartbeat tells. The log has which loop was silent, and for how long."""
    service = python("worker", BEATS_ONCE, str(tmp_path / "heartbeats"), beats=True)
    service.stale_s = 1.0  # thirty seconds are for people
    supervisor.start(service)
    wait_until(lambda: supervisor.has_turned(service), what="its only turn")
    first = pid(service)
    wait_until(lambda: service.restarts >= 1 and pid(service) != first, what="the second life")
    line = next(json.loads(line) for line in supervisor.log_tail("worker").splitlines() if line.startswith("{"))
    assert line["event"].startswith("worker was killed because it hung: the loop worker had no heartbeat for 1.")


def test_the_worker_of_a_step_that_hangs_runs_again_within_four_seconds(supervisor: Supervisor, tmp_path: Path) -> None:
    """Each time: what it holds up waits for it, so the pauses do not grow."""
    service = python("worker", BEATS_ONCE, str(tmp_path / "heartbeats"), beats=True)
    service.stale_s = Heartbeat.STEP_STALE_AFTER_S
    supervisor.start(service)
    for _ in range(2):
        wait_until(lambda: supervisor.has_turned(service), what="its only turn")
        turned, first = time.monotonic(), pid(service)
        wait_until(lambda: service.alive and pid(service) != first, what="the next life")  # noqa: B023
        assert Heartbeat.STEP_STALE_AFTER_S - 0.5 < time.monotonic() - turned < 4.5


def test_a_heartbeat_of_a_former_life_counts_for_nothing(supervisor: Supervisor, tmp_path: Path) -> None:
    """Neither as a turn nor as a stale one: the new process has its time to start."""
    Heartbeat(tmp_path / "heartbeats", "worker").beat()
    old = time.time() - 3600
    os.utime(tmp_path / "heartbeats" / "worker", (old, old))
    service = python("worker", SLEEPS, beats=True)
    supervisor.start(service)
    time.sleep(0.6)  # the watch looks five times a second
    assert service.alive
    assert service.restarts == 0
    assert not supervisor.has_turned(service)


def test_services_stop_rank_by_rank(supervisor: Supervisor, tmp_path: Path) -> None:
    """Doors before workers, workers before servers; each has the time to finish."""
    for rank, name in enumerate("abc"):
        service = python(name, ENDS_SLOWLY, name)
        service.rank = rank
        supervisor.start(service)
    wait_until(lambda: all((tmp_path / f"ready-{name}").exists() for name in "abc"), what="all three")
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "cba"


def test_services_of_one_rank_stop_together(supervisor: Supervisor, tmp_path: Path) -> None:
    """A person waits for the slowest of them, not for all in turn: each ends only when the other has been told, too."""
    each = """
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path('told-' + sys.argv[1]).touch()
    while not pathlib.Path('told-' + sys.argv[2]).exists():
        time.sleep(0.01)
    pathlib.Path('ended-' + sys.argv[1]).touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path('ready-' + sys.argv[1]).touch()
time.sleep(60)
"""
    for name, other in ("ab", "ba"):
        supervisor.start(python(name, each, name, other))
    wait_until(lambda: all((tmp_path / f"ready-{name}").exists() for name in "ab"), what="both")
    supervisor.stop()
    assert all((tmp_path / f"ended-{name}").exists() for name in "ab")


def forked(name: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service that is a fork and runs a module with some code."""
    (tmp_path / f"{name}_module.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    command = [sys.executable, "-m", f"{name}_module", "said"]
    return Service(name=name, command=command, forked=True, environment={"TOLD": "here"})


TELLS = """
import os, sys, time
print(sys.argv[1:], os.environ["TOLD"], os.getsid(0) == os.getpid(), __name__, flush=True)
time.sleep(60)
"""


def test_a_fork_runs_its_module_as_python_does_and_is_started_again(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its arguments, its environment, its log and a session of its own; how it ended is known, though it is no child."""
    service = forked("fork", TELLS, tmp_path, monkeypatch)
    supervisor.start(service)
    wait_until(lambda: "['said'] here True __main__" in supervisor.log_tail("fork"), what="the first life")
    first = pid(service)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.log_tail("fork").count("__main__") == 2, what="the second life")
    assert service.alive
    assert pid(service) != first
    assert "fork ended by SIGKILL" in supervisor.log_tail("fork")


def test_a_fork_outlives_the_process_that_it_was_forked_from(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lives is not started a second time; the next fork has a new parent; and all stop as ever."""
    service = forked("orphan", TELLS, tmp_path, monkeypatch)
    supervisor.start(service)
    wait_until(lambda: "__main__" in supervisor.log_tail("orphan"), what="the first life")
    first, parent = pid(service), psutil.Process(pid(service)).parent()
    assert parent is not None
    assert parent.pid != os.getpid()
    parent.kill()
    wait_until(lambda: psutil.Process(first).ppid() != parent.pid, what="an orphan")
    assert service.alive
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.log_tail("orphan").count("__main__") == 2, what="the second life")
    assert service.restarts == 1
    supervisor.stop()
    assert not service.alive


def test_a_fork_starts_whatever_the_folder_of_temporary_files_is_called(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of a Unix socket has at most 108 bytes; nobody chooses the name of TMPDIR by that, and some tidy it up."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 50)))
    service = forked("fork", TELLS, tmp_path, monkeypatch)
    supervisor.start(service)
    wait_until(lambda: "__main__" in supervisor.log_tail("fork"), what="the fork")


STARTS_A_FORK = """
import os, sys, threading
from pathlib import Path
from lapor.local.supervisor import Service, Supervisor
from lapor.processes import forks
forks.PARENT = "lapor.processes.forking"
service = Service(name="fork", command=[sys.executable, "-m", "fork_module"], forked=True, environment={"TOLD": "here"})
Supervisor(Path(sys.argv[1]), changed=lambda service: print(service.process.pid, flush=True)).start(service)
threading.Event().wait()
"""


def test_who_reads_the_output_of_a_killed_supervisor_sees_its_end(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lapor up | cat` after kill -9: what goes on, and what it was forked from, hold neither the pipe nor the terminal."""
    forked("fork", TELLS, tmp_path, monkeypatch)
    command = [sys.executable, "-c", STARTS_A_FORK, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as killed:
        assert killed.stdout is not None
        fork = psutil.Process(int(killed.stdout.readline()))
        parent = fork.parent()
        try:
            wait_until(lambda: "__main__" in supervisor.log_tail("fork"), what="the fork")
            killed.kill()
            assert killed.stdout.read() == b""
            assert fork.is_running()
            assert parent is not None
            wait_until(lambda: not parent.is_running(), what="the end of the parent, which nobody can ask any more")
        finally:
            fork.kill()


def test_a_fork_that_cannot_be_made_is_told_with_its_reason(tmp_path: Path, supervisor: Supervisor) -> None:
    """The parent of the services that does not come up leaves why in the log of the service, and the next start has another one."""
    broken = Service(name="fork", command=[str(tmp_path / "python"), "-m", "fork_module"], forked=True)
    (tmp_path / "python").write_text("#!/bin/sh\necho no room on the moon\n")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(OSError, match="the parent of the services ended"):
        supervisor.start(broken)
    assert "moon" in supervisor.log_tail("fork")
    supervisor.services.clear()


def test_what_forks_share_starts_no_thread() -> None:
    """A thread would not outlive the fork, and what it holds would never be free again."""
    counts = "import psutil, lapor.processes.shared; print(psutil.Process().num_threads())"
    found = subprocess.run([sys.executable, "-c", counts], capture_output=True, text=True, check=True, timeout=120)
    assert found.stdout.strip() == "1"


def test_what_does_not_stop_is_killed(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing acked is lost by that."""
    monkeypatch.setattr(module, "STOP_TIMEOUT_S", 0.2)  # fifteen seconds are for services at work
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    service = python("deaf", deaf)
    supervisor.start(service)
    wait_until(lambda: "up" in supervisor.log_tail("deaf"), what="deaf ears")
    supervisor.stop()
    assert not service.alive


def test_nothing_is_started_again_after_the_stop(supervisor: Supervisor, started: list[str]) -> None:
    """Dying on request is no death."""
    supervisor.start(python("worker", SLEEPS))
    supervisor.stop()
    time.sleep(0.6)
    assert started == ["worker"]


def test_a_large_log_is_set_aside_at_the_next_start(supervisor: Supervisor, tmp_path: Path) -> None:
    """One old one is kept, and the disk is not filled."""
    (tmp_path / "logs").mkdir()
    with (tmp_path / "logs" / "worker.log").open("wb") as log:
        log.truncate(LOG_BYTES + 1)
    supervisor.start(python("worker", SLEEPS))
    assert (tmp_path / "logs" / "worker.log.1").stat().st_size == LOG_BYTES + 1
    assert (tmp_path / "logs" / "worker.log").stat().st_size < 100


def test_a_start_that_fails_is_tried_again_and_the_watch_goes_on(supervisor: Supervisor, tmp_path: Path) -> None:
    """No memory or a full disk may pass; the others are still looked after."""
    tool = tmp_path / "tool"
    tool.symlink_to(sys.executable)
    service = Service(name="worker", command=[str(tool), "-c", "pass"])
    supervisor.start(service)
    tool.unlink()
    wait_until(lambda: service.restarts >= 2, what="two failed starts")
    tool.symlink_to(sys.executable)
    service.command[2] = SLEEPS
    wait_until(lambda: service.alive, what="the start that works")


def test_leftovers_of_a_killed_supervisor_are_ended(supervisor: Supervisor) -> None:
    """By pid and the time of birth, so that only the very process is meant."""
    service = python("left", SLEEPS)
    supervisor.start(service)
    wait_until(lambda: "up" in supervisor.log_tail("left"), what="it")
    born = psutil.Process(pid(service)).create_time()
    assert end_leftovers({pid(service): born - 100}, psutil.boot_time()) == []
    assert service.alive
    assert end_leftovers({pid(service): born, 2**22 + 1: born}, psutil.boot_time()) == [pid(service)]


@pytest.mark.parametrize("stale_s", [Heartbeat.STALE_AFTER_S, Heartbeat.STEP_STALE_AFTER_S])
def test_a_clock_that_is_set_ahead_kills_nobody(supervisor: Supervisor, tmp_path: Path, stale_s: float) -> None:
    """All heartbeats seem an hour old at once, until each loop has turned."""
    service = python("worker", BEATS_FOR_EVER, str(tmp_path / "heartbeats"), beats=True)
    service.stale_s = stale_s
    supervisor.start(service)
    wait_until(lambda: supervisor.has_turned(service), what="a turn")
    service.started -= 7200  # it has run for long
    old = time.time() - 3600
    os.utime(tmp_path / "heartbeats" / "worker", (old, old))
    time.sleep(1.5)
    assert service.alive
    assert service.restarts == 0


def test_a_loop_that_never_turns_is_killed_too(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs before its first turn, and would do so for ever."""
    monkeypatch.setattr(module, "START_S", 0.5)  # two minutes are for servers that start slowly
    service = python("worker", SLEEPS, beats=True)
    supervisor.start(service)
    wait_until(lambda: service.restarts >= 1, what="the second life")


def test_what_a_service_started_ends_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    """A child that ignores the stop of its parent would hold the folder and the port of the next start."""
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    supervisor.start(python("parent", HAS_A_CHILD, deaf))
    wait_until(lambda: "deaf" in supervisor.log_tail("parent"), what="the child")
    child = psutil.Process(int((tmp_path / "child").read_text()))
    supervisor.stop()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, what="its end")


def test_a_wait_ends_with_the_stop(supervisor: Supervisor) -> None:
    """A start that is stopped does not wait for what will not come."""
    service, stop = python("worker", SLEEPS), threading.Event()
    supervisor.start(service)
    threading.Timer(0.3, stop.set).start()
    before = time.monotonic()
    supervisor.wait(service, lambda: False, timeout_s=60, stop=stop)
    assert time.monotonic() - before < 30


def test_who_waits_for_a_processor_is_not_hung(tmp_path: Path) -> None:
    """A machine with too much to do would kill what works, and have more to do."""
    waited = {7: 0}
    pulse = Pulse(tmp_path, ["loop"], now=0.0)
    (tmp_path / "loop").touch()
    assert pulse.silence(0.0, lambda: waited) == ("loop", 0.0)
    silent = [pulse.silence(at / 2, lambda: waited) for at in range(1, 5)]
    assert silent[-1] == ("loop", 2.0)
    waited = {7: 400_000_000, 8: 900_000_000}  # a thread that is new waited before
    assert there(pulse.silence(2.5, lambda: waited))[1] == pytest.approx(2.1)
    assert sys.platform != "linux" or waits_of(os.getpid()).keys() >= {threading.get_native_id()}
    assert waits_of(2**30) == {}
