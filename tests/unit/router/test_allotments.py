"""A government's own division of tasks: its file, its mistakes, and what it changes in the routing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from complaints.errors import ConfigurationError
from complaints.event import Place, Region
from lapor.cli import app
from ops.allot import proposed
from ops.learning.learn import learn, save
from ops.quality.labelled import Labelled
from router.agencies.registry import Registry
from router.agencies.resolve import resolve
from router.allotments.files import check
from router.routing import Router
from tests.harness.decided import answered
from tests.harness.events import complaint
from tests.harness.lines import lines_of
from tests.harness.tables import document, row_by_row
from tests.harness.there import there

TODAY = date(2026, 11, 26)

FILE: str = document("tables/router/allotments.yaml")["FILES"]["33.74"]


test_lines = lines_of(__file__)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an allotment of Semarang and a file that is none."""
    made = tmp_path_factory.mktemp("allotments")
    (made / "33.74.yaml").write_text(FILE)
    (made / "notes.txt").write_text("not an allotment")
    return made


@pytest.fixture(scope="module")
def router(folder: Path) -> Router:
    """Return a router with these allotments."""
    return Router.load(allotments=folder, today=TODAY)


def test_an_alias_is_one_governments_own(router: Router) -> None:
    """Officers of another city mean their own unit."""
    found = resolve(router.registry, "DPK Semarang", "32.73")
    assert found is None or found.region != "33.74"


def test_a_decision_records_the_version_of_the_division(router: Router) -> None:
    """The same file gives the same version; the edition of the day of receipt counts."""
    place = Place(province=Region(code="33", name=""), regency=Region(code="33.74", name=""))
    lamp = complaint(title="", text="lampu jalan mati", place=place, received_at=datetime(2026, 11, 26, 3, tzinfo=UTC))
    version = router.route(lamp).rules_version
    assert version.startswith(f"{router.rules.version}+33.74@2026-01-01+")
    later = router.route(replace(lamp, received_at=datetime(2027, 11, 26, 3, tzinfo=UTC))).rules_version
    assert "+33.74@2027-01-01+" in later


def test_one_odd_report_moves_nothing(tmp_path: Path) -> None:
    """One card that a district office handled does not take cards from the registry's office; ten do."""
    for reports, owner in ((1, "dukcapil-33.74"), (10, "kec-33.74.12")):
        (tmp_path / "33.74.yaml").write_text(
            FILE.replace("street-light: lampu", f'civil-registry: {{"kec@district": {reports}}}')
        )
        loaded = Router.load(allotments=tmp_path, today=TODAY + timedelta(days=reports))
        text = "KTP saya belum jadi, Kecamatan Gunungpati Kota Semarang"
        assert answered(loaded, text, within="pemda-33.74")["agency"]["id"] == owner


LAMPS = [("lampu jalan mati gelap", "Dinas Pekerjaan Umum"), ("sampah menumpuk bau", "Dinas Lingkungan Hidup")]
"""What a city's officers did for years: the public works have the lamps."""


@pytest.mark.parametrize("in_folder", [False, True])
def test_a_model_does_not_undo_what_the_division_of_the_day_says(folder: Path, tmp_path: Path, in_folder: bool) -> None:
    """The file gives the lamps to a unit from 2026 on; before, the model of what officers did decides."""
    history = [
        Labelled(id=f"{number}{unit}", title="", text=f"{text} nomor {number}", best=(unit,))
        for number in range(40)
        for text, unit in LAMPS
    ]
    path = tmp_path / "33.74.json"
    save(learn(history, Router.load(), today=TODAY, region="33.74"), path)
    both = Router.load(model=tmp_path if in_folder else path, allotments=folder, today=TODAY)
    text = "lampu jalan mati gelap di Kota Semarang"
    before = answered(both, text, within="pemda-33.74", received_at="2025-12-31T10:00:00+07:00")
    assert before["agency"]["id"] == "dpu-33.74"
    assert answered(both, text, received_at="2025-12-31T10:00:00+07:00") == answered(
        Router.load(allotments=folder, today=TODAY), text, received_at="2025-12-31T10:00:00+07:00"
    ), "the rules' unit is none that the model knows"
    for within in ("pemda-33.74", ""):
        after = answered(both, text, within=within, received_at="2026-01-01T10:00:00+07:00")
        assert after["agency"]["id"] == "lampu-33.74"
    waste = answered(both, "sampah menumpuk bau di Kota Semarang", received_at="2026-01-01T10:00:00+07:00")
    assert waste["agency"]["id"] == "dlh-33.74"


@row_by_row
def test_a_mistake_is_named_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, said: str) -> None:
    """`lapor agency check` and the router's start refuse the file, and say where and what to do."""
    path = tmp_path / "33.74.yaml"
    path.write_text(FILE.replace(*change))
    found = check([path], Registry.load())
    assert [one for one in found if one.line == line and said in one.said], found
    if "YAML" not in found[0].said:
        with pytest.raises(ConfigurationError, match="the allotments have mistakes"):
            Router.load(allotments=tmp_path, today=TODAY)


def test_the_check_says_which_desk_acts_for_the_government(tmp_path: Path) -> None:
    """A managing officer takes the desk's rights over from the government: `--as pemda-33.74` is no longer the desk."""
    path = tmp_path / "33.74.yaml"
    officer = '    managing_officer: {unit: diskominfo, decree: "a decree of the mayor"}\n'
    later = '    managing_officer: {unit: lampu, decree: "another"}\n    units:\n      lampu: {name: "Dinas Cahaya"}'
    path.write_text(
        FILE.replace("2027-01-01", "2999-01-01").replace('    units:\n      lampu: {name: "Dinas Cahaya"}', later)
    )
    said = CliRunner().invoke(app, ["agency", "check", str(path)])
    name = "Dinas Komunikasi dan Informatika Kota Semarang"
    assert said.exit_code == 0
    today = f"{name} acts as the desk of Pemerintah Kota Semarang (--as diskominfo-33.74, no longer pemda-33.74)"
    coming = "Dinas Cahaya Kota Semarang acts as the desk of Pemerintah Kota Semarang (--as lampu-33.74, no longer pemda-33.74)"
    assert said.stderr.splitlines()[1:] == [f"pemda-33.74: {today}; from 2999-01-01 {coming}"]
    router = Router.load(allotments=tmp_path, today=TODAY)
    place = Place(province=Region(code="33", name=""), regency=Region(code="33.74", name=""))
    empty = complaint(text="", place=place, received_at=datetime(2026, 11, 26, 3, tzinfo=UTC))
    assert [router.is_desk(one, empty) for one in ("diskominfo-33.74", "pemda-33.74")] == [True, False]
    path.write_text(FILE.partition("  - since: 2027")[0].replace(officer, ""))
    said = CliRunner().invoke(app, ["agency", "check", str(path)])
    assert said.stderr.splitlines()[1:] == [
        "pemda-33.74: Pemerintah Kota Semarang itself acts as its desk (--as pemda-33.74)"
    ]


def test_the_check_warns_of_a_name_that_has_kota_twice_with_its_region(tmp_path: Path) -> None:
    """It is no mistake, so the stack starts; the sentence has the name that was probably meant."""
    path = tmp_path / "33.74.yaml"
    path.write_text(FILE.replace("Dinas Cahaya", "Dinas Penataan Kota"))
    said = CliRunner().invoke(app, ["agency", "check", str(path)])
    assert said.exit_code == 0
    (warning,) = [line for line in said.stderr.splitlines() if line.startswith("warning: ")]
    assert "'Dinas Penataan Kota' becomes 'Dinas Penataan Kota Kota Semarang'" in warning
    assert warning.endswith("as 'Dinas Penataan Kota Semarang'")
    path.write_text(FILE.replace("Dinas Cahaya", "Dinas Penataan Kota Semarang"))
    assert "warning" not in CliRunner().invoke(app, ["agency", "check", str(path)]).stderr


def test_a_usual_units_name_is_free_once_the_unit_has_another(tmp_path: Path) -> None:
    """A city may call its public works Dinas Perhubungan if its transport office has another name."""
    path = tmp_path / "33.74.yaml"
    units = '      dishub: {name: "Dinas Angkutan"}\n      lampu: {name: "Dinas Perhubungan"'
    path.write_text(FILE.replace('      lampu: {name: "Dinas Penerangan"', units))
    assert check([path], Registry.load()) == []


def test_before_the_first_day_of_a_file_the_government_has_the_usual_units(tmp_path: Path) -> None:
    """An edition counts from its day on, the first one too: names, units and version are as without the file until then."""
    (tmp_path / "33.74.yaml").write_text(FILE.partition("  - since: 2027")[0].replace("2026-01-01", "2028-01-01"))
    coming, plain = Router.load(allotments=tmp_path, today=TODAY), Router.load()
    for text in ("jalan berlubang di Kota Semarang", "lampu jalan mati di Kota Semarang", "halo Kota Semarang"):
        assert answered(coming, text) == answered(plain, text)
        assert answered(coming, text, within="pemda-33.74") == answered(plain, text, within="pemda-33.74")
    later = answered(coming, "lampu jalan mati di Kota Semarang", received_at="2028-01-01T10:00:00+07:00")
    assert later["agency"] == {"id": "lampu-33.74", "name": "Dinas Penerangan Kota Semarang"}
    assert there(resolve(coming.registry, "DPK Semarang", "33.74")).id == "lampu-33.74"


def test_a_later_edition_keeps_the_fields_of_a_unit_that_it_does_not_name(tmp_path: Path) -> None:
    """A new name of 2027 changes neither the aliases of the unit nor the one above it, unless the edition says so."""
    (tmp_path / "33.74.yaml").write_text(FILE)
    later = Router.load(allotments=tmp_path, today=date(2027, 2, 1))
    found = there(resolve(later.registry, "DPK Semarang", "33.74"))
    assert (found.id, found.name, found.parent) == ("lampu-33.74", "Dinas Cahaya Kota Semarang", "dpu-33.74")
    (tmp_path / "33.74.yaml").write_text(FILE.replace('{name: "Dinas Cahaya"}', "{under: pemda}"))
    free = there(Router.load(allotments=tmp_path, today=date(2027, 2, 2)).registry.get("lampu-33.74"))
    assert (free.name, free.parent) == ("Dinas Penerangan Kota Semarang", "pemda-33.74")


def test_a_unit_that_an_edition_takes_away_has_no_subject_from_that_day_on(tmp_path: Path) -> None:
    """Its subjects go to the unit that the file names, else to the managing officer, else to the government itself."""
    gone = FILE.replace('lampu: {name: "Dinas Cahaya"}', "dishub: none\n      dinsos: none").replace(
        "trees-parks: [taman]", "trees-parks: [taman]\n      traffic: satpolpp"
    )
    path = tmp_path / "33.74.yaml"
    path.write_text(gone)
    assert check([path], Registry.load()) == []
    loaded = Router.load(allotments=tmp_path, today=TODAY)
    for text, unit, heir in (
        ("lampu merah mati dan macet di Kota Semarang", "dishub-33.74", "satpolpp-33.74"),
        ("pengemis dan gelandangan di Kota Semarang", "dinsos-33.74", "diskominfo-33.74"),
    ):
        for within in ("", "pemda-33.74"):
            before = answered(loaded, text, within=within, received_at="2026-12-31T10:00:00+07:00")
            after = answered(loaded, text, within=within, received_at="2027-01-01T10:00:00+07:00")
            assert before["agency"]["id"] == unit, text
            others = [one["id"] for one in after["alternatives"]]
            assert after["agency"]["id"] == heir, (text, after)
            assert unit not in others
    path.write_text(gone.replace('    managing_officer: {unit: diskominfo, decree: "a decree of the mayor"}\n', ""))
    none = Router.load(allotments=tmp_path, today=TODAY + timedelta(days=1))
    after = answered(none, "pengemis dan gelandangan di Kota Semarang", received_at="2027-01-01T10:00:00+07:00")
    assert after["agency"]["id"] == "pemda-33.74"


def test_an_empty_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """Neither the router nor the check is silent about it: a file may have another ending."""
    (tmp_path / "33.74.yaml.txt").write_text(FILE)
    with pytest.raises(ConfigurationError, match=r"has no allotment: put files there that end with \.yaml or \.yml"):
        Router.load(allotments=tmp_path, today=TODAY)
    done = CliRunner().invoke(app, ["agency", "check", str(tmp_path)])
    assert "has no allotment" in str(done.exception)


def test_two_files_about_one_government_are_a_mistake(tmp_path: Path) -> None:
    """Nobody knows which of them holds."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(FILE)
    assert "is about pemda-33.74 too" in str(check(sorted(tmp_path.iterdir()), Registry.load()))


def test_a_proposal_counts_reports_and_is_a_valid_file(tmp_path: Path) -> None:
    """Units under their own names, a unit of the government's own, branches of national agencies left out."""
    told = [
        ("lampu jalan mati di depan rumah", "Dinas Penerangan"),
        *[("lampu pju padam semua", "Dinas Penerangan")] * 5,
        ("jalan berlubang di Kota Bandung", "Dinas Pekerjaan Umum"),
        ("jalan berlubang parah", "Dinas Pekerjaan Umum Kota Semarang"),
        ("jalan rusak dekat pasar", "Kecamatan Tembalang Kota Semarang"),
        ("motor dicuri tetangga", "Polrestabes Semarang"),
        ("mohon dibantu", "Dinas Pekerjaan Umum Kota Semarang"),
    ]
    history = [Labelled(id=str(place), title="", text=text, best=(unit,)) for place, (text, unit) in enumerate(told)]
    found = proposed(history, "33.74", Router.load(), since=TODAY, source="six.jsonl")
    assert (found.reports, found.unread, found.own.outside) == (8, 1, {"Polrestabes Semarang": 1})
    assert "penerangan: {name: " in found.text
    assert "street-light: {penerangan: 6}" in found.text
    assert '"kec@district": 1' in found.text
    path = tmp_path / "33.74.yaml"
    path.write_text(found.text)
    assert check([path], Registry.load()) == []
    learnt = Router.load(allotments=tmp_path, today=TODAY)
    assert answered(learnt, "lampu jalan mati", within="pemda-33.74")["agency"] == {
        "id": "penerangan-33.74",
        "name": "Dinas Penerangan Kota Semarang",
    }
