"""Faults that were found by attacking the running service, each as a test with its name.

The others are in tests/unit/conversation/test_conversation.py and tests/integration/test_web_door.py: an answer that is delivered again
with two questions open, a double click, a second form with the same key and another text, somebody who types another citizen's number.
"""

import threading
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import KafkaException, Producer
from msgspec.structs import replace

from channels.sms import session
from channels.sms.account import SmsAccount
from channels.sms.window import Limits
from complaints.bus import Record
from complaints.bus.confluent import profiles
from complaints.bus.step import kafka as step_kafka
from complaints.bus.step.contract import StepTopics
from complaints.bus.step.transaction import Fenced, Transactions, Work
from complaints.contract import CITIZENS, COMPLAINTS, CONVERSATIONS
from complaints.crypto import Keyring
from complaints.mail import MessageKind, ReplyKind, Send
from lapor.processes.run_channels import in_order, run_together
from normalizer.complaint import Normaliser
from router.routing import Router
from tests.harness.sending import Post, post  # noqa: F401  # a fixture
from tests.harness.sending_account import KEYS
from tests.harness.sms import (
    BIND_RESP,
    SUBMIT_RESP,
    OddSmsc,
    frame,
    link_to,
    submitted,
)
from tests.harness.support import KafkaServer, wait_until
from tests.harness.town import Town

BOUND = frame(BIND_RESP, 1, b"x\0")

STORY = b"Jalan Raya Pleret Kab Bantul lubangnya dalam sekali, tadi pagi ada pemotor jatuh. Tolong segera ditambal, warga takut lewat."


@pytest.fixture
def town(keys: Keyring) -> Town:
    """A town in which nobody has complained yet."""
    return Town(keys, Router.load(), Normaliser.load())


class LateSmsc(OddSmsc):
    """Takes each text, and answers when the channel has just stopped waiting."""

    def __init__(self, late_s: float) -> None:
        super().__init__("late")
        self.texts: list[bytes] = []
        self._late_s = late_s
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            self.accept(BOUND)
            while True:
                sequence, _, text = submitted(self)
                self.texts.append(text)
                threading.Timer(self._late_s, partial(self._answer, sequence)).start()
        except (OSError, AssertionError):  # the channel has left
            return

    def _answer(self, sequence: int) -> None:
        self.write(frame(SUBMIT_RESP, sequence, f"m{sequence}".encode() + b"\0"))


def to_a_telephone(post: Post, text: str, **changes: Any) -> Send:  # noqa: F811
    """Return a text for a citizen who wrote to our short code."""
    made = post.text(text, **changes)
    address = {"sender": "+6281234567890", "from": "1708"}
    return replace(made, sealed=KEYS.seal_text(text, address, owner=made.id, month=made.month))


def test_an_smsc_that_answers_too_late_gets_no_text_twice(
    post: Post,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even a question, however long it goes on: here the answer takes 0.6 s, and we wait for 0.5."""
    monkeypatch.setattr(session, "TURN_S", 0.05)
    smsc = LateSmsc(0.6)
    account = SmsAccount(link_to(smsc), handler=lambda *_: None, limits=Limits(answer_s=0.5))
    account.name = post.account
    question = to_a_telephone(post, "Di mana?", kind=ReplyKind.question)
    after = to_a_telephone(post, "Diterima")
    here = post.run(account)  # type: ignore[arg-type]  # a real one
    wait_until(lambda: account.up, what="the bind")
    post.write(question, after)
    post.await_outcomes(question.id, "unknown")
    post.await_outcomes(after.id, "unknown")
    assert smsc.texts == [b"Di mana?", b"Diterima"]
    here.close()
    assert account.join(30)
    smsc.close()


def test_a_deployment_beside_a_slow_smsc_leaves_no_outcome_unknown(
    post: Post,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The link stays until the sender has the answers: it was ended first, and each question went twice."""
    monkeypatch.setattr(session, "LEAVE_S", 0.0)
    smsc, stop = LateSmsc(1.5), threading.Event()
    account = SmsAccount(link_to(smsc), handler=lambda *_: None)
    account.name = post.account
    here = post.run(account)  # type: ignore[arg-type]  # a real one

    def serve(end: threading.Event) -> None:
        end.wait()
        account.end()
        account.join(30)

    def send() -> None:
        stop.wait()
        here.close()

    wait_until(lambda: account.up, what="the bind")
    questions = [to_a_telephone(post, "Di mana?", citizen=f"c{at}", kind=ReplyKind.question) for at in range(3)]
    post.write(*questions)
    wait_until(lambda: len(smsc.texts) == len(questions), what="the texts")
    stop.set()
    run_together(in_order(serve, send, stop), stop)
    assert [post.outcomes(question.id) for question in questions] == [["sent"]] * 3
    smsc.close()


class Silent:
    """A producer whose `flush` fails without saying why, as that of the client does at times."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    def flush(self, timeout: float) -> int:
        """Wait for the records, and fail."""
        with suppress(KafkaException, SystemError):
            self._producer.flush(timeout)
        raise SystemError("returned NULL without setting an exception")


@pytest.mark.parametrize("silent", [False, True])
def test_a_worker_that_is_fenced_while_its_records_are_on_their_way_is_told_so(
    kafka: KafkaServer, *, silent: bool
) -> None:
    """The client raises its fatal error in the middle of a report, which made a SystemError of it, and the whole channel ended."""
    name = f"lapor-conversation-fenced-{silent}"
    topics = StepTopics(name="lapor-conversation", mailbox=CONVERSATIONS, states=CITIZENS)

    def producer() -> Producer:
        made = Producer(profiles.transactional(kafka.brokers, name))
        step_kafka.init_transactions(made, name, lambda: None)
        return made

    first: Any = Silent(producer()) if silent else producer()
    writer = Transactions(first, topics, id_=name, beat=lambda: None)
    writer.begin()
    work = Work([(Record(topic=COMPLAINTS, key=b"%d" % number, value=b"{}"), None) for number in range(200)], {}, {})
    if silent:  # it is the flush that must fail
        writer.produce(work)
    producer()
    with pytest.raises(Fenced, match="must stop"):
        _write(writer, None if silent else work)


def _write(writer: Transactions, work: Work | None) -> None:
    """Hand over the work and wait for it; the client may notice that it is fenced before it has taken all of it."""
    if work is not None:
        writer.produce(work)
    writer.flush()


def test_an_addition_whose_code_has_no_digit_goes_into_its_case(town: Town) -> None:
    """Three codes in two hundred are letters alone. Such an addition became another complaint."""
    id_ = next(one for one in iter(uuid4, None) if town.keys.tracking_code(one).isalpha())
    town.say(STORY.decode(), id_=id_)
    (complaint,) = town.complaints
    town.say(f"{complaint.tracking_code} kejadiannya kemarin sore")
    assert [event.kind for event in town.landed] == [MessageKind.complaint, MessageKind.addition]
    assert [command.tracking_code for command in town.commands] == [complaint.tracking_code]
