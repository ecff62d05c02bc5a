"""The routing commands as their users call them: their streams, their exit statuses, their files."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.harness import command

PLACES = ("Kota Semarang", "Kabupaten Kendal", "Kota Bandung", "Kabupaten Tuban")
ROAD = {"id": "1", "channel": "sms", "title": "", "text": "Jalan di Kecamatan Tembalang Kota Semarang berlubang"}


def lapor(*arguments: str, given: str = "", status: int = 0) -> command.Ran:
    """Run a command to its end."""
    done = command.run(*arguments, given=given)
    assert done.returncode == status, done.stderr
    return done


def lines(rows: Sequence[object]) -> str:
    """Return JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_route_reads_and_writes_json_lines(jobs: str) -> None:
    """In order, with any number of processes."""
    rows = [{**ROAD, "id": str(number)} for number in range(1200)]
    route = [sys.executable, "-m", "lapor", "route", "--json", "--jobs", jobs]
    done = subprocess.run(route, input=lines(rows), capture_output=True, text=True, timeout=120, check=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in said] == [row["id"] for row in rows]
    assert {row["agency"]["id"] for row in said} == {"dpu-33.74"}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_whoever_writes_one_line_and_waits_gets_its_answer(jobs: str) -> None:
    """The pipe stays open meanwhile."""
    route = [sys.executable, "-m", "lapor", "route", "--json", "--jobs", jobs]
    with subprocess.Popen(route, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asked:
        assert asked.stdin
        assert asked.stdout
        for number in range(3):
            asked.stdin.write(lines([{**ROAD, "id": number}]))
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline())["id"] == number
        asked.stdin.close()
        assert asked.wait(30) == 0


def test_a_broken_line_stands_where_it_was_and_the_status_says_so(tmp_path: Path) -> None:
    """From a file too; the good lines are answered."""
    path = tmp_path / "in.jsonl"
    path.write_text(lines([ROAD]) + "{broken\n" + lines([ROAD]))
    done = lapor("route", "--json", str(path), status=1)
    first, error, last = (json.loads(line) for line in done.stdout.splitlines())
    assert first == last
    assert error["line"] == 2
    assert "1 of 3" in done.stderr


def test_without_json_a_line_is_for_people() -> None:
    """Id, body, confidence, why."""
    key, agency, confidence, why = lapor("route", given=lines([ROAD])).stdout.rstrip("\n").split("\t")
    assert (key, agency) == ("1", "dpu-33.74")
    assert 0 < float(confidence) <= 1
    assert why.endswith(".")


def test_names_are_resolved_as_lines_and_one_by_one() -> None:
    """An unknown name is null in lines, and a status of 1 alone."""
    said = lapor(
        "agency", "resolve", "--json", given=lines([{"name": "Ditjen Imigrasi"}, {"name": "Klub Catur Bahagia"}])
    )
    known, unknown = (json.loads(line) for line in said.stdout.splitlines())
    assert known["agency_id"] == "ditjen-imigrasi"
    assert unknown == {"name": "Klub Catur Bahagia", "agency_id": None, "parents": []}
    assert lapor("agency", "resolve", "Dinas PU", "--region", "33.74").stdout.startswith("dpu-33.74\t")
    lapor("agency", "resolve", "Klub Catur Bahagia", status=1)
    lapor("agency", "resolve", status=2)


def test_officers_are_learnt_from_measured_and_followed(tmp_path: Path) -> None:
    """From history to a model, with the figures of what it had not seen; then route, resolve and evaluate take it."""
    history, model = tmp_path / "history.jsonl", tmp_path / "model.json"
    rows = [
        {
            "id": f"{kind}{number}",
            "text": f"{text} di {PLACES[number % 4]}",
            "agency": agency or f"Dinas PU {PLACES[number % 4]}",
        }
        for number in range(40)
        for kind, text, agency in (
            ("k", "kabel semrawut udara melintang", "Tim Penataan Kabel Udara"),
            ("p", "lampu penerangan jalan mati gelap", ""),
        )
    ]
    history.write_text(lines(rows))
    figures = tmp_path / "figures.json"
    done = lapor("learn", "--from", str(history), "--out", str(model), "--json", str(figures))
    assert "linear SVM" in done.stdout
    assert "learnt-" in done.stdout
    said = json.loads(figures.read_text("utf-8"))
    assert said["how"] == "folds"
    assert said["model"]["top_1"] > said["rules"]["top_1"]
    asked = lines([{"id": "1", "text": "kabel semrawut melintang di Kota Semarang"}])
    said = json.loads(lapor("route", "--json", "--model", str(model), given=asked).stdout)
    assert said["agency"]["name"] == "Tim Penataan Kabel Udara"
    named = lapor(
        "agency", "resolve", "--json", "--model", str(model), given=lines([{"name": "Tim Penataan Kabel Udara"}])
    )
    assert json.loads(named.stdout)["parents"][-1] == "kemenpanrb"
    page, before, after = tmp_path / "page.html", tmp_path / "before.json", tmp_path / "after.json"
    lapor("evaluate", str(history), "--json", str(before))
    shown = lapor(
        "evaluate",
        str(history),
        "--model",
        str(model),
        "--out",
        str(page),
        "--json",
        str(after),
        "--against",
        str(before),
    )
    assert "against the other version" in shown.stdout
    assert "<svg" in page.read_text("utf-8")
    figures = json.loads(after.read_text("utf-8"))
    assert figures["top_1"]["share"] > json.loads(before.read_text("utf-8"))["top_1"]["share"]
    assert figures["against"]["moved"]


def test_what_the_rules_know_already_is_not_learnt(tmp_path: Path) -> None:
    """A model that does no better is not written, unless it is wanted anyway."""
    history, model = tmp_path / "history.jsonl", tmp_path / "model.json"
    rows = [
        {
            "id": str(number),
            "text": f"jalan berlubang di {PLACES[number % 4]}",
            "agency": f"Dinas PU {PLACES[number % 4]}",
        }
        for number in range(60)
    ]
    history.write_text(lines(rows))
    lapor("learn", "--from", str(history), "--out", str(model), status=1)
    assert not model.exists()
    lapor("learn", "--from", str(history), "--out", str(model), "--anyway")
    assert model.exists()


def test_wrong_arguments_are_one_sentence(tmp_path: Path) -> None:
    """Which file, and what to do."""
    wrong = tmp_path / "no-model.json"
    wrong.write_text("{}")
    history = ["learn", "--from", str(wrong), "--out", str(tmp_path / "model.json"), "--within", "PLN"]
    wrong_model = (
        ["route", "--model", str(wrong)],
        ["run", "web", "--model", str(wrong)],
        ["route", "--model", str(tmp_path / "none")],
    )
    for arguments in (*wrong_model, history):
        done = lapor(*arguments, status=2)
        assert done.stderr.startswith("lapor: ")
        assert done.stderr.count("\n") == 1
