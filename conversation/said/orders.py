"""Reads what a citizen asks for in so many words: silence, the withdrawal of a report, that it or he be hidden. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from complaints import status_requests, tracking
from complaints.command import CommandKind
from complaints.errors import TrackingCodeError
from conversation.said.content import is_unreserved, plainly, says_done
from conversation.said.phrases import PHRASES
from conversation.said.ratings import RATED, RATES
from conversation.said.words import WORDS, folded

_WORD: Final = re.compile(r"[0-9a-z]+")

_HIDE: Final = WORDS.anonymous | WORDS.secret

WITHDRAWS: Final = "CABUT"
"""The command that withdraws a report."""

_MEANS: Final = {
    **dict.fromkeys(WORDS.withdraw, (WITHDRAWS, "withdraw")),
    **dict.fromkeys(WORDS.open, ("BUKA", "reopen")),
    **dict.fromkeys(WORDS.secret, ("RAHASIA", "hide:secret")),
    **dict.fromkeys(WORDS.show_again, ("TAMPILKAN", "show:all")),
}
"""The word and the act for which one word stands."""

_CLAUSE: Final = re.compile(r"[^,.;!]+?(?=[,.;!]| (?:karena|krn|sebab|soalnya)\b)", re.IGNORECASE)

_WITH_A_REASON: Final = 15
"""Words of a withdrawal with its reason: "batalkan laporan saya, air sudah mengalir"."""

_OF_A_NAMED: Final = 4
"""Words of a withdrawal that names the matter of the report, without fillers."""

_ENDS_WITH_IT: Final = 120
"""The maximum number of characters of other words that end with a withdrawal."""

_TO_WITHDRAW: Final = ("cabut", "batal", "tarik")
"""Without one of these, parts of words, no text ends with a withdrawal."""

_FORMS: Final = ((5, 5, 1), (10, 1), (5, 6), (tracking.CODE_LENGTH,))
"""The lengths of the words in which people write a code."""

_STARS: Final = re.compile(rf"{RATED}? ?([1-5])")

_ASKED: Final = re.compile(
    r"(disagree|reopen|withdraw|rate:[1-5]|hide:(?:anonymous|secret)|show:(?:anonymous|secret|all))"
)

Wish = Literal["stop", "start"]

_WISHES: Final = WORDS.stop | WORDS.start | WORDS.sent | frozenset(("jangan",))
"""The words with one of which a wish for silence, or for its end, begins."""

_ACTS: Final = (
    frozenset(f"{name}{stars}" for name in ("", *RATES) for stars in ("", *"12345"))
    | frozenset(_MEANS)
    | WORDS.withdraw_report
    | WORDS.not_yet
    | _HIDE
    | WORDS.do_not
    | WORDS.show
    | WORDS.person
)
"""The words with one of which a text begins that asks for an act, but for one that gives up (see phrases.yaml)."""


class Act(NamedTuple):
    """What a citizen does with a case, beside adding to it.

    Attributes:
        kind: the command to the case.
        fields: of the command, beside the text.
    """

    kind: CommandKind
    fields: Mapping[str, Any] = MappingProxyType({})


class ByWord(NamedTuple):
    """An act for which a text asks by a word that stands for it.

    Attributes:
        word: in capital letters.
        act: what it stands for.
        code: the tracking code that follows, canonical; empty if none does.
    """

    word: str
    act: Act
    code: str


def wish(text: str) -> Wish | None:
    """Return whether a text asks for silence, or for its end; None if for neither."""
    if _beginning(text)[1] not in _WISHES:
        return None
    words = _WORD.findall(text.lower())
    core = [word for word in words if word not in WORDS.fillers]
    said = set(core) - WORDS.sent if WORDS.report.isdisjoint(words) else set()
    if said and (said <= WORDS.stop or (said == {"jangan"} and not WORDS.sent.isdisjoint(core))):
        return "stop"
    return "start" if said and said <= WORDS.start else None


def asked_for(act: str) -> Act | None:
    """Return the act that a page or an app names (see complaints.message.InboundMessage.act); None if it names none that there is."""
    if _ASKED.fullmatch(act) is None:
        return None
    name, _, value = act.partition(":")
    if name == "rate":
        return Act(CommandKind.rate, {"stars": int(value)})
    named = ("anonymous", "secret") if value == "all" else (value,) if value else ()
    return Act(CommandKind(name), dict.fromkeys(named, True))


def by_word(text: str) -> ByWord | None:
    """Return the act for which a text asks in so many words, alone or with a code; None if it says anything else.

    "Cabut izin pabrik itu" is a complaint. What hides a person is taken generously: to hide too much does the least harm. Disagreement
    and rating are among these acts only with a code; without one they need a case that was answered (see verdicts.act_in).
    """
    first, core = _beginning(text)
    if core not in _ACTS and first not in WORDS.no:
        return _withdrawn(text)
    found = _asked_in(text)
    if found is None and (clause := _CLAUSE.match(text)) is not None and len(folded(text)) <= _WITH_A_REASON:
        within = _asked_in(clause[0])
        is_of_report = within is not None and not WORDS.report.isdisjoint(folded(clause[0]))
        is_meant = is_of_report or _is_settled_since(clause[0], text)
        found = within if within is not None and is_meant and within.act.kind is CommandKind.withdraw else None
    return found if found is not None else _withdrawn(text)


def _is_settled_since(clause: str, text: str) -> bool:
    """Return whether a text that begins with a withdrawal goes on with what settled the matter: "batal pak, sudah ditebang sendiri"."""
    reason = text[len(clause) :]
    words = plainly(reason)
    return says_done(reason) and is_unreserved(words) and WORDS.discontent.isdisjoint(words)


def _beginning(text: str) -> tuple[str, str]:
    """Return the first word of a text, and the first one that is no filler; empty if there is none.

    By these most texts are seen to ask for nothing, without a look at the others.
    """
    first = ""
    for found in _WORD.finditer(text.lower()):
        word = found[0]
        first = first or word
        if word not in WORDS.fillers:
            return first, word
    return first, ""


def _asked_in(text: str) -> ByWord | None:
    said = _WORD.findall(text.lower())
    head, code = _before_code(said)
    core = [word for word in head if word not in WORDS.fillers]
    word, act = _meant(core, head, with_code=bool(code), of_report=bool(code) or not WORDS.report.isdisjoint(head))
    found = asked_for(act)
    return None if found is None else ByWord(word, found, code)


def _withdrawn(text: str) -> ByWord | None:
    """Return the withdrawal with which other words end: "tidak usah diteruskan, saya cabut laporannya"."""
    if len(text) > _ENDS_WITH_IT or not any(part in text.lower() for part in _TO_WITHDRAW):
        return None
    words = folded(text)
    may_not = not WORDS.do_not.isdisjoint(words) or not WORDS.conditions.isdisjoint(words)
    if may_not or PHRASES.withdraws.search(" ".join(words)) is None:
        return None
    return ByWord(WITHDRAWS, Act(CommandKind.withdraw), "")


def calls_off(text: str) -> bool:
    """Return whether a text only calls something off, which may be what was asked or promised: "batal saja". A report is neither."""
    words = folded(text)
    core = {word for word in words if word not in WORDS.fillers}
    return bool(core) and core <= WORDS.calls_off and WORDS.report.isdisjoint(words)


def withdraws_one(text: str) -> bool:
    """Return whether a few words ask for the withdrawal of a report and name its matter: "cabut laporan lampu"."""
    words = folded(text)
    core = [word for word in words if word not in WORDS.fillers]
    names_it = 1 < len(core) <= _OF_A_NAMED and not WORDS.report.isdisjoint(words)
    return names_it and core[0] in WORDS.withdraw | WORDS.withdraw_report


def gives_up(text: str) -> bool:
    """Return whether a text no longer wants what it asked for: "gak jadi pak". After an answer its citizen is content."""
    words = folded(text)
    return bool(words) and words[0] in WORDS.no and PHRASES.gives_up.match(" ".join(words)) is not None


def _meant(core: list[str], said: list[str], *, with_code: bool, of_report: bool) -> tuple[str, str]:
    """Return the word for what the words of a text ask for, and the name of the act (see asked_for); both empty if it is none."""
    if len(core) == 1 and core[0] in _MEANS:
        return _MEANS[core[0]]
    withdraws = of_report and len(core) == 1 and core[0] in WORDS.withdraw_report
    if withdraws or gives_up(" ".join(said)):
        return WITHDRAWS, "withdraw"
    if _hides_person(core):
        return "ANONIM", "hide:anonymous"
    if with_code and core and WORDS.not_yet.issuperset(core):
        return "BELUM", "disagree"
    if with_code and (stars := _STARS.fullmatch(" ".join(core))):
        return stars[0].upper(), f"rate:{stars[1]}"
    return "", ""


def _hides_person(core: list[str]) -> bool:
    said = set(core)
    if said and said <= WORDS.anonymous:
        return True
    if not _HIDE.isdisjoint(said) and not WORDS.person.isdisjoint(said):
        return said <= _HIDE | WORDS.person
    return (
        not said.isdisjoint(WORDS.do_not)
        and not WORDS.show.isdisjoint(said)
        and said <= WORDS.do_not | WORDS.show | WORDS.person
    )


def _before_code(said: list[str]) -> tuple[list[str], str]:
    """Return the words before the tracking code with which a text ends, and the code; all of them and "" if it ends with none.

    One that has the form of a code and is none, such as the example of our own texts, is returned as it is: no case has it.
    """
    for at in range(max(0, len(said) - tracking.CODE_LENGTH), len(said)):
        letters = "".join(said[at:])
        if len(letters) == tracking.CODE_LENGTH:
            try:
                return said[:at], tracking.parse(letters)
            except TrackingCodeError:
                is_meant = status_requests.is_example(letters) or not (letters.isalpha() or letters.isdigit())
                if is_meant and tuple(map(len, said[at:])) in _FORMS:
                    return said[:at], letters.upper()
                break
    return said, ""
