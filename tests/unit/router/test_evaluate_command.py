"""`lapor evaluate` measures what the labels say or names the line that it cannot measure, and never writes over what it reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from complaints.errors import ConfigurationError
from lapor.cli import app
from tests.harness.tables import row_by_row

ROW: dict[str, object] = {"id": "1", "text": "Jalan rusak di Kota Semarang", "best": ["dpu-33.74"]}


def measured(tmp_path: Path, rows: list[dict[str, object]], *options: str) -> Result:
    """Return what the command does with rows."""
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return CliRunner().invoke(app, ["evaluate", str(path), *options])


def refusal(done: Result) -> str:
    """Return the sentence with which the command refused to measure."""
    assert isinstance(done.exception, ConfigurationError), done.exception
    return str(done.exception)


@row_by_row
def test_a_label_that_would_be_measured_wrongly_is_named_with_its_line(
    tmp_path: Path, wrong: dict[str, object], said: str
) -> None:
    """Each of these was a traceback or a wrong figure."""
    done = measured(tmp_path, [{**ROW, "id": "0"}, {**ROW, **wrong}])
    assert f"{tmp_path / 'rows.jsonl'}, line 2: " in refusal(done)
    assert said in refusal(done)


def test_an_id_is_of_one_row(tmp_path: Path) -> None:
    """Two rows would count twice, and only one would be compared with another version."""
    assert "line 3: the id '1' is that of line 1 too" in refusal(measured(tmp_path, [ROW, {**ROW, "id": "2"}, ROW]))


def test_what_no_figure_measures_is_counted(tmp_path: Path) -> None:
    """A name that no agency has, and a row whose label is misspelt."""
    rows: list[dict[str, object]] = [
        ROW,
        {**ROW, "id": "2", "best": ["tidak-ada"]},
        {"id": "3", "text": "x", "bestt": ["pln"]},
    ]
    done = measured(tmp_path, rows)
    assert done.exit_code == 0
    assert "names in the labels that no agency has: 1, such as 'tidak-ada' (1)" in done.output
    assert "which no figure measures: 1" in done.output


@pytest.mark.parametrize("option", ["--json", "--out"])
def test_a_target_is_no_source(tmp_path: Path, option: str) -> None:
    """Also by another way to the same file, or if it is the file of the texts beside the labels."""
    (tmp_path / "texts.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "rows.jsonl")
    for name in ("rows.jsonl", "link", "texts.jsonl"):
        before = json.dumps(ROW) + "\n"
        assert "is a file that the command reads" in refusal(measured(tmp_path, [ROW], option, str(tmp_path / name)))
        assert (tmp_path / "rows.jsonl").read_text("utf-8") == before
    assert (tmp_path / "texts.jsonl").read_text("utf-8") == "{}\n"


@pytest.mark.parametrize(
    ("option", "said"), [("--against", "is a file that the command reads"), ("--out", "name another file")]
)
def test_two_options_name_two_files(tmp_path: Path, option: str, said: str) -> None:
    """The new report would overwrite the earlier one, and the second target the first."""
    same = tmp_path / "same"
    if option == "--against":
        same.write_text('{"owners": {}}', "utf-8")
    assert said in refusal(measured(tmp_path, [ROW], option, str(same), "--json", str(same)))
    assert same.exists() == (option == "--against")


@pytest.mark.parametrize("target", [".", "/proc/x.html", "nowhere/x.html"])
def test_a_target_that_cannot_be_written_is_found_before_the_measuring(
    tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder, a file that nobody may make, and a folder that does not exist."""
    monkeypatch.setattr("ops.quality.evaluate.evaluate", lambda *_: pytest.fail("measured"))
    done = measured(tmp_path, [ROW], "--out", str(tmp_path / target))
    assert "--out" in refusal(done)


@row_by_row
def test_what_is_no_report_is_not_compared_with(tmp_path: Path, other: str) -> None:
    """A sentence, not a traceback."""
    (tmp_path / "other.json").write_text(other, "utf-8")
    assert "is not a JSON report" in refusal(measured(tmp_path, [ROW], "--against", str(tmp_path / "other.json")))


def test_the_share_of_sure_wrong_answers_says_that_officers_labels_differ_from_the_law(tmp_path: Path) -> None:
    """On the screen and on the page, if there is a sure answer."""
    done = measured(
        tmp_path, [{**ROW, "text": "paspor saya di kantor imigrasi belum terbit"}], "--out", str(tmp_path / "page.html")
    )
    assert done.exit_code == 0, done.output
    assert "in about half of the cases" in done.output
    assert "in about half of the cases" in (tmp_path / "page.html").read_text("utf-8")
