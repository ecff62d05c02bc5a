"""Where a step goes on, on a real broker: behind markers, beyond records that were deleted, and in a mailbox that was made anew."""

import shutil

import pytest

from complaints.bus.step import mailbox
from complaints.bus.step.murmur2 import partition_of
from complaints.bus.step.place import same
from complaints.bus.step.transaction import Aborted, Transactions
from complaints.errors import ConfigurationError
from tests.harness.step import PARTITIONS, Ground, ground, kill, turn_for, turn_until
from tests.harness.support import wait_until

__all__ = ["ground"]


def refused(ground: Ground, why: str, *, place: str = "") -> None:
    """Let a worker refuse at least the partitions that hold records, and kill it; each is known with the reason and the command."""
    worker = ground.worker(place=place)
    used = {partition_of(key.encode(), PARTITIONS) for key in ground.fed}

    def told() -> bool:
        found = ground.refused()
        return found.keys() >= used and all(why in one.why for one in found.values())

    wait_until(told, timeout_s=60, what="the refusals")
    assert all(f"lapor offsets set {ground.name}" in one.why for one in ground.refused().values())
    kill(worker)


def delete_unread(ground: Ground, left: int) -> list[int]:
    """Delete what came since now, but for the last ones of each partition, and return how many that were in each."""
    behind = ground.ends()
    ground.feed(80)
    firsts = {at: max(behind[at], end - left) for at, end in ground.ends().items()}
    ground.delete(lambda at, _: firsts[at])
    return sorted(first - behind[at] for at, first in firsts.items() if first > behind[at])


def said_deleted(ground: Ground) -> list[int]:
    """Return how many records the dead letters say were deleted unread."""
    return sorted(int(letter["why"].split("at most ")[1].split()[0]) for letter in ground.dead())


def test_a_position_moves_over_the_markers_at_the_end(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retention then deletes nothing that a position still names, however long a mailbox is quiet."""
    monkeypatch.setattr(mailbox, "END_S", 0.5)
    ground.write_in_transactions(20)
    with ground.opened() as worker:
        ground.turn(worker)
        turn_until(
            worker,
            lambda: ground.committed() == sum(ground.ends().values()) > 20,
            what="the offsets behind the markers",
        )
    ground.delete(lambda _, end: end)
    ground.feed(20)
    ground.prove()
    assert ground.dead() == []


def test_a_quiet_mailbox_whose_retention_has_passed_kills_no_worker(ground: Ground) -> None:
    """A worker that was killed before it could commit the end starts at the log's first record, and says what may be missing."""
    ground.write_in_transactions(20)
    ground.end()
    ground.delete(lambda _, end: end)
    ground.feed(20)
    ground.prove()
    assert all(
        "DeletedUnread" in letter["why"] and "markers of transactions" in letter["why"] for letter in ground.dead()
    )


def test_records_that_were_deleted_unread_are_said_and_the_rest_goes_on(ground: Ground) -> None:
    """A dead letter for each partition says how many, once: nothing is lost unsaid."""
    ground.feed(40)
    ground.end()
    handled = ground.outputs()
    deleted, left = delete_unread(ground, 2), ground.left()
    for key in ground.fed:
        ground.fed[key] = [said for said, _ in handled[key]] + left[key]
    for _ in range(2):
        ground.feed(20)
        ground.end()
        shutil.rmtree(ground.folder / "w0" / "states")
    ground.check()
    assert said_deleted(ground) == deleted


def test_a_loss_whose_commit_is_aborted_is_said_all_the_same(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing behind it is committed before it is said."""
    ground.feed(40)
    ground.end()
    ground.empty_group()
    deleted, aborts = delete_unread(ground, 5), 3

    def flush(writer: Transactions) -> None:
        nonlocal aborts
        if aborts:
            aborts -= 1
            writer.abort()
            raise Aborted("on purpose")
        whole(writer)

    whole = Transactions.flush
    monkeypatch.setattr(Transactions, "flush", flush)
    with ground.opened() as worker:
        expected = 40 + sum(map(len, ground.left().values()))
        turn_until(worker, lambda: ground.said() == expected, what="what is left")
    assert said_deleted(ground) == deleted


def test_a_mailbox_made_anew_is_refused_until_an_operator_decides(ground: Ground) -> None:
    """Whether it has more records than the old position or fewer; with the copy there or wiped; the decision is made once."""
    ground.feed(80, keys=8)
    ground.end()
    for wiped, number in ((False, 120), (True, 20)):
        ground.remake(ground.name)
        ground.empty_group()
        ground.commit_offsets(0)
        ground.fed.clear()
        before = {key: len(said) for key, said in ground.outputs().items()}
        ground.feed(number, keys=8)
        if wiped:
            shutil.rmtree(ground.folder / "w0" / "states")
        refused(ground, "was made anew")
        ground.accept(0)
        worker, wanted = ground.worker(), sum(before.values()) + number
        wait_until(lambda: ground.said() == wanted, timeout_s=90, what="all of the new mailbox")  # noqa: B023
        wait_until(lambda: not ground.refused(), what="the end of the refusals")
        kill(worker)
        for key, ids in ground.fed.items():
            assert [said for said, _ in ground.outputs()[key]][before.get(key, 0) :] == ids


def test_a_mailbox_made_anew_under_a_running_worker_ends_it(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would go on at its old positions, behind new records that nobody has handled. The next start is refused with what to do."""
    monkeypatch.setattr(same, "SAME_S", 0.0)  # or the client, whose offset is gone, may be the first to end
    ground.feed(40, keys=8)
    with ground.opened() as worker:
        ground.turn(worker)
        ground.remake(ground.name)
        with pytest.raises(ConfigurationError, match="made anew"):
            turn_for(worker, 60)
    refused(ground, "was made anew")


def test_a_state_topic_made_anew_under_a_running_worker_ends_it(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start is refused, and the copy is kept: the new topic lacks what the former one had."""
    monkeypatch.setattr(same, "SAME_S", 0.0)  # or the client, whose offset is gone, may be the first to end
    ground.feed(40, keys=8)
    with ground.opened() as worker:
        ground.turn(worker)
        ground.remake_states()
        with pytest.raises(ConfigurationError, match="states was made anew under a running worker"):
            turn_for(worker, 60)
    refused(ground, "has states that it does not have, and is kept", place="here0")


def test_a_position_beyond_the_log_is_refused_until_an_operator_decides(ground: Ground) -> None:
    """A broker that was restored from a copy has lost records."""
    ground.feed(20)
    ground.end()
    ground.empty_group()
    ground.commit_offsets(1_000)
    worker = ground.worker()
    assert worker.wait(120) == 3
    assert "Kafka has it only up to" in ground.log()
    ground.accept(0)
    ground.feed(20)
    ground.worker()
    wait_until(lambda: len(ground.outputs()) > 0 and ground.done(), timeout_s=90, what="the rest")


def test_a_record_in_the_wrong_partition_is_a_dead_letter(ground: Ground) -> None:
    """It would make a second state of its key; the right one is not changed."""
    ground.feed(20, keys=2)
    ground.write_at("k0", {"id": "stray"})
    ground.feed(20, keys=2)
    ground.prove()
    wait_until(lambda: bool(ground.dead()), what="the dead letter")
    (letter,) = ground.dead()
    assert letter["id"] == "stray"
    assert "not in the partition of its key" in letter["why"]


def test_a_topic_with_more_partitions_than_it_was_made_with_is_refused(ground: Ground) -> None:
    """Its keys would be in other partitions than before."""
    ground.widen()
    worker = ground.worker()
    assert worker.wait(120) == 3
    assert "was made with" in ground.log()


def test_a_mailbox_that_grows_under_a_running_worker_ends_it_before_it_makes_dead_letters(ground: Ground) -> None:
    """Writers hash keys over the new number at once, and the group hears of it later: no record of theirs is bad."""
    ground.feed(40)
    with ground.opened() as worker:
        ground.turn(worker)
        ground.widen()
        ground.feed(100, keys=100)
        with pytest.raises(ConfigurationError, match=f"has {PARTITIONS + 1} partitions, and .* made with {PARTITIONS}"):
            turn_for(worker, 60)
    assert ground.dead() == []
