"""Reads the few words that are a request to us and no complaint. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from complaints import tracking
from complaints.errors import TrackingCodeError
from complaints.visible import visible

_REQUEST = re.compile(
    r"^(?:\s|@\w+|[#/])*(?:status|cek|lacak)(?:@\w+)?(?:\s+(?:laporan|aduan|kode))?\s*[:=#.]?\s*(?P<code>[\w \-.]{0,24}?)[\s.!?]*$",
    re.IGNORECASE,
)
"""`STATUS 2Q74G VWWCE 3`, `cek: 2Q74GVWWCE3`, `/status ...`, `@lapor1708 #status ...`; nothing that goes on like a story."""


_HELP = re.compile(
    r"^(?:\s|@\w+|[#/])*(?:bantuan|info|informasi|help|menu|petunjuk|panduan|format|tes|test|testing|ping|"
    r"cara (?:me)?(?:lapor|ngadu|adu)(?:kan)?|cara pakai|halo|hallo|hai|hi|permisi|"
    r"(?:ass?alamu'? ?alai?kum|aslm|ass)(?: wr\.? ?wb\.?| warahmatullahi wabarakatuh)?|selamat (?:pagi|siang|sore|malam))"
    r"(?: (?:lapor|pak|bu|min|admin|kak|mas|mbak))*[\s.,!?]*$",
    re.IGNORECASE,
)
"""`BANTUAN`, `info`, `cara lapor`, `Assalamualaikum pak`: whoever writes only this does not know yet how to report."""


EXAMPLE_CODE: Final = "ABCDE FGHJK M"
"""The code in the examples of our texts. Its check letter is wrong."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """The citizen asks where a case stands.

    Attributes:
        code: canonical; None where no code, or a wrong one, was given.
        names_none: whether he gave no code at all.
    """

    code: str | None
    names_none: bool = False


def parse(text: str) -> StatusRequest | None:
    """Return the request in a text; None where it is none.

    What follows the word must look like a code or be nothing: "status jalan rusak" is a complaint. Who copies the example of our own text
    has given none.
    """
    found = _REQUEST.match(visible(text))
    if found is None:
        return None
    written = found["code"]
    letters = re.sub(r"[\W_]", "", written)
    if not letters:
        return StatusRequest(None, names_none=True)
    try:
        return StatusRequest(tracking.parse(written))
    except TrackingCodeError:
        return StatusRequest(None) if _looks_like_one(written, letters) or is_example(written) else None


_NO_WORD: Final = re.compile(r"[^AEIOU]{5}|(.)\1\1")
"""Letters, in capitals, that no word has beside each other."""


def _looks_like_one(written: str, letters: str) -> bool:
    """Return whether what is no code was meant as one: it has a digit or our groups, or letters in capitals that make no word."""
    if any(letter.isdigit() for letter in letters):
        return abs(len(letters) - tracking.CODE_LENGTH) <= 1
    in_groups = [len(group) for group in _BETWEEN.split(written.strip())] == _OUR_GROUPS[0]
    is_no_word = letters.isupper() and _NO_WORD.search(letters) is not None
    return in_groups or (len(letters) == tracking.CODE_LENGTH and is_no_word)


def is_example(code: str) -> bool:
    """Return whether something is the code that our own texts show as an example, which no case has."""
    return re.sub(r"[\W_]", "", code).upper() == EXAMPLE_CODE.replace(" ", "")


def asks_for_help(text: str) -> bool:
    """Return whether a text asks only how to report, or is only a greeting."""
    return _HELP.match(text) is not None


_CODE: Final = re.compile(
    rf"(?<![0-9A-Za-z])([0-9A-Za-z](?:[ .\-\t\n#]{{0,3}}[0-9A-Za-z]){{{tracking.CODE_LENGTH - 1}}})(?![0-9A-Za-z])"
)
"""What may be a code, in any groups and with anything between them that `tracking.parse` leaves out."""


_WRITTEN: Final = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{5})([ -]?)([0-9A-Za-z]{5})\2([0-9A-Za-z])(?![0-9A-Za-z])")
"""A code as we tell it, or without its spaces."""


def code_written(text: str) -> str:
    """Return the first code that stands in a text as we tell codes, whoever's case it is of; empty if none does.

    Words are no code, and neither is a street with the number of a house: it has a letter and a digit before its last character, or is
    written in capitals, in groups among small letters or with no more than an order, such as "nilai 4".
    """
    text = visible(text)
    for found in _WRITTEN.finditer(text):
        letters = found[1] + found[3] + found[4]
        mixed = any(map(str.isdigit, letters[:-1])) and any(map(str.isalpha, letters))
        rest = text[: found.start()] + text[found.end() :]
        beside = [word for word in rest.split() if not word.isdigit()]
        stands_out = (found[2] and any(map(str.islower, rest))) or len(beside) == 1
        if mixed or (letters.upper() == letters and stands_out):
            try:
                return tracking.parse(letters)
            except TrackingCodeError:
                continue
    return ""


def codes_in(text: str) -> list[str]:
    """Return the tracking codes in a text, wherever they stand: the citizen says which case the rest belongs to.

    One in 32 runs of letters and digits that are as long is taken for a code, so the caller must know the case.
    """
    return [code for code, _, _ in _found(visible(text))]


def without_codes(text: str, instead: str = "") -> str:
    """Return a text without the tracking codes in it, however they are spelled.

    Words and numbers are no codes, as in "2003 Pasal 78": unless it is written as we write codes ("ABCDE FGHJK M") or in single characters
    and pairs, a group of a code has both a letter and a digit.

    Args:
        text: the text.
        instead: what takes the place of each code.
    """
    text = visible(text)
    for _, start, end in reversed(_found(text, _is_spelled)):
        text = f"{text[:start]}{instead}{text[end:]}"
    return text


_BETWEEN: Final = re.compile(r"[ .\-\t\n#]+")
_OUR_GROUPS: Final = ([5, 5, 1], [5, 6])
_PAIR: Final = 2


def _is_spelled(run: str) -> bool:
    groups = _BETWEEN.split(run)
    has_digit, lengths = any(map(str.isdigit, run)), [len(group) for group in groups]
    if lengths in _OUR_GROUPS and (has_digit or run.isupper()):
        return True
    return has_digit and (max(lengths) <= _PAIR or not all(group.isalpha() or group.isdigit() for group in groups))


def _found(text: str, may_be: Callable[[str], bool] = bool) -> list[tuple[str, int, int]]:
    """Return the codes in a text, each with its first position and the position behind it; two never overlap."""
    found, at = [], 0
    while (run := _CODE.search(text, at)) is not None:
        at = run.start(1) + 1
        if may_be(run[1]):
            try:
                found.append((tracking.parse(run[1]), run.start(1), run.end(1)))
                at = run.end(1)
            except TrackingCodeError:
                continue
    return found
