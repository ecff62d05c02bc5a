"""The SMS door's durable memory: parts of long messages, and the same text within a day."""

from pathlib import Path

import pytest

from channels.sms.memory import Memory, Whole, message_key
from channels.sms.parse import Concat, Segment
from complaints.errors import IntakeFull

DAY_S = 24 * 3600.0


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
    assert bodies([memory.take([one], now_s=1.0)[0] for one in parts]) == [None, None, b"abc"]


def test_two_citizens_with_the_same_reference_are_two_messages(memory: Memory) -> None:
    """The sender belongs to the key: other gateways mix them up."""
    mixed = [part(b"a", 1, source="1"), part(b"x", 1, source="2"), part(b"y", 2, source="2"), part(b"b", 2, source="1")]
    mixed += [part(b"c", 3, source="1"), part(b"z", 3, source="2")]
    assert bodies(memory.take(mixed, now_s=1.0))[-2:] == [b"abc", b"xyz"]


def test_a_part_delivered_twice_is_one_part(memory: Memory) -> None:
    """The SMSC did not hear our answer."""
    assert bodies(memory.take([part(b"a", 1), part(b"a", 1), part(b"b", 2)], now_s=1.0)) == [None, None, None]
    assert bodies(memory.take([part(b"c", 3)], now_s=2.0)) == [b"abc"]


def test_parts_survive_a_crash(tmp_path: Path, memory: Memory) -> None:
    """A part is answered with yes, so it must be on disk."""
    memory.take([part(b"a", 1), part(b"b", 2)], now_s=1.0)
    again = Memory(tmp_path / "m.db", window_s=DAY_S, part_timeout_s=1800.0)
    assert bodies(again.take([part(b"c", 3)], now_s=2.0)) == [b"abc"]


def test_a_part_of_a_finished_message_that_comes_again_is_the_same_message(memory: Memory) -> None:
    """It is answered again, and derived ids make one complaint of it."""
    whole = memory.take([part(b"a", 1), part(b"b", 2), part(b"c", 3)], now_s=1.0)[-1]
    assert whole is not None
    memory.done(whole)
    assert bodies(memory.take([part(b"c", 3)], now_s=2.0)) == [b"abc"]


def test_a_reference_that_comes_round_again_is_another_message(memory: Memory) -> None:
    """Phones count to 255 and begin anew."""
    whole = memory.take([part(b"a", 1), part(b"b", 2), part(b"c", 3)], now_s=1.0)[-1]
    assert whole is not None
    memory.done(whole)
    assert bodies(memory.take([part(b"p", 1), part(b"q", 2), part(b"r", 3)], now_s=9.0)) == [None, None, b"pqr"]


def test_a_message_whose_part_never_comes_goes_on_as_partial(memory: Memory) -> None:
    """After the set time, with what is there."""
    memory.take([part(b"a", 1), part(b"c", 3)], now_s=0.0)
    assert memory.overdue(now_s=1700.0) == []
    (whole,) = memory.overdue(now_s=1900.0)
    assert (whole.body, whole.parts, whole.partial) == (b"ac", 2, True)
    memory.done(whole)
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
    whole = memory.take([part(b"a", 1, total=2), part(b"b", 2, total=2)], now_s=0.0)[-1]
    assert whole is not None
    memory.done(whole)
    memory.first_seen(["k"], now_s=0.0)
    memory.forget(now_s=DAY_S + 10)
    counted = memory._database.execute("SELECT (SELECT count(*) FROM seen) + (SELECT count(*) FROM part)").fetchone()
    assert counted == (0,)
    assert tmp_path.exists()


def done(memory: Memory, *parts: Segment, now_s: float = 1.0) -> None:
    """Take a whole message and note that it is safe."""
    whole = memory.take(parts, now_s=now_s)[-1]
    assert whole is not None
    memory.done(whole)


def test_another_message_that_begins_with_the_same_words_keeps_its_beginning(memory: Memory) -> None:
    """Its first part looks like one that is delivered again, until another of its parts differs."""
    done(memory, part(b"Yth. Gubernur ", 1, total=2), part(b"lampu", 2, total=2))
    assert bodies(memory.take([part(b"Yth. Gubernur ", 1, total=2)], now_s=9.0)) == [b"Yth. Gubernur lampu"]
    assert bodies(memory.take([part(b"jalan", 2, total=2)], now_s=10.0)) == [b"Yth. Gubernur jalan"]


def test_a_part_that_was_delivered_again_long_ago_belongs_to_the_old_message(memory: Memory) -> None:
    """Else its words would stand in the next one."""
    done(memory, part(b"a", 1, total=2), part(b"b", 2, total=2))
    done(memory, part(b"b", 2, total=2), now_s=2.0)
    assert bodies(memory.take([part(b"p", 1, total=2), part(b"q", 2, total=2)], now_s=4000.0)) == [None, b"pq"]


def test_a_reference_that_is_used_again_too_early_takes_nothing_from_the_message_before(memory: Memory) -> None:
    """A modem that always says 1: both go on, the one before as partial."""
    assert bodies(memory.take([part(b"a", 1), part(b"b", 2)], now_s=0.0)) == [None, None]
    assert bodies(memory.take([part(b"p", 1), part(b"q", 2), part(b"r", 3)], now_s=5.0)) == [None, None, b"pqr"]
    overdue = memory.overdue(now_s=1804.0)
    assert [(whole.body, whole.partial) for whole in overdue] == [(b"ab", True)]
    memory.done(overdue[0])
    assert bodies(list(memory.overdue(now_s=1900.0))) == [b"pqr"]  # nobody said that this one is safe


def test_an_answer_that_comes_late_is_not_taken_for_the_next_messages(memory: Memory) -> None:
    """Kafka answers when the reference stands for another message already: that one is not safe yet."""
    whole = memory.take([part(b"a", 1, total=2), part(b"b", 2, total=2)], now_s=0.0)[-1]
    memory.take([part(b"p", 1, total=2)], now_s=5.0)
    assert whole is not None
    memory.done(whole)
    assert b"p" in bodies(list(memory.overdue(now_s=1900.0)))


def test_a_disk_that_takes_nothing_is_a_no_everywhere(memory: Memory) -> None:
    """And what could not be noted is neither half noted nor forgotten."""
    whole = memory.take([part(b"a", 1, total=2), part(b"b", 2, total=2)], now_s=0.0)[-1]
    assert whole is not None
    memory._database.execute("PRAGMA query_only = 1")
    for write in (
        lambda: memory.take([part(b"c", 3)], now_s=1.0),
        lambda: memory.first_seen(["k"], now_s=1.0),
        lambda: memory.done(whole),
        lambda: memory.forget(now_s=DAY_S * 2),
    ):
        with pytest.raises(IntakeFull):
            write()
    memory._database.execute("PRAGMA query_only = 0")
    assert bodies(list(memory.overdue(now_s=1900.0))) == [b"ab"]
