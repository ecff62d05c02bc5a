"""Nothing routes with data of the law that have a mistake: neither the router's process nor a command that routes or measures."""

import os
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from complaints.errors import ConfigurationError
from complaints.runtime import packaged
from complaints.runtime.settings import Settings
from lapor.cli import app
from lapor.processes import services
from router.rulebook import check, whole
from router.rulebook.check import Verdict

RULES = packaged.text("router", "rules.yaml")
REPORT = '{"id": "1", "text": "Jalan rusak di Kota Semarang", "best": ["dpu-33.74"]}\n'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the cache folder be empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rules.yaml have a misspelt agency."""
    content = packaged.content

    def damaged(package: str, name: str) -> bytes:
        found = content(package, name)
        return found.replace(b"{body: bpjt, if", b"{body: bpjtt, if", 1) if name == "rules.yaml" else found

    monkeypatch.setattr(packaged, "content", damaged)


class StartedError(Exception):
    """The router would have started."""


def start_router(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the router's process, up to where it would build its step."""

    def start(_: Settings) -> None:
        raise StartedError

    monkeypatch.setattr("complaints.bus.step.identity.claim", lambda *_: None)
    monkeypatch.setattr(services, "router_step", start)
    services.run_router(Settings(kafka="127.0.0.1:1"))


@pytest.mark.usefixtures("spoilt")
def test_no_router_starts_with_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names file and line."""
    with pytest.raises(
        ConfigurationError, match=r"router/data/rules\.yaml:\d+: no agency and no kind of unit is bpjtt"
    ):
        start_router(monkeypatch)


def test_a_router_starts_with_whole_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would prove nothing."""
    with pytest.raises(StartedError):
        start_router(monkeypatch)


@pytest.mark.usefixtures("spoilt")
@pytest.mark.parametrize("command", [["route"], ["evaluate"]])
def test_no_command_routes_with_a_mistake(command: list[str], tmp_path: Path) -> None:
    """`lapor route` and `lapor evaluate` say what `lapor rules check` says."""
    (tmp_path / "x.jsonl").write_text(REPORT, "utf-8")
    done = CliRunner().invoke(app, [*command, str(tmp_path / "x.jsonl")])
    assert isinstance(done.exception, ConfigurationError)
    assert "no agency and no kind of unit is bpjtt" in str(done.exception)


def test_other_rules_with_a_mistake_are_not_measured(tmp_path: Path) -> None:
    """--against names the file that was given, with the line."""
    (tmp_path / "x.jsonl").write_text(REPORT, "utf-8")
    other = tmp_path / "rules.yaml"
    other.write_text(RULES.replace("{body: bpjt, if", "{body: bpjtt, if", 1), "utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path / "x.jsonl"), "--against", str(other)])
    assert isinstance(done.exception, ConfigurationError)
    assert f"{other}:" in str(done.exception)
    assert "no agency and no kind of unit is bpjtt" in str(done.exception)


def test_whole_data_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second start reads the verdict from the cache folder."""
    whole.require_whole()
    monkeypatch.setattr(check, "verdict", lambda: pytest.fail("checked again"))
    whole.require_whole()


@pytest.mark.usefixtures("spoilt")
def test_data_are_checked_although_the_process_that_checks_them_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fork of a process with threads may."""
    parent, verdict = os.getpid(), check.verdict
    monkeypatch.setattr(check, "verdict", lambda: verdict() if os.getpid() == parent else os._exit(1))
    with pytest.raises(ConfigurationError, match="bpjtt"):
        whole.require_whole()


@pytest.mark.usefixtures("spoilt")
def test_a_mistake_is_never_kept(cache: Path) -> None:
    """It is named at each start until it is mended."""
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="bpjtt"):
            whole.require_whole()
    assert not list(cache.rglob("law-*"))


def test_data_are_checked_again_when_a_statute_has_ended(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was whole yesterday names a statute that holds no more today."""
    checked = cache / "checked"
    ended = Verdict(check.mistakes(today=date(1990, 1, 1)), "")

    def once() -> Verdict:
        if checked.exists():
            return ended
        checked.touch()
        return Verdict([], date.today().isoformat())  # noqa: DTZ011

    monkeypatch.setattr(check, "verdict", once)
    with pytest.raises(ConfigurationError, match="does not hold before"):
        whole.require_whole()
