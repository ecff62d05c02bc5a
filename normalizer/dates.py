"""When it happened, from how people say it; years and months as loosely as the words are."""

import re
from datetime import date, timedelta

from normalizer.reading import DateReading

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan",
            "februari feb pebruari",
            "maret mar",
            "april apr",
            "mei",
            "juni jun",
            "juli jul",
            "agustus agt agu ags",
            "september sep sept",
            "oktober okt",
            "november nov nopember nop",
            "desember des",
        ),
        start=1,
    )
    for name in names.split()
}
_NUMERIC = re.compile(rb" (\d{1,2}) (\d{1,2}) (20\d\d|\d\d) ")
_NAMED = re.compile(
    rb" (?:(\d{1,2}) )?(" + "|".join(sorted(_MONTHS, key=len, reverse=True)).encode() + rb")(?: (20\d\d))? "
)
_DAYS_AGO = {
    b" kemarin lusa ": 2,
    b" kemarin ": 1,
    b" kemaren ": 1,
    b" tadi malam ": 1,
    b" semalam ": 1,
    b" hari ini ": 0,
}
_FIRST_YEAR = 2000
"""Two-digit years are of this century."""


def find_date(folded: bytes, today: date) -> DateReading | None:
    """Return the day of the event that the text supports, never later than today, None where it names none."""
    return _numeric(folded, today) or _month(folded, today) or _relative(folded, today)


def _numeric(folded: bytes, today: date) -> DateReading | None:
    for match in _NUMERIC.finditer(folded):
        day, month, year = (int(part) for part in match.groups())
        reading = _day(year if year >= _FIRST_YEAR else _FIRST_YEAR + year, month, day, today=today)
        if reading:
            return reading
    return None


def _month(folded: bytes, today: date) -> DateReading | None:
    for match in _NAMED.finditer(folded):
        day, name, year = match.groups()
        if not day and not year:
            continue
        month = _MONTHS[name.decode()]
        of_year = int(year) if year else today.year if month <= today.month else today.year - 1
        if day:
            reading = _day(of_year, month, int(day), today=today)
            if reading:
                return reading
        elif of_year >= _FIRST_YEAR and date(of_year, month, 1) <= today:
            return DateReading(day=date(of_year, month, 1), precision="month")
    return None


def _relative(folded: bytes, today: date) -> DateReading | None:
    for words, days in _DAYS_AGO.items():
        if words in folded and today.toordinal() > days:
            return DateReading(day=today - timedelta(days=days), precision="day")
    return None


def _day(year: int, month: int, day: int, *, today: date) -> DateReading | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return DateReading(day=found, precision="day") if found <= today else None
