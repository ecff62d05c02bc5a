"""Finds a position on the map that a text has as numbers: it is a field of the complaint, and is never read as words. Pure."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from normalizer.places.pins import candidates

_DEGREES: Final = r"(?P<{0}sign>[-+\u2212]?)(?P<{0}>\d{{1,3}}[.,]\d{{2,}})(?:\s?°)?(?:\s?(?P<{0}of>[NSEWnsew])\b)?"
"""A number of degrees with its fraction, and perhaps the letter of its half of the Earth: "-7.7956", "110,3695 E"."""

_MINUTES: Final = (
    r"(?P<{0}deg>\d{{1,3}})\s?°\s?(?P<{0}min>\d{{1,2}})\s?['\u2032\u2019]\s?"
    r"(?:(?P<{0}sec>\d{{1,2}}(?:[.,]\d+)?)\s?(?:[\"\u2033\u201d]|'')\s?)?(?P<{0}half>[NSEWnsew])\b"
)
"""Degrees, minutes and seconds, as maps write them: 7°47'44.2"S."""

_BETWEEN: Final = r"(?:\s*(?:[,;/|]|%2C|!4d)\s*|\s+)(?:lo?ng?[a-z]*\.?\s?[:=]?\s?|lat[a-z]*\.?\s?[:=]?\s?)?"
"""The text between the two numbers, also in the web address of a map."""

_PAIR: Final = re.compile(
    rf"(?<![\d.,])(?:{_DEGREES.format('a')}{_BETWEEN}{_DEGREES.format('b')}(?!\d)"
    rf"|{_MINUTES.format('c')}{_BETWEEN}{_MINUTES.format('d')})",
    re.IGNORECASE,
)

_MAY_HAVE: Final = re.compile(r"(?:9[4-9]|1[0-4]\d)\s?[.,°]")
"""A longitude of Indonesia: without one, as nearly all texts are, a text needs no closer look."""

_EXACT: Final = 4
"""Minimum number of digits after the point of a number without sign or letter: "5.500, 110.000" are prices."""

_SOUTH, _NORTH, _WEST, _EAST = -11.5, 6.5, 94.5, 141.5
"""The box around Indonesia: two numbers outside of it are something else."""


class Written(NamedTuple):
    """A position in a text."""

    start: int
    end: int
    latitude: float
    longitude: float
    is_signed: bool


def position_in(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of the first position that a text has as numbers; None if it has none.

    Most of Indonesia is south of the equator, and people leave out the minus: a position without a sign that is not on land gets one.
    """
    found = next(_written(text), None)
    if found is None:
        return None
    latitude, longitude = found.latitude, found.longitude
    if not found.is_signed and (latitude > _NORTH or not candidates(latitude, longitude)) and -latitude >= _SOUTH:
        latitude = -latitude
    return latitude, longitude


def without_positions(text: str) -> str:
    """Return a text of the same length with spaces in place of the positions that it has as numbers."""
    for found in _written(text):
        text = f"{text[: found.start]}{' ' * (found.end - found.start)}{text[found.end :]}"
    return text


def _written(text: str) -> Iterator[Written]:
    for found in _PAIR.finditer(text) if _MAY_HAVE.search(text) else ():
        one, other = (
            (_degrees(found, "c"), _degrees(found, "d"))
            if found["cdeg"]
            else (_number(found, "a"), _number(found, "b"))
        )
        first, second = one, other
        if abs(first) > abs(second):  # the longitudes of Indonesia are the greater numbers
            first, second = second, first
        is_signed = bool(found["cdeg"] or found["asign"] or found["bsign"] or found["aof"] or found["bof"])
        exact = found["cdeg"] or all(len(re.split("[.,]", found[name])[1]) >= _EXACT for name in ("a", "b"))
        in_reach = _SOUTH <= first <= _NORTH or (not is_signed and first <= -_SOUTH)
        if in_reach and _WEST <= second <= _EAST and (is_signed or exact):
            yield Written(found.start(), found.end(), first, second, is_signed)


def _number(found: re.Match[str], name: str) -> float:
    degrees = float(found[name].replace(",", "."))
    is_minus = found[f"{name}sign"] in {"-", "\u2212"} or (found[f"{name}of"] or "").upper() in {"S", "W"}
    return -degrees if is_minus else degrees


def _degrees(found: re.Match[str], name: str) -> float:
    seconds = float((found[f"{name}sec"] or "0").replace(",", "."))
    degrees = int(found[f"{name}deg"]) + int(found[f"{name}min"]) / 60 + seconds / 3600
    return -degrees if found[f"{name}half"].upper() in {"S", "W"} else degrees
