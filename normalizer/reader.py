"""Reads place, date, subjects, class, abuse of office and missing parts from a text in one pass. Knows nothing of channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from complaints.event import MissingPart
from complaints.runtime.loading import without_collector
from normalizer import dates
from normalizer.bound import bind
from normalizer.officials import add_accused
from normalizer.places.capitals import settled
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.names import DKI
from normalizer.places.resolve import PlaceHit, behind_level, longest, resolve
from normalizer.results import NamedThing, Reading, SubjectScore
from normalizer.subjects.classify import COMPLAINT, OVERSIGHT_FROM, REQUEST, class_of, missing_parts
from normalizer.subjects.counting import Told, counted
from normalizer.subjects.lexicon import Lexicon, compile_lexicon
from normalizer.subjects.vocabulary import Meaning, Word
from normalizer.text import PARTS, words_of
from normalizer.things.matching import Match, add_to, find, settle
from normalizer.tier_words import add_tier_groups, add_two_provinces, shared_province
from normalizer.whose import add_general, add_of_province, is_placed
from normalizer.zones import local_day

SUBJECTS: Final = 3
"""Maximum number of subjects kept per text; further ones are noise."""

_CUES_SHOWN: Final = 3
"""Maximum number of cues shown as evidence for a subject."""

_ANY_DAY: Final = date(2999, 12, 31)
"""Used as today if the time of receipt is not known: the reader can then still tell whether the text says when it happened."""

_PLACE: Final[tuple[MissingPart, ...]] = ("place",)

_NO_THINGS: Final[list[NamedThing]] = []


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Reads texts. Holds only compiled tables, so one object serves all threads."""

    gazetteer: Gazetteer
    lexicon: Lexicon

    @classmethod
    def load(cls, names: Sequence[str] = ()) -> "Reader":
        """Return a reader with the packaged data, which are compiled at most once per process for the same names.

        Args:
            names: further folded names to find in texts, for example of agencies. Reading.names has their occurrences; they do not
                change the rest of the reading.
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
        """Return what the text says. Never raises for any Unicode text.

        Args:
            text: the story.
            title: the citizen's own title.
            address: what the citizen wrote in a form's field for the place.
            received_at: the time of receipt, with a time zone; dates such as "kemarin" are counted from it. If None, the reading has
                no date.
            region: the Kemendagri code that a keyword or a form gave. It counts like a place that the text names clearly; its levels
                below the regency are ignored.
        """
        words = words_of(title, address, text)
        lexicon = self.lexicon
        matches: list[Match] = []
        told, hits = _scan(words, lexicon, matches)
        scores, groups, names = counted(told, words, lexicon)
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
                keyword=region,
                groups=groups,
            )
            add_to(things, groups, scores, lexicon.thing_weights)
        if place.regency is None and not things and place.province != DKI:
            place = settled(place, f"{address} {text}", words, lexicon.names)
        if place.between:
            groups["intercity_road"] = [0]
        bind(groups, words)
        add_of_province(groups, words, hits, place)
        accuses = add_accused(groups, words)
        province = add_tier_groups(groups, text, words, hits, place)
        if not province and place.province is None and "cross_regency" in groups:
            province = shared_province(hits)
        if province and place.province is None:
            place.codes, place.how = (province, None, None, None), "named"
        day = local_day(received_at, place.province) if received_at else _ANY_DAY
        occurred = dates.find_date(words, day, groups)
        subjects = lexicon.subjects
        count = len(subjects)
        ranked = sorted([(-score, target) for target, score in scores.items() if target < count and score > 0.0])
        general = add_general(groups, words, place)
        of_class = REQUEST if general else class_of(scores, count)
        if of_class != COMPLAINT:
            groups["question"] = [0]
            if len(hits) > 1:
                add_two_provinces(groups, words, hits)
        first = subjects[ranked[0][1]] if ranked else None
        missing: tuple[MissingPart, ...] = ("subject",)
        if first:
            placed = general or not first.is_local(groups) or is_placed(groups, place)
            missing = () if placed else _PLACE
            if of_class == COMPLAINT:
                missing += missing_parts(occurred is not None, count + 4 in scores, len(words) - PARTS)
        return Reading(
            words=words,
            place=place,
            occurred=occurred if received_at else None,
            complaint_class=of_class,
            oversight=not general and (accuses or scores.get(count, 0.0) >= OVERSIGHT_FROM),
            subjects=tuple([SubjectScore(subjects[target].id, -score) for score, target in ranked[:SUBJECTS]]),
            groups=groups,
            names=names,
            things=things,
            topic=first.topic if first else None,
            missing=missing,
            received_on=day if received_at else None,
        )

    def words_for(self, words: list[str], subject: str) -> str:
        """Return the words and phrases in a text that point most strongly to a subject, for people.

        Args:
            words: the folded words of the text.
            subject: the subject's id.

        Returns:
            The at most three entries of the subject's word list that occur in the text and have the highest weights, separated by
            commas. Empty if none occurs or there is no such subject.
        """
        pointing = self.lexicon.pointing.get(subject)
        if pointing is None:
            return ""
        said = f" {' '.join(words)} ".encode("ascii")
        return ", ".join(pointing.strongest(said, _CUES_SHOWN))


def _scan(  # noqa: C901 - one pass for all that a word can begin
    words: list[str], lexicon: Lexicon, matches: list[Match]
) -> tuple[Told, list[PlaceHit]]:
    """Find the meanings and the place names in a text.

    Args:
        words: the folded words of the text; the last one must be BREAK (the word "|", which ends each part of a text).
        lexicon: the words, phrases and names to find.
        matches: the names of public things are added to it.

    Returns:
        The meanings of all words and phrases, which may overlap, each with the position of its first word; and the place names in
        order and without overlap. Of several place names that begin at the same position, only the longest is returned.
    """
    vocabulary = lexicon.vocabulary
    told: Told = []
    hits: list[PlaceHit] = []
    reach = 0
    found: list[Word | None] = [vocabulary[word] for word in words]
    for at, word in enumerate(found):
        if word is None:
            continue
        if word.tells:
            told.append((word, at))
        hit: PlaceHit | None = None
        following = words[at + 1]
        begins = word.begins
        if begins and (
            following in begins or ((other := found[at + 1]) is not None and other.form and other.form in begins)
        ):
            _follow(word, words, found, at, told)
            if word.lead is not None:
                find(word.lead, words, at, matches)
            if at >= reach and word.names is not None:
                hit = longest(word.names, words, at)
        else:
            if word.lead is not None and word.lead.things:
                matches.append(Match(at, at + 1, word.lead.things))
            if at >= reach and word.place is not None:
                hit = PlaceHit(at, at + 1, word.place)
        if hit is not None:
            hits.append(hit)
            reach = hit.end
        if word.is_level and at + 1 >= reach:
            after = found[at + 1]
            hit = behind_level(after.names if after else None, lexicon.names, words, at + 1)
            if hit is not None:
                hits.append(hit)
                reach = hit.end
    return told, hits


def _follow(word: Word, words: list[str], found: list[Word | None], at: int, told: Told) -> None:
    """Add to `told` the meaning of each phrase of two or more words that begins at the position `at`.

    Args:
        word: the word at the position.
        words: the folded words of the text.
        found: their entries in the vocabulary; the form of one stands for it if the word itself does not go on a phrase (see Word.form).
        at: the position.
        told: the meanings found so far; it is changed in place.
    """
    end = at + 1
    meaning: Meaning | None = word
    while meaning is not None:
        follow = meaning.follow
        meaning = follow.get(words[end])
        if meaning is None and (other := found[end]) is not None and other.form:
            meaning = follow.get(other.form)
        if meaning is not None:
            if meaning.weights or meaning.groups or meaning.name >= 0:
                told.append((meaning, at))
            end += 1


@cache
def _load(names: tuple[str, ...]) -> Reader:
    with without_collector():
        gazetteer = Gazetteer.load()
        return Reader(gazetteer=gazetteer, lexicon=compile_lexicon(gazetteer, names))
