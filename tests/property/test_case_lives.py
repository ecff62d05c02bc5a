"""Whole lives of several cases at once: all commands and roles, repeats, every order, merges both ways, time and law passing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from complaints.case import Case
from complaints.command import CITIZEN, CONVERSATION, NEIGHBOURS, Command, CommandKind, OfCitizen, Sender
from complaints.event import Complaint, ComplaintClass, Place, Region
from router.cases.document.evolve import REMEMBERED_MS
from router.cases.roles import role_of
from router.cases.table import TABLE
from tests.harness.events import complaint
from tests.harness.house import added
from tests.harness.list_law import AGENCIES, BODIES, DESK, ListLaw
from tests.harness.lives import rules as life_rules
from tests.harness.lives.many import DAY_MS, MINUTE_MS, Lives, box_of, spoken

Document = dict[str, Any]

LAWS = (ListLaw(), ListLaw(turned=2), ListLaw(slower=3), ListLaw(turned=1, slower=1))
CASES = 4
WAITS_MS = (MINUTE_MS, 7 * 60 * MINUTE_MS, DAY_MS, 4 * DAY_MS, 8 * DAY_MS, 15 * DAY_MS, 31 * DAY_MS, 70 * DAY_MS)
PLACES = {
    code: Place(province=Region(code=code, name="?"), regency=Region(code=f"{code}.01", name="?"))
    for code in ("33", "51", "94")
}
CLASSES = tuple(ComplaintClass)
OWNER = "owner"
OF_PERSONS = tuple(kind for kind in CommandKind if kind not in {CommandKind.add, CommandKind.status, CommandKind.due})

Event = Complaint | Command

numbers = st.integers(0, CASES - 1)
details = st.fixed_dictionaries(
    {
        "to": st.sampled_from((None, *AGENCIES)),
        "other": numbers,
        "days": st.integers(-1, 20),
        "stars": st.integers(1, 5),
        "class": st.sampled_from((None, *CLASSES)),
        "flag": st.booleans(),
        "rarely": st.sampled_from((False,) * 6 + (True,)),
    }
)


class LivesMachine(RuleBasedStateMachine):
    """Appends records to mailboxes and lets cases and pages handle them, and holds every promise after each."""

    sent = Bundle("sent")

    @initialize(law=st.sampled_from(LAWS), lacks=st.booleans())
    def begin(self, law: ListLaw, lacks: bool) -> None:
        """Two cases are there."""
        self.lives = Lives(law)
        self.opened: dict[int, Complaint] = {}
        self.first_sent: dict[UUID, int] = {}
        self.nonce = self.checked = 0
        self.open(number=0, where="33", lacks=False, secret=False, oversight=False)
        self.open(number=1, where="33", lacks=lacks, secret=False, oversight=False)

    @rule(
        target=sent,
        number=numbers,
        where=st.sampled_from(tuple(PLACES)),
        lacks=st.booleans(),
        secret=st.sampled_from((False,) * 5 + (True,)),
        oversight=st.booleans(),
    )
    def open(self, number: int, where: str, *, lacks: bool, secret: bool, oversight: bool) -> Event:
        """A complaint begins a case; the second time it comes again."""
        if number not in self.opened:
            self.opened[number] = complaint(
                number,
                missing=("place",) if lacks else ("date", "evidence") if oversight else (),
                place={} if lacks else PLACES[where],
                secret=secret,
                oversight=oversight,
                received_at=self.now,
            )
        return self.send(self.opened[number])

    @rule(
        target=sent,
        number=numbers,
        text=st.sampled_from(("lagi", "ini jalan provinsi, pindah", "di sini", "anak saya jatuh, patah tangan")),
        lacks=st.booleans(),
        where=st.sampled_from(tuple(PLACES)),
        kind=st.sampled_from(CLASSES),
        abuse=st.sampled_from((False,) * 4 + (True,)),
        hides=st.sampled_from((None,) * 6 + (True,)),
        corrects=st.sampled_from((None,) * 4 + (True,)),
    )
    def add(self, number: int, text: str, where: str, kind: str, *, lacks: bool, **more: bool | None) -> Event:
        """The citizen adds a message, which may tell of abuse, or correct the place."""
        of = self.of(number)
        reading: dict[str, Any] = {"missing": ("place",)} if lacks else {"place": PLACES[where]}
        reading |= {"oversight": bool(more["abuse"]), "corrects": more["corrects"]}
        command = added(of, text, number=self.nonce, at=self.now, complaint_class=kind, **reading)
        return self.send(replace(command, sender=self.sender(of), secret=more["hides"]))

    @rule(target=sent, number=numbers, pick=st.integers(0, 99), about=details)
    def apt(self, number: int, pick: int, about: Document) -> Event:
        """Somebody does what the table allows him now."""
        case = self.document(number)
        return self.one_allowed(number, pick, about, (CITIZEN, DESK, case.owner.id) if case else ())

    @rule(target=sent, number=numbers, pick=st.integers(0, 99), about=details)
    def owner_does(self, number: int, pick: int, about: Document) -> Event:
        """The owner does what the table allows it now."""
        case = self.document(number)
        return self.one_allowed(number, pick, about, (case.owner.id,) if case else ())

    @rule(
        target=sent,
        number=numbers,
        kind=st.sampled_from(OF_PERSONS),
        who=st.sampled_from((CITIZEN, CITIZEN, OWNER, *AGENCIES)),
        about=details,
    )
    def anybody(self, number: int, kind: CommandKind, who: str, about: Document) -> Event:
        """Anybody tries anything, what only steps may do as well."""
        case = self.document(number)
        owner = case.owner.id if case else DESK
        return self.say(number, kind, owner if who == OWNER else who, about)

    @rule(target=sent, number=numbers, about=details, who=st.sampled_from((DESK, NEIGHBOURS)))
    def merge(self, number: int, who: str, about: Document) -> Event:
        """A merge is proposed, in either direction."""
        return self.say(number, CommandKind.merge, who, about)

    @rule(target=sent, number=numbers, about=details)
    def unheard(self, number: int, about: Document) -> Event:
        """The citizen does not hear the question, if there is one."""
        return self.say(number, CommandKind.unheard, CONVERSATION, about)

    @rule(event=sent)
    def again(self, event: Event) -> None:
        """Somebody sends it again; a step never does."""
        is_of_step = isinstance(event, Command) and event.actor in {CONVERSATION, NEIGHBOURS}
        if not is_of_step and self.lives.now_ms - self.first_sent[event.id] < REMEMBERED_MS:
            self.send(event)

    @rule(ms=st.sampled_from(WAITS_MS), rings=st.booleans())
    def wait(self, ms: int, *, rings: bool) -> None:
        """Time passes; the timers ring, or are late."""
        self.lives.now_ms += ms
        if rings:
            for of in self.opened.values():
                self.lives.rings(of.tracking_code)

    @rule(number=numbers)
    def ring(self, number: int) -> None:
        """One timer rings, perhaps for the second time."""
        self.lives.rings(self.of(number).tracking_code)

    @rule(law=st.sampled_from(LAWS))
    def enact(self, law: ListLaw) -> None:
        """Another law is in force."""
        self.lives.law = law

    @rule(choices=st.lists(st.integers(0, 7), min_size=1, max_size=6))
    def work(self, choices: list[int]) -> None:
        """Some mailboxes are worked on, in any order."""
        for choice in choices:
            self.one_box(choice)

    @rule(choice=st.integers(0, 7))
    def settle(self, choice: int) -> None:
        """All mailboxes are worked on until they are empty."""
        for _ in range(2000):
            if not self.lives.busy:
                break
            self.one_box(choice)
        assert not self.lives.busy
        life_rules.at_rest(self.lives)

    @invariant()
    def promises_hold(self) -> None:
        """After each record."""
        for handled in self.lives.handled[self.checked :]:
            life_rules.hold(handled)
        self.checked = len(self.lives.handled)

    def teardown(self) -> None:
        """Everything is handled, and the timers of a year ring and come to an end."""
        if not hasattr(self, "lives"):
            return
        self.settle(choice=0)
        for _ in range(12):
            self.lives.now_ms += 30 * DAY_MS
            for of in self.opened.values():
                rung = 0
                while self.lives.rings(of.tracking_code):
                    self.settle(choice=0)
                    rung += 1
                    assert rung < 6, "a timer rings for ever"
        self.promises_hold()
        life_rules.at_the_end(self.lives)

    @property
    def now(self) -> datetime:
        """The clock of Kafka."""
        return datetime.fromtimestamp(self.lives.now_ms / 1000, UTC)

    def one_box(self, choice: int) -> None:
        """Let one of the mailboxes that hold something be worked on."""
        if busy := self.lives.busy:
            self.lives.work_on(busy[choice % len(busy)])

    def of(self, number: int) -> Complaint:
        """The complaint of a number, or another one if there is none."""
        return self.opened.get(number) or self.opened[number % 2]

    def document(self, number: int) -> Case | None:
        """The case of a number as it is now, which may be older than its mailbox; None if there is none."""
        code = self.of(number).tracking_code
        return self.lives.case(code) if box_of(code) in self.lives.states else None

    def one_allowed(self, number: int, pick: int, about: Document, actors: tuple[str, ...]) -> Event:
        """Append one of the commands that the table allows these actors now; if it allows none, the complaint again."""
        case, law = self.document(number), self.lives.law
        allowed = [
            (kind, actor)
            for actor in actors
            for kind in OF_PERSONS
            if case is not None and isinstance(TABLE[kind, role_of(case, actor, law, kind)][case.state], tuple)
        ]
        if not allowed:
            return self.send(self.of(number))
        kind, actor = allowed[pick % len(allowed)]
        return self.say(number, kind, actor, about)

    def say(self, number: int, kind: CommandKind, actor: str, about: Document) -> Event:
        """Append a command with all that its kind can have."""
        of = self.of(number)
        said = about | {"other": self.of(about["other"]).tracking_code, "nonce": self.nonce}
        said["beside"] = (BODIES[-1],) if about["rarely"] else None
        if kind is not CommandKind.refuse:  # which alone may name nobody
            said["to"] = about["to"] or AGENCIES[0]
        command = spoken(kind, of, actor, said, at=self.now)
        return self.send(
            replace(command, sender=self.sender(of)) if isinstance(command, OfCitizen) and actor == CITIZEN else command
        )

    def send(self, event: Event) -> Event:
        """Append a complaint or command. Two of three are handled at once."""
        self.lives.send(event)
        self.first_sent.setdefault(event.id, self.lives.now_ms)
        self.nonce += 1
        while self.nonce % 3 and self.lives.work_on(box_of(event.tracking_code)):
            pass
        return event

    @staticmethod
    def sender(of: Complaint) -> Sender:
        """Who sent a complaint."""
        return Sender(channel=of.channel, reporter_ref=of.reporter_ref)


PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
QUICK = settings(
    max_examples=130, stateful_step_count=40, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
TestLives = LivesMachine.TestCase
TestLives.settings = QUICK


class LongerLivesMachine(LivesMachine):
    """The same, for thousands of longer lives."""


TestThousandsOfLives = pytest.mark.long(pytest.mark.timeout(3600)(LongerLivesMachine.TestCase))
TestThousandsOfLives.settings = settings(QUICK, max_examples=4000, stateful_step_count=70)
