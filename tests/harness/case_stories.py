"""Tells the stories of single cases: what agencies and citizens do with a case, without a conversation, and how it stands after that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import orjson
from msgspec import convert, structs

from channels.web.told import story as page
from complaints.case import Case
from complaints.command import CITIZEN, NEIGHBOURS, Command, CommandKind, MessageReading
from complaints.errors import CaseError
from complaints.event import AgencyRef, Complaint, Disposition, Place, Region
from complaints.fact import FactKind
from complaints.mail import Reply, ReplyKind
from complaints.neighbour import Told
from ops.casework.heard import heard
from ops.casework.layout import lines
from ops.casework.outcome import outcome
from ops.casework.show import sheet
from ops.casework.story import story
from router.cases.replies import status_of_case
from router.cases.step import timer
from tests.harness.events import complaint as a_complaint
from tests.harness.house import OF_KIND, House, added, said
from tests.harness.list_law import ListLaw
from tests.harness.seen import of_case
from tests.harness.stories import COMMANDS, Telling, of_model
from tests.harness.support import NOON, as_stored
from tests.harness.tables import at, plain
from tests.harness.town import law_and_reader

FIELDS: Final = {one.name: one.type for one in structs.fields(Complaint)}
READINGS: Final = {one.name: one.type for one in structs.fields(MessageReading)}

OF_CITIZENS: Final = frozenset({"disagree", "rate", "withdraw", "hide", "show"})
"""The commands that are the citizen's unless it is said whose."""

HEAD: Final = frozenset({"id", "tracking_code", "actor", "text"})
"""The fields of a command that a step says otherwise."""

REGENCIES: Final = {
    "33.74": "Kota Semarang",
    "32.73": "Kota Bandung",
    "33.01": "Kabupaten Cilacap",
    "35.73": "Kota Malang",
}


def place_of(regency: str) -> Place:
    """Return a place in a regency."""
    return Place(
        province=Region(code=regency[:2], name="Provinsi"), regency=Region(code=regency, name=REGENCIES[regency])
    )


class PutsFirst:
    """A law, but for one agency, which owns everything that it has not refused."""

    def __init__(self, agency_id: str, law: Any) -> None:
        self._first, self._law = agency_id, law

    def route(self, complaint: Complaint, refused_by: Sequence[str] = (), *more: Any) -> Disposition:
        """Return the disposition."""
        found: Disposition = self._law.route(complaint, refused_by, *more)
        if self._first in refused_by:
            return found
        return structs.replace(found, owner=AgencyRef(id=self._first, name=self._first), triage=False)

    def __getattr__(self, name: str) -> Any:
        """Return what the law has."""
        return getattr(self._law, name)


@dataclass(kw_only=True)
class CaseTelling(Telling):
    """A story of cases.

    Attributes:
        law: "list" for the law of a few bodies, "real" for the rules.
        opens: how many cases there are at the beginning, each an hour after the one before.
        facts: what the last step led to.
    """

    law: str = "list"
    opens: int = 1
    house: House = field(init=False)
    made: list[Complaint] = field(default_factory=list)
    facts: list[Any] = field(default_factory=list)
    commands: int = 0
    heard: int = 0
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.house = House(law=ListLaw() if self.law == "list" else law_and_reader()[0])
        for number in range(self.opens):
            self.open(received_at=NOON + timedelta(hours=number))

    @property
    def complaints(self) -> list[Complaint]:
        """The complaints so far."""
        return self.made

    def once(self, step: dict[str, Any]) -> None:
        """Let a step happen once, and look at what it names beside its own fields."""
        if "act" in step:  # the row says which
            step = {step["act"]: "Sudah"} | step
            step.pop("act")
        verb = next(iter(step))
        words: Any = step.pop(verb) if verb in VERBS or verb in COMMANDS else None
        self.heard = len(self.house.replies)
        if "at" in step:
            self.now = NOON + timedelta(**step.pop("at"))
        self.now += timedelta(**step.pop("after", {}))
        if verb in VERBS:
            found = VERBS[verb](self, words)
            self.facts = self.facts if found is None else found
        elif verb == "add":
            self.facts = self.add(words, step)
        elif verb in COMMANDS:
            self.facts = self.command(COMMANDS[verb], words, step)
        for name, wanted in step.items():
            self.look(name, wanted)

    def open(self, **fields: Any) -> list[Any]:
        """Let a citizen report something."""
        if regency := fields.pop("regency", ""):
            fields["place"] = place_of(regency)
        number = fields.pop("number", len(self.made) + 1)
        fields = {name: convert(value, FIELDS[name]) for name, value in fields.items()}
        self.made.append(a_complaint(number, **fields))
        return self.take(self.made[-1])

    @property
    def now_ms(self) -> int:
        """The clock in milliseconds."""
        return int(self.now.timestamp() * 1000)

    def of(self, step: dict[str, Any]) -> Complaint:
        """Return the complaint whose case a step is about: the first one unless it has a number."""
        made: Complaint = self.made[int(step.pop("case", 1)) - 1]
        return made

    def add(self, text: str, step: dict[str, Any]) -> list[Any]:
        """Let the citizen add a text; other fields are what was read in it."""
        of = self.of(step)
        self.commands += 1
        if regency := step.pop("regency", ""):
            step["place"] = place_of(regency)
        reading = {name: convert(step.pop(name), READINGS[name]) for name in [*step] if name in READINGS}
        command = added(of, text, number=step.pop("nonce", self.commands), at=self.now, **reading)
        sender = of_model(CommandKind.add, {"sender": step.pop("sender")}) if "sender" in step else {}
        return self.take(structs.replace(command, **sender))

    def take(self, event: Complaint | Command) -> list[Any]:
        """Let the step handle a record, which can come again."""
        self.last = event
        return self.house.hear(event, at_ms=self.now_ms)

    def command(self, kind: CommandKind, text: str, step: dict[str, Any]) -> list[Any]:
        """Let somebody do something with a case: the owner, or the citizen, unless it is said who."""
        of = self.of(step)
        self.commands += 1
        by = step.pop("by", CITIZEN if kind.name in OF_CITIZENS else "")
        actor = by or self.house.case(of.tracking_code).owner.id
        types = {"nonce", *(one.name for one in structs.fields(OF_KIND[kind]) if one.name not in HEAD)}
        fields = {"nonce": str(self.commands), "received_at": self.now}
        fields |= {name: step.pop(name) for name in [*step] if name in types}
        return self.take(said(kind, of, actor, text, **of_model(kind, fields)))

    def ring(self, moment: dict[str, float]) -> list[Any]:
        """Let the timers of the first case fire, each at its moment, up to a time after noon of the first day."""
        self.now = max(self.now, NOON + timedelta(**moment))
        return self.house.ring_out(self.made[0].tracking_code, until_ms=self.now_ms)

    def timer(self, due: dict[str, float] | None) -> list[Any]:
        """Let a timer of the first case fire now that was due at a time after noon of the first day, or the one that it has."""
        code = self.made[0].tracking_code.encode()
        due_ms = self.house.dues[code] if due is None else int((NOON + timedelta(**due)).timestamp() * 1000)
        assert due_ms is not None
        return self.house.work(as_stored(timer(code, due_ms), at_ms=self.now_ms))

    def timers(self, _: Any) -> list[Any]:
        """Let all timers of the first case fire now that were due, one after the other."""
        facts: list[Any] = []
        while (due := self.house.dues[self.made[0].tracking_code.encode()]) is not None and due <= self.now_ms:
            facts += self.timer(None)
            self.now += timedelta(milliseconds=1)
        return facts

    def climb(self, level: int) -> None:
        """Let days pass until a case has climbed so far on the ladder."""
        while not (step := self.house.case(self.made[0].tracking_code).escalation) or step.level < level:
            self.ring({"days": (self.now - NOON).days + 1})

    def again(self, count: int) -> list[Any]:
        """Let the last record come again, so many times."""
        return [fact for _ in range(count) for fact in self.house.hear(self.last, at_ms=self.now_ms + 5)]

    def deliver(self, count: int | str) -> list[Any]:
        """Let the cases hear what they wrote to each other: all, or only some of it."""
        if count == "all":
            return self.house.deliver(at_ms=self.now_ms)
        given = [self.house.waiting.popleft() for _ in range(int(count))]
        return [fact for one in given for fact in self.house.work(as_stored(one, at_ms=self.now_ms))]

    def hears(self, case: int) -> list[Any]:
        """Let a supporter hear what its main case told last."""
        told = msgspec.json.decode(self.house.neighbours[-1].value, type=Told)
        names = ("text", "event", "as_of", "agency", "until", "handling")
        fields = {"nonce": str(told.id), "other": told.main} | {name: getattr(told, name) for name in names}
        return self.house.hear(said(CommandKind.echo, self.made[case - 1], NEIGHBOURS, **fields), at_ms=self.now_ms)

    def seen(self, name: str) -> Any:
        """Return what is seen: of the cases together, of the last fact, reply or telling, or of a case."""
        what, _, rest = name.partition(" ")
        if what in SEEN:
            return plain(SEEN[what](self))
        value, number = (rest, "1") if rest and not rest.isdigit() else ("", rest or "1")
        case = self.house.case(self.made[int(number) - 1].tracking_code)
        root, _, path = what.partition(".")
        if root in ROOTS:
            return plain(at(ROOTS[root](self), path))
        if root in READS:
            return dug(READS[root](self, case), path)
        if what.startswith("status_"):
            return status_of_case(case, what.removeprefix("status_"), at=self.now)
        return of_case(case, what, value)

    def facts_of(self, case: Case) -> list[Any]:
        """Return the facts of a case."""
        return [fact for fact in self.house.facts if fact.tracking_code == case.tracking_code]

    def replies_of(self, case: Case) -> list[Reply]:
        """Return the replies about a case."""
        return [one for one in self.house.replies if one.tracking_code == case.tracking_code]

    def sheet_of(self, case: Case) -> dict[str, Any]:
        """Return the sheet of a case as JSON says it."""
        found = sheet(case, self.facts_of(case), self.now)
        again: dict[str, Any] = orjson.loads(orjson.dumps(found))
        assert again == found
        return again

    def explained(self, case: Case) -> str:
        """Return the story of a case."""
        return "\n".join(story(case, self.facts_of(case), self.now))

    def came_of(self, _: Case) -> str:
        """Return what the officer who acted last reads of it."""
        actor = self.facts[-1].actor
        try:
            return "\n".join(outcome(AgencyRef(id=actor, name=self.house.law.name(actor)), self.facts))
        except CaseError as error:
            return f"fails: {error}"

    def is_told_as_written(self, case: Case) -> bool:
        """Return whether the sheet says of each reply what the router wrote."""
        told = [one for one in heard(self.facts_of(case)) if one.kind is not ReplyKind.status]
        written = [one for one in self.replies_of(case) if one.kind is not ReplyKind.status]
        of_router = [(one.kind, one.text, one.created_at) for one in written]
        return [(one.kind, one.text, one.at) for one in told] == of_router

    def counts(self, words: Mapping[str, int]) -> None:
        """Look how often the story of the first case says some words."""
        told = self.explained(self.house.case(self.made[0].tracking_code))
        found = {one: told.count(one) for one in words}
        assert found == words, f"{words} are {found}"

    def in_order(self, words: list[str]) -> None:
        """Look whether the story of the first case says some words, one behind the other."""
        told = self.explained(self.house.case(self.made[0].tracking_code))
        places = [told.find(one) for one in words]
        assert -1 not in places, f"not said: {words[places.index(-1)]}: {told}"
        assert places == sorted(places), f"{words} are at {places}"


def dug(value: Any, path: str) -> Any:
    """Return what a path leads to in plain data, and for a list that of each of its members."""
    for name in path.split(".") if path else ():
        value = [one.get(name) for one in value] if isinstance(value, list) else value.get(name)
    return value


READS: Final[Mapping[str, Callable[[CaseTelling, Case], Any]]] = {
    "sheet": CaseTelling.sheet_of,
    "shown": lambda telling, case: "\n".join(lines(telling.sheet_of(case))),
    "whys": lambda telling, case: " | ".join(one["why"] for one in telling.sheet_of(case)["chain"]),
    "explained": CaseTelling.explained,
    "came_of_it": CaseTelling.came_of,
    "told_as_written": CaseTelling.is_told_as_written,
    "page": lambda telling, case: " | ".join(one.text for one in page(case, telling.facts_of(case)).told),
    "page_as_written": lambda telling, case: (
        [(one.at, one.text) for one in page(case, telling.facts_of(case)).told]
        == [(one.created_at, one.text) for one in telling.replies_of(case)]
    ),
    "shows_replies": lambda telling, case: all(
        one.text in "\n".join(lines(telling.sheet_of(case))) for one in telling.replies_of(case)
    ),
}
"""What people read of a case: officers, and its citizen on its page."""

SEEN: Final[Mapping[str, Callable[[CaseTelling], Any]]] = {
    "facts": lambda telling: [one.kind for one in telling.facts],
    "fact_text": lambda telling: telling.facts[-1].text,
    "levels": lambda telling: [one.level for one in telling.facts if one.kind is FactKind.escalated],
    "late": lambda telling: sorted(one.duty for one in telling.house.facts if one.kind is FactKind.overdue),
    "ids_differ": lambda telling: len({one.id for one in telling.house.facts}) == len(telling.house.facts),
    "reply": lambda telling: telling.house.replies[-1].kind,
    "replies": lambda telling: [one.kind for one in telling.house.replies],
    "replied": lambda telling: [one.kind for one in telling.house.replies[telling.heard :]],
    "parts": lambda telling: [one.part for one in telling.house.replies],
    "text": lambda telling: telling.house.replies[-1].text,
    "told": lambda telling: len(telling.house.replies),
    "states": lambda telling: [value.decode() for value in telling.house.documents.values()],
    "noticed": lambda telling: [
        dict(one.headers)["ce_type"].decode().split(".")[3] for one in telling.house.neighbours
    ],
    "waiting": lambda telling: [one.topic for one in telling.house.waiting],
    "due_in_ms": lambda telling: (telling.house.dues[telling.made[0].tracking_code.encode()] or 0) - telling.now_ms,
}
"""What can be seen of the cases together; `replied` is what the last step led to."""

ROOTS: Final[Mapping[str, Callable[[CaseTelling], Any]]] = {
    "first": lambda telling: telling.facts[0],
    "fact": lambda telling: telling.facts[-1],
    "reply": lambda telling: telling.house.replies[-1],
    "told": lambda telling: msgspec.json.decode(telling.house.neighbours[-1].value, type=Told),
}
"""What the last step led to, of which a path of attributes is seen."""

VERBS: Final[Mapping[str, Callable[[CaseTelling, Any], Any]]] = {
    "open": lambda telling, fields: telling.open(**(fields or {})),
    "ring": CaseTelling.ring,
    "timer": CaseTelling.timer,
    "timers": CaseTelling.timers,
    "climb": CaseTelling.climb,
    "deliver": CaseTelling.deliver,
    "hears": CaseTelling.hears,
    "again": CaseTelling.again,
    "counts": CaseTelling.counts,
    "in_order": CaseTelling.in_order,
    "note": CaseTelling.note,
    "law_is_gone": lambda telling, _: setattr(telling.house, "law", None),
    "law_prefers": lambda telling, agency: setattr(telling.house, "law", PutsFirst(agency, telling.house.law)),
    "day": lambda telling, days: setattr(telling, "now", NOON + timedelta(days=days)),
}
"""What happens, beside commands."""
