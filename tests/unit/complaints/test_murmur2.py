"""Kafka's hash of a key: its own test vectors. The contract test compares it with what a broker's clients do."""

import pytest

from complaints.bus.step.murmur2 import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_vectors_of_kafkas_own_tests(key: bytes, signed: int) -> None:
    """UtilsTest.testMurmur2 of Apache Kafka."""
    assert murmur2(key) == signed % (1 << 32)


def test_a_partition_is_the_hash_without_its_sign() -> None:
    """As Utils.toPositive of Apache Kafka does it."""
    assert partition_of(b"foobar", 1000) == (-790332482 & 0x7FFFFFFF) % 1000
