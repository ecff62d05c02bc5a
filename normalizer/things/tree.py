"""The tree of the words of the names of public things."""

from collections.abc import Sequence

from normalizer.places.gazetteer import PROVINCE


class ThingNode:
    """A node in the tree of names of things by their words.

    Attributes:
        things: the numbers of the things that the words so far can mean. A number is the complement (~number) if the words also mean
            something else, so that the text must have a word of the thing's context.
        follow: the next words of longer names, each with its node.
        cores: the roots of the names that may follow, if the words so far are the name of a type ("terminal"): trees that several such
            words share.
    """

    __slots__ = ("cores", "follow", "things")

    def __init__(self) -> None:
        self.things: tuple[int, ...] = ()
        self.follow: dict[str, ThingNode] = {}
        self.cores: tuple[ThingNode, ...] = ()

    def next_words(self) -> set[str]:
        """Return the words that may follow in a name."""
        return {*self.follow, *(word for core in self.cores for word in core.follow)}

    def at(self, words: str) -> "ThingNode":
        """Return the node for these words after those of this node; it is made if there is none."""
        node = self
        for word in words.split():
            node = node.follow.setdefault(word, ThingNode())
        return node


def region_of(codes: Sequence[str]) -> str:
    """Return the only one of the codes of regions, or of the province that all of them lie in; empty if there is none."""
    if not codes:
        return ""
    first = codes[0]
    if len(codes) == 1:
        return first
    return first[:PROVINCE] if all(code[:PROVINCE] == first[:PROVINCE] for code in codes) else ""
