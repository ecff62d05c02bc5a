"""Which texts of an account may leave, without Kafka: order per citizen, due times, capacity, expiry and the limit per second."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from channels.base import Letter
from channels.sending.queue import BURST_S, MARGIN_MS, Bucket, Queue
from channels.sending.texts import Stage, Text, letter_key
from complaints.mail import ReplyKind, Send

START = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
NOW_MS = int(START.timestamp() * 1000)


def text(
    number: int, citizen: str = "c1", *, due_ms: int = NOW_MS, lives_s: float = 3600, urgent: bool | None = None
) -> Text:
    """Return a text that came as the one of this number."""
    send = Send(
        id=UUID(int=number),
        account="sms/a",
        channel="sms",
        citizen=citizen,
        kind=ReplyKind.received,
        month="2026-11",
        sealed="",
        created_at=START,
        expires_at=START + timedelta(seconds=lives_s),
        urgent=urgent,
    )
    letter = Letter(reply_id=send.id, tracking_code="", kind=send.kind, address={}, text=f"{citizen} {number}")
    return Text(
        partition=3,
        key=letter_key("sms/a", send.id),
        send=send,
        letter=letter,
        order=number,
        expires_ms=NOW_MS + int(lives_s * 1000),
        due_ms=due_ms,
    )


def queue(*texts: Text, per_second: float | None = None) -> Queue:
    """Return a queue with texts."""
    made = Queue(Bucket(per_second, 0.0))
    for one in texts:
        made.add(one)
    return made


def chosen(of: Queue, *, now_ms: int = NOW_MS, now_s: float = 0.0, most: int = 100) -> list[int]:
    """Return the numbers of the texts that leave."""
    return [one.order for one in of.choose(now_ms, now_s, most=most, intend=lambda _: None)]


def test_of_each_citizen_only_the_first_leaves() -> None:
    """The next one may when the first is settled."""
    first, second = text(1), text(3)
    waiting = queue(first, text(2, "c2"), second)
    assert chosen(waiting) == [1, 2]
    assert chosen(waiting) == []
    waiting.remove(first)
    assert chosen(waiting) == [3]


def test_a_text_that_is_tried_again_stays_the_first() -> None:
    """Neither before its time nor after it does the next one overtake it."""
    first, second = text(1), text(2)
    waiting = queue(first, second)
    assert chosen(waiting) == [1]
    first.tries += 1
    waiting.again(first, NOW_MS + 5_000)
    assert chosen(waiting) == []
    assert waiting.wait_s(NOW_MS, 0.0) == 5.0
    assert chosen(waiting, now_ms=NOW_MS + 5_000) == [1]


def test_what_waited_longest_leaves_first() -> None:
    """A text that is tried again is not overtaken for ever by those that come."""
    old = text(1, "c1")
    waiting = queue(old)
    chosen(waiting)
    old.tries += 1
    waiting.again(old, NOW_MS + 100)
    for number in range(2, 6):
        waiting.add(text(number, f"c{number}", due_ms=NOW_MS + 50 * number))
    assert chosen(waiting, now_ms=NOW_MS + 1000, most=2) in ([1, 2], [2, 1])


def test_what_is_urgent_goes_before_the_texts_of_others() -> None:
    """However long these have waited, and as far as the limit allows."""
    waiting = queue(*[text(number, f"c{number}", due_ms=NOW_MS - 1_000) for number in range(30)], per_second=1.0)
    waiting.add(text(30, "in danger", urgent=True))
    assert chosen(waiting) == [30]
    assert chosen(waiting) == []
    assert chosen(waiting, now_s=1.0) == [0]


def test_what_a_citizen_was_told_before_something_urgent_goes_before_it_and_as_soon() -> None:
    """A citizen's texts leave in their order; one that sits out a pause is tried at once."""
    first, second, urgent = text(1), text(2), text(4, urgent=True)
    waiting = queue(text(0, "c0"), first, second, text(3, "c3"))
    first.tries += 1
    waiting.again(first, NOW_MS + 900_000)
    waiting.add(urgent)
    for one in (first, second, urgent):
        assert chosen(waiting, most=1) == [one.order]
        waiting.remove(one)
    assert chosen(waiting) == [0, 3]


def test_urgent_texts_that_are_to_blame_do_not_keep_an_account_from_being_tried_with_others() -> None:
    """The last probe is who waited longest."""
    waiting = queue(*[text(number, f"c{number}", urgent=number > 1 or None) for number in range(6)])
    found = waiting.choose(NOW_MS, 0.0, most=3, intend=lambda _: None, probes=True)
    assert [one.order for one in found] == [2, 3, 0]


def test_an_urgent_text_that_failed_goes_before_nobody_any_more() -> None:
    """It may always fail, and would hold up all others."""
    waiting = queue(text(0, "c0"), text(1, "c1"), text(2, "in danger", urgent=True))
    (failed,) = waiting.choose(NOW_MS, 0.0, most=1, intend=lambda _: None)
    assert failed.order == 2
    waiting.again(failed, NOW_MS)
    assert chosen(waiting) == [0, 1, 2]


def test_no_more_leave_than_there_is_capacity() -> None:
    """The rest is untouched."""
    waiting = queue(*[text(number, f"c{number}") for number in range(5)])
    assert chosen(waiting, most=2) == [0, 1]
    assert chosen(waiting, most=0) == []
    assert len(waiting) == 5


def test_a_text_expires_while_it_waits_and_not_while_it_is_on_its_way() -> None:
    """It is looked at again when it comes back."""
    flying, behind, other = text(1, lives_s=10), text(2, lives_s=10), text(3, "c2", lives_s=60)
    waiting = queue(flying, behind, other)
    assert chosen(waiting, most=1) == [1]
    late = NOW_MS + 10_000 - MARGIN_MS
    assert waiting.expired(late - 1) == []
    assert waiting.expired(late) == [behind]
    flying.tries += 1
    waiting.again(flying, late)
    assert waiting.expired(late) == [flying]
    assert chosen(waiting, now_ms=late) == [3]
    assert len(waiting) == 1


def test_the_next_leaves_after_the_first_has_expired() -> None:
    """A dead text blocks nobody."""
    waiting = queue(text(1, lives_s=5), text(2))
    assert [one.order for one in waiting.expired(NOW_MS + 5_000)] == [1]
    assert chosen(waiting, now_ms=NOW_MS + 5_000) == [2]


def test_an_intent_that_was_found_blocks_its_citizen() -> None:
    """Until its outcome is settled."""
    found = text(1)
    found.stage, found.token = Stage.intent, "former"
    waiting = queue(found, text(2))
    assert chosen(waiting) == []
    assert waiting.wait_s(NOW_MS, 0.0) is None
    waiting.remove(found)
    assert chosen(waiting) == [2]


def test_a_bucket_without_a_limit_never_waits() -> None:
    """For accounts whose upstream has none."""
    bucket = Bucket(None, 0.0)
    assert all(bucket.take(0.0) for _ in range(1000))
    assert bucket.wait_s(0.0) == 0.0


def test_who_waits_as_long_as_the_bucket_says_may_send() -> None:
    """Without a second wait, whatever the rate is."""
    bucket, now_s = Bucket(3.0, 0.0), 0.0
    for _ in range(1000):
        now_s += bucket.wait_s(now_s)
        assert bucket.take(now_s)
    assert 332 < now_s < 334


@given(st.floats(0.5, 200), st.lists(st.floats(0, 0.5), max_size=200))
def test_a_bucket_gives_no_more_than_its_rate(rate: float, steps: list[float]) -> None:
    """Over any time: the rate, and a burst."""
    bucket, now_s, taken = Bucket(rate, 0.0), 0.0, 0
    for step in steps:
        now_s += step
        while bucket.take(now_s):
            taken += 1
        assert taken <= max(1.0, rate * BURST_S) + rate * now_s + 0.001


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=60),
    st.lists(st.sampled_from(["sent", "again", "unknown"]), max_size=200),
)
def test_texts_of_a_citizen_are_settled_in_their_order(said: list[tuple[int, bool]], outcomes: list[str]) -> None:
    """Whatever the outcomes are and whatever is urgent, and all are settled in the end."""
    texts = [text(number, f"c{citizen}", urgent=urgent) for number, (citizen, urgent) in enumerate(said)]
    waiting, now_ms, settled, next_outcome = queue(*texts), NOW_MS, list[Text](), iter(outcomes)
    for turn in count():
        flying = waiting.choose(now_ms, 0.0, most=3, intend=lambda _: None)
        assert len({one.send.citizen for one in flying}) == len(flying)
        for one in flying:
            if next(next_outcome, "sent") == "sent":
                waiting.remove(one)
                settled.append(one)
            else:
                one.tries += 1
                waiting.again(one, now_ms + 10)
        now_ms += 10
        if not len(waiting):
            break
        assert turn < 1000
    for citizen in range(5):
        orders = [one.order for one in settled if one.send.citizen == f"c{citizen}"]
        assert orders == sorted(orders)
    assert len(settled) == len(texts)
