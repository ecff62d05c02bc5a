"""Turns an inbound message into a complaint, which keeps the raw message, and reads the citizen's further messages to his complaint.

Does no I/O after its data are loaded.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from msgspec.structs import replace

from complaints.command import MessageReading
from complaints.event import (
    Addition,
    Complaint,
    ComplaintClass,
    DatePrecision,
    MissingPart,
    OccurredOn,
    Pin,
    Place,
    RoutingHints,
)
from normalizer.coordinates import position_in
from normalizer.corrections import corrected_place
from normalizer.emergency import cry_in, tells_of_danger
from normalizer.parts import (
    addition_of,
    as_address,
    own_title,
    own_words,
    raw_of,
    region_of,
    title_of,
    without,
    writable,
)
from normalizer.places.gazetteer import Gazetteer
from normalizer.places.names import DKI
from normalizer.positions import chosen, read_at, with_pin
from normalizer.reader import Reader
from normalizer.results import DateReading, PlaceReading, Reading

if TYPE_CHECKING:
    from complaints.message import InboundMessage

VERSION = "2026.12.1"
"""Version of the normaliser, recorded in each complaint. Changes whenever a text is read differently."""

_NO_HINTS: Final = RoutingHints()
"""The hints of most messages, which can share one object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The parts that a message adds to a complaint: those of the command `add`."""

    addition: Addition
    reading: MessageReading
    complaint: Complaint | None


@dataclass(frozen=True, slots=True, eq=False)
class Normaliser:
    """Turns inbound messages into complaints. Holds only compiled tables, so one object serves all threads."""

    reader: Reader

    @classmethod
    def load(cls) -> "Normaliser":
        """Return a normaliser with the packaged data, which are compiled at most once per process."""
        return cls(reader=Reader.load())

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer: the official names of all regions, by Kemendagri code."""
        return self.reader.gazetteer

    def _heard(self, text: str, **beside: Any) -> Reading:
        """Return the reading of a message: of a cry for help by its own words; the posts that it quotes may add subject and place."""
        own = cry_in(text)
        reading = self.reader.read(own, **beside)
        if own == text:
            return reading
        whole = self.reader.read(text, **beside)
        if not reading.subjects:
            return whole
        if reading.place.regency is None and whole.place.province is not None:
            reading.place = whole.place
            reading.missing = tuple(part for part in reading.missing if part != "place" or part in whole.missing)
        return reading

    def normalise(self, message: "InboundMessage", *, id_: UUID, code: str, citizen: str) -> Complaint:
        """Return the complaint for a message.

        A topic or date that the citizen gave in a field of its own takes precedence over the one read from the text. Attached files count
        as evidence. If the citizen gave no title, the complaint's title is made from the first words of the text.
        The same message always gives the same complaint.
        """
        text, title, address = writable(message.text), writable(message.title), writable(message.address)
        reading, pin = read_at(
            partial(self._heard, text, title=title, address=address, received_at=message.received_at),
            self.gazetteer,
            region=message.keyword_region,
            position=position_of(message),
        )
        chosen = self._chosen_date(message)
        missing = without(reading.missing, evidence=bool(message.attachments), date=chosen is not None)
        return replace(
            unread(message, id_=id_, code=code, citizen=citizen),
            occurred_on=self._occurred(chosen or reading.occurred),
            place=self._place(reading.place, address, pin),
            topic=message.topic or reading.topic,
            complaint_class=ComplaintClass(reading.complaint_class),
            oversight=reading.oversight,
            hints=_hints(message),
            missing=missing,
            danger=any(map(tells_of_danger, own_words(title, text))),
            clear=reading.is_clear,
        )

    def complete(
        self,
        complaint: Complaint | None,
        message: "InboundMessage",
        *,
        part: MissingPart | None = None,
        topic: str | None = None,
        region: str | None = None,
    ) -> Completion:
        """Return what a further message of the citizen adds to his complaint.

        If the complaint is known, its whole text is read again with the message. The message fills gaps: a date, a regency or a topic
        that the complaint already has stays, oversight is never withdrawn, and a question does not turn a complaint whose subject is known
        into a request. Otherwise the class, and always the missing parts, come from the new reading.
        Dates such as "kemarin" are counted from the receipt of the message. Files attached to any of the messages count as evidence.
        If the complaint already has the message, the reading says what the complaint has.

        Only a place that the message clearly names instead of another one replaces the complaint's (see corrected_place).
        If the complaint is not known, the message is read alone, with what a reply said about the case.

        Args:
            complaint: the complaint so far, or None if the channel does not know it.
            message: the further message from the same citizen. Its text, address, keyword region and attachments count; its title,
                topic, date and agency fields do not.
            part: the part that the citizen was asked for (only for a complaint that is not known).
            topic: the topic of the case (likewise).
            region: the Kemendagri code of the smallest known region of the case (likewise).
        """
        added = addition_of(message)
        had = region if complaint is None else complaint.place.regency.code if complaint.place.regency else None
        corrected = None
        if position_of(message) is None:
            corrected = corrected_place(added.text, self.reader.read, self.gazetteer, former=had)
        corrects = {} if corrected is None else {"place": self._place(corrected, "", None), "corrects": True}
        if complaint is None:
            alone = self._read_alone(added, message, part=part, topic=topic, region=region)
            return Completion(addition=added, reading=replace(alone, **corrects), complaint=None)
        if all(addition.raw.upstream_id != message.upstream_id for addition in complaint.additions):
            complaint = self._completed(complaint, added, message)
            former = complaint.place.regency
            if corrected is not None and former is not None and former.code != corrected.regency:
                complaint = replace(complaint, place=corrects["place"])
        reading = MessageReading(
            occurred_on=complaint.occurred_on,
            place=complaint.place,
            topic=complaint.topic,
            complaint_class=complaint.complaint_class,
            oversight=complaint.oversight,
            missing=complaint.missing,
            corrects=True if corrects else None,
        )
        return Completion(addition=added, reading=reading, complaint=complaint)

    def _completed(self, complaint: Complaint, added: Addition, message: "InboundMessage") -> Complaint:
        """Return the complaint with the message added and the whole text read again."""
        longer = replace(complaint, additions=(*complaint.additions, added))
        address = (
            complaint.place.text
            or writable(message.address)
            or (as_address(added.text) if "place" in complaint.missing and "subject" not in complaint.missing else "")
        )
        before, shared = complaint.place.pin, position_of(message)
        reading, pin = read_at(
            partial(
                self.reader.read,
                longer.whole_text,
                title=own_title(complaint.title, complaint.text),
                address=address,
                received_at=message.received_at,
            ),
            self.gazetteer,
            region=_answered(complaint, added.text) or complaint.hints.keyword_region or message.keyword_region,
            position=shared or ((before.latitude, before.longitude) if before else None),
        )
        place = self._place(reading.place, address, pin)
        keeps_place = complaint.place.regency is not None or not (place.province or place.text or place.pin)
        kept = with_pin(complaint.place, pin) if pin and shared else complaint.place
        attachments = (*complaint.attachments, *message.attachments)
        tells = complaint.complaint_class is ComplaintClass.complaint and "subject" not in complaint.missing
        return replace(
            longer,
            occurred_on=complaint.occurred_on or self._occurred(reading.occurred),
            place=kept if keeps_place else place,
            topic=complaint.topic or reading.topic,
            complaint_class=complaint.complaint_class if tells else ComplaintClass(reading.complaint_class),
            oversight=complaint.oversight or reading.oversight,
            attachments=attachments,
            missing=without(reading.missing, evidence=bool(attachments), date=complaint.occurred_on is not None),
        )

    def _read_alone(
        self,
        added: Addition,
        message: "InboundMessage",
        *,
        part: MissingPart | None,
        topic: str | None,
        region: str | None,
    ) -> MessageReading:
        """Return the reading of a message to a complaint that is not known.

        It has no place if the message does not make the region from a reply more precise: the complaint knows its place better. The citizen
        is asked for the place only if the subject is known, so an answer about the place does not count as lacking the subject.
        """
        address = writable(message.address) or (as_address(added.text) if part == "place" else "")
        reading, pin = read_at(
            partial(self.reader.read, added.text, address=address, received_at=message.received_at),
            self.gazetteer,
            region=region or message.keyword_region,
            position=position_of(message),
            settled=region is not None,
        )
        missing = reading.missing
        if topic or part == "place":
            missing = tuple(name for name in missing if name != "subject")
        placed = reading.place.regency or reading.place.province == DKI
        if part == "place" and not placed and "place" not in missing:
            missing = ("place", *missing)
        says_more = address or pin or reading.place.deepest != region
        return MessageReading(
            occurred_on=self._occurred(reading.occurred),
            place=self._place(reading.place, address, pin) if says_more else Place(),
            topic=reading.topic,
            complaint_class=ComplaintClass(reading.complaint_class),
            oversight=reading.oversight,
            missing=without(missing, evidence=bool(added.attachments), date=False),
        )

    def _chosen_date(self, message: "InboundMessage") -> DateReading | None:
        """Return the date in the message's date field, which takes precedence over the text; None if the field holds no date."""
        if not message.occurred:
            return None
        return self.reader.read(writable(message.occurred), received_at=message.received_at).occurred

    def _place(self, reading: PlaceReading, written: str, pin: Pin | None) -> Place:
        regions = [region_of(code, self.gazetteer.name(code)) if code else None for code in reading.codes]
        return Place(
            province=regions[0],
            regency=regions[1],
            district=regions[2],
            village=regions[3],
            text=written,
            evidence=reading.spans,
            pin=pin,
        )

    @staticmethod
    def _occurred(reading: DateReading | None) -> OccurredOn | None:
        return OccurredOn(date=reading.day, precision=DatePrecision(reading.precision)) if reading else None


def unread(message: "InboundMessage", *, id_: UUID, code: str, citizen: str) -> Complaint:
    """Return the complaint for a message without a reading: it lacks subject and place, so that a triage desk gets it."""
    text = writable(message.text)
    return Complaint(
        id=id_,
        tracking_code=code,
        channel=message.channel,
        received_at=message.received_at,
        title=writable(message.title) or title_of(text),
        text=text,
        attachments=message.attachments,
        reporter_ref=citizen,
        anonymous=message.anonymous,
        secret=message.secret,
        recorded_by=message.recorded_by or None,
        source=message.source or None,
        missing=("place", "subject"),
        raw=raw_of(message),
        normaliser_version=VERSION,
    )


def position_of(message: "InboundMessage") -> tuple[float, float] | None:
    """Return the position that a message shared, or else the one that it has as numbers in the field for the place or in its text."""
    return message.shared_location or position_in(message.address) or position_in(message.text)


def _hints(message: "InboundMessage") -> RoutingHints:
    if not (message.addressed_to or message.tagged or message.keyword_region is not None):
        return _NO_HINTS
    return RoutingHints(
        addressed_to=message.addressed_to or None,
        tagged=message.tagged,
        keyword_region=message.keyword_region,
    )


def _answered(complaint: Complaint, text: str) -> str:
    """Return the code of the regency that a message chooses of those that the complaint's pin may be in; empty if it chooses none."""
    return chosen(complaint.place.choices, text) if "place" in complaint.missing else ""
