"""Records as events: whatever bytes a record has, reading it gives an event or a dead letter, and never stops a reader."""

import pytest

from complaints.bus import StoredRecord
from complaints.bus.envelope import decode
from complaints.contract import CASE_EVENTS
from complaints.errors import ContractViolation
from complaints.mail import Due

DUE = b'{"id":"00000000-0000-0000-0000-000000000005","key":"c1","at":"2026-11-03T05:00:00Z"%s}'


def record(value: bytes) -> StoredRecord:
    """Return a record with this value."""
    return StoredRecord(CASE_EVENTS, 3, 17, b"c1", value, (), 0)


@pytest.mark.parametrize("deep", [b"[" * 1_100 + b"]" * 1_100, b'{"a":' * 1_100 + b"1" + b"}" * 1_100])
def test_json_that_nests_too_deep_in_a_field_that_nobody_reads_is_a_dead_letter(deep: bytes) -> None:
    """The decoder's RecursionError is no error of decoding: it ended the sink, the view and a process of channels at each start."""
    with pytest.raises(ContractViolation, match="is not a valid Due"):
        decode(record(DUE % (b',"zz":' + deep)), Due)


def test_a_fault_of_this_machine_makes_no_record_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little memory passes; a dead letter stays."""

    def no_memory(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("complaints.bus.envelope._decoder", no_memory)
    with pytest.raises(MemoryError):
        decode(record(DUE % b""), Due)
