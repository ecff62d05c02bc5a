"""Reads a text together with the position on the map that came with it: the text decides, and the pin adds what the text leaves open."""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec.structs import replace

from complaints.event import Pin, Place, Region
from normalizer.parts import region_of
from normalizer.places.gazetteer import PROVINCE, Gazetteer
from normalizer.places.names import DKI
from normalizer.places.pins import Near, candidates, certain
from normalizer.places.scores import seat_of
from normalizer.results import PlaceReading, Reading
from normalizer.text import fold

_COUNTING = frozenset(("nomor", "no", "nomer", "yang", "pilih", "pilihan", "ke", "ya"))
"""Words next to the number of a choice."""

_LEVELS: Final = frozenset(("kota", "kabupaten", "administrasi"))
"""Words of a regency's name that several choices may share."""

_LONGEST: Final = 12
_FEW: Final = 3
"""Maximum number of words of an answer that names a choice, and of one that counts it or names only its level."""


class Reads(Protocol):
    """Reads one text, with the region that was given outside of it."""

    def __call__(self, *, region: str | None) -> Reading:
        """Return the reading of the text."""


def read_at(
    reads: Reads,
    gazetteer: Gazetteer,
    *,
    region: str | None,
    position: tuple[float, float] | None,
    settled: bool = False,
) -> tuple[Reading, Pin | None]:
    """Return the reading of a text with a pin, and the pin with the regencies that it may be in.

    If the text names no regency, a pin that is certain gives it, and the text is read again with it. A doubtful pin gives only the
    province, if the text names none and it is certain. A pin outweighs the region that a government's own channel gives.

    Args:
        reads: reads the text.
        gazetteer: the names of regions.
        region: the Kemendagri code that was given outside the text.
        position: latitude and longitude in degrees; None if there is no pin.
        settled: whether the region is the event's place, and not only that of a channel.
    """
    reading = reads(region=region)
    if position is None or not (-90 <= position[0] <= 90 and -180 <= position[1] <= 180):  # noqa: PLR2004  # degrees
        return reading, None
    latitude, longitude = position
    found = candidates(latitude, longitude)
    if region and found and not settled and not any(near.code.startswith(region) for near in found):
        reading = reads(region=None)
    elsewhere = bool(found) and _contradicts(reading.place, found)
    if not elsewhere and reading.place.regency is None:
        reading = _with_pin(reads, reading, found)
    regencies = tuple([region_of(near.code, gazetteer.name(near.code)) for near in found])
    return reading, Pin(latitude=latitude, longitude=longitude, regencies=regencies, elsewhere=elsewhere)


def _with_pin(reads: Reads, reading: Reading, found: Sequence[Near]) -> Reading:
    place = reading.place
    possible = [near for near in found if place.province is None or near.code.startswith(place.province)]
    named = [near for near in possible if near.code in place.candidates or seat_of(near.code) in place.candidates]
    code = certain(named or possible)
    if code and code != place.province:
        reading = reads(region=code)
        reading.place.how = "pin"
    elif not code and possible:
        provinces = {near.code[:PROVINCE] for near in possible}
        place.codes = (provinces.pop() if len(provinces) == 1 else place.province, None, None, None)
        place.candidates = tuple([near.code for near in possible])
    return reading


def _contradicts(place: PlaceReading, found: Sequence[Near]) -> bool:
    """Return whether a text names a place that has none of a pin's candidates."""
    if place.province is None:
        return False
    if place.regency is None or place.province == DKI:
        return all(not near.code.startswith(place.province) for near in found)
    return all(near.code != place.regency for near in found)


def with_pin(place: Place, pin: Pin) -> Place:
    """Return a known place with a pin that came later."""
    elsewhere = bool(place.regency and pin.regencies) and place.regency not in pin.regencies
    return replace(place, pin=replace(pin, elsewhere=elsewhere))


def chosen(choices: Sequence[Region], text: str) -> str:
    """Return the code of the regency that a citizen chose; empty if the answer fits none or several.

    The answer is a number from 1, or words of a name that no other choice has: "Depok", "yang kota", "2".
    """
    words = ["kabupaten" if word == "kab" else word for word in fold(text).decode("ascii").split()]
    said = set(words)
    if len(words) > _LONGEST:
        return ""
    names = {region.code: set(fold(region.name).decode("ascii").split()) for region in choices}
    fitting = [
        [code for code, name in names.items() if name <= said],
        [code for code, name in names.items() if name - _LEVELS <= said],
    ]
    if len(words) <= _FEW:
        fitting.append([code for number, code in enumerate(names, 1) if said - _COUNTING == {str(number)}])
        fitting.append([code for code, name in names.items() if name & _LEVELS & said])
    return next((found[0] for found in fitting if len(found) == 1), "")
