"""What `lapor up` checks before it starts anything: the files that the router would not start with."""

import threading
from pathlib import Path

import pytest

from complaints.crypto import Keyring
from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from lapor.local.note import NOTE, Stack
from lapor.local.up import Up
from lapor.processes.secret import adopt
from tests.harness.tables import row_by_row


def start_of(settings: Settings) -> tuple[str, list[str]]:
    """Return why a start was refused, and what was said before."""
    said: list[str] = []
    with pytest.raises(ConfigurationError) as refused:
        Up(settings, say=said.append).start(threading.Event())
    return str(refused.value), said


def test_a_mistake_in_an_allotment_ends_the_start_before_any_server(tmp_path: Path) -> None:
    """It is named with file and line, and nothing is started that would have to be stopped again."""
    folder = tmp_path / "allotments"
    folder.mkdir()
    (folder / "33.74.yaml").write_text(
        'government: pemda-33.74\neditions:\n  - since: 2026-01-01\n    source: "a decree"\n    subjects:\n      street-lamp: dpu\n'
    )
    why, said = start_of(Settings(data=tmp_path, allotments=folder))
    assert f"{folder / '33.74.yaml'}:6: no subject has the name street-lamp" in why
    assert said == []
    assert not (tmp_path / NOTE).exists()


@pytest.mark.parametrize("used", [False, True], ids=["a volume that is not mounted", "a used folder"])
def test_a_secret_that_is_missing_ends_the_start_and_none_is_made(tmp_path: Path, *, used: bool) -> None:
    """With a new one no citizen of before would hear from us, and what was acknowledged was sealed with the secret of before."""
    secret = tmp_path / "secret" if used else tmp_path / "not-mounted" / "secret"
    if used:
        Stack(addresses={"kafka": "127.0.0.1:9092"}).write(tmp_path)
    why, said = start_of(Settings(data=tmp_path) if used else Settings(data=tmp_path / "data", secret_file=secret))
    assert f"the secret file {secret} cannot be read" in why
    assert (said, secret.exists()) == ([], False)


def test_a_broken_model_ends_the_start_before_any_server(tmp_path: Path) -> None:
    """In one sentence."""
    model = tmp_path / "model.json"
    model.write_text("{}")
    why, said = start_of(Settings(data=tmp_path, model=model))
    assert f"{model} is not a model of this version" in why
    assert said == []


def test_another_secret_than_the_folder_was_used_with_ends_the_start(tmp_path: Path) -> None:
    """After a restore or a rotation: what the folder's processes acknowledged would stay closed, and nobody would notice."""
    adopt(tmp_path, Keyring.from_secret(b"the secret of before, of 32 bytes"))
    (tmp_path / "secret").write_bytes(b"a secret of another installation")
    why, said = start_of(Settings(data=tmp_path))
    assert f"{tmp_path / 'secret'} holds another secret" in why
    assert "lapor secret adopt" in why
    assert said == []


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_a_folder_of_allotments_that_is_missing_or_empty_ends_the_start_before_any_server(
    tmp_path: Path, kind: str
) -> None:
    """Somebody is there who can mend it; a worker that restarts at night goes on without it."""
    folder = tmp_path / "allotments"
    if kind == "empty":
        folder.mkdir()
    why, said = start_of(Settings(data=tmp_path, allotments=folder))
    assert str(folder) in why
    assert said == []
    assert not (tmp_path / NOTE).exists()


@row_by_row
def test_a_setting_that_only_a_service_reads_ends_the_start_before_any_server(
    tmp_path: Path, setting: dict[str, str], name: str
) -> None:
    """It is named."""
    why, said = start_of(Settings.model_validate({"data": tmp_path, **setting}))
    assert name in why
    assert said == []
