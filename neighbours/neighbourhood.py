"""The state of a regency: the data by which its recent open cases are compared, packed into at most 240,000 bytes. Pure.

Cases are in order, the oldest first. A case that was proposed for a merge into another one stays as an example of it, at most three per
main case; more would add nothing, so 5,000 people and one flood take as much room as four.
"""

from bisect import insort
from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from complaints.tracking import ALPHABET, CODE_LENGTH
from neighbours.likeness import Side, differ, owned, same, unlike
from neighbours.signs import is_known, unpacked

STATE_BYTES: Final = 240_000
"""Maximum size of a state, which is written at every change: about 3,000 cases, ten days of a regency with 300 per day."""

DAYS: Final = 14
"""Days after the last report of a matter within which another report of it counts as the same."""

EXAMPLES: Final = 3
"""Maximum number of proposed cases that are kept for a main case, because each has other words for the matter."""

MOST_TURNED: Final = 20
"""Maximum number of later cases that are proposed for a merge into an older case that arrived late."""

DAY_MS: Final = 86_400_000

_HEAD: Final = Struct(">6s7s7sHIBHHBB")
_CODE_BYTES, _TIME_BYTES = 7, 6
_BITS: Final = 5
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
_REMEMBERED: Final = 4
"""The number of states that are kept unpacked, for the next record of the same regency: about 2 MB each at most."""

_ASKS: Final = 1
_OWN: Final = 2


class Candidate(NamedTuple):
    """A case that others may be merged into, or an example of one.

    Attributes:
        received_ms: when the channel received it, in milliseconds since 1970.
        code: its tracking code. Of two cases the older one, and of two of one moment the one with the lower code, is the main case.
        main: the code of the main case whose example it is; empty if it is no example.
        seen_day: the day of the last report of its matter, in days since 1970.
        person: a hash of the citizen's pseudonym.
        side: the data by which it is compared.
        packed: the bytes of all these fields in a state.
    """

    received_ms: int
    code: str
    main: str
    seen_day: int
    person: int
    side: Side
    packed: bytes

    @property
    def age(self) -> tuple[int, str]:
        """The order of cases, the oldest first."""
        return self.received_ms, self.code

    def moved(self, *, main: str, seen_day: int) -> "Candidate":
        """Return the candidate as an example of a main case, or with another day of the last report."""
        raw = self.packed[_HEAD.size :]
        return candidate(
            self.received_ms, self.code, main=main, seen_day=seen_day, person=self.person, side=self.side, raw=raw
        )


def candidate(  # noqa: PLR0913 - one parameter per attribute
    received_ms: int, code: str, *, main: str = "", seen_day: int, person: int, side: Side, raw: bytes
) -> Candidate:
    """Return a candidate; `raw` are the bytes of its signature."""
    head = _HEAD.pack(
        received_ms.to_bytes(_TIME_BYTES),
        _code(code),
        _code(main) if main else bytes(_CODE_BYTES),
        seen_day,
        person,
        side.district,
        side.village,
        side.topic,
        (_ASKS if side.asks else 0) | (_OWN if side.own else 0),
        len(raw),
    )
    return Candidate(received_ms, code, main, seen_day, person, side, head + raw)


class Neighbourhoods:
    """Packs and unpacks states, and caches the content of the last ones, for the next record of the same regency."""

    def __init__(self) -> None:
        self._held: dict[bytes, tuple[Candidate, ...]] = {}

    def unpack(self, state: bytes) -> tuple[Candidate, ...]:
        """Return the candidates in a state, the oldest first; those with a signature of another version are left out."""
        held = self._held.get(state)
        return self._remembered(state, _unpacked(state)) if held is None else held

    def pack(self, candidates: Sequence[Candidate]) -> bytes:
        """Return the state that holds candidates; if they are too many, the oldest and their examples are left out."""
        total, first = sum([len(one.packed) for one in candidates]), 0
        while total > STATE_BYTES:
            total -= len(candidates[first].packed)
            first += 1
        kept = list(candidates[first:])
        if first:
            mains = {one.code for one in kept}
            kept = [one for one in kept if not one.main or one.main in mains]
        state = b"".join([one.packed for one in kept])
        self._remembered(state, tuple(kept))
        return state

    def _remembered(self, state: bytes, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        if len(self._held) >= _REMEMBERED:
            del self._held[next(iter(self._held))]
        self._held[state] = candidates
        return candidates


def _unpacked(state: bytes) -> tuple[Candidate, ...]:
    found, at = list[Candidate](), 0
    while at < len(state):
        received, code, main, seen, person, district, village, topic, flags, size = _HEAD.unpack_from(state, at)
        start, at = at, at + _HEAD.size + size
        raw = state[at - size : at]
        if not is_known(raw):
            continue
        side = Side(unpacked(raw), district, village, bool(flags & _OWN), topic, bool(flags & _ASKS))
        main_code = _text(main) if any(main) else ""
        found.append(Candidate(int.from_bytes(received), _text(code), main_code, seen, person, side, state[start:at]))
    return tuple(found)


def _code(text: str) -> bytes:
    number = 1
    for letter in text:
        number = number << _BITS | _VALUES[letter]
    return number.to_bytes(_CODE_BYTES)


def _text(packed: bytes) -> str:
    number = int.from_bytes(packed)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(_BITS * (CODE_LENGTH - 1), -1, -_BITS))


class Merge(NamedTuple):
    """The proposal to merge one case into an older one."""

    supporter: str
    main: str


def opened(
    candidates: Sequence[Candidate], newcomer: Candidate, *, day: int
) -> tuple[Sequence[Candidate], list[Merge]]:
    """Return the candidates of a regency with one more case, and the merges to propose; `day` is today in days since 1970.

    The case may be older than cases that arrived before it.
    """
    known, others = "", candidates
    if any(one.seen_day < day - DAYS or one.code == newcomer.code for one in candidates):
        recent = [one for one in candidates if one.seen_day >= day - DAYS]
        known = next((one.main for one in recent if one.code == newcomer.code), "")
        others = _without_strays([one for one in recent if one.code != newcomer.code], newcomer.code)
    if owned(newcomer.side):
        return others, []
    mains = _matches(others, newcomer)
    if mains and mains[0].age < newcomer.age:
        merge = Merge(newcomer.code, mains[0].code)
        return _joined(others, newcomer, mains[0]), [] if known == merge.main else [merge]
    turned = {one.code for one in mains[:MOST_TURNED]}
    kept = [
        one.moved(main=newcomer.code, seen_day=one.seen_day) if one.code in turned else one
        for one in others
        if one.main not in turned
    ]
    insort(kept, newcomer)
    return kept, [Merge(one.code, newcomer.code) for one in mains[:MOST_TURNED]]


def closed(candidates: Sequence[Candidate], code: str, *, merged: bool) -> Sequence[Candidate]:
    """Return the candidates without a case and its examples; a case that was merged stays if it is an example itself."""
    return [one for one in candidates if one.main != code and (one.code != code or (merged and one.main))]


def _without_strays(candidates: list[Candidate], newcomer: str) -> list[Candidate]:
    """Return candidates without the examples of main cases that are no longer candidates."""
    mains = {one.code for one in candidates} | {newcomer}
    return [one for one in candidates if not one.main or one.main in mains]


def _matches(candidates: Sequence[Candidate], newcomer: Candidate) -> list[Candidate]:
    """Return the main cases of the candidates that are about the newcomer's matter, the oldest first."""
    found: dict[str, Candidate] = {}
    mains: dict[str, Candidate] = {one.code: one for one in candidates if not one.main}
    day, sign = newcomer.received_ms // DAY_MS, newcomer.side.sign
    for one in candidates:
        if unlike(sign, one.side.sign):  # first, because it rules out most candidates
            continue
        main = mains.get(one.main or one.code)
        if main is None or main.code in found or abs(day - one.seen_day) > DAYS:
            continue
        if same(one.side, newcomer.side, one_person=one.person == newcomer.person) and (
            main is one or not differ(main.side, newcomer.side)
        ):
            found[main.code] = main
    return sorted(found.values())


def _joined(candidates: Sequence[Candidate], newcomer: Candidate, main: Candidate) -> Sequence[Candidate]:
    """Return the candidates with the newcomer as an example of a main case, unless it has enough of them."""
    day = max(main.seen_day, newcomer.seen_day)
    wants = sum([one.main == main.code for one in candidates]) < EXAMPLES
    if day == main.seen_day and not wants:
        return candidates
    joined = list(candidates)
    if day != main.seen_day:
        joined[joined.index(main)] = main.moved(main="", seen_day=day)
    if wants:
        insort(joined, newcomer.moved(main=main.code, seen_day=newcomer.seen_day))
    return joined
