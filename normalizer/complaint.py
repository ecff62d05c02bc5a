"""Turns an inbound message into a complaint, which keeps the raw message, and adds the citizen's further messages to his complaint.

Does no I/O after its data are loaded.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from complaints.event import (
    Addition,
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
from normalizer.places.gazetteer import Gazetteer
from normalizer.reader import Reader
from normalizer.results import DateReading, PlaceReading, Reading

if TYPE_CHECKING:
    from complaints.crypto import Identity
    from complaints.message import InboundMessage

VERSION = "2026.11.5"
"""Version of the normaliser, recorded in each complaint. Changes whenever a text is read differently."""

_TITLE_CHARS = 60
"""Maximum length in characters, before the ellipsis, of the title made from the first words of the text if the citizen wrote none."""


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

    def read(
        self,
        text: str,
        *,
        title: str = "",
        address: str = "",
        received_at: datetime | None = None,
        region: str | None = None,
    ) -> Reading:
        """Return what a text says: place, date, subjects, class and missing parts. Never raises for any Unicode text.

        Args:
            text: the story.
            title: the citizen's own title.
            address: the content of a form's field for the place.
            received_at: the time of receipt, with a time zone; without it, the reading has no date.
            region: the Kemendagri code that a keyword or a form gave.
        """
        return self.reader.read(text, title=title, address=address, received_at=received_at, region=region)

    def normalise(self, message: "InboundMessage", identity: "Identity") -> Complaint:
        """Return the complaint for a message.

        A topic or date that the citizen gave in a field of its own takes precedence over the one read from the text. Attached files count
        as evidence. If the citizen gave no title, the complaint's title is made from the first words of the text.
        The same message always gives the same complaint.

        Args:
            message: the message as the channel's parser returned it.
            identity: makes the tracking code, the pseudonym and the sealed reply address.

        Raises:
            pydantic.ValidationError: the contract does not allow a value, for example a time of receipt without a time zone.
        """
        text, title, address = _writable(message.text), _writable(message.title), _writable(message.address)
        reading = self.read(
            text,
            title=title,
            address=address,
            received_at=message.received_at,
            region=message.keyword_region,
        )
        chosen = self._chosen_date(message)
        missing = _without(reading.missing, evidence=bool(message.attachments), date=chosen is not None)
        key = complaint_id(message.channel, message.upstream_id)
        return Complaint(
            id=key,
            tracking_code=identity.tracking_code(key),
            channel=message.channel,
            received_at=message.received_at,
            occurred_on=self._occurred(chosen or reading.occurred),
            title=title or _title_of(text),
            text=text,
            place=self._place(reading.place, address),
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
            reply_address=identity.seal(message.reply_address, key),
            anonymous=message.anonymous,
            secret=message.secret,
            missing=missing,
            raw=_raw(message),
            normaliser_version=VERSION,
        )

    def complete(self, complaint: Complaint, message: "InboundMessage") -> Complaint:
        """Return the complaint with a further message of the citizen added and the whole text read again.

        If the message was already added, return the complaint unchanged. An addition fills gaps: a date, a regency or a topic that
        the complaint already has stays, and oversight is never withdrawn. The class and the missing parts come from the new reading.
        Dates such as "kemarin" are counted from the receipt of the addition. Files attached to any of the messages count as evidence.

        Args:
            complaint: the complaint so far.
            message: the further message from the same citizen. Its text, address, keyword region and attachments count; its title,
                topic, date and agency fields do not.
        """
        if any(addition.raw.upstream_id == message.upstream_id for addition in complaint.additions):
            return complaint
        added = Addition(
            text=_writable(message.text),
            received_at=message.received_at,
            attachments=message.attachments,
            raw=_raw(message),
        )
        longer = complaint.model_copy(update={"additions": (*complaint.additions, added)})
        address = (
            complaint.place.text
            or _writable(message.address)
            or (added.text if "place" in complaint.missing and "subject" not in complaint.missing else "")
        )
        reading = self.read(
            longer.whole_text,
            title="" if complaint.title == _title_of(complaint.text) else complaint.title,
            address=address,
            received_at=message.received_at,
            region=complaint.hints.keyword_region or message.keyword_region,
        )
        attachments = (*complaint.attachments, *message.attachments)
        return longer.model_copy(
            update={
                "occurred_on": complaint.occurred_on or self._occurred(reading.occurred),
                "place": complaint.place if complaint.place.regency else self._place(reading.place, address),
                "topic": complaint.topic or reading.topic,
                "complaint_class": ComplaintClass(reading.complaint_class),
                "oversight": complaint.oversight or reading.oversight,
                "attachments": attachments,
                "missing": _without(
                    reading.missing, evidence=bool(attachments), date=complaint.occurred_on is not None
                ),
            }
        )

    def _chosen_date(self, message: "InboundMessage") -> DateReading | None:
        """Return the date in the message's date field, which takes precedence over the text; None if the field holds no date."""
        if not message.occurred:
            return None
        return self.read(_writable(message.occurred), received_at=message.received_at).occurred

    def _place(self, reading: PlaceReading, written: str) -> Place:
        regions = [_region(code, self.gazetteer.name(code)) if code else None for code in reading.codes]
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


def _raw(message: "InboundMessage") -> Raw:
    return Raw(
        body=message.body,
        coding=message.coding,
        parts=message.parts,
        partial=message.partial,
        upstream_id=message.upstream_id,
    )


def _without(missing: tuple[MissingPart, ...], *, evidence: bool, date: bool) -> tuple[MissingPart, ...]:
    """Return the given missing parts, without "evidence" if files are attached and without "date" if the complaint already has a date."""
    there = {name for name, is_there in (("evidence", evidence), ("date", date)) if is_there}
    return tuple(part for part in missing if part not in there)


def _writable(text: str) -> str:
    """Return the text in a form that UTF-8 can encode: a lone half of a surrogate pair, which JSON may contain, becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _title_of(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _TITLE_CHARS else words[:_TITLE_CHARS].rsplit(" ", 1)[0] + "…"


@lru_cache(maxsize=8192)
def _region(code: str, name: str) -> Region:
    """Return the region with this code and name. Regions are frozen, so complaints about the same place can share one object."""
    return Region(code=code, name=name)
