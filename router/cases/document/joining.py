"""Joins a complaint with a further message of its citizen."""

from msgspec.structs import replace

from complaints.command import MessageReading
from complaints.event import Addition, Complaint, ComplaintClass, Place


def joined(complaint: Complaint, addition: Addition, reading: MessageReading) -> Complaint:
    """Return the complaint with an addition: it takes from the reading what it lacks, and keeps what it has.

    A date, a regency or a topic that the complaint already has stays, unless the reading corrects the regency to another one; oversight is
    never withdrawn. A complaint with a known topic keeps its class, whatever is asked as well ("kapan?"); otherwise the class comes from
    the reading. So do the missing parts, except that a file counts as evidence, and a known date is not missing.
    """
    attachments = (*complaint.attachments, *addition.attachments)
    longer = replace(complaint, additions=(*complaint.additions, addition), attachments=attachments)
    if addition.apart:
        return longer
    occurred = complaint.occurred_on or reading.occurred_on
    has = {name for name, is_there in (("evidence", attachments), ("date", occurred)) if is_there}
    is_complaint = complaint.complaint_class is ComplaintClass.complaint and complaint.topic
    return replace(
        longer,
        occurred_on=occurred,
        topic=complaint.topic or reading.topic,
        complaint_class=complaint.complaint_class if is_complaint else reading.complaint_class,
        oversight=complaint.oversight or reading.oversight,
        missing=tuple([part for part in reading.missing if part not in has]),
        place=_place(complaint.place, reading),
    )


def _place(place: Place, reading: MessageReading) -> Place:
    """Return the reading's place if the complaint has no regency or the reading corrects it, otherwise the old place with a new pin."""
    read = reading.place
    if place.regency is None:
        takes = bool(read.province or read.regency or read.district or read.village or read.text or read.pin)
    else:
        takes = bool(read.regency and reading.corrects and read.regency.code != place.regency.code)
    if takes:
        return read
    return replace(place, pin=read.pin) if read.pin else place
