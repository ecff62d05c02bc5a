"""The modules that read and route texts can be compiled; both builds say the same, and an edit is never shadowed by an old build."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import yaml

import hatch_build
from complaints.errors import ConfigurationError
from complaints.runtime import compiled

_MESSAGES = Path(__file__).parent.parent / "data" / "messages.yaml"
_PACKAGES = (
    "complaints",
    "conversation",
    "neighbours",
    "normalizer",
    "router",
    "lapor",
    "ops",
    "sinks",
    "view",
    "channels",
    "embedded",
    "tests",
)
_PROPERTIES = ("tests/property/test_route_total.py", "tests/property/test_lines_total.py")


def copy_of_the_program(target: Path, *, build: bool) -> Path:
    """Return a folder with the sources, and with the installed build if there is one and it is asked for."""
    left_out = ["__pycache__", *([] if build else ["*.so", "*.so.json"])]
    for package in _PACKAGES:
        shutil.copytree(compiled.ROOT / package, target / package, ignore=shutil.ignore_patterns(*left_out))
    for name in ["pyproject.toml", *(path.name for path in compiled.ROOT.glob("*.so") if build)]:
        shutil.copyfile(compiled.ROOT / name, target / name)
    return target


def run(folder: Path, *arguments: str, lines: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run Python in a copy of the program."""
    return subprocess.run([sys.executable, *arguments], cwd=folder, input=lines, capture_output=True, check=False)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the plain sources alone."""
    return copy_of_the_program(tmp_path_factory.mktemp("plain"), build=False)


@pytest.fixture(scope="module")
def lines() -> bytes:
    """Each message of the tests as a line for `lapor route`."""
    rows = yaml.safe_load(_MESSAGES.read_text("utf-8"))
    return b"\n".join(
        orjson.dumps({"title": row.get("h", ""), "text": row["t"], "received_at": "2026-11-24T10:00:00+07:00"})
        for row in rows
    )


def test_where_there_is_a_compiler_the_build_is_compiled() -> None:
    """The installed build is compiled unless something stands against it, which the record names."""
    build = compiled.require_current()
    assert bool(build.compiled) == (build.reason == "")
    assert build.compiled or hatch_build.reason_against() or "LAPOR_BUILD" in build.reason


def test_the_installed_build_and_the_plain_sources_say_the_same(plain: Path, lines: bytes) -> None:
    """Each message gets the same line from both."""
    slow = run(plain, "-m", "lapor", "route", "--json", lines=lines)
    fast = run(compiled.ROOT, "-m", "lapor", "route", "--json", lines=lines)
    assert slow.returncode == fast.returncode == 0, slow.stderr + fast.stderr
    assert slow.stdout == fast.stdout
    assert len(slow.stdout.splitlines()) == len(lines.splitlines())


def test_the_copy_without_a_build_runs_plain_sources(plain: Path) -> None:
    """The comparison above compares two things: the copy has no extension module."""
    where = run(plain, "-c", "import normalizer.reader; print(normalizer.reader.__file__)")
    assert where.stdout.decode().strip() == str(plain / "normalizer" / "reader.py")


@pytest.mark.parametrize("properties", _PROPERTIES)
def test_the_properties_of_routing_hold_in_plain_python(plain: Path, properties: str) -> None:
    """The property suite itself runs on the installed build; here it runs on the plain sources."""
    result = run(plain, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long", properties)
    assert result.returncode == 0, result.stdout.decode()


def test_an_edit_takes_effect_or_is_refused(tmp_path: Path) -> None:
    """After an edit of a compiled module, `lapor` and pytest refuse to run; in plain Python the edit takes effect."""
    copy = copy_of_the_program(tmp_path, build=True)
    module = copy / "router" / "explain.py"
    module.write_text(module.read_text("utf-8") + "\nraise RuntimeError('the edit ran')\n", "utf-8")
    build = compiled.installed(copy)
    for arguments in (["-m", "lapor", "route"], ["-m", "pytest", "tests/unit/router/test_router_routing.py"]):
        result = run(copy, *arguments, lines=b'{"text": "jalan rusak"}\n')
        said = (result.stdout + result.stderr).decode()
        assert result.returncode != 0
        assert ("run `make setup`" in said) if build.compiled else ("the edit ran" in said), said


def test_an_interrupted_build_is_refused(tmp_path: Path) -> None:
    """Extension modules without the digests of their sources count as made of other sources."""
    (tmp_path / compiled.RECORD).parent.mkdir(parents=True)
    (tmp_path / compiled.RECORD).write_text(json.dumps({"modules": {}, "files": ["router/a.so"], "reason": "broken"}))
    with pytest.raises(ConfigurationError, match=r"router/a\.so changed after the last build"):
        compiled.require_current(tmp_path)


def test_a_module_that_was_removed_is_refused(tmp_path: Path) -> None:
    """A module that has a build and no source any more would still be imported, so it is refused."""
    (tmp_path / compiled.RECORD).parent.mkdir(parents=True)
    (tmp_path / compiled.RECORD).write_text(
        json.dumps({"modules": {"router/gone.py": "ab"}, "files": [], "reason": ""})
    )
    with pytest.raises(ConfigurationError, match="run `make setup`"):
        compiled.require_current(tmp_path)


def test_without_a_compiler_the_plain_sources_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The build says what to install, and goes on."""
    monkeypatch.delenv("LAPOR_BUILD", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "there is no C compiler" in hatch_build.reason_against()
    assert "apt-get install gcc" in hatch_build.reason_against()
    monkeypatch.setenv("LAPOR_BUILD", "plain")
    assert hatch_build.reason_against() == "LAPOR_BUILD is set to plain"


def test_a_build_without_its_record_is_refused(tmp_path: Path) -> None:
    """The record was deleted, and the extension modules would run unseen."""
    (tmp_path / compiled.LIBRARY).touch()
    with pytest.raises(ConfigurationError, match="run `make setup`"):
        compiled.require_current(tmp_path)


def test_a_build_that_lost_a_module_is_refused(tmp_path: Path) -> None:
    """Its plain source would run beside the compiled others."""
    (tmp_path / compiled.RECORD).parent.mkdir(parents=True)
    (tmp_path / "router").mkdir()
    (tmp_path / "router" / "a.py").write_text("")
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    record = {"modules": {"router/a.py": digest}, "files": ["router/a.so"], "reason": ""}
    (tmp_path / compiled.RECORD).write_text(json.dumps(record))
    assert compiled.installed(tmp_path).stale == ("router/a.so",)
    (tmp_path / "router" / "a.so").touch()
    assert compiled.installed(tmp_path).stale == ()


def test_a_broken_record_is_refused(tmp_path: Path) -> None:
    """With one sentence and no trace."""
    (tmp_path / compiled.RECORD).parent.mkdir(parents=True)
    (tmp_path / compiled.RECORD).write_text("{")
    with pytest.raises(ConfigurationError, match="run `make setup`"):
        compiled.require_current(tmp_path)
