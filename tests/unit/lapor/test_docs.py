"""The documents are true where a machine can tell: names, links, numbers and tables are those of the repository."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lapor.commands.tables import settings_page
from ops.casework.acts import ACTS
from router.cases.__main__ import printed

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"

TEST_NAME = re.compile(r"(tests/[\w/]+\.py)::(test_\w+|Test\w+|\w+Machine)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def markdown() -> list[Path]:
    """Return the repository's documents."""
    found = (
        path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    )
    return sorted(found)


def direct_dependencies() -> set[str]:
    """Return the names that pyproject.toml asks for, in every group and extra."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *(line for group in project["dependency-groups"].values() for line in group),
    ]
    return {re.split(r"[\[<>=!~;\s]", line, maxsplit=1)[0].lower() for line in asked}


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_test_that_a_guarantee_names_exists() -> None:
    """A promise rests on a test that can be run, or is struck out."""
    named = TEST_NAME.findall((DOCS / "guarantees.md").read_text("utf-8"))
    assert named
    there = {
        file: {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        for file in {file for file, _ in named}
        if (ROOT / file).is_file()
    }
    assert [f"{file}::{name}" for file, name in named if name not in there.get(file, set())] == []


def test_a_guarantee_has_a_test_or_is_struck_out() -> None:
    """No third kind of row."""
    rows = re.findall(r"^\| (?!promise|---)(.+) \|$", (DOCS / "guarantees.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 20
    assert [row for row in rows if bool(TEST_NAME.search(row)) == row.startswith("~~")] == []


PATH = re.compile(
    r"`((?:benchmarks|channels|complaints|conversation|deploy|docs|embedded|lapor|normalizer|ops|router|sinks|tests|view)/[\w/.*-]*)"
)
"""A path of the repository in a document."""


def test_every_path_that_a_document_names_exists() -> None:
    """README, CONTRIBUTING, docs/ and the READMEs of data folders; decision records tell of their own time."""
    documents = [path for path in markdown() if "adr" not in path.parts and path.name != "CHANGELOG.md"]
    named = {(path.name, found) for path in documents for found in PATH.findall(path.read_text("utf-8"))}
    assert len(named) > 100
    placeholders = {"sinks/clickhouse/migrations/NNNN_what.sql"}
    assert (
        sorted(
            (name, path) for name, path in named if path not in placeholders and not any(ROOT.glob(path.rstrip("/")))
        )
        == []
    )


def test_every_direct_dependency_has_its_line() -> None:
    """And no line is of one that is gone."""
    listed = re.findall(r"^\| `([\w-]+)` \|", (DOCS / "dependencies.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(direct_dependencies())


def test_the_page_of_settings_is_generated() -> None:
    """Name, default and meaning are those of complaints/runtime/settings.py."""
    assert (DOCS / "settings.md").read_text("utf-8") == settings_page()


@pytest.mark.parametrize("path", markdown(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(path: Path) -> None:
    """To a file, and to a heading where it names one."""
    broken = []
    for link in LINK.findall(path.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_decision_records_are_numbered_without_gaps() -> None:
    """From 1, with those that were replaced, which the index names; each says its number, its context, its decision and what follows."""
    records = {int(path.name[:4]): path for path in (DOCS / "adr").glob("0*.md")}
    replaced = re.findall(r"^\| (\d+) \|", (DOCS / "adr" / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted([*records, *map(int, replaced)]) == list(range(1, len(records) + len(replaced) + 1))
    for number, path in records.items():
        text = path.read_text("utf-8")
        assert text.startswith(f"# {number}. ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, path.name


def test_the_records_that_the_code_names_exist() -> None:
    """A docstring that sends its reader to a record sends him somewhere."""
    packages = ("complaints", "channels", "normalizer", "router", "sinks", "view", "ops", "embedded", "lapor")
    named = {
        name
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r"docs/[\w/-]+\.md", path.read_text("utf-8"))
    }
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_the_page_of_the_case_is_the_table() -> None:
    """`python -m router.cases > docs/case.md` writes it anew."""
    assert (DOCS / "case.md").read_text("utf-8") == printed()


@pytest.mark.parametrize("name", ACTS)
def test_every_act_of_an_agency_stands_in_the_table_as_it_is(name: str) -> None:
    """docs/casework.md says what the help of the command says."""
    act = ACTS[name]
    row = f"| {name} | {act.what} | `{name} CODE {act.example}` |"
    assert row in (ROOT / "docs/casework.md").read_text("utf-8")
