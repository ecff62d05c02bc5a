"""The results of reading a text. None is frozen, because ten thousand per second are created."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Final, NamedTuple

from complaints.event import MissingPart

Codes = tuple[str | None, str | None, str | None, str | None]
"""Kemendagri codes of province, regency, district and village; None if not known."""

NOWHERE: Final[Codes] = (None, None, None, None)


@dataclass(slots=True, eq=False)
class PlaceReading:
    """The place where it happened, as the text names it.

    Attributes:
        codes: Kemendagri codes of province, regency, district and village; None for each level that is not known.
        how: how the text names the place: "named", "misspelt", "nickname", "institution", "landmark", "district", "village",
            "keyword", "pin" (a position on the map) or "none".
        spans: the folded words that name the place; empty if only a keyword or nothing names it, or if no region is certain.
        candidates: codes of the regencies ("31" for DKI Jakarta) that remain possible if the regency is not certain; otherwise empty.
        between: whether the text names a road between two regencies or provinces.
    """

    codes: Codes = NOWHERE
    how: str = "none"
    spans: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    between: bool = False

    @property
    def province(self) -> str | None:
        """The code of the province where it happened; None if it is not known."""
        return self.codes[0]

    @property
    def regency(self) -> str | None:
        """The code of the regency or city where it happened; None if it is not known."""
        return self.codes[1]

    @property
    def district(self) -> str | None:
        """The code of the district where it happened; None if it is not known."""
        return self.codes[2]

    @property
    def village(self) -> str | None:
        """The code of the village where it happened; None if it is not known."""
        return self.codes[3]

    @property
    def deepest(self) -> str | None:
        """The code of the smallest known region where it happened; None if not even the province is known."""
        return self.village or self.district or self.regency or self.province


class DateReading(NamedTuple):
    """When it happened: the earliest day that the text supports, and its precision ("day", "week", "month" or "year")."""

    day: date
    precision: str


@dataclass(slots=True, eq=False)
class NameHit:
    """An occurrence in a text of a name that the reader was asked to find."""

    start: int
    end: int
    number: int


@dataclass(slots=True, eq=False, kw_only=True)
class Thing:
    """A named public thing.

    Attributes:
        id: its identifier, the type and the name ("terminal-tirtonadi-33.72").
        kind: its type (see types.yaml).
        tier: the tier to which it belongs: "national", "province", "regency" (or a city), or "company".
        regions: Kemendagri codes of the provinces and regencies in which it is; empty if that is not known.
        owner: the id of the agency that is responsible for it, if that is a particular one; otherwise empty.
        since: the day or year from which the tier holds; empty if not known.
        status: "statute", "official list" or "unverified".
        source: where the tier is written.
        law: the statutes by which things of its type have their tier, with their articles.
        name: its name.
        written: its other names.
        groups: the word groups that it raises.
        subjects: the ids of the subjects that a report about it can have.
        doubtful: whether its name is also that of another place: it counts only if another word of the text names its region.
        street: whether it is a street whose name other towns have: then the text must also name its regency.
        section: of these folded words, a text must have at least one to mean the thing; empty if none is needed.
        wide: whether people from elsewhere in the province use it ("RSUD Moewardi" in a report from Klaten).
        context: word groups, one of which a text must have if it names the thing by words that also mean something else.
    """

    id: str
    kind: str
    tier: str
    regions: tuple[str, ...]
    owner: str
    since: str
    status: str
    source: str
    law: str
    name: str
    written: tuple[str, ...]
    groups: tuple[str, ...]
    subjects: tuple[str, ...]
    context: tuple[str, ...]
    street: bool
    section: tuple[str, ...]
    wide: bool
    doubtful: bool = False


@dataclass(slots=True, eq=False)
class NamedThing:
    """A named public thing that a text means.

    Attributes:
        thing: the thing.
        start: the position of the first word of its name.
        span: the folded words that name it.
        aside: whether it only says where something else is ("depan RSUD Moewardi"): then it gives the place but no owner.
    """

    thing: Thing
    start: int
    span: str
    _: KW_ONLY
    aside: bool


@dataclass(slots=True, eq=False)
class SubjectScore:
    """A subject that a text may be about.

    Attributes:
        id: the subject's identifier.
        score: the sum of the weights of the words and pairs of words that point to it, by their position; one clear word has about 6.
    """

    id: str
    score: float


_CLEAR: Final = 5.0
"""The score from which words tell their subject clearly: one clear word has about 6 (see SubjectScore)."""


@dataclass(slots=True, eq=False, kw_only=True)
class Reading:
    """Everything that the reader understood of one text.

    Attributes:
        words: the folded words of title, address and text; the word "|" (BREAK) ends each part.
        place: where it happened.
        occurred: when it happened; None if the text does not say or the time of receipt is not known.
        received_on: the day of receipt at the place; None if the time of receipt is not known.
        complaint_class: whether it is a complaint, a request for information or an aspiration, as the value of a ComplaintClass.
        oversight: whether it reports abuse of office: corruption, illegal levies, staff discipline.
        subjects: identifiers and scores of the subjects with the highest scores, at most three, best first; empty if none was found.
            The router may add the subject that the citizen chose.
        groups: the word groups that occurred, each with the positions of its words; also "intercity_road" for a road between two
            regions and "question" for a report that is not a complaint, both with the position 0.
        names: the occurrences of the names that the reader was asked to find.
        things: the named public things that the text means.
        topic: the best subject's path in LAPOR!'s category tree; None if no subject was found.
        missing: which of subject, place, date, chronology and evidence the report lacks; empty if it is complete.
        starts: the positions of the words that have a meaning on their own or with the next ones, in ascending order; a position can be
        in it more than once.
    """

    words: list[str]
    place: PlaceReading
    occurred: DateReading | None
    complaint_class: str
    oversight: bool
    subjects: tuple[SubjectScore, ...]
    groups: dict[str, list[int]]
    names: Sequence[NameHit]
    things: Sequence[NamedThing]
    topic: str | None
    missing: tuple[MissingPart, ...]
    starts: list[int]
    received_on: date | None = None

    @property
    def is_clear(self) -> bool:
        """True if its words tell its subject clearly."""
        return bool(self.subjects) and self.subjects[0].score >= _CLEAR


def unread(place: PlaceReading) -> Reading:
    """Return the reading of a text that was not read: it has at most a place."""
    return Reading(
        words=[],
        place=place,
        occurred=None,
        complaint_class="pengaduan",
        oversight=False,
        subjects=(),
        groups={},
        names=(),
        things=(),
        topic=None,
        missing=(),
        starts=[],
    )
