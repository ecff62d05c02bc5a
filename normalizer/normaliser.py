"""A message becomes the single complaint: everything understood, nothing lost, no I/O after loading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick

from complaints.event import (
    Complaint,
    ComplaintClass,
    DatePrecision,
    MissingPart,
    OccurredOn,
    Place,
    Raw,
    Region,
    RoutingHints,
)
from complaints.ids import complaint_id
from normalizer import dates, places
from normalizer.gazetteer import Gazetteer
from normalizer.lexicon import PAIR_WINDOW_CHARS, SIGNALS, Lexicon, compile_lexicon
from normalizer.reading import DateReading, PlaceReading, Reading
from normalizer.text import fold_parts

if TYPE_CHECKING:
    from complaints.crypto import Identity
    from complaints.message import InboundMessage

VERSION = "2026.11.1"
"""Changes with every change of what a text is read as; stands in each complaint."""

TITLE_BONUS = 2.0
"""A word in the title says more about the subject than one in the story."""

LEAD_CHARS = 300
"""People say first what they want; what stands further on is the story."""

STORY_WEIGHT = 0.5
"""The part that a word of the story weighs."""

OVERSIGHT_FROM = 4.0
"""The sum of weights from which a report is one of abuse of office."""

DKI = "31"
"""The one province whose cities are administrative: the province is the authority (UU 29/2007)."""

WIB = timedelta(hours=7)
"""Western Indonesian time, where the place is not known."""

_TITLE_CHARS = 60
"""A title that the citizen did not write is the first words of the text, at most this long."""

_CHRONOLOGY_WORDS = 8
"""A story of fewer words does not say what happened."""


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Reads texts. Holds only compiled tables, so that one object serves all threads."""

    gazetteer: Gazetteer
    lexicon: Lexicon
    automaton: BytesAhoCorasick

    @classmethod
    def load(cls) -> "Normaliser":
        """Compile the packaged data once per process."""
        return _load()

    def read(
        self,
        text: str,
        *,
        title: str = "",
        address: str = "",
        received_at: datetime | None = None,
        keyword_region: str | None = None,
    ) -> Reading:
        """Return what the text says; never raises for any Unicode text.

        Args:
            text: the story.
            title: the citizen's own title.
            address: what the citizen wrote in a field for the place.
            received_at: when it came, with a time zone; dates like "kemarin" count from it.
            keyword_region: the Kemendagri code that an SMS keyword named.
        """
        folded = fold_parts(title, address, text)
        title_end = folded.find(b" | ")
        scores, groups, hits = self._scan(folded, title_end)
        count = len(self.lexicon.subjects)
        ranked = sorted(((score, i) for i, score in scores.items() if i < count), key=lambda pair: (-pair[0], pair[1]))
        subjects = tuple((self.lexicon.subjects[i].id, score) for score, i in ranked)
        signals = {name: scores.get(count + number, 0.0) for number, name in enumerate(SIGNALS)}
        place = places.resolve(folded, hits, keyword=keyword_region)
        occurred = dates.find_date(folded, _local_date(received_at)) if received_at else None
        return Reading(
            folded=folded,
            place=place,
            occurred=occurred,
            complaint_class=_class_of(signals),
            oversight=signals["oversight"] >= OVERSIGHT_FROM,
            subjects=subjects,
            groups={group: positions[0] for group, positions in groups.items()},
            mentions=(),
            topic=self.lexicon.subjects[ranked[0][1]].topic if ranked else None,
            missing=_missing(
                place, bool(ranked) and self.lexicon.subjects[ranked[0][1]].local, occurred, signals, folded
            )
            if ranked
            else ("subject",),
        )

    def _scan(self, folded: bytes, title_end: int) -> tuple[dict[int, float], dict[str, list[int]], list[places.Hit]]:
        lexicon = self.lexicon
        scores: dict[int, float] = {}
        groups: dict[str, list[int]] = {}
        hits: list[places.Hit] = []
        seen: set[int] = set()
        for index, start, end in self.automaton.find_matches_as_indexes(folded, overlapping=True):
            meanings = lexicon.places[index]
            if meanings:
                hits.append((start, end, meanings))
            for group in lexicon.groups[index] or ():
                groups.setdefault(group, []).append(start)
            if index in seen:
                continue
            seen.add(index)
            bonus = TITLE_BONUS if start < title_end else 1.0 if start < LEAD_CHARS else STORY_WEIGHT
            for target, weight in lexicon.weights[index] or ():
                scores[target] = scores.get(target, 0.0) + weight * bonus
        for group, positions in groups.items():
            for other, target, weight in lexicon.pairs.get(group, ()):
                near = groups.get(other)
                if near and any(abs(a - b) <= PAIR_WINDOW_CHARS for a in positions for b in near):
                    scores[target] = scores.get(target, 0.0) + weight
        return scores, groups, hits

    def normalise(self, message: "InboundMessage", identity: "Identity") -> Complaint:
        """Return the complaint that the message is.

        Args:
            message: as the channel's parser gave it.
            identity: keys for the code, the pseudonym and the sealed reply address.
        """
        reading = self.read(
            message.text,
            title=message.title,
            address=message.address,
            received_at=message.received_at,
            keyword_region=message.keyword_region,
        )
        key = complaint_id(message.channel, message.upstream_id)
        return Complaint(
            id=key,
            tracking_code=identity.tracking_code(key),
            channel=message.channel,
            received_at=message.received_at,
            occurred_on=self._occurred(reading.occurred),
            title=message.title or _title_of(message.text),
            text=message.text,
            place=self._place(reading.place, message.address),
            topic=message.topic or reading.topic,
            complaint_class=ComplaintClass(reading.complaint_class),
            oversight=reading.oversight,
            hints=RoutingHints(
                addressed_to=message.addressed_to or None,
                tagged=message.tagged,
                keyword_region=message.keyword_region,
            ),
            attachments=message.attachments,
            reporter_ref=identity.pseudonym(message.channel, message.sender),
            reply_address=identity.seal({"sender": message.sender, **message.reply_to}, key),
            anonymous=message.anonymous,
            secret=message.secret,
            missing=_without_evidence(reading.missing, bool(message.attachments)),
            raw=Raw(
                body=message.body,
                coding=message.coding,
                parts=message.parts,
                partial=message.partial,
                upstream_id=message.upstream_id,
            ),
            normaliser_version=VERSION,
        )

    def _place(self, reading: PlaceReading, written: str) -> Place:
        regions = [Region(code=code, name=self.gazetteer.name(code)) if code else None for code in reading.codes]
        return Place(
            province=regions[0],
            regency=regions[1],
            district=regions[2],
            village=regions[3],
            text=written,
            evidence=reading.spans,
        )

    @staticmethod
    def _occurred(reading: DateReading | None) -> OccurredOn | None:
        return OccurredOn(date=reading.day, precision=DatePrecision(reading.precision)) if reading else None


@cache
def _load() -> Normaliser:
    gazetteer = Gazetteer.load()
    lexicon = compile_lexicon(gazetteer)
    return Normaliser(gazetteer=gazetteer, lexicon=lexicon, automaton=BytesAhoCorasick(lexicon.patterns))


def _class_of(signals: Mapping[str, float]) -> str:
    margin = signals["grievance"]
    if signals["information_request"] > max(margin, signals["aspiration"]):
        return ComplaintClass.information_request.value
    if signals["aspiration"] > margin:
        return ComplaintClass.aspiration.value
    return ComplaintClass.complaint.value


def _missing(
    place: PlaceReading, local: bool, occurred: DateReading | None, signals: Mapping[str, float], folded: bytes
) -> tuple[MissingPart, ...]:
    missing: list[MissingPart] = []
    if local and not place.regency and place.province != DKI:
        missing.append("place")
    if _class_of(signals) == ComplaintClass.complaint.value:
        if not occurred:
            missing.append("date")
        if folded.count(b" ") < _CHRONOLOGY_WORDS:
            missing.append("chronology")
        if not signals["evidence"]:
            missing.append("evidence")
    return tuple(missing)


def _without_evidence(missing: tuple[MissingPart, ...], attached: bool) -> tuple[MissingPart, ...]:
    return tuple(part for part in missing if part != "evidence") if attached else missing


def _local_date(moment: datetime) -> date:
    """Return the day in Western Indonesian time; at the ends of the calendar the day as it stands."""
    try:
        return (moment.astimezone(UTC) + WIB).date()
    except OverflowError:
        return moment.date()


def _title_of(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _TITLE_CHARS else words[:_TITLE_CHARS].rsplit(" ", 1)[0] + "…"
