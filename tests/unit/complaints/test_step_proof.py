"""Whether the records before a position are those that were handled, and whether a position is of this state topic."""

import pytest

from complaints.bus.step.contract import StepTopics
from complaints.bus.step.held.refusals import Refusals
from complaints.bus.step.place.places import Places
from complaints.bus.step.place.positions import NO_MARK, OPERATOR, Known, Mark, Position, is_ahead, read, written
from complaints.bus.step.place.proof import Proof
from complaints.errors import ConfigurationError
from tests.harness.tables import row_by_row

AT = Position(10, "w-0", "mailbox", Mark(7, 700))
"""A position behind two markers, at 8 and 9."""


@row_by_row
def test_what_was_handled_is_known_again(came: list[tuple[int, int | None]], taken: list[int], *, wrong: bool) -> None:
    """By the last record of it; nothing of a partition is taken whose log is another one."""
    proof = Proof()
    proof.begin(3, AT, first=0)
    assert proof.start(3, AT.offset) == 7
    assert [offset for offset, at_ms in came if proof.look(3, offset, at_ms)] == taken
    assert (proof.wrong == {3}) is wrong


def test_what_retention_deleted_is_not_asked_for() -> None:
    """And what was never handled neither: an operator has said where to go on."""
    for position, first in ((AT, 8), (None, 0), (AT._replace(last=NO_MARK), 0)):
        proof = Proof()
        proof.begin(3, position, first=first)
        assert proof.start(3, AT.offset) == AT.offset
        assert proof.look(3, 12, 900)


def test_the_last_record_before_an_offset_goes_with_it() -> None:
    """Also if later ones were read already, if it was read again, or if nothing was read since the last commit."""
    proof = Proof()
    proof.begin(3, AT, first=8)
    assert proof.last(3, 11) == AT.last
    for offset in (11, 14, 12, 14):
        proof.took(3, Mark(offset, offset * 100))
    assert proof.last(3, 13) == Mark(12, 1200)
    proof.handled({3: Position(13, last=Mark(12, 1200))})
    assert proof.last(3, 13) == Mark(12, 1200)
    assert proof.last(3, 20) == Mark(14, 1400)


def test_a_position_that_was_written_for_another_state_topic_does_not_count() -> None:
    """A worker under which the topic was made anew wrote it: the new one lacks the states up to it."""
    assert read(written(AT, "states"), "states") == AT
    assert read(written(AT, "states"), "states made anew") is None


def test_only_a_worker_s_offset_tells_of_a_lost_position() -> None:
    """It is written with the position; an operator's stands alone."""
    assert is_ahead(Position(11, "w-0"), AT)
    assert is_ahead(Position(1, "w-0"), None)
    assert not is_ahead(Position(10, "w-0"), AT)
    assert not is_ahead(Position(11), AT)
    assert not is_ahead(None, AT)


def test_a_regrown_partition_is_proven_anew_when_it_is_tried_again() -> None:
    """Kafka may have been restored meanwhile: the record before the position is looked at once more."""
    places = Places(StepTopics(name="step", mailbox="m", states="s"), "w-0", "mailbox", {3: AT})
    assert places.begin(3, Known(position=AT), 0, 60) == AT.offset
    assert not places.proof.look(3, 7, 701)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="has other records before the offset 10"):
            places.begin_anew(3, 0, 60)
        places.again(3)
        assert places.begin(3, Known(position=AT), 0, 60) == AT.offset
        assert places.proof.is_open(3)
    assert not places.proof.look(3, 7, 700)
    assert places.proof.look(3, 12, 900)


def test_a_refusal_that_is_not_told_yet_is_not_taken_for_one_that_an_operator_took_away() -> None:
    """It would be tried again at once, for ever, while it cannot be written."""
    refusals = Refusals("step")
    refusals.refuse(3, ConfigurationError("why"))
    for told in ((), {3}):
        assert refusals.due(told) == []
    assert refusals.due(()) == [3]
    refusals.refuse(3, ConfigurationError("why"))
    assert refusals.due(()) == []


def test_a_partition_that_was_refused_at_work_is_so_until_something_of_it_is_handled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or doctor would say at each try that it begins anew. If there is nothing to handle any more, it is over after a while."""
    refusals = Refusals("step")

    refusals.refuse(3, ConfigurationError("why"))
    refusals.at_work(3)
    assert refusals.due({3}) == []
    assert refusals.due(()) == [3]
    assert refusals.is_open(3)
    refusals.handled([3])
    assert not refusals.is_open(3)
    monkeypatch.setattr("complaints.bus.step.held.refusals.SURE_S", 0.0)
    refusals.refuse(3, ConfigurationError("why"))
    refusals.at_work(3)
    assert refusals.due({3}) == []
    assert refusals.is_open(3)
    assert refusals.due(()) == [3]
    assert not refusals.is_open(3)


def test_an_end_that_was_lost_stays_lost_when_the_log_has_grown_beyond_it() -> None:
    """Without a record that would tell, only the refusal knows it; what an operator says then counts."""
    at = Position(50, "w-0", "id")
    places = Places(StepTopics(name="step", mailbox="m", states="s"), "w-0", "id", {3: at})
    for end in (45, 60):
        places.again(3)
        with pytest.raises(ConfigurationError, match="lapor offsets set step --topic-partition 3"):
            places.begin(3, Known(position=at), 0, end)
    assert places.begin(3, Known(position=at, accepted=Position(40, OPERATOR, "id")), 0, 60) == 40


@pytest.mark.parametrize(
    ("position", "behind"),
    [
        (AT._replace(last=Mark(7, 700, 3)), 6),
        (AT, 10),
        (AT._replace(offset=40), 30),
        (AT._replace(topic_id="another"), 2),
    ],
    ids=["other records since", "no epoch is known", "beyond the end", "a log made anew"],
)
def test_what_is_printed_is_behind_all_that_was_handled_also_for_a_copy_of_states(
    position: Position, behind: int
) -> None:
    """A log that lost its end and grew again has records before the position that nobody has handled."""
    spec = StepTopics(name="step", mailbox="m", states="s")
    places = Places(spec, "w-0", "mailbox", {}, lambda _, epoch, end: min(end, 2 * epoch))
    assert places.behind(3, position, 2, 30) == behind
