"""A government's units as `lapor agency units` and `search` show them: names of today, former and later ones."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lapor.cli import app
from router.agencies.registry import Registry
from router.agencies.resolve import resolve, search
from router.routing import Router
from tests.harness.tables import row_by_row
from tests.harness.there import there
from tests.unit.router.test_allotments import FILE, TODAY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an allotment of Semarang whose lamps' unit was renamed in 2026 and is again in 2999."""
    made = tmp_path_factory.mktemp("allotments")
    old = '  - since: 2020-01-01\n    source: "x"\n    units:\n      lampu: {name: "Kantor Lentera"}\n'
    (made / "33.74.yaml").write_text(
        FILE.replace("editions:\n", f"editions:\n{old}").replace("2027-01-01", "2999-01-01")
    )
    return made


def asked(folder: Path, *arguments: str) -> Result:
    """Return what a command says with the allotments."""
    return CliRunner().invoke(app, ["agency", *arguments], env={"LAPOR_ALLOTMENTS": str(folder)})


def test_a_governments_units_are_listed_with_the_names_of_all_days(folder: Path) -> None:
    """Usual units, renamed ones and its own; neither the police nor another government's."""
    rows = {
        key: (name, more)
        for key, name, more in (
            line.split("\t") for line in asked(folder, "units", "--region", "33.74").stdout.splitlines()
        )
    }
    name, more = rows["lampu-33.74"]
    assert name == "Dinas Penerangan Kota Semarang"
    assert "until 2025-12-31: Kantor Lentera;" in more
    assert "from 2999-01-01: Dinas Cahaya Kota Semarang" in more
    assert "DPK Semarang" in more
    name, more = rows["dpu-33.74"]
    assert name == "Dinas Sumber Daya Air dan Bina Marga Kota Semarang"
    assert "until 2025-12-31: Dinas Pekerjaan Umum Kota Semarang" in more
    assert rows["taman-33.74"] == ("Dinas Taman Kota Semarang", "from 2999-01-01")
    assert rows["dishub-33.74"][0] == "Dinas Perhubungan Kota Semarang"
    assert "polres-33.74" not in rows
    assert all(key.endswith("-33.74") or key in Registry.load().bodies for key in rows)


@row_by_row
def test_a_unit_is_found_by_part_of_any_of_its_names(folder: Path, words: str) -> None:
    """Today's, a former one, a later one, an alias; nothing else has these words."""
    done = asked(folder, "units", "--region", "33.74", words)
    if words == "dinas lentera":
        assert done.exit_code == 1
        assert "has no unit with a name like 'dinas lentera'" in done.stderr
    else:
        assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["lampu-33.74"]


def test_an_unknown_government_is_one_sentence(folder: Path) -> None:
    """The error says where ids come from."""
    assert "no agency has the id 'pemda-33.99'" in str(asked(folder, "units", "--region", "33.99").exception)


def test_a_renamed_unit_is_searched_and_resolved_by_any_of_its_names(folder: Path) -> None:
    """Part of a name is enough for a search; a whole one, with the region, for an officer's label."""
    registry = Router.load(allotments=folder, today=TODAY).registry
    for words in ("penerangan semarang", "lentera kota semarang", "cahaya semarang", "bina marga kota semarang"):
        ids = [agency.id for agency in search(registry, words)]
        assert {"lampu-33.74", "dpu-33.74"} & set(ids), words
    for name in (
        "Kantor Lentera",
        "Dinas Cahaya",
        "Dinas Penerangan Kota Semarang",
        "Dinas Penerangan",
        "DPK Semarang",
    ):
        found = resolve(registry, name, "33.74")
        assert found is not None, name
        assert found.id == "lampu-33.74"


def test_a_name_that_another_unit_has_today_means_that_unit(tmp_path: Path) -> None:
    """The former holder of a name is not meant by it any more."""
    (tmp_path / "33.74.yaml").write_text(
        'government: pemda-33.74\neditions:\n  - since: 2020-01-01\n    source: "x"\n'
        '    units:\n      lampu: {name: "Dinas Terang"}\n'
        '  - since: 2026-01-01\n    source: "x"\n'
        '    units:\n      lampu: {name: "Dinas Redup"}\n      surya: {name: "Dinas Terang"}\n'
    )
    registry = Router.load(allotments=tmp_path, today=TODAY).registry
    assert there(resolve(registry, "Dinas Terang", "33.74")).id == "surya-33.74"
