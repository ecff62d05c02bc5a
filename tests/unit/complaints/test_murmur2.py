"""Kafka's hash of a key: its own test vectors. The contract test compares it with what a broker's clients do."""

from complaints.bus.step.murmur2 import murmur2, partition_of
from tests.harness.tables import row_by_row


@row_by_row
def test_the_vectors_of_kafkas_own_tests(key: bytes, signed: int) -> None:
    """UtilsTest.testMurmur2 of Apache Kafka."""
    assert murmur2(key) == signed % (1 << 32)


def test_a_partition_is_the_hash_without_its_sign() -> None:
    """As Utils.toPositive of Apache Kafka does it."""
    assert partition_of(b"foobar", 1000) == (-790332482 & 0x7FFFFFFF) % 1000
