"""Reads place, date, subjects, class, abuse of office and missing parts from a text in one pass. Knows nothing of channels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from complaints.event import ComplaintClass, MissingPart
from complaints.runtime.loading import without_collector
from complaints.status_requests import without_codes
from normalizer import dates
from normalizer.coordinates import without_positions
from normalizer.dates import WAYS
from normalizer.language.understanding import understood
from normalizer.places.capitals import settled
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.names import DKI
from normalizer.places.resolve import resolve
from normalizer.results import NamedThing, Reading, SubjectScore
from normalizer.subjects.counting import counted
from normalizer.subjects.lexicon import Lexicon, compile_lexicon
from normalizer.subjects.scanning import scanned
from normalizer.text import PARTS, words_of
from normalizer.things.matching import add_to, settle
from normalizer.tiers.bound import BOUND, bind
from normalizer.tiers.officials import BODIES, DEEDS_AND_FAILINGS, DOERS, HEADS, TRADED, add_accused
from normalizer.tiers.own_use import add_own_use
from normalizer.tiers.praise import praises
from normalizer.tiers.whose import add_general, add_of_province, is_placed
from normalizer.tiers.words import TELLING, add_tier_groups, add_two_provinces, shared_province
from normalizer.zones import local_day

OF_TIERS: Final = 1
"""Things that belong to a tier; a text may name several (normalizer.tiers.bound)."""

TELLS_TIER: Final = 2
"""Things with a tier that a number or a place decides (normalizer.tiers.words)."""

OF_DATES: Final = 4
"""Words of dates (normalizer.dates)."""

_ACTOR: Final = 8
_DEED: Final = 16
_HEAD: Final = 32
"""Officials, what they must not do, and those of both that a text is always searched for (normalizer.tiers.officials)."""

_KINDS: Final[dict[str, int]] = {}
for _kind, _groups in (
    (OF_TIERS, BOUND),
    (TELLS_TIER, TELLING),
    (OF_DATES, WAYS),
    (_ACTOR, (*BODIES, *DOERS)),
    (_DEED, DEEDS_AND_FAILINGS),
    (_HEAD, (*HEADS, *TRADED)),
):
    for _group in _groups:
        _KINDS[_group] = _KINDS.get(_group, 0) | _kind


def kinds_of(groups: dict[str, list[int]]) -> int:
    """Return the kinds of the word groups of a text, as the sum of their numbers."""
    found = 0
    for group in groups:
        found |= _KINDS.get(group, 0)
    return found


def may_accuse(kinds: int) -> bool:
    """Return whether a text with these kinds of word groups may accuse an official, so that his deeds are searched for."""
    return bool(kinds & _HEAD) or (kinds & _ACTOR > 0 and kinds & _DEED > 0)


OVERSIGHT_FROM: Final = 4.0
"""Minimum score of the signal "oversight" for a report to be one of abuse of office."""

_CHRONOLOGY_WORDS: Final = 6
"""Minimum words of a story; a shorter one does not say what happened."""

COMPLAINT: Final = ComplaintClass.complaint.value
REQUEST: Final = ComplaintClass.information_request.value
ASPIRATION: Final = ComplaintClass.aspiration.value

SUBJECTS: Final = 3
"""Maximum number of subjects kept per text; further ones are noise."""

_CUES_SHOWN: Final = 3
"""Maximum number of cues shown as evidence for a subject."""

_IN_OUR_GROUPS: Final = re.compile(r"(?<!\w)\w{5}[ -]?\w{5}[ -]?\w(?!\w)", re.ASCII)
"""Words that are grouped like a tracking code, as many are: a cheap first check."""

_ANY_DAY: Final = date(2999, 12, 31)
"""Today if the time of receipt is not known, so that the reader still finds whether the text says when it happened."""

_PLACE: Final[tuple[MissingPart, ...]] = ("place",)

_NO_THINGS: Final[list[NamedThing]] = []

_IN_DANGER: Final = 0.5
"""Minimum probability that a text reports danger to life, from which on it is for those who rescue: surer than where 112 is named."""


def class_of(scores: dict[int, float], first: int) -> str:
    """Return the value of the ComplaintClass with the highest score.

    If scores are equal or missing, a complaint takes precedence over an aspiration, and an aspiration over a request for information.
    """
    complains = scores.get(first + 3, 0.0)
    asks = scores.get(first + 1, 0.0)
    proposes = scores.get(first + 2, 0.0)
    if asks > complains and asks > proposes:
        return REQUEST
    return ASPIRATION if proposes > complains else COMPLAINT


def missing_parts(dated: bool, evidence: bool, words: int) -> tuple[MissingPart, ...]:
    """Return which of "date", "chronology" and "evidence" a complaint lacks, in this order. The chronology is missing below six words.

    Do not use it for requests for information and aspirations: they report no event and need none of these parts.
    """
    missing: tuple[MissingPart, ...] = () if dated else ("date",)
    if words < _CHRONOLOGY_WORDS:
        missing += ("chronology",)
    return missing if evidence else (*missing, "evidence")


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Reads texts. Holds only compiled tables, so one object serves all threads."""

    gazetteer: Gazetteer
    lexicon: Lexicon

    @classmethod
    def load(cls, names: Sequence[str] = (), asked: frozenset[str] | None = None) -> "Reader":
        """Return a reader with the packaged data, which are compiled at most once per process for the same arguments.

        Args:
            names: further folded names to find in texts, for example of agencies. Reading.names has their occurrences; they do not
                change the rest of the reading.
            asked: the word groups that rules ask for: only these, and those that the reader and the router ask for by name, are in
                Reading.groups. None for all.
        """
        return _load(tuple(names), asked)

    def read(  # noqa: C901, PLR0913 - one step after the other, each for the texts that need it
        self,
        text: str,
        *,
        title: str = "",
        address: str = "",
        received_at: datetime | None = None,
        region: str | None = None,
        parts: bool = True,
    ) -> Reading:
        """Return the reading of a text. Never raises for any Unicode text.

        Args:
            text: the story.
            title: the citizen's own title.
            address: what the citizen wrote in a form's field for the place.
            received_at: the time of receipt, with a time zone; dates such as "kemarin" are counted from it. If None, the reading has
                no date.
            region: the Kemendagri code that a keyword or a form gave. It counts more than any other place, unless the text
                clearly names the place of the event elsewhere; its levels below the regency are ignored.
            parts: whether to read the date and the missing parts. If not, the reading has neither, and is faster.
        """
        title, address, text = without_positions(title), without_positions(address), _uncoded(without_positions(text))
        words = words_of(title, address, text)
        lexicon = self.lexicon
        found = scanned(words, lexicon, (title, address, text), is_by_keyword=region is not None)
        hits, matches = found.hits, found.matches
        scores, groups, names = counted(found, words, lexicon)
        place = resolve(words, hits, lexicon.names, keyword=region)
        things = _NO_THINGS
        if matches:
            things, place = settle(
                matches,
                words,
                lexicon.things,
                place=place,
                hits=hits,
                names=lexicon.names,
                keyword=region if place.how == "keyword" else None,
                groups=groups,
            )
            add_to(things, groups, scores, lexicon.thing_weights)
        if place.regency is None and not things and place.province != DKI:
            place = settled(place, f"{address} {text}", words, lexicon.names, found.located)
        if place.between:
            groups["intercity_road"] = [0]
        kinds = kinds_of(groups)
        if kinds & OF_TIERS:
            bind(groups, words)
        add_of_province(groups, words, hits, place)
        accuses = may_accuse(kinds) and add_accused(groups, words)
        if "private_taking" in groups or "shields_crime" in groups:
            accuses = add_own_use(groups, words) or accuses
        province = add_tier_groups(groups, text, words, hits, place) if kinds & TELLS_TIER else ""
        if not province and place.province is None and "cross_regency" in groups:
            province = shared_province(hits)
        if province and place.province is None:
            place.codes, place.how = (province, None, None, None), "named"
        day = local_day(received_at, place.province) if received_at else _ANY_DAY
        occurred = dates.find_date(words, day, groups) if parts and kinds & OF_DATES else None
        subjects = lexicon.subjects
        count = len(subjects)
        lexicon.learnt.add(scores, words, count, lambda: understood(text).shares["danger"] >= _IN_DANGER)
        ranked = _best(scores, count)
        general = add_general(groups, words, place)
        of_class = REQUEST if general else class_of(scores, count)
        if of_class != COMPLAINT:
            groups["question"] = [0]
            if len(hits) > 1:
                add_two_provinces(groups, words, hits)
        first = subjects[ranked[0]] if ranked else None
        missing: tuple[MissingPart, ...] = () if first or not parts else ("subject",)
        if first and parts:
            placed = general or not first.is_local(groups) or is_placed(groups, place)
            missing = () if placed else _PLACE
            if of_class == COMPLAINT:
                missing += missing_parts(occurred is not None, count + 4 in scores, len(words) - PARTS)
        oversight = not general and (accuses or scores.get(count, 0.0) >= OVERSIGHT_FROM)
        return Reading(
            words=words,
            place=place,
            occurred=occurred if received_at else None,
            complaint_class=of_class,
            oversight=oversight and not praises(groups, words),
            subjects=tuple([SubjectScore(subjects[target].id, scores[target]) for target in ranked]),
            groups=groups,
            names=names,
            things=things,
            topic=first.topic if first else None,
            missing=missing,
            starts=found.starts,
            received_on=day if received_at else None,
        )

    def words_for(self, reading: Reading, subject: str) -> str:
        """Return the words and phrases in a text that point most strongly to a subject, for people.

        Returns:
            The at most three entries of the subject's word list that occur in the text and have the highest weights, separated by
            commas. Empty if none occurs or there is no such subject.
        """
        pointing = self.lexicon.pointing.get(subject)
        if pointing is None:
            return ""
        return ", ".join(pointing.strongest(reading.words, reading.starts, _CUES_SHOWN))


def _uncoded(text: str) -> str:
    """Return a text without tracking codes: their letters are no words, and would sometimes point to a subject."""
    return without_codes(text) if _IN_OUR_GROUPS.search(text) else text


def _best(scores: dict[int, float], count: int) -> list[int]:
    """Return the targets with the highest scores above 0, at most SUBJECTS of those below `count`, best first; of equal ones the lowest."""
    best: list[int] = []
    for target, score in scores.items():
        if target >= count or score <= 0.0:
            continue
        at = len(best)
        while at > 0 and (score > scores[best[at - 1]] or (score == scores[best[at - 1]] and target < best[at - 1])):
            at -= 1
        if at < SUBJECTS:
            best.insert(at, target)
            if len(best) > SUBJECTS:
                best.pop()
    return best


@cache
def _load(names: tuple[str, ...], asked: frozenset[str] | None) -> Reader:
    with without_collector():
        gazetteer = Gazetteer.load()
        return Reader(gazetteer=gazetteer, lexicon=compile_lexicon(gazetteer, names, asked=asked))
