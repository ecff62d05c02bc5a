"""A model that cannot be used: what the workers, the officers and doctor of the whole country do meanwhile."""

from pathlib import Path

import orjson
import pytest
from structlog.testing import capture_logs

from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from lapor.local.checkup import findings
from lapor.local.files import main, modelled
from lapor.processes.cases import existing
from lapor.processes.routing import agencies, router, router_of_worker
from ops.doctor import Level
from router.routing import Router
from tests.harness import models
from tests.harness.decided import answered


def model(region: str, /, **changed: object) -> bytes:
    """Return the file of a model that gives everything to a body of its own."""
    return orjson.dumps(models.model(region, **changed))


BROKEN = (b"", b"[1]", b"{", b"\xff\xfe", b"{}", b"[" * 5000, model("33.74", format=2), model("33.74", words=[1]))
BROKEN_ROWS = (model("33.74", words={"x": [1e300, 1]}), model("33.74", region=7), model("33.74", trust="much"))


def settings_of(folder: Path, **files: bytes) -> Settings:
    """Return settings with a folder of models."""
    place = folder / "models"
    place.mkdir()
    for name, content in files.items():
        (place / f"{name}.json").write_bytes(content)
    return Settings(data=folder, model=place)


@pytest.mark.parametrize("content", [*BROKEN, *BROKEN_ROWS])
def test_no_content_of_a_model_stops_a_worker_and_the_others_count(tmp_path: Path, content: bytes) -> None:
    """The rules decide in its place, and the log names the file; `lapor route` refuses it, because its answers would be wrong."""
    settings = settings_of(tmp_path, a=content, b=model("33.22"))
    with capture_logs() as logs:
        law = router_of_worker(settings)
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("model_left_out", "error")
    assert str(tmp_path / "models" / "a.json") in entry["mistake"]
    assert (
        answered(law, "lampu jalan mati sejak seminggu di Kecamatan Ungaran Barat Kabupaten Semarang")["agency"]["id"]
        == "tim-33.22"
    )
    place = "Kecamatan Tembalang Kota Semarang"
    assert (
        answered(law, f"lampu jalan mati sejak seminggu di {place}")["agency"]
        == answered(Router.load(), f"lampu jalan mati sejak seminggu di {place}")["agency"]
    )
    with pytest.raises(ConfigurationError, match=r"a\.json"):
        router(settings)


def test_a_path_that_is_missing_or_empty_leaves_the_rules(tmp_path: Path) -> None:
    """Also a folder without a model: a disk that is not mounted is no reason to stop."""
    (tmp_path / "empty").mkdir()
    for path, why in (("gone", "cannot be read"), ("empty", "has no model")):
        with capture_logs() as logs:
            law = router_of_worker(Settings(data=tmp_path, model=tmp_path / path))
        assert [why in entry["mistake"] for entry in logs] == [True]
        assert law.models.version is None


def test_of_two_models_for_one_government_neither_is_used(tmp_path: Path) -> None:
    """Nobody knows which one is meant. Each is named."""
    settings = settings_of(tmp_path, a=model("33.74"), b=model("33.22"), c=model("33.74"))
    with capture_logs() as logs:
        law = router_of_worker(settings)
    assert law.models.version == "v33.22"
    assert [("a.json" in entry["mistake"], "c.json" in entry["mistake"]) for entry in logs] == [
        (True, False),
        (False, True),
    ]


def test_officers_act_and_are_warned_and_no_owner_is_called_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An agency that only the model has may still exist; one that a sound model has is there."""
    settings = settings_of(tmp_path, a=b"{}", b=model("33.22"))
    known = agencies(settings)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lapor: warning: {tmp_path / 'models' / 'a.json'} is not a model")
    assert "the rules decide there" in line
    assert existing(known, "tim-33.22").id == "tim-33.22"
    assert not known.is_gone("tim-33.74")
    (tmp_path / "models" / "a.json").unlink()
    assert agencies(settings).is_gone("tim-33.74")


def test_the_check_before_a_start_names_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each model, and of the allotments too; doctor says what a service does meanwhile."""
    settings = settings_of(tmp_path, a=b"{}", b=model("33.22"), c=b"")
    folder = tmp_path / "models"
    with pytest.raises(ConfigurationError, match=r"a\.json(.|\n)*c\.json"):
        modelled(folder)
    (found,) = (one for one in findings(settings) if one.what == "model")
    assert found.level is Level.fail
    assert "the rules decide in its place" in found.advice
    assert main(str(folder), str(tmp_path / "gone")) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in ("a.json", "c.json", "LAPOR_ALLOTMENTS"))
    assert main(str(folder / "b.json"), "") == 0
