"""The note in the data folder: every command finds the running stack by it, and only the running one."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from complaints.errors import CaseError, ConfigurationError
from complaints.runtime.settings import Settings
from lapor.local.note import FOUND_BY_NOTE, NOTE, Stack, settings_in
from lapor.processes.cases import existing
from lapor.processes.forks import is_process
from lapor.processes.routing import agencies
from tests.harness.support import wait_until

ADDRESSES = {"kafka": "127.0.0.1:1", "clickhouse": "clickhouse://lapor:pw@127.0.0.1:2/lapor", "web": "127.0.0.1:3"}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the machine says nothing."""
    for name in (*FOUND_BY_NOTE, "data"):
        monkeypatch.delenv(f"LAPOR_{name.upper()}", raising=False)


def running(folder: Path, **files: str) -> Stack:
    """Write the note of a stack that runs: this process."""
    me = psutil.Process()
    addresses = ADDRESSES | files
    stack = Stack(pid=me.pid, started=me.create_time(), addresses=addresses, services={"sms": 7}, births={"sms": 1.5})
    stack.write(folder)
    return stack


def test_a_note_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Whole or not at all: no draft is left beside it."""
    written = running(tmp_path / "deep")
    assert Stack.read(tmp_path / "deep") == written
    assert [path.name for path in (tmp_path / "deep").iterdir()] == [NOTE]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """Addresses have passwords, also where an older note was open to all."""
    (tmp_path / NOTE).write_text("{}")
    (tmp_path / NOTE).chmod(0o644)
    running(tmp_path)
    assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"unknown": 1}', '{"pid": "x"}', '{"services": []}', "\udcff"])
def test_a_note_that_is_none_is_as_good_as_missing(tmp_path: Path, text: str) -> None:
    """A newer version's, or half of one."""
    (tmp_path / NOTE).write_text(text, errors="surrogateescape")
    assert Stack.read(tmp_path) is None


def test_a_folder_that_is_none_has_no_stack(tmp_path: Path) -> None:
    """Neither a missing one nor a file."""
    (tmp_path / "file").touch()
    assert Stack.read(tmp_path / "none") is None
    assert Stack.read(tmp_path / "file") is None


def test_a_note_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Here a folder stands in its place; another user's note gives the same."""
    (tmp_path / NOTE).mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Stack.read(tmp_path)


def test_a_stack_runs_only_while_its_very_process_does(tmp_path: Path) -> None:
    """After a crash the pid may be somebody else's."""
    stack = running(tmp_path)
    assert Stack.running(tmp_path) == stack
    for changes in ({"started": stack.started - 60}, {"pid": 0}, {"pid": 2**22 + 1}):
        (tmp_path / NOTE).write_text(json.dumps({"pid": stack.pid, "started": stack.started, **changes}))
        assert Stack.running(tmp_path) is None


def test_the_running_stack_answers_what_the_environment_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is set goes before what is found, and a command's own options before both; what nobody knows stays unset."""
    running(tmp_path)
    monkeypatch.setenv("LAPOR_KAFKA", "cluster:9092")
    found = settings_in(tmp_path)
    assert (found.kafka, found.clickhouse, found.smpp) == ("cluster:9092", ADDRESSES["clickhouse"], None)
    assert settings_in(tmp_path, {"kafka": "given:1"}).kafka == "given:1"


def test_a_stack_that_ended_answers_nothing(tmp_path: Path) -> None:
    """Its addresses stay in the note for the next start only."""
    Stack(addresses=ADDRESSES).write(tmp_path)
    assert settings_in(tmp_path).kafka is None


def test_the_folder_of_the_environment_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LAPOR_DATA, where no option names one."""
    running(tmp_path)
    monkeypatch.setenv("LAPOR_DATA", str(tmp_path))
    assert settings_in().kafka == ADDRESSES["kafka"]


def test_a_clock_that_is_set_ends_no_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same process has the same start, by the clock of the note."""
    me = psutil.Process()
    Stack(pid=me.pid, started=me.create_time()).write(tmp_path)
    booted = psutil.boot_time()
    monkeypatch.setattr("psutil._psplatform.boot_time", lambda: booted + 3_600)
    assert Stack.running(tmp_path) is not None


def test_a_zombie_does_not_run() -> None:
    """In a container without an init process nobody reaps it."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    born = psutil.Process(child.pid).create_time()
    wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE, what="its end")
    assert not is_process(child.pid, born, psutil.boot_time())
    child.wait()


def test_a_command_knows_the_agencies_of_the_running_stack(tmp_path: Path) -> None:
    """A unit that only an allotment has acts on its cases, whether or not the officer's environment names the folder."""
    folder = tmp_path / "allotments"
    folder.mkdir()
    (folder / "33.74.yaml").write_text(
        "government: pemda-33.74\neditions:\n  - since: 2026-01-01\n    source: a decree\n"
        "    units:\n      uptd-tpa: {name: UPTD TPA Jatibarang, under: dlh}\n    subjects:\n      waste: [uptd-tpa, dlh]\n"
    )
    running(tmp_path, allotments=str(folder))
    assert existing(agencies(settings_in(tmp_path)), "uptd-tpa-33.74").name.startswith("UPTD TPA Jatibarang")
    with pytest.raises(CaseError, match="no agency has the id"):
        existing(agencies(Settings.read(data=tmp_path / "elsewhere")), "uptd-tpa-33.74")
