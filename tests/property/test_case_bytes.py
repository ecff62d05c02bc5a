"""The step writes each state, fact and reply as the models of the contract would write it, to the byte."""

from collections.abc import Iterator

import pytest

from benchmarks import texts
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode
from complaints.bus.step.contract import State
from complaints.case import Case
from complaints.command import Command, CommandKind
from complaints.contract import CASE_EVENTS, COMPLAINTS, CONVERSATIONS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.fact import Fact
from complaints.mail import Reply
from complaints.values import Event
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep
from router.routing import Router
from tests.harness.house import NOON_MS, added, of_record, said, stored

MODELS: dict[str, type[Event]] = {CASE_EVENTS: Fact, CONVERSATIONS: Reply, COMPLAINTS: Complaint}
LEADS_TO_FACTS = 5
"""The records of each case below: a complaint, a message of the citizen, two commands of agencies, and one that is declined."""


def written(model: type[Event], value: bytes) -> bytes:
    """Return what the model writes for an event that it reads."""
    return model.model_validate_json(value).model_dump_json(exclude_none=True).encode()


def commands(case: Case, complaint: Complaint) -> Iterator[Command]:
    """Yield a message of the citizen and commands of agencies."""
    yield added(complaint, f"di depan pasar, {complaint.text[:200]}")
    yield said(CommandKind.refuse, complaint, case.owner.id, "bukan wewenang kami")
    yield said(CommandKind.answer, complaint, "nobody", "akan kami perbaiki")
    yield said(CommandKind.answer, complaint, case.owner.id, "sudah kami perbaiki")


def unequal(count: int) -> tuple[int, int]:
    """Let cases begin with varied complaints, and return how many records were handled, and of how many a byte differed."""
    step, normaliser, keys = CaseStep(Router.load()), Normaliser.load(), Keyring.from_secret(b"x" * 32)
    handled = wrong = 0
    state: State | None

    def take(record: StoredRecord) -> None:
        nonlocal handled, wrong, state
        effect = step(state, record)
        outputs = [(MODELS[one.topic], one.value) for one in effect.outputs]
        if isinstance(effect.state, State):
            state = effect.state
            outputs.append((Case, state.value))
        handled += bool(outputs)
        wrong += any(written(model, value) != value for model, value in outputs)

    for number, record in enumerate(texts.records(count, normaliser, keys)):
        state = None
        take(of_record(record, offset=number, at_ms=NOON_MS + number))
        assert state is not None
        complaint = decode(of_record(record), Complaint)
        for command in commands(Case.model_validate_json(state.value), complaint):
            take(stored(command, offset=number, at_ms=NOON_MS + number))
    return handled, wrong


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.long)])
def test_each_byte_is_the_models(count: int) -> None:
    """Complaints of all channels, and what citizens and agencies do with them."""
    assert unequal(count) == (LEADS_TO_FACTS * count, 0)


def test_a_record_that_is_passed_on_is_the_models_too() -> None:
    """A later complaint with the code of another one goes on under the next code."""
    normaliser, keys = Normaliser.load(), Keyring.from_secret(b"x" * 32)
    first, second = texts.records(2, normaliser, keys)
    step = CaseStep(Router.load())
    state = step(None, of_record(first)).state
    assert isinstance(state, State)
    later = decode(of_record(second), Complaint).model_copy(update={"tracking_code": first.key.decode()})
    (output,) = step(state, stored(later)).outputs
    assert isinstance(output, Record)
    assert written(Complaint, output.value) == output.value
