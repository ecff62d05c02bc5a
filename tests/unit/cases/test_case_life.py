"""Faults that random lives of cases have found, each as a story."""

from dataclasses import replace as replace_attributes
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from complaints.bus import StoredRecord
from complaints.command import Command, CommandKind, Sender
from complaints.errors import ContractViolation
from complaints.fact import FactKind
from router.cases.step import timer
from tests.harness.case_stories import CaseTelling
from tests.harness.events import complaint
from tests.harness.house import House, said, stored
from tests.harness.list_law import ListLaw
from tests.harness.lives.many import DAY_MS
from tests.harness.stories import stories_of
from tests.harness.support import NOON, as_stored

FIRST = complaint(1)
CODE = FIRST.tracking_code

test_story = stories_of(__file__, CaseTelling)


@pytest.fixture
def house() -> House:
    """A case with the first body."""
    made = House(law=ListLaw())
    made.hear(FIRST)
    return made


def test_two_routers_after_lebaran_note_each_duty_once() -> None:
    """Nobody worked for two weeks, then two routers ring the same timers: one "overdue" for each duty, all on one day."""
    house = House(law=ListLaw())
    # the Friday before Nyepi and Lebaran, whose days off end on 24 March
    received = datetime(2026, 3, 13, 5, 0, tzinfo=UTC)
    received_ms = int(received.timestamp() * 1000)
    house.hear(complaint(1, received_at=received), at_ms=received_ms)
    after = received_ms + 60 * DAY_MS
    rung = [timer(CODE.encode(), due) for _ in range(9) if (due := house.dues[CODE.encode()]) is not None]
    for record in (*rung, *rung):
        house.work(as_stored(record, at_ms=after))
        if (due := house.dues[CODE.encode()]) is not None and due <= after:
            house.work(as_stored(timer(CODE.encode(), due), at_ms=after))
    noted = [fact.duty for fact in house.facts if fact.kind is FactKind.overdue]
    assert sorted(filter(None, noted)) == ["complete", "first_follow_up", "statute_completeness"]
    assert house.case(CODE).overdue.keys() == set(noted)


@pytest.mark.parametrize("name", ["since", "other", "stars", "as_of"])
def test_an_empty_field_stops_no_worker(house: House, name: str) -> None:
    """Other writers may say null for what they do not say: what a command of its kind does not have is not read."""
    facts = house.work(with_fields(said(CommandKind.postpone, FIRST, "dinas", until=date(2026, 11, 20)), {name: None}))
    assert [fact.kind for fact in facts] == [FactKind.postponed]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (CommandKind.postpone, "until"),
        (CommandKind.rate, "stars"),
        (CommandKind.reroute, "to"),
        (CommandKind.hand_on, "to"),
        (CommandKind.status, "sender"),
        (CommandKind.merge, "other"),
        (CommandKind.adopt, "since"),
        *((kind, "other") for kind in (CommandKind.adopt, CommandKind.confirm, CommandKind.reject)),
        *((kind, "other") for kind in (CommandKind.second, CommandKind.leave, CommandKind.echo)),
    ],
)
def test_a_command_that_lacks_what_its_kind_needs_is_poison(house: House, kind: CommandKind, name: str) -> None:
    """As a word of one case to another that does not say of which one it is."""
    sender = Sender(channel="sms", reporter_ref=FIRST.reporter_ref)
    fields: dict[str, Any] = {"other": CODE, "since": NOON, "event": "gone", "until": date(2026, 11, 20), "stars": 5}
    record = with_fields(said(kind, FIRST, "case", sender=sender, to="dinas", **fields), {name: None})
    with pytest.raises(ContractViolation, match=name):
        house.work(record)


def with_fields(command: Command, fields: dict[str, Any]) -> StoredRecord:
    """Return a command as the mailbox holds it, with some fields of its JSON changed."""
    record = stored(command)
    return replace_attributes(record, value=orjson.dumps(orjson.loads(record.value or b"") | fields))
