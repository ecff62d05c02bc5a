"""The tree of the words of the names of public things."""

from collections.abc import Sequence
from typing import Any

from normalizer.places.gazetteer import PROVINCE

Packed = int | list[Any]
"""The meanings of the words of names, as JSON: the number of the thing; or `[numbers, {"barat": Packed}]`, with each word of a longer name.

A number is the complement (~number) if the words also mean something else, so that the text must have a word of the thing's context.
"""


class ThingNode:
    """A node in the tree of names of things by their words.

    Attributes:
        things: the numbers of the things that the words so far can mean (see Packed).
        follow: the next words of longer names, each with its node, or with its packed form until the node is first asked for.
        cores: the roots of the names that may follow, if the words so far are the name of a type ("terminal"): trees that several such
            words share.
    """

    __slots__ = ("cores", "follow", "things")

    def __init__(self, packed: Packed) -> None:
        self.things: tuple[int, ...] = ()
        self.follow: dict[str, Packed | ThingNode] = {}
        self.cores: tuple[ThingNode, ...] = ()
        if isinstance(packed, int):
            self.things = (packed,)
        else:
            self.things = tuple(packed[0])
            self.follow = packed[1]

    def after(self, word: str) -> "ThingNode | None":
        """Return the node for the words of this node followed by `word`; None if no name consists of or begins with them."""
        longer = self.follow.get(word)
        if longer is None or isinstance(longer, ThingNode):
            return longer
        node = self.follow[word] = ThingNode(longer)
        return node

    def next_words(self) -> set[str]:
        """Return the words that may follow in a name."""
        return {*self.follow, *(word for core in self.cores for word in core.follow)}

    def at(self, words: str) -> "ThingNode":
        """Return the node for these words after those of this node; it is made if there is none."""
        node = self
        for word in words.split():
            longer = node.after(word)
            if longer is None:
                longer = node.follow[word] = ThingNode([[], {}])
            node = longer
        return node


def put(table: dict[str, Any], words: Sequence[str]) -> list[int]:
    """Return the numbers of the things that words mean in a table from word to `[numbers, table]`; it is extended in place."""
    *before, last = words
    for word in before:
        table = table.setdefault(word, [[], {}])[1]
    numbers: list[int] = table.setdefault(last, [[], {}])[0]
    return numbers


def packed(table: dict[str, Any]) -> dict[str, Packed]:
    """Return the table that `put` made in its packed form."""
    return {
        word: numbers[0] if len(numbers) == 1 and not longer else [numbers, packed(longer)]
        for word, (numbers, longer) in table.items()
    }


def region_of(codes: Sequence[str]) -> str:
    """Return the only one of the codes of regions, or of the province that all of them lie in; empty if there is none."""
    if not codes:
        return ""
    first = codes[0]
    if len(codes) == 1:
        return first
    return first[:PROVINCE] if all(code[:PROVINCE] == first[:PROVINCE] for code in codes) else ""
