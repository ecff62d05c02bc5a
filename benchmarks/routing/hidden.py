"""Measures the router without words known from the measured half alone: python -m benchmarks.routing.hidden REPORTS OWNERS [FILE ...].

The lists of words were written with reports at hand. For each half of the regions, the words and names that occur in reports of that half
and in no other report are taken out of the lists, and the reports of the half are routed with what is left. The halves are by the last
digit of the region's code; reports without a region, and those of further files, belong to a half by the SHA-1 of their identifier.
Words that occur in no report stay: they come from the law and from general knowledge.
"""

import hashlib
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ahocorasick_rs import BytesAhoCorasick

from complaints.runtime import packaged
from normalizer.places.names import PlaceNames, packed_names
from normalizer.places.spellings import spellings
from normalizer.reader import Reader
from normalizer.subjects.lexicon import compile_lexicon
from normalizer.subjects.lists import SIGNALS
from normalizer.subjects.vocabulary import delimited, folded
from normalizer.text import words_of
from ops.quality.evaluate import evaluate
from ops.quality.labelled import Labelled, labelled, read_rows, texts_for
from router.routing import Router

_FIGURES = ("top_1", "top_3", "best_or_ok", "region_right", "region_invented", "place_asked", "class", "oversight")


def half_of(report: Labelled) -> int:
    """Return 0 or 1: the half of the regions that a report belongs to."""
    if report.region:
        return int(report.region[-1]) % 2
    return int(hashlib.sha1(report.id.encode(), usedforsecurity=False).hexdigest(), 16) % 2


class Occurrences:
    """Finds which words of the lists occur in reports."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        self._automaton = BytesAhoCorasick([delimited(word).encode("ascii") for word in self._words])

    def within(self, reports: Iterable[Labelled]) -> set[str]:
        """Return the words that occur in at least one of the reports."""
        found: set[int] = set()
        for report in reports:
            said = f" {' '.join(words_of(report.title, report.address, report.text))} ".encode("ascii")
            found |= {index for index, _, _ in self._automaton.find_matches_as_indexes(said, overlapping=True)}
        return {self._words[index] for index in found}


def listed_words() -> set[str]:
    """Return the folded words and phrases of the word lists."""
    signals = packaged.document("normalizer", "subjects/signals.yaml")
    lists = [signals[signal] for signal in SIGNALS]
    for part in ("places", "nation"):
        lists += packaged.document("normalizer", f"subjects/{part}.yaml").values()
    weighed = {folded(word) for one in lists for key, words in one.items() if isinstance(key, int) for word in words}
    return weighed | {folded(word) for words in signals["words"].values() for word in words}


def router_without(router: Router, words: Collection[str]) -> Router:
    """Return a copy of the router whose reader knows none of the words, neither in its lists nor as a name of a region.

    The official names of regions stay.
    """
    gazetteer = router.reader.gazetteer
    official = {folded(name.split(" ", 1)[-1]) for _, name in gazetteer.regencies()}
    kept = {
        name: entry if name not in words or name in official else entry._replace(regions={})
        for name, entry in spellings(gazetteer).items()
    }
    names = PlaceNames(packed_names({name: entry for name, entry in kept.items() if entry.regions or entry.small}))
    lexicon = compile_lexicon(gazetteer, router.mentions.names, asked=router.rules.groups, without=words, names=names)
    return replace(router, reader=Reader(gazetteer=gazetteer, lexicon=lexicon))


def main() -> None:
    """Print the figures of each half, with all words and without those that only its reports have."""
    reports, owners, *further = map(Path, sys.argv[1:])
    rows = read_rows(owners)
    of_law = labelled(rows, texts_for(rows, owners, reports))
    known = {report.id for report in of_law}
    others = [report for report in labelled(read_rows(reports)) if report.id not in known]
    others += [report for file in further for report in labelled(read_rows(file))]
    router = Router.load()
    place_words = [name for name, entry in spellings(router.reader.gazetteer).items() if entry.regions]
    occurrences = Occurrences({*listed_words(), *place_words})
    wholes: list[dict[str, Any]] = []
    for half in (0, 1):
        hidden = [report for report in of_law if half_of(report) == half]
        inside = occurrences.within([*hidden, *(report for report in others if half_of(report) == half)])
        outside = occurrences.within(report for report in (*of_law, *others) if half_of(report) != half)
        only = inside - outside
        _say(f"half {half}: {len(hidden)} reports, {len(only)} of {len(inside)} words occur in this half alone", ())
        wholes += [evaluate(hidden, router), evaluate(hidden, router_without(router, only))]
    for key in _FIGURES:
        _say(key, [_share(wholes[0::2], key), _share(wholes[1::2], key)])


def _share(parts: Sequence[dict[str, Any]], key: str) -> float:
    return float(sum(part[key]["right"] for part in parts) / sum(part[key]["of"] for part in parts))


def _say(text: str, figures: Iterable[float]) -> None:
    sys.stdout.write(f"{text:>18}" + "".join(f"{figure:>10.3f}" for figure in figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
