"""PDUs that are none, by the thousand, over a live bind: it stays, and what is sound between them is a message."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.crypto import Keyring
from tests.harness.sms import BIND_RESP, DELIVER_RESP, ENQUIRE, ENQUIRE_RESP, UNBIND, House, OddSmsc, deliver, frame
from tests.property.test_sms_pdus import SOUND, mutated

AT_ONCE = 100
"""Frames between two questions, few enough that both sides' buffers hold the answers."""

MARK = 0x7E000000
"""Sequence numbers of our own, which no mutation has by chance."""


@pytest.fixture
def smsc() -> Iterator[OddSmsc]:
    """One."""
    made = OddSmsc("lapor")
    yield made
    made.close()


def batch(chance: random.Random) -> list[bytes]:
    """Return mutated frames; one that happens to be an unbind is a wish that we follow, and is left out."""
    frames = [mutated(chance.choice(SOUND), chance) for _ in range(AT_ONCE)]
    return [octets for octets in frames if int.from_bytes(octets[4:8]) != UNBIND]


def survive(house: House, smsc: OddSmsc, *, rounds: int) -> None:
    """Send mutated frames and sound ones; each sound one is answered over the same connection."""
    chance = random.Random(rounds)
    smsc.accept(frame(BIND_RESP, 1, b"x\0"))
    for number in range(rounds):
        sound = deliver(MARK + number, b"lampu mati nomor %d" % number, source=b"62811%07d" % number)
        smsc.write(*batch(chance), sound, frame(ENQUIRE, MARK + rounds + number))
        wanted = {(DELIVER_RESP, 0, MARK + number), (ENQUIRE_RESP, 0, MARK + rounds + number)}
        while wanted:
            wanted.discard(smsc.read()[1:])
    texts = set(house.texts)
    assert {f"lampu mati nomor {number}" for number in range(rounds)} <= texts


def test_3000_mutated_pdus_do_not_end_a_bind(tmp_path: Path, keys: Keyring, smsc: OddSmsc) -> None:
    """What is none gets generic_nack, and the link stays."""
    house = House(tmp_path, keys, [smsc])
    try:
        survive(house, smsc, rounds=30)
    finally:
        house.close()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_100000_mutated_pdus_do_not_end_a_bind(tmp_path: Path, keys: Keyring, smsc: OddSmsc) -> None:
    """The same for long."""
    house = House(tmp_path, keys, [smsc])
    try:
        survive(house, smsc, rounds=1000)
    finally:
        house.close()
