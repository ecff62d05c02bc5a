"""One government's own reports in a history of many: what an allotment and a model are made from, and by which day they are measured."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from warnings import catch_warnings, simplefilter, warn

import orjson
import pytest
from typer.testing import CliRunner

from complaints.errors import ConfigurationError
from lapor.cli import app
from lapor.commands import figures
from lapor.commands.figures import learnt_from
from ops.allot import proposed
from ops.own import own_of
from ops.quality.evaluate import evaluate
from ops.quality.labelled import Labelled, labelled
from router.allotments.files import check
from router.routing import Router
from router.within import House

TODAY = date(2026, 11, 26)
ROUTER = Router.load()
HOUSE = House.of("pemda-33.74", ROUTER.registry)

MIXED: Sequence[tuple[str, str, int]] = (
    ("lampu jalan mati nomor", "Dinas Perhubungan", 30),
    ("jalan berlubang nomor", "Dinas Pekerjaan Umum Kota Semarang", 30),
    ("lampu jalan mati di Kota Bandung nomor", "Dinas Perhubungan", 2),
    ("jalan berlubang nomor", "Dinas Pekerjaan Umum Kota Bandung", 20),
    ("jalan berlubang nomor", "Dinas Antah Berantah Kota Bandung", 3),
    ("paspor saya belum terbit nomor", "Direktorat Jenderal Imigrasi", 20),
    ("pegawai tidak ramah nomor", "Biro Sumber Daya Manusia", 4),
)
"""Texts, the names that officers wrote, and numbers of reports."""


def history() -> list[Labelled]:
    """Return the labelled reports of several governments and of a ministry in one file."""
    return labelled(
        {"id": f"{label}{text}{number}", "text": f"{text} {number}", "agency": label}
        for text, label, count in MIXED
        for number in range(count)
    )


def test_only_what_the_governments_own_units_handled_counts() -> None:
    """Not what went to others, not what happened elsewhere; a name that nobody knows counts, and is named with its reports."""
    own = own_of(history(), HOUSE, ROUTER)
    assert {report.best[0] for report in own.reports} == {
        "Dinas Perhubungan",
        "Dinas Pekerjaan Umum Kota Semarang",
        "Biro Sumber Daya Manusia",
    }
    assert len(own.reports) == 64
    assert own.elsewhere == 2
    assert own.outside == {
        "Dinas Pekerjaan Umum Kota Bandung": 20,
        "Direktorat Jenderal Imigrasi": 20,
        "Dinas Antah Berantah Kota Bandung": 3,
    }
    assert own.unknown == {"Biro Sumber Daya Manusia": 4}


def test_an_unknown_name_in_a_proposal_is_told_with_its_reports(tmp_path: Path) -> None:
    """It may be another spelling of a unit; the command says so beside its counts."""
    path, out = tmp_path / "mixed.jsonl", tmp_path / "33.74.yaml"
    path.write_text(
        "".join(
            f'{{"text": "{text} {number}", "agency": "{label}"}}\n'
            for text, label, count in MIXED
            for number in range(count)
        )
    )
    done = CliRunner().invoke(app, ["agency", "allot", "--region", "33.74", "--from", str(path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "43 reports went to agencies outside the government" in done.stderr
    assert "2 reports are about another region" in done.stderr
    assert "does not know, taken as units of the government's own: 'Biro Sumber Daya Manusia' (4)" in done.stderr
    assert check([out], ROUTER.registry) == []


def test_the_usual_name_and_a_short_one_are_one_unit_in_a_proposal(tmp_path: Path) -> None:
    """Two units of one name would be a mistake."""
    told = [*["Dinas PU"] * 5, *["Dinas Pekerjaan Umum Kota Semarang"] * 4]
    reports = [
        Labelled(id=str(at), title="", text=f"jalan berlubang {at}", best=(name,)) for at, name in enumerate(told)
    ]
    found = proposed(reports, "33.74", ROUTER, since=TODAY, source="x.jsonl")
    assert "road-damage: {dpu: 9}" in found.text
    path = tmp_path / "33.74.yaml"
    path.write_text(found.text)
    assert check([path], ROUTER.registry) == []


def test_a_governments_model_is_learnt_from_its_own_reports_and_compared_within() -> None:
    """The rules know the units although no text names the city; they are asked as `lapor route --within` asks them."""
    said: list[str] = []
    learnt = learnt_from(history(), router=ROUTER, region="33.74", say=said.append)
    assert learnt.reports == 64
    assert learnt.figures["within"] == "pemda-33.74"
    assert learnt.figures["agencies"] == 3
    assert learnt.figures["rules"]["top_3"] > 0.9
    assert any("43 reports went to agencies outside" in line for line in said)
    assert all(not name.endswith("32.73") and "imigrasi" not in name for name in learnt.document["classes"])


def test_too_few_own_reports_in_a_large_file_are_not_learnt_from() -> None:
    """The others are no help."""
    with pytest.raises(Exception, match="2 reports have an owner in the government"):
        learnt_from([*history()[:2], *history()[64:90]], router=ROUTER, region="33.74", say=print)


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Router:
    """Return a router with an allotment that gives the street lights away in 2026."""
    folder = tmp_path_factory.mktemp("dated")
    (folder / "33.74.yaml").write_text(
        'government: pemda-33.74\neditions:\n  - since: 2020-01-01\n    source: "a decree"\n'
        "    subjects:\n      street-light: dishub\n"
        '  - since: 2026-01-01\n    source: "a decree"\n    subjects:\n      street-light: satpolpp\n'
    )
    return Router.load(allotments=folder, today=TODAY)


@pytest.mark.parametrize("field", ["received_at", "date"])
def test_an_evaluation_uses_the_edition_of_a_reports_day(dated: Router, field: str) -> None:
    """A report of 2024 is judged by the division of 2024; one without a day by today's."""
    rows = [
        {"id": "1", "text": "lampu jalan mati", "agency": "Dinas Perhubungan", field: "2024-05-01"},
        {"id": "2", "text": "lampu jalan mati", "agency": "Satpol PP", field: "2026-05-01T10:00:00+07:00"},
        {"id": "3", "text": "lampu jalan mati", "agency": "Satpol PP"},
        {"id": "4", "text": "lampu jalan mati", "agency": "Satpol PP", field: "whenever"},
    ]
    figures = evaluate(labelled(rows), dated, House.of("pemda-33.74", dated.registry))
    assert figures["top_1"] == {"right": 4, "of": 4, "share": 1.0}


@pytest.fixture
def divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set LAPOR_ALLOTMENTS to a folder in which Semarang has a unit of its own for lamps, and return a file of its reports."""
    folder, path = tmp_path / "allotments", tmp_path / "history.jsonl"
    folder.mkdir()
    (folder / "33.74.yaml").write_text(
        'government: pemda-33.74\neditions:\n  - since: 2026-01-01\n    source: "a decree"\n    units:\n'
        '      lampu: {name: "Dinas Penerangan", aliases: [DIPEN]}\n    subjects: {street-light: lampu}\n'
    )
    rows = [
        {"id": f"{label}{number}", "text": f"{text} {number}", "agency": label}
        for text, label in (("lampu jalan mati nomor", "DIPEN"), ("jalan berlubang nomor", "Dinas Pekerjaan Umum"))
        for number in range(30)
    ]
    path.write_bytes(b"".join(orjson.dumps({**row, "region": "33.74"}) + b"\n" for row in rows))
    monkeypatch.setenv("LAPOR_ALLOTMENTS", str(folder))
    return path


def test_learning_and_both_sides_of_a_comparison_know_the_allotments(divided: Path, tmp_path: Path) -> None:
    """An alias of the file is the file's unit, not an unknown body; the model of --against is measured with the same units."""
    model, measured = tmp_path / "model.json", tmp_path / "figures.json"
    learnt = CliRunner().invoke(
        app, ["learn", "--from", str(divided), "--within", "pemda-33.74", "--out", str(model), "--anyway"]
    )
    assert learnt.exit_code == 0, learnt.output
    assert "with the allotments of 33.74 (LAPOR_ALLOTMENTS)" in learnt.stderr
    assert "does not know" not in learnt.stderr
    document = orjson.loads(model.read_bytes())
    assert (document["bodies"], "lampu-33.74" in document["classes"]) == ([], True)
    options = ("--within", "pemda-33.74", "--against", str(model), "--json", str(measured))
    done = CliRunner().invoke(app, ["evaluate", str(divided), *options])
    assert done.exit_code == 0, done.output
    found = orjson.loads(measured.read_bytes())
    assert (found["top_1"]["share"], found["against"]["moved"]) == (1.0, [])


def test_what_scikit_learn_warns_of_does_not_reach_the_screen(
    divided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer can do nothing about it, and the figures say how good the model is."""

    def loud(*_: object, **__: object) -> None:
        warn("Liblinear failed to converge", stacklevel=2)
        raise ConfigurationError("enough")

    monkeypatch.setattr(figures, "learn", loud)
    command = ["learn", "--from", str(divided), "--out", str(tmp_path / "model.json")]
    with catch_warnings(record=True) as heard:
        simplefilter("always")
        done = CliRunner().invoke(app, command)
    assert str(done.exception) == "enough"
    assert heard == []


def test_without_scikit_learn_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence with the command to install it comes before a large file is read, or found broken."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    path = tmp_path / "broken.jsonl"
    path.write_text("no json")
    done = CliRunner().invoke(app, ["learn", "--from", str(path), "--out", str(tmp_path / "model.json")])
    assert isinstance(done.exception, ConfigurationError)
    assert "pip install" in str(done.exception)
    assert "lapor-pipeline[learn]" in str(done.exception)
