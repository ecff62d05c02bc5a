"""Checks what the router made of its mailboxes: each record had its effect exactly once, in order. It shares no code with the product."""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from tests.harness.cases.fold import (
    MOST_REFUSALS,
    Model,
    asks,
    first_fact,
    fold,
    new,
    next_code,
    of_document,
    reply_of,
    spaced,
)
from tests.harness.cases.log import Entry, Log

COMPLAINT = b"id.go.lapor.complaint.v1"
FOLLOW: dict[str, tuple[str, ...]] = {"diterima": ("diteruskan",), "bukan wewenang": ("diteruskan",)}


class Checker:
    """What is on Kafka, and what is wrong with it.

    Attributes:
        violations: one sentence for each.
        counts: how many there are of what.
        facts: all facts, by tracking code, in their order.
        cases: the last document of each case by tracking code.
        letters: the ids of all dead letters.
        ahead_ms: how far the clock of the router may have been ahead of Kafka's, in milliseconds.
    """

    def __init__(self, log: Log, *, administrator: str, ahead_ms: Collection[int] = (0,)) -> None:
        """Take what is on Kafka.

        Args:
            log: of the router.
            administrator: the id of the national administrator, which cannot refuse.
            ahead_ms: see above.
        """
        self.ahead_ms = frozenset(ahead_ms)
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self.administrator = administrator
        self._mailbox, self._replies = log.mailbox, log.replies
        self.facts: dict[str, list[Entry]] = defaultdict(list)
        for entry in log.facts:
            self.facts[entry.key.decode()].append(entry)
        self.cases: dict[str, Model] = {}
        self._read_cases(log.cases)
        self.letters = [entry.said for entry in log.letters]
        self._expected_replies: dict[str, Model] = {}
        self._times: Counter[str] = Counter()
        self._own: Counter[tuple[str, str]] = Counter()
        self._poison: set[tuple[int, int]] = set()

    @property
    def walks(self) -> "type[Walk]":
        """What walks through the mailbox of one case."""
        return Walk

    def wrong(self, what: str) -> None:
        """Note a violation."""
        self.violations.append(what)

    def check(self, fed: Iterable[tuple[bytes, bytes]]) -> None:
        """Check everything.

        Args:
            fed: key and value of each record that Kafka acknowledged.
        """
        self._check_mailbox(fed)
        by_key: dict[bytes, list[Entry]] = defaultdict(list)
        for entry in self._mailbox:
            by_key[entry.key].append(entry)
        for key, entries in by_key.items():
            self.walks(self, key.decode(), entries).walk()
        for code in self.facts.keys() - {key.decode() for key in by_key}:
            self.wrong(f"{code} has facts and no mailbox")
        self._check_own()
        self._check_replies()
        self._check_letters()
        self.counts.update(
            records=len(self._mailbox),
            cases=len(self.cases),
            facts=sum(map(len, self.facts.values())),
            replies=len(self._replies),
            dead_letters=len(self.letters),
        )

    def poison(self, entry: Entry) -> None:
        """Expect one dead letter of a record."""
        self._poison.add((entry.partition, entry.offset))

    def own(self, code: str, id_: str) -> None:
        """Expect that the router once wrote a complaint or a command to the mailbox of a case."""
        self._own[code, id_] += 1

    def reply(self, group: list[Model], model: Model, complaint: Model, *, was_merged: bool = False) -> None:
        """Expect the one reply about the facts of a record, if they promise one."""
        kind, part = reply_of(group, was_merged=was_merged)
        if kind is not None:
            said = {"kind": kind, "part": part, "channel": complaint["channel"], "citizen": complaint["reporter_ref"]}
            self.told(group[0]["caused_by"], said, model, complaint["id"], group[0]["tracking_code"])

    def told(self, cause: str, said: Model, model: Model | None, complaint_id: str | None, code: str) -> None:
        """Expect one reply about a case, or about none, that a record led to."""
        id_ = str(uuid5(UUID(cause), f"reply/{said['kind']}"))
        self._times[id_] += 1
        self._expected_replies[id_] = {
            **said,
            "tracking_code": code,
            "complaint_id": complaint_id,
            "hop": len(model["chain"]) - 1 if model else 0,
            "additions": len(model["additions"]) if model else 0,
        }

    def _read_cases(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.key.startswith(b"\0"):
                continue
            code = entry.key.decode()
            if entry.value is None:
                self.wrong(f"{code} was deleted")
                continue
            case = entry.said
            if code in self.cases and case["version"] <= self.cases[code]["version"]:
                self.wrong(f"the document of {code} went from {self.cases[code]['version']} to {case['version']}")
            self.cases[code] = case

    def _check_mailbox(self, fed: Iterable[tuple[bytes, bytes]]) -> None:
        there = Counter((entry.key, sha256(entry.value or b"").digest()) for entry in self._mailbox)
        for (key, digest), number in Counter((key, sha256(value).digest()) for key, value in fed).items():
            if there[key, digest] < number:
                self.wrong(f"Kafka acknowledged {number} records of {key!r} and has {there[key, digest]}")

    def _check_own(self) -> None:
        found = Counter(
            (entry.key.decode(), entry.said["id"])
            for entry in self._mailbox
            if entry.headers.get("ce_source") == b"/router" and entry.said.get("kind") != "due"
        )
        for at in found.keys() | self._own.keys():
            if found[at] != self._own[at]:
                self.wrong(f"the router wrote {at} {found[at]} times, {self._own[at]} are right")

    def _check_replies(self) -> None:
        seen: Counter[str] = Counter()
        for entry in self._replies:
            reply = entry.said
            id_, expected = reply["id"], self._expected_replies.get(reply["id"])
            if expected is None:
                self.wrong(f"nothing led to the reply {id_} to {reply['tracking_code']}")
            elif {name: reply.get(name) for name in expected} != expected:
                self.wrong(f"the reply {id_} is {reply}, right is {expected}")
            elif spaced(reply["tracking_code"]) not in reply["text"]:
                self.wrong(f"the reply {id_} does not say its code")
            seen[id_] += 1
        for id_, number in self._times.items():
            if seen[id_] != number:
                self.wrong(f"the reply {self._expected_replies[id_]} was written {seen[id_]} times, {number} are right")

    def _check_letters(self) -> None:
        found = Counter((letter["source_partition"], letter["source_offset"]) for letter in self.letters)
        for at in found.keys() | self._poison:
            if found[at] != (at in self._poison):
                self.wrong(f"lapor.complaints/{at} has {found[at]} dead letters, {int(at in self._poison)} is right")


class Walk:
    """Walks through the mailbox of one case and takes, for each record, the facts that it led to."""

    def __init__(self, checker: Checker, code: str, entries: list[Entry]) -> None:
        self._checker, self._code, self._entries = checker, code, entries
        self._facts = deque(checker.facts.get(code, ()))
        self._model: Model | None = None
        self._complaint: Model = {}

    def walk(self) -> None:
        """Check the whole mailbox."""
        partitions = {entry.partition for entry in (*self._entries, *self._facts)}
        if len(partitions) > 1:
            self._checker.wrong(f"{self._code} is in the partitions {partitions}")
        for entry in self._entries:
            self._record(entry)
        if self._facts:
            self._checker.wrong(f"{self._code} has facts that nothing led to: {self._facts[0].said}")
        case = self._checker.cases.get(self._code)
        found = None if case is None else of_document(case)
        if found != self._model:
            self._checker.wrong(f"the document of {self._code} is {found}, the fold of its facts {self._model}")

    def _record(self, entry: Entry) -> None:
        checker, is_complaint = self._checker, entry.headers.get("ce_type") == COMPLAINT
        if "test-poison" in entry.headers or (self._model is None and not is_complaint):
            checker.poison(entry)
            return
        said = entry.said
        if self._model is not None and is_complaint and said["id"] != self._complaint["id"]:
            checker.counts["passed on"] += 1
            checker.own(next_code(self._code, said["id"]), said["id"])
            return
        if self._model is not None and said["id"] in self._model["commands"]:
            checker.counts["redelivered"] += 1
            if self._facts and self._facts[0].said["caused_by"] == said["id"]:
                checker.wrong(f"{said['id']} in {self._code} had an effect twice")
                self._take(entry, said)
            return
        if self._model is None:
            self._model, self._complaint = new(), said
        self._apply(entry, said, self._model)

    def _apply(self, entry: Entry, said: Model, model: Model) -> None:
        """Check the facts of a record that has not come before."""
        checker = self._checker
        first = first_fact(model, said, checker.administrator) if "kind" in said else "diterima"
        version, owner = model["version"], model["owner"]
        group = self._take(entry, said)
        kinds = [fact["kind"] for fact in group]
        for fact in group:
            fold(model, fact)
        missing = self._missing(said, first)
        # asked only while a question may still be asked: the fold has counted this one already
        before = {**model, "questions": model["questions"] - kinds.count("ditanyakan")}
        asked = [] if missing is None or asks(before, missing, group) is None else ["ditanyakan"]
        late = first == "bukan wewenang" and said["actor"] != owner  # the case had moved on before: nothing moves
        wanted = [[first, *(() if late else FOLLOW.get(first, ())), *asked]]
        if first == "dilengkapi":
            wanted.append([first, "diteruskan", *asked])
        if kinds not in wanted:
            checker.wrong(f"{said['id']} in {self._code} led to {kinds}, right is one of {wanted}")
            return
        checker.counts[first] += 1
        for number, fact in enumerate(group, version + 1):
            self._check_fact(fact, number, said)
        if asked and group[-1]["part"] != asks(before, missing or [], group):
            checker.wrong(f"{self._code} asks for {group[-1]['part']}")
        self._check_owner(model)
        checker.reply(group, model, self._complaint)
        if first == "dilanjutkan":
            new_id = str(uuid5(UUID(said["id"]), "continuation"))
            checker.own(next_code(self._code, new_id), new_id)

    @staticmethod
    def _missing(said: Model, first: str) -> list[str] | None:
        """Return the parts that are missing after a complaint or an addition; None after anything else."""
        if first == "diterima":
            return list(said.get("missing", []))
        return list(said["reading"].get("missing", [])) if first == "dilengkapi" else None

    def _is_next(self, _: Entry, said: Model) -> bool:
        """Return whether the next fact is one that a record led to."""
        return bool(self._facts[0].said["caused_by"] == said["id"])

    def _take(self, entry: Entry, said: Model) -> list[Model]:
        """Return the next facts if this record caused them."""
        group: list[Model] = []
        while self._facts and self._is_next(entry, said):
            fact = self._facts.popleft()
            if fact.headers["ce_causeoffset"] != str(entry.offset).encode():
                self._checker.wrong(f"{fact.said['id']} names offset {fact.headers['ce_causeoffset']!r}")
            at_ms = round(datetime.fromisoformat(fact.said["at"]).timestamp() * 1000)
            if at_ms - entry.at_ms not in self._checker.ahead_ms:
                self._checker.wrong(f"{fact.said['id']} is not of the time of its record")
            group.append(fact.said)
        return group

    def _check_fact(self, fact: Model, version: int, said: Model) -> None:
        about = f"/{fact['duty']}" if "duty" in fact else f"/{fact['level']}" if "level" in fact else ""
        wanted: dict[str, Any] = {
            "id": str(uuid5(UUID(said["id"]), f"fact/{fact['kind']}{about}")),
            "version": version,
            "complaint_id": self._complaint["id"],
            "tracking_code": self._code,
            "actor": said.get("actor", "citizen"),
        }
        if fact["kind"] == "ditolak":
            wanted["command"] = said["kind"]
        if {name: fact.get(name) for name in wanted} != wanted:
            self._checker.wrong(f"{fact} is not {wanted}")

    def _check_owner(self, model: Model) -> None:
        refused = [agency for agency, _, _ in model["refusals"]]
        if not model["owner"] or model["owner"] != model["chain"][-1]:
            self._checker.wrong(f"{self._code} has no single owner: {model}")
        if model["owner"] in refused:
            self._checker.wrong(f"{model['owner']} refused {self._code} and owns it again")
        if model["hops"] >= MOST_REFUSALS and model["owner"] != self._checker.administrator:
            self._checker.wrong(f"{self._code} was refused {model['hops']} times and {model['owner']} owns it")
