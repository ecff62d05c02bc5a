"""People of one street who report one lamp: conversation, router and the search for duplicates without Kafka."""

from contextlib import closing
from typing import Any

from msgspec.structs import replace

from channels.web.told import story
from complaints.bus import Record
from complaints.bus.envelope import encode
from complaints.case import Case
from complaints.command import CommandKind
from complaints.contract import CASE_EVENTS, CASES, COMPLAINTS, NEIGHBOURS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.fact import Fact, FactKind
from neighbours.step import NeighboursStep
from ops.casework.heard import heard
from ops.casework.show import sheet
from ops.casework.story import story as explained
from tests.harness.facts import Facts
from tests.harness.house import said
from tests.harness.town import Town, law_and_reader
from tests.harness.view import KEY, ServedView
from view.client import ViewClient
from view.status import status_of

LAMP = "lampu jalan mati di Jalan Pemuda Kota Semarang depan balai kota"
DESK, LIGHTS, TRAFFIC, WATCHDOG = "pemda-33.74", "disperkim-33.74", "dishub-33.74", "inspektorat-33.74"


class Street:
    """Citizens by the numbers of their phones; the first one's case is the main case of the others'."""

    def __init__(self, *citizens: str) -> None:
        self.town = Town(Keyring.from_secret(b"s" * 32), *law_and_reader())
        self.town.steps[NEIGHBOURS] = NeighboursStep()
        self._acts, self._heard, self._told = 0, 0, list[str]()
        self._of = dict[str, int]()
        for citizen in citizens:
            self._of[citizen] = len(self.town.complaints)
            self.says(citizen, LAMP if not self._of[citizen] else f"{LAMP}, gelap sekali")
            self.town.wait(hours=1)
        for citizen in citizens[1:]:
            if self.case(citizen).main is None:
                self.act(CommandKind.merge, citizen, DESK, "sama", other=self.code(citizens[0]))

    def add(self, citizen: str, complaint: Complaint) -> None:
        """Let a citizen live here whose complaint is there already."""
        self._of[citizen] = self.town.complaints.index(complaint)

    def complaint(self, citizen: str) -> Complaint:
        """Return a citizen's complaint."""
        return self.town.complaints[self._of[citizen]]

    def code(self, citizen: str) -> str:
        """Return the code of a citizen's case."""
        return self.complaint(citizen).tracking_code

    def case(self, citizen: str) -> Case:
        """Return a citizen's case."""
        return self.town.case(self.code(citizen))

    def says(self, citizen: str, text: str) -> list[str]:
        """Let a citizen write, and return what is sent to anybody."""
        self.town.say(text, sender=citizen)
        return self._sent()

    def act(self, kind: CommandKind, citizen: str, actor: str = "", text: str = "beres", **fields: Any) -> Facts:
        """Let an agency, or else the owner, act on a citizen's case, and return the facts of all cases that come of it."""
        self._acts += 1
        before, owner = len(self.facts()), self.case(citizen).owner.id
        command = said(kind, self.complaint(citizen), actor or owner, text, nonce=f"{self._acts}", **fields)
        self.town.take(encode(replace(command, received_at=self.town.now), source="/tests"))
        self._told = self._sent()
        return self.facts()[before:]

    @property
    def told(self) -> list[str]:
        """What was sent after the last act."""
        return self._told

    def _sent(self) -> list[str]:
        self.town.wait(minutes=5)
        texts = self.town.texts
        sent, self._heard = texts[self._heard :], len(texts)
        return sent

    def status(self, citizen: str) -> tuple[str, str]:
        """Return the owner and the answer that the API tells of a citizen's case."""
        found = status_of(self.case(citizen))
        return found.owner, found.answer

    def page(self, citizen: str) -> list[str]:
        """Return what the page of a citizen's case tells."""
        return [one.text for one in story(self.case(citizen), self.facts(citizen)).told]

    def explanation(self, citizen: str) -> str:
        """Return why the owner has a citizen's case, as its page says it."""
        return story(self.case(citizen), self.facts(citizen)).explanation

    def heard(self, citizen: str) -> list[str]:
        """Return what the page must tell: all replies to a citizen about his case but those to STATUS, in the words of the page."""
        found = heard([on_the_web(fact) for fact in self.facts(citizen)])
        return [one.text for one in found]

    def told_by_case_show(self, citizen: str, view: ServedView) -> str:
        """Return all that officers read of a citizen's case: the sheet of `lapor case show`, and the story of `lapor explain`."""
        states = [(key, state) for (topic, key), state in self.town.states.items() if topic == COMPLAINTS]
        view.put(*(Record(topic=CASES, key=key, value=state.value, headers=()) for key, state in states))
        view.put(*self.town.written[CASE_EVENTS])
        with closing(ViewClient([view.url], key=KEY)) as client:
            facts = client.facts(self.code(citizen))
        case, now = self.case(citizen), self.town.now
        return f"{sheet(case, facts, now)}\n" + "\n".join(explained(case, facts, now))

    def facts(self, citizen: str = "", kind: FactKind | None = None) -> Facts:
        """Return the facts of a citizen's case, or of all cases, of one kind or of all."""
        found: Facts = self.town.events(CASE_EVENTS, Fact)
        return [
            fact
            for fact in found
            if (not citizen or fact.tracking_code == self.code(citizen)) and kind in {None, fact.kind}
        ]


def on_the_web(fact: Any) -> Any:
    """Return a fact as if the complaint had come by the web."""
    if fact.kind is not FactKind.opened:
        return fact
    return replace(fact, complaint=replace(fact.complaint, channel="web"))
