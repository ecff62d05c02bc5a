"""The spool: in order, bounded, and on disk before it says so."""

import sqlite3
from concurrent.futures import wait
from errno import ENOSPC
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from complaints.bus import Record
from complaints.errors import ConfigurationError, IntakeFull
from complaints.storage import spool as module
from complaints.storage.spool import Spool, Waiting, waiting


def record(number: int, size: int = 10) -> Record:
    """Return a record that can be told from others."""
    return Record(topic="t", key=str(number).encode(), value=b"x" * size, headers=(("ce_id", str(number).encode()),))


def test_what_was_appended_comes_back_oldest_first_after_a_restart(tmp_path: Path) -> None:
    """Order and content survive the process."""
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    wait([spool.append(record(number)) for number in range(700)])
    spool.close()
    again = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    assert len(again) == 700
    assert [spooled.record for spooled in again.oldest(1000)] == [record(number) for number in range(700)]
    again.close()


def test_a_done_append_is_on_disk(tmp_path: Path) -> None:
    """Another connection, as after a crash, sees it without the spool being closed."""
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    spool.append(record(1)).result(30)
    with sqlite3.connect(tmp_path / "s.db") as other:
        assert other.execute("SELECT count(*) FROM spool").fetchone() == (1,)
        assert spool._database.execute("PRAGMA synchronous").fetchone() == (2,)
    spool.close()


def test_a_full_spool_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    """Bounded by bytes: upstream must keep what does not fit."""
    spool = Spool(tmp_path / "s.db", max_bytes=300)
    spool.append(record(1, 200)).result(30)
    with pytest.raises(IntakeFull, match="300 bytes"):
        spool.append(record(2, 200)).result(30)
    spool.remove([spool.oldest(1)[0].seq])
    spool.append(record(3, 200)).result(30)
    assert [spooled.record.key for spooled in spool.oldest(10)] == [b"3"]
    spool.close()


def test_a_disk_that_does_not_take_it_is_a_no_and_not_a_crash(tmp_path: Path) -> None:
    """SQLITE_FULL (here by a page limit, as a full disk gives it) fails the append, and the spool lives."""
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 30)
    pages = spool._database.execute("PRAGMA page_count").fetchone()[0]
    spool._database.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(IntakeFull, match="cannot be written"):
        spool.append(record(1, 1 << 20)).result(30)
    spool._database.execute("PRAGMA max_page_count = 1000000")
    spool.append(record(2)).result(30)
    assert len(spool) == 1
    spool.close()


def test_a_spool_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    """Fail at start, and say what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="LAPOR_DATA"):
        Spool(tmp_path / "file" / "s.db", max_bytes=1 << 20)


def test_a_disk_that_takes_no_removal_keeps_all_of_it(tmp_path: Path) -> None:
    """Even forgetting needs room: what Kafka has waits to be sent again, and the next one is counted right."""
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    for number in range(2):
        spool.append(record(number)).result(30)
    spool._database.execute("PRAGMA query_only = 1")
    with pytest.raises(IntakeFull, match="cannot be read or written"):
        spool.remove([1])
    spool._database.execute("PRAGMA query_only = 0")
    assert len(spool) == len(spool.oldest(10)) == 2
    spool.remove([1, 2])
    assert len(spool) == 0
    spool.close()


class FullDisk(sqlite3.Connection):
    """A database on a disk whose last room is the ballast."""

    ballast: Path
    refused = "DELETE"

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Refuse what does not fit."""
        if sql.startswith(self.refused) and self.ballast.exists():
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, parameters)


def test_a_removal_fits_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ballast makes room for it, and is laid again at once."""
    FullDisk.ballast = tmp_path / "s.ballast"
    monkeypatch.setattr("sqlite3.connect", partial(sqlite3.connect, factory=FullDisk))
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    for number in range(2):
        spool.append(record(number)).result(30)
    spool.remove([1])
    assert [one.record.key for one in spool.oldest(10)] == [b"1"]
    assert FullDisk.ballast.stat().st_size == module.BALLAST_BYTES
    spool.close()


def test_a_spool_opens_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a clean end its log is gone: the ballast makes room for it, or Kafka could take all and we would take nothing."""
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    spool.append(record(1)).result(30)
    spool.close()
    FullDisk.ballast = tmp_path / "s.ballast"
    monkeypatch.setattr(FullDisk, "refused", "PRAGMA journal_mode")
    monkeypatch.setattr("sqlite3.connect", partial(sqlite3.connect, factory=FullDisk))
    again = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    assert [one.record.key for one in again.oldest(10)] == [b"1"]
    again.close()
    FullDisk.ballast.touch()
    monkeypatch.setattr(Path, "unlink", lambda _, **__: None)
    with pytest.raises(ConfigurationError, match="free the disk"):
        Spool(tmp_path / "s.db", max_bytes=1 << 20)


def test_a_spool_opens_on_a_disk_without_room_for_its_ballast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits in it must leave; half a ballast would only take the room of messages."""

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    spool = Spool(tmp_path / "s.db", max_bytes=1 << 20)
    spool.append(record(1)).result(30)
    assert not (tmp_path / "s.ballast").exists()
    spool.close()


def test_nothing_waits_in_a_spool_that_its_channel_is_about_to_make(tmp_path: Path) -> None:
    """The file is there a moment before its table."""
    path = tmp_path / "sms.db"
    path.touch()
    assert waiting(path) == Waiting(0, None)
