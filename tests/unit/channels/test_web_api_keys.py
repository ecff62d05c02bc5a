"""Keys of the API's clients: made by a command, kept as hashes, read again when the file changes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.web.security import ApiKeys
from complaints.errors import ConfigurationError
from lapor.cli import app


def made(path: Path, name: str) -> str:
    """Make a key by the command and return it."""
    run = CliRunner().invoke(app, ["api-key", name, "--file", str(path)])
    assert run.exit_code == 0, run.output
    return run.output.splitlines()[0].rpartition(": ")[2]


def test_a_key_that_the_command_made_is_known_by_its_name(tmp_path: Path) -> None:
    """A second one is added; the file holds no key; a running door sees the change."""
    path = tmp_path / "keys"
    first = made(path, "aplikasi-android")
    keys = ApiKeys(path)
    second = made(path, "aplikasi-ios")
    assert keys.name_of(first) == "aplikasi-android"
    assert keys.name_of(second) == "aplikasi-ios"
    assert keys.name_of("x") is None
    assert first not in path.read_text()


def test_a_file_that_is_broken_while_the_door_runs_changes_nothing(tmp_path: Path) -> None:
    """Somebody is in the middle of writing it: the keys of before hold."""
    path = tmp_path / "keys"
    key = made(path, "aplikasi")
    keys = ApiKeys(path)
    path.write_text("half a li")
    assert keys.name_of(key) == "aplikasi"
    path.unlink()
    assert keys.name_of(key) == "aplikasi"


@pytest.mark.parametrize("name", ["", "a:b", "a b", "é", "-"])
def test_a_name_that_would_break_the_file_is_refused(name: str) -> None:
    """In one sentence."""
    run = CliRunner().invoke(app, ["api-key", "--", name])
    assert isinstance(run.exception, ConfigurationError)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there."""
    run = CliRunner().invoke(app, ["api-key", "a", "--file", str(tmp_path / "none" / "keys")])
    assert isinstance(run.exception, ConfigurationError)
