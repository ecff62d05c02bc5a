"""What follows from the outcome of a submit, without Kafka: the table of the ledger's transitions, and the pauses."""

from concurrent.futures import Future

import pytest
from msgspec.structs import replace

from channels.futures import failed
from channels.sending.outcomes import Pauses, Verdict, judged
from channels.sending.texts import Text
from complaints.errors import OutcomeUnknown, Undeliverable, UpstreamUnavailable
from complaints.mail import DeliveryOutcome, ReplyKind
from tests.unit.sending.test_sending_queue import text

PAUSES = Pauses(first_s=5, most_s=900)


def of(kind: ReplyKind, *, tries: int = 0) -> Text:
    """Return a text on its way."""
    made = text(1)
    made.send = replace(made.send, kind=kind)
    made.tries = tries
    return made


def verdict(one: Text, error: BaseException) -> Verdict:
    """Return what follows from an error."""
    answer: Future[str] = failed(error)  # type: ignore[arg-type]
    return judged(one, answer, pauses=PAUSES, chance=0.0)


def test_a_text_that_was_sent_is_settled() -> None:
    """With the upstream's identifier, which may be long."""
    answer: Future[str] = Future()
    answer.set_result("7" * 1000)
    assert judged(of(ReplyKind.question), answer, pauses=PAUSES, chance=0.0) == (
        DeliveryOutcome.sent,
        None,
        "7" * 250,
        "",
    )


def test_a_text_that_has_not_left_is_tried_again_and_nothing_is_told() -> None:
    """As often as its time allows."""
    assert verdict(of(ReplyKind.received, tries=3), UpstreamUnavailable("down")) == (None, 40.0, "", "down")


def test_a_text_that_can_never_be_sent_is_settled_and_a_breach_of_contract_leaves_its_outcome_unknown() -> None:
    """With the reason. Whatever an account raises, and also if it cancels."""
    for error, wanted in (
        (Undeliverable("blocked"), (DeliveryOutcome.undeliverable, None, "", "blocked")),
        (ValueError("secret"), (DeliveryOutcome.unknown, None, "", "ValueError")),
    ):
        assert verdict(of(ReplyKind.received), error) == wanted
    cancelled: Future[str] = Future()
    cancelled.cancel()
    assert judged(of(ReplyKind.received), cancelled, pauses=PAUSES, chance=0.0).outcome is DeliveryOutcome.unknown


@pytest.mark.parametrize("error", [Undeliverable, OutcomeUnknown, UpstreamUnavailable])
def test_half_of_a_surrogate_pair_in_an_upstreams_words_is_told_as_a_question_mark(error: type[Exception]) -> None:
    """JSON from outside may have one, and no record can."""
    assert verdict(of(ReplyKind.question), error("no \ud83d")).reason == "no ?"
    answer: Future[str] = Future()
    answer.set_result("7\ude00")
    assert judged(of(ReplyKind.question), answer, pauses=PAUSES, chance=0.0).upstream_id == "7?"


@pytest.mark.parametrize("kind", ReplyKind)
def test_a_text_whose_outcome_is_unknown_never_goes_out_again(kind: ReplyKind) -> None:
    """Whatever it is: he may have it. A question has its reminder, and STATUS says that there is an answer."""
    assert verdict(of(kind), OutcomeUnknown("no answer")) == (DeliveryOutcome.unknown, None, "", "no answer")


def test_pauses_grow_to_their_limit() -> None:
    """And differ by chance, so that texts that failed together do not come back together."""
    assert [PAUSES.after(tries, 0.0) for tries in range(9)] == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    assert PAUSES.after(1000, 1.0) == 900
    assert 5 < PAUSES.after(0, 0.5) < PAUSES.after(0, 1.0) <= 6.25
