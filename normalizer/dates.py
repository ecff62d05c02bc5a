"""Finds in a text when something happened: the earliest day that the words support, and its precision."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from complaints.runtime.packaged import words_in
from normalizer.results import DateReading

MONTHS = {
    name: number
    for number, names in enumerate(
        words_in("normalizer", "date_words_months"),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number for number, name in enumerate(("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"))
} | {"ahad": 6}
COUNTS = {name: number for number, name in enumerate(words_in("normalizer", "date_words_counts"))}
UNITS = {
    **dict.fromkeys(("hari", "hr", "hri"), "day"),
    **dict.fromkeys(("minggu", "mgg", "mggu", "pekan"), "week"),
    **dict.fromkeys(("bulan", "bln"), "month"),
    **dict.fromkeys(("tahun", "thn", "th"), "year"),
}
ONE = {"sehari": "day", "seminggu": "week", "sepekan": "week", "sebulan": "month", "setahun": "year"}
PAST = frozenset(("lalu", "kemarin", "kmrn", "kemaren", "terakhir", "belakangan", "ini", "lamanya", "lebih"))
SINCE = frozenset(words_in("normalizer", "date_words_since"))
WEEKDAY_MARKS = frozenset(("hari", "malam", "pagi", "siang", "sore", "kemarin", "kmrn", "lalu", "tadi", "tanggal"))
JOINS = frozenset(("s", "d", "sd", "sampai", "hingga", "dan"))
SINCE_YEAR = frozenset(("sejak", "tahun", "thn", "th", "dari"))
YESTERDAY = frozenset(("kemarin", "kmrn", "kemaren"))
LAST_NIGHT = frozenset(("semalam", "smlm"))
JUST_NOW = frozenset(("tadi", "td", "barusan"))
NIGHT = frozenset(("malam", "mlm"))
DAY_UNITS = frozenset(("hari", "hr"))

_CENTURY: Final = 2000
_MOST_DIGITS: Final = 9
_NO_DATE: Final = 10**9
"""Numbers with more digits count as one that is in no date: Python refuses thousands of digits, and its dates more than ten."""

_NOT_BEFORE: Final = 1990
"""Earliest year accepted: earlier dates are mostly dates of birth or of laws."""
_DAYS: Final = 31
_MONTHS_OF_YEAR: Final = 12
_REACH_WORDS: Final = 5
"""Number of words that are read before a word of time, and again from that word on."""

_FINE: Final = frozenset(("day", "week"))

_NO_POSITIONS: Final[list[int]] = []

WAYS: Final = ("date_year", "date_tgl", "date_month", "date_relative", "date_weekday", "date_unit")
"""The word groups of words of time; a text without any has no date."""


def find_date(words: list[str], today: date, groups: dict[str, list[int]]) -> DateReading | None:
    """Return when it happened, never later than today; None if the text does not say.

    Ways to give a date take precedence in this order: a numeric date, a day of a named month, a weekday or a relative day or week, a
    span of time up to today. If the text also names a month, or a relative month or year, only a span of days or weeks takes precedence
    over that. A year alone counts only if nothing else does. Within one way the first in the text that gives a date counts.

    Args:
        words: the folded words of the text.
        today: the day of receipt, in the time zone of the place.
        groups: the positions of the words of time in the text, by word group; only the groups in WAYS count.
    """
    years, marks, months, relative, weekdays, units = [groups.get(way, _NO_POSITIONS) for way in WAYS]
    for at in marks or years:
        found = _numeric(words, at, today)
        if found:
            return found
    coarse: DateReading | None = None
    for at in months:
        found = _month(words, at, today)
        if found and found.precision == "day":
            return found
        coarse = coarse or found
    for at in sorted((*relative, *weekdays)):
        found = _weekday(words, at, today) if at in weekdays else _relative(words, at, today)
        if found and found.precision in _FINE:
            return found
        coarse = coarse or found
    for at in units:
        found = _span(words, at, today)
        if found and (not coarse or found.precision in _FINE):
            return found
    return coarse or next(_years(words, years, today), None)


def _around(words: list[str], at: int) -> tuple[list[str], list[str]]:
    """Return two lists: the words before the position `at`, and the words from it on; at most five (_REACH_WORDS) in each."""
    return words[max(0, at - _REACH_WORDS) : at], words[at : at + _REACH_WORDS]


def _numeric(words: list[str], at: int, today: date) -> DateReading | None:
    before, after = _around(words, at)
    word = after[0]
    if not word.isdigit():  # tgl 3 4 2026, tgl 3 4
        numbers = [int(number) for number in after[1:4] if number.isdigit() and len(number) <= 4]  # noqa: PLR2004
        if len(after) < 3 or not (after[1].isdigit() and after[2].isdigit()) or len(numbers) < 2:  # noqa: PLR2004
            return None
        if len(numbers) > 2 and after[3].isdigit():  # noqa: PLR2004
            return _exactly(_full(numbers[2]), numbers[1], numbers[0], today=today)
        return _latest(numbers[1], numbers[0], today=today)
    if len(before) > 1 and before[-1].isdigit() and before[-2].isdigit() and len(before[-2]) <= 2:  # noqa: PLR2004
        return _exactly(_full(_number(word)), _number(before[-1]), _number(before[-2]), today=today)
    if len(after) > 2 and len(word) == 4 and after[1].isdigit() and after[2].isdigit():  # noqa: PLR2004
        return _exactly(_number(word), _number(after[1]), _number(after[2]), today=today)
    return None


def _number(digits: str) -> int:
    """Return the whole number that the digits mean, or 10**9, which occurs in no date, if there are more than nine digits."""
    return int(digits) if len(digits) <= _MOST_DIGITS else _NO_DATE


def _full(year: int) -> int:
    return year if year >= _CENTURY else _CENTURY + year


def _month(words: list[str], at: int, today: date) -> DateReading | None:
    before, after = _around(words, at)
    month = MONTHS[after[0]]
    follows = after[1] if len(after) > 1 else ""
    year = _full(int(follows)) if follows.isdigit() and len(follows) in {2, 4} else 0
    if follows in {"tahun", "thn"} and len(after) > 2:  # noqa: PLR2004
        year = today.year - 1 if after[2] in PAST - {"ini"} else _number(after[2]) if after[2].isdigit() else 0
    day = _first_day(before)
    if day:
        return _exactly(year, month, day, today=today) if year else _latest(month, day, today=today)
    if len(after[0]) <= 3 and not year and after[0] != "mei":  # noqa: PLR2004 - "mar", "sep" are other words too
        return None
    of_year = year or (today.year if month <= today.month else today.year - 1)
    if of_year < _NOT_BEFORE or (of_year, month) > (today.year, today.month):
        return None
    return DateReading(day=date(of_year, month, 1), precision="month")


def _first_day(before: list[str]) -> int:
    """Return the number of the day at the end of the words before a month's name; 0 if there is none.

    Of several days joined by a word such as "s/d", "sampai" or "dan" (JOINS), it is the first: 24 for "24 s/d 26", but 26 for "24 26".
    """
    day = 0
    joined = True
    for word in reversed(before):
        if word.isdigit() and len(word) <= 2 and 0 < int(word) <= _DAYS and joined:  # noqa: PLR2004
            day = int(word)
            joined = False
        elif word in JOINS and day:
            joined = True
        else:
            break
    return day


def _relative(words: list[str], at: int, today: date) -> DateReading | None:
    before, after = _around(words, at)
    word, follows = after[0], after[1] if len(after) > 1 else ""
    last = before[-1] if before else ""
    if word in YESTERDAY:
        return _yesterday(last, follows, today)
    if word in LAST_NIGHT or (word in JUST_NOW and (follows in NIGHT or last in NIGHT)):
        return _days_before(today, 1)
    if word == "lalu":
        return _ago(before, today)
    if word in JUST_NOW or (word not in UNITS or word in DAY_UNITS):
        return _days_before(today, 0)
    return _last(word, 0, today)


def _yesterday(last: str, follows: str, today: date) -> DateReading | None:
    """Return the date that "kemarin" means with the word before or after it ("senin kemarin", "bulan kemarin", "kemarin lusa").

    Without such a word it is the day before today. None only if the date would be before the year 1.
    """
    if last in UNITS and last not in DAY_UNITS:
        return _last(last, 1, today)
    if last in WEEKDAYS:
        return _on_weekday(WEEKDAYS[last], today)
    return _days_before(today, 2 if follows in {"lusa", "dulu"} else 1)


def _ago(before: list[str], today: date) -> DateReading | None:
    """Return the date of "minggu lalu", "bulan yang lalu" or "senin lalu" from the words before "lalu".

    None for anything else ("3 bulan lalu" is read by _span).
    """
    words = before[:-1] if before and before[-1] in {"yang", "yg"} else before
    unit = words[-1] if words else ""
    number = words[-2] if len(words) > 1 else ""
    if unit in WEEKDAYS and (unit != "minggu" or number == "hari"):
        return _on_weekday(WEEKDAYS[unit], today)
    if unit in UNITS and unit not in DAY_UNITS and not number.isdigit() and number not in COUNTS:
        return _last(unit, 1, today)
    return None


def _weekday(words: list[str], at: int, today: date) -> DateReading | None:
    before, after = _around(words, at)
    if after[0] == "hari":
        return _on_weekday(WEEKDAYS[after[1]], today)
    wanted = WEEKDAYS.get(after[0])
    if wanted is None:
        return None
    marked = (before and before[-1] in WEEKDAY_MARKS) or (len(after) > 1 and after[1] in WEEKDAY_MARKS)
    return _on_weekday(wanted, today) if marked else None


def _on_weekday(wanted: int, today: date) -> DateReading | None:
    return _days_before(today, (today.weekday() - wanted) % 7)


def _span(words: list[str], at: int, today: date) -> DateReading | None:
    """Return the beginning of the span up to today whose unit of time is the word at the position `at`.

    Examples are "3 bulan lalu", "sudah dua minggu" and "setahun ini". None if there is no such span there, or if it begins before 1990.
    """
    before, after = _around(words, at)
    word = after[0]
    precision = ONE.get(word)
    number = 1
    if not precision:
        digits = len(word) - len(word.lstrip("0123456789"))
        precision = UNITS.get(word[digits:])
        counted = word[:digits] or (before.pop() if before else "")
        if not precision or not (counted.isdigit() or counted in COUNTS) or len(counted) > 9:  # noqa: PLR2004
            return None
        number = _number(counted) if counted.isdigit() else COUNTS[counted]
    rest = after[1:4]
    past = bool(rest) and (rest[0] in PAST or (len(rest) > 1 and rest[0] in {"yang", "yg", "an"} and rest[1] in PAST))
    since = any(one in SINCE for one in before[-2:]) or before[-1:] == ["dari"]
    waits = bool(rest) and rest[0] in {"belum", "blm", "tidak", "tdk", "sudah"}
    return _before(today, number, precision) if past or since or waits else None


def _before(today: date, number: int, precision: str) -> DateReading | None:
    if not 0 < number < (today.year - _NOT_BEFORE) * 365:
        return None
    if precision in {"day", "week"}:
        day = today - timedelta(days=number * (7 if precision == "week" else 1))
    else:
        month = today.year * 12 + today.month - 1 - number * (1 if precision == "month" else 12)
        if month // 12 < _NOT_BEFORE:
            return None
        day = _clamped(month // 12, month % 12 + 1, today.day)
    return DateReading(day=day, precision=precision) if day.year >= _NOT_BEFORE else None


def _clamped(year: int, month: int, day: int) -> date:
    """Return the date, or the last day of that month if the month has fewer days."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def _last(unit: str, back: int, today: date) -> DateReading:
    """Return the first day of the current week (from Monday), month or year (`back` 0) or of the previous one (`back` 1) of `unit`."""
    precision = UNITS[unit]
    if precision == "week":
        found = _days_before(today, today.weekday() + 7 * back)
        return DateReading(day=found.day if found else today, precision="week")
    if precision == "month":
        month = today.year * 12 + today.month - 1 - back
        return DateReading(day=date(max(1, month // 12), month % 12 + 1, 1), precision="month")
    return DateReading(day=date(max(1, today.year - back), 1, 1), precision="year")


def _days_before(today: date, days: int) -> DateReading | None:
    if today.toordinal() <= days:
        return None
    return DateReading(day=today - timedelta(days=days), precision="day")


def _years(words: list[str], positions: Sequence[int], today: date) -> Iterator[DateReading]:
    for at in positions:
        before, after = _around(words, at)
        word = after[0]
        if len(word) == 4 and int(word) <= today.year and before and before[-1] in SINCE_YEAR:  # noqa: PLR2004
            yield DateReading(day=date(int(word), 1, 1), precision="year")


def _exactly(year: int, month: int, day: int, *, today: date) -> DateReading | None:
    if year < _NOT_BEFORE or not (0 < month <= _MONTHS_OF_YEAR and 0 < day <= _DAYS):
        return None
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return DateReading(day=found, precision="day") if found <= today else None


def _latest(month: int, day: int, *, today: date) -> DateReading | None:
    """Return this day and month in this year if it is not later than today and exists, otherwise in last year.

    None if last year does not have the day either, or if the date would be before 1990.
    """
    return _exactly(today.year, month, day, today=today) or _exactly(today.year - 1, month, day, today=today)
