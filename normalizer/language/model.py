"""The learnt model of intents: a number per feature and intent, added up for a text. Pure but for reading its file once."""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from math import exp
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from normalizer.language import features
from normalizer.language.features import BUCKETS

FILE: Final = "intents.model"
"""The name of the model in this package's folder: a line of JSON (Head), then the deflated weights, a signed byte each."""

FORMAT: Final = 2

KEPT: Final = 1 << 14
"""Words, and pairs of them, whose sums are kept: they are most of what anybody writes, in about 25 MB."""


class Head(NamedTuple):
    """What a model says of itself.

    Attributes:
        format: how the file is written.
        intents: the ids of the intents, in the order of the weights.
        bias: what each intent has before any word.
        scale: by which a byte is multiplied to be a weight.
        temperature: by which sums are divided.
        knots: pairs of a share and how often the intent with it was right, rising; between them, shares are drawn as lines.
        digest: of the sentences from which it was learnt (see normalizer.language.examples.digest).
        figures: what was measured on sentences held out by writer.
    """

    format: int
    intents: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    temperature: float
    knots: tuple[tuple[float, float], ...]
    digest: str
    figures: dict[str, Any]


class Model:
    """Gives a text's intents their probabilities."""

    def __init__(self, head: Head, weights: bytes) -> None:
        """Take a model.

        Args:
            head: what it says of itself.
            weights: a signed byte per feature and intent.
        """
        self.head = head
        size = len(head.intents)
        unpack = struct.Struct(f"{size}b").unpack_from
        factor = head.scale / head.temperature
        self._bias = [one / head.temperature for one in head.bias]

        def row(bucket: int) -> tuple[int, ...]:
            return unpack(weights, bucket * size)

        @lru_cache(maxsize=KEPT)
        def of_word(word: str) -> tuple[float, ...]:
            found = features.of_word(word)
            rows = zip(*(row(bucket) for bucket, _ in found), strict=True)
            shares = [share * factor for _, share in found]
            return tuple(sum(weight * share for weight, share in zip(column, shares, strict=True)) for column in rows)

        @lru_cache(maxsize=KEPT)
        def of_pair(first: str, second: str) -> tuple[float, ...]:
            return tuple(weight * features.PAIR * factor for weight in row(features.of_pair(first, second)))

        self._of_word, self._of_pair = of_word, of_pair

    def scores(self, said: Sequence[str]) -> list[float]:
        """Return the sum of each intent for the words of a text (see features.words)."""
        vectors = [self._of_word(word) for word in said]
        vectors += [self._of_pair(first, second) for first, second in features.pairs(list(said))]
        return [sum(column) for column in zip(self._bias, *vectors, strict=True)]

    def probabilities(self, said: Sequence[str]) -> list[float]:
        """Return how likely each intent is for the words of a text: how often it was right with such a share of all."""
        return [self.sure(share) for share in self.shares(said)]

    def shares(self, said: Sequence[str]) -> list[float]:
        """Return the share of each intent of all, for the words of a text."""
        scores = self.scores(said)
        most = max(scores)
        shares = [exp(score - most) for score in scores]
        whole = sum(shares)
        return [share / whole for share in shares]

    def sure(self, share: float) -> float:
        """Return how often an intent was right with such a share: it never falls while the share rises."""
        knots = self.head.knots
        at = min(max(bisect_right(knots, (share, 2.0)), 1), len(knots) - 1)
        (before, low), (after, high) = knots[at - 1], knots[at]
        return low + (high - low) * (share - before) / (after - before)


_OTHER: Final = "the model of intents is of another format: run `lapor language learn`"


def packed(head: Head, weights: bytes) -> bytes:
    """Return a model as its file."""
    return orjson.dumps(head._asdict()) + b"\n" + zlib.compress(weights, 9)


def unpacked(content: bytes) -> Model:
    """Return the model of a file.

    Raises:
        ValueError: if it is of another format, or cut short.
    """
    line, _, rest = content.partition(b"\n")
    said = orjson.loads(line)
    if said["format"] != FORMAT:
        raise ValueError(_OTHER)
    head = Head(
        **{
            **said,
            "intents": tuple(said["intents"]),
            "bias": tuple(said["bias"]),
            "knots": tuple(map(tuple, said["knots"])),
        }
    )
    weights = zlib.decompress(rest)
    if len(weights) != BUCKETS * len(head.intents):
        raise ValueError(_OTHER)
    return Model(head, weights)


@cache
def model() -> Model:
    """Return the model that is shipped. It is read at most once per process."""
    return unpacked(place().read_bytes())


def place() -> Path:
    """Return where the model is."""
    return Path(__file__).with_name(FILE)
