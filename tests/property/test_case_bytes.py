"""The step writes each state, fact and reply as the models of the contract would write it, field by field."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import orjson
import pytest
from msgspec.structs import replace

from benchmarks import texts
from complaints.bus import Record, StoredRecord
from complaints.bus.envelope import decode, type_of
from complaints.bus.step.contract import State
from complaints.case import Case
from complaints.command import CASE, CITIZEN, Command, CommandKind
from complaints.contract import KINDS
from complaints.crypto import Keyring
from complaints.event import Complaint
from complaints.fact import Fact
from complaints.mail import Reply
from complaints.neighbour import Closed, Joined, Left, Opened, Told
from complaints.values import ComplaintClass, Event
from normalizer.complaint import Normaliser
from router.cases.step import CaseStep
from router.routing import Router
from tests.harness.house import added, said, stored
from tests.harness.support import NOON_MS, as_stored

MODELS: dict[bytes, type[Event]] = {
    type_of(model): model for model in (Fact, Reply, Complaint, Command, Opened, Closed, Joined, Left, Told)
}


def written(model: type[Event], value: bytes) -> Any:
    """Return what the model writes for an event that it reads: no field that it does not know, and each value in its own form.

    The order of the fields is that in which things happened.
    """
    return orjson.loads(msgspec.json.encode(msgspec.json.decode(value, type=KINDS.get(model, model))))


def commands(case: Case, complaint: Complaint) -> Iterator[Command]:
    """Yield a message of the citizen and commands of agencies."""
    desk = "kemenpanrb"
    yield added(complaint, f"di depan pasar, {complaint.text[:200]}")
    yield said(CommandKind.refuse, complaint, case.owner.id, "bukan wewenang kami", to="pln")
    yield said(CommandKind.answer, complaint, "nobody", "akan kami perbaiki")
    yield said(CommandKind.reroute, complaint, desk, "ke sana", to="dpu-33.74", beside=("pln", "kemenpu"))
    yield said(CommandKind.reclassify, complaint, desk, "", complaint_class=ComplaintClass.aspiration, oversight=True)
    yield said(CommandKind.verify, complaint, "dpu-33.74", "")
    yield said(CommandKind.accept, complaint, "dpu-33.74", "")
    yield said(CommandKind.ask, complaint, "dpu-33.74", "RT berapa?")
    yield added(complaint, "RT 5", number=2)
    yield said(CommandKind.extend, complaint, "dpu-33.74", "alat rusak")
    yield said(CommandKind.postpone, complaint, "dpu-33.74", "menunggu kering", until=date(2026, 12, 24))
    yield said(CommandKind.answer, complaint, "dpu-33.74", "sudah kami perbaiki", final=True)
    yield said(CommandKind.disagree, complaint, CITIZEN, "belum pak")
    yield said(CommandKind.hide, complaint, CITIZEN, "", anonymous=True)
    yield said(CommandKind.adopt, complaint, CASE, "", other="JE11FNH7TGV", since=datetime(2030, 1, 1, tzinfo=UTC))
    yield said(CommandKind.answer, complaint, "dpu-33.74", "sekarang sudah", nonce="2")
    yield said(CommandKind.close, complaint, "dpu-33.74", "")
    yield said(CommandKind.rate, complaint, CITIZEN, "lumayan", stars=3)
    yield said(CommandKind.reopen, complaint, CITIZEN, "rusak lagi")
    yield said(CommandKind.withdraw, complaint, CITIZEN, "")


def unequal(count: int) -> tuple[int, int]:
    """Let cases begin with varied complaints, and return how many records were handled, and of how many a field differed."""
    step, normaliser, keys = CaseStep(Router.load()), Normaliser.load(), Keyring.from_secret(b"x" * 32)
    handled = wrong = 0
    state: State | None

    def take(record: StoredRecord) -> None:
        nonlocal handled, wrong, state
        effect = step(state, record)
        outputs = [(MODELS[dict(one.headers)["ce_type"]], one.value) for one in effect.outputs]
        if isinstance(effect.state, State):
            state = effect.state
            outputs.append((Case, state.value))
        handled += bool(outputs)
        wrong += any(written(model, value) != orjson.loads(value) for model, value in outputs)

    for number, record in enumerate(texts.records(count, normaliser, keys)):
        state = None
        take(as_stored(record, offset=number, at_ms=NOON_MS + number))
        assert state is not None
        complaint = decode(as_stored(record), Complaint)
        for command in commands(msgspec.json.decode(state.value, type=Case), complaint):
            take(stored(command, offset=number, at_ms=NOON_MS + number))
    return handled, wrong


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.long)])
def test_each_field_is_the_models(count: int) -> None:
    """Complaints of all channels, and what citizens and agencies do with them."""
    handled, wrong = unequal(count)
    assert handled > 15 * count
    assert wrong == 0


def test_a_record_that_is_passed_on_is_the_models_too() -> None:
    """A later complaint with the code of another one goes on under the next code."""
    normaliser, keys = Normaliser.load(), Keyring.from_secret(b"x" * 32)
    first, second = texts.records(2, normaliser, keys)
    step = CaseStep(Router.load())
    state = step(None, as_stored(first)).state
    assert isinstance(state, State)
    later = replace(decode(as_stored(second), Complaint), tracking_code=first.key.decode())
    (output,) = step(state, stored(later)).outputs
    assert isinstance(output, Record)
    assert written(Complaint, output.value) == orjson.loads(output.value)
