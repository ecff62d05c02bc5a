"""Unpacks the signature of a complaint from normalizer.matter.signature: its matters, names, numbers and words."""

from base64 import b64decode
from binascii import Error
from functools import lru_cache
from typing import Final, NamedTuple

from complaints.errors import ContractViolation
from normalizer.matter.senses import senses
from normalizer.matter.signature import VERSION, WAY_BYTES

_KIND_BITS: Final = 0x3F

_HEAD: Final = 1 + WAY_BYTES
"""The bytes before the things: the version and the ways."""

_LISTS: Final = 3
"""The number of lists of hashes before the words: placed, lent and formed ones."""

_REMEMBERED: Final = 4096
"""The number of signatures that are kept unpacked: those of one busy regency, about 8 MB."""


class Name(NamedTuple):
    """The name of a thing in a text.

    Attributes:
        kind: the number of its kind (see normalizer.matter.signature.KINDS).
        end: which part of it is meant; 0 if the text does not say.
        beginnings: the hashes of its beginnings, the whole name last; empty if it has only a number ("SDN 3").
    """

    kind: int
    end: int
    beginnings: tuple[int, ...]


class Local(NamedTuple):
    """The name of a district or village of the regency in a text.

    Attributes:
        levels: whether it is that of a village or a district, or of both (see normalizer.matter.local_names).
        district: the number of the district of that name or of the village; 0 if several districts have a place of that name.
    """

    levels: int
    district: int


class Signature(NamedTuple):
    """The content of a signature.

    Attributes:
        things: the numbers of the things that the text names.
        matters: the families of the matters, by their numbers.
        names: the names, by their kinds.
        numbers: the numbers of RT, RW, kilometre, house and block, by their kinds.
        local: the districts and villages of the regency that it names, by the hashes of their names.
        ways: the ways in which something is wrong, a bit for each.
        placed: the hashes of the words that are probably names of places: by the word before them, or a capital.
        lent: the hashes of the everyday words that are probably names of places, by the same signs.
        formed: the hashes of names made of several words: their initials, or the words written as one. They are no words of the text.
        words: the hashes of all words.
        kin: a bit for each of `ways`, and for each other way that may be a sign of the same fault.
        families: a bit for each family of its matters.
    """

    things: frozenset[int]
    matters: dict[int, int]
    names: dict[int, list[Name]]
    numbers: dict[int, set[int]]
    local: dict[int, Local]
    ways: int
    placed: frozenset[int]
    lent: frozenset[int]
    formed: frozenset[int]
    words: frozenset[int]
    kin: int
    families: int


def packed(signature: str) -> bytes:
    """Return the bytes of a signature.

    Raises:
        ContractViolation: it is not base64, or too short.
    """
    try:
        raw = b64decode(signature, validate=True)
    except (Error, ValueError) as error:
        raise ContractViolation("a signature is not base64") from error
    if is_known(raw):
        unpacked(raw)
    elif not raw:
        raise ContractViolation("a signature is empty")
    return raw


def is_known(raw: bytes) -> bool:
    """Return whether the bytes of a signature are of this program's version; only these are compared."""
    return raw[:1] == bytes((VERSION,))


@lru_cache(maxsize=_REMEMBERED)
def unpacked(raw: bytes) -> Signature:
    """Return the signature in its bytes, which must be of the known version.

    Raises:
        ContractViolation: they are too short.
    """
    try:
        return _unpacked(raw)
    except IndexError as error:
        raise ContractViolation("a signature is too short") from error


def _unpacked(raw: bytes) -> Signature:
    at = _HEAD + 1 + raw[_HEAD]
    things = frozenset(raw[_HEAD + 1 : at])
    start, at = at + 1, at + 1 + 2 * raw[at]
    matters = {raw[spot]: raw[spot + 1] for spot in range(start, at, 2)}
    names: dict[int, list[Name]] = {}
    count, at = raw[at], at + 1
    for _ in range(count):
        size = raw[at] >> 6
        name = Name(raw[at] & _KIND_BITS, raw[at + 1], _hashes(raw, at + 2, size))
        names.setdefault(name.kind, []).append(name)
        at += 2 + 2 * size
    numbers: dict[int, set[int]] = {}
    count, at = raw[at], at + 1
    for _ in range(count):
        numbers.setdefault(raw[at], set()).update(_hashes(raw, at + 1, 1))
        at += 3
    start, at = at + 1, at + 1 + 4 * raw[at]
    local = {raw[spot + 2] << 8 | raw[spot + 3]: Local(raw[spot], raw[spot + 1]) for spot in range(start, at, 4)}
    lists = []
    for _ in range(_LISTS):
        lists.append(_hashes(raw, at + 1, raw[at]))
        at += 1 + 2 * raw[at]
    placed, lent, formed = lists
    words = _hashes(raw, at, (len(raw) - at) // 2)
    families, ways = 0, int.from_bytes(raw[1:_HEAD])
    for family in matters.values():
        families |= 1 << family
    return Signature(
        *(things, matters, names, numbers, local, ways),
        *(
            frozenset(placed),
            frozenset(lent),
            frozenset(formed),
            frozenset((*placed, *lent, *words, *local)),
        ),
        *(senses().kin(ways), families),
    )


def _hashes(raw: bytes, at: int, count: int) -> tuple[int, ...]:
    return tuple([raw[spot] << 8 | raw[spot + 1] for spot in range(at, at + 2 * count, 2)])
