"""A container is healthy while the loop of its service turns, and only then."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from complaints.runtime import health
from complaints.runtime.telemetry import Heartbeat
from tests.harness.there import there


def beat(data: Path, name: str, *, age_s: float) -> None:
    """Leave a heartbeat as a service would have, so many seconds ago."""
    Heartbeat(data / "heartbeats", name).beat(handled=1)
    then = time.time() - age_s
    os.utime(data / "heartbeats" / name, (then, then))


@pytest.mark.parametrize(("age_s", "status"), [(0.0, 0), (29.0, 0), (31.0, 1), (86_400.0, 1)])
def test_a_loop_that_has_not_turned_for_30_seconds_is_unhealthy(tmp_path: Path, age_s: float, status: int) -> None:
    """The process may run and be stuck all the same."""
    beat(tmp_path, "router", age_s=age_s)
    assert health.main(["router"], {"LAPOR_DATA": str(tmp_path)}) == status


def test_the_limit_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The worker of a step beats each second."""
    environment = {"LAPOR_DATA": str(tmp_path)}
    beat(tmp_path, "router", age_s=4)
    assert health.main(["--within", "3", "router"], environment) == 1
    assert health.main(["--within", "5", "router"], environment) == 0
    assert health.main(["--within", "5"], environment) == 0
    capsys.readouterr()
    assert health.main(["--within", "router"], environment) == 1
    assert capsys.readouterr().out == "--within needs a number of seconds\n"


def test_a_loop_that_never_turned_is_unhealthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that hangs while it starts has no heartbeat; another service's says nothing about it."""
    beat(tmp_path, "sink", age_s=0)
    assert health.main(["router"], {"LAPOR_DATA": str(tmp_path)}) == 1
    assert capsys.readouterr().out == "router: no heartbeat yet\n"


def test_a_heartbeat_in_the_future_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The clock was set back since; how old it is nobody knows, and so it is not said to be young."""
    beat(tmp_path, "router", age_s=-3600)
    assert health.main(["router"], {"LAPOR_DATA": str(tmp_path)}) == 1
    assert capsys.readouterr().out == "router: last heartbeat never\n"


def test_without_a_name_every_heartbeat_counts(tmp_path: Path) -> None:
    """The image's own health check does not know which service the container runs."""
    environment = {"LAPOR_DATA": str(tmp_path)}
    assert health.main([], environment) == 1
    beat(tmp_path, "sms", age_s=0)
    (tmp_path / "heartbeats" / "sms.new").write_text("half written")
    assert health.main([], environment) == 0
    beat(tmp_path, "web", age_s=60)
    assert health.main([], environment) == 1


def test_without_a_folder_it_says_which_variable_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """A blank variable is an unset one."""
    assert health.main(["sms"], {"LAPOR_DATA": ""}) == 1
    assert "LAPOR_DATA" in capsys.readouterr().out


def test_the_bound_is_the_supervisors() -> None:
    """Compose and `lapor up` must not disagree about what is stuck."""
    assert health.STALE_AFTER_S == Heartbeat.STALE_AFTER_S


def test_the_command_loads_the_standard_library_only(tmp_path: Path) -> None:
    """It runs every few seconds beside each service."""
    beat(tmp_path, "web", age_s=0)
    code = (
        "import sys, runpy; sys.argv[1:] = ['web']\n"
        "try: runpy.run_module('complaints.runtime.health', run_name='__main__')\n"
        "except SystemExit as end: print(end.code, sorted({'structlog', 'prometheus_client', 'pydantic'} & sys.modules.keys()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "LAPOR_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert run.stdout.splitlines()[-1] == "0 []"


def test_a_full_disk_ends_no_loop_and_does_not_make_it_seem_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The heartbeat cannot be written then; the file's time still tells that the loop turns."""
    monkeypatch.setattr(Heartbeat, "WRITE_EVERY_S", 0.0)
    turning = Heartbeat(tmp_path, "sms")
    turning.beat()
    os.utime(tmp_path / "sms", (0, 0))
    (tmp_path / "sms.new").mkdir()  # no more can be written there than on a full disk
    turning.beat()
    assert there(Heartbeat.age_s(tmp_path, "sms")) < 5
