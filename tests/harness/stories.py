"""Tells the stories of tests/data/tables: what citizens and agencies say and do in a town, and how it stands after that."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import convert, structs

from complaints import tracking
from complaints.bus.envelope import encode
from complaints.command import CommandKind
from complaints.contract import CASE_EVENTS, CONVERSATIONS, NEIGHBOURS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.fact import Fact
from complaints.mail import DeliveryOutcome
from conversation.records import Rules
from neighbours.step import NeighboursStep
from normalizer.results import Reading
from router.decision import Decision
from router.facts import Facts
from tests.harness.house import OF_KIND, said
from tests.harness.seen import FACTS, LAW, PHOTO, REPORT, TOWN, of_case
from tests.harness.support import message
from tests.harness.tables import for_each, over, parts_of, plain, tables_of
from tests.harness.town import Town, law_and_reader

NOBODY: Final = tracking.code_for(UUID(int=1), key=b"k" * 16)
"""The code of no case."""

COMMANDS: Final = {kind.name: kind for kind in CommandKind}


CONTAINED: Final = frozenset(
    [
        "text",
        "law",
        "missing",
        "all_texts",
        "texts_to",
        "kept_texts",
        "fact_text",
        "fact_kinds",
        "page_reasons",
        "officers_read",
        "shown",
        "explained",
        "came_of_it",
        "page",
        "whys",
        "sheet.text",
        "third_text",
        "status_sms",
        "status_web",
        "duties",
    ]
)
"""What is long: a story names words that are in it."""


@dataclass(kw_only=True)
class Telling(ABC):
    """One telling of a story, with the values of one row."""

    values: dict[str, Any]
    noted: dict[str, Any] = field(default_factory=dict)

    def step(self, step: Mapping[str, Any]) -> None:
        """Let a step happen, or look whether all stands as the step says."""
        for time in range(step.get("repeat", 1)):
            self.values["number"] = str(time)
            filled = {name: self.filled(value) for name, value in step.items() if name != "repeat"}
            if filled.pop("if", True) and not filled.pop("unless", False):
                self.once(filled)

    def filled(self, value: Any) -> Any:
        """Return a value with what stands in braces: a column of the row, or the code of a case, also as people write it."""
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        column = value[1:-1]
        if value == f"{{{column}}}" and column in self.noted:
            return self.noted[column]
        if value == f"{{{column}}}" and not isinstance(self.values.get(column, ""), str):
            return self.filled(self.values[column])
        codes = {f"code{number}": one.tracking_code for number, one in enumerate(self.complaints, 1)}
        codes |= {"nobody": NOBODY, "spaced_nobody": tracking.spaced(NOBODY)}
        codes |= {name.replace("code", "lower"): code.lower() for name, code in codes.items()}
        codes |= {
            name.replace("code", "spaced"): tracking.spaced(code)
            for name, code in codes.items()
            if name.startswith("code")
        }
        row = {name: one.format_map(codes) if isinstance(one, str) else one for name, one in self.values.items()}
        return value.format_map(codes | self.noted | row)

    def note(self, names: str) -> None:
        """Keep what is seen under its name."""
        self.noted |= {name.replace(" ", "_"): self.seen(name) for name in names.split(", ")}

    def look(self, name: str, wanted: Any) -> None:
        """Fail if it does not stand so."""
        what, is_denied = name.removeprefix("not "), name.startswith("not ")
        found = self.seen(what)
        if what.partition(" ")[0] in CONTAINED:
            for part in [wanted] if isinstance(wanted, str) else wanted:
                assert (part in found) != is_denied, f"{name} {part}: {found}"
            return
        if what == "owner_begins":
            found = found[: len(wanted)]
        assert (found == wanted) != is_denied, f"{name}: {wanted!r} is {found!r}"

    @property
    @abstractmethod
    def complaints(self) -> list[Complaint]:
        """The complaints so far."""

    @abstractmethod
    def once(self, step: dict[str, Any]) -> None:
        """Let a step happen once."""

    @abstractmethod
    def seen(self, name: str) -> Any:
        """Return what is seen."""


@dataclass(kw_only=True)
class TownTelling(Telling):
    """A story of a town.

    Attributes:
        per_hour: how many texts each cause may send a citizen in an hour.
        neighbours: whether the step that looks for duplicates works.
        law: "none" if no case is decided.
    """

    per_hour: int | None = None
    neighbours: bool = False
    law: str = "real"
    decided: tuple[Decision, Reading] | None = None

    def __post_init__(self) -> None:
        law, reader = law_and_reader()
        rules = Rules()
        if self.per_hour is not None:
            rules = replace(rules, per_hour=self.per_hour)
        self.town = Town(Keyring.from_secret(b"s" * 32), law if self.law == "real" else None, reader, rules)
        if self.neighbours:
            self.town.steps[NEIGHBOURS] = NeighboursStep()
        self.commands = 0

    @property
    def complaints(self) -> list[Complaint]:
        """The complaints so far."""
        return self.town.complaints

    def once(self, step: dict[str, Any]) -> None:
        """Let a step happen once."""
        verb = next(iter(step))
        if verb in COMMANDS:
            self.command(COMMANDS[verb], **{"text": step.pop(verb)} | step)
        elif verb == "wait":
            self.town.wait(**step[verb])
        elif verb in {"say", "post", "web", "part", "direct"}:
            photo = {"attachments": (PHOTO,)} if step.pop("photo", False) else {}
            getattr(self, verb)(step.pop(verb), **photo, **step)
        elif verb == "decide":
            law, _ = law_and_reader()
            reading = law.reader.read(step[verb])
            self.decided = law.decide(Facts(reading)), reading
        elif verb == "note":
            self.note(step[verb])
        else:
            self.happen_or_look(step)

    def happen_or_look(self, step: dict[str, Any]) -> None:
        """Let something happen that no person does, or look."""
        match step:
            case {"outcome": outcome}:
                sends = [
                    one for one in self.town.sends if step.get("kind", one.kind) == one.kind.name or "kind" not in step
                ]
                for send in sends[-1:] if "of" not in step else [sends[step["of"] - 1]]:
                    self.town.outcome(send, DeliveryOutcome[outcome])
            case {"late": time}:  # the timers ring late
                self.town.now_ms += timedelta(**time) // timedelta(milliseconds=1)
            case {"together": said}:
                self.together(said)
            case {"accounts": send}:
                self.town.is_sending = send == "send"
            case {"lose": citizen}:
                self.town.states.pop((CONVERSATIONS, self.town.citizen(**citizen).encode()))
            case _:
                for name, wanted in step.items():
                    self.look(name, wanted)

    def say(self, text: str, **fields: Any) -> None:
        """Let a citizen send a message."""
        self.town.say(text, **fields)

    def part(self, text: str, *, number: int, total: int = 2, **fields: Any) -> None:
        """Let a citizen send a part of a long SMS."""
        self.town.part(text, number, total, **fields)

    def web(self, text: str, **fields: Any) -> None:
        """Let somebody send the form of the page, whose key is always the same unless it is given."""
        form = {"channel": "web", "sender": "", "upstream_id": "key-1", "received_at": self.town.now}
        self.town.take(self.town.received(message(text, **(form | fields))))

    def post(self, text: str, *, thread: str = "", **fields: Any) -> None:
        """Let a citizen post on X, alone or in the thread of an earlier post, whose number is given."""
        number = str(len(self.town.landed) + 1)
        thread = thread or number
        x: dict[str, Any] = {
            "channel": "twitter",
            "account": "twitter/@lapor1708",
            "sender": "77",
            "upstream_id": number,
        }
        address = {"post": number, "username": "warga", "conversation": thread}
        self.town.say(text, thread=thread, reply_to=address, **(x | fields))

    def direct(self, text: str, **fields: Any) -> None:
        """Let a citizen send our account on X a direct message."""
        number = f"direct/{len(self.town.landed) + 1}"
        x: dict[str, Any] = {"channel": "twitter", "account": "twitter/direct/lapor1708", "upstream_id": number}
        self.town.say(text, sender="77", reply_to={"direct": "yes"}, **x, **fields)

    def together(self, said: list[dict[str, Any]]) -> None:
        """Let messages come together: each is in the mailbox before the first one is handled."""
        sms: dict[str, Any] = {
            "upstream_id": "",
            "received_at": self.town.now,
            "reply_to": {"from": "1708"},
            "account": "sms/link",
        }
        self.town.take(*(self.town.received(message(**(sms | one))) for one in said))

    def command(self, kind: CommandKind, *, text: str, case: int = 1, by: str = "", **fields: Any) -> None:
        """Let somebody, unless it is said who the owner, do something with a case."""
        complaint = self.town.complaints[case - 1]
        actor = by or self.town.case(complaint.tracking_code).owner.id
        self.commands += 1
        fields = {"nonce": str(self.commands), "received_at": self.town.now} | fields
        self.town.take(encode(said(kind, complaint, actor, text, **of_model(kind, fields)), source="/tests"))

    def seen(self, name: str) -> Any:
        """Return what is seen of the town, of what a citizen was sent by his number, of a case or of a complaint."""
        what, _, number = name.partition(" ")
        if self.decided:
            return plain(LAW[what](*self.decided))
        if what in TOWN:
            return plain(TOWN[what](self.town))
        if what in {"kinds_to", "texts_to", "all_texts"}:
            return self.sent_to(number, what)
        complaint = self.town.complaints[int(number) - 1 if number.isdigit() else 0]
        if what in FACTS:
            facts: list[Any] = self.town.events(CASE_EVENTS, Fact)
            return plain(
                FACTS[what](
                    self.town, [one for one in facts if one.tracking_code == complaint.tracking_code], complaint
                )
            )
        if what in REPORT:
            return plain(REPORT[what](complaint))
        return of_case(self.town.case(complaint.tracking_code), what, number)

    def sent_to(self, number: str, what: str) -> Any:
        """Return the kinds, or the words, of what was sent to a number, or to anybody."""
        opened = [(one.kind, *self.town.open(one)) for one in self.town.sends]
        mine = [(kind, text) for kind, text, address in opened if not number or number in address.values()]
        return plain([kind for kind, _ in mine]) if what == "kinds_to" else " | ".join(text for _, text in mine)


def of_model(kind: CommandKind, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a command as its Struct has them."""
    types = {one.name: one.type for one in structs.fields(OF_KIND[kind])}
    return {name: convert(value, types[name]) if name in types else value for name, value in fields.items()}


def rows_of(story: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the rows of a story, each with each of its `times`, or one without values."""
    columns = str(story["columns"]).split(", ") if "columns" in story else []
    rows = [parts_of(row, columns) for row in story["rows"]] if columns else [{}]
    times = story.get("times", {})
    for row, *values in itertools.product(rows, *times.values()):
        yield {**row, **dict(zip(times, values, strict=True))}


TOLD_BY: Final = ("per_hour", "neighbours", "law", "opens")
"""The fields of a story that say where it is told."""


def tell(
    story: Mapping[str, Any], teller: Callable[..., Telling] = TownTelling, begins: Mapping[str, Any] | None = None
) -> None:
    """Tell a story once for each of its rows, where nobody has complained yet, behind the steps by which it begins."""

    def once(row: Mapping[str, Any]) -> None:
        telling = teller(values=dict(row), **{name: story[name] for name in TOLD_BY if name in story})
        for step in [*(begins or {}).get(story.get("begins", ""), ()), *story["steps"]]:
            telling.step(step)

    over(once, str(story["rule"]), ["row"], lambda: ({"row": row} for row in rows_of(story)))()


def stories_of(file: str, teller: Callable[..., Telling] = TownTelling) -> Callable[..., None]:
    """Return a test of each story in the table of a test file. BEGINS in it has the steps by which several of them begin."""
    tables = tables_of(file)

    def test(story: Mapping[str, Any]) -> None:
        """What is said and done in the story leads to what it tells."""
        tell(story, teller, tables.get("BEGINS"))

    return for_each(tables, "steps", test, "story")
