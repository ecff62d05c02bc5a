"""The dead letter of a record, which must itself be one that Kafka takes."""

import pytest

from complaints.bus import StoredRecord
from complaints.bus.deadletter import KEPT_BYTES, of_record
from complaints.bus.deleted import Gap, lost
from complaints.bus.envelope import encode
from complaints.contract import COMPLAINTS
from complaints.errors import ContractViolation
from complaints.limits import RECORD_BYTES


def test_the_dead_letter_of_the_largest_record_fits_into_one() -> None:
    """A reader whose dead letter is too large could neither write it nor go on."""
    headers = tuple((f"h{number}" * 500, b"\xff" * 5000) for number in range(50))
    poison = StoredRecord(COMPLAINTS, 3, 17, b"k", b"x" * (1 << 20), headers, timestamp_ms=0)
    letter = of_record(poison, ContractViolation("no json"))
    record = encode(letter, source="/tests")
    assert len(record.value) + len(record.key) < RECORD_BYTES
    assert letter.payload == b"x" * KEPT_BYTES
    assert letter.reason == "no json; 1048576 bytes, of which the first 700000 are here"
    assert (letter.source_topic, letter.source_partition, letter.source_offset) == (COMPLAINTS, 3, 17)


@pytest.mark.parametrize("part", ["reason", "type", "headers", "value"])
def test_a_dead_letter_always_fits(part: str) -> None:
    """A record whose dead letter Kafka refused stopped the router for ever: a control character takes six bytes in JSON."""
    controls = b"\x01" * 300_000
    headers = {
        "reason": (),
        "type": (("ce_type", controls),),
        "headers": tuple((f"{number}{controls[:900].decode()}", controls) for number in range(40)),
        "value": (),
    }[part]
    value = b"x" * 1_000_000 if part in {"headers", "value"} else b"{}"
    error = ContractViolation("\x01" * 900_000 if part == "reason" else "no case takes it")
    letter = of_record(StoredRecord("t", 0, 7, b"k", value, headers, 0), error)
    assert len(encode(letter, source="/tests").value) <= RECORD_BYTES
    assert letter.payload


def test_each_reader_has_a_letter_of_its_own_of_what_was_deleted_unread() -> None:
    """Of a record that nobody can handle there is one, which is put back once."""
    losses = [of_record(*lost(reader, "t", 3, Gap(5, 9))) for reader in ("lapor-sender-sms", "lapor-sender-telegram")]
    assert losses[0].id != losses[1].id
    assert losses[0].source_key == losses[1].source_key == "t/3/5"
