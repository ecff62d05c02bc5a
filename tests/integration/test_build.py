"""What reads texts can be compiled into a wheel; it says the same as the plain sources, which are what everybody else runs."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import orjson
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
_MESSAGES = ROOT / "tests" / "data" / "messages.yaml"
_SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]


def routed(folder: Path) -> bytes:
    """Return what `lapor route` says of each message of the tests, run with the program in a folder."""
    rows = yaml.safe_load(_MESSAGES.read_text("utf-8"))
    lines = b"\n".join(
        orjson.dumps({"title": row.get("h", ""), "text": row["t"], "received_at": "2026-11-24T10:00:00+07:00"})
        for row in rows
    )
    done = subprocess.run(
        [sys.executable, "-m", "lapor", "route", "--json"], cwd=folder, input=lines, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(rows)
    return done.stdout


def test_the_program_that_is_tested_is_plain() -> None:
    """An extension module in the source tree would hide an edit."""
    packages = _SETTINGS["packages"]
    assert [str(path) for package in packages for path in (ROOT / package).rglob("*.so")] == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_compiled_wheel_and_the_plain_sources_say_the_same(tmp_path: Path) -> None:
    """Each message gets the same line from both, and the wheel has an extension module for each module of its folders."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"LAPOR_BUILD": "compiled"}, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "wheel")
    for folder in _SETTINGS["hooks"]["custom"]["folders"]:
        sources = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
        assert {path.name.partition(".")[0] for path in (tmp_path / "wheel" / folder).glob("*.so")} == sources
    assert routed(tmp_path / "wheel") == routed(ROOT)
