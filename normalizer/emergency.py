"""Recognises a text that tells of danger to life now, whose writer needs another number than ours. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from complaints.fact import FactKind
from complaints.runtime import packaged
from normalizer.text import any_of, fold

_BETWEEN: Final = 5
"""The maximum number of words between what happens and the word that says that it happens now: about half a sentence."""

_OF_A_CRY: Final = 8
"""The maximum number of words between a danger and the call for help out of it: the place often stands between."""

_COMMON: Final = frozenset(
    b"tidak tak sudah belum tolong rumah parah bangunan makin semakin tambah di ke dari ada yang yg sampai ingin mau akan kami saya aku "
    b"masih dalam istri masuk air lebih baik anak depan hari sekarang orang warga bau "
    b"sy butuh minta mohon lantai kabel menunggu sdh nggak".split()
)
"""Words that many texts have: no hint of danger by themselves."""

_GAP: Final = "~"
_LINK: Final = re.compile(r"<\w+>|~|[^<>~ ][^<>~]*(?<! )")
"""The sign in a chain for some words between two links, and a link: the name of a list, the sign, or words."""

_EVENTS: Final[tuple[str, ...]] = ("happening", "events", "grave", "fires", "burning")
"""The lists without a word of which no text tells of danger, beside the alarms."""

_MOST_CHARACTERS: Final = 2_000
"""How much of a text is looked at. Who is in danger writes a line."""

_OF_A_THING: Final = 3
"""The maximum number of words between what burns and the word for its fire: whose it is ("rumah tetangga saya kebakar")."""

_OF_A_REPORT: Final = 30
"""The maximum number of words of a text that tells of a fire now because it begins with it. Longer ones are stories of it."""

_DRAWN_OUT: Final = re.compile(r"([a-z])\1{2,}")
"""A letter drawn out ("TOLONGGG"): no word has one three times."""

_YEAR: Final = r"(?:19|20)\d\d"
"""A year: a story with one is told of the past, or of a plan."""


OCCASION: Final = "emergency"
"""The occasion of the sentence that has the number for emergencies (complaints.wording)."""

_SAYS: Final = frozenset((FactKind.added, FactKind.reopened))
"""The facts that the citizen's own words lead to, beside the opening of a case."""


def occasion(kind: str, complaint: Iterable[str], said: str = "") -> str:
    """Return the occasion of the sentence behind the reply to words that tell of danger to life now; empty if they tell of none.

    Replies, the page of a case and the receipts of web and API ask here which words count.

    Args:
        kind: the first fact that the citizen's record led to (see complaints.fact.FactKind).
        complaint: title and text of the complaint, which count if the record opened the case.
        said: what he added, or with what he disputed an answer.
    """
    words = complaint if kind == FactKind.opened else (said,) if kind in _SAYS else ()
    return OCCASION if any(map(tells_of_danger, words)) else ""


def tells_of_danger(text: str) -> bool:
    """Return whether a text tells of danger to somebody's life that lasts: fire, drowning, a victim without help, violence.

    It is careful: a text that also speaks of the past, of a fear, of training or of a benefit is none.

    Args:
        text: as the citizen wrote it.
    """
    known, text = _patterns(), text[:_MOST_CHARACTERS]
    if not known.hints.find_matches_as_indexes(text.lower().encode("utf-8", "replace")):  # of almost all texts
        return False
    said = b" %b " % fold(text)
    if not known.events.find_matches_as_indexes(said):
        return False
    words = _DRAWN_OUT.sub(r"\1", said.decode("ascii"))
    if known.cry.search(words) is not None and known.ended.search(words) is None:
        return True
    if any(alarm.says.search(words) and not alarm.unless.search(words) for alarm in known.alarms):
        return True
    if known.danger.search(words) is None and (
        known.fire.match(words) is None or known.later.search(words) is not None
    ):
        return False
    return known.over.search(words) is None


class _Alarm(NamedTuple):
    """A kind of danger with words of its own.

    Attributes:
        says: what tells of it.
        unless: what tells that it is none.
    """

    says: re.Pattern[str]
    unless: re.Pattern[str]


class _Patterns(NamedTuple):
    """What a text is searched for.

    Attributes:
        hints: the longest rare word of each of `events`: a text without any of them needs no folding.
        events: the words and phrases without which no text tells of danger.
        cry: what calls for help out of a danger.
        ended: what tells that even such a call is of something else.
        danger: what tells of danger.
        fire: the beginning of a text that reports a fire.
        later: what tells that such a text is of the time after the fire, of its cause or of the fire service.
        over: what tells that it is none now.
        alarms: the kinds of danger with words of their own.
    """

    hints: BytesAhoCorasick
    events: BytesAhoCorasick
    cry: re.Pattern[str]
    ended: re.Pattern[str]
    danger: re.Pattern[str]
    fire: re.Pattern[str]
    later: re.Pattern[str]
    over: re.Pattern[str]
    alarms: tuple[_Alarm, ...]


@cache
def _patterns() -> _Patterns:
    """Return the compiled word groups. They are read at most once per process."""
    document: dict[str, Any] = packaged.document("normalizer", "emergency.yaml")
    alarms: list[dict[str, list[str]]] = document.pop("alarms")
    words: dict[str, list[str]] = document
    needed = [
        b" %b" % fold(one.rstrip("*"))
        for one in (
            *(word for name in _EVENTS for word in words[name]),
            *(word for alarm in alarms for chain in alarm["says"] for word in _surest(chain, words)),
        )
    ]
    grave, call = _any(words["grave"]), _any(words["cries"])
    event, present = _any(words["events"]), _any([*words["now"], *words["calls"]])
    between = rf"(?: \w+){{0,{_BETWEEN}}} "
    danger = rf" (?:{_any(words['happening'])}|{event}{between}{present}|{present}{between}{event})(?= )"
    far = rf"(?: \w+){{0,{_OF_A_CRY}}} "
    cry = rf" (?:{grave}{far}{call}|{call}{far}{grave})(?= )"
    ended = rf" (?:{_any(words['ended'])}|{_YEAR})(?= )"
    thing = rf"{_any(words['things'])}(?: \w+){{0,{_OF_A_THING}}} {_any(words['burning'])}"
    fire = rf" (?:{_any(words['openings'])} )*(?:{_any(words['fires'])}|{thing})(?= )(?: \S+){{0,{_OF_A_REPORT}}} $"
    later = rf" {_any(words['later'])}(?= )"
    over = rf" (?:{_any([*words['past'], *words['ended']])}|{_YEAR})(?= )"
    hints = BytesAhoCorasick(sorted({max(set(one.split()) - _COMMON or one.split(), key=len) for one in needed}))
    return _Patterns(
        hints=hints,
        events=BytesAhoCorasick(needed),
        cry=re.compile(cry),
        ended=re.compile(ended),
        danger=re.compile(danger),
        fire=re.compile(fire),
        later=re.compile(later),
        over=re.compile(over),
        alarms=tuple(_Alarm(_chains(alarm["says"], words), _chains(alarm["unless"], words)) for alarm in alarms),
    )


def _links(chain: str, words: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the words of each link of a chain ("<kin> ~ ditolak"): those of a list, the words that are written, or none for "~"."""
    return [
        [] if link == _GAP else words[link[1:-1]] if link.startswith("<") else [link] for link in _LINK.findall(chain)
    ]


def _surest(chain: str, words: Mapping[str, list[str]]) -> list[str]:
    """Return the shortest link of a chain that has no word that many texts have: a text without it tells of no such danger."""
    links = [link for link in _links(chain, words) if link]
    rare = [link for link in links if all(set(fold(one.rstrip("*")).split()) - _COMMON for one in link)]
    return min(rare or links, key=len)


def _chains(chains: Sequence[str], words: Mapping[str, list[str]]) -> re.Pattern[str]:
    """Return the pattern of any of some chains of words."""
    between = rf"(?: \w+){{0,{_BETWEEN}}}"
    written = ["".join(f" {_any(link)}" if link else between for link in _links(one, words)) for one in chains]
    return re.compile(rf"(?:{'|'.join(written)})(?= )")


def _any(written: Iterable[str]) -> str:
    """Return a pattern for any of the words and phrases, the longest first."""
    folded = {fold(one).decode("ascii") + (r"\w*" if one.endswith("*") else "") for one in map(str, written)}
    return any_of(folded)
