"""Tells the stories of tests/data/tables: what citizens and agencies say and do in a town, and how it stands after that."""

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import pytest

from complaints import tracking
from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import Add, CommandKind
from complaints.crypto import Keyring
from complaints.event import Attachment, Complaint
from normalizer.complaint import Normaliser
from normalizer.results import Reading
from router.decision import Decision
from router.facts import Facts
from router.routing import Router
from tests.harness.house import said
from tests.harness.support import message
from tests.harness.tables import TESTS, document, over, parts_of
from tests.harness.town import Town

PHOTO: Final = Attachment(name="a.png", media_type="image/png", size_bytes=1, sha256="0" * 64)

COMMANDS: Final = {kind.name: kind for kind in CommandKind}


@functools.cache
def law_and_reader() -> tuple[Router, Normaliser]:
    """Return what decides and reads in all towns."""
    return Router.load(), Normaliser.load()


TOWN: Final[Mapping[str, Callable[[Town], Any]]] = {
    "cases": lambda town: len(town.complaints),
    "became": lambda town: town.landed[-1].kind,
    "messages": lambda town: [one.kind for one in town.landed],
    "told": lambda town: town.told[-1].kind,
    "heard": lambda town: len(town.told),
    "sends": lambda town: len(town.sends),
    "sent": lambda town: [one.kind for one in town.sends],
    "commands": lambda town: [one.kind for one in town.commands],
    "code": lambda town: town.landed[-1].tracking_code,
    "last_sent": lambda town: town.sends[-1].kind,
    "landed": lambda town: len(town.landed),
    "all_doubtful": lambda town: all(one.doubtful for one in town.landed),
    "people": lambda town: len({one.reporter_ref for one in town.complaints}),
    "added_texts": lambda town: [one.addition.text for one in town.commands if isinstance(one, Add)],
    "text": lambda town: town.texts[-1],
    "written": lambda town: town.texts,
    "texts": lambda town: [one.text for one in town.complaints],
    "open": lambda town: [town.case(one.tracking_code).state == "dibuka kembali" for one in town.complaints],
}
"""What can be seen of a town."""

CASE: Final[Mapping[str, Callable[[Case], Any]]] = {
    "state": lambda case: case.state,
    "is_open_again": lambda case: case.state == "dibuka kembali",
    "owner": lambda case: case.owner.id,
    "owned_by": lambda case: case.owner,
    "government": lambda case: case.owner.id[-5:],
    "hop": lambda case: case.hop,
    "triage": lambda case: case.triage,
    "disputes": lambda case: case.disputes,
    "questions": lambda case: case.questions,
    "incomplete": lambda case: case.incomplete,
    "asks": lambda case: case.question is not None,
    "stars": lambda case: case.rating and case.rating.stars,
    "anonymous": lambda case: case.complaint.anonymous,
    "secret": lambda case: case.complaint.secret,
    "hidden": lambda case: case.complaint.anonymous or case.complaint.secret,
    "class": lambda case: case.complaint.complaint_class,
    "regency": lambda case: case.complaint.place.regency and case.complaint.place.regency.code,
    "has_place": lambda case: case.complaint.place.regency is not None,
    "additions": lambda case: [one.text for one in case.complaint.additions],
    "added": lambda case: len(case.complaint.additions),
    "first_addition": lambda case: case.complaint.additions[0].text,
    "last_addition": lambda case: case.complaint.additions[-1].text,
    "apart": lambda case: [one.apart for one in case.complaint.additions],
    "files": lambda case: [list(one.attachments) == [PHOTO] for one in case.complaint.additions],
}
"""What can be seen of a case, the first one unless a number says which: `state 2`."""


REPORT: Final[Mapping[str, Callable[[Complaint], Any]]] = {
    "reported_text": lambda complaint: complaint.text,
    "reported_anonymous": lambda complaint: complaint.anonymous,
    "reported_secret": lambda complaint: complaint.secret,
}
"""What can be seen of a complaint as it was made, the first one unless a number says which."""


LAW: Final[Mapping[str, Callable[[Decision, Reading], Any]]] = {
    "owner": lambda decision, _: decision.owner.id,
    "owner_begins": lambda decision, _: decision.owner.id,
    "is_triage": lambda decision, _: decision.triage,
    "is_undecided": lambda decision, _: decision.confidence <= law_and_reader()[0].rules.undecided,
    "oversight": lambda _, reading: reading.oversight,
    "kind": lambda _, reading: reading.complaint_class,
    "read_province": lambda _, reading: reading.place.province,
    "read_regency": lambda _, reading: reading.place.regency,
    "read_village": lambda _, reading: reading.place.village,
    "things": lambda _, reading: reading.things,
    "law": lambda decision, _: decision.explanation,
    "missing": lambda _, reading: reading.missing,
}
"""What can be seen of how a text by itself was read and decided."""


def plain(value: Any) -> Any:
    """Return a value as a story writes it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


@dataclass(kw_only=True)
class Telling:
    """One telling of a story, with the values of one row."""

    town: Town
    values: dict[str, Any]
    decided: tuple[Decision, Reading] | None = None

    def step(self, step: Mapping[str, Any]) -> None:
        """Let a step happen, or look whether the town stands as the step says."""
        step = {name: self.filled(value) for name, value in step.items()}
        if not step.pop("if", True) or step.pop("unless", False):
            return
        for _ in range(step.pop("repeat", 1)):
            self.once(dict(step))

    def once(self, step: dict[str, Any]) -> None:
        """Let a step happen once."""
        verb = next(iter(step))
        if verb in COMMANDS:
            self.command(COMMANDS[verb], **{"text": step.pop(verb)} | step)
        elif verb == "wait":
            self.town.wait(**step[verb])
        elif verb in {"say", "post", "web", "part"}:
            photo = {"attachments": (PHOTO,)} if step.pop("photo", False) else {}
            getattr(self, verb)(step.pop(verb), **photo, **step)
        elif verb == "decide":
            law, _ = law_and_reader()
            reading = law.reader.read(step[verb])
            self.decided = law.decide(Facts(reading)), reading
        elif verb == "note":
            self.values[step[verb].replace(" ", "_")] = self.seen(step[verb])
        else:
            for name, wanted in step.items():
                self.look(name, wanted)

    def filled(self, value: Any) -> Any:
        """Return a value with what stands in braces: a column of the row, or the code of a case, also as people write it."""
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        column = value[1:-1]
        if value == f"{{{column}}}" and not isinstance(self.values.get(column, ""), str):
            return self.filled(self.values[column])
        codes = {f"code{number}": one.tracking_code for number, one in enumerate(self.town.complaints, 1)}
        codes |= {name.replace("code", "spaced"): tracking.spaced(code) for name, code in codes.items()}
        row = {name: one.format_map(codes) if isinstance(one, str) else one for name, one in self.values.items()}
        return value.format_map(codes | row)

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
        self.town.say(text, thread=thread, reply_to=address, **x, **fields)

    def command(self, kind: CommandKind, *, text: str, case: int = 1, by: str = "", **fields: Any) -> None:
        """Let somebody, unless it is said who the owner, do something with a case."""
        complaint = self.town.complaints[case - 1]
        actor = by or self.town.case(complaint.tracking_code).owner.id
        self.town.take(encode(said(kind, complaint, actor, text, **fields), source="/tests"))

    def look(self, name: str, wanted: Any) -> None:
        """Fail if the town does not stand so."""
        what, is_denied = name.removeprefix("not "), name.startswith("not ")
        found = self.seen(what)
        if what in {"text", "law", "missing"}:
            for part in [wanted] if isinstance(wanted, str) else wanted:
                assert (part in found) != is_denied, f"{name} {part}: {found}"
            return
        if what == "owner_begins":
            found = found[: len(wanted)]
        assert (found == wanted) != is_denied, f"{name}: {wanted!r} is {found!r}"

    def seen(self, name: str) -> Any:
        """Return what is seen of the town, of a case or of a complaint."""
        what, _, number = name.partition(" ")
        if self.decided:
            return plain(LAW[what](*self.decided))
        if what in TOWN:
            return plain(TOWN[what](self.town))
        complaint = self.town.complaints[int(number or 1) - 1]
        if what in REPORT:
            return plain(REPORT[what](complaint))
        return plain(CASE[what](self.town.case(complaint.tracking_code)))


def rows_of(story: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the rows of a story, each with each of its `times`, or one without values."""
    columns = str(story["columns"]).split(", ") if "columns" in story else []
    rows = [parts_of(row, columns) for row in story["rows"]] if columns else [{}]
    times = story.get("times", {})
    for row, *values in itertools.product(rows, *times.values()):
        yield {**row, **dict(zip(times, values, strict=True))}


def tell(story: Mapping[str, Any]) -> None:
    """Tell a story once for each of its rows, in a town in which nobody has complained yet."""

    def once(row: Mapping[str, Any]) -> None:
        telling = Telling(town=Town(Keyring.from_secret(b"s" * 32), *law_and_reader()), values=dict(row))
        for step in story["steps"]:
            telling.step(step)

    over(once, str(story["rule"]), ["row"], lambda: ({"row": row} for row in rows_of(story)))()


def stories_of(file: str) -> Callable[..., None]:
    """Return a test of each story in the table of a test file."""
    path = Path(file).resolve().relative_to(TESTS)
    name = f"tables/{path.parent.name}/{path.stem.removeprefix('test_')}.yaml"
    told = {key: story for key, story in document(name).items() if "steps" in story}

    def test(story: Mapping[str, Any]) -> None:
        """What is said and done in the story leads to what it tells."""
        tell(story)

    decorated: Callable[..., None] = pytest.mark.parametrize("story", told.values(), ids=list(told))(test)
    return decorated
