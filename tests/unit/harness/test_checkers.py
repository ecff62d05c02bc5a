"""The checkers of the kill tests find what they must find: each way in which the topics can be wrong is a violation."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import pytest

from complaints.bus.envelope import encode
from complaints.contract import COMPLAINTS, NEIGHBOURS
from complaints.crypto import Keyring
from complaints.mail import DeliveryOutcome
from complaints.message import Fragment
from embedded.smsc.text import split
from neighbours.step import NeighboursStep
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep
from router.routing import Router
from tests.harness.cases.checker import Checker
from tests.harness.cases.log import Entry, Topics, kind_of
from tests.harness.cases.plan import Plan, Sizes
from tests.harness.lives.driver import Driver
from tests.harness.lives.many import DAY_MS
from tests.harness.messages.checker import Messages
from tests.harness.messages.fed import Fed, Seen, key_of_fault, key_of_sms, key_of_text
from tests.harness.messages.replies import Replies
from tests.harness.numbers import SECRET
from tests.harness.pipeline import Pipeline
from tests.harness.support import message
from tests.harness.tables import row_by_row
from tests.harness.town import Town

KEYS = Keyring.from_secret(SECRET)
NOBODY = UUID(int=1)
NUMBER = "+6281234567890"
STORY = "Jalan berlubang di Kota Semarang (100001)"
LONG = "Jalan Pleret Kab Bantul lubangnya dalam sekali, tadi pagi ada pemotor jatuh. " * 3 + "(100002)"
PLACELESS = "lampu jalan mati sejak Lebaran (100003)"
PLACE = "di Jalan Pemuda, Kota Semarang (100004)"
BY_WEBHOOK = "Air PDAM di Kota Bandung tidak mengalir sudah seminggu (100005)"
GARBAGE = b"\xc8garbage"


@dataclass
class World:
    """The topics after a run, and what the checkers are told besides.

    Attributes:
        topics: what is on Kafka.
        records: key and value of each record that a test wrote to the mailboxes of cases.
        fed: the messages that citizens sent; None if there were only cases.
        seen: what upstreams have seen.
        exact: see Checker.
        most_unknown: how many outcomes may be unknown.
    """

    topics: Topics
    records: list[tuple[bytes, bytes]] = field(default_factory=list)
    fed: list[Fed] = field(default_factory=list)
    seen: Seen = field(default_factory=Counter)
    exact: bool = False
    most_unknown: int = 1

    def copy(self) -> "World":
        """Return another one that can be changed."""
        fed = [replace(one, acknowledged=Counter(one.acknowledged)) for one in self.fed]
        return replace(self, topics=self.topics.copy(), fed=fed, seen=Counter(self.seen))

    def violations(self) -> list[str]:
        """Return what the checkers say."""
        if self.fed:
            messages, replies = Messages(self.topics, SECRET), Replies(self.topics, SECRET)
            messages.check(self.fed)
            replies.check(self.seen, most_unknown=self.most_unknown)
            return [*messages.violations, *replies.violations]
        return self.checked().violations

    def checked(self) -> Checker:
        """Return the checker of cases after its work."""
        checker = Checker(self.topics, administrator=Router.load().administrator_id, exact=self.exact)
        checker.check(self.records)
        return checker


@cache
def of_cases(seed: int = 5, cases: int = 40, size: int = 500, shuffled: int = 0) -> World:
    """Return the topics after the plan of cases; its records come in nearly its order if they are shuffled."""
    plan, dice = Plan(seed, KEYS), random.Random(seed)
    planned = plan.records(Sizes(cases=cases, records=size))
    order = sorted((at + dice.random() * shuffled, record) for at, record in enumerate(planned))
    records = [record for _, record in order]
    made = Pipeline(steps={COMPLAINTS: CaseStep(plan.law)}, has_poison=True)
    made.take(*records)
    return World(made.topics(), [(one.key, one.value) for one in records], exact=True)


@cache
def of_lives() -> World:
    """Return the topics after some lives over two months, with everything in them."""
    law, rounds = Router.load(), 7
    driver, made = Driver(8, KEYS, law), Pipeline(steps={COMPLAINTS: CaseStep(law), NEIGHBOURS: NeighboursStep()})
    for number in range(rounds):
        made.ring()
        if number < rounds // 2:
            made.take(*(driver.opened(made.now) for _ in range(40)))
        for code, state in [(key, state) for (topic, key), state in made.states.items() if topic == COMPLAINTS]:
            made.take(*driver.commands(code.decode(), state.value, made.now))
        made.now_ms += 9 * DAY_MS
    made.ring()
    return World(made.topics())


class Writing:
    """Citizens of a town in which nothing dies, and the accounts that tell them what they must hear."""

    def __init__(self) -> None:
        self.town = Town(KEYS, Router.load(), Normaliser.load(), is_sending=False)
        self.fed: list[Fed] = []
        self.seen: Seen = Counter()
        self._sent = 0

    def say(self, kind: str, text: str, *parts: tuple[str, Callable[[], object]], about: int = 0) -> int:
        """Say a message of some parts, each acknowledged once, and let the accounts send what follows. Return its number."""
        number = len(self.fed) + 1
        channel = parts[0][0].removeprefix("fault|").partition("|")[0]
        keys = tuple(key for key, _ in parts)
        self.fed.append(Fed(number=number, about=about or number, channel=channel, kind=kind, text=text, keys=keys))
        self.fed[-1].acknowledged.update(keys)
        for _, deliver in parts:
            deliver()
        for send in self.town.sends[self._sent :]:
            is_lost = send.kind.value == "question"  # on the way, as far as anybody knows
            told = self.town.outcome(send, DeliveryOutcome.unknown if is_lost else DeliveryOutcome.sent)
            self.town.write(encode(told, source="/senders"))
            self.seen[send.channel, self.town.open(send)[0]] += 1
        self._sent = len(self.town.sends)
        return number

    def sms(self, kind: str, text: str, *, about: int = 0, reference: int = 7) -> int:
        """Say an SMS, in as many parts as it takes."""
        parts = split(text, reference=reference)
        told: list[tuple[str, Callable[[], object]]] = []
        for number, part in enumerate(parts, 1):
            body = part.octets[6:] if part.esm_class else part.octets
            fragment = Fragment(reference=reference, total=len(parts), sequence=number)

            def deliver(body: bytes = body, fragment: Fragment = fragment) -> object:
                return self.town.say("", sender=NUMBER, fragment=fragment, body=body)

            told.append((key_of_sms(NUMBER, body), deliver))
        return self.say(kind, text, *told, about=about)

    def webhook(self, text: str) -> None:
        """Say a complaint by a webhook."""
        fields: dict[str, Any] = {"channel": "webhook", "account": "webhook/dinas", "sender": "dinas/warga"}
        self.say("complaint", text, (key_of_text("webhook", text), lambda: self.town.say(text, **fields)))

    def garbage(self) -> None:
        """Hand in bytes that are no SMS."""
        handed = self.town.received(message("", upstream_id="garbage"), NOBODY)
        said = orjson.loads(handed.value) | {"fault": "no header", "error_class": "MalformedMessage"}
        said["sealed"] = self.town.keys.seal(GARBAGE, owner=NOBODY, month=said["month"])
        record = handed._replace(value=orjson.dumps(said))
        self.say("dead_letter", "", (key_of_fault("sms", GARBAGE), lambda: self.town.take(record)))


@cache
def of_messages() -> World:
    """Return the topics after messages of each kind."""
    writing = Writing()
    asked = writing.sms("complaint", PLACELESS)
    writing.sms("answer", PLACE, about=asked)
    story = writing.sms("complaint", STORY)
    writing.sms("repeat", STORY, about=story)
    writing.sms("complaint", LONG, reference=9)
    code = writing.town.complaints[1].tracking_code
    writing.sms("status", f"STATUS {code}", about=story)
    writing.sms("addition", f"{code} kejadiannya kemarin sore (100007)", about=story)
    writing.webhook(BY_WEBHOOK)
    writing.garbage()
    return World(writing.town.topics(), fed=writing.fed, seen=writing.seen)


WORLDS: Mapping[str, Callable[[], World]] = {"cases": of_cases, "lives": of_lives, "messages": of_messages}


def test_cases_without_faults_have_no_violations_and_everything_in_them() -> None:
    """Each kind of fact, repeats, taken codes, a case without room, and poison."""
    checker = of_cases().checked()
    assert checker.violations == []
    kinds = {"opened", "routed", "asked", "added", "refused", "answered", "declined"}
    assert {name for name, number in checker.counts.items() if number} >= {
        *kinds,
        "continued",
        "redelivered",
        "passed on",
        "dead_letters",
    }


@pytest.mark.parametrize("seed", [19, 45, 56])
def test_other_seeds_have_no_violations_either(seed: int) -> None:
    """Records in nearly the plan's order, as four producers send them; in these, citizens tell dates that later readings do not see."""
    assert of_cases(seed, 60, 600, 48).violations() == []


def test_lives_without_faults_have_no_violations_and_everything_in_them() -> None:
    """All kinds of facts that two months bring."""
    checker = of_lives().checked()
    assert checker.violations == []
    closed = {"closed", "reopened", "withdrawn", "merged", "echoed", "left", "rated"}
    moved = {"postponed", "resumed", "handed_on", "rerouted", "overdue", "escalated", "reminded"}
    assert {name for name, number in checker.counts.items() if number} >= closed | moved


def test_messages_without_faults_have_no_violations_and_everything_in_them() -> None:
    """Each kind of message, a long one, a repetition, an unknown outcome, and what cannot be read."""
    world = of_messages()
    assert world.violations() == []
    kinds = Counter(entry.said["kind"] for entry in world.topics.events if kind_of(entry) == "messageevent")
    assert kinds == {"complaint": 5, "repeated": 1, "answer": 1, "addition": 1, "status": 1, "dead_letter": 1}
    outcomes = Counter(entry.said["outcome"] for entry in world.topics.events if kind_of(entry) == "delivery")
    assert outcomes["unknown"] == 1


@row_by_row
def test_each_fault_is_found(plan: str, fault: str, edits: list[dict[str, Any]]) -> None:
    """One change of topics without faults is at least one violation."""
    world = WORLDS[plan]().copy()
    for how in edits:
        edit(world, how)
    assert world.violations(), fault


def edit(world: World, how: Mapping[str, Any]) -> None:
    """Change the topics as a row of the table says."""
    verb, name = next(iter(how.items()))
    if verb == "other":
        OTHERS[name](world)
        return
    entries = getattr(world.topics, name)
    if verb == "empty":
        entries.clear()
        return
    at = how["at"] if "at" in how else place(entries, **how.get("where", {}), latest=how.get("latest"))
    entry = with_fields(entries[at], **how.get("to", {}))
    match verb:
        case "lose":
            entries.pop(at)
        case "double":
            entries.insert(at, entry)
        case "again":
            entries.append(entry)
        case "change":
            entries[at] = entry


def place(
    entries: list[Entry],
    *,
    event: str = "",
    source: str = "",
    is_part: bool = False,
    latest: Mapping[str, Any] | None = None,
    **wanted: Any,
) -> int:
    """Return the place of the first entry that is so; of the last documents of cases if these are meant."""
    places = range(len(entries)) if latest is None else {entry.key: at for at, entry in enumerate(entries)}.values()
    wanted |= latest or {}
    return next(
        at
        for at in places
        if (not event or kind_of(entries[at]) == event)
        and (not source or entries[at].headers.get("ce_source") == source.encode())
        and (not is_part or "whole_id" in entries[at].said)
        and wanted.items() <= entries[at].said.items()
    )


def with_fields(entry: Entry, **fields: Any) -> Entry:
    """Return an entry with other fields in its JSON."""
    return entry._replace(value=json.dumps(entry.said | fields).encode()) if fields else entry


def change(entries: list[Entry], at: int, **fields: Any) -> None:
    """Change fields of an entry."""
    entries[at] = with_fields(entries[at], **fields)


def refused_again(world: World) -> None:
    """Give a case back to the agency that refused it."""
    facts = world.topics.facts
    refusal = facts[place(facts, kind="refused")].said
    moved = place(facts, kind="routed", caused_by=refusal["caused_by"])
    given = facts[moved].said["disposition"]
    change(facts, moved, disposition=given | {"owner": {"id": refusal["actor"], "name": "x"}})


def another_day(world: World) -> None:
    """Set the last day of the completion of an answered case."""
    cases = world.topics.cases
    at = place(cases, latest={"state": "answered"})
    days = [one | {"due": "2027-05-05"} if one["duty"] == "complete" else one for one in cases[at].said["deadlines"]]
    change(cases, at, deadlines=days)


def repeated_complaint(world: World) -> None:
    """Let a repetition become a complaint of its own, with everything that belongs to one."""
    events, complaints = world.topics.events, world.topics.complaints
    at = place(events, event="messageevent", kind="repeated")
    id_ = events[at].said["id"]
    change(events, at, kind="complaint", complaint_id=id_)
    complaints.append(with_fields(complaints[place(complaints, event="complaint")], id=id_))


def part_lost(world: World) -> None:
    """Take a part away from the text of the long complaint."""
    complaints = world.topics.complaints
    change(complaints, place(complaints, event="complaint", text=LONG), text=LONG[:150])


OTHERS: Mapping[str, Callable[[World], object]] = {
    "refused_again": refused_again,
    "case_deleted": lambda world: world.topics.cases.append(world.topics.cases[0]._replace(value=None)),
    "another_day": another_day,
    "same_id": lambda world: change(world.topics.facts, 9, id=world.topics.facts[8].said["id"]),
    "elsewhere": lambda world: world.topics.events.__setitem__(0, world.topics.events[0]._replace(key=b"somebody")),
    "acknowledged_again": lambda world: world.fed[0].acknowledged.update(world.fed[0].keys),
    "not_fed": lambda world: world.fed.pop(0),
    "repeated_complaint": repeated_complaint,
    "part_lost": part_lost,
    "secret": lambda world: setattr(world.fed[0], "secret", True),
    "told_twice": lambda world: world.seen.update([next(text for text in world.seen if text[0] == "webhook")]),
    "never_seen": lambda world: world.seen.subtract([next(reversed(world.seen))]),
    "seen_from_nowhere": lambda world: world.seen.update([("sms", "hello")]),
}
"""The changes that the table only names."""


def test_a_record_that_kafka_lost_is_found() -> None:
    """Also if nothing else tells of it, as of a second delivery."""
    world = of_cases()
    (found,) = replace(world, records=[*world.records, world.records[0]]).violations()
    assert found.startswith("Kafka acknowledged")


def test_a_text_whose_outcome_is_unknown_is_seen_once_or_never() -> None:
    """It may have arrived, and so it is never sent again."""
    other = of_messages().copy()
    text = next(text for text in other.seen if text[0] == "sms" and "di kabupaten/kota" in text[1].lower())
    other.seen[text] -= 1
    assert other.violations() == []
    other.seen[text] += 2
    assert len(other.violations()) == 1


def test_more_unknown_outcomes_than_texts_were_on_their_way_are_found() -> None:
    """The bound is a promise of its own."""
    (found,) = replace(of_messages(), most_unknown=0).violations()
    assert found.startswith("1 outcomes are unknown")


def test_a_message_that_cannot_be_opened_is_found() -> None:
    """The checker has the secret, so what it cannot open nobody can."""
    wrong = of_messages().copy()
    received = wrong.topics.conversations
    change(received, place(received, event="received"), month="2026-12")
    assert any("cannot be opened" in one for one in wrong.violations())
