"""Reads the rating that a text is: "4", "nilai lima", "⭐⭐⭐", "saya kasih 2 karena lambat". Pure."""

import re
from typing import Final

from conversation.said.words import WORDS, folded

RATES: Final = ("nilai", "bintang", "rating", "skor")
"""The words beside which a number is a rating."""

RATED: Final = f"(?:{'|'.join(RATES)})"
"""The expression of one of them. The expressions here are no phrases (phrases.yaml): those know neither stars nor other signs."""

_NUMBERS: Final = {"satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5"}

_SPOKEN: Final = re.compile(rf"(?:^\s*|\b({RATED})\s+)({'|'.join(_NUMBERS)})\b", re.IGNORECASE)
_RATING: Final = re.compile(
    rf"^\s*(?:(?:saya|sy|aku|kami)\s+)?(?:(?:kasih|kasi|beri|berikan|memberi)\s+)?{RATED}?(?:nya)?\s*[:=]?\s*"
    r"([1-5])\s*(?:/\s*5|dari\s+(?:5|lima)|bintang|⭐|★)*[\s.,!]*"
    r"(?:(?:karena|krn|karna|soalnya|sebab|gara2)\b[^\n]{0,120}|(?P<words>(?:[a-z]+[\s.,!]*){0,5}))$",
    re.IGNORECASE,
)
_STARRED: Final = re.compile(r"^\s*(?:(?:⭐|★)\ufe0f?\s*){1,5}$")
_OFF_SCALE: Final = re.compile(rf"^\s*{RATED}\s*[:=]?\s*(?:0|[6-9]|10|100)(?:\s*/\s*100?)?[\s.,!]*$", re.IGNORECASE)
_BARE: Final = re.compile(
    r"^\s*(?:[-+]?\d{1,3}(?:[.,]\d)?|nol|enam|tujuh|delapan|sembilan|sepuluh|sebelas|seratus|seribu)"
    r"(?:\s*(?:/|dari)\s*(?:\d{1,3}|sepuluh|seratus))?[\s.,!]*(?:(?:pak|bu|min|aja|saja|deh|ya|persen)[\s.,!]*|%)*$",
    re.IGNORECASE,
)
"""A number and nothing else. One of more digits is that of a meter or a card."""
_NUMBERED: Final = 2
"""The maximum number of words of a rating that says no more: "bintang 5"."""

_BESIDE: Final = WORDS.plain | WORDS.opinion | WORDS.but | WORDS.not_yet | WORDS.discontent
"""The words that may stand beside the number. Before any other word it counts things: "2 lubang di jalan"."""


def stars(text: str) -> int:
    """Return the rating, 1 to 5, that a text is; 0 if it is none."""
    text = _SPOKEN.sub(lambda found: f"{found[1] or ''} {_NUMBERS[found[2].lower()]}", text)
    if _STARRED.match(text):
        return text.count("⭐") + text.count("★")
    rating = _RATING.match(text)
    if rating is None or not _BESIDE.issuperset(folded(rating["words"] or "")):
        return 0
    return int(rating[1])


def only_rates(text: str) -> bool:
    """Return whether a text means to rate, and says no more than the number: not "nilai 1, masih rusak"."""
    return is_off_scale(text) or (stars(text) > 0 and len(folded(text)) <= _NUMBERED)


def is_off_scale(text: str) -> bool:
    """Return whether a text means to rate, with a number that is no rating: "nilai 10", or after an answer only "10/10"."""
    return _OFF_SCALE.match(text) is not None or _BARE.match(text) is not None
