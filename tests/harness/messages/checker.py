"""Checks what the pipeline made of messages: each acknowledged one has one event and one effect. It shares no code with the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag

from tests.harness.cases.log import Entry, Topics, of_kind
from tests.harness.messages.fed import Fed, key_of_fault, key_of_sms, key_of_text
from tests.harness.messages.sealed import Said, opened, unpacked

EFFECTS: Final = {"complaint", "answer", "addition", "status", "small_talk", "dead_letter"}
"""What a fed message can be meant to become. A repetition is meant to become nothing new."""


class Messages:
    """The messages on Kafka, what became of them, and what is wrong with them.

    Attributes:
        violations: one sentence for each.
        counts: how many there are of what.
        received: the records of each message by its id.
        events: the events of each message by its id.
    """

    def __init__(self, topics: Topics, secret: bytes) -> None:
        """Take what is on Kafka.

        Args:
            topics: all of it.
            secret: opens what is sealed.
        """
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._topics, self._secret = topics, secret
        self.received: dict[str, list[Entry]] = _by_id(of_kind(topics.conversations, "received"))
        self.events: dict[str, list[Entry]] = _by_id(of_kind(topics.events, "messageevent"))
        self._ids: dict[str, Counter[str]] = defaultdict(Counter)
        self._complaints = _by_id(of_kind(topics.complaints, "complaint"))
        self._commands = _by_id(of_kind(topics.complaints, "command"))
        self._letters = Counter(entry.said["source_key"] for entry in topics.letters)

    def wrong(self, what: str) -> None:
        """Note a violation."""
        self.violations.append(what)

    def check(self, fed: Iterable[Fed]) -> None:
        """Check everything.

        Args:
            fed: what was fed.
        """
        self._part_changed()
        self._open_messages()
        self._check_events()
        meant = _merged(fed)
        code_of = {one.number: self._check_one(messages) for messages in meant.values() for one in messages[:1]}
        for messages in meant.values():
            self._check_related(messages, code_of)
        self._check_nothing_else({key for messages in meant.values() for one in messages for key in one.keys})
        self._check_effects()
        self.counts.update(
            received=sum(map(len, self.received.values())),
            messages=len(self.received),
            complaints=len(self._complaints),
            commands=len(self._commands),
        )

    def _part_changed(self) -> None:
        """Part what came by the web under one name with another content: it is a message of its own, under an id that comes from both."""
        for id_, entries in list(self.received.items()):
            if entries[0].said["channel"] != "web" or "fault" in entries[0].said:
                continue
            contents = [
                blake2b(unpacked(opened(one.said, self._secret))[1], digest_size=8).hexdigest() for one in entries
            ]
            self.received[id_] = [one for one, its in zip(entries, contents, strict=True) if its == contents[0]]
            for entry, its in zip(entries, contents, strict=True):
                if its != contents[0]:
                    self.received.setdefault(str(uuid5(UUID(id_), f"content/{its}")), []).append(entry)

    def _open_messages(self) -> None:
        """Find out by what each message is recognised."""
        for id_, entries in self.received.items():
            for entry in entries:
                try:
                    key = self._key_of(entry.said)
                except (InvalidTag, ValueError, KeyError) as error:
                    self.wrong(f"the message {id_} cannot be opened: {error!r}")
                    continue
                self._ids[key][id_] += 1
            if len({entry.key for entry in entries}) > 1:
                self.wrong(f"the message {id_} is in the mailboxes of several citizens")

    def _key_of(self, said: Said) -> str:
        packed = opened(said, self._secret)
        if "fault" in said:
            return key_of_fault(said["channel"], packed)
        fields, body = unpacked(packed)
        if said["channel"] == "sms":
            return key_of_sms(fields["sender"], body)
        return key_of_text(said["channel"], fields["text"].partition("\n\n")[0])

    def _check_events(self) -> None:
        """Each message has exactly one event, and each event its message."""
        for id_ in self.received.keys() | self.events.keys():
            events, records = self.events.get(id_, []), self.received.get(id_)
            if records is None:
                self.wrong(f"the event of {id_} is of no message: {events[0].said}")
            elif len(events) != 1:
                self.wrong(f"the message {id_} has {len(events)} events: {[event.said['kind'] for event in events]}")
            elif events[0].key != records[0].key:
                self.wrong(f"the event of {id_} is another citizen's")

    def _event(self, id_: str) -> Said:
        events = self.events.get(id_)
        return events[0].said if events else {"kind": "none", "tracking_code": "", "partial": False}

    def _check_one(self, messages: Sequence[Fed]) -> str:
        """Check what was meant to have one effect, however often it was said. Return the code of its case."""
        first = messages[0]
        for key in first.keys:
            told = sum(one.acknowledged[key] for one in messages)
            if (there := sum(self._ids[key].values())) < told:
                self.wrong(f"{told} deliveries of {key} were acknowledged, Kafka has {there}")
        ids = dict.fromkeys(id_ for key in first.keys for id_ in self._ids[key])
        events = {id_: self._event(id_) for id_ in ids}
        self.counts[first.kind] += len(messages)
        if first.kind not in EFFECTS:
            return ""
        if first.kind in {"small_talk", "dead_letter", "status"}:
            return self._check_many(first, len(messages), events)
        # while a question is open, what is added is an answer: that depends on what was handled by then
        wanted = {first.kind, "answer"} if first.kind == "addition" else {first.kind}
        whole = [id_ for id_, said in events.items() if said["kind"] in wanted and "whole_id" not in said]
        if len(whole) != 1:
            kinds = Counter(said["kind"] for said in events.values())
            self.wrong(f"{first.kind} {first.number} has {len(whole)} effects: {dict(kinds)}: {first.text[:80]!r}")
            return ""
        self._check_rest(first, whole[0], events)
        self._check_text(first, whole[0])
        code: str = events[whole[0]].get("tracking_code", "")
        return code

    def _check_many(self, first: Fed, number: int, events: Mapping[str, Said]) -> str:
        """Check messages of which each delivery may have an effect."""
        kinds = Counter(said["kind"] for said in events.values())
        other = kinds.keys() - {first.kind, *(["repeated"] if first.kind == "status" else [])}
        if other or kinds[first.kind] < (1 if first.kind == "status" else number):
            self.wrong(f"{first.kind} {first.number}, said {number} times, became {dict(kinds)}")
        if first.kind == "dead_letter" and (letters := [self._letters[f"sms/{id_}"] for id_ in events]) != [1]:
            self.wrong(f"the unreadable message {first.number} has {letters} dead letters")
        return next((said.get("tracking_code", "") for said in events.values() if said.get("tracking_code", "")), "")

    def _check_rest(self, first: Fed, whole: str, events: Mapping[str, Said]) -> None:
        """Check the other deliveries: each is a part of the whole, or a repetition of it."""
        code, parts = events[whole].get("tracking_code", ""), 0
        for id_, said in events.items():
            if said.get("partial", False):
                self.wrong(f"{first.kind} {first.number} lacks a part, though all were acknowledged")
            if said.get("tracking_code", "") != code:
                self.wrong(f"a delivery of {first.kind} {first.number} is in {said['tracking_code']}, not in {code}")
            if id_ == whole or said["kind"] == "repeated":
                continue
            if said["kind"] != first.kind or said.get("whole_id") != whole:
                self.wrong(f"a delivery of {first.kind} {first.number} became {said}")
            parts += 1
        if parts != len(first.keys) - 1:
            self.wrong(f"{first.kind} {first.number} of {len(first.keys)} parts was joined from {parts + 1}")

    def _check_text(self, first: Fed, id_: str) -> None:
        """Check that the complaint, or the addition, is there and has the whole text."""
        found = (self._complaints if first.kind == "complaint" else self._commands).get(id_, [])
        if len(found) != 1:
            self.wrong(f"{first.kind} {first.number} ({id_}) is {len(found)} times in the mailboxes of the cases")
            return
        said = found[0].said
        text = said["text"] if first.kind == "complaint" else said["addition"]["text"]
        if text != first.text and (first.channel != "twitter" or first.text not in text):
            self.wrong(f"{first.kind} {first.number} says {text!r}, and not {first.text!r}")
        if first.kind == "complaint" and said.get("secret", False) != first.secret:
            self.wrong(f"complaint {first.number} is secret: {said.get('secret')}")

    def _check_related(self, messages: Sequence[Fed], code_of: Mapping[int, str]) -> None:
        """Check that what belongs to a case is there."""
        first = messages[0]
        if first.about == first.number:
            return
        if (found := code_of[first.number]) != (right := code_of.get(first.about, "")):
            self.wrong(f"{first.kind} {first.number} is in {found!r}, not in {right!r}")

    def _check_nothing_else(self, keys: set[str]) -> None:
        for key in self._ids.keys() - keys:
            self.wrong(f"nobody fed {key[:200]}")

    def _check_effects(self) -> None:
        """Each complaint and each command of a citizen comes from one message, and is there once."""
        meant = {id_: said for id_, (event, *_) in self.events.items() if "whole_id" not in (said := event.said)}
        for id_, found in (*self._complaints.items(), *self._commands.items()):
            kind = "complaint" if id_ in self._complaints else found[0].said["kind"]
            wanted = {"complaint": {"complaint"}, "add": {"answer", "addition"}, "status": {"status"}}.get(kind, set())
            if len(found) != 1:
                self.wrong(f"the {kind} {id_} is {len(found)} times in the mailboxes of the cases")
            elif id_ not in meant or meant[id_]["kind"] not in wanted:
                self.wrong(f"no message became the {kind} {id_}: {meant.get(id_)}")
        for id_, said in meant.items():
            effects = {"complaint": self._complaints, "answer": self._commands, "addition": self._commands}
            if said["kind"] in effects and id_ not in effects[said["kind"]]:
                self.wrong(f"the message {id_} became a {said['kind']} that is in no mailbox")


def _by_id(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.said["id"]].append(entry)
    return dict(found)


def _merged(fed: Iterable[Fed]) -> dict[tuple[str, ...], list[Fed]]:
    """Return the messages by what they are recognised by: what was said twice with the same words stands together, the first one first."""
    found: dict[tuple[str, ...], list[Fed]] = defaultdict(list)
    for one in sorted(fed, key=lambda one: one.number):
        found[one.keys].append(one)
    return dict(found)
