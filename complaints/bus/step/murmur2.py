"""Kafka's own hash of a key: gives the partition of a topic that has a key's records, without a request."""

from typing import Final

from complaints.bus import StoredRecord
from complaints.errors import ContractViolation

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_MASK: Final = 0xFFFFFFFF


def murmur2(key: bytes) -> int:
    """Return the murmur2 hash of a key as Kafka's clients compute it, as an unsigned number of 32 bits."""
    whole = len(key) & ~3
    hashed = _SEED ^ len(key)
    for at in range(0, whole, 4):
        mixed = int.from_bytes(key[at : at + 4], "little") * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> 24) * _MULTIPLIER & _MASK
        hashed = hashed * _MULTIPLIER & _MASK ^ mixed
    if rest := key[whole:]:
        hashed = (hashed ^ int.from_bytes(rest, "little")) * _MULTIPLIER & _MASK
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _MASK
    return hashed ^ hashed >> 15


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that every driver of this program writes a key to."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def misplaced(record: StoredRecord, partitions: int) -> ContractViolation | None:
    """Return why a record does not belong where it is; None if it does, or has no key.

    In another partition it would make a second state of its key, of which the first one knows nothing.
    """
    if not record.key or (right := partition_of(record.key, partitions)) == record.partition:
        return None
    return ContractViolation(
        f"{record.position} is not in the partition of its key, {right} of {partitions}: who wrote it hashes keys otherwise"
    )
