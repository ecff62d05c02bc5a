"""Runs a test over a table: one test, which goes through all rows and fails with all that are wrong."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from msgspec import convert
from pydantic import PydanticSchemaGenerationError, TypeAdapter

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


def table_of(test: Callable[..., None]) -> tuple[str, list[str], list[Mapping[str, Any]]]:
    """Return the file of a test's table, its columns and its rows."""
    path = Path(inspect.getfile(test)).resolve().relative_to(TESTS)
    name = f"{path.parent.name}/{path.stem.removeprefix('test_')}.yaml"
    columns, rows = rows_of(document(f"tables/{name}")[test.__name__])
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
