"""Finds the words of a text that point most strongly to a subject, for people."""

from collections.abc import Sequence
from typing import Final

from normalizer.subjects.vocabulary import OPEN, delimited

_NONE: Final = -1


class Node:
    """The words and phrases that begin with the same words.

    Attributes:
        rank: the place, among all that point to the subject, of the phrase that is just these words; -1 if there is none.
        follow: those that go on, by the next word.
    """

    __slots__ = ("follow", "rank")

    def __init__(self) -> None:
        self.rank = _NONE
        self.follow: dict[str, Node] = {}


class Pointing:
    """The words and phrases that point to one subject."""

    __slots__ = ("_cues", "_open", "_root", "_shown")

    def __init__(self, cues: Sequence[str]) -> None:
        """Take them, in any order, each as a text of its weight and the folded words, with the mark OPEN at each end that is open.

        They are compiled when a text is first searched for them.
        """
        self._cues = cues
        self._root: Node | None = None
        self._open: list[tuple[str, int]] = []
        self._shown: list[str] = []

    def strongest(self, words: list[str], starts: list[int], most: int) -> list[str]:
        """Return those that occur in a text, for people, the strongest first, of equally strong ones the longest.

        Args:
            words: the folded words of the text.
            starts: the positions of its words that tell something (see Reading.starts): what points to a subject begins at one of them.
            most: how many at most.
        """
        root = self._root or self._compiled()
        found: set[int] = set()
        size, last = len(words), -1
        for at in starts:
            if at == last:
                continue
            last = at
            node = root.follow.get(words[at])
            end = at + 1
            while node is not None:
                if node.rank != _NONE:
                    found.add(node.rank)
                node = node.follow.get(words[end]) if end < size else None
                end += 1
        if self._open:
            said = f" {' '.join(words)} "
            for written, rank in self._open:
                if written in said:
                    found.add(rank)
        return [self._shown[rank] for rank in sorted(found)[:most]]

    def _compiled(self) -> Node:
        ranked: list[tuple[int, int, str, str]] = []
        for cue in self._cues:
            weight, _, written = cue.partition(" ")
            shown = written.strip(OPEN)
            ranked.append((-int(weight), -len(shown), shown, written))
        ranked.sort()
        root = self._root = Node()
        for rank, (_, _, shown, written) in enumerate(ranked):
            self._shown.append(shown)
            if shown != written:
                self._open.append((delimited(written), rank))
                continue
            node = root
            for word in written.split():
                node = node.follow.setdefault(word, Node())
            node.rank = rank
        return root
