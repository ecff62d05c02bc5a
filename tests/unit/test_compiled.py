"""What reads and routes texts can be compiled, says the same then, and is never taken for other sources."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import yaml

from complaints import compiled
from complaints.errors import ConfigurationError
from lapor import compiling
from lapor.compiling import missing

_MESSAGES = Path(__file__).parent.parent / "data" / "messages.yaml"

_ROUTE = """
import sys
from complaints import compiled
if sys.argv[1] == "plain":
    compiled.beside = lambda package, path: list(path)
import normalizer.reader
from router.core import Router
from router.lines import route_line
router = Router.load()
print(normalizer.reader.__file__)
for line in sys.stdin.buffer:
    print(route_line(router, line).decode())
"""


def routed(how: str, lines: bytes) -> list[str]:
    """Return the file of the reader, and the lines, as another process routes them."""
    run = subprocess.run([sys.executable, "-c", _ROUTE, how], input=lines, capture_output=True, check=True)
    return run.stdout.decode().splitlines()


def test_compiled_and_plain_say_the_same() -> None:
    """Each message of ours gets the same line from both; where nothing can be compiled, the command says what is not there."""
    command = subprocess.run([sys.executable, "-m", "lapor", "compile"], capture_output=True, text=True, check=False)
    if missing():
        assert command.returncode == 2
        assert missing() in command.stderr
        return
    assert command.returncode == 0, command.stderr
    rows = yaml.safe_load(_MESSAGES.read_text("utf-8"))
    lines = b"\n".join(
        orjson.dumps({"title": row.get("h", ""), "text": row["t"], "received_at": "2026-11-24T10:00:00+07:00"})
        for row in rows
    )
    (plain, *slow), (machine, *fast) = routed("plain", lines), routed("compiled", lines)
    assert plain.endswith(".py")
    assert machine.endswith(".so")
    assert slow == fast
    assert len(slow) == len(rows)


def test_where_it_cannot_be_compiled_the_plain_sources_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make setup` goes on, and says what to install; asked for outright, it is an error."""
    monkeypatch.setattr(compiling, "folder", lambda: tmp_path / "none" / "of" / "it")
    monkeypatch.setattr(compiling, "missing", lambda: "there is no C compiler (cc)")
    compiling.compile_modules(if_possible=True)
    assert "there is no C compiler (cc); on Debian and Ubuntu: apt-get install gcc" in capsys.readouterr().err
    with pytest.raises(ConfigurationError, match="no C compiler"):
        compiling.compile_modules(if_possible=False)
    monkeypatch.setattr(compiling, "missing", lambda: "")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        compiling.compile_modules(if_possible=False)


def test_what_was_compiled_of_other_sources_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed module has another folder, so that nothing stale is ever imported."""
    for module in compiled.MODULES:
        (tmp_path / module).parent.mkdir(exist_ok=True)
        (tmp_path / module).write_text("one = 1")
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (compiled.folder() / "router").mkdir(parents=True)
    assert compiled.beside("router", ["sources"]) == [str(compiled.folder() / "router"), "sources"]
    (tmp_path / compiled.MODULES[-1]).write_text("one = 2")
    assert compiled.beside("router", ["sources"]) == ["sources"]
