"""The size of the program, its tests and its pages is recorded, and grows only for a reason; and so is what has no type."""

import ast
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from benchmarks.size import grown

ROOT = Path(__file__).parents[3]


def test_nothing_grows_by_more_than_a_twentieth_without_a_reason() -> None:
    """Lines, modules, words, and the files that one SMS passes."""
    assert grown() == []


def test_lists_of_words_are_data() -> None:
    """Lines of code that hold nothing but quoted lower-case words: 142 are left, and they may only become fewer."""
    listed = re.compile(r'^\s*[*(]*("[a-z][a-z ]*",? ?)+[),]*$')
    found = [
        line
        for wing in ("normalizer", "router", "neighbours", "conversation")
        for path in (ROOT / wing).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if listed.match(line)
    ]
    assert len(found) <= 142


WINGS = ("complaints", "conversation", "router", "neighbours", "view", "sinks")
FILES = {
    "complaints/bus/kafka_python.py": "Kafka's answers",
    "complaints/contract/__init__.py": "the file of the topics",
    "complaints/runtime/address.py": "the parts of an expression",
    "complaints/runtime/settings.py": "pydantic's errors",
    "complaints/runtime/telemetry.py": "structlog's events",
    "complaints/status_requests.py": "the parts of an expression",
    "complaints/storage": "headers, and the storage's answers",
    "complaints/wording.py": "the file of the wording",
    "conversation/heard.py": "shares by the names of intents, which are files",
    "conversation/table.py": "the same",
    "neighbours/places.py": "expressions by their names",
    "router/agencies": "the files of the agencies",
    "router/allotments": "the files of the governments",
    "router/cases/__main__.py": "the files of the law",
    "router/cases/clocks.py": "the same",
    "router/cases/document/waits.py": "the same",
    "router/deadlines.py": "the same",
    "router/jsonlines.py": "lines that people write",
    "router/learning": "the files of models",
    "router/offices.py": "the files of the law",
    "router/rulebook": "the same",
    "router/watchdog.py": "the same",
    "sinks/clickhouse": "rows, and the file of the tables",
    "view/http.py": "what a request asks",
}
"""What is no record and has its values by names, each with what that is."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for wing in WINGS:
        for path in sorted((ROOT / wing).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def test_no_record_is_subscripted_by_a_string() -> None:
    """A checker of types sees no field then: what happens to a case is a Struct."""
    found = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name, module in _modules()
        if not name.startswith(tuple(FILES))
        for node in ast.walk(module)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    ]
    assert [one for one in found if "Literal[" not in one] == []


def _untyped(node: ast.AST, docs: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Return the lines of `dict[str, Any]` below a node, each with the docstrings around it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
        docs = (*docs, ast.get_docstring(node) or "")
    children = list(ast.iter_child_nodes(node))
    for child, behind in zip_longest(children, children[1:]):
        if isinstance(child, ast.Subscript) and ast.unparse(child) == "dict[str, Any]":
            yield child.lineno, docs
        else:
            said = ast.unparse(behind) if isinstance(child, ast.Assign) and isinstance(behind, ast.Expr) else ""
            yield from _untyped(child, (*docs, said))


def test_what_is_plain_data_says_why() -> None:
    """`dict[str, Any]` stands in at most 20 places of the wings that handle records, and a docstring around each gives the reason."""
    found = [(f"{name}:{line}", docs) for name, module in _modules() for line, docs in _untyped(module, ())]
    assert [place for place, docs in found if "plain data" not in " ".join(" ".join(docs).split())] == []
    assert len(found) <= 20
