"""Turns the sender of an SMS into an identity: a telephone number in E.164 form, however the SMSC writes it. Pure.

Sources: ITU-T E.164 (6, at most 15 digits), SMPP 3.4 (5.2.5, type of number), Indonesia's numbering plan (ITU Operational Bulletin).
"""

import re
from functools import lru_cache
from typing import Final

LONGEST_E164: Final = 15
"""The maximum number of digits of a number in E.164 form."""

LONGEST_SHORT_CODE: Final = 6
"""The maximum number of digits of a short code. Indonesian short codes have 3 to 6 digits, the numbers of people 9 and more."""

TON_UNKNOWN, TON_INTERNATIONAL, TON_NATIONAL, TON_ALPHANUMERIC = 0, 1, 2, 5
"""Types of number (SMPP 3.4, 5.2.5)."""

_COUNTRY: Final = "62"
"""The country code that numbers without one get: Indonesia's."""

_MOBILE = "8"
"""The first digit of Indonesian mobile numbers, after the country code or the 0."""

_SHORTEST_MOBILE, _LONGEST_MOBILE = 9, 12
"""Digits of an Indonesian mobile number without country code and 0."""

_JAPANESE_DIGITS: Final = 12
_JAPANESE: Final = ("8170", "8180", "8190")
"""Prefixes of mobile numbers of Japan (+81). Indonesian numbers with these prefixes have one digit less."""

_SEPARATORS = re.compile(r"[\s()./-]+")
"""Separators that people and some SMSCs put between the digits."""

_DIGITS = re.compile(r"\+?[0-9]+")

KEPT: Final = 4_096
"""The number of senders whose identity is cached, since the parts of a text come together."""


def bare(number: str) -> str:
    """Return a number without separators; a name is returned unchanged."""
    if _DIGITS.fullmatch(number):
        return number
    found = _SEPARATORS.sub("", number)
    return found if _DIGITS.fullmatch(found) else number


@lru_cache(maxsize=KEPT)
def e164(number: str, ton: int = TON_UNKNOWN) -> str:
    """Return the identity of a sender: its number in E.164 form with a plus, or the sender unchanged if it is no telephone number.

    The form of the number takes precedence over its type, because SMSCs set the type carelessly. Short codes, names and numbers that are
    too long belong to machines, and stay unchanged.
    """
    written = bare(number)
    if ton == TON_ALPHANUMERIC or not _DIGITS.fullmatch(written):
        return number
    digits = written.removeprefix("+")
    whole = _with_country(digits, plus=digits != written, ton=ton)
    if whole is not None and whole.startswith(f"{_COUNTRY}0"):  # a national number's 0 after the country code
        whole = _COUNTRY + whole.removeprefix(_COUNTRY).lstrip("0")
    return f"+{whole}" if whole is not None and LONGEST_SHORT_CODE < len(whole) <= LONGEST_E164 else number


def _with_country(digits: str, *, plus: bool, ton: int) -> str | None:
    """Return the digits of a number with its country code; None if it is a short code."""
    if len(digits) <= LONGEST_SHORT_CODE:
        return None
    if digits.startswith("00") and digits[2:3] != "0":  # the prefix of international calls in most countries
        return digits[2:]
    if digits.startswith("0"):
        return _COUNTRY + digits.lstrip("0")
    if plus or (digits.startswith(_COUNTRY) and len(digits) - len(_COUNTRY) >= _SHORTEST_MOBILE - 1):
        return digits
    mobile = digits.startswith(_MOBILE) and _SHORTEST_MOBILE <= len(digits) <= _LONGEST_MOBILE
    if ton == TON_INTERNATIONAL:
        # a number that begins with 81 is Indonesian nevertheless, unless it has the form of a Japanese one
        foreign = len(digits) == _JAPANESE_DIGITS and digits.startswith(_JAPANESE)
        return _COUNTRY + digits if mobile and digits.startswith("81") and not foreign else digits
    return _COUNTRY + digits if mobile or ton == TON_NATIONAL else digits
