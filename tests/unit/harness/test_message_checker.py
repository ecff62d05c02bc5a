"""The checkers of the kill test of messages find what they must find: each way in which a log can be wrong is a violation."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
import pytest

from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.contract import COMPLAINTS, CONVERSATIONS, DEAD_LETTERS, MESSAGE_EVENTS, SENDS
from complaints.crypto import Keyring
from complaints.mail import DeliveryOutcome, Send
from complaints.message import Fragment
from embedded.smsc.text import split
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.cases.log import Entry
from tests.harness.messages.checker import Messages
from tests.harness.messages.fed import Fed, Seen, key_of_fault, key_of_sms, key_of_text
from tests.harness.messages.log import Topics, kind_of
from tests.harness.messages.replies import Replies
from tests.harness.support import message
from tests.harness.town import Town

SECRET = b"a secret of the tests, 32 bytes long"
NUMBER = "+6281234567890"
STORY = "Jalan berlubang di Kota Semarang (100001)"
LONG = "Jalan Pleret Kab Bantul lubangnya dalam sekali, tadi pagi ada pemotor jatuh. " * 3 + "(100002)"
PLACELESS = "lampu jalan mati sejak Lebaran (100003)"
PLACE = "di Jalan Pemuda, Kota Semarang (100004)"
BY_WEBHOOK = "Air PDAM di Kota Bandung tidak mengalir sudah seminggu (100005)"
GARBAGE = b"\xc8garbage"


class World(NamedTuple):
    """A log, what was fed, and what upstreams have seen."""

    topics: Topics
    fed: list[Fed]
    seen: Seen

    def copy(self) -> "World":
        """Return another one that can be changed."""
        fed = [replace(one, acknowledged=Counter(one.acknowledged)) for one in self.fed]
        return World(Topics(*(list(entries) for entries in self.topics)), fed, Counter(self.seen))


class Writing:
    """Citizens of a town in which nothing dies, and the accounts that tell them what they must hear."""

    def __init__(self) -> None:
        self.town = Town(Keyring.from_secret(SECRET), Router.load(), Normaliser.load(), is_sending=False)
        self.fed: list[Fed] = []
        self.seen: Seen = Counter()
        self._outcomes: list[Record] = []
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
        self._send()
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

    def webhook(self, kind: str, text: str, *, about: int = 0) -> int:
        """Say a message by a webhook whose id is always the same."""
        fields: dict[str, Any] = {
            "channel": "webhook",
            "account": "webhook/dinas",
            "upstream_id": "w-1",
            "sender": "dinas/warga",
        }
        return self.say(kind, text, (key_of_text("webhook", text), lambda: self.town.say(text, **fields)), about=about)

    def garbage(self) -> None:
        """Hand in bytes that are no SMS."""
        id_, town = uuid4(), self.town
        handed = town.received(message("", upstream_id="garbage"), id_)
        said = orjson.loads(handed.value) | {"fault": "no header", "error_class": "MalformedMessage"}
        said["sealed"] = town.keys.seal(GARBAGE, owner=id_, month=said["month"])
        record = handed._replace(value=orjson.dumps(said))
        self.say("dead_letter", "", (key_of_fault("sms", GARBAGE), lambda: town.take(record)))

    def _send(self) -> None:
        while self._sent < len(self.town.sends):
            send = self.town.sends[self._sent]
            self._sent += 1
            is_lost = send.kind.value == "question"  # on the way, as far as anybody knows
            self._tell(send, DeliveryOutcome.unknown if is_lost else DeliveryOutcome.sent)
            self.seen[send.channel, self.town.open(send)[0]] += 1

    def _tell(self, send: Send, outcome: DeliveryOutcome) -> None:
        delivery = self.town.outcome(send, outcome)
        self._outcomes.append(encode(delivery, source="/senders"))

    def world(self) -> World:
        """Return all of it."""
        written = self.town.written
        topics = (CONVERSATIONS, COMPLAINTS, "lapor.case-events", "lapor.cases", SENDS, MESSAGE_EVENTS, DEAD_LETTERS)
        found = [[*written[topic], *(self._outcomes if topic == MESSAGE_EVENTS else ())] for topic in topics]
        return World(Topics(*map(logged, found)), self.fed, self.seen)


def logged(records: list[Record]) -> list[Entry]:
    """Return records as a reader finds them, all in one partition."""
    return [
        Entry(0, number, record.key, record.value, dict(record.headers), 0) for number, record in enumerate(records)
    ]


@pytest.fixture(scope="module")
def world() -> World:
    """A log with everything in it."""
    writing = Writing()
    story = writing.sms("complaint", STORY)
    writing.sms("repeat", STORY, about=story)
    writing.sms("complaint", LONG, reference=9)
    asked = writing.sms("complaint", PLACELESS)
    writing.sms("answer", PLACE, about=asked)
    code = writing.town.complaints[0].tracking_code
    writing.sms("status", f"STATUS {code}", about=story)
    writing.sms("addition", f"{code} kejadiannya kemarin sore (100007)", about=story)
    writing.webhook("complaint", BY_WEBHOOK)
    writing.garbage()
    return writing.world()


def violations(world: World, *, most_unknown: int = 1) -> list[str]:
    """Return what the checkers say."""
    messages, replies = Messages(world.topics, SECRET), Replies(world.topics, SECRET)
    messages.check(world.fed)
    replies.check(world.seen, most_unknown=most_unknown)
    return [*messages.violations, *replies.violations]


def test_a_log_without_faults_has_no_violations_and_everything_in_it(world: World) -> None:
    """Each kind of message, a long one, a repetition, an unknown outcome, and what cannot be read."""
    assert violations(world) == []
    kinds = Counter(entry.said["kind"] for entry in world.topics.events if kind_of(entry) == "messageevent")
    assert kinds == {"complaint": 5, "repeated": 1, "answer": 1, "addition": 1, "status": 1, "dead_letter": 1}
    outcomes = Counter(entry.said["outcome"] for entry in world.topics.events if kind_of(entry) == "delivery")
    assert outcomes["unknown"] == 1


def place(entries: list[Entry], kind: str, /, **wanted: Any) -> int:
    """Return the place of the first event of a kind with these fields."""
    return next(
        at for at, entry in enumerate(entries) if kind_of(entry) == kind and wanted.items() <= entry.said.items()
    )


def lost(entries: list[Entry], kind: str, /, **wanted: Any) -> None:
    """Take an event away."""
    entries.pop(place(entries, kind, **wanted))


def doubled(entries: list[Entry], kind: str, /, **wanted: Any) -> None:
    """Write an event twice."""
    entries.append(entries[place(entries, kind, **wanted)])


def changed(entries: list[Entry], kind: str, wanted: dict[str, Any], /, **fields: Any) -> None:
    """Change fields of an event."""
    at = place(entries, kind, **wanted)
    entries[at] = entries[at]._replace(value=json.dumps(entries[at].said | fields).encode())


def told_twice(world: World) -> None:
    """Let an upstream see a text twice."""
    text = next(text for text in world.seen if text[0] == "webhook")
    world.seen[text] += 1


def never_seen(world: World) -> None:
    """Let an upstream not see a text that counts as sent."""
    world.seen.subtract([next(iter(world.seen))])


def other_complaint(world: World) -> None:
    """Let one more complaint come from nowhere."""
    at = place(world.topics.complaints, "complaint")
    entry = world.topics.complaints[at]
    world.topics.complaints.append(entry._replace(value=json.dumps(entry.said | {"id": str(uuid4())}).encode()))


def repeated_complaint(world: World) -> None:
    """Let a repetition become a complaint of its own, with everything that belongs to one."""
    at = place(world.topics.events, "messageevent", kind="repeated")
    id_ = world.topics.events[at].said["id"]
    changed(world.topics.events, "messageevent", {"kind": "repeated"}, kind="complaint", complaint_id=id_)
    entry = world.topics.complaints[place(world.topics.complaints, "complaint")]
    world.topics.complaints.append(entry._replace(value=json.dumps(entry.said | {"id": id_}).encode()))


FAULTS: dict[str, Callable[[World], object]] = {
    "a message has no event": lambda world: lost(world.topics.events, "messageevent", kind="status"),
    "a repetition has no event": lambda world: lost(world.topics.events, "messageevent", kind="repeated"),
    "a message has two events": lambda world: doubled(world.topics.events, "messageevent", kind="answer"),
    "an event is of no message": lambda world: changed(
        world.topics.events, "messageevent", {"kind": "repeated"}, id=str(uuid4())
    ),
    "an event is another citizen's": lambda world: world.topics.events.__setitem__(
        place(world.topics.events, "messageevent"), world.topics.events[0]._replace(key=b"somebody")
    ),
    "an acknowledged message is lost": lambda world: world.fed[0].acknowledged.update(world.fed[0].keys),
    "nobody fed a message": lambda world: world.fed.pop(0),
    "a complaint is lost": lambda world: lost(world.topics.complaints, "complaint"),
    "a complaint is there twice": lambda world: doubled(world.topics.complaints, "complaint"),
    "a complaint comes from nowhere": other_complaint,
    "a repetition is another complaint": repeated_complaint,
    "a complaint is repeated and nothing else": lambda world: changed(
        world.topics.events, "messageevent", {"kind": "complaint"}, kind="repeated"
    ),
    "a complaint is an addition": lambda world: changed(
        world.topics.events, "messageevent", {"kind": "complaint"}, kind="addition"
    ),
    "a repetition is in another case": lambda world: changed(
        world.topics.events, "messageevent", {"kind": "repeated"}, tracking_code="ELSEWHERE"
    ),
    "a part is lost from the text": lambda world: changed(
        world.topics.complaints, "complaint", {"text": LONG}, text=LONG[:150]
    ),
    "a long message is partial": lambda world: changed(
        world.topics.events, "messageevent", {"partial": False, "kind": "complaint"}, partial=True
    ),
    "a part is joined to nothing": lambda world: changed(
        world.topics.events, "messageevent", {"whole_id": whole_of(world)}, whole_id=str(uuid4())
    ),
    "an answer is in another case": lambda world: changed(
        world.topics.events, "messageevent", {"kind": "answer"}, tracking_code="ELSEWHERE"
    ),
    "an answer has no command": lambda world: lost(world.topics.complaints, "command", kind="add"),
    "a command is there twice": lambda world: doubled(world.topics.complaints, "command", kind="status"),
    "an addition says something else": lambda world: changed(
        world.topics.complaints, "command", {"kind": "add"}, addition={"text": "x"}
    ),
    "a secret is told": lambda world: setattr(world.fed[0], "secret", True),
    "what cannot be read is lost": lambda world: world.topics.letters.clear(),
    "what cannot be read has two dead letters": lambda world: world.topics.letters.append(world.topics.letters[0]),
    "a citizen is not told a reply": lambda world: lost(world.topics.events, "replyevent"),
    "a reply has two events": lambda world: doubled(world.topics.events, "replyevent"),
    "a reply is written twice": lambda world: doubled(world.topics.conversations, "reply"),
    "nothing led to a reply": lambda world: lost(world.topics.conversations, "reply"),
    "no account was given a text": lambda world: lost(world.topics.sends, "send"),
    "an account was given a text twice": lambda world: doubled(world.topics.sends, "send"),
    "a text has no outcome": lambda world: lost(world.topics.events, "delivery", outcome="sent"),
    "an outcome is told twice": lambda world: doubled(world.topics.events, "delivery", outcome="sent"),
    "a text was sent and is too old": lambda world: outcome_too(world, "expired"),
    "an acknowledgement is unknown and sent": lambda world: outcome_too(world, "unknown"),
    "the citizen's mailbox lacks an outcome": lambda world: lost(world.topics.conversations, "delivery"),
    "an upstream has seen a text twice": told_twice,
    "an upstream has not seen a text": never_seen,
    "an upstream has seen a text that nobody sent": lambda world: world.seen.update([("sms", "hello")]),
}


def whole_of(world: World) -> str:
    """Return the id of the long message."""
    found = next(entry.said for entry in world.topics.events if "whole_id" in entry.said)
    return str(found["whole_id"])


def outcome_too(world: World, outcome: str) -> None:
    """Add an outcome to a text that was sent."""
    at = place(world.topics.events, "delivery", outcome="sent")
    entry = world.topics.events[at]
    added = entry._replace(value=json.dumps(entry.said | {"id": str(uuid4()), "outcome": outcome}).encode())
    world.topics.events.append(added)
    world.topics.conversations.append(added)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(world: World, fault: str) -> None:
    """One change of a log without faults is at least one violation."""
    wrong = world.copy()
    FAULTS[fault](wrong)
    assert violations(wrong)


def test_a_text_whose_outcome_is_unknown_is_seen_once_or_never(world: World) -> None:
    """It may have arrived, and so it is never sent again."""
    other = world.copy()
    text = next(text for text in other.seen if text[0] == "sms" and "di kabupaten/kota" in text[1].lower())
    other.seen[text] -= 1
    assert violations(other) == []
    other.seen[text] += 2
    assert len(violations(other)) == 1


def test_more_unknown_outcomes_than_texts_were_on_their_way_are_found(world: World) -> None:
    """The bound is a promise of its own."""
    (found,) = violations(world, most_unknown=0)
    assert found.startswith("1 outcomes are unknown")


def test_a_message_that_cannot_be_opened_is_found(world: World) -> None:
    """The checker has the secret, so what it cannot open nobody can."""
    wrong = world.copy()
    changed(wrong.topics.conversations, "received", {}, month="2026-12")
    assert any("cannot be opened" in one for one in violations(wrong))
