"""What the embedded ClickHouse promises as a process: its folder, its signals, and what a kill leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from math import inf
from pathlib import Path

import psutil
import pytest
from clickhouse_driver.errors import Error, ServerException

from embedded.clickhouse import ClickHouseServer, FolderInUseError, ServerConfig
from embedded.clickhouse.accounts import ANALYST
from embedded.clickhouse.engine.watch import Turns, Watch
from embedded.clickhouse.errors import ServerError
from tests.harness.clickhouse import code_of, new_client, served, start, stop
from tests.harness.support import wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_also_while_a_query_runs(tmp_path: Path, number: int) -> None:
    """Supervisors and Ctrl-C end it with code 0 within seconds, whatever its clients do."""
    process, port = start(tmp_path)
    with new_client(port) as client:
        client.execute("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
        client.execute("INSERT INTO t VALUES", [(1,)])
    with new_client(port) as slow:
        slow.execute_with_progress("SELECT sum(sleepEachRow(0.01)) FROM numbers(100000) SETTINGS max_block_size = 10")
        assert stop(process, number) == 0  # in the time that `stop` waits; the query would take 1,000 s
    process, port = start(tmp_path)
    with new_client(port) as client:
        assert client.execute("SELECT a FROM t") == [(1,)]
    assert stop(process) == 0


def test_a_kill_loses_no_answered_insert(tmp_path: Path) -> None:
    """After kill -9 in the middle of inserts, a restart takes seconds and every answered row is there."""
    process, port = start(tmp_path)
    answered: list[int] = []

    def insert() -> None:
        with new_client(port) as client:
            client.execute("CREATE TABLE t (a UInt32, s String) ENGINE = MergeTree ORDER BY a")
            try:
                for batch in range(10_000):
                    client.execute("INSERT INTO t VALUES", [(batch * 10 + at, "x" * 100) for at in range(10)])
                    answered.append(batch)
            except (EOFError, OSError, Error):  # the kill meets the driver while it reads, writes or connects again
                pass

    thread = threading.Thread(target=insert)
    thread.start()
    wait_until(lambda: len(answered) >= 20, what="twenty answers")
    assert stop(process, signal.SIGKILL) == -signal.SIGKILL
    thread.join(30)
    begun = time.monotonic()
    process, port = start(tmp_path)
    assert time.monotonic() - begun < 30
    with new_client(port) as client:
        stored = {row[0] for row in client.execute("SELECT a FROM t")}
    assert {batch * 10 + at for batch in answered for at in range(10)} <= stored
    assert len(stored) % 10 == 0
    assert not list((tmp_path / "spool").iterdir())
    assert stop(process) == 0


def refused(folder: Path, port: int = 0) -> str:
    """Start a second server, which must end with a sentence, and return that."""
    command = [sys.executable, "-m", "embedded.clickhouse", "--port", str(port), "--data-dir", str(folder)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (second.returncode, "Traceback" in second.stderr) == (1, False)
    return second.stderr


def test_a_second_server_on_a_folder_or_a_port_is_told_what_to_do(tmp_path: Path) -> None:
    """One process a folder: the refusal names the owner and the ways out. Code that starts a server catches one class."""
    process, port = start(tmp_path / "first")
    try:
        told = refused(tmp_path / "first")
        assert f"in use by process {process.pid}" in told
        assert "--data-dir" in told
        assert "Address already in use" in refused(tmp_path / "second", port)
        with pytest.raises(FolderInUseError), ClickHouseServer(ServerConfig(data_dir=tmp_path / "first", port=0)):
            pass
    finally:
        assert stop(process) == 0


def test_it_is_small_when_idle(tmp_path: Path) -> None:
    """An idle server stays below 350 MiB and does not use the processor."""
    process, port = start(tmp_path)
    try:
        with new_client(port) as client:
            client.execute("SELECT 1")
        measured = psutil.Process(process.pid)

        def at_rest() -> bool:
            before = measured.cpu_times()
            time.sleep(1)
            after = measured.cpu_times()
            return after.user + after.system - before.user - before.system < 0.2

        wait_until(at_rest, what="a second without work")
        # pages of the engine's library that happen to be mapped (some 280 MiB) are the kernel's to take back; these are not
        held = measured.memory_info()
        assert held.rss - held.shared < 150 << 20
    finally:
        assert stop(process) == 0


def test_it_serves_from_code(tmp_path: Path) -> None:
    """A program may hold a server itself; a second one in the same folder is refused before it touches the data."""
    script = (
        "import sys; from pathlib import Path\n"
        "from clickhouse_driver import Client\n"
        "from embedded.clickhouse import ClickHouseServer, ServerConfig\n"
        "from embedded.clickhouse.accounts import OPERATOR, kept_passwords\n"
        "with ClickHouseServer(ServerConfig(data_dir=Path(sys.argv[1]), port=0)) as server:\n"
        "    password = kept_passwords(Path(sys.argv[1]) / 'passwords')[OPERATOR]\n"
        "    with Client('127.0.0.1', server.port, user=OPERATOR, password=password) as client:\n"
        "        print(server.address.rpartition(':')[0], client.execute('SELECT currentDatabase()'))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path.cwd(),
    )
    assert ran.stdout == "clickhouse://127.0.0.1 [('operator',)]\n"


def test_clients_are_bounded_in_number_and_in_silence(tmp_path: Path) -> None:
    """One client too many is refused with a code that is retried; one that is silent too long gives its place up."""
    with (
        served(tmp_path, max_clients=1, idle_timeout_s=3.0) as port,
        new_client(port) as first,
        new_client(port) as second,
    ):
        first.execute("SELECT 1")
        assert code_of(second, "SELECT 1") == 202

        def has_a_place() -> bool:
            try:
                return bool(second.execute("SELECT 2") == [(2,)])
            except ServerException as error:
                assert error.code == 202  # noqa: PT017
                return False

        wait_until(has_a_place, what="the place of the silent client")


def test_a_statement_that_the_engine_does_not_stop_ends_the_server(tmp_path: Path) -> None:
    """Soon after its own limit, wherever it is (also in the description of its columns), with a sentence; a restart finds all rows."""
    process, port = start(tmp_path, stuck_s=1.0)
    with new_client(port) as operator:
        operator.execute("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
        operator.execute("INSERT INTO t VALUES", [(1,)])
    # a form that no rule refuses: it goes through a list of the query once for each of a million numbers
    listed, numbers = list(range(4000)), "(SELECT groupArray(number) AS r FROM numbers(1000000))"
    endless = f"SELECT arraySum(arrayMap(x -> length(arrayIntersect({listed}, [x])), r)) FROM {numbers}"
    with new_client(port, user=ANALYST) as analyst, pytest.raises((EOFError, OSError, Error)):
        analyst.execute(endless, settings={"max_execution_time": 1})
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 70
    process, port = start(tmp_path)
    with new_client(port) as operator:
        assert operator.execute("SELECT a FROM t") == [(1,)]
    assert stop(process) == 0


def test_few_statements_of_analysts_run_at_once() -> None:
    """The others wait for their turn, and then hear a code after which clients come again."""
    turns = Turns(1, patience_s=0.01)
    for _ in range(2):
        with turns.of("a"), pytest.raises(ServerError, match="Come again later") as refused, turns.of("b"):
            pass
        assert refused.value.code == 202


def test_no_account_has_every_turn() -> None:
    """Whoever floods the server with the password of one province waits for himself, and the others compute."""
    turns = Turns(4, of_each=2, patience_s=0.01)
    with turns.of("a"), turns.of("a"):
        for _ in range(2):
            with pytest.raises(ServerError, match="Come again later"), turns.of("a"):
                pass
            with turns.of("b"), turns.of("b"):
                pass


def test_a_watch_ends_what_outlasts_its_limit_and_nothing_else() -> None:
    """What has no limit, or has ended, is not looked at; a stop of the whole process counts as one look."""
    given_up: list[str] = []
    watch = Watch(given_up.append, tick_s=0.001, stuck_s=0.02)
    with watch.within(inf, "lapor_operator"), watch.within(1000, "lapor_analyst"):
        with watch.within(0.01, "lapor_analyst"):
            pass
        time.sleep(0.2)
        assert not given_up
        with watch.within(0.01, "lapor_analyst"):
            wait_until(lambda: bool(given_up), what="the end")
    watch.close()
    assert (
        given_up[0]
        == "A statement of lapor_analyst did not end within its 0 s, and the engine did not stop it for 0 s more."
    )
