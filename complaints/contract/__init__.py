"""The contract as data: the declared topics and the JSON Schemas of their events, for programs in any language that read our topics."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from complaints import event
from complaints.event import Event

COMPLAINTS = "lapor.complaints"
DISPOSITIONS = "lapor.dispositions"
CASE_EVENTS = "lapor.case-events"
REPLIES = "lapor.replies"
DELIVERIES = "lapor.deliveries"
DEAD_LETTERS = "lapor.deadletters"
CONTROL = "lapor.control"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The declaration of a Kafka topic.

    Attributes:
        name: its name on Kafka.
        model: the event that it carries; None if it carries no event.
        partitions: the number of partitions that it is created with.
        retention_ms: how long Kafka keeps a record, in milliseconds; -1 means for ever.
        what: one sentence that describes the topic to people.
    """

    name: str
    model: type[Event] | None
    partitions: int
    retention_ms: int
    what: str


@cache
def topics() -> dict[str, Topic]:
    """Return the declarations of all topics in topics.yaml, by the name of the topic."""
    declared = yaml.safe_load(files(__package__).joinpath("topics.yaml").read_text("utf-8"))
    return {
        name: Topic(
            name=name,
            model=getattr(event, entry["model"]) if entry["model"] else None,
            partitions=entry["partitions"],
            retention_ms=entry["retention_ms"],
            what=entry["what"],
        )
        for name, entry in declared.items()
    }


def schema(model: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a model's events in the form in which they are written to their topic."""
    made = model.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lapor:{model.__name__.lower()}:v1",
        **made,
    }
