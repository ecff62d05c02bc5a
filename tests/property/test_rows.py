"""The rows of the sink, for everything that the models allow and for what they do not."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from complaints import contract
from complaints.bus import StoredRecord
from complaints.bus.envelope import type_of
from complaints.case import Case
from complaints.contract import CASE_EVENTS, CASES, DEAD_LETTERS, MESSAGE_EVENTS
from complaints.errors import ContractViolation
from complaints.fact import Fact
from sinks.clickhouse.rows import rows_of
from tests.harness import generated
from tests.harness.columns import columns, fits
from tests.harness.events import stored
from tests.harness.facts import stored_case
from tests.harness.json_values import json_values
from tests.harness.model_rows import reference
from tests.harness.numbers import number
from tests.harness.tables import each

FOLDERS = {
    "fact": CASE_EVENTS,
    "case": CASES,
    "delivery": MESSAGE_EVENTS,
    "messageevent": MESSAGE_EVENTS,
    "replyevent": MESSAGE_EVENTS,
    "deadletter": DEAD_LETTERS,
}
TYPE_OF = {name.lower(): type_of(model) for name, model in contract.MODELS.items()}
EXAMPLES = [
    StoredRecord(topic, 3, 1708, b"key", path.read_bytes(), (("ce_type", TYPE_OF[folder]),), 1_793_672_100_123)
    for folder, topic in FOLDERS.items()
    for path in sorted((Path(str(files(contract))) / "examples" / folder).glob("*.json"))
]


def is_stored(record: StoredRecord) -> None:
    """Fail if the rows of a record differ from those of its model, have an id that the record has, or would stop a batch."""
    found = rows_of(record, number)
    assert found == reference(record)
    shown = {str(value) for _, row in found for value in row.values() if isinstance(value, UUID)}
    assert shown.isdisjoint(ID.findall((record.value or b"").decode()))
    would_fit(found)


def would_fit(found: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Fail if a value does not fit its column, or if two rows of a table could have their columns in another order."""
    for table, row in found:
        declared = columns()[table]
        assert [name for name, value in row.items() if not fits(value, declared[name])] == []
        assert ORDER.setdefault(table, list(row)) == list(row)


ORDER: dict[str, list[str]] = {}
ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@given(generated.FACTS)
def test_the_rows_of_a_fact_are_those_of_its_model(fact: Fact) -> None:
    """Whatever its kind and its content."""
    is_stored(stored(fact, 7))


@given(generated.CASES)
def test_the_row_of_a_case_is_that_of_its_model(case: Case) -> None:
    """Whatever happened to it."""
    is_stored(stored_case(case, 7))


@each("record", EXAMPLES)
def test_the_rows_of_each_example_are_those_of_its_model(record: StoredRecord) -> None:
    """The examples of the contract are what other programs write by."""
    is_stored(record)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values in JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inner for found in places(each, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return JSON with another value at a path."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@given(st.data())
def test_a_wrong_value_anywhere_is_poison_or_fits(data: st.DataObject) -> None:
    """It never raises anything else, and never makes a row that would stop the whole batch."""
    record = data.draw(st.sampled_from(EXAMPLES))
    event = orjson.loads(record.value or b"")
    path = data.draw(st.sampled_from(places(event)))
    numbers = st.integers(-(1 << 63), (1 << 64) - 1)
    new = data.draw(json_values(st.none() | st.booleans() | numbers | st.floats() | st.text(max_size=20)))
    with suppress(ContractViolation):
        would_fit(rows_of(replace(record, value=orjson.dumps(changed(event, path, new))), number))
