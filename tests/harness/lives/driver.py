"""Decides who does what in the life of a case, from what became of it so far: citizens, owners, desks, and whoever has no say in it."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml
from msgspec.structs import replace

from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.bus.step.contract import State
from complaints.case import Case
from complaints.command import CITIZEN, Command, CommandKind, OfCitizen, Sender
from complaints.crypto import Keyring
from complaints.event import Complaint
from normalizer.places.gazetteer import Gazetteer
from router.cases.roles import role_of
from router.cases.step import CaseStep
from router.cases.table import TABLE
from router.routing import Router
from tests.harness.house import added, stored
from tests.harness.lives.many import spoken
from tests.harness.support import message, normalised

WEIGHTS: Final[Mapping[CommandKind, float]] = {
    CommandKind.accept: 5,
    CommandKind.answer: 5,
    CommandKind.refuse: 4,
    CommandKind.disagree: 3,
    CommandKind.rate: 3,
    CommandKind.ask: 2,
    CommandKind.hand_on: 2,
    CommandKind.extend: 2,
    CommandKind.postpone: 2,
    CommandKind.reopen: 2,
    CommandKind.merge: 2,
    CommandKind.verify: 1,
    CommandKind.close: 1,
    CommandKind.reroute: 1,
    CommandKind.reclassify: 1,
    CommandKind.unmerge: 1,
    CommandKind.withdraw: 0.5,
    CommandKind.hide: 0.5,
    CommandKind.show: 0.5,
    CommandKind.archive: 0.3,
}
"""How often a command is chosen of those that the table allows now."""

ANYTHING: Final[list[CommandKind]] = [kind for kind in CommandKind if kind not in {CommandKind.add, CommandKind.due}]
"""What somebody may try: everything but to add, which the citizen does anyhow, and to be the clock."""

ADDED: Final = ("masih begitu", "tolong segera", "sudah tiga minggu", "di dekat pasar")
OF_ABUSE: Final = 0.1
"""The share of additions that tell of abuse of office."""

OF_WISH: Final = 0.05
"""The share of additions that ask for the report to be secret."""

CORRECTED: Final = 0.1
"""The share of additions that say that another place was meant."""

CLASSES: Final = ("pengaduan", "permintaan_informasi", "aspirasi", None)
TWINS: Final = 0.2
"""The share of complaints that tell what somebody else has told already."""

STRANGE: Final = 0.1
"""The share of commands that anybody gives, whether the table allows them or not."""

MOST_AT_ONCE: Final = 4


class Driver:
    """Makes complaints, and commands to the cases that they have become."""

    def __init__(self, seed: int, keys: Keyring, law: Router) -> None:
        """Take what complaints and commands are made with.

        Args:
            seed: of all that is left to chance.
            keys: of the installation.
            law: of the router.
        """
        self._dice, self._seed, self._keys, self._law = random.Random(seed), seed, keys, law
        self._step = CaseStep(law)
        samples = yaml.safe_load(files("lapor.demo.samples").joinpath("complaints.yaml").read_text("utf-8"))
        self._samples, self._regencies = samples, [name for _, name in Gazetteer.load().regencies()]
        self._units = sorted(law.registry.units)
        self._complaints: dict[str, Complaint] = {}
        self._texts: list[dict[str, Any]] = []
        self._nonce = 0

    def opened(self, at: datetime) -> Record:
        """Return a new complaint."""
        dice, number = self._dice, len(self._complaints)
        if self._texts and dice.random() < TWINS:
            said = dice.choice(self._texts[-50:])
        else:
            item = dice.choice(self._samples)
            place = f" di {dice.choice(self._regencies)}" if dice.random() < 0.8 else ""  # most tell it
            text = f"{item['text']} RT {dice.randrange(1, 30)} RW {dice.randrange(1, 30)}{place}"
            said = {"text": text, "channel": item["channel"], "title": item.get("title", "")}
            self._texts.append(said)
        sent = message(
            **said,
            upstream_id=f"{self._seed}-{number}",
            sender=f"62812{dice.randrange(10**8):08d}",
            secret=dice.random() < 0.02,
            anonymous=dice.random() < 0.05,
            received_at=at,
        )
        complaint = normalised(sent, self._keys)
        self._complaints[complaint.tracking_code] = complaint
        return encode(complaint, source="/tests")

    def commands(self, code: str, document: bytes, at: datetime) -> Iterator[Record]:
        """Yield what is said to a case, one after the other, each as if the case had heard what was said before.

        Args:
            code: of the case.
            document: the case as it is now.
            at: the present time.
        """
        complaint, state = self._complaints.get(code), State(document)
        if complaint is None:  # it came into being by itself
            return
        for _ in range(self._dice.randint(1, MOST_AT_ONCE)):
            command = self._command(complaint, msgspec.json.decode(state.value, type=Case), at)
            record = encode(command, source="/tests")
            yield record
            if command.kind is not CommandKind.status and self._dice.random() < 0.1:
                yield record
            after = self._step(state, stored(command, at_ms=int(at.timestamp() * 1000))).state
            state = after if isinstance(after, State) else state

    def _command(self, of: Complaint, case: Case, at: datetime) -> Command:
        dice = self._dice
        self._nonce += 1
        if dice.random() < 0.15:
            reading = {
                "place": of.place,
                "complaint_class": of.complaint_class,
                "missing": of.missing[dice.randrange(2) :],
            }
            reading["oversight"] = of.oversight or dice.random() < OF_ABUSE
            if dice.random() < CORRECTED:
                reading |= {"place": dice.choice([*self._complaints.values()]).place, "corrects": True}
            text = f"{dice.choice(ADDED)} {self._nonce}"
            said = added(of, text, number=self._nonce, at=at, **plain_of(reading))
            return self._by_citizen(of, replace(said, secret=dice.random() < OF_WISH or None))
        owner, desk = case.owner.id, self._law.administrator_id
        if dice.random() < STRANGE:
            past = [hop.owner.id for hop in case.chain]
            actor = dice.choice((CITIZEN, desk, *past))
            kind = dice.choice(ANYTHING)
        else:
            allowed = [
                (kind, actor)
                for actor in (CITIZEN, owner, desk)
                for kind in WEIGHTS
                if isinstance(TABLE[kind, role_of(case, actor, self._law, kind)][case.state], tuple)
            ]
            kind, actor = dice.choices(allowed, [WEIGHTS[kind] for kind, _ in allowed])[0]
        return self._said(kind, of, CITIZEN if kind is CommandKind.status else actor, owner, at)

    def _said(self, kind: CommandKind, of: Complaint, actor: str, owner: str, at: datetime) -> Command:
        dice = self._dice
        about = {
            "to": self._other_agency(owner) if kind is not CommandKind.refuse or dice.random() < 0.5 else None,
            "days": dice.randrange(-1, 20),
            "stars": 1 + dice.randrange(5),
            "class": dice.choice(CLASSES),
            "flag": dice.random() < 0.3,
            "rarely": dice.random() < 0.2,
            "other": self._other_case(of),
            "nonce": self._nonce,
        }
        command = spoken(kind, of, actor, about, at=at)
        return self._by_citizen(of, command) if actor == CITIZEN else command

    def _other_agency(self, owner: str) -> str:
        """Return a unit of the owner's region if there is one."""
        region = owner.rpartition("-")[2]
        unit = self._law.registry.unit(self._dice.choice(self._units), region) if region != owner else None
        return self._law.administrator_id if unit is None else unit.id

    def _other_case(self, of: Complaint) -> str:
        """Return the code of a case of about the same days, sometimes of an older one."""
        codes = list(self._complaints)
        at = codes.index(of.tracking_code) if len(codes) < 500 else self._dice.randrange(len(codes))
        return self._dice.choice(codes[max(0, at - 20) : at + 5])

    @staticmethod
    def _by_citizen(of: Complaint, command: Command) -> Command:
        sender = Sender(channel=of.channel, reporter_ref=of.reporter_ref)
        return replace(command, sender=sender) if isinstance(command, OfCitizen) else command


def plain_of(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a reading that say something."""
    return {name: value for name, value in reading.items() if value}
