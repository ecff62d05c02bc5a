"""The SMS door's durable memory: parts of long messages, and the same text within a day."""

from pathlib import Path

import pytest

from channels.sms.memory import Memory, Whole, message_key
from channels.sms.parse import Concat, Segment

DAY_S = 24 * 3600.0
LINK = "lapor@smsc"


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    """An empty memory."""
    return Memory(tmp_path / "m.db", window_s=DAY_S, part_timeout_s=1800.0)


def part(body: bytes, sequence: int, *, source: str = "6281", total: int = 3, reference: int = 7) -> Segment:
    """Return one part of a long message."""
    return Segment(
        source=source, destination="1708", body=body, data_coding=0, concat=Concat(reference, total, sequence)
    )


def bodies(wholes: list[Whole | None]) -> list[bytes | None]:
    """Return what was completed."""
    return [whole.body if whole else None for whole in wholes]


def test_parts_in_any_order_become_one_message(memory: Memory) -> None:
    """The last one to come completes it, whichever it is."""
    parts = [part(b"c", 3), part(b"a", 1), part(b"b", 2)]
    assert bodies([memory.take(LINK, [one], now_s=1.0)[0] for one in parts]) == [None, None, b"abc"]


def test_two_citizens_with_the_same_reference_are_two_messages(memory: Memory) -> None:
    """The sender belongs to the key: other gateways mix them up."""
    mixed = [part(b"a", 1, source="1"), part(b"x", 1, source="2"), part(b"y", 2, source="2"), part(b"b", 2, source="1")]
    mixed += [part(b"c", 3, source="1"), part(b"z", 3, source="2")]
    assert bodies(memory.take(LINK, mixed, now_s=1.0))[-2:] == [b"abc", b"xyz"]


def test_a_part_delivered_twice_is_one_part(memory: Memory) -> None:
    """The SMSC did not hear our answer."""
    assert bodies(memory.take(LINK, [part(b"a", 1), part(b"a", 1), part(b"b", 2)], now_s=1.0)) == [None, None, None]
    assert bodies(memory.take(LINK, [part(b"c", 3)], now_s=2.0)) == [b"abc"]


def test_parts_survive_a_crash(tmp_path: Path, memory: Memory) -> None:
    """A part is answered with yes, so it must be on disk."""
    memory.take(LINK, [part(b"a", 1), part(b"b", 2)], now_s=1.0)
    again = Memory(tmp_path / "m.db", window_s=DAY_S, part_timeout_s=1800.0)
    assert bodies(again.take(LINK, [part(b"c", 3)], now_s=2.0)) == [b"abc"]


def test_a_part_of_a_finished_message_that_comes_again_is_the_same_message(memory: Memory) -> None:
    """It is answered again, and derived ids make one complaint of it."""
    whole = memory.take(LINK, [part(b"a", 1), part(b"b", 2), part(b"c", 3)], now_s=1.0)[-1]
    assert whole is not None
    assert whole.group is not None
    memory.done(whole.group)
    assert bodies(memory.take(LINK, [part(b"c", 3)], now_s=2.0)) == [b"abc"]


def test_a_reference_that_comes_round_again_is_another_message(memory: Memory) -> None:
    """Phones count to 255 and begin anew."""
    whole = memory.take(LINK, [part(b"a", 1), part(b"b", 2), part(b"c", 3)], now_s=1.0)[-1]
    assert whole is not None
    assert whole.group is not None
    memory.done(whole.group)
    assert bodies(memory.take(LINK, [part(b"p", 1), part(b"q", 2), part(b"r", 3)], now_s=9.0)) == [None, None, b"pqr"]


def test_a_message_whose_part_never_comes_goes_on_as_partial(memory: Memory) -> None:
    """After the set time, with what is there."""
    memory.take(LINK, [part(b"a", 1), part(b"c", 3)], now_s=0.0)
    assert memory.overdue(now_s=1700.0) == []
    (whole,) = memory.overdue(now_s=1900.0)
    assert (whole.body, whole.parts, whole.partial) == (b"ac", 2, True)
    assert whole.group is not None
    memory.done(whole.group)
    assert memory.overdue(now_s=1900.0) == []


def test_the_same_text_within_a_day_keeps_its_first_time_and_later_is_new(memory: Memory) -> None:
    """A redelivery or an impatient citizen gets the same code; next week's is another complaint."""
    assert memory.first_seen(["k"], now_s=1000.0) == [1000]
    assert memory.first_seen(["k", "other"], now_s=1000.0 + DAY_S - 1) == [1000, 1000 + int(DAY_S) - 1]
    assert memory.first_seen(["k"], now_s=1000.0 + DAY_S + 1) == [1000 + int(DAY_S) + 1]


def test_the_key_of_a_message_is_its_sender_number_and_text() -> None:
    """Another sender with the same words is another complaint."""
    one = Whole(source="1", destination="1708", body=b"x", data_coding=0)
    two = Whole(source="2", destination="1708", body=b"x", data_coding=0)
    assert message_key(one) != message_key(two)


def test_what_is_older_than_the_window_is_forgotten(tmp_path: Path, memory: Memory) -> None:
    """The file does not grow for ever."""
    whole = memory.take(LINK, [part(b"a", 1, total=2), part(b"b", 2, total=2)], now_s=0.0)[-1]
    assert whole is not None
    assert whole.group is not None
    memory.done(whole.group)
    memory.first_seen(["k"], now_s=0.0)
    memory.forget(now_s=DAY_S + 10)
    counted = memory._database.execute("SELECT (SELECT count(*) FROM seen) + (SELECT count(*) FROM part)").fetchone()
    assert counted == (0,)
    assert tmp_path.exists()
