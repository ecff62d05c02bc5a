"""Finds the regencies that a position on the map may be in, by their boundaries."""

import gzip
from array import array
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import accumulate
from math import cos, hypot, radians
from typing import Final, NamedTuple

from normalizer.places.scores import seat_of

MOST: Final = 3
"""Maximum number of candidates: as many as a question can offer."""

DOUBT_KM: Final = 2.0
"""Distance within which a boundary, or the position that a telephone gave, may be wrong: 99.3 % of 83,379 villages whose coordinates
another source has are in their regency or at most this far outside it."""

PAPUA_KM: Final = 5.0
"""The same in the provinces of Papua: at DOUBT_KM 5.5 % of its 7,286 villages would be certain and wrong, at this distance 2.9 %."""

SHORE_KM: Final = 3.0
"""Maximum distance from the land of a regency for a position that is in none: on a pier, a reef, or an islet that the boundaries lack."""

_PAPUA: Final = "9"
"""The first digit of the codes of the provinces of Papua."""

_UNITS_A_DEGREE: Final = 10_000
_KM_A_DEGREE: Final = 111.2
_POLE: Final = 0.01
"""Least cosine of a latitude, for positions at the poles, which are far from Indonesia in any case."""


class Near(NamedTuple):
    """A regency at or near a position: its Kemendagri code, and the distance to its land in kilometres, 0 inside."""

    code: str
    km: float


class _Ring(NamedTuple):
    """A closed line: longitudes and latitudes of its points in units, the first point again at the end."""

    xs: "array[int]"
    ys: "array[int]"


class _Regency(NamedTuple):
    """The land of a regency. A position is inside if it is inside an odd number of rings: a hole is a ring too."""

    code: str
    rings: tuple[_Ring, ...]
    west: int
    south: int
    east: int
    north: int


def candidates(latitude: float, longitude: float) -> tuple[Near, ...]:
    """Return the regencies that a position may be in, the nearest first and at most three; none far from all land of Indonesia.

    If the position is in a regency, the others are those whose land is at most DOUBT_KM away, in Papua PAPUA_KM; otherwise all at most
    SHORE_KM away count.
    """
    found = within(PAPUA_KM, latitude, longitude)
    if not found:
        return ()
    reach = SHORE_KM
    if not found[0].km:
        reach = PAPUA_KM if found[0].code.startswith(_PAPUA) else DOUBT_KM
    return tuple([near for near in found if near.km <= reach][:MOST])


def within(km: float, latitude: float, longitude: float) -> list[Near]:
    """Return the regencies whose land is at most `km` kilometres from a position, the nearest first."""
    x, y = longitude * _UNITS_A_DEGREE, latitude * _UNITS_A_DEGREE
    km_a_y = _KM_A_DEGREE / _UNITS_A_DEGREE
    km_a_x = km_a_y * max(_POLE, cos(radians(latitude)))
    far_x, far_y = km / km_a_x, km / km_a_y
    found = [
        Near(one.code, _distance(one, x, y, km_a_x, km_a_y))
        for one in _borders()
        if one.west - far_x <= x <= one.east + far_x and one.south - far_y <= y <= one.north + far_y
    ]
    return sorted([near for near in found if near.km <= km], key=_km)


def certain(found: Sequence[Near]) -> str:
    """Return the code of the region that a position is in without doubt; empty if several governments remain.

    Within DKI Jakarta, whose cities have no government of their own, several cities leave the province.
    """
    if not found:
        return ""
    seats = {seat_of(near.code) for near in found}
    if len(seats) > 1:
        return ""
    return found[0].code if len(found) == 1 else seats.pop()


def _km(near: Near) -> float:
    return near.km


def _distance(regency: _Regency, x: float, y: float, km_a_x: float, km_a_y: float) -> float:
    """Return the distance in kilometres from a position to a regency's land; 0 inside."""
    inside = False
    least = float("inf")
    for xs, ys in regency.rings:
        ax, ay = (xs[0] - x) * km_a_x, (ys[0] - y) * km_a_y
        for next_x, next_y in zip(xs, ys, strict=True):
            bx, by = (next_x - x) * km_a_x, (next_y - y) * km_a_y
            if (ay > 0) != (by > 0) and ax - ay * (bx - ax) / (by - ay) > 0:
                inside = not inside
            least = min(least, _to_line(ax, ay, bx, by))
            ax, ay = bx, by
    return 0.0 if inside else least


def _to_line(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the distance from the origin to the line from a to b."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    along = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square else 0.0
    return hypot(ax + along * dx, ay + along * dy)


@cache
def _borders() -> tuple[_Regency, ...]:
    raw = (resources.files("normalizer") / "data" / "borders.tsv.gz").read_bytes()
    return tuple(_regency(*line.split("\t")) for line in gzip.decompress(raw).decode().splitlines())


def _regency(code: str, written: str) -> _Regency:
    rings = tuple(_ring(one) for one in written.split(";"))
    return _Regency(
        code=code,
        rings=rings,
        west=min(min(ring.xs) for ring in rings),
        south=min(min(ring.ys) for ring in rings),
        east=max(max(ring.xs) for ring in rings),
        north=max(max(ring.ys) for ring in rings),
    )


def _ring(written: str) -> _Ring:
    """Return the ring in a text of the data file: each point is the difference to the one before it."""
    numbers = [int(number) for number in written.split()]
    return _Ring(array("i", accumulate(numbers[::2])), array("i", accumulate(numbers[1::2])))
