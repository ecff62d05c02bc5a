"""Finds short requests that are no complaint, for a status or for help, and tracking codes in texts. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from complaints import tracking
from complaints.errors import TrackingCodeError
from complaints.visible import visible

_REQUEST = re.compile(
    r"^(?:\s|@\w+|[#/])*(?:status|cek|lacak)(?:@\w+)?(?:\s+(?:laporan|aduan|kode))?\s*[:=#.]?\s*(?P<code>[\w \-.]{0,24}?)"
    r"(?:[\s,.]+(?:pak|bu|bapak|ibu|mas|mbak|kak|min|admin|ya|terima ?kasih|makasih|trims|tks|suwun|nuhun))*[\s.!?]*$",
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
    """The citizen asks for the status of a case.

    Attributes:
        code: the code in its canonical form; None if no code, or a wrong one, was given.
        names_none: whether he gave no code at all.
        is_bare: whether he gave nothing but a code.
    """

    code: str | None
    names_none: bool = False
    is_bare: bool = False


def parse(text: str) -> StatusRequest | None:
    """Return the request in a text; None if the text is no request. A code with nothing beside it is one.

    After the word there may only be something like a code: "status jalan rusak" is a complaint. The example code of our own texts counts
    as a wrong code.
    """
    found = _REQUEST.match(visible(text))
    if found is None:
        code = bare_code(text)
        return StatusRequest(code, is_bare=True) if code and code == code_written(text) else None
    written = found["code"]
    letters = re.sub(r"[\W_]", "", written)
    if not letters:
        return StatusRequest(None, names_none=True)
    try:
        return StatusRequest(tracking.parse(written))
    except TrackingCodeError:
        return StatusRequest(None) if _looks_like_one(written, letters) or is_example(written) else None


_NO_WORD: Final = re.compile(r"[^AEIOU]{5}|(.)\1\1")
"""Sequences of capital letters that no word has."""


def _looks_like_one(written: str, letters: str) -> bool:
    """Return whether an invalid code was meant as one: it has a digit or our groups, or capital letters that make no word."""
    if any(letter.isdigit() for letter in letters):
        return abs(len(letters) - tracking.CODE_LENGTH) <= 1
    in_groups = [len(group) for group in _BETWEEN.split(written.strip())] == _OUR_GROUPS[0]
    is_no_word = letters.isupper() and _NO_WORD.search(letters) is not None
    return in_groups or (len(letters) == tracking.CODE_LENGTH and is_no_word)


def bare_code(text: str) -> str:
    """Return the code that a text is, however it is spelled; empty if the text is no code, or has anything beside it. It may be a word."""
    letters = re.sub(r"[\W_]", "", visible(text))
    return tracking.code_of(letters) if len(letters) == tracking.CODE_LENGTH else ""


def is_example(code: str) -> bool:
    """Return whether a text is the code that our own texts show as an example, which no case has."""
    return re.sub(r"[\W_]", "", code).upper() == EXAMPLE_CODE.replace(" ", "")


def asks_for_help(text: str) -> bool:
    """Return whether a text asks only how to report, or is only a greeting."""
    return _HELP.match(text) is not None


_WRITTEN: Final = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{5})([ -]?)([0-9A-Za-z]{5})\2([0-9A-Za-z])(?![0-9A-Za-z])")
"""A code as we write it, or without its spaces."""


def code_written(text: str) -> str:
    """Return the first code that a text has in the form in which we write codes, whatever case it is of; empty if it has none.

    To differ from words and from streets with house numbers, a code must have a letter, and a digit before its last character; or be in
    capitals, and either in groups, alone or in a text with small letters, or with at most one word and a number next to it.
    """
    text = visible(text)
    for found in _WRITTEN.finditer(text):
        letters = found[1] + found[3] + found[4]
        mixed = any(map(str.isdigit, letters[:-1])) and any(map(str.isalpha, letters))
        rest = text[: found.start()] + text[found.end() :]
        beside = [word for word in rest.split() if not word.isdigit()]
        in_groups = found[2] and (any(map(str.islower, rest)) or not rest.strip())
        stands_out = in_groups or (rest.strip() and len(beside) <= 1)
        if mixed or (letters.upper() == letters and stands_out):
            try:
                return tracking.parse(letters)
            except TrackingCodeError:
                continue
    return ""


def codes_in(text: str) -> list[str]:
    """Return the tracking codes anywhere in a text: by them the citizen says to which case it belongs.

    One in 32 runs of letters and digits of the same length is taken for a code, so the caller must check that there is such a case.
    """
    return [code for _, code in _spelled(*_runs(visible(text)), lambda _: True)]


_BETWEEN: Final = re.compile(r"[\W_]+")
_OUR_GROUPS: Final = ([5, 5, 1], [5, 6])
_PAIR: Final = 2
_WORD: Final = 4
"""Minimum number of letters of a group that may be a word of a list. Shorter ones are too often a part of a code."""

_MOST_BESIDE: Final = 5
"""Maximum number of letters of shorter groups that count as words because a word of a list is next to them."""


def _is_spelled(groups: list[str]) -> bool:
    """Return whether the groups of a possible code look like one, and not like words and numbers, as in "2003 Pasal 78".

    Unless it is written as we write codes ("ABCDE FGHJK M") or in single characters and pairs, a group of a code has both a letter and a
    digit.
    """
    run = "".join(groups)
    has_digit, lengths = any(map(str.isdigit, run)), [len(group) for group in groups]
    if lengths in _OUR_GROUPS and (has_digit or run.isupper()):
        return True
    return has_digit and (max(lengths) <= _PAIR or any(map(_is_mixed, groups)))


def _is_mixed(group: str) -> bool:
    return not (group.isalpha() or group.isdigit())


def _cannot_be_words(groups: list[str], is_word: Callable[[str], bool]) -> bool:
    """Return whether the groups of a possible code cannot be words of a list with some short ones and numbers next to them.

    Fewer than one code in ten thousand consists of such words, in whichever groups it is written.
    """
    if max(map(len, groups)) <= _PAIR or any(map(_is_mixed, groups)):
        return True
    named = [group.lower() for group in groups if group.isalpha()]
    short = [group for group in named if len(group) < _WORD or not is_word(group)]
    beside = sum(map(len, short)) <= _MOST_BESIDE and all(len(group) < _WORD for group in short)
    if not named:
        return [len(group) for group in groups] in _OUR_GROUPS
    return len(short) == len(named) or not beside


def without_codes(text: str, instead: str = "", *, is_word: Callable[[str], bool] | None = None) -> str:
    """Return a text without the tracking codes in it, however they are spelled.

    Args:
        text: the text.
        instead: the replacement for each code.
        is_word: returns whether at least four small letters are a word. Then everything is taken for a code that has the right check
        character and whose groups are no words, even within a longer run. None: only what looks like a code.
    """
    text = visible(text)
    runs, begins = _runs(text)
    if is_word is None:
        found = [begin for begin, _ in _spelled(runs, begins, _is_spelled)]
    else:
        spelled = _spelled(runs, begins, lambda groups: _cannot_be_words(groups, is_word))
        found = sorted([*(begin for begin, _ in spelled), *_glued(runs, begins, is_word)])
    for start, end in _places(text, found) if found else ():
        text = f"{text[:start]}{instead}{text[end:]}"
    return text


_RUN: Final = re.compile("[0-9A-Za-z]+")
_SPACED: Final = bytes(byte if chr(byte).isalnum() and byte < ord("\x80") else ord(" ") for byte in range(256))
"""Makes a space of each byte that is no letter or digit of ASCII."""


def _runs(text: str) -> tuple[list[str], list[int]]:
    """Return the runs of ASCII letters and digits in a text, and the number of letters and digits before each run and in all.

    The runs are what _RUN finds, in a third of the time.
    """
    runs = text.encode("ascii", "replace").translate(_SPACED).decode("ascii").split()
    return runs, list(accumulate(map(len, runs), initial=0))


def _spelled(runs: list[str], begins: list[int], may_be: Callable[[list[str]], bool]) -> Iterator[tuple[int, str]]:
    """Yield the codes that whole runs make, each with the number of letters and digits before it; two may overlap."""
    letters, ends = "".join(runs), frozenset(begins)
    for begin in begins:
        end = begin + tracking.CODE_LENGTH
        code = tracking.code_of(letters[begin:end]) if end in ends else ""
        if code and may_be(runs[begins.index(begin) : begins.index(end)]):
            yield begin, code


def _glued(runs: list[str], begins: list[int], is_word: Callable[[str], bool]) -> Iterator[int]:
    """Yield the number of letters and digits before each code in a longer run: those of both, and those of letters with a word beside."""
    for begin, run in zip(begins, runs, strict=False):
        if len(run) <= tracking.CODE_LENGTH or is_word(run.lower()):
            continue
        for at in range(len(run) - tracking.CODE_LENGTH + 1):
            end = at + tracking.CODE_LENGTH
            if not tracking.code_of(within := run[at:end]):
                continue
            beside = (run[:at].lower(), run[end:].lower())
            if _is_mixed(within) or any(len(word) >= _WORD and is_word(word) for word in beside):
                yield begin + at


def _places(text: str, found: list[int]) -> list[tuple[int, int]]:
    """Return the places of codes in a text, the last one first; codes that overlap, of which only one can be meant, are one place.

    Args:
        text: the text.
        found: the number of letters and digits before each code, in order.
    """
    at = [place for run in _RUN.finditer(text) for place in range(*run.span())]
    places: list[tuple[int, int]] = []
    for begin in reversed(found):
        start, end = at[begin], at[begin + tracking.CODE_LENGTH - 1] + 1
        last = places.pop()[1] if places and end > places[-1][0] else end
        places.append((start, last))
    return places
