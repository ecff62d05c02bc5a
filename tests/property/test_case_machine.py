"""A case under any commands in any order, against a model of ten lines: one owner always, no refused body twice, one result each."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from complaints.command import Command, CommandKind
from complaints.event import Complaint
from complaints.fact import FactKind
from router.cases.document.evolve import fold
from router.cases.roles import role_of
from router.cases.table import TABLE, perhaps
from tests.harness.events import complaint
from tests.harness.house import House, added, said
from tests.harness.list_law import ADMINISTRATOR, BODIES, MOST_HOPS, ListLaw

MOVES = "ini jalan provinsi, pindah"


class CaseMachine(RuleBasedStateMachine):
    """Sends commands, and the same ones again, and holds the case to the model."""

    sent = Bundle("sent")

    @initialize()
    def open(self) -> None:
        """A case is there."""
        self.house = House(law=ListLaw())
        self.first: Complaint = complaint()
        self.house.hear(self.first)
        self.refused: list[str] = []
        self.moved = 0
        self.answered = False
        self.results: dict[str, int] = {}
        self.owners = [BODIES[0]]
        self.hops = 0

    def move(self) -> None:
        """Let the law name the owner, by the model."""
        start = self.moved % len(BODIES)
        order = [*BODIES[start:], *BODIES[:start]]
        left = [body for body in order if body not in self.refused]
        self.owners.append(ADMINISTRATOR if self.hops >= MOST_HOPS or not left else left[0])

    @property
    def owner(self) -> str:
        """The owner by the model."""
        return self.owners[-1]

    @rule(target=sent, body=st.sampled_from((*BODIES, ADMINISTRATOR)), number=st.integers(0, 3))
    def refuse(self, body: str, number: int) -> Command:
        """Anybody may try."""
        command = said(CommandKind.refuse, self.first, body, nonce=str(number))
        if str(command.id) not in self.results and body not in {ADMINISTRATOR, *self.refused}:
            if body == self.owner and not self.answered:
                self.refused.append(body)
                self.hops += 1
                self.move()
            elif body != self.owner and body in self.owners:  # the case moved on before the refusal came
                self.refused.append(body)
        return self.send(command)

    @rule(target=sent, number=st.integers(0, 60), text=st.sampled_from(("lagi", MOVES)))
    def add(self, number: int, text: str) -> Command:
        """The citizen adds; some texts make another body first."""
        command = added(self.first, text, number=number + (100 if text == MOVES else 0))
        if str(command.id) not in self.results:
            before = self.owner
            self.moved += text == MOVES
            self.move()
            self.answered = self.answered and self.owner == before
        return self.send(command)

    @rule(target=sent, body=st.sampled_from(BODIES), number=st.integers(0, 3))
    def answer(self, body: str, number: int) -> Command:
        """Anybody may try."""
        command = said(CommandKind.answer, self.first, body, f"jawaban {number}", nonce=str(number))
        if str(command.id) not in self.results:
            self.answered = self.answered or body == self.owner
        return self.send(command)

    @rule(command=sent)
    def again(self, command: Command) -> None:
        """Kafka delivers it again, or a channel sends it again."""
        assert self.house.hear(command) == []

    def send(self, command: Command) -> Command:
        """Let the step handle a command: it has one result, the first time."""
        before = self.house.case(self.first.tracking_code)
        outcome = TABLE[command.kind, role_of(before, command.actor, ListLaw(), command.kind)][before.state]
        facts = self.house.hear(command)
        assert bool(facts) == (str(command.id) not in self.results)
        if facts and facts[0].kind not in {FactKind.declined, FactKind.continued}:
            assert isinstance(outcome, tuple)
            kinds = [fact.kind for fact in facts]
            assert kinds == [kind for kind in outcome if kind in kinds]
            assert set(outcome) - set(kinds) <= perhaps(outcome)
        self.results.setdefault(str(command.id), len(facts))
        return command

    @invariant()
    def the_case_is_as_the_model_says(self) -> None:
        """Owner and refusals; a body that refused is never the owner again; the document is the fold; versions have no gap."""
        case = self.house.case(self.first.tracking_code)
        owners = [hop.owner.id for hop in case.chain]
        assert case.owner.id == self.owner == owners[-1]
        assert [one.agency_id for one in case.refusals] == self.refused
        assert (case.state == "answered") == self.answered
        for refusal in case.refusals:
            assert refusal.agency_id not in owners[refusal.hop + 1 :]
        assert [fact.version for fact in self.house.facts] == list(range(1, case.version + 1))
        assert fold((fact, int(fact.at.timestamp() * 1000)) for fact in self.house.facts) == case
        assert all(fact.kind is not FactKind.continued for fact in self.house.facts if fact.version < 40)


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
