"""The contract as data: schemas follow the models, stay compatible, and every example goes through everything that reads it."""

import json
from collections import Counter
from enum import StrEnum
from importlib.resources import files
from itertools import pairwise, product
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from complaints import contract
from complaints.bus import StoredRecord
from complaints.bus.envelope import decode, encode, type_of
from complaints.bus.step.contract import TOMBSTONES_MS
from complaints.case import Case
from complaints.command import Command, CommandKind
from complaints.contract import KINDS, MODELS, schema, topics
from complaints.errors import ContractViolation
from complaints.event import Event
from complaints.fact import Fact, FactKind, deadlines_of, field_of
from sinks.clickhouse.rows import TOPICS, rows_of
from tests.harness.numbers import number
from tests.harness.tables import each

FOLDER = Path(str(files(contract)))
EXAMPLES = [(name, path) for name in MODELS for path in sorted((FOLDER / "examples" / name.lower()).glob("*.json"))]
NAMED = ("disposition", "addition", "reading")
BASELINE = json.loads((Path(__file__).parent / "baseline.json").read_text())
TOPIC_OF = {model.__name__: topic.name for topic in topics().values() for model in topic.models}


def stored(model: str, value: bytes) -> StoredRecord:
    """Return a record as Kafka gives it."""
    return StoredRecord(TOPIC_OF[model], 0, 1708, b"key", value, (("ce_type", type_of(MODELS[model])),), 0)


def examples(model: type[Event]) -> dict[str, Any]:
    """Return the examples of a model, by the names of their files."""
    return {
        path.stem: msgspec.json.decode(path.read_bytes(), type=KINDS.get(model, model))
        for name, path in EXAMPLES
        if name == model.__name__
    }


@each("name", MODELS)
def test_the_committed_schema_is_the_models(name: str) -> None:
    """`python -m complaints.contract` writes them anew."""
    committed = json.loads((FOLDER / "schemas" / f"{name.lower()}.json").read_text("utf-8"))
    assert committed == schema(MODELS[name])
    Draft202012Validator.check_schema(committed)


def test_every_model_has_a_topic_a_schema_and_three_examples_and_no_other_has() -> None:
    """Whoever reads a topic in another language begins with these; what is left behind describes what nobody writes."""
    assert set(TOPIC_OF) == set(MODELS)
    assert {path.stem for path in (FOLDER / "schemas").iterdir()} == {name.lower() for name in MODELS}
    assert {path.name for path in (FOLDER / "examples").iterdir()} == {name.lower() for name in MODELS}
    assert min(Counter(model for model, _ in EXAMPLES).values()) >= 3


@each(("name", "path"), EXAMPLES)
def test_each_example_fits_schema_and_model_and_sink_and_is_the_record_of_its_event(name: str, path: Path) -> None:
    """Each takes the example. A case document is no event: the step that keeps it writes its record."""
    text = path.read_bytes()
    Draft202012Validator(schema(MODELS[name])).validate(json.loads(text))
    event = decode(stored(name, text), MODELS[name])
    assert json.loads(msgspec.json.encode(event)) == json.loads(text)
    if TOPIC_OF[name] in TOPICS:
        assert rows_of(stored(name, text), number)
    if isinstance(event, Case):
        return
    record = encode(event, source="/tests")  # type: ignore[arg-type]  # all others are events
    assert record.topic == TOPIC_OF[name]
    assert decode(stored(name, record.value), MODELS[name]) == event
    headers = dict(record.headers)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == type_of(MODELS[name])
    assert headers["content-type"] == b"application/json"
    assert {"ce_id", "ce_source", "ce_time", "ce_subject"} <= set(headers)


def test_there_is_an_example_of_every_kind_of_fact() -> None:
    """What each kind carries is seen at once."""
    assert {fact.kind for fact in examples(Fact).values()} == set(FactKind)


@each("name", examples(Case))
def test_an_example_of_a_case_is_the_fold_of_its_facts(name: str) -> None:
    """Version by version: the facts up to that of the document, and what each of them changed."""
    case: Case = examples(Case)[name]
    facts: list[Any] = sorted(
        (
            fact
            for fact in examples(Fact).values()
            if fact.complaint_id == case.complaint_id and fact.version <= case.version
        ),
        key=lambda fact: fact.version,
    )
    assert [fact.version for fact in facts] == list(range(1, case.version + 1))
    opened = facts[0].complaint
    routed, additions, readings = ([found for fact in facts if (found := field_of(fact, name))] for name in NAMED)
    taken = ("place", "missing", "topic", "occurred_on")
    changes = {name: getattr(readings[-1], name) for name in taken} if readings else {}
    assert case.complaint == replace(opened, **({"additions": tuple(additions)} | changes))
    last = routed[-1]
    assert (case.owner, case.triage, case.hop) == (last.owner, last.triage, last.hop)
    clocks = [deadlines_of(fact) for fact in facts]
    assert case.deadlines == [deadlines for deadlines in clocks if deadlines][-1]
    assert [(hop.hop, hop.owner, hop.triage) for hop in case.chain] == [(d.hop, d.owner, d.triage) for d in routed]
    refusals = [(fact.actor, fact.text, fact.at) for fact in facts if fact.kind is FactKind.refused]
    assert [(refusal.agency_id, refusal.reason, refusal.at) for refusal in case.refusals] == refusals
    answers = [(fact.actor, fact.text, fact.at) for fact in facts if fact.kind is FactKind.answered]
    assert [(answer.agency.id, answer.text, answer.at) for answer in case.answers] == answers
    assert case.questions == sum(fact.kind is FactKind.asked for fact in facts)
    assert case.changed_at == facts[-1].at
    assert case.commands == {fact.caused_by: round(fact.at.timestamp() * 1000) for fact in facts}


def test_every_command_among_the_examples_led_to_a_fact() -> None:
    """With the command's actor, behind the facts that were there before."""
    caused = {fact.caused_by: fact for fact in examples(Fact).values()}
    for command in examples(Command).values():
        fact: Fact = caused[command.id]
        assert (fact.actor, fact.tracking_code) == (command.actor, command.tracking_code)
        assert fact.at >= command.received_at
    facts = sorted(examples(Fact).values(), key=lambda fact: (fact.tracking_code, fact.version))
    assert all(
        first.at <= second.at for first, second in pairwise(facts) if first.tracking_code == second.tracking_code
    )


@each("name", MODELS)
def test_an_event_of_the_first_version_is_still_read(name: str) -> None:
    """Backward compatible: the events that were ever written (frozen in baseline.json) must decode for ever."""
    assert BASELINE[name]
    for event in BASELINE[name]:
        value = json.dumps(event).encode()
        decode(stored(name, value), MODELS[name])
        if TOPIC_OF[name] in TOPICS:
            assert rows_of(stored(name, value), number)


@each("name", MODELS)
def test_a_field_from_the_future_is_passed_over(name: str) -> None:
    """Forward compatible: an older reader takes a newer event."""
    example = json.loads(next(path for model, path in EXAMPLES if model == name).read_text("utf-8"))
    decode(stored(name, json.dumps(example | {"from_the_future": 1}).encode()), MODELS[name])


@each(("model", "value"), product(MODELS.values(), [None, b"", b"{}", b"[]", b"\xff\xfe", b'{"id": 1}', b"null"]))
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
        assert {"cleanup.policy", "max.message.bytes", "message.timestamp.type"} <= set(topic.settings)
        assert topic.compacted or "retention.ms" in topic.settings
        # a worker trusts its copy for so long, and a tombstone must be there until then
        assert not topic.compacted or int(topic.settings["delete.retention.ms"]) > TOMBSTONES_MS


@pytest.mark.parametrize(("model", "kinds"), [(Command, CommandKind), (Fact, FactKind)])
def test_each_kind_has_one_struct(model: type[Event], kinds: type[StrEnum]) -> None:
    """With its tag: a kind without a Struct could be named and never read."""
    structs = get_args(KINDS[model])
    assert [one.__struct_config__.tag for one in structs] == [kind.value for kind in kinds]
    assert all(issubclass(one, model) for one in structs)
