"""JSON lines through a function: in order, as they come, and a broken one is an error at its place; labels find their texts."""

import json
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from complaints.errors import ConfigurationError
from lapor.cli import app
from lapor.commands.figures import figures_of, learnt_from
from lapor.commands.jsonlines import Work, blocks, pump
from ops.history import decided
from ops.learning.learn import learn, save
from ops.quality.evaluate import evaluate
from ops.quality.labelled import labelled, texts_for
from router.agencies.registry import Registry
from router.jsonlines import resolve_line
from router.routing import Router
from tests.harness.tables import each_row, row_by_row


def shout(line: bytes) -> bytes:
    """Stand for the router: what has a "?" is broken."""
    return b'{"error":"?"}' if b"?" in line else line.strip().upper()


def make() -> Work:
    """Return the function, as each process does."""
    return shout


def sent(tmp_path: Path, content: bytes, *, jobs: int = 1) -> tuple[bytes, tuple[int, int]]:
    """Return what a file becomes, and the counts."""
    path = tmp_path / "in"
    path.write_bytes(content)
    sink = BytesIO()
    with path.open("rb") as source:
        counts = pump(source, sink, make, jobs=jobs)
    return sink.getvalue(), counts


@pytest.mark.parametrize("jobs", [1, 3])
def test_lines_keep_their_order_with_any_number_of_processes(tmp_path: Path, jobs: int) -> None:
    """Also over many blocks."""
    lines = [b"line %d %s" % (number, b"x" * 300) for number in range(5000)]
    out, counts = sent(tmp_path, b"\n".join(lines) + b"\n", jobs=jobs)
    assert out.split(b"\n")[:-1] == [line.upper() for line in lines]
    assert counts == (5000, 0)


@row_by_row
def test_odd_ends_and_broken_lines(tmp_path: Path, content: bytes, lines: list[bytes]) -> None:
    """The last line needs no end, blank lines are nothing, and an error says which line of the input it is."""
    out, (count, errors) = sent(tmp_path, content)
    assert out == b"".join(line + b"\n" for line in lines)
    assert (count, errors) == (len(lines), sum(b"error" in line for line in lines))


def test_a_line_longer_than_a_block_is_one_line(tmp_path: Path) -> None:
    """Nothing is cut."""
    out, counts = sent(tmp_path, b"a" * 1_000_000 + b"\nb")
    assert out == b"A" * 1_000_000 + b"\nB\n"
    assert counts == (2, 0)


def test_blocks_count_lines(tmp_path: Path) -> None:
    """The number of each block's first line is right."""
    path = tmp_path / "in"
    path.write_bytes(b"%s\n" % (b"y" * 99) * 10_000)
    with path.open("rb") as source:
        found = [(number, len([line for line in lines if line])) for number, lines in blocks(source)]
    assert len(found) > 1
    total = 0
    for number, count in found:
        assert number == total + 1
        total += count
    assert total == 10_000


@each_row
def test_a_name_becomes_a_body_and_the_bodies_above(line: str, agency: str | None) -> None:
    """The last above is the national administrator; an unknown name has none."""
    registry = Registry.load()
    said = json.loads(resolve_line(registry, line))
    assert said["agency_id"] == agency
    assert said["parents"][-1:] == ([registry.administrator_id] if agency else [])


@each_row
def test_no_name_is_an_error_line(line: str) -> None:
    """And nothing raises."""
    assert "error" in json.loads(resolve_line(Registry.load(), line))


def test_labels_without_texts_find_the_file_beside_them(tmp_path: Path) -> None:
    """The one that has every id; where none has, the text says which option to give."""
    (tmp_path / "other.jsonl").write_text('{"id": "1", "text": "a"}\n')
    (tmp_path / "odd.jsonl").write_text("[1]\n")
    owners = [{"id": "1", "best": ["PLN"]}, {"id": "2", "best": ["PLN"]}]
    path = tmp_path / "owners.jsonl"
    path.write_text("")
    with pytest.raises(ConfigurationError, match="--reports"):
        texts_for(owners, path, None)
    (tmp_path / "reports.jsonl").write_text('{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}\n')
    assert texts_for(owners, path, None)["2"]["text"] == "b"
    assert texts_for([{"id": "1", "text": "a"}], path, None) == {}


REPORTS = [
    {"id": str(number), "text": f"jalan berlubang {number} di {place}", "agency": f"Dinas PU {place}"}
    for number in range(15)
    for place in ("Kota Semarang", "Kabupaten Kendal", "Kota Bandung", "Kabupaten Tuban")
]


def loaded(model: Path) -> Router:
    """Return a router with a model."""
    return Router.load(model=model)


def test_versions_are_compared_by_report_rules_or_model(tmp_path: Path) -> None:
    """An earlier JSON report, another rules file, a model; anything else is refused by name."""
    router, labels = Router.load(), labelled(REPORTS)
    figures = evaluate(labels, router)
    earlier, model, other = tmp_path / "old.json", tmp_path / "model.json", tmp_path / "other.json"
    earlier.write_text(json.dumps(figures))
    assert figures_of(earlier, router, labels, None, load=loaded)["top_1"] == figures["top_1"]
    save(learn(labels, router, today=date(2026, 11, 24)), model)
    assert figures_of(model, router, labels, None, load=loaded)["model_version"].startswith("learnt-")
    packaged = Path(__file__).parents[3] / "router/data/rules.yaml"
    assert figures_of(packaged, router, labels, None, load=loaded)["owners"] == figures["owners"]
    other.write_text("[]")
    with pytest.raises(ConfigurationError, match=r"other\.json"):
        figures_of(other, router, labels, None, load=loaded)


def test_few_reports_are_not_learnt_from() -> None:
    """A fifth of them would tell nothing."""
    with pytest.raises(ConfigurationError, match="at least 50"):
        learnt_from(labelled(REPORTS[:20]), router=Router.load(), region="", say=print)


def test_decided_cases_become_reports() -> None:
    """With the identifier of their owner, which the registry knows."""

    def execute(sql: str, parameters: object) -> list[tuple[object, ...]]:
        assert "secret" in sql
        assert parameters
        return [("c-1", "judul", "teks", "33.74", "33", "dpu-33.74", datetime(2026, 11, 24, 3, tzinfo=UTC))]

    rows: Any = SimpleNamespace(execute=execute)
    (report,) = labelled(decided(rows))
    assert report.best == ("dpu-33.74",)
    assert report.region == "33.74"
    assert report.received == "2026-11-24T03:00:00+00:00"


def test_the_helps_show_how() -> None:
    """Each command's help has an example to copy."""
    for command, example in (
        (["route"], "lapor route --json"),
        (["evaluate"], "--against"),
        (["learn"], "clickhouse"),
        (["agency", "resolve"], "lapor agency resolve"),
    ):
        said = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
        assert said.exit_code == 0
        assert example in said.output
