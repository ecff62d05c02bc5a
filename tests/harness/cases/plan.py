"""Makes the records of a kill test from a seed: complaints as channels make them, commands of citizens and agencies, repeats and poison."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import NamedTuple
from uuid import UUID, uuid5

import yaml
from msgspec.structs import replace

from complaints import tracking
from complaints.bus import Headers, Record
from complaints.bus.envelope import encode
from complaints.command import CITIZEN, Add, Command, CommandKind
from complaints.crypto import Keyring
from complaints.event import Complaint
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.house import plain, said
from tests.harness.support import message, normalised

POISON: Headers = (("test-poison", b"1"),)
"""Marks a record that no case can take, so that the checker need not judge that by itself."""

COMPLETIONS = (
    "di Jalan Pemuda, Kota Semarang",
    "lokasinya di Kecamatan Garum, Kabupaten Blitar",
    "kejadiannya kemarin sore",
    "tolong segera, sudah tiga minggu",
    "maksud saya lampu jalan mati",
    "ini di Kab. Bantul, dekat pasar",
)
KINDS = (CommandKind.add, CommandKind.refuse, CommandKind.answer)
TOO_MANY = 54
"""Additions to a case that is to have no room: at most 50 are possible."""


class Sizes(NamedTuple):
    """How much a test feeds."""

    cases: int
    records: int

    @property
    def repeats(self) -> int:
        """How many of the records come again."""
        return self.records // 7

    @property
    def crowded(self) -> int:
        """How many cases get more additions than they have room for."""
        return max(1, self.cases // 1500)

    @property
    def rare(self) -> int:
        """How many there are of each rare thing: a code that another complaint has, poison, a command to no case."""
        return max(8, self.cases // 100)


@dataclass
class _Timeline:
    """Records, each at a moment between 0 and 1."""

    dice: random.Random
    records: list[tuple[float, Record]] = field(default_factory=list)

    def put(self, at: float, record: Record) -> None:
        """Put a record at a moment."""
        self.records.append((at, record))

    def later(self, than: float) -> float:
        """Return a later moment: often soon, sometimes much later."""
        return than + (1 - than) * self.dice.random() * self.dice.choice((0.01, 0.05, 0.2, 1.0))

    def ordered(self) -> list[Record]:
        """Return the records in their order."""
        return [record for _, record in sorted(self.records, key=lambda one: one[0])]


class Plan:
    """Makes the records. The same seed makes the same ones."""

    def __init__(self, seed: int, keys: Keyring) -> None:
        """Load the normaliser and the rules, by which a test knows who will probably own a case."""
        self.dice = random.Random(seed)
        self.law = Router.load(max_hops=3)
        self._seed, self._keys, self._normaliser = seed, keys, Normaliser.load()
        self._samples = yaml.safe_load(files("lapor.demo.samples").joinpath("complaints.yaml").read_text("utf-8"))
        self._bodies: list[str] = [self.law.administrator_id]
        self._now = datetime.now(UTC)  # no deadline of a complaint is over, so no timer rings during a test

    def records(self, sizes: Sizes) -> list[Record]:
        """Return all records in the order in which they are to be sent."""
        line, began, dice = _Timeline(self.dice), list[tuple[float, Complaint]](), self.dice
        for number in range(sizes.cases):
            complaint = self._complaint(number)
            if number < sizes.rare and began:
                complaint = self._with_code_of(dice.choice(began)[1], complaint)
            at = dice.random() * 0.9
            began.append((at, complaint))
            line.put(at, encode(complaint, source="/tests"))
        self._taken_twice(line, sizes)
        for at, complaint in began[: sizes.crowded]:
            for command in self._additions(complaint, TOO_MANY):
                line.put(line.later(at), encode(command, source="/tests"))
        for number in range(sizes.rare):
            line.put(dice.random(), self._poison(number, dice.choice(began)[1]))
        self._commands(line, began, sizes.records - sizes.repeats - len(line.records))
        for at, record in dice.choices(line.records, k=sizes.repeats):
            line.put(line.later(at), record)
        return line.ordered()

    def _complaint(self, number: int) -> Complaint:
        item, dice = self.dice.choice(self._samples), self.dice
        text = f"{item['text']} RT {dice.randrange(1, 20)} ({number})"
        sent = message(
            text,
            channel=item["channel"],
            upstream_id=f"{self._seed}-{number}",
            sender=f"62812{dice.randrange(10**8):08d}",
            title=item.get("title", ""),
            secret=dice.random() < 0.03,
            anonymous=dice.random() < 0.05,
            received_at=self._now,
        )
        return normalised(sent, self._keys)

    @staticmethod
    def _with_code_of(other: Complaint, complaint: Complaint) -> Complaint:
        return replace(complaint, tracking_code=other.tracking_code)

    def _taken_twice(self, line: _Timeline, sizes: Sizes) -> None:
        """Add complaints whose code is taken, and the next one, too."""
        for number in range(3):
            first, second, third = (self._complaint(sizes.cases + 3 * number + step) for step in range(3))
            third = self._with_code_of(first, third)
            next_ = tracking.next_code(first.tracking_code, third.id)
            second = replace(second, tracking_code=next_)
            at = self.dice.random() * 0.5
            for complaint, moment in ((first, at), (second, at), (third, line.later(at))):
                line.put(moment, encode(complaint, source="/tests"))

    def _commands(self, line: _Timeline, began: Sequence[tuple[float, Complaint]], number: int) -> None:
        dice, left = self.dice, number
        while left > 0:
            at, complaint = dice.choice(began)
            # a complaint whose code was taken has the next one; its citizen and its owner use that
            if self._keys.tracking_code(complaint.id) != complaint.tracking_code and dice.random() < 0.7:
                code = tracking.next_code(complaint.tracking_code, complaint.id)
                complaint = replace(complaint, tracking_code=code)
            several = min(left, dice.choice((1, 2, 3, 6)))
            for command in self._of_a_case(complaint, several):
                line.put(line.later(at), encode(command, source="/tests"))
            left -= several

    def _of_a_case(self, complaint: Complaint, number: int) -> Iterator[Command]:
        dice, refused = self.dice, list[str]()
        for _ in range(number):
            kind = dice.choices(KINDS, (0.42, 0.38, 0.2))[0]
            if kind is CommandKind.add:
                yield from self._additions(complaint, 1)
                continue
            owner = self.law.route(complaint, refused).owner.id
            self._bodies = [*self._bodies[-200:], owner]
            actor = dice.choices((owner, dice.choice([owner, *refused]), dice.choice(self._bodies)), (0.7, 0.15, 0.15))[
                0
            ]
            if kind is CommandKind.refuse and actor == owner:
                refused.append(owner)
            yield self._said(kind, complaint, actor)

    def _said(self, kind: CommandKind, complaint: Complaint, actor: str) -> Command:
        dice = self.dice
        texts = {CommandKind.refuse: "Bukan kewenangan kami", CommandKind.answer: "Sudah kami tindak lanjuti"}
        text = f"{texts[kind]} {dice.randrange(3)}. " + dice.choices(("", "Terima kasih. ", "x" * 9000), (60, 40, 1))[0]
        if dice.random() < 0.01:
            text = " "
        if dice.random() < 0.01:
            actor = CITIZEN
        return said(kind, complaint, actor, text, nonce=f"{dice.randrange(10**9)}")

    def _additions(self, complaint: Complaint, number: int) -> Iterator[Command]:
        """Yield messages that the citizen adds, each with the channel's reading of the whole."""
        for _ in range(number):
            upstream_id = f"{complaint.raw.upstream_id}+{self.dice.randrange(10**9)}"
            text = f"{self.dice.choice(COMPLETIONS)} ({self.dice.randrange(1000)})"
            sent = message(text, channel=complaint.channel, upstream_id=upstream_id, received_at=self._now)
            completion = self._normaliser.complete(complaint, sent)
            yield Add(
                id=uuid5(complaint.id, upstream_id),
                tracking_code=complaint.tracking_code,
                actor=CITIZEN if self.dice.random() > 0.01 else self.law.administrator_id,
                received_at=self._now,
                addition=completion.addition,
                reading=completion.reading,
            )

    def _poison(self, number: int, complaint: Complaint) -> Record:
        """Return a record that no case can take, in one of several ways; some have the key of a case."""
        good = encode(complaint, source="/tests")
        command = encode(said(CommandKind.refuse, complaint, "x"), source="/tests")
        nowhere = self._keys.tracking_code(UUID(int=self.dice.getrandbits(128)))
        bare = {name: value for name, value in plain(complaint).items() if name != "text"}
        orphan = encode(said(CommandKind.answer, replace(complaint, tracking_code=nowhere), "x"), source="/t")
        value, like = (
            (
                (b"", good),
                (b"not json", good),
                (b"[]", command),
                (json.dumps(bare).encode(), good),
                (good.value, command),
                (command.value.replace(b'"refuse"', b'"explode"'), command),
                (good.value, Record(topic=good.topic, key=b"elsewhere", value=b"", headers=good.headers)),
                (command.value, Record(topic=good.topic, key=good.key, value=b"")),
            )[number % 8]
            if number % 9
            else (orphan.value, orphan)
        )
        headers = like.headers if number % 9 == 0 else (*like.headers, *POISON)
        return Record(topic=good.topic, key=like.key, value=value, headers=headers)
