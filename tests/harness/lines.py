"""Asks lines of `lapor route --json` as the tables of tests/data/tables have them, with or without a government's division of tasks."""

import functools
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from router.jsonlines import route_line
from router.routing import Router
from router.within import House
from tests.harness.stories import rows_of
from tests.harness.tables import for_each, over, tables_of

TODAY: Final = date(2026, 11, 26)

LINE: Final = frozenset({"text", "title", "address", "region", "received_at"})
"""The fields of a line; what else a table has is what the answer must be."""


@functools.cache
def router_with(name: str, content: str) -> Router:
    """Return a router with one allotment, whose file has this name, or with none."""
    if not content:
        return Router.load()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{name}.yaml").write_text(content)
        return Router.load(allotments=Path(folder), today=TODAY)


def answer(router: Router, line: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Return the answer to a line, with what it says of the government's own desk beside the rest."""
    house = House.of(within, router.registry) if within else None
    said: dict[str, Any] = orjson.loads(route_line(router, orjson.dumps(line), house))
    place = said["place"]["regency"] or said["place"]["province"] or {"code": ""}
    within_it = {"own": None, "elsewhere": None} | (said.pop("within", None) or {})
    named = {"name": said["agency"]["name"], "agency": said["agency"]["id"], "regency": place["code"]}
    others = [one["id"] for one in said["alternatives"]]
    elsewhere = within_it["elsewhere"] and within_it["elsewhere"]["id"]
    return said | named | {"alternatives": others, "own": within_it["own"], "elsewhere": elsewhere}


def look(said: Mapping[str, Any], name: str, wanted: Any) -> None:
    """Fail if the answer is not so. `not`, `at most` or `at least` may stand before a name; of a text or a list a part is named."""
    words = name.split()
    found = said[words[-1]]
    match words[:-1]:
        case ["at", "most"]:
            right = found <= wanted
        case ["at", "least"]:
            right = found >= wanted
        case how:
            is_part = words[-1] in {"explanation", "alternatives"}
            right = (wanted in found if is_part else found == wanted) != (how == ["not"])
    assert right, f"{name}: {wanted!r}, is {found!r}"


def ask(table: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Ask the lines of a table, once for each of its rows."""

    def once(row: Mapping[str, Any]) -> None:
        file = str(table.get("allotment", ""))
        router = router_with(file, files.get(file, ""))
        for line in table["lines"]:
            filled = {name: one.format_map(row) if isinstance(one, str) else one for name, one in line.items()}
            given = {name: one for name, one in filled.items() if name in LINE}
            said = answer(router, given, filled.get("within", ""))
            if filled.pop("as_by_law", False):  # the answer of the national rules
                assert said["agency"] == answer(Router.load(), given, filled.get("within", ""))["agency"]
            if filled.pop("as_alone", False):  # the owner is that of the text alone, and about as sure
                alone = answer(router, {"text": given["text"]})
                assert said["agency"] == alone["agency"]
                assert said["regency"] == alone["regency"]
                assert said["triage"] or alone["confidence"] - 0.1 <= said["confidence"] <= alone["confidence"]
            for name, wanted in filled.items():
                if name not in LINE and name != "within":
                    look(said, name, wanted)

    over(once, str(table["rule"]), ["row"], lambda: ({"row": row} for row in rows_of(table)))()


def lines_of(file: str) -> Callable[..., None]:
    """Return a test of each table of lines of a test file. FILES in it has the allotments by the names of their files."""
    tables = tables_of(file)

    def test(table: Mapping[str, Any]) -> None:
        """The answer to each line is what the table says."""
        ask(table, tables.get("FILES", {}))

    return for_each(tables, "lines", test)
