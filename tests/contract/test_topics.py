"""The contract as data: schemas follow the models, stay compatible, and every example goes through everything that reads it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from complaints import contract
from complaints.bus import StoredRecord
from complaints.bus.envelope import decode, encode
from complaints.contract import CASE_EVENTS, COMPLAINTS, schema, topics
from complaints.errors import ContractViolation
from complaints.event import Event
from complaints.runtime.fuse import Fuse
from router.routing import Router
from router.work import process
from sinks.clickhouse.rows import TABLES

FOLDER = Path(str(files(contract)))
EVENT_TOPICS = {name: topic.model for name, topic in topics().items() if topic.model is not None}
EXAMPLES = [(name, example) for name in EVENT_TOPICS for example in sorted((FOLDER / "examples" / name).glob("*.json"))]
BASELINE = json.loads((Path(__file__).parent / "baseline.json").read_text())


def stored(topic: str, value: bytes) -> StoredRecord:
    """Return a record as Kafka gives it."""
    return StoredRecord(topic, 0, 1708, b"key", value, (), 0)


@pytest.mark.parametrize("topic", EVENT_TOPICS)
def test_the_committed_schema_is_the_models(topic: str) -> None:
    """`python -m complaints.contract` writes them anew."""
    committed = json.loads((FOLDER / "schemas" / f"{topic}.json").read_text("utf-8"))
    assert committed == schema(EVENT_TOPICS[topic])
    Draft202012Validator.check_schema(committed)


@pytest.mark.parametrize("topic", EVENT_TOPICS)
def test_each_topic_has_three_examples(topic: str) -> None:
    """Whoever reads a topic in another language begins with these."""
    assert sum(name == topic for name, _ in EXAMPLES) >= 3


@pytest.mark.parametrize(("topic", "path"), EXAMPLES, ids=[f"{topic}-{path.stem}" for topic, path in EXAMPLES])
def test_each_example_fits_schema_model_and_sink(topic: str, path: Path) -> None:
    """Schema, model, record and row: each takes the example, and the record gives the same event back."""
    text = path.read_bytes()
    Draft202012Validator(schema(EVENT_TOPICS[topic])).validate(json.loads(text))
    event = decode(stored(topic, text), EVENT_TOPICS[topic])
    record = encode(event, source="/tests")  # type: ignore[arg-type]  # one of the five
    assert record.topic == topic
    assert decode(stored(topic, record.value), EVENT_TOPICS[topic]) == event
    headers = dict(record.headers)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["content-type"] == b"application/json"
    assert {"ce_id", "ce_source", "ce_type", "ce_time", "ce_subject"} <= set(headers)
    if topic in TABLES:
        assert TABLES[topic].row(stored(topic, text))


@pytest.mark.parametrize(("topic", "path"), [found for found in EXAMPLES if found[0] in {COMPLAINTS, CASE_EVENTS}])
def test_each_example_goes_through_the_router(topic: str, path: Path) -> None:
    """No example is poison."""
    outcomes: list[str] = []
    process([stored(topic, path.read_bytes())], Router.load(), Fuse(1), outcomes.append)
    assert outcomes in (["routed"], ["passed"])


@pytest.mark.parametrize("topic", EVENT_TOPICS)
def test_an_event_of_the_first_version_is_still_read(topic: str) -> None:
    """Backward compatible: the events that were ever written (frozen in baseline.json) must decode for ever."""
    for text in BASELINE[topic]:
        decode(stored(topic, json.dumps(text).encode()), EVENT_TOPICS[topic])


@pytest.mark.parametrize("topic", EVENT_TOPICS)
def test_a_field_from_the_future_is_passed_over(topic: str) -> None:
    """Forward compatible: an older reader takes a newer event."""
    example = json.loads(next(path for name, path in EXAMPLES if name == topic).read_text("utf-8"))
    decode(stored(topic, json.dumps(example | {"from_the_future": 1}).encode()), EVENT_TOPICS[topic])


@pytest.mark.parametrize("value", [None, b"", b"{}", b"[]", b"\xff\xfe", b'{"id": 1}', b"null"])
@pytest.mark.parametrize("model", EVENT_TOPICS.values(), ids=EVENT_TOPICS)
def test_what_is_no_event_is_a_contract_violation_that_says_where_it_stood(
    model: type[Event], value: bytes | None
) -> None:
    """Poison, with the position and without the content."""
    with pytest.raises(ContractViolation, match="t/0/1708"):
        decode(StoredRecord("t", 0, 1708, b"", value, (), 0), model)


def test_every_declaration_is_complete() -> None:
    """Names are ours, partitions are there, and a sentence says what it carries."""
    for topic in topics().values():
        assert topic.name.startswith("lapor.")
        assert topic.partitions >= 1
        assert topic.what.endswith(".")
