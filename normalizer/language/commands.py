"""Reads the exact commands that our texts teach: one word, alone or with fillers and a code; and the number of a rating. Pure."""

import re
from functools import cache
from typing import Any, Final, NamedTuple

from complaints import status_requests, tracking
from complaints.errors import TrackingCodeError
from complaints.runtime import packaged
from normalizer.language.hiding import COMMANDS, HIDES
from normalizer.language.understanding import understood

_WORD: Final = re.compile(r"[0-9a-z]+")
_FORMS: Final = ((5, 5, 1), (10, 1), (5, 6), (tracking.CODE_LENGTH,))
"""The lengths of the words in which people write a code."""

_OF_US: Final = frozenset(("stop", "start"))
"""The acts that are about our texts, and not about a report."""

COSTS: Final = frozenset(("stop", "withdraw", "show:all"))
"""The acts that cost a citizen something if they are done by mistake: a question, or a text with any other word, does not ask for them."""

_PLAIN: Final = re.compile(r"[\w\s.,!:;/#\N{PERSON WITH FOLDED HANDS}-]*", re.ASCII)
"""The characters of a text that can ask for such an act: any other sign may turn its word into a question, quote it or take it back."""

_STAR: Final = re.compile("[\N{WHITE MEDIUM STAR}\N{BLACK STAR}]")
_LETTER: Final = re.compile(r"\w")
_HIGHEST, _MOST_DIGITS = 5, 3
"""The best rating, and the maximum number of digits of a number that may be one: longer ones are those of a meter or a card."""
_OF_A_SCALE: Final = 2
"""Numbers of a rating with its scale: "4/5"."""
_APART: Final = re.compile(r"\W*[1-5]\s*[,.;:!]\s")
"""A number apart from the words after it, which judge: "2. masih mati"."""

_RATES: Final = 0.5
"""Minimum probability that a text is a rating if its number has other words next to it."""


class Order(NamedTuple):
    """An act for which a text asks by the word of a command.

    Attributes:
        act: its name: "stop", "start", "disagree", "reopen", "withdraw", or "rate", "hide", "show" with a value: "rate:4".
        word: the command, in capital letters.
        code: the tracking code that follows, canonical; empty if none does.
        is_exact: whether the text is the word as our texts write it, in capital letters, and nothing else.
    """

    act: str
    word: str
    code: str
    is_exact: bool = False


class _Words(NamedTuple):
    acts: dict[str, dict[str, Any]]
    polite: frozenset[str]
    fillers: frozenset[str]
    report: frozenset[str]
    known: frozenset[str]
    because: re.Pattern[str]
    rates: frozenset[str]
    numbers: dict[str, int]
    beside: frozenset[str]


@cache
def _words() -> _Words:
    file = packaged.document("normalizer", "commands.yaml")
    acts = {
        "hide:secret": {"word": HIDES, "alone": COMMANDS["secret"]},
        "hide:anonymous": {"word": COMMANDS["anonymous"][0].upper(), "alone": COMMANDS["anonymous"]},
    } | file["acts"]
    acts = {
        act: {"word": one["word"], "alone": frozenset(one.get("alone", ())), "report": frozenset(one.get("report", ()))}
        for act, one in acts.items()
    }
    report, because = frozenset(file["report"]), "|".join(file["because"])
    fillers = frozenset((*file["polite"], *file["fillers"])) | report
    return _Words(
        acts=acts,
        polite=frozenset(file["polite"]) | report,
        fillers=fillers,
        report=report,
        known=frozenset(file["rates"]).union(*(one["alone"] | one["report"] for one in acts.values())),
        because=re.compile(rf"[^,.;!]+?(?=[,.;!]| (?:{because})\b)", re.IGNORECASE),
        rates=frozenset(file["rates"]),
        numbers=file["numbers"],
        beside=fillers.union(file["rates"], file["scale"]),
    )


def word_of(act: str) -> str:
    """Return the word that our texts teach for an act, in capital letters."""
    word: str = _words().acts[act]["word"]
    return word


def begins_with(text: str, act: str) -> bool:
    """Return whether a text begins with the word of an act as a clause of its own, ended by a stop or a word such as "because"."""
    clause, known = _words().because.match(text), _words().acts[act]
    core = _core(clause[0]) if clause is not None else []
    return bool(core) and (known["alone"] | known["report"]).issuperset(core)


def behind_opening(text: str) -> str | None:
    """Return what follows the words that open a case, whatever it is: "LAPORAN BARU lampu jalan mati"; None if a text begins otherwise.

    In small letters they must end with a colon, a line or the text: else they may say that a report has only just come. Whom the
    citizen addresses may come first.
    """
    found = _opening().match(text)
    if found is None or not all(word.isdigit() or word in _words().polite for word in _WORD.findall(found[1].lower())):
        return None
    return text[found.end() :]


@cache
def _opening() -> re.Pattern[str]:
    word = word_of("open").replace(" ", " ?")
    return re.compile(rf"[^\w@]*(?:@\w+\W+)?((?:\w+\W+){{0,2}}?)(?:{word}\b|(?i:{word})(?=\s*[:\n]|\W*$))\W*")


def is_written_as_code(text: str, word: str) -> bool:
    """Return whether a text has a digit, or another word in capitals than that of the act: a code has one or the other."""
    found = [one for one in re.findall("[A-Za-z]+", text) if len(one) >= 4 and one != word]  # noqa: PLR2004  # a part of a code
    return any(map(str.isdigit, text)) or any(map(str.isupper, found))


def order(text: str) -> Order | None:
    """Return the command that a text is; None if it says anything else."""
    words, said = _words(), _WORD.findall(text.lower())
    behind = next((at for at, word in enumerate(reversed(said)) if word not in words.polite), 0)
    head, code = _before_code(said[: len(said) - behind])
    if not code:
        head = said
    core = _core(" ".join(head))
    if not core or not words.known.issuperset(core[:-1]):
        return None
    of_report = bool(code) or not words.report.isdisjoint(head)
    is_bare = not code and words.polite.issuperset({*head} - {*core})
    for act, known in words.acts.items():
        if act in COSTS and not (_PLAIN.fullmatch(text) and (known["alone"] | words.polite).issuperset(head)):
            continue
        takes = known["alone"] | known["report"] if of_report else known["alone"]
        if takes.issuperset(core) and not (of_report and act in _OF_US):
            return Order(act, known["word"], code, is_exact=text.strip(" .,!\n\r\t") == known["word"])
    if is_bare and words.acts["disagree"]["report"].issuperset(core):
        return Order("disagree", word_of("disagree"), "")
    if code and len(core) in {1, 2} and words.rates.issuperset(core[:-1]) and core[-1] in {*"12345"}:
        return Order(f"rate:{core[-1]}", " ".join(core).upper(), code)
    return None


def _core(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _words().fillers]


def _before_code(said: list[str]) -> tuple[list[str], str]:
    """Return the words before the tracking code with which a text ends, and the code; all of them and "" if it ends with none.

    A text in the form of a code that is not valid, such as the example of our own texts, is returned unchanged: no case has it.
    """
    at, length = len(said), 0
    while at and length < tracking.CODE_LENGTH:
        at -= 1
        length += len(said[at])
    if length == tracking.CODE_LENGTH:
        letters = "".join(said[at:])
        try:
            return said[:at], tracking.parse(letters)
        except TrackingCodeError:
            is_meant = status_requests.is_example(letters) or not (letters.isalpha() or letters.isdigit())
            if is_meant and tuple(map(len, said[at:])) in _FORMS:
                return said[:at], letters.upper()
    return said, ""


def rated(text: str) -> int | None:
    """Return the rating that a text gives, 1 to 5; 0 if its number is no rating, such as 10; None if it gives no number as a rating."""
    if _LETTER.search(text) is None and (stars := len(_STAR.findall(text))):
        return stars if stars <= _HIGHEST else 0
    known, said = _words(), _WORD.findall(text.lower())
    numbers = [int(word) if word.isdigit() else known.numbers[word] for word in said if _is_number(word, known)]
    if not 1 <= len(numbers) <= _OF_A_SCALE or any(word.isdigit() and len(word) > _MOST_DIGITS for word in said):
        return None
    is_bare = all(word in known.beside or _is_number(word, known) for word in said)
    begins = _is_number(said[0], known) or said[0] in known.rates
    found = understood(text)
    is_rating = found.wants("rating", sure=_RATES) or (begins and found.wants("thanks", "agree", sure=_RATES))
    is_apart = len(numbers) == 1 and _APART.match(text) and found.wants("settled", "dispute", sure=_RATES)
    if not (is_bare or is_rating or is_apart):
        return None
    is_of_five = numbers[1:] in ([], [_HIGHEST])
    return numbers[0] if is_of_five and 1 <= numbers[0] <= _HIGHEST and "-" not in text else 0


def _is_number(word: str, known: _Words) -> bool:
    return word.isdigit() or word in known.numbers
