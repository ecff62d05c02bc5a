"""A mistake in one government's allotment: what the officers, the workers and doctor of the whole country do meanwhile."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from lapor.local import checkup
from lapor.processes.cases import existing
from lapor.processes.routing import agencies, agencies_and_router, router, router_of_worker
from ops.doctor import Finding, Level
from router.routing import Router
from tests.harness.allotments import allotment
from tests.harness.decided import answered

SOUND = allotment('units: {lampu: {name: "Dinas Penerangan"}}', "subjects: {street-light: [lampu]}", region="33.22")

BROKEN = SOUND.replace("33.22", "33.74").replace("units:", "unitz:")


def settings_of(folder: Path, **files: str) -> Settings:
    """Return settings with allotments: files by the code of their region."""
    allotments = folder / "allotments"
    allotments.mkdir()
    for name, content in files.items():
        (allotments / f"{name}.yaml").write_text(content)
    return Settings(data=folder, allotments=allotments)


def owner(by: Router, place: str) -> str:
    """Return the owner of a dark street lamp."""
    return str(answered(by, f"lampu jalan mati sejak seminggu di {place}")["agency"]["id"])


def test_officers_act_and_are_warned_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every other government, with its own units too; the line names file and line."""
    settings = settings_of(tmp_path, a=BROKEN, b=SOUND)
    known = agencies(settings)
    assert existing(known, "lampu-33.22").name == "Dinas Penerangan Kabupaten Semarang"
    assert existing(known, "dpu-33.74").id == "dpu-33.74"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lapor: warning: {tmp_path / 'allotments' / 'a.yaml'}:5: an edition has no field unitz")


def test_a_worker_that_restarts_leaves_the_file_out_and_the_others_count(tmp_path: Path) -> None:
    """The national rules decide in the region of the file; the log names file and line."""
    settings = settings_of(tmp_path, a=BROKEN, b=SOUND)
    with capture_logs() as logs:
        law = router_of_worker(settings)
    (entry,) = logs
    assert (entry["log_level"], entry["file"], entry["line"]) == ("error", str(tmp_path / "allotments" / "a.yaml"), 5)
    assert owner(law, "Kecamatan Ungaran Barat Kabupaten Semarang") == "lampu-33.22"
    place = "Kecamatan Tembalang Kota Semarang"
    assert owner(law, place) == owner(Router.load(), place)
    with pytest.raises(ConfigurationError, match="unitz"):
        router(settings)


@pytest.mark.parametrize(
    "content",
    ["editions: [", b"\xff\xfe", "", "[1]", "government: pemda-33.74", SOUND.replace("source", "sauce")],
)
def test_no_content_of_a_file_stops_a_worker(tmp_path: Path, content: str | bytes) -> None:
    """Neither what is no YAML, nor what is no text."""
    settings = settings_of(tmp_path, b=SOUND)
    written = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "allotments" / "a.yaml").write_bytes(written)
    assert set(router_of_worker(settings).allotments.editions) == {"33.22"}


def without_folder(folder: Path, kind: str) -> Settings:
    """Return settings whose folder of allotments is missing or empty, as on a disk that is not mounted."""
    if kind == "empty":
        (folder / kind).mkdir()
    return Settings(data=folder, allotments=folder / kind)


KINDS = pytest.mark.parametrize(("kind", "why"), [("missing", "is not a folder"), ("empty", "has no allotment")])


@KINDS
def test_a_folder_that_is_missing_or_empty_leaves_the_national_rules(tmp_path: Path, kind: str, why: str) -> None:
    """A disk that is not mounted is no reason to route nothing; `lapor route` refuses it, because its answers would be wrong."""
    settings = without_folder(tmp_path, kind)
    with capture_logs() as logs:
        law = router_of_worker(settings)
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("allotments_left_out", "error")
    assert why in entry["mistake"]
    assert str(tmp_path / kind) in entry["mistake"]
    place = "Kecamatan Tembalang Kota Semarang"
    assert owner(law, place) == owner(Router.load(), place)
    with pytest.raises(ConfigurationError, match=why):
        router(settings)


@KINDS
def test_without_the_folder_officers_act_and_no_unit_is_called_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, why: str
) -> None:
    """With one line of warning: a unit that only the folder has may still exist."""
    known, law = agencies_and_router(without_folder(tmp_path, kind))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lapor: warning: ")
    assert why in line
    assert "the national rules decide everywhere" in line
    assert existing(known, "dpu-33.74").id == "dpu-33.74"
    assert not known.is_gone("lampu-33.74")
    assert law.allotments.editions == {}


@KINDS
def test_doctor_fails_on_a_folder_that_is_missing_or_empty(tmp_path: Path, kind: str, why: str) -> None:
    """And says what a service does meanwhile."""
    (found,) = (one for one in checkup.findings(without_folder(tmp_path, kind)) if one.what == "allotments")
    assert found.level is Level.fail
    assert why in found.detail
    assert "the national rules decide everywhere" in found.advice


def test_of_two_files_about_one_government_neither_counts(tmp_path: Path) -> None:
    """Nobody knows which one is meant; one with a mistake of its own takes no other with it."""
    other = SOUND.replace("33.22", "33.74")
    settings = settings_of(tmp_path, a=SOUND, b=SOUND, c=other, d=BROKEN)
    assert set(router_of_worker(settings).allotments.editions) == {"33.74"}


def test_the_owner_of_a_case_is_not_called_gone_while_its_file_is_left_out(tmp_path: Path) -> None:
    """It would be given away for a typing mistake. What another file took away is gone."""
    taken = SOUND.replace('lampu: {name: "Dinas Penerangan"}', "dpu: none").replace("[lampu]", "dishub")
    known = agencies(settings_of(tmp_path, a=BROKEN, b=taken))
    assert [known.is_gone(one) for one in ("lampu-33.74", "dpu-33.74", "dpu-33.22")] == [False, False, True]
    (tmp_path / "allotments" / "a.yaml").unlink()
    assert agencies(Settings(allotments=tmp_path / "allotments")).is_gone("lampu-33.74")


def test_doctor_names_the_mistake_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a fault of the allotments, and not also of the owners of cases."""

    def looked(_: Settings) -> Finding:
        return Finding(what="looked", level=Level.ok)

    def names(found: Sequence[Finding]) -> list[str]:
        return [one.what for one in found if "unitz" in str(one.lines) or one.what in {"owners", "looked"}]

    monkeypatch.setattr(checkup, "_owners", looked)
    monkeypatch.setattr(checkup, "_clickhouse", lambda _: Finding(what="clickhouse", level=Level.ok))
    settings = settings_of(tmp_path, a=BROKEN).model_copy(update={"clickhouse": "clickhouse://127.0.0.1:1/lapor"})
    found = [*checkup.findings(settings)]
    assert names(found) == ["allotments"]
    (failed,) = (one for one in found if one.what == "allotments")
    assert failed.level is Level.fail
    assert "the national rules decide there" in failed.advice
    (tmp_path / "allotments" / "a.yaml").write_text(SOUND)
    assert names([*checkup.findings(settings)]) == ["looked"]
