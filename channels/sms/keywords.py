"""Finds the local government that a keyword of an SMS names: leading, trailing, hashtagged, glued to the next word, or misspelt. Pure.

A wrong region is worse than none, since place names in the text may supply it later: an ambiguous word is not a keyword.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from complaints.runtime import packaged
from normalizer.places.gazetteer import REGENCY, Gazetteer

FUZZY_FROM = 6
"""The least letters of a misspelt keyword: a shorter one is too often another word."""

GLUED_FROM = 6
"""The least letters of a keyword that may be glued to the next word."""

REST_FROM = 3
"""The least letters of the word that a keyword is glued to."""

PREFIX = "LAPOR"

_KINDS = ("Kabupaten Administrasi ", "Kota Administrasi ", "Kabupaten ", "Kota ")
_OPENING = re.compile(r"^[^\w#]*(?P<lapor>#?lapor\b[\s:,.\-]*)?(?P<hash>#?)(?P<word>\w+)", re.IGNORECASE)
_HASHTAG = re.compile(r"#(\w+)")
_CLOSING = re.compile(r"(?<![\w@])([A-Z]{6,})[^\w]*$")


@dataclass(frozen=True, slots=True, eq=False)
class Keywords:
    """The compiled table of keywords.

    Attributes:
        exact: keyword to region code.
        campaigns: keywords, with their region codes, that count only after LAPOR or as a hashtag.
        near: long keywords, whole and without one of their letters, to the keywords.
        ordinary: words that are never a misspelt keyword.
    """

    exact: Mapping[str, str]
    campaigns: Mapping[str, str]
    near: Mapping[str, frozenset[str]]
    ordinary: frozenset[str]

    @classmethod
    def load(cls) -> "Keywords":
        """Return the packaged table, read once."""
        return _load()

    def region(self, text: str) -> str | None:
        """Return the Kemendagri code that the text's keyword names; None if there is no keyword or several name different codes."""
        found = {code for code in self._found(text) if code is not None}
        return found.pop() if len(found) == 1 else None

    def _found(self, text: str) -> Iterator[str | None]:
        opening = _OPENING.match(text)
        if opening is not None:
            word = opening["word"]
            if opening["lapor"] or opening["hash"]:
                yield self.campaigns.get(word.upper())
            yield self._word(word) or self._glued(word)
        for tag in _HASHTAG.findall(text) if "#" in text else ():
            yield self.campaigns.get(tag.upper()) or self._word(tag)
        closing = _CLOSING.search(text) if _ends_with_a_capital(text) else None
        if closing is not None and not text.isupper():
            yield self._plain(closing[1])

    def _plain(self, word: str) -> str | None:
        """Return the code of a word that is a keyword of the table, with or without LAPOR before it."""
        letters = word.upper()
        bare = letters.removeprefix(PREFIX)
        campaign = self.campaigns.get(bare) if bare != letters else None
        return self.exact.get(letters) or self.exact.get(bare) or campaign

    def _word(self, word: str) -> str | None:
        return self._plain(word) or self._misspelt(word.upper())

    def _misspelt(self, word: str) -> str | None:
        if len(word) < FUZZY_FROM or word in self.ordinary:
            return None
        candidates = {keyword for part in _without_one(word) for keyword in self.near.get(part, ())}
        codes = {self.exact[keyword] for keyword in candidates if _one_letter_apart(word, keyword)}
        return codes.pop() if len(codes) == 1 else None

    def _glued(self, word: str) -> str | None:
        """Return the code of a keyword that is glued to the next word: `TANGKABjalan`, or in any case if that is an everyday word."""
        letters = word.upper()
        for end in range(len(word) - REST_FROM, GLUED_FROM - 1, -1):
            code = self._plain(letters[:end])
            if code is not None:
                case_changes = word[:end].isupper() and word[end:].islower()
                return code if case_changes or letters[end:] in self.ordinary else None
        return None


def _ends_with_a_capital(text: str) -> bool:
    """Return whether the last letter or digit of a text is an ASCII capital, as in every closing keyword."""
    for character in reversed(text):
        if character.isalnum() or character == "_":
            return "A" <= character <= "Z"
    return False


def _without_one(word: str) -> Iterator[str]:
    """Yield the word itself and the word without each of its letters: two words one letter apart share one of these."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _one_letter_apart(word: str, other: str) -> bool:
    """Return whether the words differ by one inserted, deleted or replaced letter, or by two neighbours swapped."""
    if abs(len(word) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    left, right = word[start:], other[start:]
    exchanged = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or exchanged


def _squeezed(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def _made(gazetteer: Gazetteer) -> dict[str, str]:
    """Return the keywords derived from the names of regencies and cities, except those that can mean another place."""
    others = {_squeezed(name) for code, name in gazetteer.names.items() if len(code) != REGENCY}
    made: dict[str, set[str]] = defaultdict(set)
    for code, name in gazetteer.regencies():
        kind = next(kind for kind in _KINDS if name.startswith(kind))
        bare, mark = _squeezed(name.removeprefix(kind)), "KAB" if kind.startswith("Kab") else "KOTA"
        for keyword in (mark + bare, bare + mark):
            made[keyword].add(code)
    return {keyword: codes.copy().pop() for keyword, codes in made.items() if len(codes) == 1 and keyword not in others}


def _near(keywords: Iterable[str]) -> dict[str, frozenset[str]]:
    near: dict[str, set[str]] = defaultdict(set)
    for keyword in keywords:
        if len(keyword) >= FUZZY_FROM:
            for part in _without_one(keyword):
                near[part].add(keyword)
    return {part: frozenset(found) for part, found in near.items()}


@cache
def _load() -> Keywords:
    document = packaged.document("channels.sms", "keywords.yaml")
    gazetteer = Gazetteer.load()
    exact = _made(gazetteer) | document["keywords"]
    everyday = packaged.text("normalizer", "common_words.txt").upper().split()
    names = {_squeezed(name) for name in gazetteer.names.values()}
    return Keywords(
        exact=exact,
        campaigns=document["campaigns"],
        near=_near(exact),
        ordinary=frozenset([*everyday, *document["ordinary"], *names]),
    )
