"""What is learnt from officers stands beside the rules: measured, explained, and never alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from complaints.errors import ConfigurationError
from ops.learn import learn, save
from ops.quality.evaluate import compare, evaluate
from ops.quality.labelled import Labelled, labelled
from ops.quality.page import page
from router.agencies.resolve import resolve
from router.facts import Facts
from router.routing import Router

PLACES = ("Kota Semarang", "Kabupaten Kendal", "Kota Bandung", "Kabupaten Tuban")


def history() -> list[Labelled]:
    """Return officers who send cables to a body that the registry lacks, and street lights to the works department."""
    rows = []
    for number in range(24):
        place = PLACES[number % 4]
        rows.append(
            {
                "id": f"k{number}",
                "text": f"kabel semrawut udara melintang di {place}",
                "agency": "Tim Penataan Kabel Udara",
            }
        )
        rows.append(
            {"id": f"p{number}", "text": f"lampu penerangan jalan mati gelap di {place}", "agency": f"Dinas PU {place}"}
        )
    return labelled(rows)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file of the history."""
    path = tmp_path_factory.mktemp("model") / "model.json"
    learnt = learn(history(), Router.load(), today=date(2026, 11, 24))
    assert learnt.top_1 > 0.9
    save(learnt, path)
    return path


def test_officers_choices_are_followed_and_explained(model: Path) -> None:
    """The owner is theirs, and the words that spoke for it are in the evidence."""
    router = Router.load(model=model)
    reading = router.reader.read("lampu penerangan jalan mati di Kota Semarang")
    facts = Facts(reading)
    decision = router.decide(facts)
    assert decision.owner.id == "dpu-33.74"
    assert any(item.rule.startswith("model:learnt-2026-11-24") and item.span for item in decision.ranked[0].evidence)


def test_a_body_that_the_registry_lacks_is_learnt(model: Path) -> None:
    """`agency resolve --model` knows it, under an administrator that is there."""
    assert resolve(Router.load().registry, "Tim Penataan Kabel Udara") is None
    registry = Router.load(model=model).registry
    agency = resolve(registry, "Tim Penataan Kabel Udara")
    assert agency is not None
    assert registry.parents(agency.id)[-1].id == registry.administrator_id


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """The text says which file and what to do."""
    path = tmp_path / "no.json"
    path.write_text("{}")
    with pytest.raises(ConfigurationError, match=r"no\.json"):
        Router.load(model=path)


def test_the_evaluation_counts_and_compares(model: Path) -> None:
    """Figures for officers' labels and for owners of the law, the curve, the confusions, and what a version changes."""
    reports = history()
    before, after = evaluate(reports, Router.load()), evaluate(reports, Router.load(model=model))
    assert after["top_1"]["share"] > before["top_1"]["share"]
    difference = compare(before, after)
    assert difference["figures"]["top_1"] == {"before": before["top_1"]["share"], "after": after["top_1"]["share"]}
    assert difference["moved"]
    text = page(after, difference)
    assert "<svg" in text
    assert "http" not in text


def test_owners_of_the_law_are_measured_by_region_and_need() -> None:
    """A row that needs a place is right where the place is asked for, and counts for no owner."""
    rows: list[dict[str, Any]] = [
        {
            "id": "1",
            "text": "jalan berlubang Kota Semarang",
            "region": "33.74",
            "best": ["Dinas PU Kota Semarang"],
            "needs": [],
        },
        {
            "id": "2",
            "text": "jalan berlubang sekali",
            "region": None,
            "best": ["Dinas Pekerjaan Umum"],
            "needs": ["place"],
        },
    ]
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"] == {"right": 1, "of": 1, "share": 1.0}
    assert figures["region_right"]["share"] == 1.0
    assert figures["region_invented"]["share"] == 0.0
    assert figures["place_asked"]["share"] == 1.0


def test_a_unit_of_the_labelled_agency_is_in_its_house() -> None:
    """A ministry's directorate counts for the ministry; the shares are also given by whether the text names it."""
    rows: list[dict[str, Any]] = [
        {"id": "1", "text": "NIK saya tidak ditemukan", "agency": "Kementerian Dalam Negeri", "names_agency": False},
        {"id": "2", "text": "paspor saya belum terbit", "agency": "Ditjen Imigrasi", "names_agency": True},
        {"id": "3", "text": "listrik PLN padam", "agency": "Ditjen Imigrasi", "names_agency": False},
    ]
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"]["right"] == 1
    assert figures["in_house_1"] == {"right": 2, "of": 3, "share": 0.6667}
    assert figures["in_house_1_named"]["share"] == 1.0
    assert figures["in_house_3_unnamed"]["share"] == 0.5
    assert (figures["right_national"]["of"], figures["right_province"]["of"]) == (3, 0)
    assert [(row["tier"], row["reports"]) for row in figures["calibration_by_tier"]] == [("national", 3)]
    older = {key: value for key, value in figures.items() if not key.startswith(("in_house", "right_", "sure_"))}
    assert compare(older, figures)["figures"] == {}
