"""Reads a text in one pass: places, dates, subjects, class, what is missing. Knows no event and no channel."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from ahocorasick_rs import BytesAhoCorasick

from complaints.event import MissingPart
from normalizer import dates, places
from normalizer.gazetteer import PROVINCE, Gazetteer
from normalizer.judgement import COMPLAINT, OVERSIGHT_FROM, class_of, missing_parts
from normalizer.lexicon import LEVEL_GROUP, PAIR_WINDOW_CHARS, Lexicon, compile_lexicon
from normalizer.placenames import DKI
from normalizer.reading import NameHit, Reading
from normalizer.text import fold_parts

TITLE_BONUS = 2.0
"""A word in the title says more about the subject than one in the story."""

LEAD_CHARS = 300
"""People say first what they want; what stands further on is the story."""

STORY_WEIGHT = 0.5
"""The part that a word of the story weighs."""

SUBJECTS = 3
"""So many subjects of a text are kept; what comes after is noise."""

_WORDS_SHOWN = 3
"""So many words stand in the evidence of a subject."""

_PLACE: tuple[MissingPart, ...] = ("place",)

_WIB_OFFSET, _WITA_OFFSET, _WIT_OFFSET = timedelta(hours=7), timedelta(hours=8), timedelta(hours=9)

_WITA = frozenset(("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"))
_WIT = frozenset(("81", "82", "91", "92", "93", "94", "95", "96"))
"""Provinces of Central and Eastern Indonesian time (Keppres 41/1987); all others have Western time."""


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Reads texts. Holds only compiled tables, so that one object serves all threads."""

    gazetteer: Gazetteer
    lexicon: Lexicon
    automaton: BytesAhoCorasick

    @classmethod
    def load(cls, names: Sequence[str] = ()) -> "Reader":
        """Compile the packaged data, at most once per process for the same names.

        Args:
            names: folded names to be found in texts too (Reading.names); they mean nothing to the reader.
        """
        return _load(tuple(names))

    def read(
        self,
        text: str,
        *,
        title: str = "",
        address: str = "",
        received_at: datetime | None = None,
        region: str | None = None,
    ) -> Reading:
        """Return what the text says; never raises for any Unicode text.

        Args:
            text: the story.
            title: the citizen's own title.
            address: what the citizen wrote in a field for the place.
            received_at: when it came, with a time zone; dates like "kemarin" count from it.
            region: the Kemendagri code that a keyword or a form named.
        """
        folded = fold_parts(title, address, text)
        lexicon = self.lexicon
        scores, groups, hits, names = self._scan(folded)
        place = places.resolve(folded, hits, lexicon, levels=groups.get(LEVEL_GROUP, ()), keyword=region)
        if place.between:
            groups["intercity_road"] = [0]
        occurred = dates.find_date(folded, local_day(received_at, place.codes[0]), groups) if received_at else None
        subjects = lexicon.subjects
        count = len(subjects)
        ranked = [(-score, target) for target, score in scores.items() if target < count]
        of_class = class_of(scores, count)
        oversight = scores.get(count, 0.0) >= OVERSIGHT_FROM
        if not ranked:
            return Reading(folded, place, occurred, of_class, oversight, (), groups, names, None, ("subject",))
        ranked.sort()
        best = tuple([(subjects[target].id, -score) for score, target in ranked[:SUBJECTS]])
        first = subjects[ranked[0][1]]
        placed = not first.local or place.codes[1] is not None or place.codes[0] == DKI
        missing: tuple[MissingPart, ...] = () if placed else _PLACE
        if of_class == COMPLAINT:
            missing += missing_parts(occurred is not None, count + 4 in scores, folded.count(b" ") - 1)
        return Reading(folded, place, occurred, of_class, oversight, best, groups, names, first.topic, missing)

    def words_for(self, folded: bytes, subject: str) -> str:
        """Return the words of a text that point to a subject most, for people to read."""
        lexicon = self.lexicon
        target = next((number for number, one in enumerate(lexicon.subjects) if one.id == subject), -1)
        found: dict[str, float] = {}
        for index, start, end in self.automaton.find_matches_as_indexes(folded, overlapping=True):
            if index >= lexicon.cues_from:
                weight = dict(lexicon.weights(index)).get(target)
                if weight:
                    found[folded[start:end].decode("ascii").strip()] = weight
        return ", ".join(sorted(found, key=lambda word: (-found[word], -len(word)))[:_WORDS_SHOWN])

    def _scan(self, folded: bytes) -> tuple[dict[int, float], dict[str, list[int]], list[places.Hit], list[NameHit]]:
        """Return the score of each target, the positions of each word group, the names of places, and the other names."""
        lexicon = self.lexicon
        cues, cues_from = lexicon.cues, lexicon.cues_from
        names_of_places, plain, plain_from = lexicon.places, lexicon.plain, lexicon.plain_from
        title_end = folded.find(b" | ")
        scores: defaultdict[int, float] = defaultdict(float)
        groups: defaultdict[str, list[int]] = defaultdict(list)
        hits: list[places.Hit] = []
        names: list[NameHit] = []
        seen: set[int] = set()
        for index, start, end in self.automaton.find_matches_as_indexes(folded, overlapping=True):
            if index >= plain_from:
                if index not in seen:
                    seen.add(index)
                    target, weight = plain[index - plain_from]
                    scores[target] += (
                        weight * TITLE_BONUS
                        if start < title_end
                        else weight
                        if start < LEAD_CHARS
                        else weight * STORY_WEIGHT
                    )
                continue
            if index < cues_from:
                hits.append((start, -end, names_of_places[index]))
                continue
            of_groups, weights, name, place = cues[index - cues_from]
            if place:
                hits.append((start, -end, place))
            if name >= 0:
                names.append((start, -end, name))
            for group in of_groups:
                groups[group].append(start)
            if weights and index not in seen:
                seen.add(index)
                bonus = TITLE_BONUS if start < title_end else 1.0 if start < LEAD_CHARS else STORY_WEIGHT
                for target, weight in weights:
                    scores[target] += weight * bonus
        _add_pairs(lexicon.pairs, groups, scores, title_end)
        return scores, groups, hits, names


def _add_pairs(
    pairs: Mapping[str, tuple[tuple[str, int, float], ...]],
    groups: Mapping[str, list[int]],
    scores: defaultdict[int, float],
    title_end: int,
) -> None:
    """Add what two word groups say together where they stand near each other."""
    for group, positions in groups.items():
        for other, target, weight in pairs.get(group, ()):
            near = groups.get(other)
            if near and _are_near(positions, near):
                bonus = TITLE_BONUS if positions[0] < title_end and near[0] < title_end else 1.0
                scores[target] += weight * bonus


def _are_near(some: list[int], others: list[int]) -> bool:
    for a in some:
        for b in others:
            if -PAIR_WINDOW_CHARS <= a - b <= PAIR_WINDOW_CHARS:
                return True
    return False


@cache
def _load(names: tuple[str, ...]) -> Reader:
    gazetteer = Gazetteer.load()
    lexicon = compile_lexicon(gazetteer, names)
    return Reader(gazetteer=gazetteer, lexicon=lexicon, automaton=BytesAhoCorasick(list(lexicon.patterns)))


def local_day(moment: datetime, province: str | None) -> date:
    """Return the day in the time zone of a province, Western Indonesian time where it is not known.

    At the ends of the calendar the day as it is written.
    """
    zone = (province or "")[:PROVINCE]
    there = _WIT_OFFSET if zone in _WIT else _WITA_OFFSET if zone in _WITA else _WIB_OFFSET
    written = moment.utcoffset()
    if written == there or written is None:
        return moment.date()
    try:
        return (moment + (there - written)).date()
    except OverflowError:
        return moment.date()
