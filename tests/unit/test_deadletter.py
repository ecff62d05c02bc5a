"""The dead letter of a record, which must itself be one that Kafka takes."""

from complaints.bus import MAX_RECORD_BYTES, StoredRecord
from complaints.bus.deadletter import KEPT_BYTES, of_record
from complaints.bus.envelope import encode
from complaints.contract import COMPLAINTS
from complaints.errors import ContractViolation


def test_the_dead_letter_of_the_largest_record_fits_into_one() -> None:
    """A reader whose dead letter is too large could neither write it nor go on."""
    headers = tuple((f"h{number}" * 500, b"\xff" * 5000) for number in range(50))
    poison = StoredRecord(COMPLAINTS, 3, 17, b"k", b"x" * (1 << 20), headers, timestamp_ms=0)
    letter = of_record(poison, ContractViolation("no json"))
    record = encode(letter, source="/tests")
    assert len(record.value) + len(record.key) < MAX_RECORD_BYTES
    assert letter.payload == b"x" * KEPT_BYTES
    assert letter.reason == "no json; 1048576 bytes, of which the first 700000 are here"
    assert (letter.source_topic, letter.source_partition, letter.source_offset) == (COMPLAINTS, 3, 17)
