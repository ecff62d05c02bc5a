"""The contract as data: the declared topics and the JSON Schemas of their events, for programs in any language that read our topics."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, get_args

import msgspec
import yaml

from complaints.case import Case
from complaints.command import AnyCommand, Command
from complaints.event import Complaint, DeadLetter, Event
from complaints.fact import AnyFact, Fact
from complaints.mail import Delivery, Due, MessageEvent, Received, Reply, ReplyEvent, Send, SendReport
from complaints.neighbour import Closed, Joined, Left, Opened, Told

COMPLAINTS = "lapor.complaints"
CASES = "lapor.cases"
CASE_EVENTS = "lapor.case-events"
CONVERSATIONS = "lapor.conversations"
CITIZENS = "lapor.citizens"
SENDS = "lapor.sends"
ACCOUNTS = "lapor.accounts"
MESSAGE_EVENTS = "lapor.message-events"
NEIGHBOURS = "lapor.neighbours"
NEIGHBOURHOODS = "lapor.neighbourhoods"
DEAD_LETTERS = "lapor.deadletters"
CONTROL = "lapor.control"

PARTITIONS, FEW_PARTITIONS = 12, 3
"""The number of partitions of mailboxes, states and events in a new installation, on a cluster and on one machine, if nobody chooses
another. A step can have at most as many workers. Each partition that a transaction touches costs the broker 0.6 to 0.8 ms, so one
machine, which has one worker of each step, is faster with few. CONTROL records the number with which an installation was made."""

MODELS: dict[str, type[Event]] = {
    model.__name__: model
    for model in (
        *(Complaint, Command, Case, Fact, DeadLetter),
        *(Received, Reply, Send, SendReport, Due, MessageEvent, ReplyEvent, Delivery),
        *(Opened, Closed, Joined, Left, Told),
    )
}
"""The models of whole records, by their names."""

KINDS: Final[dict[type[Event], Any]] = {Command: AnyCommand, Fact: AnyFact}
"""The union of the kinds of each model that has kinds."""

MODEL_OF: Final[dict[type[Event], type[Event]]] = {
    kind: model for model, kinds in KINDS.items() for kind in get_args(kinds)
}
"""The model of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The declaration of a Kafka topic.

    Attributes:
        name: its name on Kafka.
        models: the events that it carries; empty if it carries none.
        partitions: the number of partitions that it is created with.
        is_split: whether that is the installation's number, because its keys belong to the partitions of a step.
        settings: Kafka's settings of the topic by their names. A setting that is not here is the cluster's.
        steps: the names of the steps whose mailbox it is.
        states: the state topic of these steps.
        what: one sentence that describes the topic to people.
    """

    name: str
    models: tuple[type[Event], ...]
    partitions: int
    settings: Mapping[str, str]
    steps: tuple[str, ...] = ()
    states: str = ""
    is_split: bool = False
    what: str

    @property
    def compacted(self) -> bool:
        """True if it holds the state of a step: Kafka keeps the last record of each key."""
        return self.settings["cleanup.policy"] == "compact"


@cache
def topics() -> dict[str, Topic]:
    """Return the declarations of all topics in topics.yaml, by the name of the topic."""
    declared = yaml.safe_load(files(__package__).joinpath("topics.yaml").read_text("utf-8"))
    return {
        name: Topic(
            name=name,
            models=tuple(MODELS[model] for model in entry["models"]),
            partitions=entry.get("partitions", PARTITIONS),
            is_split="partitions" not in entry,
            settings={key: str(value) for key, value in entry["settings"].items()},
            steps=tuple(entry.get("steps", ())),
            states=entry.get("states", ""),
            what=entry["what"],
        )
        for name, entry in declared.items()
    }


def schema(model: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a model's events as they are written to their topic, as plain data."""
    made = msgspec.to_builtins(msgspec.json.schema(KINDS.get(model, model)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lapor:{model.__name__.lower()}:v1",
        **json.loads(json.dumps(made)),
    }
