"""A learnt model: a number per feature and label, added up for a text. Pure, except that it reads its file once.

The numbers of all labels are lanes of one long integer, so that one addition adds them all.
"""

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, compress, pairwise
from math import exp, sqrt
from pathlib import Path
from struct import Struct
from typing import Any, Final, NamedTuple

import orjson

from normalizer.language import features
from normalizer.language.features import BUCKETS

FORMAT: Final = 3

KEPT: Final = 1 << 14
"""Maximum number of words whose sums are cached: these are most of the words in use."""

_UNIT: Final = 1024
"""Factor for weights, so that shares of them are whole numbers."""

_PAIR_UNITS: Final = round(features.PAIR * _UNIT)
_ZERO: Final = 1 << 7
"""Added to each weight of a file, because lanes hold no negative numbers."""

_RAISED: Final = bytes((byte + _ZERO) % 256 for byte in range(256))
_NARROW: Final = 16
_WIDE: Final = 32
"""Bits of the lanes in which weights are added up, and of those in which they are multiplied."""

_AT_ONCE: Final = 1 << 8
"""Number of weights whose sum fits into a lane of 16 bits."""

_WORTH: Final = 4.0
"""Natural logarithm of the factor by which a label may be less likely than the likeliest and still count."""

_BASE: Final = 1 << 24
"""Added to each bias, because lanes hold no negative numbers."""


Run = tuple[int, int]
"""A run of words in a text: the position of the first one, and the position after the last."""


class Head(NamedTuple):
    """The description of a model in its file.

    Attributes:
        format: the number of the file's format.
        labels: the ids of the labels, in the order of the weights.
        bias: the score of each label without any word.
        scale: the factor that turns a byte into a weight.
        temperature: the divisor of sums.
        knots: pairs of a share and how often a label with it was right, ascending; values between them are interpolated.
        digest: the digest of the sentences from which it was learnt (see normalizer.language.examples.digest).
        figures: the results measured on sentences of held-out writers.
    """

    format: int
    labels: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    temperature: float
    knots: tuple[tuple[float, float], ...]
    digest: str
    figures: dict[str, Any]


def columns(labels: Sequence[str]) -> int:
    """Return the number of bytes per feature in a file: one per label, and a zero if that makes the number even."""
    return len(labels) + len(labels) % 2


class Model:
    """Gives a text's labels their probabilities."""

    def __init__(self, head: Head, rows: bytes) -> None:
        """Take a model.

        Args:
            head: its description.
            rows: a byte per feature, 1 if it has weights; then the weights of these (see columns), signed.
        """
        self.head = head
        self._factor = head.scale / _UNIT / head.temperature
        self._bends = [share for share, _ in head.knots[1:-1]]
        self._lines = [(one, low, next_ - one, high - low) for (one, low), (next_, high) in pairwise(head.knots)]
        self._lanes = columns(head.labels)
        half = self._lanes // 2
        self._unpacked = Struct(f"<{self._lanes}I").unpack
        self._order = [label // 2 + half * (label % 2) for label in range(len(head.labels))]
        self._label = [*range(0, self._lanes, 2), *range(1, self._lanes, 2)]
        mask = int.from_bytes(b"\xff\xff\0\0" * half, "little")
        pitch = 2 * self._lanes
        places = array("i", [-1]) * BUCKETS  # forks share it: to look a number up writes nothing
        for at, bucket in enumerate(compress(range(BUCKETS), rows)):
            places[bucket] = at * pitch
        lanes = bytearray(2 * (len(rows) - BUCKETS))
        lanes[::2] = rows[BUCKETS:].translate(_RAISED)
        weights = bytes(lanes)

        def added(buckets: Iterable[int]) -> int:
            """Return the sum of the weights of some features, in narrow lanes. Those without any do not change how labels differ."""
            known = [at for one in buckets if (at := places[one]) >= 0]
            return sum([int.from_bytes(weights[at : at + pitch], "little") for at in known])

        def of_pair(first: str, second: str) -> int:
            """Return the weights of two neighbouring words, in narrow lanes."""
            at = places[features.of_pair(first, second)]
            return int.from_bytes(weights[at : at + pitch], "little") if at >= 0 else 0

        def widened(narrow: int) -> int:
            """Return lanes of double the size: the even ones, then the odd ones."""
            return narrow & mask | (narrow >> _NARROW & mask) << _WIDE * half

        @lru_cache(maxsize=KEPT)
        def of_word(word: str) -> int:
            inside = features.of_letters(word)
            share = round(_UNIT / sqrt(len(inside)))
            return widened(added(inside)) * share + widened(added((features.of_word(word),))) * _UNIT

        self._of_word, self._of_pair, self._widened = of_word, of_pair, widened
        units = head.scale / _UNIT
        biases = [_BASE + round(one / units) for one in head.bias] + [0] * (len(head.labels) % 2)
        self._bias = int.from_bytes(
            b"".join(one.to_bytes(4, "little") for one in (*biases[::2], *biases[1::2])), "little"
        )

    def _sums(self, said: Sequence[str], runs: Iterable[Run]) -> Iterator[tuple[int, ...]]:
        """Return the sum of each lane for each run of words; only differences between sums count. Each word and pair is added up once."""
        of_pair, widened = self._of_pair, self._widened
        words = list(accumulate(map(self._of_word, said), initial=0))
        pairs = list(accumulate(map(of_pair, said, said[1:]), initial=0))
        for begin, end in runs:
            of_ends = (
                of_pair(features.BEGINS, said[begin]) + of_pair(said[end - 1], features.ENDS)
                if begin < end
                else of_pair(features.BEGINS, features.ENDS)
            )
            beside = widened(of_ends)
            for at in range(begin, end - 1, _AT_ONCE):
                beside += widened(pairs[min(at + _AT_ONCE, end - 1)] - pairs[at])
            whole = self._bias + words[end] - words[begin] + beside * _PAIR_UNITS
            yield self._unpacked(whole.to_bytes(4 * self._lanes, "little"))

    def shares(self, said: Sequence[str], runs: Iterable[Run]) -> Iterator[list[float]]:
        """Yield, for each run of words, the share of each label."""
        factor = self._factor
        for sums in self._sums(said, runs):
            most = max(sums)
            shares = [exp((one - most) * factor) for one in sums]
            whole = sum(shares)
            yield [shares[at] / whole for at in self._order]

    def likely(self, said: Sequence[str], runs: Iterable[Run], softened: float) -> Iterator[list[tuple[int, float]]]:
        """Yield, for each run of words, the likely labels, each as its number with its share.

        Args:
            said: the words of a text.
            runs: the runs of words.
            softened: a factor for the temperature: a model is less sure of texts that are less like the examples.
        """
        factor = self._factor / softened
        for sums in self._sums(said, runs):
            most = max(sums)
            least = most - _WORTH / factor
            found = [(lane, exp((one - most) * factor)) for lane, one in enumerate(sums) if one > least]
            whole = sum([share for _, share in found])
            yield [(self._label[lane], share / whole) for lane, share in found]

    def sure(self, share: float) -> float:
        """Return how often a label with such a share was right; this never falls as the share rises."""
        before, low, width, rise = self._lines[bisect_right(self._bends, share)]
        return low + rise * (share - before) / width


_OTHER: Final = "a model of the language is of another format: run `lapor language learn`"


def packed(head: Head, weights: bytes) -> bytes:
    """Return a model as its file: a line of JSON (Head); then, deflated, which features have weights, and these weights.

    Args:
        head: its description.
        weights: the bytes of each feature (see columns), signed.
    """
    size = columns(head.labels)
    rows = [weights[at : at + size] for at in range(0, len(weights), size)]
    present = bytes(any(row) for row in rows)
    return orjson.dumps(head._asdict()) + b"\n" + zlib.compress(present + b"".join(compress(rows, present)), 9)


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
            "labels": tuple(said["labels"]),
            "bias": tuple(said["bias"]),
            "knots": tuple(map(tuple, said["knots"])),
        }
    )
    rows = zlib.decompress(rest)
    if len(rows) != BUCKETS + sum(rows[:BUCKETS]) * columns(head.labels):
        raise ValueError(_OTHER)
    return Model(head, rows)


@cache
def model(kind: str) -> Model:
    """Return the model of `intents` or of `subjects` that is shipped. It is read at most once per process."""
    return unpacked(place(kind).read_bytes())


def place(kind: str) -> Path:
    """Return the path of a model's file."""
    return Path(__file__).with_name(f"{kind}.model")
