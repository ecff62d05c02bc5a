"""A file of acts: each line says what became of it, the same line twice is one command, and a bad line stops nothing."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.command import Command
from complaints.disposition import AgencyRef
from complaints.errors import UnavailableError
from complaints.fact import AnyFact
from ops.casework.acts import ACTS
from ops.casework.batch import Applies, Tally
from tests.harness.case_stories import place_of
from tests.harness.events import complaint
from tests.harness.house import House
from tests.harness.support import NOON
from tests.harness.tables import row_by_row
from view.client import Results

AGENCIES = {one: AgencyRef(id=one, name=f"Nama {one}") for one in ("dpu-33.74", "dpu-33", "kemenpanrb", "pln")}
NOBODY = "2Q74GVWWCE3"


@dataclass
class Mailbox:
    """The step and its view, without Kafka.

    Attributes:
        published: the commands, in their order.
        deaf: whether nobody handles them.
        faults: how often the view does not answer.
    """

    house: House = field(default_factory=House)
    published: list[Command] = field(default_factory=list)
    deaf: bool = False
    faults: int = 0

    def results(self, commands: Sequence[tuple[str, UUID]]) -> Results:
        """Return what became of commands."""
        if self.published and self.faults:
            self.faults -= 1
            raise UnavailableError("not now")
        facts = dict[UUID, tuple[AnyFact, ...]]()
        for _, id_ in commands:
            if found := tuple(fact for fact in self.house.facts if fact.caused_by == id_):
                facts[id_] = found
        versions = {key.decode(): self.house.case(key.decode()).version for key in self.house.documents}
        return Results(facts, {code: version for code, version in versions.items() if code in dict(commands)})

    def publish(self, command: Command) -> "Future[Any]":
        """Let the step handle a command."""
        self.published.append(command)
        if not self.deaf:
            self.house.hear(command)
        done = Future[Any]()
        done.set_result(None)
        return done

    def apply(self, *lines: object) -> tuple[list[dict[str, Any]], Tally]:
        """Apply lines, and return what is said of each, and the counts."""
        applies = Applies(
            view=self,
            publish=self.publish,
            agency=AGENCIES.get,
            state=lambda code: self.house.case(code).state if code.encode() in self.house.documents else None,
            now=lambda: NOON,
            patience_s=0.2,
            sleep=lambda _: None,
        )
        tally = Tally()
        raw = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
        said = [orjson.loads(one) for one in applies.lines(enumerate(raw, 1), tally)]
        return said, tally


@pytest.fixture
def mailbox() -> Mailbox:
    """A step with two cases."""
    made = Mailbox()
    for number in (7, 8):
        made.house.hear(complaint(number, text="jalan berlubang di tikungan", title="", place=place_of("33.74")))
    return made


@pytest.fixture
def code(mailbox: Mailbox) -> str:
    """The code of the first case."""
    return next(iter(mailbox.house.documents)).decode()


@row_by_row
def test_each_line_says_what_became_of_it(  # noqa: PLR0913  # a file of lines, and all that is told of it
    mailbox: Mailbox, code: str, *, lines: Any, results: Any, says: Any, counts: Any, given: int, state: str
) -> None:
    """In the order of the lines, whichever the command was; the counts add up."""
    said, tally = mailbox.apply(*({"code": code} | line for line in lines))
    assert [(one["line"], one["result"]) for one in said] == list(enumerate(results, 1))
    assert all(words in str(said[at]) for at, words in says.items()), said
    assert (tally, len({command.id for command in mailbox.published})) == (Tally(**counts), given)
    assert mailbox.house.case(code).state == state


def test_the_same_file_twice_changes_nothing(mailbox: Mailbox, code: str) -> None:
    """Nothing is given again, and each line says what became of it the first time."""
    lines = [
        {"code": code, "act": "accept", "as": "dpu-33.74"},
        {"code": code, "act": "answer", "as": "dpu-33.74", "text": "Sudah.", "at": "2026-11-03T05:00:00+07:00"},
        {"code": code, "act": "accept", "as": "pln"},
    ]
    first, counted = mailbox.apply(*lines)
    before = mailbox.house.case(code).version
    again, counted_again = mailbox.apply(*lines)
    assert [one["result"] for one in again] == ["repeated", "repeated", "refused"]
    assert [one["told"] for one in first[:2]] == [one["told"][1:] for one in again[:2]]
    assert "Give `at` to say it again" in again[2]["why"]
    assert (counted, counted_again) == (Tally(applied=2, refused=1), Tally(repeated=2, refused=1))
    assert (mailbox.house.case(code).version, len(mailbox.published)) == (before, 3)


def test_what_is_said_again_after_the_case_was_opened_again_is_not_called_applied(mailbox: Mailbox, code: str) -> None:
    """An officer must not believe that the citizen hears the answer a second time; with another time he does."""
    lines = [
        {"code": code, "act": "answer", "as": "dpu-33.74", "text": "Sudah ditambal."},
        {"code": code, "act": "close", "as": "dpu-33.74"},
    ]
    mailbox.apply(*lines, {"code": code, "act": "reopen", "as": "kemenpanrb", "text": "Belum."})
    assert mailbox.house.case(code).state == "reopened"
    said, tally = mailbox.apply(*lines)
    assert [one["result"] for one in said] == ["repeated", "repeated"]
    assert "the case is now reopened. Give `at` to say it again" in said[0]["told"][0]
    assert tally == Tally(repeated=2)
    (later,), _ = mailbox.apply({**lines[0], "at": "2026-11-03T07:00:00Z"})
    assert (later["result"], mailbox.house.case(code).state) == ("applied", "answered")


@row_by_row
def test_a_bad_line_is_an_error_with_its_number_and_the_next_goes_on(
    mailbox: Mailbox, code: str, line: object, why: str
) -> None:
    """Nothing of it is given to a case."""
    line = line.encode("latin-1") if isinstance(line, str) else line
    said, tally = mailbox.apply(line, {"code": code, "act": "accept", "as": "dpu-33.74"})
    assert (said[0]["line"], said[0]["result"], why in said[0]["error"]) == (1, "error", True), said[0]
    assert (said[1]["line"], said[1]["result"]) == (2, "applied")
    assert tally == Tally(applied=1, errors=1)
    assert len(mailbox.published) == 1


def test_a_command_without_a_result_is_an_error_that_the_same_line_resolves(mailbox: Mailbox, code: str) -> None:
    """The router is away; when it is back, the line says what became of it."""
    line = {"code": code, "act": "accept", "as": "dpu-33.74"}
    mailbox.deaf = True
    (said,), _ = mailbox.apply(line)
    assert (said["result"], "has not decided" in said["error"]) == ("error", True)
    mailbox.deaf = False
    (said,), _ = mailbox.apply(line)
    assert said["result"] == "applied"


def test_a_view_that_does_not_answer_for_a_moment_is_asked_again(mailbox: Mailbox, code: str) -> None:
    """The command is given, so its result must be awaited."""
    mailbox.faults = 2
    (said,), _ = mailbox.apply({"code": code, "act": "accept", "as": "dpu-33.74"})
    assert said["result"] == "applied"


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=2)
LINES = st.binary(max_size=30) | st.dictionaries(
    st.sampled_from(["code", "act", "as", "text", "suggest", "at", "until", "class", "final", "beside", "x"]),
    VALUES | st.sampled_from([NOBODY, "pln", *ACTS]),
)


@given(st.lists(LINES, max_size=5))
def test_every_line_has_exactly_one_end(lines: list[object]) -> None:
    """Whatever is in it."""
    said, tally = Mailbox().apply(*lines)
    assert [one["line"] for one in said] == list(range(1, len(lines) + 1))
    assert tally == Tally(errors=len(lines))  # there is no case
