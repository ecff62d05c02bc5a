"""Recognises a text in which a person was hurt: a broken limb, a wound, a hospital, an accident of a relative. A danger is no harm."""

from collections.abc import Mapping, Sequence
from typing import Final

from normalizer.text import BREAK

_AFTER: Final = 4
"""Number of words before what befell a person that are searched for the person."""

_BEFORE: Final = 6
"""Number of words before a harm that can say that it has not happened ("takut anak saya jatuh", "jangan sampai ada yang luka")."""

_NEAR: Final = 2
"""Number of words before a harm that can deny it ("tidak sampai jatuh"); earlier ones deny more ("tidak nyala, anak saya jatuh")."""


class Harm:
    """The word lists of `harm` in normalizer/data/matters.yaml."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._breaks, self._limbs = frozenset(words["breaks"].split()), frozenset(words["limbs"].split())
        self._wounds, self._befell = frozenset(words["wounds"].split()), frozenset(words["befell"].split())
        self._family, self._relatives = frozenset(words["family"].split()), frozenset(words["relatives"].split())
        self._mine, self._self = frozenset(words["mine"].split()), frozenset(words["self"].split())
        self._starts, self._unreal = frozenset(words["starts"].split()), frozenset(words["unreal"].split())
        self._so_that, self._brought = frozenset(words["so_that"].split()), frozenset(words["brought"].split())
        self._not = frozenset(words["not"].split())
        self._hospital = frozenset(words["hospital"].split())
        self._any = self._breaks | self._wounds | self._brought | self._befell

    def told(self, words: Sequence[str]) -> bool:
        """Return whether the words of a text, folded, say that a person was hurt."""
        if self._any.isdisjoint(words):
            return False
        return any(self._is_harm(words, at) and self._is_real(words, at) for at in range(len(words)))

    def _is_real(self, words: Sequence[str], at: int) -> bool:
        """Return whether no word before a harm, in the same sentence, says that it has not happened."""
        for before in range(at - 1, max(-1, at - 1 - _BEFORE), -1):
            word = words[before]
            if word == BREAK:
                return True
            if word in self._unreal or (word in self._not and at - before <= _NEAR):
                return False
        return True

    def _is_harm(self, words: Sequence[str], at: int) -> bool:
        word = words[at]
        if word in self._wounds:
            return True
        if word in self._breaks and self._limb(words, at):
            return True
        if word in self._brought:
            hospital = not self._hospital.isdisjoint(words[at + 1 : at + _AFTER])
            return hospital and not self._so_that.isdisjoint(words[max(0, at - 2) : at])
        return word in self._befell and self._who(words, at)

    def _limb(self, words: Sequence[str], at: int) -> bool:
        """Return whether a limb comes after a word for breaking ("patah kaki"), or before it with its owner ("kaki anak saya patah")."""
        if at + 1 < len(words) and words[at + 1] in self._limbs:
            return True
        before = at - 1
        while before >= 0 and words[before] in self._mine | self._self | self._family | self._relatives:
            before -= 1
        return 0 <= before < at - 1 and words[before] in self._limbs

    def _who(self, words: Sequence[str], at: int) -> bool:
        """Return whether a person is named before the word for what befell him, in the same sentence."""
        for who in range(at - 1, max(-1, at - 1 - _AFTER), -1):
            word, former = words[who], words[who - 1] if who else BREAK
            if word == BREAK:
                return False
            if word in self._relatives:
                return True
            if word in self._mine and former in self._family | self._relatives:
                return True
            if word in self._self and (former in self._starts or former == BREAK):
                return True
        return False
