"""What a model's document may hold: a field that no router can use is refused, and a model is tried before it is used."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from lapor.local.files import modelled
from lapor.processes.routing import agencies_and_router, router_of_worker
from router import trial
from router.learning.learnt import Model
from router.learning.models import models_in
from router.routing import Router
from tests.harness.models import model
from tests.harness.tables import row_by_row


def body(**changed: object) -> dict[str, Any]:
    """Return a document whose body has other fields."""
    made = model()
    return made | {"bodies": [made["bodies"][0] | changed]}


@row_by_row
def test_a_field_that_no_router_can_use_is_refused_with_its_name(
    tmp_path: Path, of: str, changes: dict[str, Any], said: str
) -> None:
    """Not at the first complaint, which would become a dead letter, and every one after it."""
    wrong = {"document": model, "body": body}[of](**changes)
    with pytest.raises(ValueError, match=said):
        Model(wrong)
    path = tmp_path / "wrong.json"
    path.write_bytes(orjson.dumps(wrong))
    with pytest.raises(ConfigurationError, match=rf"wrong\.json is not a model of this version: {said}"):
        models_in(path)


def test_bodies_whose_parents_go_round_are_refused() -> None:
    """The chain of the agencies above them would have no end."""
    one, other = ({"id": f"t{at}", "name": "Tim", "parent": f"t{1 - at}", "region": None} for at in (0, 1))
    with pytest.raises(ValueError, match="leads back"):
        Model(model(bodies=[one, other]))
    assert len(Model(model(bodies=[one, other | {"parent": "pemda-33.74"}])).bodies) == 2


def settings_of(folder: Path) -> Settings:
    """Return settings with two models."""
    models = folder / "models"
    models.mkdir()
    for region in ("33.74", "33.22"):
        (models / f"{region}.json").write_bytes(orjson.dumps(model(region)))
    return Settings(data=folder, model=models)


def test_a_model_that_routes_a_complaint_is_used(tmp_path: Path) -> None:
    """One for all and one for a province too."""
    settings = settings_of(tmp_path)
    for region in ("", "33"):
        content = model(region, bodies=[], names={}, classes=["dishub@local", "dpu@local"])
        (tmp_path / "models" / f"of{region}.json").write_bytes(orjson.dumps(content | {"version": f"of{region}"}))
    with capture_logs() as logs:
        law = router_of_worker(settings)
    assert logs == []
    assert {one.version for one in law.models.all} == {"of", "of33", "v33.74", "v33.22"}


def test_a_model_that_fails_on_trial_is_left_out_and_the_others_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever fails. The log, the officers' warning and the check before a start name it."""
    settings, tried = settings_of(tmp_path), trial.try_out

    def fails(law: Router, one: Model) -> None:
        tried(law, one)
        if one.region == "33.74":
            raise RecursionError("too deep")

    monkeypatch.setattr(trial, "try_out", fails)
    with capture_logs() as logs:
        law = router_of_worker(settings)
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("model_left_out", "error")
    assert "the model v33.74 for the government 33.74 cannot route a complaint (RecursionError" in entry["mistake"]
    assert law.models.version == "v33.22"
    known, law = agencies_and_router(settings)
    assert law.models.version == "v33.22"
    assert known.registry.get("tim-33.74") is None
    assert not known.is_gone("tim-33.74")
    assert "v33.74" in capsys.readouterr().err
    with pytest.raises(ConfigurationError, match=r"v33\.74"):
        modelled(tmp_path / "models")


def test_a_trial_uses_the_model_and_looks_at_the_confidence(tmp_path: Path) -> None:
    """The probability of a model's answer is between 0 and 1, or the model is not used."""
    (tmp_path / "m.json").write_bytes(orjson.dumps(model(calibration=[[0.0, 1.0]])))
    law = Router.load(model=tmp_path / "m.json")
    (learnt,) = law.models.all
    trial.try_out(law, learnt)
    learnt.calibration = [(0.0, 3.3)]
    with pytest.raises(ValueError, match="confidence"):
        trial.try_out(law, learnt)
