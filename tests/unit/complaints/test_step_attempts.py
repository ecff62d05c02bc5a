"""Which record was in hand at a death, as the next process knows it."""

from pathlib import Path

import pytest

from complaints.bus import StoredRecord
from complaints.bus.step.attempts import Attempts


def record(partition: int, offset: int) -> StoredRecord:
    """Return a record at a place."""
    return StoredRecord("mailbox", partition, offset, b"k", b"{}", (), 0)


BATCH = [record(0, 5), record(1, 7), record(1, 8), record(0, 6)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of one worker."""
    return tmp_path / "in-hand"


def test_after_a_death_the_record_that_was_in_hand_is_handled_alone(path: Path) -> None:
    """What comes before it goes together, and so does what comes behind."""
    Attempts(path).begin(BATCH[2])
    after = Attempts(path)
    assert after.batch_of(BATCH) == 2
    assert after.batch_of(BATCH[2:]) == 1
    assert after.batch_of(BATCH[3:]) == 1
    assert after.partitions == {1}


def test_deaths_count_while_other_records_are_handled(path: Path) -> None:
    """Commits of others in between forget nothing."""
    for deaths in range(4):
        worker = Attempts(path)
        assert worker.of(BATCH[1]) == deaths
        worker.begin(BATCH[0])
        worker.end()
        worker.committed([BATCH[0]])
        worker.begin(BATCH[1])


def test_a_death_outside_the_function_is_no_records_fault(path: Path) -> None:
    """Kafka may be away while the results are written."""
    worker = Attempts(path)
    worker.begin(BATCH[0])
    worker.end()
    assert Attempts(path).batch_of(BATCH) == len(BATCH)


def test_a_record_whose_results_are_committed_is_forgotten(path: Path) -> None:
    """Not before: the process may die in between."""
    Attempts(path).begin(BATCH[0])
    worker = Attempts(path)
    worker.begin(BATCH[0])
    worker.end()
    assert Attempts(path).of(BATCH[0]) == 1
    worker = Attempts(path)
    worker.committed(BATCH[:1])
    assert Attempts(path).partitions == set()


@pytest.mark.parametrize("text", ["", "{", "0123456789abc[1"])
def test_a_file_that_was_cut_short_says_nothing(path: Path, text: str) -> None:
    """The process may die while it writes."""
    path.write_text(text)
    assert Attempts(path).batch_of(BATCH) == len(BATCH)


def test_without_a_file_nothing_is_counted(tmp_path: Path) -> None:
    """A full disk stops no worker that can still commit."""
    worker = Attempts(tmp_path / "nowhere" / "in-hand")
    worker.begin(BATCH[0])
    worker.end()
    worker.committed(BATCH)
    worker.close()
    assert worker.partitions == set()
