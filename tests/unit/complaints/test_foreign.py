"""What anybody may have written never stops its reader: neither one that reads a topic at each start, nor `lapor doctor`."""

from pathlib import Path

import pytest

from complaints.bus import Record
from complaints.bus.control import Control, pause
from complaints.bus.step.attempts import FILE_BYTES, Attempts
from complaints.bus.step.place.positions import Position, Progress, read, written
from complaints.contract import CONTROL
from complaints.runtime.upstream import Upstream
from lapor.local.note import NOTE, Stack

each = pytest.mark.parametrize

DEEP = b'{"since_ms":1,"x":' + b"[" * 2_000 + b"]" * 2_000 + b"}"
"""What nests deeper than a decoder follows, in 4 kB."""


@each("value", [DEEP, b"[" * 100_000, b"\xff", b'{"since_ms":1e400}', b'{"since_ms":"\\ud800"}', b"1", b""])
@each("key", [b"lapor-nobody", b"lapor-router", b"lapor-router/1", b"lapor-router/x", b"partitions", b"k\xff", b""])
def test_a_control_record_that_cannot_be_read_changes_nothing(key: bytes, value: bytes) -> None:
    """It stays in a compacted topic that every worker reads from its beginning, so it would end each of them at each start."""
    before = pause("lapor-router", since_ms=7)
    assert Control().take([before, Record(CONTROL, key, value or b" ")]).paused == {"lapor-router": 7}


def test_a_position_that_nests_too_deep_leaves_the_one_before_it() -> None:
    """Neither in the state topic nor in the copy on the disk does it end a worker."""
    assert read(DEEP, "states") is None
    assert Progress.read(DEEP) is None
    assert read(written(Position(7, "writer"), "states"), "states") == Position(7, "writer")


def test_files_that_nest_too_deep_are_as_good_as_none(tmp_path: Path) -> None:
    """Others can write into a data folder."""
    (tmp_path / NOTE).write_bytes(DEEP)
    assert Stack.read(tmp_path) is None
    (tmp_path / "attempts").write_bytes((bytes(13) + b"[" * 2_000 + b"]" * 2_000).ljust(FILE_BYTES, b"\0"))
    assert Attempts(tmp_path / "attempts").partitions == set()
    (tmp_path / "sms.json").write_bytes(DEEP)
    assert Upstream.read(tmp_path, "sms") == []
