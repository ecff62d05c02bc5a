"""Runs a test over a table: one test, which goes through all rows and fails with all that are wrong."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from msgspec import convert
from pydantic import PydanticSchemaGenerationError, TypeAdapter

from complaints.errors import LaporError

TESTS: Final = Path(__file__).resolve().parents[1]
DATA: Final = TESTS / "data"
TABLES: Final = DATA / "tables"

SHOWN: Final = 600
"""How much of a row, and of what was wrong with it, is shown."""


@functools.cache
def document(name: str) -> Any:
    """Return a YAML file of tests/data."""
    return yaml.load((DATA / name).read_text("utf-8"), yaml.CSafeLoader)


def parts_of(row: object, columns: Sequence[str]) -> Mapping[str, Any]:
    """Return the values of a row by column. A row of two columns may be written as `first: second`."""
    if len(columns) == 1:
        values: Sequence[Any] = [row]
    elif isinstance(row, dict):
        values = next(iter(row.items()))
        assert len(row) == 1, f"a row is one pair: {row}"
    else:
        assert isinstance(row, list), row
        values = row
    return dict(zip(columns, values, strict=True))


def rows_of(table: Mapping[str, Any]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Return the columns of a table and its rows."""
    columns = str(table["columns"]).split(", ")
    return columns, [parts_of(row, columns) for row in table["rows"]]


def as_annotated(value: Any, hint: Any) -> Any:
    """Return what a test wants for a value of its table: bytes for characters, a tuple or a record for a list, a member for its value."""
    if hint in {None, Any, object, str, int, float, bool} or value is None:
        return value
    if isinstance(value, str) and hint in {bytes, bytes | None}:
        return value.encode("latin-1")
    try:
        adapter = TypeAdapter(hint)
    except PydanticSchemaGenerationError:  # records of the contract
        return convert(value, hint)
    return adapter.validate_python(value)


def plain(value: Any) -> Any:
    """Return a value as a story writes it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {plain(name): plain(one) for name, one in value.items()}
    return value


def at(of: Any, path: str) -> Any:
    """Return what a path of attributes leads to, and for a list that of each of its members."""
    for name in path.split("."):
        of = [getattr(one, name) for one in of] if isinstance(of, list | tuple) else of and getattr(of, name)
    return of


def table_of(test: Callable[..., None]) -> tuple[str, list[str], list[Mapping[str, Any]]]:
    """Return the file of a test's table, its columns and its rows."""
    name = Path(inspect.getfile(test)).name
    columns, rows = rows_of(tables_of(inspect.getfile(test))[test.__name__])
    hints = inspect.get_annotations(test, eval_str=True)
    return name, columns, [{key: as_annotated(value, hints.get(key)) for key, value in row.items()} for row in rows]


def over(
    test: Callable[..., None], source: str, columns: Sequence[str], rows: Callable[[], Iterable[Mapping[str, Any]]]
) -> Callable[..., None]:
    """Return one test that runs `test` for each row and fails with all rows that are wrong."""

    @functools.wraps(test, updated=())
    def whole(*args: Any, **fixtures: Any) -> None:
        wrong, count = [], 0
        for count, row in enumerate(rows(), 1):  # noqa: B007 - it is read behind the loop
            try:
                test(*args, **fixtures, **row)
            except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever a row raises is its failure
                said = str(error)[:SHOWN] if isinstance(error, AssertionError) else repr(error)[:SHOWN]
                wrong.append(f"- {str(dict(row))[:SHOWN]}\n  {said}")
        assert count, f"the table of {test.__name__} is empty"
        if wrong:
            pytest.fail(f"{source}: {len(wrong)} of {count} rows are wrong\n" + "\n".join(wrong), pytrace=False)

    signature = inspect.signature(test)
    kept = [one for name, one in signature.parameters.items() if name not in columns]
    whole.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    del whole.__wrapped__
    whole.pytestmark = list(getattr(test, "pytestmark", ()))  # type: ignore[attr-defined]
    return whole


def each_row(test: Callable[..., None]) -> Callable[..., None]:
    """Make one test of a test and its table in tests/data/tables."""
    name, columns, rows = table_of(test)
    return over(test, f"{name}, {test.__name__}", columns, lambda: rows)


def row_by_row(test: Callable[..., None]) -> Callable[..., None]:
    """Make a test of each row of its table in tests/data/tables, for rows that need a fixture of their own."""
    _, columns, rows = table_of(test)
    decorated: Callable[..., None] = pytest.mark.parametrize(columns, [tuple(row.values()) for row in rows])(test)
    return decorated


def each(
    names: str | Sequence[str], values: Iterable[Any] | Callable[[], Iterable[Any]]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make one test of a test and its values, which a function may make when the test runs."""
    columns = [names] if isinstance(names, str) else list(names)
    made = values if callable(values) else list(values)

    def rows() -> Iterator[Mapping[str, Any]]:
        for value in made() if callable(made) else made:
            yield dict(zip(columns, [value] if isinstance(names, str) else value, strict=True))

    return lambda test: over(test, test.__name__, columns, rows)


def tables_of(file: str) -> dict[str, Any]:
    """Return the tables of a test file, by their names."""
    path = Path(file).resolve().relative_to(TESTS)
    found: dict[str, Any] = document(f"tables/{path.parent.name}/{path.stem.removeprefix('test_')}.yaml")
    return found


def for_each(
    tables: Mapping[str, Any], field: str, test: Callable[[Any], None], name: str = "table"
) -> Callable[..., None]:
    """Return a test of each of the tables that has a field."""
    told = {key: one for key, one in tables.items() if isinstance(one, dict) and field in one}
    decorated: Callable[..., None] = pytest.mark.parametrize(name, told.values(), ids=list(told))(test)
    return decorated


def readings_of(file: str, read: Callable[[Any], Any]) -> Callable[..., None]:
    """Return a test of each table of readings of a test file.

    A reading has what is `given` to `read`, and what becomes of it by paths of attributes: `nothing`, words of the error with which it
    `fails`, or a value of each attribute; with `not` before it another value, and with `has` before it a value that is in it.
    """

    def becomes(given: Any, wanted: Mapping[str, Any]) -> None:
        given = dict(given) if isinstance(given, dict) else given  # a reader may take from it
        if "fails" in wanted:
            with pytest.raises(LaporError, match=wanted["fails"]):
                read(given)
            return
        found = read(given)
        if "nothing" in wanted:
            assert found is None
            return
        for name, value in wanted.items():
            *how, where = name.split()
            seen = plain(at(found, where))
            right = value in seen if "has" in how else seen == value
            assert right != ("not" in how), f"{name}: {value!r}, is {seen!r}"

    def test(table: Mapping[str, Any]) -> None:
        """What is read becomes what the table says."""
        rows = [{"given": row.pop("given"), "wanted": row} for row in map(dict, table["reads"])]
        over(becomes, str(table["rule"]), ["given", "wanted"], lambda: rows)()

    return for_each(tables_of(file), "reads", test)
